"""What holds for any two names: the comparison answers, is symmetric where its rule is, and keys miss nothing."""

from contextlib import suppress

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from law.names.characters import folded
from law.names.check import Standing, check_name
from law.names.compare import compare, explain, rule_between
from law.names.keys import index_keys, probe_keys, same_keys
from law.names.model import Core, NameUnreadable
from law.names.parse import read_name
from law.names.rules import Effect
from law.names.tables import LOOKALIKES, TRADITIONAL
from tests.law.names.strategies import noise, patchwork, plausible

GIVEN_PROPOSED = {"similar.no_industry"}
STANDARDS = {standard: other for other, standard in (*TRADITIONAL.items(), *LOOKALIKES.items())}
many = settings(
    max_examples=500, deadline=None, suppress_health_check=[HealthCheck.filter_too_much]
)


def core(given: str, trade: str | None = None) -> Core | None:
    with suppress(NameUnreadable):
        return read_name(given, trade=trade).core
    with suppress(NameUnreadable):
        return read_name(given).core
    return None


def hold_together(new: Core, old: Core) -> None:
    rule = rule_between(new, old)
    back = rule_between(old, new)
    if rule is None:
        assert back is None or back.id in GIVEN_PROPOSED
        return
    # The exhaustive comparison found it: so must the keys.
    assert set(probe_keys(new)) & set(index_keys(old))
    if rule.effect is Effect.SAME:
        assert back is rule
        assert set(same_keys(new)) & set(same_keys(old))
    elif rule.id not in GIVEN_PROPOSED:
        assert back is not None
        assert back.effect is Effect.SIMILAR


@many
@given(plausible(), plausible())
def test_plausible_pairs(new: tuple[str, str | None], old: tuple[str, str | None]) -> None:
    one, other = core(*new), core(*old)
    assume(one is not None and other is not None)
    assert one is not None
    assert other is not None
    hold_together(one, other)


@many
@given(patchwork, patchwork)
def test_patchwork_pairs(new: str, old: str) -> None:
    one, other = core(new), core(old)
    assume(one is not None and other is not None)
    assert one is not None
    assert other is not None
    hold_together(one, other)


@many
@given(noise)
def test_any_text_has_an_answer(given_text: str) -> None:
    check = check_name(given_text)
    for found in check.findings:
        assert 0 <= found.start <= found.end <= len(given_text)
        found.message.encode("utf-8")
    if check.standing is not Standing.REFUSED:
        assert check.name is not None
        assert compare(check.name, check.name) is not None


@many
@given(st.one_of(plausible().map(lambda p: p[0]), patchwork))
def test_a_name_is_the_same_as_itself(name: str) -> None:
    one = core(name)
    assume(one is not None)
    assert one is not None
    rule = rule_between(one, one)
    assert rule is not None
    assert rule.id == "same.identical"


INVISIBLE = [
    "\u200b",
    "\u200d",
    "\ufeff",
    "\u202e",
    " ",
    "\u3000",
    "\u0301",
    "\ufe0f",
    "·",
    "\ue000",
]


@many
@given(plausible(), st.data())
def test_no_disguise_lets_the_same_name_pass(
    honest: tuple[str, str | None], data: st.DataObject
) -> None:
    """Hidden characters, traditional forms and look-alikes: refused, or found to be the same."""
    name, _ = honest
    disguised = ""
    for character in name:
        if character in STANDARDS and data.draw(st.booleans()):
            character = STANDARDS[character]
        disguised += character
        if data.draw(st.integers(0, 5)) == 0:
            disguised += data.draw(st.sampled_from(INVISIBLE))
    assume(disguised.strip() and len(disguised) <= 100)
    check = check_name(disguised)
    honest_core = core(name)
    if check.standing is not Standing.REFUSED and honest_core is not None:
        assert check.name is not None
        rule = rule_between(check.name.core, honest_core)
        assert rule is not None
        assert rule.effect is Effect.SAME
    # The comparison itself sees through it, refused or not.
    assert folded(disguised)[0] == folded(name)[0]


@many
@given(patchwork, patchwork)
def test_explanations_are_exact(new: str, old: str) -> None:
    """The differences, put into one name, give the other."""
    with suppress(NameUnreadable):
        one, other = read_name(new), read_name(old)
        hit = compare(one, other)
        if hit is None:
            return
        place = {g: t for t, g in enumerate(one.origin)}
        text, done = "", 0
        for d in hit.differences():
            start = place.get(d.new_start, len(one.text))
            text += one.text[done:start] + d.old
            done = start + len(d.new)
        assert text + one.text[done:] == other.text
        assert explain(hit).endswith("）")


@given(plausible())
def test_parts_make_the_whole(drawn: tuple[str, str | None]) -> None:
    """Nothing of a name is lost in reading: its parts hold exactly its characters, brackets apart."""
    name = read_name(drawn[0]) if drawn[0] else None
    assume(name is not None)
    assert name is not None
    parts = (
        name.division + name.zone + name.trade + name.industry_text + name.form.text + name.branch
    )
    if not name.odd_brackets and not name.twice:
        assert sorted(parts.translate({ord(c): None for c in "（）"})) == sorted(
            name.text.translate({ord(c): None for c in "（）"})
        )
