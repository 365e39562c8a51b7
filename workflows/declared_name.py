"""A registration under a declared name (企业名称登记管理规定 18; law.md §2.1, S19).

The registration relies on a reservation: it is told when that ends, is never granted without one, and the name is used
when the register has entered the enterprise. Without a reservation none of this does anything.
"""

from types import MappingProxyType
from typing import Any, Final

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import Command, Fact, RelatedCase
    from domain.refusals import Refusal, Refused

from workflows.kernel.approval import Approval

RESERVE_AGAIN: Final = frozenset({"reserve_again"})
# Cases that were corrected before this kept the reservation to their end.
FORGETS: Final = "declared_name-forget-v1"
ITEM: Final = "name"
PROCEDURE: Final = "name_self_declaration"
ENDED: Final = MappingProxyType(
    {
        "lapsed": "名称保留期已经届满，名称不再保留",
        "released": "申请人已经放弃所保留的名称",
        "cancelled": "名称的保留已经取消",
    }
)


class DeclaredName(Approval):
    """What a registration adds to an approval where its name was declared before."""

    def opened(self, opening: Command) -> None:
        self._rely_on(opening.data.get("facts", {}).get("reservation"))

    def _rely_on(self, reservation: dict[str, str] | None) -> None:
        if not reservation or reservation["case"] == self.state.memo.get("reservation"):
            return
        self.state.memo["reservation"] = reservation["case"]
        self.state.related[ITEM] = RelatedCase(
            case_id=reservation["case"], item=ITEM, procedure=PROCEDURE
        )
        self.change_row(
            "links",
            {
                "item": ITEM,
                "child_case": reservation["case"],
                "procedure": PROCEDURE,
                "state": "open",
                "outcome": "",
            },
        )
        self._name_fact("ok", f"名称在保留期内（办件编号 {reservation['number']}）")

    def resubmitted(self, command: Command) -> None:
        """A corrected file may bear another name: the register is never asked with a reservation that it does not name."""
        super().resubmitted(command)
        named = command.data.get("facts", {}).get("reservation")
        if not named and self.state.memo.get("reservation") and workflow.patched(FORGETS):
            self.without_reservation()

    def without_reservation(self) -> None:
        """The file relies on none any more. The declaration's case is its applicant's, and runs on to its own end."""
        if self.state.memo.pop("reservation", None) is None:
            return
        self.state.facts = [f for f in self.state.facts if f.code != "name_reservation"]
        self.change(facts=[f.model_dump() for f in self.state.facts])
        self.drop_related(ITEM)

    def _name_fact(self, state: str, fact: str) -> None:
        self.put_facts(
            [
                Fact(
                    code="name_reservation",
                    state=state,
                    fact=fact,
                    rule="以自主申报的名称登记的，名称应当在保留期内",
                    cite="企业名称登记管理规定第18条",
                    source="names",
                )
            ]
        )

    # -- before the decision ---------------------------------------------------------------------------

    def rely_on_name(self) -> None:
        """Tell the declaration's case once, so that it tells this one when the reservation ends."""
        reservation = self.state.memo.get("reservation")
        if reservation and self.state.memo.get("told_name") != reservation:
            self.state.memo["told_name"] = reservation
            self.aside(self._tell_name(reservation), vital=False)

    async def _tell_name(self, reservation: str) -> None:
        refused = await self._changed(reservation, "claimed")
        if refused and self.state.memo.get("reservation") == reservation:
            self._name_lost("lapsed")

    async def _changed(self, reservation: str, what: str, **data: Any) -> str:
        told = int(self.state.memo.get("told", 0)) + 1
        self.state.memo["told"] = told
        return await self.tell_case(
            reservation, "library_changed", seq=told, what=what, case=self.case.case_id, **data
        )

    def apply_related_ended(self, command: Command) -> None:
        super().apply_related_ended(command)
        outcome = str(command.data.get("outcome", ""))
        relied = self.state.memo.get("reservation")
        if command.data.get("item") == ITEM and outcome != "used" and relied:
            self._name_lost(outcome)

    def _name_lost(self, outcome: str) -> None:
        """A bar to any grant, told to the applicant, until there is a new reservation."""
        self._name_fact("bad", ENDED.get(outcome, ENDED["lapsed"]))
        self.tell("applicant", "reserve_again")
        self.record("name_lost", data={"outcome": outcome})

    def check_reserve_again(self, command: Command) -> None:
        """The API found the reservation to be the applicant's, running, and of this very name."""
        self.check_owner(command)
        if self.state.memo.get("reservation") == command.data["reservation"]["case"]:
            raise Refused(Refusal.NOT_ACCEPTED_NOW, "本件已经使用这个名称保留。")

    def apply_reserve_again(self, command: Command) -> None:
        self._rely_on(command.data["reservation"])
        self.record(
            "name_reserved_again",
            actor=command.actor,
            at=command.received_at,
            act_id=command.act_id,
            data={"number": command.data["reservation"]["number"]},
        )
        self.rely_on_name()

    # -- at the register -------------------------------------------------------------------------------

    def reserved_name(self) -> dict[str, str]:
        """What the register's call carries of it."""
        reservation = self.state.memo.get("reservation")
        return {"reservation": reservation} if reservation else {}

    async def name_secured(self, attempt: int) -> bool:
        """Keep the name while the register is asked, whose answer may come after the reservation's end.

        False where it ended between the decision and this: the case goes back to whoever decides.
        """
        if not self.reserved_name():
            return True
        secured = await self.call("secure_name", seq=attempt, **self.reserved_name())
        if secured.answer.get("held"):
            return True
        self._name_lost("lapsed")
        return False

    async def name_not_used(self, attempt: int) -> None:
        """The register refused: the reservation runs on to its end, which may have come meanwhile."""
        if reservation := self.state.memo.get("reservation"):
            await self.call("free_name", seq=attempt, **self.reserved_name())
            await self._changed(reservation, "freed")

    async def name_used(self, uscc: str) -> None:
        """The register entered the enterprise: the declaration's case ends as used."""
        if reservation := self.state.memo.get("reservation"):
            await self._changed(reservation, "registered", uscc=uscc)
