"""A case that has a ground on which the use of a device is prohibited on the platform (停止使用), and drops it again (恢复使用)."""

from typing import Any, Final

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import EffectState, Fact

from workflows.ex_officio import ExOfficio

# Older cases asked for the use to be allowed only where the platform had entered their own prohibition.
DROPS_ITS_GROUND: Final = "device-measures-drop-ground-v1"
OTHERS: Final = "device_prohibited"


class DeviceMeasures(ExOfficio):
    """Each case has its own ground; the use is allowed when the last one has gone (`activities.device_measures`).

    What the platform does not enter stands beside the case: the order itself was served, and holds all the same.
    """

    async def prohibit_use(self) -> None:
        """The platform shows that the device must not be used; a device that it does not know it cannot show."""
        number = self.state.numbers["case"]
        entered = await self.call("enter_measure", measure="prohibit", number=number)
        self.state.memo["prohibited"] = entered.state == "done"
        self._note(entered)

    async def allow_use(self) -> None:
        """As far as this case is concerned."""
        await self._drop_ground()

    async def leave_prohibition(self, to: str) -> None:
        """This case is not concerned with the device any more, which is not in order: the case `to`, where there is one, has
        the ground from now on. What is scrapped needs none."""
        await self._drop_ground(to=to)

    async def _drop_ground(self, **leaves: str) -> None:
        memo = self.state.memo
        if not memo.get("prohibited"):
            # Refused by the platform, it is a ground all the same; and who opened this case may have left it its own.
            concerned = "prohibited" in memo or memo.get("prohibited_by_opener")
            if not concerned or not workflow.patched(DROPS_ITS_GROUND):
                return
        number = self.state.numbers["case"]
        allowed = await self.call("enter_measure", seq=2, measure="allow", number=number, **leaves)
        self._note(allowed)

    def _note(self, told: EffectState) -> None:
        """What the platform did not enter, and which other cases prohibit the use of the device as of now."""
        found = [] if told.state == "done" else [_refused(told.answer)]
        if others := told.answer.get("others"):
            found.append(_others(others))
        elif told.state == "done":
            self.state.facts = [f for f in self.state.facts if f.code != OTHERS]
        self.put_facts(found)
        if found:
            self.record("facts_found", data={"facts": [f.code for f in found]})


def _refused(answer: dict[str, Any]) -> Fact:
    return Fact(
        code="platform_refused",
        state="open",
        fact=f"监管平台没有登记停止使用、恢复使用：{answer.get('message', '')}",
        rule="停止使用、恢复使用应当在监管平台登记",
        cite="本局规则（待核）",
        source="equipment",
    )


def _others(numbers: list[str]) -> Fact:
    return Fact(
        code=OTHERS,
        state="open",
        fact=f"办件{'、'.join(numbers)}也责令停止使用；这些办件都恢复使用以前，设备不得使用",
        rule="停止使用的设备，由作出决定的各办件分别恢复，全部恢复后方可使用",
        cite="本局规则（待核）",
        source="equipment",
    )
