"""Who may not use simple deregistration (简易注销): the sixteen exclusion grounds, and which of them can be cured.

市场主体登记管理条例 33; 实施细则 48 (read). 国市监注发〔2021〕45号 and 工商企注字〔2016〕253号 were seen in excerpts only and
stay 待核, as the reading that a ground once cured lets the firm publish again (容错机制, 45号文).
"""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

UNREAD: Final = "（待核）"
TOLERANCE: Final = f"国市监注发〔2021〕45号{UNREAD}"
"""The source of the curable stop (容错机制)."""


@dataclass(frozen=True)
class Ground:
    """One ground: `code` as the law report and the case's facts name it, `article` with 待核 where it was not read."""

    code: str
    title: str
    article: str
    curable: bool = False

    @property
    def label(self) -> str:
        """SD-05, as papers and pages print it."""
        return self.code.upper().replace("_", "-")


_TEXT: Final = "条例第33条"
GROUNDS: Final = (
    Ground(
        "sd_01",
        "有未清偿的债务，或者欠付清偿费用、职工工资、社会保险费用、法定补偿金、税款（滞纳金、罚款）",
        _TEXT,
    ),
    Ground("sd_02", "没有全体投资人书面承诺", _TEXT),
    Ground("sd_03", "注销依法须经批准", _TEXT),
    Ground("sd_04", "被吊销营业执照、责令关闭或者被撤销", "条例第33条；实施细则第48条第4项"),
    Ground("sd_05", "被列入经营异常名录", "条例第33条；实施细则第48条第1项", curable=True),
    Ground("sd_06", "被列入市场监督管理严重违法失信名单", "实施细则第48条第1项"),
    Ground(
        "sd_07",
        "股权（财产份额）被冻结、出质，或者动产抵押",
        "实施细则第48条第2项",
        curable=True,
    ),
    Ground("sd_08", "对其他市场主体存在投资", "实施细则第48条第2项"),
    Ground("sd_09", "正在被立案调查或者采取行政强制措施", "实施细则第48条第3项"),
    Ground("sd_10", "正在诉讼或者仲裁程序中", "实施细则第48条第3项"),
    Ground("sd_11", "罚款等行政处罚尚未执行完毕", "实施细则第48条第5项"),
    Ground("sd_12", "是上市股份有限公司", TOLERANCE),
    Ground("sd_13", "有分支机构尚未注销登记", f"{TOLERANCE}；条例第32条", curable=True),
    Ground("sd_14", "是涉及准入特别管理措施的外商投资企业", f"工商企注字〔2016〕253号{UNREAD}"),
    Ground("sd_15", "曾被终止简易注销程序", f"工商企注字〔2016〕253号{UNREAD}"),
    Ground("sd_16", "税务等部门的异议还没有处理完", _TEXT),
)
BY_CODE: Final = MappingProxyType({ground.code: ground for ground in GROUNDS})
"""Every ground by its code."""


def title_of(code: str, otherwise: str) -> str:
    """What the ground of this code is called; what is no ground of SD-01…16 keeps its own rule."""
    ground = BY_CODE.get(code)
    return ground.title if ground else otherwise


def curable(codes: list[str]) -> bool:
    """Whether all of these can be cured, so that the firm may publish again afterwards; not of none."""
    return bool(codes) and all(BY_CODE[code].curable for code in codes)
