"""容缺受理 at intake (law.md §2.6): eligible or not, told once, promised, accepted; the certificate may come first.

    submitted ──▶ commitment_pending ──▶ under_review (accepted on promises, T01 for each document)
        ▲               │
        └───────────────┘ the documents are handed in after all

Only where the catalogue's row says `tolerance`, and only documents that its list calls tolerable; MAIN documents never.
"""

from datetime import datetime
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain import promises
    from domain.contracts import (
        Actor,
        Command,
        Fact,
        FileVersion,
        NoticeGiven,
        OpenTask,
        TaskAnswer,
    )
    from domain.promises import Promise
    from domain.refusals import Refusal, Refused
    from domain.transitions import Stage, Transition
    from forms.approval import Acceptance, AcceptanceOutcome
    from forms.base import TaskForm

from workflows.kernel.promises import Promises

COMMITMENT_PENDING = Stage(
    "commitment_pending",
    "待签承诺",
    "Promise awaited",
    holder="applicant",
    doing="签署容缺后补承诺书，或者现在补齐材料",
)
AWAITING_SUPPLEMENT = Stage(
    "awaiting_supplement",
    "待补材料",
    "Supplement awaited",
    holder="applicant",
    doing="在承诺的期限内补齐材料",
)
INTAKE_TOLERANT = (
    Transition("submitted", "commitment_pending", "只缺可容缺的材料，一次告知容缺受理"),
    Transition("commitment_pending", "submitted", "申请人补齐材料后再次提交"),
    Transition("commitment_pending", "under_review", "申请人签署承诺书，容缺受理"),
    Transition("commitment_pending", "withdrawn", "申请人撤回"),
)
COMMIT = frozenset({"withdraw", "resubmit", "promise_supplement"})


class Tolerance(Promises):
    """A capability of every approval: the item's row switches it on."""

    # -- is it possible --------------------------------------------------------------------------------

    async def beside_acceptance(self, version: FileVersion) -> dict[str, Any]:
        """What is missing that may follow, and what forbids to let it follow."""
        # A corrected file has its own answer.
        before = set(self.state.memo.pop("tolerance_facts", ()))
        if before:
            self.state.facts = [f for f in self.state.facts if f.code not in before]
            self.change(facts=[f.model_dump() for f in self.state.facts])
        self.state.memo.pop("tolerance_offer", None)
        if self.state.decision.pop("tolerance", None) is not None:
            self.change(decision=dict(self.state.decision))
        absent = [
            m.code
            for m in self.row.materials
            if m.tolerable and m.required and m.code not in version.parts
        ]
        if not self.row.tolerance or not absent:
            return {}
        checked = await self.call("tolerance_checks", seq=version.version)
        if checked.state != "done":
            return {"not_tolerable": ["没有查到能否容缺受理"]}
        if not checked.answer["missing"]:
            return {}
        facts = [Fact.model_validate(f) for f in checked.answer["facts"]]
        self.state.memo["tolerance_facts"] = [f.code for f in facts]
        self.state.memo["tolerance_uscc"] = checked.answer["uscc"]
        self.put_facts(facts)
        self.record("facts_found", data={"facts": [f.code for f in facts if f.state != "ok"]})
        return {
            "tolerable": checked.answer["missing"],
            "not_tolerable": [f.fact for f in facts if f.state != "ok"],
        }

    def check_answers(self, task: OpenTask, answers: TaskForm, command: Command) -> None:
        super().check_answers(task, answers, command)
        if not isinstance(answers, Acceptance):
            return
        missing, bars = task.context.get("tolerable"), task.context.get("not_tolerable")
        if answers.decision is AcceptanceOutcome.TOLERATE:
            if not missing or bars:
                why = "；".join(bars or ["没有可以容缺的材料"])
                raise Refused(Refusal.NOT_TOLERABLE, f"不能容缺受理：{why}。请一次性告知。")
        elif answers.decision is AcceptanceOutcome.ACCEPT and missing:
            if bars and not any(self._may_be_told(m["part"]) for m in missing):
                # Neither to be tolerated nor to be told any more: the bureau's own omission.
                return
            names = "、".join(m["label"] for m in missing)
            told = f"还缺{names}，请选择容缺受理或者一次性告知。"
            raise Refused(Refusal.INVALID_ANSWERS, told, {"/decision": told})

    def _may_be_told(self, part: str) -> bool:
        """Whether an earlier notice did not already leave it out although it could be seen."""
        now = self.state.versions[-1].parts.get(part)
        return not any(
            part not in n.gaps and self.state.versions[n.version - 1].parts.get(part) == now
            for n in self.state.notices
        )

    def beside_notice(self) -> dict[str, Any]:
        """Why it could not be tolerated, where something could have been (S30)."""
        codes = self.state.memo.get("tolerance_facts", ())
        bars = [f.fact for f in self.state.facts if f.code in codes and f.state != "ok"]
        return {"consequence": f"本件不适用容缺受理：{'；'.join(bars)}。"} if bars else {}

    # -- told once ---------------------------------------------------------------------------------------

    async def settle_acceptance(self, form: Acceptance, given: TaskAnswer) -> str:
        if form.decision is not AcceptanceOutcome.TOLERATE:
            return await super().settle_acceptance(form, given)
        version, at = self.state.versions[-1], given.received_at
        missing = list(self.state.effects[f"tolerance_checks#{version.version}"].answer["missing"])
        self.state.memo["tolerance_offer"] = missing
        self.state.memo["tolerance_by"] = given.actor.model_dump()
        self.state.decision["tolerance"] = missing
        self.change(decision=dict(self.state.decision))
        # The one notice of this file: what else could be seen may not be told a second time.
        self.state.notices.append(
            NoticeGiven(
                version=version.version,
                digest=version.digest,
                gaps=[m["part"] for m in missing],
                at=at,
            )
        )
        self.stop_clock(
            self.state.memo["intake_clock"],
            "returned" if self.row.kind == "registration" else "met",
        )
        names = "、".join(m["label"] for m in missing)
        self._say("tolerance_offered", f"可以容缺受理：{names}可以后补，请签署承诺书。", at)
        self.record(
            "tolerance_offered",
            actor=given.actor,
            at=at,
            data={"version": version.version, "missing": missing},
        )
        await self.serve(
            "tolerance_notice",
            seq=version.version,
            missing=missing,
            told_at=at.isoformat(),
            received_at=version.received_at.isoformat(),
        )
        return "commitment_pending"

    # -- promised ------------------------------------------------------------------------------------------

    def check_promise_supplement(self, command: Command) -> None:
        """All documents of the notice, by the applicant, in so many words."""
        self.check_owner(command)
        offered = {m["part"] for m in self.state.memo.get("tolerance_offer", ())}
        if self.state.promises or not offered or set(command.data.get("parts", ())) != offered:
            raise Refused(Refusal.NOTHING_OWED, "承诺的材料与容缺受理通知书不一致，请刷新页面。")
        if command.data.get("declared") is not True:
            told = "请勾选承诺"
            raise Refused(Refusal.INVALID_ANSWERS, told, {"/declared": told})

    def apply_promise_supplement(self, command: Command) -> None:
        at = command.received_at
        for seq, missing in enumerate(self.state.memo["tolerance_offer"], 1):
            clock = self.start_clock(promises.CLOCK, at, subject=missing["part"])
            promise = Promise(
                seq=seq,
                part=missing["part"],
                label=missing["label"],
                clock=clock,
                promised_at=at,
            )
            self.state.promises.append(promise)
            self.show_promise(promise)
        self.record(
            "supplement_promised",
            actor=command.actor,
            at=at,
            act_id=command.act_id,
            data={"promises": [p.label for p in self.state.promises]},
        )

    async def await_commitment(self) -> str:
        """Nothing of the agency runs: the ball is with the applicant."""
        noticed = self.state.versions[-1].version
        await self.wait(
            lambda: bool(self.state.promises) or self.state.versions[-1].version > noticed
        )
        if not self.state.promises:
            return "submitted"
        at = self.state.promises[0].promised_at
        if self.row.kind == "registration":
            # R01 runs from the file as it was accepted.
            self.state.memo["decision_clock"] = self.start_clock(self.row.leading_clock, at)
        by = Actor.model_validate(self.state.memo["tolerance_by"])
        await self.accepted(at, by=by)
        self.aside(self._serve_commitment(at))
        return "under_review"

    async def _serve_commitment(self, at: datetime) -> None:
        await self.serve(
            "commitment",
            promised_at=at.isoformat(),
            clock=self.state.promises[0].clock,
            parts=[p.part for p in self.state.promises],
        )
