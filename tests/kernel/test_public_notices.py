"""Public notices of a case: on the board for exactly their period, and what is said to them in time is kept."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from banjian.player.stage import stage
from domain.contracts import Actor
from domain.refusals import Refusal, Refused
from law import catalogue
from storage import public_notices, read_model
from storage.erasure import erase
from storage.projector import stored_events
from tests.kernel.desk import APPLICANT, Case, Desk
from tests.kernel.notices_case import ROW, Announcing
from workflows.dispatch import Unreachable

# 20 days from Wed 03-04 end on Tue 03-24.
STARTS = datetime.fromisoformat("2026-03-04T09:00:00+08:00")
END = datetime.fromisoformat("2026-03-25T00:00:00+08:00")
SECOND = timedelta(seconds=1)
NOTICE = "SELECT * FROM public_notices WHERE case_id = :c ORDER BY seq"
UNSETTLED = "SELECT id FROM acts WHERE case_id = :c AND state = 'received'"
OBJECTIONS = "SELECT * FROM objections WHERE case_id = :c ORDER BY received_at, objection_id"


def creditor(person: str = "creditor-1") -> Actor:
    return Actor(person_id=person, name="李债权", roles=["applicant"])


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def desk(module_database: str) -> AsyncIterator[Desk]:
    catalogue.add(ROW)
    async with stage(module_database, starts=STARTS, procedures=[Announcing]) as made:
        yield Desk(made)


async def announced(desk: Desk, **data: Any) -> Case:
    case = await desk.open("announcing", **data)
    await case.reaches("announced")
    return case


async def notice_id(case: Case) -> str:
    return str((await case.rows(NOTICE))[0].notice_id)


async def says(case: Case, who: Actor | None = None, **more: Any) -> None:
    data = {"notice_id": await notice_id(case), "reason": "尚有货款未付", "role": "creditor"}
    await case.act("object", who or creditor(), data | more)


async def refusal(case: Case, who: Actor | None = None, **more: Any) -> Refused:
    with pytest.raises(Refused) as refused:
        await says(case, who, **more)
    return refused.value


async def visible(case: Case) -> bool:
    (found,) = await public_notices.of_case(case.desk.stage.core.engine, case.id)
    return found.running


async def rebuilt_alike(desk: Desk, case: Case) -> bool:
    core = desk.stage.core
    sql = (NOTICE, OBJECTIONS)
    before = [await case.rows(s) for s in sql]
    async with core.engine.begin() as connection:
        events = await stored_events(connection, case.id, await core.keys.cipher(case.id))
        await read_model.rebuild(connection, case.id, events)
    return before == [await case.rows(s) for s in sql]


async def test_an_objection_stops_the_notice_and_an_officer_decides(desk: Desk) -> None:
    case = await announced(desk)
    assert await visible(case)
    shown = (await case.rows(NOTICE))[0]
    assert (shown.kind, shown.takes, shown.outcome) == ("simple_deregistration", "objection", "")
    assert shown.procedure == "announcing"
    assert shown.ends_at == END
    words = "尚有货款未付。" * 100
    await says(
        case, number="曾市监〔2026〕异字第000001号", evidence=str(uuid.uuid4()), reason=words
    )
    await case.reaches("objected")
    assert not await visible(case)
    ended = (await case.rows(NOTICE))[0]
    assert (ended.outcome, ended.reason) == ("stopped", "收到异议")
    assert shown.starts_at <= ended.ended_at < END
    kept = (await case.rows(OBJECTIONS))[0]
    assert (kept.person_id, kept.name, kept.by_role) == ("creditor-1", "李债权", "creditor")
    assert (kept.state, kept.reason) == ("received", words)
    await case.decide("reviewer", {"outcome": "upheld", "reasons": "欠款属实", "no_interest": True})
    await case.reaches("terminated")
    kept = (await case.rows(OBJECTIONS))[0]
    assert (kept.state, kept.answer, kept.reason) == ("upheld", "欠款属实", words)
    told = await case.rows(
        "SELECT recipient FROM messages WHERE case_id = :c AND kind = 'objection_handled'"
    )
    assert [m.recipient for m in told] == ["person:creditor-1"]
    kinds = await case.kinds()
    assert kinds.index("objection_received") < kinds.index("notice_ended")
    assert await rebuilt_alike(desk, case)
    core = desk.stage.core
    await erase(core.engine, core.keys, case.id)
    left = str(await case.rows(OBJECTIONS)) + str(await case.rows(NOTICE))
    assert "李债权" not in left
    assert "货款" not in left
    assert "红光" not in left


async def test_what_is_not_an_objection_is_refused_and_leaves_nothing(desk: Desk) -> None:
    case = await announced(desk)
    unknown = await refusal(case, notice_id=str(uuid.uuid4()))
    assert unknown.why is Refusal.NO_SUCH_NOTICE
    assert (await refusal(case, reason="  ")).errors == {"/reason": "请写明事实和理由"}
    assert (await refusal(case, role="neighbour")).errors == {"/role": "请选择您与这件事的关系"}
    deaf = await announced(desk, takes="")
    assert (await refusal(deaf)).why is Refusal.NOTICE_TAKES_NONE
    assert not await case.rows(OBJECTIONS)


async def test_two_at_once_are_both_kept_and_nobody_objects_twice(desk: Desk) -> None:
    case = await announced(desk)
    await asyncio.gather(*(says(case, creditor(f"creditor-{n}")) for n in range(4)))
    assert len(await case.rows(OBJECTIONS)) == 4
    again = await refusal(case, creditor("creditor-0"))
    assert again.why in {Refusal.ALREADY_OBJECTED, Refusal.NOTICE_OVER}


async def test_withdrawn_ends_the_notice(desk: Desk) -> None:
    case = await announced(desk)
    await case.act("withdraw", APPLICANT, {"reason": "不注销了"})
    await case.reaches("withdrawn")
    assert not await visible(case)
    assert (await case.rows(NOTICE))[0].outcome == "withdrawn"
    assert await rebuilt_alike(desk, case)


async def test_the_end_is_exact_whoever_heard_of_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent, timely, away, taxed = [await announced(desk) for _ in range(4)]
    await desk.advance_to(END - SECOND)
    assert await visible(silent)
    await says(timely)
    with monkeypatch.context() as patch:

        async def unreachable(*_: Any) -> None:
            raise Unreachable("the engine is away")

        patch.setattr(desk.acts._sender, "send", unreachable)
        await says(away)
    await taxed.act("tax_objects", Actor(person_id="tax", roles=["register"]))
    await desk.advance_to(END)
    assert not await visible(silent)
    await silent.reaches("waiting")
    over = (await silent.rows(NOTICE))[0]
    assert (over.outcome, over.ended_at) == ("expired", END)
    late = await refusal(silent)
    assert late.why is Refusal.NOTICE_OVER
    assert "2026年3月24日 24:00届满" in late.message
    # Received in time: it wins, though the case heard of it after the end.
    for case in (timely, away, taxed):
        await case.reaches("objected")
        assert (await case.rows(OBJECTIONS))[0].received_at < END
        assert (await case.rows(NOTICE))[0].ended_at <= END
    # A department's late word is on record, and changes nothing.
    await silent.act("tax_objects", Actor(person_id="tax", roles=["register"]))
    assert not await silent.rows(OBJECTIONS)
    assert "objection_late" in await silent.kinds()
    assert await silent.stage() == "waiting"
    await silent.act("close", APPLICANT)
    assert await rebuilt_alike(desk, silent)


async def test_withdrawal_objections_and_the_end_in_one_instant_have_one_lawful_outcome(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each case: two creditors and the applicant at once, in the last second, some while the engine is away."""
    cases = [await announced(desk) for _ in range(6)]
    ends = (await cases[0].rows(NOTICE))[0].ends_at
    await desk.advance_to(ends - SECOND)

    async def tries(case: Case) -> list[str]:
        one, two = creditor("creditor-a"), creditor("creditor-b")
        done = await asyncio.gather(
            says(case, one),
            case.act("withdraw", APPLICANT, {"reason": "不注销了"}),
            says(case, two),
            return_exceptions=True,
        )
        for answer in done:
            if isinstance(answer, BaseException):
                assert isinstance(answer, Refused), answer
        return [str(r.why) if isinstance(r, Refused) else "" for r in done]

    with monkeypatch.context() as patch:

        async def unreachable(*_: Any) -> None:
            raise Unreachable("the engine is away")

        patch.setattr(desk.acts._sender, "send", unreachable)
        await asyncio.gather(*(tries(case) for case in cases[:3]))
    refused = await asyncio.gather(*(tries(case) for case in cases[3:]))
    assert {why for each in refused for why in each} <= {
        "",
        Refusal.NOT_ACCEPTED_NOW,
        Refusal.CASE_CLOSED,
        Refusal.NOTICE_OVER,
    }
    await desk.advance_to(ends)
    # What came while its case was closing is sent again by the reconciler.
    for _ in range(20):
        await desk.advance(timedelta(minutes=1))
        left = [await case.rows(UNSETTLED) for case in cases]
        if not any(left):
            break
    for case in cases:
        stage, kept = await case.stage(), await case.rows(OBJECTIONS)
        acts = await case.rows("SELECT kind, state FROM acts WHERE case_id = :c AND kind <> 'open'")
        assert stage in {"withdrawn", "objected"}, "the end alone decides nothing here"
        assert all(act.state in {"applied", "refused"} for act in acts), acts
        assert len(kept) == sum((a.kind, a.state) == ("object", "applied") for a in acts)
        withdrawn = any((a.kind, a.state) == ("withdraw", "applied") for a in acts)
        assert withdrawn is (stage == "withdrawn")
        assert not await visible(case)
        assert await rebuilt_alike(desk, case)
