"""A case that has not caught up with its own record refuses what people saw there: asked again, not noted."""

import asyncio
import uuid

import pytest
from sqlalchemy import text

from api.acts import PATIENCE, Draft
from domain.refusals import Refusal, Refused
from storage.acts import MOST_ATTEMPTS
from tests.storage.test_lost_acts import APPLICANT, Engine, engine

__all__ = ["engine"]


async def refused_until(
    engine: Engine, times: int, why: Refusal, revision: int | None = None
) -> None:
    """The case refuses so many times, then it has caught up."""
    left = iter(range(times))
    plain = engine.send

    async def send(command):  # type: ignore[no-untyped-def]
        again = next(left, None) is not None
        engine.refuses = Refused(why, revision=revision) if again else None
        return await plain(command)

    engine.send = send  # type: ignore[method-assign]


async def on_record(engine: Engine, sql: str, **values: object) -> None:
    async with engine.sql.begin() as connection:
        await connection.execute(text(sql), {"c": engine.case, **values})


async def open_task(engine: Engine, task: str) -> None:
    await on_record(
        engine,
        "INSERT INTO tasks (task_id, case_id, pool, role, duty, form, stage, procedure, title, number,"
        " due_at, opened_at, state) VALUES (:t, :c, 'acceptor@421303', 'acceptor', 'acceptor',"
        " 'approval.acceptance', 'submitted', 'reference', 'x', 'n', app_now(), app_now(), 'open')",
        t=task,
    )


async def perform(engine: Engine, kind: str = "complete", **more: object) -> str:
    draft = Draft(uuid.uuid4(), engine.case, kind, APPLICANT, **more)  # type: ignore[arg-type]
    return (await engine.acts.perform(draft)).state


async def test_a_task_on_record_that_the_case_opens_again(engine: Engine) -> None:
    await open_task(engine, "t-1")
    await refused_until(engine, 2, Refusal.NO_SUCH_TASK)
    assert await perform(engine, task_id="t-1") == "applied"
    assert len(engine.sent) == 3


async def test_a_task_that_nobody_could_see_is_refused_at_once(engine: Engine) -> None:
    await refused_until(engine, 9, Refusal.NO_SUCH_TASK)
    with pytest.raises(Refused):
        await perform(engine, task_id="t-1")
    assert await engine.states() == [("refused", True)]
    assert len(engine.sent) == 1


async def test_other_refusals_of_an_open_task_are_meant(engine: Engine) -> None:
    await open_task(engine, "t-1")
    await refused_until(engine, 9, Refusal.INVALID_ANSWERS)
    with pytest.raises(Refused):
        await perform(engine, task_id="t-1")
    assert len(engine.sent) == 1


async def test_the_answer_to_a_call_that_the_case_makes_again(engine: Engine) -> None:
    await on_record(
        engine,
        "INSERT INTO effects (case_id, kind, seq, register_name, request_id, request_hash, state,"
        " intent_at) VALUES (:c, 'open_authentication', 1, 'identity', 'r-1', 'h', 'waiting', app_now())",
    )
    await refused_until(engine, 1, Refusal.UNKNOWN_CALLBACK)
    data = {"request_id": "r-1", "request_hash": "h", "outcome": "confirmed"}
    assert await perform(engine, "callback", data=data) == "applied"
    assert len(engine.sent) == 2


async def test_an_act_behind_one_that_was_lost(engine: Engine) -> None:
    engine.dies = True
    assert await engine.perform() == "received"
    engine.dies = False
    plain = engine.send
    await refused_until(engine, 10_000, Refusal.NOT_ACCEPTED_NOW)
    # Nobody waits longer than for any other answer.
    async with asyncio.timeout(PATIENCE + 3):
        assert await perform(engine, "resubmit") == "received"
    assert (await engine.states())[1] == ("received", False)
    engine.send, engine.refuses = plain, None  # type: ignore[method-assign]
    await engine.reconcile()
    assert await engine.states() == [("applied", True), ("applied", True)]


async def test_no_doubt_lasts_for_ever(engine: Engine) -> None:
    await open_task(engine, "t-1")
    await refused_until(engine, 10_000, Refusal.NO_SUCH_TASK)
    assert await perform(engine, task_id="t-1") == "received"
    await on_record(engine, "UPDATE acts SET attempts = :n", n=MOST_ATTEMPTS)
    await engine.reconcile()
    assert await engine.states() == [("refused", True)]


async def test_an_objection_to_a_notice_that_the_case_publishes_again(engine: Engine) -> None:
    notice = uuid.uuid4()
    await on_record(
        engine,
        "INSERT INTO public_notices (notice_id, case_id, seq, kind, procedure, office, title, takes, starts_at)"
        " VALUES (:n, :c, 1, 'simple_deregistration', 'reference', '421303', 'x', 'objection', app_now())",
        n=notice,
    )
    await refused_until(engine, 1, Refusal.NO_SUCH_NOTICE)
    assert await perform(engine, "object", data={"notice_id": str(notice)}) == "applied"
    assert len(engine.sent) == 2


async def test_an_objection_to_a_notice_that_nobody_could_see_is_refused_at_once(
    engine: Engine,
) -> None:
    await refused_until(engine, 9, Refusal.NO_SUCH_NOTICE)
    with pytest.raises(Refused):
        await perform(engine, "object", data={"notice_id": str(uuid.uuid4())})


async def shown(engine: Engine) -> None:
    """People see the case at revision 1, and nothing of it is on its way."""
    await engine.perform()
    await engine.acts.all_settled()
    engine.sent.clear()


async def test_a_stage_on_record_that_the_case_enters_again(engine: Engine) -> None:
    """A name that is shown as reserved is given up while its case compares it once more."""
    await shown(engine)
    await refused_until(engine, 2, Refusal.NOT_ACCEPTED_NOW, revision=0)
    assert await perform(engine, "release_name") == "applied"
    assert len(engine.sent) == 3


async def test_a_case_that_judges_by_all_that_is_shown_means_it(engine: Engine) -> None:
    await shown(engine)
    await refused_until(engine, 9, Refusal.NOT_ACCEPTED_NOW, revision=1)
    with pytest.raises(Refused):
        await perform(engine, "release_name")
    assert len(engine.sent) == 1
