"""Workflows that a careless change could make: each must fail on the recorded histories.

They are subclasses under the name of the original; `Same` changes nothing and must pass, so that a
failure of the others is due to their change.
"""

import asyncio
from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import CaseInput, CaseOutcome
    from forms.approval import Acceptance

from bench.reference import Reference
from workflows.establishment_registration import EstablishmentRegistration


@workflow.defn(name="reference")
class Same(Reference):
    @workflow.init
    def __init__(self, case: CaseInput) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseInput) -> CaseOutcome:
        return await super().run(case)


@workflow.defn(name="reference")
class ClockLater(Reference):
    """Starts the term after the acceptance instead of before: the first timer is gone."""

    @workflow.init
    def __init__(self, case: CaseInput) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseInput) -> CaseOutcome:
        return await super().run(case)

    async def accept(self) -> str:
        await self.decided(Acceptance, role="acceptor")
        self.state.memo["term"] = self.start_clock("G02", self.now())
        return "examining"


@workflow.defn(name="reference")
class Waiting(Reference):
    """A timer more, before everything else."""

    @workflow.init
    def __init__(self, case: CaseInput) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseInput) -> CaseOutcome:
        await asyncio.sleep(timedelta(seconds=1).total_seconds())
        return await super().run(case)


@workflow.defn(name="establishment_registration")
class SignedPaperLeft(EstablishmentRegistration):
    """Does not bring the signed application home: one activity less."""

    @workflow.init
    def __init__(self, case: CaseInput) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseInput) -> CaseOutcome:
        return await super().run(case)

    async def sign(self) -> str:
        self._chase_next()
        paper = await self.serve("application")
        for n, party in enumerate(self.state.parties, 1):
            if party.signs:
                await self.call(
                    "open_signing", seq=n, party=party.party_id, document=paper.document_id
                )
        await self.wait(lambda: all(p.signed_at for p in self.state.parties if p.signs))
        return self._parties_settled("signed", "deciding")


@workflow.defn(name="establishment_registration")
class EstablishmentWaiting(EstablishmentRegistration):
    """A timer more, before everything else: no running case survives it."""

    @workflow.init
    def __init__(self, case: CaseInput) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseInput) -> CaseOutcome:
        await asyncio.sleep(timedelta(seconds=1).total_seconds())
        return await super().run(case)
