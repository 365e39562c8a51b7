"""Letters of an accident of special equipment: upward, supplementary, for the investigators, to the unit."""

from typing import Any, Final

from tests.papers.served import Served
from tests.papers.served_deregistrations import LONG, USCC

FORM: Final[dict[str, Any]] = {
    "reported_by": "unit",
    "reporter": "王经理",
    "told_at": "2026-10-03T00:05",
    "head_knew_at": "2026-10-02T23:10",
    "uscc": USCC,
    "name": LONG,
    "happened_at": "2026-10-02T20:40",
    "place": "随州市曾都区烈山大道1号红光商场2号客梯",
    "equipment": "lift",
    "device_code": "3010-ABCD-0001",
    "course": "轿厢停在三四层之间，7名乘客滞留，2小时10分钟后全部救出",
    "happenings": ["lift_trapped"],
    "lift_minutes": 130,
}
HARM: Final = "死亡0人，重伤0人，直接经济损失0元，电梯轿厢滞留人员，轿厢滞留2小时10分钟"
UNIT: Final = "单位负责人2026年10月2日23:10接到报告，应当在2026年10月3日00:10以前报告，单位2026年10月3日00:05向本局报告"
CLOCKS: Final = {
    "Q12#1": "2026-10-03T00:05:00+08:00",
    "Q13#1": "2026-10-02T20:40:00+08:00",
    "Q14#1": "2026-10-02T20:40:00+08:00",
}
KNOWN: Final = {"grade": "general", "harm": HARM}


def letter(kind: str, at: str, *says: str, variant: str = "", **data: Any) -> Served:
    return Served("se_accident_report", kind, FORM, at, data=data, clocks=CLOCKS, decision=KNOWN, says=says, variant=variant)  # fmt: skip


def upward(to: str, *says: str, grade: str = "一般事故", **more: Any) -> Served:
    data = {"to": to, "harm": HARM, "grade": grade, "raised": "", "skip": "", "unit": UNIT} | more
    return letter("upward_report", "2026-10-03T01:00:00+08:00", *says, variant=to, clock="Q12#1", **data)  # fmt: skip


SERVED: Final = (
    upward("government", "随州市曾都区人民政府", "一般事故", "第六十六条", "待核"),
    upward("city", "随州市市场监督管理局", "2小时10分钟", "应当在2026年10月3日00:10以前报告"),
    upward("province", "湖北省市场监督管理局", "越级上报的理由", "第七十条", "等级由负责人提高", grade="较大事故", raised="社会影响大", skip="社会影响大"),
    letter("supplementary_report", "2026-10-10T09:00:05+08:00", "等级提高为较大事故", "随州市曾都区人民政府、随州市市场监督管理局", "待核", change="三名重伤人员死亡", harm="死亡3人，重伤1人，直接经济损失0元", grade="较大事故", raised=True, clock="Q13#1"),
    letter("supplementary_report", "2026-10-27T09:00:05+08:00", "随州市曾都区人民政府、随州市市场监督管理局、湖北省市场监督管理局、国家市场监督管理总局", variant="skipped", change="又有七人死亡", harm="死亡10人，重伤0人，直接经济损失0元", grade="重大事故", raised=True, to=["government", "city", "province"], investigator="国家市场监督管理总局", clock="Q13#1"),
    letter("hand_over", "2026-10-08T09:00:05+08:00", "依法由你机关组织调查", "第七十二条", "2026年12月1日", "待核", to="随州市市场监督管理局", grade="一般事故", harm=HARM, materials="接报记录、现场记录、证据清单", clock="Q14#1"),
    letter("chase", "2026-12-02T09:00:05+08:00", "尚未收到", "一般事故", "待核", to="随州市市场监督管理局", clock="Q14#1"),
    letter("extension", "2026-11-25T10:00:05+08:00", "2026年12月1日届满", "随政函〔2026〕30号", "待核", original_due="2026-12-01", new_due="2027-01-30", reason="随政函〔2026〕30号批准", accepted_at="2026-10-03T00:05:00+08:00", clock="Q14#1"),
    letter("follow_up", "2027-03-02T10:10:05+08:00", "更换制动器", "2027年3月31日", "待核", measures="更换制动器", due_on="2027-03-31"),
)  # fmt: skip
