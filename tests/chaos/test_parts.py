"""The parts of the chaos suite that need no running system."""

import asyncio
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest

from activities.register_calls import KINDS
from forms.establishment_registration import Application
from law import licence_items
from registers.twins.market_rules import name_core
from tests.chaos import check_firms, check_outside, crash, nemesis
from tests.chaos.board import Look, Watcher, judge
from tests.chaos.cases import MODES, SEPARATION, form
from tests.chaos.crash import CrashPlan, Shot, related
from tests.chaos.firms import LeavingLife
from tests.chaos.installation import PARTS
from tests.chaos.mutants import CATCHES
from tests.chaos.people import History, Insistent
from tests.chaos.points import sweep, sweeps
from tests.chaos.report import INVARIANTS, RECORDS, Report
from tests.chaos.runs import Run
from tests.chaos.tampering import TAMPERINGS


def test_a_seed_is_a_fault_plan() -> None:
    plan = nemesis.plan(7, 60)
    assert plan == nemesis.plan(7, 60)
    assert plan != nemesis.plan(8, 60)
    assert {kill.part for kill in plan} == set(PARTS)
    assert [k.at for k in plan] == sorted(k.at for k in plan)
    assert all(0 <= k.down <= nemesis.LONGEST_DOWN for k in plan)


def test_every_case_is_another_company_of_other_people() -> None:
    cores, ids = set(), set()
    for number in range(400):
        filled = Application.model_validate(form(number, people=2))
        cores.add(name_core(filled.name))
        ids |= {person.id_number for person in filled.persons}
    assert len(cores) == 400
    assert len(ids) == 800


def test_every_invariant_is_tampered_with() -> None:
    # What the board showed is not kept: `judge` is tried with looks that are wrong instead.
    assert {t.invariant for t in TAMPERINGS} == set(RECORDS)
    assert {invariant for invariant, _ in CATCHES.values()} <= set(INVARIANTS)


BEGINS = datetime(2026, 9, 18, 2, tzinfo=UTC)
ENDS = datetime(2026, 10, 8, 16, tzinfo=UTC)


def looked(*looks: tuple[datetime, bool]) -> Report:
    """What is found of a watcher that saw this on the board and, the same, on the notice's page."""
    watcher = Watcher(httpx.AsyncClient())
    watcher.notice = {"starts_at": BEGINS.isoformat(), "ends_at": ENDS.isoformat()}
    tenth = timedelta(milliseconds=100)
    watcher.looks = [
        Look(where, at, at + tenth, seen) for at, seen in looks for where in ("board", "notice")
    ]
    run = Run("board")
    judge(run, watcher)
    return run.report


SECOND = timedelta(seconds=1)
RIGHT = (
    (BEGINS - SECOND, False),
    (BEGINS, False),
    (BEGINS + SECOND, True),
    (ENDS - SECOND, True),
    (ENDS, False),
)


def test_a_board_that_is_right_is_sound() -> None:
    assert looked(*RIGHT).sound


@pytest.mark.parametrize("wrong", range(len(RIGHT)))
def test_every_look_that_is_wrong_is_found(wrong: int) -> None:
    looks = [(at, seen != (n == wrong)) for n, (at, seen) in enumerate(RIGHT)]
    # Seen a moment after its publication is right; not seen yet as well, a moment later.
    assert looked(*looks).sound is (wrong in (1, 2))


def test_a_board_that_nobody_looked_at_after_the_end_proves_nothing() -> None:
    assert not looked(*RIGHT[:-1]).sound


def test_a_sweep_covers_every_occurrence_of_every_point() -> None:
    counts = {"projected": {"a": 3, "b": 2}, "effect": {"a": 1}, "paper": {}, "unsent": {"b": 2}}
    shots = sweep({**counts, "unanswered": {}})
    assert [s.nth for s in shots if s.name == "projected"] == [1, 2, 3]
    assert [s.nth for s in shots if s.name == "projected+all"] == [1, 2, 3]
    assert [s.nth for s in shots if s.name == "unsent"] == [1, 2]
    assert [s.name for s in shots if s.point == "paper"] == []


def test_related_cases_are_swept_too_each_by_its_own_counts() -> None:
    child = related("a", (SEPARATION,))
    counts = {"projected": {"a": 2, child: 3, "other": 9}, "effect": {child: 1}}
    shots = sweeps({**counts, "paper": {}, "unsent": {}, "unanswered": {}}, {"a"})
    own = [s for s in shots if not s.at]
    theirs = [s for s in shots if s.at]
    assert [s.nth for s in own if s.name == "projected"] == [1, 2]
    assert [(s.name, s.nth) for s in theirs] == [
        ("projected", 1),
        ("projected", 2),
        ("projected", 3),
        ("effect", 1),
    ]
    assert {s.target("a") for s in theirs} == {child}
    assert {s.target("a") for s in own} == {"a"}


def test_a_licensed_companys_scope_leads_to_one_item_of_each_mode() -> None:
    found = licence_items.items_for(form(0, people=1, licensed=True)["business_scope"])
    assert len(found.matches) == MODES
    assert len({m.item.mode.value.handled for m in found.matches}) == MODES
    assert not licence_items.items_for(form(0, people=1)["business_scope"]).matches


async def test_a_crash_plan_counts_over_restarts_and_fires_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[str] = []
    monkeypatch.setattr(crash, "GATHERING", 0.01)
    monkeypatch.setattr(CrashPlan, "_end", lambda self: ended.append("end"))
    CrashPlan(tmp_path).aim("case", Shot("effect", 2))
    first = CrashPlan(tmp_path)
    await first.reached("effect", "case", "a#1")
    await first.reached("effect", "case", "a#1")
    await first.reached("effect", "other", "a#1")
    await first.reached("projected", "case", "1")
    # A process that was started again goes on counting, and what is redone is not counted twice.
    second = CrashPlan(tmp_path)
    await second.reached("effect", "case", "a#1")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(second.reached("effect", "case", "a#2"), 0.2)
    assert ended == ["end"]
    third = CrashPlan(tmp_path)
    await third.reached("effect", "case", "a#2")
    assert third.fired() == {"case"}
    assert third.counts()["effect"] == {"case": 2, "other": 1}


async def test_people_repeat_what_has_no_clear_answer_under_one_key() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/api/v1/sessions":
            return httpx.Response(201, json={"token": "t"})
        asked.append(request.headers["Idempotency-Key"])
        match len(asked):
            case 1:
                raise httpx.ReadError("cut off")
            case 2:
                return httpx.Response(503, json={"code": "unavailable"})
            case 3:
                return httpx.Response(409, json={"code": "request_in_progress"})
            case 4:
                return httpx.Response(200, json={"act_id": "x", "state": "applied"})
            case _:
                return httpx.Response(409, json={"code": "task_done"})

    history = History()
    transport = httpx.MockTransport(answer)
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as http:
        cast = Insistent(http, {"who": "secret"}, history, random.Random(1))
        assert (await cast.call("who", "POST", "/act")).status_code == 200
        assert (await cast.call("who", "POST", "/act")).status_code == 409
    assert len(set(asked[:4])) == 1
    assert asked[4] != asked[0]
    phases = [row["phase"] for row in history.rows]
    assert phases == ["invoke", "unknown"] * 3 + ["invoke", "ok", "invoke", "fail"]


def test_a_report_names_what_broke() -> None:
    report = Report()
    assert report.sound
    report.expect("fence", False, "r3")
    assert report.broken_invariants == ["fence"]
    assert any("r3" in line for line in report.lines())


def test_the_checker_knows_the_questions_and_takes_no_effect_for_one() -> None:
    """A question leaves a row while its register is away; an effect that was left out would go unchecked."""
    assert {"establishment_checks", "registered_enterprise"} <= check_outside.INQUIRIES.keys()
    assert not check_outside.INQUIRIES.keys() & KINDS.keys()


def _stayed(number: int, said: list[str], departments: list[str]) -> list[str]:
    """What the checker finds wrong with a firm that withdrew, with these objections on record and these answers outside."""
    life = LeavingLife(number)
    case = SimpleNamespace(
        case_id="c", receipt_no="r", procedure="simple_deregistration", outcome="withdrawn"
    )
    notice = SimpleNamespace(outcome="withdrawn", ended_at=datetime.now(UTC))
    errands = [SimpleNamespace(errand=f"e{i}", state=state) for i, state in enumerate(departments)]
    found = {
        f"cases:{life.name}": [case],
        "public_notices:c": [notice],
        "objections:c": [SimpleNamespace(state=s) for s in said],
        "twins.publications:c": [SimpleNamespace(withdrawn_at=datetime.now(UTC))],
        "twins.desk_errands:c": errands,
        f"twins.enterprises:{life.uscc}": [SimpleNamespace(status="active")],
    }
    report = Report()
    check_firms._left(life, found, report)
    return report.violations["leavings"]


def test_an_objection_may_be_noted_where_it_came_as_the_applicant_withdrew() -> None:
    both = 40
    assert LeavingLife(both).variant == 2
    assert not _stayed(both, [], ["withdrawn", "withdrawn"])
    assert not _stayed(both, [], ["objected", "withdrawn"])
    assert not _stayed(both, ["noted"], ["objected", "withdrawn"])
    assert _stayed(both, ["noted"], ["withdrawn", "withdrawn"])
    assert _stayed(both, ["upheld"], ["objected", "withdrawn"])
    # Nobody objects to a firm that only withdraws.
    assert _stayed(0, ["noted"], ["objected"])
