"""May this scope be registered? Prohibitions (负面清单) and prior approvals (前置审批), at intake.

A pure function of the scope, the approvals in the file and the day. What a statute that was read says
is decided; what is 待核 or nobody knows is asked of the clerk. An approval must be in force, or, where
it names no term, not be older than 90 days (实施细则 22, clock R06).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from law import business_scope, licence_items
from law.access_data import Ban, bans
from law.business_scope import fold
from law.calendars import Calendars
from law.clock_types import Verified
from law.clocks import find_clock
from law.deadlines import deadline
from law.licence_items import LicenceItem, Match, Separation, UnknownTerm
from law.licence_types import Order

# “…（不含虚拟货币）” names what the firm does not do.
_EXCEPT = re.compile(r"\((?:不含|除)[^()]*\)|\([^()]*除外\)")
NO_TERM_CLOCK = "R06"


class Verdict(StrEnum):
    """Worst first. PROHIBITED, MISSING and STALE stop the registration, CONFIRM waits for a clerk."""

    PROHIBITED = "prohibited"
    MISSING = "missing"
    STALE = "stale"
    CONFIRM = "confirm"
    HELD = "held"
    FREE = "free"

    @property
    def label(self) -> str:
        return _LABELS[self][0]

    @property
    def label_en(self) -> str:
        return _LABELS[self][1]

    @property
    def stops(self) -> bool:
        return self in (Verdict.PROHIBITED, Verdict.MISSING, Verdict.STALE)


@dataclass(frozen=True, slots=True)
class Approval:
    """A prior approval in the file; `valid_until` is its last day, None where it names no term."""

    item_id: str
    granted_on: date
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One answer, with the terms as written, the rule and how far the rule was checked."""

    verdict: Verdict
    terms: tuple[str, ...]
    reason: str
    reason_en: str
    source: str
    verified: Verified
    item: LicenceItem | None = None
    ban: Ban | None = None


@dataclass(frozen=True, slots=True)
class Access:
    """Every term is in at least one finding, worst first."""

    edition: str
    findings: tuple[Finding, ...]
    # Approvals in the file that no term asks for: shown to the clerk, they stop nothing.
    unneeded: tuple[Approval, ...]

    @property
    def may_register(self) -> bool:
        """Nothing stops it; what is to be confirmed is still open."""
        return not any(finding.verdict.stops for finding in self.findings)

    @property
    def to_confirm(self) -> tuple[Finding, ...]:
        return tuple(f for f in self.findings if f.verdict is Verdict.CONFIRM)


def check_access(
    scope_terms: Iterable[str],
    approvals: Iterable[Approval],
    on: date,
    calendars: Calendars,
    edition_number: str | None = None,
) -> Access:
    """The findings of a scope on the day. Raises KeyError for an approval of an unknown item."""
    edition = bans(edition_number)
    written = business_scope.split_scope(scope_terms)
    separation = licence_items.items_for(written, edition.licence_items)
    held: dict[str, Approval] = {}
    unneeded: list[Approval] = []
    asked = {m.item.id for m in separation.matches if m.item.order.value is not Order.AFTER}
    for approval in approvals:
        licence_items.item(approval.item_id, edition.licence_items)
        if approval.item_id not in asked:
            unneeded.append(approval)
        elif _newer(approval, held.get(approval.item_id)):
            held[approval.item_id] = approval
    found = [
        *_banned(written, edition.bans),
        *(
            _before(match, held.get(match.item.id), on, calendars)
            for match in separation.matches
            if match.item.id in asked
        ),
        *(_unknown(term) for term in separation.unknown),
    ]
    found += _free(written, found, separation)
    order = list(Verdict)
    ranked = sorted(found, key=lambda finding: order.index(finding.verdict))
    return Access(edition.edition, tuple(ranked), tuple(unneeded))


def _newer(approval: Approval, other: Approval | None) -> bool:
    """Of two approvals for one item the one that holds longer; without a term, the later granted."""
    if other is None:
        return True
    last = (approval.valid_until or approval.granted_on, approval.granted_on)
    return last > (other.valid_until or other.granted_on, other.granted_on)


def _banned(written: tuple[str, ...], rows: tuple[Ban, ...]) -> Iterator[Finding]:
    for ban in rows:
        words = [fold(word) for word in ban.words]
        hit = tuple(t for t in written if any(w in _EXCEPT.sub("", fold(t)) for w in words))
        if not hit:
            continue
        read = ban.basis.verified is Verified.TEXT
        yield Finding(
            Verdict.PROHIBITED if read else Verdict.CONFIRM,
            hit,
            f"“{ban.name}”属于禁止经营的活动，不予登记。"
            if read
            else f"可能属于禁止经营的活动“{ban.name}”（待核），请登记机关确认。",
            f"“{ban.name}” ({ban.name_en}) is prohibited and cannot be registered."
            if read
            else f"This may be a prohibited activity: {ban.name_en} (待核). The registrar confirms.",
            ban.basis.citation,
            ban.basis.verified,
            ban=ban,
        )


def _before(match: Match, approval: Approval | None, on: date, calendars: Calendars) -> Finding:
    item = match.item
    order = item.order
    certain = (
        order.value is Order.BEFORE and order.verified is Verified.TEXT and not match.conditional
    )
    why = _stale(approval, on, calendars) if approval is not None else None
    if approval is not None and (why is None or certain):
        verdict = Verdict.HELD if why is None else Verdict.STALE
        reason, reason_en = why or ("已提交前置批准文件。", "The prior approval is in the file.")
    elif certain:
        verdict = Verdict.MISSING
        reason = f"“{item.name}”应当先批准后登记，请先向{item.department_name}取得批准文件。"
        reason_en = (
            f"“{item.name_en}” is a prior approval: obtain it from {item.department_name} first."
        )
    else:
        verdict = Verdict.CONFIRM
        asked = f"：{item.condition.zh}的，" if item.condition else "，"
        reason = f"“{item.name}”可能应当先批准后登记（待核）{asked}请登记机关确认。"
        when = f" if {item.condition.en}" if item.condition else ""
        reason_en = (
            f"“{item.name_en}” may be a prior approval{when} (待核). The registrar confirms."
        )
        if why is not None:
            reason, reason_en = reason + why[0], f"{reason_en} {why[1]}"
    return Finding(verdict, match.terms, reason, reason_en, order.source, order.verified, item=item)


def _stale(approval: Approval, on: date, calendars: Calendars) -> tuple[str, str] | None:
    """Why the approval does not count on the day, or None."""
    if approval.granted_on > on:
        return "批准日期晚于今天，请核对。", "The approval is dated in the future."
    if approval.valid_until is not None:
        if on <= approval.valid_until:
            return None
        return (
            f"批准文件已于{approval.valid_until.isoformat()}到期，请重新取得。",
            f"The approval ended on {approval.valid_until.isoformat()}; obtain a new one.",
        )
    end = deadline(find_clock(NO_TERM_CLOCK), approval.granted_on, calendars).legal_end
    if on <= end:
        return None
    return (
        f"批准文件没有写明有效期，自批准之日起已超过90日（至{end.isoformat()}），请重新确认。",
        f"The approval names no term and is older than 90 days (until {end.isoformat()}); have it confirmed.",
    )


def _unknown(term: UnknownTerm) -> Finding:
    return Finding(
        Verdict.CONFIRM,
        (term.text,),
        term.instruction,
        term.instruction_en,
        "经营范围表述目录",
        Verified.POLICY,
    )


def _free(written: tuple[str, ...], found: list[Finding], scope: Separation) -> Iterator[Finding]:
    """The terms that nothing above speaks of: free, or licensed after registration (先照后证)."""
    spoken = {fold(text) for finding in found for text in finding.terms}
    later = {fold(text) for match in scope.after for text in match.terms}
    for text in written:
        if fold(text) in spoken:
            continue
        licensed = fold(text) in later
        yield Finding(
            Verdict.FREE,
            (text,),
            "登记后办理许可或者备案。" if licensed else "可以登记，没有查到前置审批。",
            "Registered first; the licence or filing follows."
            if licensed
            else "May be registered; no prior approval was found.",
            "先照后证；市场准入负面清单文本待核",
            Verified.EXCERPT,
        )


_LABELS = {
    Verdict.PROHIBITED: ("禁止经营", "prohibited"),
    Verdict.MISSING: ("缺少前置批准文件", "prior approval missing"),
    Verdict.STALE: ("前置批准文件不能使用", "prior approval no longer valid"),
    Verdict.CONFIRM: ("请登记机关确认（待核）", "to be confirmed by the registrar (待核)"),
    Verdict.HELD: ("已有前置批准文件", "prior approval in the file"),
    Verdict.FREE: ("可以登记", "may be registered"),
}
