"""Clients of the registers that answer errands, and of the library of names."""

from registers.client import RegisterClient
from registers.deregistration import AskTaxClearance, TaxClearance
from registers.errands import (
    WITHDRAWALS,
    ErrandOpened,
    ErrandState,
    ErrandWithdrawn,
    OpenErrand,
)
from registers.licences import Noticed, NotifyDepartment
from registers.messages import Register
from registers.names import (
    LookUpName,
    NameChanges,
    NameHoldings,
    NameOccupied,
    NameReleased,
    NameReserved,
    OccupyName,
    ReleaseName,
    ReserveName,
)
from registers.requests import EntityType
from registers.standings import DeskStanding


class DeskClient(RegisterClient):
    """A department that takes an errand now and answers it later."""

    async def open_errand(self, request: OpenErrand, *, key: str) -> ErrandOpened:
        return await self.perform(request, key=key)

    async def withdraw_errand(
        self, case_ref: str, opened_by: str, reason: str, *, key: str
    ) -> ErrandWithdrawn:
        request = WITHDRAWALS[self.register](case_ref=case_ref, opened_by=opened_by, reason=reason)
        return await self.perform(request, key=key)

    async def errand(self, key: str) -> ErrandState | None:
        return await self._fetch("/errands", key, ErrandState)

    async def standing(self, uscc: str) -> DeskStanding:
        found = await self._fetch("/standings", uscc, DeskStanding)
        assert found is not None, "a desk answers for every code"
        return found


class TaxClient(DeskClient):
    """税务."""

    register = Register.TAX

    async def clearance(self, uscc: str) -> TaxClearance:
        return await self.ask(AskTaxClearance(uscc=uscc))


class SocialClient(DeskClient):
    """社会保险."""

    register = Register.SOCIAL


class SealClient(DeskClient):
    """公安印章备案."""

    register = Register.SEAL


class HousingClient(DeskClient):
    """住房公积金."""

    register = Register.HOUSING


class BankClient(DeskClient):
    """银行预约开户."""

    register = Register.BANK


class DepartmentsClient(DeskClient):
    """许可主管部门, all of them: the department's code is in the request."""

    register = Register.DEPARTMENTS

    async def notify(self, request: NotifyDepartment, *, key: str) -> Noticed:
        return await self.perform(request, key=key)


class NamesClient(RegisterClient):
    """名称库."""

    register = Register.NAMES

    async def reserve(self, request: ReserveName, *, key: str) -> NameReserved:
        return await self.perform(request, key=key)

    async def occupy(self, request: OccupyName, *, key: str) -> NameOccupied:
        return await self.perform(request, key=key)

    async def release(self, request: ReleaseName, *, key: str) -> NameReleased:
        return await self.perform(request, key=key)

    async def look_up(
        self, name: str, entity_type: EntityType = EntityType.LIMITED_COMPANY
    ) -> NameHoldings:
        return await self.ask(LookUpName(name=name, entity_type=entity_type))

    async def changes(self, after: int = 0, limit: int = 1000) -> NameHoldings:
        return await self.ask(NameChanges(after=after, limit=limit))
