"""A case that prohibits the use of a device on the platform, and alone may allow it again (停止使用、恢复使用)."""

from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import Fact

from workflows.ex_officio import ExOfficio


class DeviceMeasures(ExOfficio):
    """What the platform does not enter stands beside the case: the order itself was served, and holds all the same."""

    async def prohibit_use(self) -> None:
        """The platform shows that the device must not be used; a device that it does not know it cannot show."""
        number = self.state.numbers["case"]
        entered = await self.call("enter_measure", measure="prohibit", number=number)
        self.state.memo["prohibited"] = entered.state == "done"
        if entered.state != "done":
            self._not_entered(entered.answer)

    async def allow_use(self) -> None:
        """Again, where this case had prohibited it."""
        if not self.state.memo.get("prohibited"):
            return
        number = self.state.numbers["case"]
        allowed = await self.call("enter_measure", seq=2, measure="allow", number=number)
        if allowed.state != "done":
            self._not_entered(allowed.answer)

    def _not_entered(self, answer: dict[str, Any]) -> None:
        self.put_facts(
            [
                Fact(
                    code="platform_refused",
                    state="open",
                    fact=f"监管平台没有登记停止使用、恢复使用：{answer.get('message', '')}",
                    rule="停止使用、恢复使用应当在监管平台登记",
                    cite="本局规则（待核）",
                    source="equipment",
                )
            ]
        )
