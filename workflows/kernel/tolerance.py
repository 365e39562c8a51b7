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
    from domain.transitions import Stage, Table, Transition
    from forms.approval import Acceptance, AcceptanceOutcome
    from forms.base import TaskForm

from workflows.kernel.promises import Promises
from workflows.kernel.referrals import CITE, REFERRED, TAKING_OVER

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
LICENCE_FIRST = (
    Transition("issuing", "awaiting_supplement", "附条件的证件已送达，还有承诺后补的材料"),
    Transition("awaiting_supplement", "archiving", "承诺的材料已经补齐，或者超期已经处理"),
)
LICENCE_LAST = (
    Transition("signature_pending", "awaiting_supplement", "已签名，还有承诺后补的材料"),
    Transition("awaiting_supplement", "deciding", "承诺的材料已经补齐，或者超期已经处理"),
    Transition("awaiting_supplement", "withdrawn", "申请人撤回"),
)


def promising(table: Table) -> dict[str, frozenset[str]]:
    """While the promise is awaited: what is taken of a file to be corrected, and the promise."""
    return {"commitment_pending": table.accepts["correction"] | {"promise_supplement"}}


def tolerant(table: Table, version: str, *, licence_first: bool) -> Table:
    """A registration's table with 容缺受理, as its row's `conditional_licence` says: before or after the certificate."""
    accepts = promising(table)
    if licence_first:
        return table.extended(
            version,
            after={
                "correction": (COMMITMENT_PENDING,),
                "issuing": (AWAITING_SUPPLEMENT, REFERRED),
            },
            transitions=(*INTAKE_TOLERANT, *LICENCE_FIRST, *TAKING_OVER),
            accepts=accepts,
        )
    return table.extended(
        version,
        after={
            "correction": (COMMITMENT_PENDING,),
            "signature_pending": (AWAITING_SUPPLEMENT,),
        },
        transitions=(*INTAKE_TOLERANT, *LICENCE_LAST),
        accepts={**accepts, "awaiting_supplement": table.accepts["deciding"]},
    )


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
            shared = [m["label"] for m in missing if m.get("shared_data")]
            if shared and not answers.shared_data:
                told = f"{'、'.join(shared)}只有共享数据核实了其内容的才能容缺；核实不到的，请一次性告知。"
                raise Refused(Refusal.INVALID_ANSWERS, told, {"/shared_data": told})
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
            "met" if self.row.accepted_first else "returned",
        )
        if any(m.get("shared_data") for m in missing):
            self._note_shared_data(given)
        names = "、".join(m["label"] for m in missing)
        self.say("tolerance_offered", f"可以容缺受理：{names}可以后补，请签署承诺书。", at)
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

    def _note_shared_data(self, given: TaskAnswer) -> None:
        """Who looked, and when: what is missing is known to the bureau by the shared data."""
        fact = Fact(
            code="tolerance_shared_data",
            state="ok",
            fact=f"{given.actor.name}已在共享数据中核实",
            rule="共享数据能够核实的，材料可以后补",
            cite=CITE,
        )
        self.state.memo["tolerance_facts"].append(fact.code)
        self.put_facts([fact])

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
        if self.row.kind == "registration" and not self.row.accepted_first:
            self.state.memo["decision_clock"] = self.term_of_accepted(at)
        by = Actor.model_validate(self.state.memo["tolerance_by"])
        await self.accepted(at, by=by)
        self.aside(self._serve_commitment(at))
        return "under_review"

    def term_of_accepted(self, at: datetime) -> str | None:
        """R01 runs from the file as it was accepted."""
        return self.start_clock(self.row.leading_clock, at)

    async def _serve_commitment(self, at: datetime) -> None:
        await self.serve(
            "commitment",
            promised_at=at.isoformat(),
            clock=self.state.promises[0].clock,
            parts=[p.part for p in self.state.promises],
        )
