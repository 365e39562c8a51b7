"""An entity that has left the market: what else this bureau keeps open of it hears so."""

from typing import Any

from workflows.kernel.approval import Approval


class PartyEnded(Approval):
    """Mixed in under a procedure that ends an entry."""

    async def tell_listings(self, ended: dict[str, Any]) -> None:
        """Each case that keeps the entity in the list of abnormal operations: an officer there says whether it ends.

        Args:
            ended: what `deregister_enterprise` kept of the register's answer.
        """
        number = self.state.numbers.get("case", "")
        for case in ended.get("listings", ()):
            await self.tell_case(
                str(case), "party_ended", number=number, at=ended["deregistered_at"]
            )
