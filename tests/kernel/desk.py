"""A desk for kernel tests: cases of the reference procedure, acted on through `Acts`, time by hand."""

import asyncio
import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from api.acts import Acts, Draft, Outcome
from banjian.player.stage import Stage
from domain.contracts import Actor

OFFICE = "421303"
APPLICANT = Actor(person_id="applicant-1", name="周晓岚", roles=["applicant"])


def officer(role: str, person: str | None = None) -> Actor:
    return Actor(person_id=person or f"{role}-1", name=role, roles=[role], office=OFFICE)


class Desk:
    """One stage; opens cases and speaks for people."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.acts: Acts = stage.app.state.services.acts

    async def open(self, procedure: str = "reference", **data: Any) -> "Case":
        case_id = uuid.uuid4()
        body = {
            "procedure": procedure,
            "catalogue_version": "1",
            "table_version": "1",
            "office": OFFICE,
            "title": "红光商贸",
            "receipt_no": str(case_id),
            "digest": "a" * 64,
            **data,
        }
        await self.acts.perform(Draft(uuid.uuid4(), case_id, "open", APPLICANT, body))
        return Case(self, case_id)

    async def rows(self, sql: str, **values: Any) -> list[Any]:
        async with self.stage.core.engine.connect() as connection:
            return list((await connection.execute(text(sql), values)).all())

    async def turn(self, upkeep: str) -> dict[str, int]:
        """One turn of the upkeep as the engine's schedule starts it, through the worker."""
        found: dict[str, int] = await self.stage.client.execute_workflow(
            upkeep, id=f"turn-{upkeep}", task_queue="banjian-cases", result_type=dict
        )
        return found

    async def advance(self, delta: timedelta) -> None:
        await self.stage.advance(await self.stage.now() + delta)

    async def advance_to(self, instant: datetime) -> None:
        await self.stage.advance(instant)


class Case:
    def __init__(self, desk: Desk, case_id: uuid.UUID) -> None:
        self.desk = desk
        self.id = case_id

    async def rows(self, sql: str, **values: Any) -> list[Any]:
        return await self.desk.rows(sql, c=self.id, **values)

    async def stage(self) -> str:
        return str((await self.rows("SELECT stage FROM cases WHERE case_id = :c"))[0].stage)

    async def reaches(self, stage: str) -> None:
        """Wait until the case is in the stage; the engine works beside us."""

        async def poll() -> None:
            while True:
                if await self.stage() == stage:
                    return
                await asyncio.sleep(0.05)

        # As long as a story waits: a busy machine is no fault of the case.
        await asyncio.wait_for(poll(), 20)

    async def kinds(self) -> list[str]:
        rows = await self.rows("SELECT kind FROM case_events WHERE case_id = :c ORDER BY revision")
        return [r.kind for r in rows]

    async def task(self, role: str) -> str:
        """The id of the open task of the role; waits for it."""

        async def poll() -> str:
            while True:
                rows = await self.rows(
                    "SELECT task_id FROM tasks WHERE case_id = :c AND role = :r AND state = 'open'",
                    r=role,
                )
                if rows:
                    return str(rows[0].task_id)
                await asyncio.sleep(0.02)

        return await asyncio.wait_for(poll(), 15)

    async def act(
        self,
        kind: str,
        actor: Actor,
        data: dict[str, Any] | None = None,
        *,
        task: str | None = None,
        act_id: uuid.UUID | None = None,
        fenced: bool = False,
    ) -> Outcome:
        draft = Draft(act_id or uuid.uuid4(), self.id, kind, actor, data or {}, task)
        if fenced:
            sql = "SELECT claim_version FROM tasks WHERE case_id = :c AND task_id = :t"
            found = await self.rows(sql, t=task)
            draft.claim = found[0].claim_version if found else -1
        return await self.desk.acts.perform(draft)

    async def claim(self, task: str, person: str) -> None:
        async with self.desk.stage.core.engine.begin() as connection:
            await connection.execute(
                text(
                    "UPDATE tasks SET claimed_by = :p, claim_version = claim_version + 1 WHERE task_id = :t"
                ),
                {"p": person, "t": task},
            )

    async def decide(self, role: str, data: dict[str, Any], person: str | None = None) -> Outcome:
        actor = officer(role, person)
        task = await self.task(role)
        await self.claim(task, actor.person_id)
        return await self.act("complete", actor, data, task=task, fenced=True)

    async def reach_notice(self) -> None:
        await self.decide("acceptor", {"decision": "accept"})
        await self.decide("reviewer", {"finding": "conforms", "no_interest": True})
        await self.decide("approver", {"decision": "grant", "no_interest": True})
