"""Separation of duties (岗位分离): which person may take which duty in a case.

Rules are those of law.md SOD-1…16; a catalogue row names the ones that bind its procedure. Each is a
pure function of the duties already taken and the one about to be taken.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Taken:
    """A duty that a person has taken in the case."""

    duty: str
    person_id: str


@dataclass(frozen=True)
class Violation:
    """Which rule is broken, by whom before, and its source; `message` says what to do."""

    rule: str
    message: str
    source: str


Rule = Callable[[Sequence[Taken], str, str], Violation | None]


def _differ(rule: str, one: str, other: str, message: str, source: str) -> Rule:
    def check(taken: Sequence[Taken], duty: str, person: str) -> Violation | None:
        clash = {one: other, other: one}.get(duty)
        if clash and any(t.duty == clash and t.person_id == person for t in taken):
            return Violation(rule, message, source)
        return None

    return check


def _first(*rules: Rule) -> Rule:
    def check(taken: Sequence[Taken], duty: str, person: str) -> Violation | None:
        return next((v for rule in rules if (v := rule(taken, duty, person))), None)

    return check


def _hearing_officer(taken: Sequence[Taken], duty: str, person: str) -> Violation | None:
    handled = {"reviewer", "acceptor", "investigator", "inspector", "proposer"}
    clash = (
        duty == "hearing_officer"
        and any(t.duty in handled and t.person_id == person for t in taken)
    ) or (
        duty in handled
        and any(t.duty == "hearing_officer" and t.person_id == person for t in taken)
    )
    if clash:
        return Violation("SOD-7", "听证主持人不得是本案审查人员。", "行政许可法第48条")
    return None


RULES: Mapping[str, Rule] = {
    "SOD-1": _first(
        _differ(
            "SOD-1",
            "acceptor",
            "approver",
            "受审分离：本件由您受理，核准请转由另一位同事办理。",
            "本局岗位规则（待核：无全国性规定）",
        ),
        # What is decided when a promise was not kept is a decision too; whoever let the document follow does not take it.
        _differ(
            "SOD-1",
            "acceptor",
            "overdue_decider",
            "受审分离：本件由您容缺受理，超期的处理请转由另一位负责人决定。",
            "本局岗位规则（待核：无全国性规定）",
        ),
    ),
    "SOD-1R": _differ(
        "SOD-1R",
        "reviewer",
        "approver",
        "审核分离：本件由您审查，核准请转由另一位同事办理。",
        "本局岗位规则（待核：无全国性规定）",
    ),
    "SOD-1P": _differ(
        "SOD-1P",
        "proposer",
        "approver",
        "立审分离：本件由您提出，决定请转由另一位同事作出。",
        "本局岗位规则（待核：无全国性规定）",
    ),
    "SOD-4": _differ(
        "SOD-4",
        "inspector",
        "approver",
        "实施查封、扣押的人员不能批准本件，请转由未参加实施的负责人批准。",
        "由行政强制法第18条的批准权限得出",
    ),
    "SOD-7": _hearing_officer,
    "SOD-8": _differ(
        "SOD-8",
        "legal_reviewer",
        "investigator",
        "法制审核应当由非本案办案人员进行。",
        "行政处罚法第58条",
    ),
    "SOD-11": _differ(
        "SOD-11",
        "extension_asker",
        "extension_approver",
        "申请延期的人不能批准延期。",
        "由各条批准权限得出",
    ),
    # The same thought for a reserved name; law.md has no rule of its own for it.
    "SOD-11C": _differ(
        "SOD-11C",
        "cancellation_asker",
        "cancellation_approver",
        "提出取消名称保留的人不能批准取消。",
        "本局岗位规则（待核：无全国性规定）",
    ),
    # Drawn officers and targets are replaced with a reason on record and another person's consent.
    "SOD-16": _differ(
        "SOD-16",
        "assigner",
        "replacement_approver",
        "申请更换抽取的人员或者对象的人不能同意更换。",
        "本局岗位规则（待核：无全国性规定）",
    ),
}

# Rules that need two persons at once, checked on the answers of a form, not on the duties before it.
TWO_OFFICERS: Mapping[str, str] = {
    "SOD-2": "行政许可法第34条",
    "SOD-3": "行政处罚法第42条",
    "SOD-4": "行政强制法第18条",
    "SOD-5": "特种设备安全法第65条",
    # Of others than equipment units law.md asks for two officers too, and quotes no article.
    "SOD-5D": "双随机抽查由两名以上检查人员进行（待核）",
    "SOD-6": "食品生产经营监督检查管理办法第23条",
}


def check(
    rules: Sequence[str],
    taken: Sequence[Taken],
    duty: str,
    person: str,
    *,
    single_officer: bool = False,
) -> Violation | None:
    """The first rule that the person would break by taking the duty, or None.

    In single-officer mode (独任审批) acceptor, reviewer and approver may be one person; the case
    records that the mode was used.
    """
    for rule in rules:
        if single_officer and rule in {"SOD-1", "SOD-1R"}:
            continue
        if (found := RULES.get(rule)) and (violation := found(taken, duty, person)):
            return violation
    return None


SIGNER_MISSING = "提交核查结论的人员应当在核查人员之中。"
"""Who signs a check's finding has made the check: follows from the duty to send officers (行政许可法 34)."""


def check_officers(rules: Sequence[str], officers: Sequence[str]) -> Violation | None:
    """Two different officers where a rule of the procedure asks for them (on a site check…)."""
    for rule in rules:
        if rule in TWO_OFFICERS and len({o.strip() for o in officers if o.strip()}) < 2:
            return Violation(
                rule, "应当由两名以上工作人员进行核查，请填写两名人员。", TWO_OFFICERS[rule]
            )
    return None
