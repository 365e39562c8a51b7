"""The lives that are driven under kills: their forms hold, nobody is in another's way, every variant is among them."""

from collections import Counter
from itertools import pairwise

from forms.abnormal_list_removal import Application as Removal
from forms.abnormal_operation_list import Application as Proposal
from forms.enterprise_startup_onestop import Application as Opening
from forms.name_self_declaration import Application as Declaration
from forms.simple_deregistration import Application as Leaving
from law.codes import is_uscc
from law.names.check import check_name
from law.names.keys import same_keys
from tests.chaos.cases import Life
from tests.chaos.crash import Shot, related
from tests.chaos.firms import LeavingLife, ListedLife
from tests.chaos.hosting import HostLife
from tests.chaos.openings import PAIRS, REGISTRATION, OpeningLife
from tests.chaos.points import AIMS, OF_REGISTRATION, volleys_at
from tests.chaos.runs import CLIENTS, life_of

LIVES = [life_of(number) for number in range(200)]
OPENINGS = [life for life in LIVES if isinstance(life, OpeningLife)]


def test_every_kind_and_every_variant_is_among_two_hundred() -> None:
    kinds = Counter(type(life) for life in LIVES)
    assert kinds == {Life: 150, OpeningLife: 20, HostLife: 10, LeavingLife: 10, ListedLife: 10}
    assert sum(life.licensed for life in LIVES) == 50
    assert {life.variant for life in OPENINGS} == {0, 1, 2}
    assert {life.variant for life in LIVES if isinstance(life, LeavingLife)} == {0, 1, 2}


def test_every_form_holds() -> None:
    for life in LIVES:
        match life:
            case OpeningLife():
                filled = Opening.model_validate(life.form(people=1))
                declared = Declaration.model_validate(life.declaration())
                assert filled.name == declared.name
            case LeavingLife():
                assert is_uscc(Leaving.model_validate(life.form(people=1)).uscc)
            case ListedLife():
                assert Proposal.model_validate(life.form(people=1)).uscc == life.uscc
                assert Removal.model_validate(life.cure()).name == life.name


def test_no_name_is_another_ones() -> None:
    """As the library compares them: a name that is the same as another's would be refused."""
    names = [life.declaration()["name"] for life in OPENINGS]
    names += [life.form(people=1)["name"] for life in LIVES if type(life) is Life]
    names += [life.name for life in LIVES if isinstance(life, LeavingLife | ListedLife)]
    seen = Counter[str]()
    for written in names:
        name = check_name(written, seat="421303").name
        assert name is not None
        seen.update(set(same_keys(name.core)))
    assert max(seen.values()) == 1


def test_founders_are_nobody_elses_at_the_same_time() -> None:
    # A person keeps three names at a time; so many lives are under way at once.
    for one, other in pairwise(OPENINGS):
        assert set(one.pair).isdisjoint(other.pair)
    # The sweep of the crash points has its openings one after another.
    assert len({OpeningLife(n).pair for n in range(PAIRS)}) >= CLIENTS


def test_a_volley_hits_each_case_once_and_all_of_them_every_occurrence() -> None:
    calm = OpeningLife(0, own=["first", "second", "opening"])
    cases = {(of, at): related(calm.own[of], at) for of, at in AIMS}
    counts = {
        "projected": {case: n for n, case in enumerate(cases.values(), 2)},
        "effect": {cases[2, (REGISTRATION,)]: 4},
        "paper": {"first": 1},
        "unsent": {},
        "unanswered": {},
    }
    volleys = volleys_at(counts, calm)
    for volley in volleys:
        targets = [(shot.of, shot.at) for shot in volley]
        assert len(set(targets)) == len(targets)
    every = [shot for volley in volleys for shot in volley]
    assert len(set(every)) == len(every)
    for n, (of, at) in enumerate(cases, 2):
        mine = {(s.name, s.nth) for s in every if (s.of, s.at) == (of, at)}
        if at == (REGISTRATION,):
            assert mine == {("effect", nth) for nth in range(1, 5)}
            assert "projected" not in OF_REGISTRATION
        else:
            assert {nth for name, nth in mine if name == "projected"} == set(range(1, n + 1))
    assert Shot("paper", 1, of=0) in every
