"""Acts: durable, applied once, refused with a type; the actor is believed by signature only."""

import asyncio
import uuid
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from bench.reference import ROW
from domain.contracts import Actor, Command
from domain.refusals import Refusal, Refused
from domain.signing import CommandSigner
from law import catalogue
from storage.acts import ActConflict
from storage.projector import stored_events
from tests.kernel.desk import APPLICANT, Desk, officer
from workflows.dispatch import Unreachable


async def test_a_case_runs_its_declared_way_and_its_story_says_so(desk: Desk) -> None:
    case = await desk.open()
    await case.reach_notice()
    await case.act("close", APPLICANT)
    assert await case.stage() == "done"
    assert await case.kinds() == [
        "submitted",
        "clock_started",
        "task_opened",
        "task_completed",
        "stage_entered",
        "task_opened",
        "task_completed",
        "stage_entered",
        "task_opened",
        "task_completed",
        "stage_entered",
        "clock_started",
        "closed_by_party",
        "closed",
    ]


async def test_a_double_click_is_one_act(desk: Desk) -> None:
    case = await desk.open()
    task = await case.task("acceptor")
    await case.claim(task, "acceptor-1")
    act = uuid.uuid4()
    outcomes = await asyncio.gather(
        *(
            case.act(
                "complete",
                officer("acceptor"),
                {"decision": "accept"},
                task=task,
                act_id=act,
                fenced=True,
            )
            for _ in range(5)
        ),
        return_exceptions=True,
    )
    assert any(not isinstance(o, BaseException) for o in outcomes)
    again = await case.act(
        "complete", officer("acceptor"), {"decision": "accept"}, task=task, act_id=act
    )
    assert again.state == "applied"
    assert (await case.kinds()).count("task_completed") == 1


async def test_the_same_id_with_another_body_is_refused(desk: Desk) -> None:
    case = await desk.open()
    task = await case.task("acceptor")
    await case.claim(task, "acceptor-1")
    act = uuid.uuid4()
    await case.act("complete", officer("acceptor"), {"decision": "accept"}, task=task, act_id=act)
    with pytest.raises(ActConflict):
        await case.act(
            "complete",
            officer("acceptor"),
            {"decision": "not_accept", "reasons": "没有管辖权"},
            task=task,
            act_id=act,
        )


@pytest.mark.parametrize(
    ("actor", "data", "why"),
    [
        (officer("reviewer"), {"decision": "accept"}, Refusal.WRONG_ROLE),
        (
            Actor(person_id="x", roles=["acceptor"], office="420000"),
            {"decision": "accept"},
            Refusal.WRONG_OFFICE,
        ),
        (
            Actor(person_id="applicant-1", roles=["acceptor"], office="421303"),
            {"decision": "accept"},
            Refusal.OWN_CASE,
        ),
        (officer("acceptor"), {"decision": "perhaps"}, Refusal.INVALID_ANSWERS),
        (officer("acceptor"), {"decision": "accept", "extra": 1}, Refusal.INVALID_ANSWERS),
        (officer("acceptor"), {"decision": "one_time_notice"}, Refusal.INVALID_ANSWERS),
    ],
)
async def test_a_wrong_completion_is_refused_by_type_and_changes_nothing(
    desk: Desk, actor: Actor, data: dict[str, object], why: Refusal
) -> None:
    case = await desk.open()
    task = await case.task("acceptor")
    await case.claim(task, actor.person_id)
    before = await case.kinds()
    with pytest.raises(Refused) as refused:
        await case.act("complete", actor, dict(data), task=task, fenced=True)
    assert refused.value.why is why
    assert refused.value.message
    assert await case.kinds() == before
    # The claim is free again for the same person: a refused act holds nothing.
    rows = await case.rows("SELECT completing_act FROM tasks WHERE task_id = :t", t=task)
    assert rows[0].completing_act is None


async def test_a_task_that_is_done_or_never_was_is_named_as_such(desk: Desk) -> None:
    case = await desk.open()
    task = await case.task("acceptor")
    await case.decide("acceptor", {"decision": "accept"})
    with pytest.raises(Refused) as done:
        await case.act("complete", officer("acceptor"), {"decision": "accept"}, task=task)
    assert done.value.why is Refusal.TASK_DONE
    with pytest.raises(Refused) as unknown:
        await case.act(
            "complete", officer("acceptor"), {"decision": "accept"}, task=f"{case.id}-99"
        )
    assert unknown.value.why is Refusal.NO_SUCH_TASK


async def test_only_the_holder_of_the_claim_completes(desk: Desk) -> None:
    case = await desk.open()
    task = await case.task("acceptor")
    with pytest.raises(Refused) as unclaimed:
        await case.act(
            "complete", officer("acceptor"), {"decision": "accept"}, task=task, fenced=True
        )
    assert unclaimed.value.why is Refusal.CLAIM_LOST
    await case.claim(task, "somebody-else")
    with pytest.raises(Refused) as others:
        await case.act(
            "complete", officer("acceptor"), {"decision": "accept"}, task=task, fenced=True
        )
    assert others.value.why is Refusal.NOT_YOUR_TASK


async def test_who_accepted_cannot_approve(desk: Desk) -> None:
    case = await desk.open()
    await case.decide("acceptor", {"decision": "accept"}, person="sun")
    await case.decide("reviewer", {"finding": "conforms", "no_interest": True})
    with pytest.raises(Refused) as refused:
        await case.decide("approver", {"decision": "grant", "no_interest": True}, person="sun")
    assert refused.value.why is Refusal.SEPARATION_OF_DUTIES
    assert "SOD-1" in refused.value.message
    quality = await case.rows("SELECT kind, actor_id FROM quality_events WHERE case_id = :c")
    assert [(q.kind, q.actor_id) for q in quality] == [("separation_of_duties", "sun")]


async def test_single_officer_mode_is_allowed_where_the_catalogue_says_so_and_recorded(
    desk: Desk,
) -> None:
    """独任审批: one person accepts and approves; the case's story says that the mode was used."""
    catalogue.add(ROW.model_copy(update={"version": "2", "single_officer": True}))
    case = await desk.open(catalogue_version="2")
    await case.decide("acceptor", {"decision": "accept"}, person="sun")
    await case.decide("reviewer", {"finding": "conforms", "no_interest": True}, person="sun")
    await case.decide("approver", {"decision": "grant", "no_interest": True}, person="sun")
    assert await case.stage() == "notice"
    async with desk.stage.core.engine.connect() as connection:
        cipher = await desk.stage.core.keys.cipher(case.id)
        events = await stored_events(connection, case.id, cipher)
    told = [e.data.get("single_officer", False) for e in events if e.kind == "task_completed"]
    assert told == [False, True, True]


async def _direct(desk: Desk, command: Command) -> str:
    """An update that somebody with access to the engine sends past the API."""
    handle = desk.stage.client.get_workflow_handle(command.case_id)
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await handle.execute_update("act", command, id=command.act_id)
    assert isinstance(refused.value.cause, ApplicationError)
    return str(refused.value.cause.type)


async def test_a_forged_actor_in_a_direct_update_is_refused(desk: Desk) -> None:
    case = await desk.open()
    task = await case.task("acceptor")
    command = Command(
        act_id=str(uuid.uuid4()),
        case_id=str(case.id),
        kind="complete",
        task_id=task,
        received_at=await desk.stage.now(),
        actor=officer("acceptor"),
        data={"decision": "accept"},
    )
    # Unsigned, signed by a stranger, and signed by the worker's key for a person.
    assert await _direct(desk, command) == Refusal.FORGED_ACTOR
    stranger = CommandSigner("api", Ed25519PrivateKey.generate())
    assert await _direct(desk, stranger.sign(command)) == Refusal.FORGED_ACTOR
    system = desk.stage.core.system_signer
    assert await _direct(desk, system.sign(command)) == Refusal.FORGED_ACTOR
    # Signed by the API, then changed: the actor, the answers, the instant, the case.
    good = desk.stage.app.state.services.signer.sign(command)
    for change in (
        {"actor": officer("acceptor", "another")},
        {"data": {"decision": "not_accept", "reasons": "没有管辖权"}},
        {"received_at": command.received_at.replace(year=2020)},
        {"task_id": f"{case.id}-2"},
    ):
        forged = good.model_copy(update={**change, "act_id": str(uuid.uuid4())})
        assert await _direct(desk, forged) == Refusal.FORGED_ACTOR
    assert "task_completed" not in await case.kinds()


async def test_an_unknown_kind_of_act_is_refused(desk: Desk) -> None:
    case = await desk.open()
    for kind in ("grant_everything", "__init__", "act", "answers"):
        with pytest.raises(Refused) as refused:
            await case.act(kind, APPLICANT)
        assert refused.value.why is Refusal.MALFORMED


async def test_a_closed_case_refuses_every_act(desk: Desk) -> None:
    case = await desk.open()
    await case.reach_notice()
    await case.act("close", APPLICANT)
    await desk.stage.client.get_workflow_handle(str(case.id)).result()
    with pytest.raises(Refused) as refused:
        await case.act("close", APPLICANT)
    assert refused.value.why is Refusal.CASE_CLOSED


async def test_an_act_is_refused_where_the_stage_does_not_accept_it(desk: Desk) -> None:
    case = await desk.open()
    with pytest.raises(Refused) as refused:
        await case.act("close", APPLICANT)
    assert refused.value.why is Refusal.NOT_ACCEPTED_NOW


async def test_a_stranger_cannot_act_as_the_owner(desk: Desk) -> None:
    case = await desk.open()
    await case.reach_notice()
    with pytest.raises(Refused):
        await case.act("close", Actor(person_id="stranger", roles=["applicant"]))
    assert await case.stage() == "notice"


async def test_what_a_crash_left_between_act_and_send_is_sent_again(desk: Desk) -> None:
    """The act is durable, the update never left: the reconciler finds and sends it, once."""
    case = await desk.open()
    await case.reach_notice()

    class Dead:
        async def send(self, command: Command) -> None:
            raise Unreachable("the process died here")

    acts = desk.acts
    sender, acts._sender = acts._sender, Dead()  # type: ignore[assignment]
    try:
        outcome = await case.act("close", APPLICANT)
    finally:
        acts._sender = sender
    assert outcome.state == "received"
    assert await case.stage() == "notice"
    # Not by `advance`, whose own upkeep does not go through the engine.
    await desk.stage.set_now(await desk.stage.now() + timedelta(seconds=10))
    turn = await desk.turn("reconcile")
    assert turn["sent"] == turn["due"] >= 1
    assert await case.stage() == "done"
    assert (await case.kinds()).count("closed_by_party") == 1
    state = await case.rows("SELECT state FROM acts WHERE id = :a", a=outcome.act_id)
    assert state[0].state == "applied"
