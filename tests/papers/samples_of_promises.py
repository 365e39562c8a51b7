"""Samples of the papers about documents that may follow (容缺受理) and of annulments (撤销登记)."""

from typing import Any

from tests.papers.sample_parts import RECEIVED, REMEDIES, common

T01 = {
    "day": "2026-10-13",
    "length": "10个工作日",
    "counted_from": "2026-09-23",
    "basis": "曾都区市场监督管理“十四五”建设规划 三(一)（待核）",
    "reasons": [
        {"days": "9月24日", "count": "第1日", "why": "工作日", "source": ""},
    ],
    "notices": [],
}


SAMPLES: dict[str, dict[str, Any]] = {
    "tolerance_notice": common(
        "曾市监食经容〔2026〕第000008号",
        "T5V8-KZ2C",
        matter="食品经营许可",
        received_at=RECEIVED,
        items=[
            {"material": "从业人员健康证明复印件", "basis": "本局容缺清单（待核）"},
            {"material": "经营者联系方式", "basis": "本局容缺清单（待核）"},
        ],
        due=T01,
        licence_first=True,
    ),
    "supplement_commitment": common(
        "曾市监食经诺〔2026〕第000008号",
        "T6W9-LA3D",
        matter="食品经营许可",
        promised_at=RECEIVED,
        promised_by="周晓岚",
        items=[{"material": "从业人员健康证明复印件", "basis": "本局容缺清单（待核）"}],
        due=T01,
        licence_first=False,
    ),
    "supplement_receipt": common(
        "曾市监食经收补〔2026〕第000003号",
        "T7X1-MB4E",
        matter="食品经营许可",
        received_at="2026-10-14T09:00:00+08:00",
        material="从业人员健康证明复印件",
        files=[{"name": "健康证明.pdf", "sha256": "3f9a" * 16}],
        due=T01,
        late=True,
    ),
    "overrun_notice": common(
        "曾市监食经超〔2026〕第000002号",
        "T8Y2-NC5F",
        matter="食品经营许可",
        material="从业人员健康证明复印件",
        due=T01,
        decision="order",
        order_until="2026-10-20",
        issued=False,
        reasons=["期限届满后经提醒仍没有补齐，直接影响食品安全。"],
        remedies=REMEDIES,
    ),
    "revocation": common(
        "曾市监撤登准〔2026〕第000001号",
        "R1A1-PD6G",
        matter="撤销登记",
        uscc="91421303MA4K1X2Y9A",
        licence=False,
        decided_on="2026-09-23",
        voided="421303000000011",
        reasons=["笔迹鉴定表明申请书上的签名不是本人所签。"],
        responsible=["周晓岚"],
        bar={
            "day": "2029-09-23",
            "length": "3年",
            "counted_from": "2026-09-23",
            "basis": "登记管理条例 40",
        },
        remedies=REMEDIES,
    ),
    "revocation_refusal": common(
        "曾市监撤登不准〔2026〕第000001号",
        "R2B2-QE7H",
        matter="撤销登记",
        received_at=RECEIVED,
        licence=False,
        public_interest=True,
        reasons=["企业有职工四百余人，撤销将严重影响职工和债权人的利益。"],
        remedies=REMEDIES,
    ),
}
