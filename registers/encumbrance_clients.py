"""Clients of the courts and of the register of collateral."""

from registers.client import RegisterClient
from registers.encumbrances import AskCollateral, AskCourt, CollateralRecord, CourtRecord
from registers.messages import Register


class CourtClient(RegisterClient):
    """人民法院."""

    register = Register.COURT

    async def matters(self, uscc: str, name: str) -> CourtRecord:
        return await self.ask(AskCourt(uscc=uscc, name=name))


class CollateralClient(RegisterClient):
    """股权出质登记, 动产融资统一登记."""

    register = Register.COLLATERAL

    async def securities(self, uscc: str, name: str) -> CollateralRecord:
        return await self.ask(AskCollateral(uscc=uscc, name=name))
