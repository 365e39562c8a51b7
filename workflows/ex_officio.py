"""A case that an officer opens on the office's own motion (依职权立项): its party did not apply, and owns nothing here.

The party is known by its code (`uscc:…`), not by a sign-in: it is served papers, follows the case by number and code, and what it
says is recorded by an officer. Who proposed takes a duty, so that the row's rules keep that person from deciding (SOD-1P).
"""

from datetime import date
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import Command, Fact, OpenTask, RunningClock
    from domain.refusals import Refusal, Refused
    from forms.base import TaskForm
    from law.offices import registrar_of
    from law.zone import civil_date

from workflows.kernel.approval import Approval


class ExOfficio(Approval):
    """Opening, and what the registers say of the party."""

    def opened(self, opening: Command) -> None:
        facts = dict(opening.data.get("facts", {}))
        # What another case opened was found there by a person: who decides here must be somebody else (SOD-1P).
        found_by = facts.pop("proposed_by", None)
        self.state.memo |= facts
        # What a case is about is found by its code; a plan (双随机抽查) has no party, most cases no device (特种设备).
        about = {key: str(facts[key]) for key in ("uscc", "device") if facts.get(key)}
        self.state.numbers |= about
        # The record names the party; the officer is named by the event and by the duty.
        self.change(numbers=dict(self.state.numbers), owner_name=self.state.title)
        if found_by:
            actor = opening.actor.model_copy(update=found_by)
            opening = opening.model_copy(update={"actor": actor})
        self.take_duty("proposer", opening)

    def record_opening(self, opening: Command, *, digest: str) -> None:
        self.record(
            "proposed",
            actor=opening.actor,
            at=opening.received_at,
            act_id=opening.act_id,
            data={
                "version": 1,
                "digest": digest,
                "receipt": opening.data.get("receipt_no", ""),
            },
        )

    def recipient(self, role: str, clock: RunningClock | None) -> str:
        """The party has no sign-in: whoever verifies sees to it that it hears."""
        if role == "applicant":
            role = self.row.roles.get("verification") or self.row.roles["proposal"]
        return super().recipient(role, clock)

    async def registers_say(self, kind: str, **args: Any) -> dict[str, Any]:
        """What the registers say of the party now, each fact beside its rule."""
        seq = int(self.state.memo.get("checks", 0)) + 1
        self.state.memo["checks"] = seq
        checked = await self.call(kind, seq=seq, **args)
        facts = [Fact.model_validate(f) for f in checked.answer.get("facts", ())]
        self.state.memo["known"] = checked.state == "done"
        self.put_facts(facts)
        self.record("facts_found", data={"facts": [f.code for f in facts if f.state != "ok"]})
        return checked.answer

    def nothing_to_do(self, entry: dict[str, Any]) -> str:
        """Why this office has nothing to list; empty where it has."""
        if not entry:
            return "登记系统中没有这个统一社会信用代码的市场主体。"
        if entry["status"] != "active":
            return "该市场主体已经注销或者被吊销营业执照。"
        if entry["division"] != self.case.office:
            return f"该市场主体由{registrar_of(entry['division'])}登记，由其登记机关办理。"
        return ""

    def refuse_future(self, answers: TaskForm, field: str, command: Command) -> None:
        """Raises Refused where a day that was filled in has not come yet."""
        day: date = getattr(answers, field)
        if day > civil_date(command.received_at):
            told = "日期还没有到"
            raise Refused(Refusal.INVALID_ANSWERS, told, {f"/{field}": told})

    def check_answers(self, task: OpenTask, answers: TaskForm, command: Command) -> None:
        super().check_answers(task, answers, command)
        if hasattr(answers, "checked_on"):
            self.refuse_future(answers, "checked_on", command)
        if ahead := answers.ahead(command.received_at):
            path, told = ahead[0]
            raise Refused(Refusal.INVALID_ANSWERS, told, {f"/{path[0]}": told})
