"""A registration whose domicile is a host's (集群注册, 条例 11; law.md §2.5).

Intake found the host to be admitted; it must still be one when the register enters the enterprise. What follows is a
case of its own, `cluster_hosting`. Where no host was named none of this does anything.
"""

from typing import Any, Final

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import Command, Fact

from workflows.declared_name import DeclaredName

HOSTING: Final = "cluster_hosting"
# What is found of a host and of the scope that is hosted (`activities.hosted_domicile`).
FACTS: Final = frozenset({"host", "host_scope"})


class HostedDomicile(DeclaredName):
    """What a registration adds to an approval where its domicile may be a host's."""

    def opened(self, opening: Command) -> None:
        super().opened(opening)
        # A corrected file may name another host, or none.
        self.state.memo.pop("host", None)
        if any(f.code in FACTS for f in self.state.facts):
            self.state.facts = [f for f in self.state.facts if f.code not in FACTS]
            self.change(facts=[f.model_dump() for f in self.state.facts])
        if host := opening.data.get("facts", {}).get("host"):
            self.state.memo["host"] = host

    async def host_stands(self, attempt: int) -> bool:
        """Whether the enterprise can still be entered at the host's address.

        False where the host left since intake: the case goes back to whoever decides. A host that takes nobody new
        for a time (暂停) keeps those that applied before.
        """
        host = self.state.memo.get("host")
        if host is None:
            return True
        asked = await self.call("host_standing", seq=attempt, host=host["case"])
        if asked.answer.get("hosts"):
            return True
        self.put_facts(
            [
                Fact(
                    code="host",
                    state="bad",
                    fact=f"托管机构{host['name']}已经退出托管",
                    rule="住所由托管机构托管的，托管机构应当经准入、没有退出",
                    cite="条例第11条；集群注册规定（待核）",
                )
            ]
        )
        return False

    async def open_hosting(self, uscc: str, name: str) -> None:
        """The relationship between the enterprise and its host: this case does not wait for it."""
        if host := self.state.memo.get("host"):
            fill: dict[str, Any] = {"uscc": uscc, "name": name, "host": host}
            await self.open_related(HOSTING, HOSTING, fill=fill)
