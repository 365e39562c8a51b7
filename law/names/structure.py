"""Whether the parts of a name may stand (企业名称登记管理规定 5-9, 13, 14)."""

from collections.abc import Callable, Iterator
from typing import Final

from law.clock_types import Verified
from law.names.characters import Finding, finding
from law.names.divisions import named, seat_of, short_elsewhere
from law.names.forms import EntityKind
from law.names.industries import cut
from law.names.model import Name, Place
from law.names.rules import RULES, Effect


def structure_findings(
    name: Name, *, seat: str, kind: EntityKind | None = None, other_meaning: bool = False
) -> tuple[Finding, ...]:
    """What the law says of the name's parts, in the order of its articles.

    Args:
        name: the name in its parts.
        seat: division code of where the enterprise is.
        kind: what is to be set up; without it the form is not held against it.
        other_meaning: the applicant says that a division or industry as trade name means something else (art. 8).
    """
    found = [f for check in _CHECKS for f in check(name)]
    found += _division(name, seat)
    found += _trade_words(name, seat, other_meaning)
    found += _kind(name, kind)
    return tuple(found)


def _at(rule: str, name: Name, span: tuple[int, int], message: str) -> Finding:
    return finding(rule, *span, name.given[span[0] : span[1]], message)


def _say(rule: str, detail: str) -> str:
    return f"{RULES[rule].title}：{detail}" if detail else RULES[rule].title


def _brackets(name: Name) -> Iterator[Finding]:
    whole = name.given_span(0, len(name.text))
    if name.unbalanced:
        yield _at("brackets.unbalanced", name, whole, _say("brackets.unbalanced", ""))
    for start, end in name.odd_brackets:
        content = name.text[start:end]
        # （中国）is answered by the words of article 12: it goes to a person, not back to the applicant.
        if content.strip("（）") != "中国":
            span = name.given_span(start, end)
            yield _at("brackets.content", name, span, _say("brackets.content", content))


def _trade(name: Name) -> Iterator[Finding]:
    if not name.trade:
        yield _at("trade.missing", name, name.trade_span(), _say("trade.missing", ""))
    elif len(name.trade) < 2:
        yield _at("trade.short", name, name.trade_span(), _say("trade.short", name.trade))


def _industry(name: Name) -> Iterator[Finding]:
    span = name.industry_span()
    if not name.industry.text and not name.branch:
        yield _at("industry.omitted", name, span, _say("industry.omitted", ""))
    if not name.industry.known:
        yield _at("industry.unlisted", name, span, _say("industry.unlisted", name.industry.text))


def _form(name: Name) -> Iterator[Finding]:
    span = name.form_span()
    if not name.form.text:
        yield _at("form.missing", name, span, _say("form.missing", ""))
    for row in name.form.rows:
        if row.verified is not Verified.TEXT and row.verified is not Verified.EXCERPT:
            yield _at("form.unverified", name, span, _say("form.unverified", row.text))
    if name.form.group:
        yield _at("form.group", name, span, _say("form.group", ""))
    if name.branch_alone:
        yield _at("branch.parent", name, span, _say("branch.parent", name.form.text))


_CHECKS: Final[tuple[Callable[[Name], Iterator[Finding]], ...]] = (
    _brackets,
    _trade,
    _industry,
    _form,
)


def _division(name: Name, seat: str) -> Iterator[Finding]:
    around = seat_of(seat)
    span = _division_span(name)
    if name.twice:
        yield _at("division.twice", name, span, _say("division.twice", ""))
    if name.zone and not name.chain:
        zoned = name.given_span(0, len(name.zone))
        yield _at("division.zone_alone", name, zoned, _say("division.zone_alone", name.zone))
    if not name.chain:
        if not name.zone and not name.branch:
            yield _at("division.omitted", name, (0, 0), _say("division.omitted", ""))
        return
    alone = name.chain[-1].district and all(d.level != "prefecture" for d in name.chain)
    if alone and not _of_municipality(name):
        message = _say("division.district_alone", name.division)
        yield _at("division.district_alone", name, span, message)
    # A branch bears the name of its parent, which may sit anywhere.
    if not name.branch and any(d not in around for d in name.chain):
        yield _at("division.not_seat", name, span, _say("division.not_seat", name.division))
    if name.place is Place.AFTER_INDUSTRY:
        yield _at(
            "division.after_industry", name, span, _say("division.after_industry", name.division)
        )


def _of_municipality(name: Name) -> bool:
    """A district of 北京, 天津, 上海 or 重庆 carries its city when it carries the province-level division."""
    last = name.chain[-1]
    cities = ("11", "12", "31", "50")
    return last.code[:2] in cities and any(d.level == "province" for d in name.chain)


def _division_span(name: Name) -> tuple[int, int]:
    at = name.text.find(name.division)
    return name.given_span(at, at + len(name.division))


def _trade_words(name: Name, seat: str, other_meaning: bool) -> Iterator[Finding]:
    if len(name.trade) < 2:
        return
    span = name.trade_span()
    rule = ""
    divisions = named(name.trade)
    if any(
        d.name == name.trade or d.level != "county" or d.code[:2] == seat[:2] for d in divisions
    ):
        rule = "trade.is_division"
    elif cut(name.trade) is not None:
        rule = "trade.is_industry"
    if rule and other_meaning:
        yield _at("trade.other_meaning", name, span, _say("trade.other_meaning", name.trade))
    elif rule:
        yield _at(rule, name, span, _say(rule, name.trade))
    elif divisions:
        # 金山, 和平, 东方: every other word is a county's short name somewhere; which one is meant, the applicant says.
        message = f"{_say('trade.county_elsewhere', name.trade)}（{divisions[0].name}）"
        yield _at("trade.county_elsewhere", name, span, message)
    elif (division := short_elsewhere(name.trade)) is not None:
        message = f"{_say('trade.begins_with_division', name.trade)}（{division.name}）"
        yield _at("trade.begins_with_division", name, span, message)


def _kind(name: Name, kind: EntityKind | None) -> Iterator[Finding]:
    if kind is None or not name.form.text:
        return
    own = (
        frozenset({EntityKind.BRANCH.value})
        if name.branch or name.branch_alone
        else name.form.kinds
    )
    if kind.value not in own:
        message = f"{_say('form.mismatch', name.form.text)}（{kind.label}）"
        yield _at("form.mismatch", name, name.form_span(), message)


def refused(findings: tuple[Finding, ...]) -> bool:
    """Whether a finding stands in the way."""
    return any(f.effect is Effect.REFUSE for f in findings)
