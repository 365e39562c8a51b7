"""What an applicant is told about a licence item, in Chinese and English: what to do, when to trade.

The sentences follow the four modes of law.md §2.4. Whatever was not read in the law is said to be
待核 in the sentence itself, so that no page can leave the mark out.
"""

from law.clock_types import Verified
from law.licence_types import LicenceItem, Mode, Order


def told(item: LicenceItem, *, may_commit: bool = True) -> str:
    """The Chinese sentences; `may_commit` False where the applicant may not commit (告知承诺)."""
    mode = item.mode_for(may_commit=may_commit)
    parts = [
        f"仅在{item.condition.zh}时需要。" if item.condition else "",
        _ORDER[item.order.value].format(name=item.name, dept=item.department_name),
        _MODE[mode].format(name=item.name, dept=item.department_name),
        "备案应在经营前还是经营后办理待核，请先备案再经营。"
        if mode is Mode.FILE and item.filing_first is None
        else "",
        "有严重不良记录或者虚假承诺尚未修复，不适用告知承诺（待核）。"
        if mode is not item.mode.value.handled
        else "",
        "办理方式待核。" if item.mode.verified is not Verified.TEXT else "",
        "先后顺序待核。" if _order_open(item) else "",
    ]
    return "".join(parts)


def told_en(item: LicenceItem, *, may_commit: bool = True) -> str:
    """The same in English."""
    mode = item.mode_for(may_commit=may_commit)
    name, dept = item.name_en, f"the {item.department_name_en} authority ({item.department_name})"
    parts = [
        f"Only needed if {item.condition.en}." if item.condition else "",
        _ORDER_EN[item.order.value].format(name=name, dept=dept),
        _MODE_EN[mode].format(name=name, dept=dept),
        "Whether the filing comes before or after trade is to be verified (待核): file first."
        if mode is Mode.FILE and item.filing_first is None
        else "",
        "A serious bad record or an unrepaired false commitment bars commitment (待核)."
        if mode is not item.mode.value.handled
        else "",
        "The mode is to be verified (待核)." if item.mode.verified is not Verified.TEXT else "",
        "The order is to be verified (待核)." if _order_open(item) else "",
    ]
    return " ".join(part for part in parts if part)


def _order_open(item: LicenceItem) -> bool:
    """AFTER is the rule of 先照后证 and needs no doubt said; what comes first does."""
    return item.order.value is not Order.AFTER and (
        item.asks_order or item.order.verified is not Verified.TEXT
    )


_ORDER = {
    Order.BEFORE: "“{name}”属于前置审批，应当先取得批准，再办理登记。",
    Order.AFTER: "",
    Order.UNKNOWN: "“{name}”应在登记前还是登记后办理，由登记机关确认。",
}
_ORDER_EN = {
    Order.BEFORE: "“{name}” is a prior approval: obtain it first, then register.",
    Order.AFTER: "",
    Order.UNKNOWN: "The registrar settles whether “{name}” comes before or after registration.",
}
_MODE = {
    Mode.CANCEL: "“{name}”已直接取消审批，不用办理；领取营业执照后即可经营，由{dept}监管。",
    Mode.FILE: "请到{dept}办理“{name}”，材料齐全即完成备案。",
    Mode.COMMIT: "可以向{dept}申请以告知承诺方式办理“{name}”：书面承诺符合条件的当场作出决定，"
    "取得许可后即可经营；随后全面核查，不符合承诺的限期整改，逾期不改或者仍不符合的依法撤销许可。",
    Mode.OPTIMISE: "请向{dept}申请“{name}”，取得许可前不得经营该项目。",
}
_MODE_EN = {
    Mode.CANCEL: "“{name}” is no longer needed: trade as soon as you have the business licence, under "
    "the supervision of {dept}.",
    Mode.FILE: "File “{name}” with {dept}; a complete file is enough.",
    Mode.COMMIT: "“{name}” can be had from {dept} on informed commitment: whoever commits in writing to "
    "meet the conditions gets the decision at once and may trade from the grant. Every commitment is then "
    "verified; what does not hold must be put right in time, or the licence is revoked by due procedure.",
    Mode.OPTIMISE: "Apply for “{name}” to {dept}; no trade in it before the licence is granted.",
}
