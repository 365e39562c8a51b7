"""A small case that carries personal data through every kind of payload."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError


@dataclass
class Person:
    name: str
    id_number: str


@activity.defn
async def check(person: Person) -> str:
    return f"checked {person.id_number}"


@activity.defn
async def fail(person: Person) -> str:
    raise ApplicationError(f"refused {person.id_number}", person.id_number)


@workflow.defn
class CanaryCase:
    def __init__(self) -> None:
        self._acts: list[Person] = []

    @workflow.run
    async def run(self, person: Person) -> str:
        workflow.set_current_details(f"waits for {person.id_number}")
        await workflow.execute_activity(
            check,
            person,
            start_to_close_timeout=timedelta(seconds=20),
            summary=f"asks about {person.id_number}",
        )
        local = await workflow.execute_local_activity(
            check, person, start_to_close_timeout=timedelta(seconds=20)
        )
        for call in (workflow.execute_activity, workflow.execute_local_activity):
            try:
                await call(
                    fail,
                    person,
                    start_to_close_timeout=timedelta(seconds=20),
                    retry_policy=RetryPolicy(maximum_attempts=1),
                )
            except (ActivityError, ApplicationError) as error:
                local += f", {type(error).__name__}: {error.cause or error}"
        await workflow.wait_condition(lambda: bool(self._acts))
        with_timeout = asyncio.create_task(workflow.sleep(0.01, summary=person.id_number))
        await with_timeout
        raise ApplicationError(f"closed: {local}", {"who": person.id_number})

    @workflow.update
    async def act(self, person: Person) -> str:
        self._acts.append(person)
        return f"done {person.id_number}"

    @act.validator
    def _check_act(self, person: Person) -> None:
        if person.name == "":
            raise ApplicationError(f"no name for {person.id_number}")

    @workflow.query
    def people(self) -> list[Person]:
        return self._acts


@workflow.defn
class BrokenCase:
    """Its workflow task fails: the failure in the history is sealed as well."""

    @workflow.run
    async def run(self, person: Person) -> str:
        raise RuntimeError(f"cannot handle {person.id_number}")
