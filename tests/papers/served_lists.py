"""Papers of the lists of NECIPS and of credit repair: an order, what is told before, decisions, removal, repair."""

from typing import Any, Final

from tests.papers.served import Served
from tests.papers.served_deregistrations import LONG, RARE, USCC

ABNORMAL: Final[dict[str, Any]] = {
    "uscc": USCC,
    "name": LONG,
    "ground": "unreachable",
    "found_on": "2026-09-01",
    "facts": "8月24日、9月1日两次邮寄专用信函，均因查无此单位退回",
}
UNPUBLISHED: Final[dict[str, Any]] = {
    **ABNORMAL,
    "ground": "information_not_published",
    "information": "2026年7月14日股东股权转让等股权变更信息",
}
VERIFIED: Final = {
    "checked_on": "2026-09-10",
    "record": "9月10日实地核查，登记的住所由其他企业使用，物业证明该企业已于2025年底搬离",
}
LISTED: Final = {
    "entry_number": "MD-2026-00000001",
    "listed_at": "2026-09-15T09:00:00+08:00",
    "marked": False,
}
HEARD: Final = {
    "stated": "rejected",
    "record": "称仍在原址经营；经复核，现场没有该企业的人员、设备和标牌",
}
REMOVAL: Final[dict[str, Any]] = {
    "uscc": USCC,
    "name": LONG,
    "ground": "unreachable",
    "cured_on": "2026-10-09",
    "cure": "已办理住所变更登记，现住所可以联系",
    "truthful": True,
}
ENTRY: Final = {
    "number": "MD-2026-00000001",
    "ground": "unreachable",
    "listed_at": "2026-09-15T09:00:00+08:00",
    "marked": False,
}
SERIOUS: Final[dict[str, Any]] = {
    "uscc": USCC,
    "name": RARE,
    "penalty": "licence",
    "penalty_decision": "曾市监处罚〔2026〕118号",
    "penalised_by": "随州市曾都区市场监督管理局",
    "penalised_on": "2026-07-20",
    "nature": "两年内三次销售超过保质期的食品，经责令改正拒不改正，造成十二人食源性疾病",
}
REPAIR: Final[dict[str, Any]] = {
    "uscc": USCC,
    "name": LONG,
    "entry": "MD-2026-00000007",
    "fulfilled_on": "2026-08-31",
    "corrected": "罚款三万元已于8月31日缴清，过期食品已经销毁，建立了临期食品台账",
    "commitment": True,
    "no_bar": True,
}
PUBLISHED: Final = {
    "number": "MD-2026-00000007",
    "ground": "general",
    "listed_at": "2026-05-20T09:00:00+08:00",
}


def abnormal(kind: str, at: str, *says: str, **more: Any) -> Served:
    return Served(
        "abnormal_operation_list", kind, more.pop("form", ABNORMAL), at, says=says, **more
    )


def decided(**more: Any) -> dict[str, Any]:
    return {
        "ground": "unreachable",
        "verified": VERIFIED,
        "statement": HEARD,
        "reasons": "通过登记的住所无法联系，陈述、申辩没有提出新的证据",
        **more,
    }


ABNORMAL_PAPERS: Final = (
    abnormal("order_to_publish", "2026-09-01T16:00:00+08:00", "责令你（单位）", "24:00", "六十日", form=UNPUBLISHED, data={"clock": "K02#1"}, clocks={"K02#1": "2026-09-01T16:00:00+08:00"}, decision={"ground": "information_not_published"}),
    abnormal("prior_notice", "2026-09-10T16:00:00+08:00", "有权陈述、申辩", "2026年9月10日", decision=decided()),
    abnormal("marking_notice", "2026-09-10T16:00:00+08:00", "标记为经营异常状态", decision=decided(marked=True)),
    abnormal("listing", "2026-09-15T09:00:05+08:00", "MD-2026-00000001", "不予采纳", "六十日", decision=decided(), data={"entry": LISTED}),
    abnormal("marking", "2026-09-15T09:00:05+08:00", "恢复正常记载状态", "六十日", decision=decided(marked=True, statement={"stated": "nothing", "record": ""}), data={"entry": {**LISTED, "marked": True}}),
    abnormal("not_listed", "2026-09-15T09:00:05+08:00", "决定不予列入", decision=decided(reasons="经复核，该企业已经变更住所并能够联系")),
)  # fmt: skip


def removal(kind: str, at: str, *says: str, **more: Any) -> Served:
    return Served("abnormal_list_removal", kind, REMOVAL, at, says=says, **more)


REMOVAL_PAPERS: Final = (
    removal("receipt", "2026-10-10T10:00:05+08:00", "不代表申请已被受理", data={"received_at": "2026-10-10T10:00:00+08:00"}, handed=("cure_proof", "authorisation")),
    removal("notice", "2026-10-10T11:00:05+08:00", "以上共1项", data={"received_at": "2026-10-10T10:00:00+08:00", "version": 1, "gaps": [{"gap": "cure_unclear", "part": "cure_proof", "advice": "请重新上传看得清公示日期和内容的页面。"}]}),
    removal("not_accepted", "2026-10-10T11:00:05+08:00", "六十日", data={"received_at": "2026-10-10T10:00:00+08:00", "reasons": ["公示系统没有该企业因为这一情形被列入的记录。"]}),
    removal("acceptance", "2026-10-10T11:00:05+08:00", "法律没有规定", data={"accepted_at": "2026-10-10T11:00:00+08:00", "clock": None}),
    removal("grant", "2026-10-13T11:00:05+08:00", "移出经营异常名录", "2026年10月13日", data={"entry": ENTRY, "removed_at": "2026-10-13T11:00:00+08:00"}),
    removal("grant", "2026-10-13T11:00:05+08:00", "恢复正常记载状态决定书", data={"entry": {**ENTRY, "marked": True}, "removed_at": "2026-10-13T11:00:00+08:00"}, variant="mark"),
    removal("refusal", "2026-10-13T11:00:05+08:00", "不予准许", "六十日", data={"received_at": "2026-10-10T10:00:00+08:00", "reasons": ["现住所邮寄核查仍然无人签收，没有恢复联系"]}),
)  # fmt: skip


def serious(kind: str, at: str, *says: str, **more: Any) -> Served:
    decision = {
        "ground": "major_penalty",
        "verified": VERIFIED | {"record": "处罚决定书已经送达，没有申请复议、没有起诉"},
        "reasons": "屡次违法，拒不改正，造成食源性疾病，社会危害较大",
        "entry": "MD-2026-00000009",
        **more.pop("decision", {}),
    }
    return Served("serious_violation_list", kind, SERIOUS, at, says=says, decision=decision, **more)


ENTERED: Final = {"entry_number": "MD-2026-00000009", "listed_at": "2026-09-16T10:00:00+08:00"}
SERIOUS_PAPERS: Final = (
    serious("prior_notice", "2026-08-24T10:00:05+08:00", "有权要求听证", "曾市监处罚〔2026〕118号"),
    serious("listing", "2026-09-16T10:00:05+08:00", "随市监信〔2026〕6号", "2029年9月16日", "六十日", data={"entry": ENTERED}, decision={"statement": {"answered": "stated", "record": "称已经整改；经复核，整改不影响认定"}, "consent": {"document": "随市监信〔2026〕6号"}}),
    serious("listing", "2026-09-16T10:00:05+08:00", "已经组织听证", "六十日", data={"entry": ENTERED}, decision={"statement": {"answered": "hearing", "record": ""}}, variant="hearing"),
    serious("not_listed", "2026-09-16T10:00:05+08:00", "决定不予列入"),
    serious("removal", "2026-10-08T17:00:05+08:00", "已于2026年9月28日被撤销", data={"annulled": {"on": "2026-09-28", "document": "曾政复〔2026〕3号"}, "reasons": "行政复议决定撤销处罚"}, variant="annulled"),
    serious("removal", "2029-09-17T00:05:00+08:00", "公示期届满", data={"annulled": None, "reasons": ""}, variant="expired"),
)  # fmt: skip


def repair(kind: str, at: str, *says: str, **more: Any) -> Served:
    return Served("credit_repair", kind, REPAIR, at, says=says, **more)


REPAIR_PAPERS: Final = (
    repair("receipt", "2026-10-10T10:00:05+08:00", "不代表申请已被受理", data={"received_at": "2026-10-10T10:00:00+08:00"}, handed=("duties_proof", "commitment")),
    repair("notice", "2026-10-10T11:00:05+08:00", "以上共1项", data={"received_at": "2026-10-10T10:00:00+08:00", "version": 1, "gaps": [{"gap": "commitment_unsigned", "part": "commitment", "advice": "请签名或者盖章后重新上传。"}]}),
    repair("not_accepted", "2026-10-10T11:00:05+08:00", "六十日", data={"received_at": "2026-10-10T10:00:00+08:00", "reasons": ["经营异常名录的记录，改正后请申请移出经营异常名录。"]}),
    repair("acceptance", "2026-10-10T11:00:05+08:00", "2026年10月20日（星期二）24:00", "待核", data={"accepted_at": "2026-10-10T11:00:00+08:00", "clock": "K04#1"}, clocks={"K04#1": "2026-10-10T11:00:00+08:00"}),
    repair("grant", "2026-10-15T11:00:05+08:00", "准予信用修复", "信用中国", "2026年10月15日", data={"entry": PUBLISHED, "removed_at": "2026-10-15T11:00:00+08:00"}),
    repair("refusal", "2026-10-15T11:00:05+08:00", "不予准许", "六十日", data={"received_at": "2026-10-10T10:00:00+08:00", "reasons": ["罚款没有缴清，滞纳金没有缴纳"]}),
    repair("revocation", "2026-12-15T11:00:05+08:00", "撤销对下列记录的信用修复", "六十日", data={"entry": PUBLISHED, "reasons": "缴款凭证系伪造"}),
)  # fmt: skip

SERVED: Final = ABNORMAL_PAPERS + REMOVAL_PAPERS + SERIOUS_PAPERS + REPAIR_PAPERS
