"""A calendar is published while cases run: every date that moves moves once, and comes back as it was."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio.testing import ActivityEnvironment

from activities.calendars import CalendarActivities, Turn, act_id_of
from banjian.player.stage import stage
from bench.reference import ROW, Reference
from domain.contracts import SYSTEM, Command
from domain.recomputing import news_since
from domain.refusals import Refusal, Refused
from law import calendars as law
from law import catalogue
from law.calendar_upload import check
from law.zone import civil_date
from storage import calendar_moves as moved
from storage import calendar_publications as read
from storage import calendars as store
from storage.projector import stored_events
from tests.kernel.desk import APPLICANT, Case, Desk
from tests.law.notice import notice
from workflows.calendars import begin
from workflows.dispatch import CaseUnknown, Unreachable

STARTS = datetime.fromisoformat("2026-12-10T09:00:00+08:00")
ONE, TWO = uuid.UUID(int=1), uuid.UUID(int=2)
PATIENCE = 60


@pytest_asyncio.fixture(loop_scope="session")
async def desk(fresh_database: str) -> AsyncIterator[Desk]:
    catalogue.add(ROW)
    async with stage(fresh_database, starts=STARTS, procedures=[Reference]) as made:
        yield Desk(made)
    law.forget_published()


async def uploaded(desk: Desk, data: dict[str, Any] | None = None) -> int:
    """Upload and preview; the publication's number."""
    async with AsyncSession(desk.stage.core.engine) as db, db.begin():
        now = await desk.stage.now()
        edition = check(
            data or notice(),
            2027,
            today=civil_date(now),
            in_force=law.default_calendars(),
            reason="",
        )
        number = await store.upload(db, edition, reason="测试", by=ONE, actor="test")
    return await previewed(desk, number)


async def previewed(desk: Desk, number: int) -> int:
    await begin(desk.stage.client, number, False)
    await reaches(desk, number, "previewed")
    return number


async def approved(desk: Desk, number: int) -> None:
    async with AsyncSession(desk.stage.core.engine) as db, db.begin():
        await store.approve(db, number, by=TWO, actor="test")
    await begin(desk.stage.client, number, True)


async def reaches(desk: Desk, number: int, state: str) -> read.Publication:
    """Wait until the publication is there; skips the engine's short waits between passes."""

    async def poll() -> read.Publication:
        while True:
            async with desk.stage.core.engine.connect() as connection:
                found = await read.publication(connection, number)
            if found.state == state:
                return found
            if found.passes:
                await desk.advance(timedelta(seconds=16))
            await asyncio.sleep(0.05)

    return await asyncio.wait_for(poll(), PATIENCE)


async def taken_back(desk: Desk, number: int) -> int:
    async with AsyncSession(desk.stage.core.engine) as db, db.begin():
        made = await store.take_back(db, number, reason="通知有误", by=ONE, actor="test")
    await previewed(desk, made)
    await approved(desk, made)
    await reaches(desk, made, "applied")
    return made


async def dates(case: Case) -> list[Any]:
    """Everything that people and timers have of the case's running clocks."""
    clocks = await case.rows(
        "SELECT key, raw_end, legal_end, ends_at, provisional, next_rung, next_rung_at, body->'rungs' AS rungs"
        " FROM clocks WHERE case_id = :c ORDER BY key"
    )
    tasks = await case.rows(
        "SELECT task_id, due_at, level FROM tasks WHERE case_id = :c ORDER BY task_id"
    )
    row = await case.rows("SELECT due_at, level FROM cases WHERE case_id = :c")
    return [*map(tuple, clocks), *map(tuple, tasks), *map(tuple, row)]


async def legal_end(case: Case, clock: str = "G02") -> date:
    rows = await case.rows(
        "SELECT legal_end FROM clocks WHERE case_id = :c AND clock_id = :k", k=clock
    )
    found: date = rows[0].legal_end
    return found


async def recomputed(case: Case) -> list[dict[str, Any]]:
    """The case's own account: data of its events of a recomputed clock."""
    core = case.desk.stage.core
    cipher = await core.keys.cipher(case.id)
    async with core.engine.connect() as connection:
        events = await stored_events(connection, case.id, cipher)
    return [e.data for e in events if e.kind == "clock_recomputed"]


async def told(case: Case) -> list[tuple[str, str]]:
    rows = await case.rows(
        "SELECT recipient, text FROM messages WHERE case_id = :c AND kind = 'clock_recomputed'"
        " ORDER BY at, message_id"
    )
    return [(r.recipient, r.text) for r in rows]


async def history(case: Case) -> Any:
    return await case.desk.stage.client.get_workflow_handle(str(case.id)).fetch_history()


async def workflow_tasks(case: Case) -> int:
    events = (await history(case)).events
    return sum(e.HasField("workflow_task_completed_event_attributes") for e in events)


async def armed(case: Case) -> list[datetime]:
    """When the engine's open timers of the case end, by the story's clock, without the net's margin."""
    open_timers: dict[str, datetime] = {}
    for event in (await history(case)).events:
        if event.HasField("timer_started_event_attributes"):
            started = event.timer_started_event_attributes
            due = event.event_time.ToDatetime(UTC) + started.start_to_fire_timeout.ToTimedelta()
            open_timers[started.timer_id] = due
        for name in ("timer_canceled_event_attributes", "timer_fired_event_attributes"):
            if event.HasField(name):
                open_timers.pop(getattr(event, name).timer_id)
    margin = timedelta(seconds=120 + int(str(case.id)[:4], 16) % 180)
    found = (due + case.desk.stage.offset - margin for due in open_timers.values())
    # The engine began the task some milliseconds before it took the timer.
    return [due.replace(microsecond=0) for due in found]


async def until(ask: Callable[[], Awaitable[Any]], wanted: Any) -> None:
    """Ask until the answer is as wanted; a case works beside us."""

    async def poll() -> None:
        while True:
            if await ask() == wanted:
                return
            await asyncio.sleep(0.05)

    await asyncio.wait_for(poll(), PATIENCE)


async def opened(desk: Desk) -> Case:
    case = await desk.open()
    await case.task("acceptor")
    return case


async def test_dates_move_once_and_come_back_as_they_were(desk: Desk) -> None:
    """G02 is 20 working days: from 10 December it ends on 8 January while 4 January counts as worked. The notice
    makes the 4th a day off and Saturday the 9th a working one: the 20th day is the 9th."""
    moving = await opened(desk)
    before = await dates(moving)
    assert await legal_end(moving) == date(2027, 1, 8)
    await desk.advance_to(datetime.fromisoformat("2026-12-17T09:00:00+08:00"))
    staying = await opened(desk)
    unmoved = await dates(staying)
    assert await legal_end(staying) == date(2027, 1, 15)
    number = await uploaded(desk)
    async with desk.stage.core.engine.connect() as connection:
        foreseen = await moved.moves(connection, number, limit=10)
        counted = await moved.by_procedure(connection, number)
    assert [(m.case_id, m.key, m.old_end, m.new_end, m.state) for m in foreseen] == [
        (moving.id, "G02#1", date(2027, 1, 8), date(2027, 1, 9), "foreseen")
    ]
    assert counted == [("reference", 1, 1)]
    assert await dates(moving) == before, "a preview touches nothing"
    await desk.stage.set_now(datetime.fromisoformat("2026-12-17T10:00:00+08:00"))
    tasks = await workflow_tasks(staying)

    await approved(desk, number)
    done = await reaches(desk, number, "applied")
    assert (done.moved, done.under_way, done.gone, done.total, done.percent) == (1, 0, 0, 2, 100)
    assert await legal_end(moving) == date(2027, 1, 9)
    assert [(e["clock"], e["from"], e["to"], e["edition"]) for e in await recomputed(moving)] == [
        ("G02#1", "2027-01-08", "2027-01-09", "2027.101")
    ]
    task = await moving.task("acceptor")
    messages = await told(moving)
    assert [recipient for recipient, _ in messages] == ["person:applicant-1", f"task:{task}"]
    assert all("2027年1月8日改为2027年1月9日" in words for _, words in messages)
    assert "测试〔2026〕7号" in messages[0][1]
    due = await moving.rows("SELECT due_at FROM tasks WHERE task_id = :t", t=task)
    assert due[0].due_at == datetime.fromisoformat("2027-01-10T00:00:00+08:00")
    # The reminder, two working days before the end: the 7th, no longer the 6th.
    assert await armed(moving) == [datetime.fromisoformat("2027-01-07T08:30:00+08:00")]
    # A case whose dates stay costs the engine nothing.
    assert await workflow_tasks(staying) == tasks
    assert await dates(staying) == unmoved

    # Its next act told it, so its next clock is counted by the new edition: 20 days from Sunday the 20th end on Saturday the
    # 9th, which is worked and no longer rolls to Monday.
    await desk.advance_to(datetime.fromisoformat("2026-12-20T10:00:00+08:00"))
    await staying.reach_notice()
    await until(lambda: legal_end(staying, "D01"), date(2027, 1, 9))
    assert await recomputed(staying) == []
    newer = await opened(desk)
    assert await recomputed(newer) == []

    back = await taken_back(desk, number)
    assert await legal_end(staying, "D01") == date(2027, 1, 11), "by the calendar that holds again"
    assert await dates(moving) == before
    assert [(e["from"], e["to"], e["taken_back"]) for e in await recomputed(moving)][1:] == [
        ("2027-01-09", "2027-01-08", True)
    ]
    assert await armed(moving) == [datetime.fromisoformat("2027-01-06T08:30:00+08:00")]
    async with desk.stage.core.engine.connect() as connection:
        assert (await read.publication(connection, number)).state == "rolled_back"
        assert (await read.publication(connection, back)).state == "applied"
    await desk.advance(timedelta(days=60))
    kinds = await moving.kinds()
    assert kinds.count("clock_reminder") == kinds.count("clock_overdue_l1") == 1


async def warned(case: Case) -> list[str]:
    """Every warning and light that the case has given, in order, as its events and as its messages have it."""
    given = [k.removeprefix("clock_") for k in await case.kinds()]
    rungs = [k for k in given if k in ("reminder", "amber", "overdue_l1")]
    sent = await case.rows(
        "SELECT kind FROM messages WHERE case_id = :c AND kind = ANY(:k) ORDER BY at, message_id",
        k=["reminder", "amber", "overdue_l1"],
    )
    assert sorted(r.kind for r in sent) == sorted(rungs), "each is told once"
    return rungs


async def in_force(desk: Desk) -> int:
    number = await uploaded(desk)
    await approved(desk, number)
    await reaches(desk, number, "applied")
    return number


async def test_a_warning_given_stays_given_and_one_that_moves_ahead_comes_once(desk: Desk) -> None:
    """Nobody is warned twice of one day: what was given and lies behind is not given again by a calendar, while
    the noon of another last day is a warning of its own."""
    case = await opened(desk)
    first = await in_force(desk)
    # The end is the 9th, so the reminder comes on the 7th.
    await desk.advance_to(datetime.fromisoformat("2027-01-07T09:00:00+08:00"))
    assert await warned(case) == ["reminder"]
    # Back to the 8th, whose reminder was due on the 6th: it lies behind, and was given.
    await taken_back(desk, first)
    assert await legal_end(case) == date(2027, 1, 8)
    await desk.advance_to(datetime.fromisoformat("2027-01-08T12:30:00+08:00"))
    assert await warned(case) == ["reminder", "amber"]
    # To the 9th again: the reminder lies behind, the noon of the last day is ahead once more.
    await in_force(desk)
    assert await legal_end(case) == date(2027, 1, 9)
    await desk.advance_to(datetime.fromisoformat("2027-01-09T11:59:59+08:00"))
    assert await warned(case) == ["reminder", "amber"]
    await desk.advance_to(datetime.fromisoformat("2027-01-10T09:00:00+08:00"))
    assert await warned(case) == ["reminder", "amber", "amber", "overdue_l1"]


async def test_a_turn_that_died_and_cases_out_of_reach_are_done_once(desk: Desk) -> None:
    """The worker dies in the middle of a page, then the engine is away for some: nothing lost, nothing twice."""
    cases = [await opened(desk) for _ in range(6)]
    over = await opened(desk)
    number = await uploaded(desk)
    async with AsyncSession(desk.stage.core.engine) as db, db.begin():
        await store.approve(db, number, by=TWO, actor="test")
    sent: list[str] = []
    stuck = asyncio.Event()
    real = desk.acts._sender

    def unless_over(command: Command) -> None:
        if command.case_id == str(over.id):
            raise CaseUnknown(command.case_id)

    async def dies(command: Command) -> object:
        unless_over(command)
        if len(sent) == 3:
            stuck.set()
            await asyncio.Event().wait()
        sent.append(command.case_id)
        return await real.send(command)

    async def away(command: Command) -> object:
        unless_over(command)
        if len(sent) < 5:
            sent.append(command.case_id)
            raise Unreachable("away")
        return await real.send(command)

    async def begun(_: int, __: bool) -> None:
        return None

    def activities(send: Callable[[Command], Awaitable[object]]) -> CalendarActivities:
        core = desk.stage.core
        return CalendarActivities(
            core.engine, core.system_signer, send=send, gone=(CaseUnknown,), begin=begun
        )

    turn = Turn(publication=number)
    dying = asyncio.create_task(ActivityEnvironment().run(activities(dies).apply, turn))
    await asyncio.wait_for(stuck.wait(), PATIENCE)
    dying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await dying
    again = await ActivityEnvironment().run(activities(away).apply, turn)
    # What was on its way when the first one died may have arrived: then there is nothing left to tell.
    assert again.left == 2
    assert again.told <= 4
    await begin(desk.stage.client, number, True)
    done = await reaches(desk, number, "applied")
    assert (done.moved, done.gone) == (6, 1)
    for case in cases:
        assert [(e["from"], e["to"]) for e in await recomputed(case)] == [
            ("2027-01-08", "2027-01-09")
        ]
        assert len(await told(case)) == 2


async def test_who_may_say_it_and_what_an_older_publication_is(desk: Desk) -> None:
    case = await opened(desk)
    number = await uploaded(desk)
    await approved(desk, number)
    await reaches(desk, number, "applied")
    news = news_since(0)
    assert news is not None
    assert news_since(number) is None

    async def say(**changes: Any) -> None:
        data = news.model_dump(mode="json") | changes
        command = Command(
            act_id=str(uuid.uuid4()),
            case_id=str(case.id),
            kind="apply_calendar",
            received_at=await desk.stage.now(),
            actor=SYSTEM,
            data=data,
        )
        await desk.acts._sender.send(desk.stage.core.system_signer.sign(command))

    assert act_id_of(number, case.id) == act_id_of(number, case.id)
    await say()
    await say(order=0, pins={"2027": ""})
    assert await legal_end(case) == date(2027, 1, 9)
    assert len(await recomputed(case)) == 1
    for wrong in ({"pins": {"2027": "2027.777"}}, {"editions": [{"year": 2027}]}, {"order": "x"}):
        with pytest.raises(Refused) as refused:
            await say(**wrong)
        assert refused.value.why is Refusal.MALFORMED
    with pytest.raises(Refused) as person:
        await case.act("apply_calendar", APPLICANT, news.model_dump(mode="json"))
    assert person.value.why is Refusal.WRONG_ROLE


async def test_two_persons_and_one_matter_per_year(desk: Desk) -> None:
    number = await uploaded(desk)
    with pytest.raises(store.YearOccupied):
        await uploaded(desk)
    async with AsyncSession(desk.stage.core.engine) as db:
        with pytest.raises(store.SamePerson):
            await store.approve(db, number, by=ONE, actor="test")
        with pytest.raises(read.NoSuchPublication):
            await store.approve(db, number + 7, by=TWO, actor="test")
        with pytest.raises(store.NotPossibleNow):
            await store.take_back(db, number, reason="-", by=ONE, actor="test")
    async with AsyncSession(desk.stage.core.engine) as db, db.begin():
        await store.preview_again(db, number)
    async with AsyncSession(desk.stage.core.engine) as db:
        with pytest.raises(store.NotPossibleNow):
            await store.approve(db, number, by=TWO, actor="test")
    async with AsyncSession(desk.stage.core.engine) as db, db.begin():
        await store.refuse(db, number, reason="日期有误", by=TWO, actor="test")
    again = await uploaded(desk)
    async with desk.stage.core.engine.connect() as connection:
        assert (await read.publication(connection, number)).state == "refused"
        assert (await read.publication(connection, again)).edition.pin == "2027.102"
    assert law.published().order == 0


async def test_a_case_that_a_process_behind_opens_is_put_right_by_its_first_projection(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await uploaded(desk)
    shipped = law.default_calendars()
    await approved(desk, number)
    await reaches(desk, number, "applied")
    behind = law.Published()
    monkeypatch.setattr("workflows.dispatch.published", lambda: behind)
    monkeypatch.setattr("workflows.dispatch.default_calendars", lambda: shipped)
    case = await opened(desk)
    await until(lambda: legal_end(case), date(2027, 1, 9))
    assert [(e["from"], e["to"]) for e in await recomputed(case)] == [("2027-01-08", "2027-01-09")]
    rows = await case.rows(
        "SELECT opened_at < (SELECT finished_at FROM calendar_publications) AS early"
        " FROM cases WHERE case_id = :c"
    )
    assert not rows[0].early
