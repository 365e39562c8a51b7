"""Simple deregistration and the departments: pushed at the start, heard until the end of the period, then taken back.

条例 33: 推送税务等有关部门. An individual business has no notice; its ten days (D04) run from the push.
"""

from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain import public_notices as notices
    from domain.contracts import Command, EffectState, OpenTask
    from domain.public_notices import Objection
    from forms.objections import ObjectionHandling
    from law.simple_deregistration import BY_CODE

from workflows.public_notices import KEPT
from workflows.simple_deregistration_grounds import ExclusionGrounds, ground_fact

# The errands by which departments are asked, in the order of their numbers.
PUSHES: Final = (("tax", "tax_deregistration"), ("social", "social_deregistration"))
DEPARTMENTS: Final = MappingProxyType({"tax": "税务部门", "social": "社会保险经办机构"})
INSTANT: Final = timedelta(seconds=1)
# Cases that were taken back before this left a department alone that was being asked at that moment.
RECALLS_EVERY_PUSH: Final = "simple_deregistration-recall-v1"


class Departments(ExclusionGrounds):
    """What is asked of them, what they say in time, and what they say too late."""

    # Whether departments are being asked, and whether nobody wants it any more.
    _pushing = _recalled = False

    async def push(self) -> None:
        """Tax and social insurance are asked; one that is down is asked again until it has it, in sight."""
        self._pushing = True
        try:
            for seq in range(1, len(PUSHES) + 1):
                if self._recalled:
                    return
                await self._ask_department(seq)
        finally:
            self._pushing = False

    async def _ask_department(self, seq: int) -> None:
        register, errand = PUSHES[seq - 1]
        await self.call(
            "open_errand",
            seq=seq,
            register=register,
            errand=errand,
            facts={"uscc": self.state.memo["uscc"], "name": self.state.memo["name"]},
            from_form={"legal_representative": "persons.legal_representative"},
        )

    async def push_individual(self) -> str:
        """个体工商户: no notice; ten days (D04) for the departments from the push, then directly on."""
        await self.push()
        opened = [datetime.fromisoformat(e.answer["opened_at"]) for e in self._pushed()]
        push_clock = self.row.clocks.push
        assert push_clock is not None, "the row names the clock of the push"
        key = self.start_clock(push_clock, max(opened, default=self.now()))
        self.state.memo["notice_clock"] = key
        await self.wait(lambda: "objection" in self.state.memo or not self.clock_running(key))
        if "objection" in self.state.memo:
            return "objected"
        await self._hear()
        # From the end of the period on it can be decided: 条例 33 asks for nothing more.
        self.state.memo["application"] = (self.state.clocks[key].ends_at - INSTANT).isoformat()
        return "applied"

    def _pushed(self) -> list[EffectState]:
        found = (self.state.effects.get(f"open_errand#{n}") for n in range(1, len(PUSHES) + 1))
        return [e for e in found if e is not None and e.request_id]

    def on_callback(self, effect: EffectState, command: Command) -> None:
        if effect.kind != "open_errand":
            super().on_callback(effect, command)
        elif effect.answer.get("outcome") == "objected":
            self._department_said(effect, command.received_at)

    def _department_said(self, effect: EffectState, at: datetime) -> None:
        """In time it ends the case; later it is an objection like any other late one."""
        reason = str(effect.answer.get("reason") or effect.answer.get("code") or "有异议")
        number = str(effect.answer.get("errand_id") or "")
        if self.individual:
            self._individual_said(effect.register_name, reason, at)
            return
        notice = self.state.public_notices[-1]
        if self.department_objected(
            notice, effect.register_name, at=at, reason=reason, number=number
        ):
            return
        self.take_late(
            by_role=notices.DEPARTMENT, department=effect.register_name, reason=reason, at=at
        )

    def _individual_said(self, register: str, reason: str, at: datetime) -> None:
        clock = self.state.clocks.get(self.state.memo.get("notice_clock", ""))
        told = {"department": register, "kind": notices.OBJECTION}
        if clock is not None and at >= clock.ends_at:
            self.record("objection_late", at=at, data=told, internal={"reason": reason})
            late = [
                *self.state.memo.get("late", ()),
                f"{DEPARTMENTS[register]}逾期提出异议：{reason}",
            ]
            self.state.memo["late"] = late
            return
        self.state.memo["objection"] = {"department": register, "reason": reason}
        self.record("objection_received", at=at, data=told, internal={"reason": reason})

    async def _hear(self) -> None:
        """Each push is taken back: it was open, so nothing was said; or it was answered, and is asked for.

        A department that was never reached, or is down now, keeps the case here until it can be heard.
        """
        for seq, (register, _errand) in enumerate(PUSHES, 1):
            key = f"open_errand#{seq}"
            await self.wait(lambda k=key: self._settled(k))
            effect = self.state.effects[key]
            if effect.state != "waiting":
                continue
            if await self._taken_back(seq, register, effect):
                continue
            found = await self.until_done(
                "errand_state", register=register, opened_by=effect.request_id
            )
            if effect.state == "waiting" and found.answer.get("state") == "objected":
                effect.answer |= {"outcome": "objected", "reason": found.answer.get("reason")}
                self._close_push(effect, "objected")
                self._department_said(effect, self.now())

    def _settled(self, key: str) -> bool:
        effect = self.state.effects.get(key)
        return effect is not None and (bool(effect.request_id) or effect.state != "waiting")

    async def _taken_back(self, seq: int, register: str, effect: EffectState) -> bool:
        """False where the department has answered: its answer is on the way."""
        taken = await self.call(
            "withdraw_errand",
            seq=seq,
            register=register,
            opened_by=effect.request_id,
            reason="异议期届满",
        )
        if taken.state == "refused" and taken.answer.get("code") == "not_open":
            return effect.state != "waiting"
        if effect.state == "waiting":
            self._close_push(effect, "no_objection")
        return True

    def _close_push(self, effect: EffectState, outcome: str) -> None:
        effect.state = "done"
        self._show_waiting()
        self.record(
            "register_answered",
            data={
                "kind": effect.kind,
                "seq": effect.seq,
                "register": effect.register_name,
                "outcome": outcome,
            },
        )

    async def recall(self, reason: str) -> None:
        """Nobody waits for the departments any more; one that has answered refuses, which is the same."""
        if workflow.patched(RECALLS_EVERY_PUSH):
            await self._end_pushing()
        for effect in self._pushed():
            if effect.state != "waiting":
                continue
            register = PUSHES[effect.seq - 1][0]
            await self.call(
                "withdraw_errand",
                seq=effect.seq,
                register=register,
                opened_by=effect.request_id,
                reason=reason,
            )
            self._close_push(effect, "taken_back")

    async def _end_pushing(self) -> None:
        """Whoever is being asked may have it, or may get it after all: asked to the end under the same key, then taken back."""
        self._recalled = True
        await workflow.wait_condition(lambda: not self._pushing)
        for seq in range(1, len(PUSHES) + 1):
            key = f"open_errand#{seq}"
            if key in self.state.effects and not self._settled(key):
                await self._ask_department(seq)

    # -- late objections, theirs and others' ----

    def take_late(
        self, *, by_role: str, reason: str, at: datetime, name: str = "", department: str = ""
    ) -> None:
        """Kept beside those that came in time, dealt with by an officer before anything is granted: it may be refused because of it."""
        notice = self.state.public_notices[-1]
        said = f"late:{len(self.state.objections)}"
        objection = Objection(
            objection_id=str(notices.objection_id_of(notice.notice_id, said)),
            notice_id=notice.notice_id,
            by_role=by_role,
            department=department,
            name=name,
            received_at=at,
            reason=reason,
        )
        self.change_row("objections", objection.model_dump(mode="json"))
        # The record has every word; the case carries the beginning.
        short = objection.model_copy(update={"reason": reason[:KEPT]})
        self.state.objections.append(short)
        self.aside(self._deal_with(short), vital=False)

    async def _deal_with(self, objection: Objection) -> None:
        clock = self.state.memo.get("decision_clock")
        await self.handle_objection(objection, role=self.row.roles["review"], clock=clock)
        # What was said of somebody's objection ends no stage by itself.
        self._decided = False
        if objection.state == notices.UPHELD:
            self.put_facts([ground_fact(BY_CODE["sd_16"], "；".join(self.upheld()))])
        self.record("late_objection_settled", data={"outcome": objection.state})

    def drop_task(self, task: OpenTask, why: str) -> None:
        """An objection waits for its answer whatever the case does meanwhile."""
        if task.form == ObjectionHandling.code and why == "stage_left":
            return
        super().drop_task(task, why)
