"""Reads a name into its parts. Any text that shows something has a reading; whether it may stand is for structure.py."""

from typing import Final, NamedTuple

from law.names.characters import CLOSE, LONGEST, OPEN, folded
from law.names.divisions import Division, head, zone
from law.names.forms import BRANCHES, NO_FORM, EntityKind, FormAt, form_of
from law.names.industries import cut, industry, trade_length
from law.names.model import Name, NameUnreadable, Place
from law.names.rules import RULES
from law.offices import DEFAULT_OFFICE, OFFICES

DEFAULT_SEAT: Final = OFFICES[DEFAULT_OFFICE].division
_COMPANIES: Final = frozenset({EntityKind.LIMITED, EntityKind.JOINT_STOCK})
# A branch bears at least "XX店" in front of its own words.
_LEAST_PARENT: Final = 3


class _Inside(NamedTuple):
    """What stands between head division and form, its brackets taken out."""

    body: str
    at: tuple[int, ...]
    cut_at: int
    chain: tuple[Division, ...]
    division: str
    odd: tuple[tuple[int, int], ...]
    unbalanced: bool


def read_name(given: str, *, seat: str = DEFAULT_SEAT, trade: str | None = None) -> Name:
    """The name in its parts.

    Args:
        given: the whole name as it came.
        seat: division code of the registrar; short names of divisions are read from there.
        trade: the trade name (字号), where the applicant or a register says which part it is.

    Raises:
        NameUnreadable: nothing to read, longer than any name, or `trade` is not where a trade name stands.
        UnknownSeat: no such division.
    """
    if len(given) > LONGEST:
        raise NameUnreadable(
            "name.too_long", f"{RULES['name.too_long'].title}：{len(given)} 字，最多 {LONGEST} 字"
        )
    text, origin = folded(given)
    if not text:
        raise NameUnreadable("name.empty", RULES["name.empty"].title)
    end, branch, alone = _branch(text)
    form = NO_FORM if alone else form_of(text[:end])
    if alone:
        form = FormAt(end, branch, False, frozenset({EntityKind.BRANCH}), "", ())
        branch = ""
    elif not form.text:
        form = FormAt(end, "", False, frozenset(), "", ())
    chain, taken = head(text[: form.start], seat)
    zoned = _zone(text[taken : form.start], bool(chain))
    inside = _inside(text, taken + zoned, form.start, seat)
    length = _trade_length(inside, trade)
    division = text[:taken] or inside.division
    place = Place.HEAD if taken else Place.NONE
    if not taken and inside.division:
        place = Place.AFTER_TRADE if inside.cut_at <= length else Place.AFTER_INDUSTRY
    expression = inside.body[length:]
    return Name(
        given=given,
        text=text,
        origin=origin,
        division=division,
        chain=chain or inside.chain,
        place=place,
        zone=text[taken : taken + zoned],
        trade=inside.body[:length],
        industry_text=expression,
        industry=industry(expression or form.industry),
        body_at=inside.at,
        form=form,
        branch=branch,
        branch_alone=alone,
        twice=bool(taken and inside.division),
        odd_brackets=inside.odd,
        unbalanced=inside.unbalanced,
    )


def _branch(text: str) -> tuple[int, str, bool]:
    """Where the parent's name ends, the branch's own words, and whether there is no parent."""
    if not text.endswith(BRANCHES):
        return len(text), "", False
    ends = [e for e in range(len(text) - 2, _LEAST_PARENT - 1, -1) if form_of(text[:e]).text]
    companies = [e for e in ends if form_of(text[:e]).kinds & _COMPANIES]
    for end in (*companies, *ends):
        return end, text[end:], False
    return len(text) - 2 - text.endswith("分公司"), text[-2 - text.endswith("分公司") :], True


def _zone(text: str, after_division: bool) -> int:
    length = zone(text)
    if not length:
        return 0
    rest = text[length:]
    # 红光开发区建设有限公司 is about building zones: a zone's name leaves a trade name behind.
    if len(rest) < 2 or cut(rest) is not None:
        return 0
    return length


def _inside(text: str, start: int, end: int, seat: str) -> _Inside:
    body: list[str] = []
    at: list[int] = []
    chain: tuple[Division, ...] = ()
    division = ""
    odd: list[tuple[int, int]] = []
    cut_at = -1
    unbalanced = False
    place = start
    while place < end:
        character = text[place]
        if character == OPEN:
            close = text.find(CLOSE, place, end)
            if close < 0 or OPEN in text[place + 1 : close]:
                unbalanced = True
                place += 1
                continue
            content = text[place + 1 : close]
            found, length = head(content, seat)
            if found and length == len(content) and not division:
                chain, division, cut_at = found, content, len(body)
            else:
                odd.append((place, close + 1))
            place = close + 1
            continue
        if character == CLOSE:
            unbalanced = True
        else:
            body.append(character)
            at.append(place)
        place += 1
    return _Inside("".join(body), tuple(at), cut_at, chain, division, tuple(odd), unbalanced)


def _trade_length(inside: _Inside, trade: str | None) -> int:
    body = inside.body
    if trade is not None:
        said, _ = folded(trade)
        if not said or not body.startswith(said):
            raise NameUnreadable("trade.not_in_name", RULES["trade.not_in_name"].title)
        return len(said)
    length = trade_length(body)
    before = inside.cut_at
    # 红光(随州)量子有限公司: the bracket ends the trade name, also before words that no table knows.
    if 2 <= before < len(body) and trade_length(body[:before]) == before and length > before:
        return before
    return length
