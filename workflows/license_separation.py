"""Separation of licences (证照分离): from an enterprise's business scope to every licence item, each by its mode.

优化营商环境条例 art. 19; 国发〔2021〕7号 (待核). The items, their modes, departments and clocks are data
(`law.licence_items`); which procedure a mode goes by is data too (`law.licence_standing`): no mode is named here.

    sorting ──▶ notifying ──▶ handling ──▶ archiving ──▶ archived
       │                         └──▶ withdrawn
       └──▶ not_handled          the enterprise is not registered, or no longer
"""

import asyncio
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import CaseInput, CaseOutcome, EffectState
    from domain.transitions import Stage, StageKind, Table, Transition
    from forms.license_separation import TermSettled
    from law import licence_items
    from law.licence_standing import OWN, PROCEDURES, Standing
    from law.licence_types import Mode, Order

from workflows.kernel.approval import ARCHIVED, ARCHIVING, WITHDRAWN
from workflows.kernel.tasks import Leave
from workflows.licence_items import LicenceItems

# Older cases passed over a notice that its department refused; nobody was told.
NOTICE_LOOKED_AT = "license_separation-notice-looked-at-v1"
# A department was told of this item of the enterprise before.
KNOWN_THERE = "already_notified"
# The market register has no such enterprise any more: there is nobody to tell of.
GONE = "enterprise_unknown"

TABLE = Table(
    procedure="license_separation",
    version="1",
    stages=(
        Stage("sorting", "事项梳理", "Sorting", holder="system", doing="按经营范围梳理许可事项"),
        Stage(
            "notifying",
            "双告知",
            "Double notice",
            holder="system",
            doing="告知申请人和许可主管部门",
        ),
        Stage(
            "handling",
            "分项办理",
            "Item by item",
            holder="register:departments",
            doing="逐项备案、承诺或者审批",
        ),
        ARCHIVING,
        ARCHIVED,
        Stage("not_handled", "不予办理", "Not handled", StageKind.BAD),
        WITHDRAWN,
    ),
    transitions=(
        Transition("sorting", "notifying", "企业存续，事项已经梳理"),
        Transition("sorting", "not_handled", "登记库中没有此存续企业"),
        Transition("notifying", "handling", "已告知申请人和各部门"),
        Transition("handling", "archiving", "各事项均已有结果"),
        Transition("handling", "withdrawn", "申请人撤回"),
        Transition("archiving", "archived", "档案已接收"),
    ),
    main=("sorting", "notifying", "handling", "archiving", "archived"),
    accepts={
        "notifying": frozenset({"item_standing"}),
        "handling": frozenset({"withdraw", "item_standing", "answer_conditions"}),
    },
)


@workflow.defn(name="license_separation")
class LicenseSeparation(LicenceItems):
    tables = {"1": TABLE}

    @workflow.init
    def __init__(self, case: CaseInput) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseInput) -> CaseOutcome:
        return await self.conduct(
            {
                "sorting": self.sort,
                "notifying": self.notify,
                "handling": self.handle,
                "archiving": self.archive,
            }
        )

    def forms(self) -> tuple[Any, ...]:
        return (TermSettled,)

    # -- 事项梳理 ------------------------------------------------------------------------------------

    async def sort(self) -> str:
        """Which items the scope leads to; a term that nobody knows is settled by a person, never dropped."""
        found = await self._enterprise()
        if found.get("status") != "active":
            said = "登记库中没有此名称、代码的存续企业，不能办理。"
            self.state.decision |= {"decision": "refuse", "reasons": said}
            self.change(decision=dict(self.state.decision))
            self.tell("applicant", "not_handled")
            return "not_handled"
        self.state.memo["registered_at"] = found["registered_at"]
        led = licence_items.items_for(self.state.memo["scope"], self.state.memo["edition"])
        for match in led.matches:
            self.add_item(match.item, match.terms, self._first_standing(match))
        for term in led.unknown:
            self.unknown.append({"text": term.text, "why": term.why.value, "state": "open"})
        self.state.decision["edition"] = led.edition
        self.change(decision=dict(self.state.decision))
        self.record(
            "items_sorted",
            data={
                "items": [e["item"] for e in self.items],
                "unknown": [t["text"] for t in self.unknown],
                "free": len(led.free),
            },
        )
        return "notifying"

    async def _enterprise(self) -> dict[str, Any]:
        """The market register's own word; where a person gives up on it, it is asked again."""
        while True:
            seq = int(self.state.memo.get("looked_up", 0)) + 1
            self.state.memo["looked_up"] = seq
            effect = await self.call(
                "registered_enterprise",
                seq=seq,
                uscc=self.state.memo["uscc"],
                name=self.state.memo["name"],
            )
            if effect.state == "done":
                return effect.answer

    def _first_standing(self, match: licence_items.Match) -> Standing:
        if match.item.order.value is Order.BEFORE:
            return Standing.PRIOR
        return Standing.ASKED if match.conditional else Standing.QUEUED

    # -- 双告知 --------------------------------------------------------------------------------------

    async def notify(self) -> str:
        """The applicant by a paper, each department of its items, the public of what was passed on."""
        await self.serve(
            "told",
            items=[{"item": e["item"], "terms": e["terms"]} for e in self.items],
            unknown=[t["text"] for t in self.unknown],
            edition=self.state.memo["edition"],
        )
        await self._begin()
        if any(e["standing"] == Standing.ASKED.value for e in self.items):
            self.tell("applicant", "conditions_asked")
        return "handling"

    async def _begin(self) -> None:
        """Everything queued: its department is told, then its case opened, where its mode has one."""
        queued = [e for e in self.items if e["standing"] == Standing.QUEUED.value]
        if not queued:
            return
        await self._tell_departments(queued)
        for entry in queued:
            await self._open_item(entry, self.row_of(entry).mode.value.handled)

    async def _tell_departments(self, entries: list[dict[str, Any]]) -> None:
        by_department: dict[str, list[dict[str, Any]]] = {}
        for entry in entries:
            by_department.setdefault(self.row_of(entry).department, []).append(entry)
        first = int(self.state.memo.get("notices", 0)) + 1
        self.state.memo["notices"] = first + len(by_department) - 1
        await asyncio.gather(
            *(
                self._tell(department, of_it, seq)
                for seq, (department, of_it) in enumerate(by_department.items(), first)
            )
        )

    async def _tell(self, department: str, entries: list[dict[str, Any]], seq: int) -> None:
        """A notice that the department refuses is looked at by an officer; no item waits for that."""
        effect = await self._notice(department, entries, seq)
        if effect.state == "done" or not workflow.patched(NOTICE_LOOKED_AT):
            return
        for entry in entries:
            entry["untold"] = True
        self.aside(self._tell_again(department, entries, effect))

    async def _tell_again(
        self, department: str, entries: list[dict[str, Any]], effect: EffectState
    ) -> None:
        """What the department only had to be told of stands as told when it has taken the notice."""
        gone = await self._until_told(department, entries, effect)
        for entry in entries:
            del entry["untold"]
            if self._only_told(entry):
                self.stands(entry, Standing.REFUSED if gone else Standing.NOTIFIED, reason=gone)
                self.record("item_standing", data=self.told_of(entry))

    async def _until_told(
        self, department: str, entries: list[dict[str, Any]], effect: EffectState
    ) -> str:
        """Empty when it is told of each; else the department's words that there is no such enterprise.

        Of several items the department does not say which it knows already: each is told alone then.
        """
        while effect.state != "done":
            code = effect.answer.get("code")
            if code == GONE:
                return str(effect.answer.get("message", ""))
            if code == KNOWN_THERE:
                for entry in entries if len(entries) > 1 else ():
                    alone = await self._notice(department, [entry], self._next_notice())
                    if gone := await self._until_told(department, [entry], alone):
                        return gone
                return ""
            await self.to_be_tried_again(effect)
            effect = await self._notice(department, entries, self._next_notice())
        return ""

    def _next_notice(self) -> int:
        self.state.memo["notices"] += 1
        return int(self.state.memo["notices"])

    def _only_told(self, entry: dict[str, Any]) -> bool:
        """Whether nothing but the notice is done for the item."""
        mode = self.row_of(entry).mode.value.handled
        return entry["item"] not in OWN and mode not in PROCEDURES

    async def _notice(
        self, department: str, entries: list[dict[str, Any]], seq: int
    ) -> EffectState:
        self.owed.add("notify_department")
        return await self.call(
            "notify_department",
            seq=seq,
            facts={
                "department": department,
                "items": [e["item"] for e in entries],
                "uscc": self.state.memo["uscc"],
                "name": self.state.memo["name"],
                "business_scope": self.state.memo["scope"],
                "registered_at": self.state.memo["registered_at"],
            },
            from_form={
                "entity_type": "entity_type",
                "address": "domicile",
                "legal_representative_name": "representative_name",
            },
        )

    async def _open_item(self, entry: dict[str, Any], mode: Mode) -> None:
        if (own := OWN.get(entry["item"])) is not None:
            self.stands(entry, Standing.TO_APPLY)
            entry["case"] = await self.prepare_related(entry["item"], own, fill={})
            self.change(decision=dict(self.state.decision))
            self.tell("applicant", "item_to_apply")
            self.record("item_standing", data=self.told_of(entry))
            return
        procedure = PROCEDURES.get(mode)
        if procedure is None:
            self.stands(entry, Standing.HANDLING if entry.get("untold") else Standing.NOTIFIED)
            self.record("item_standing", data=self.told_of(entry))
            return
        cases = int(entry.get("cases", 0)) + 1
        entry["cases"] = cases
        key = entry["item"] if cases == 1 else f"{entry['item']}.{cases}"
        self.stands(entry, Standing.HANDLING)
        entry["case"] = await self.open_related(
            key,
            procedure,
            fill={"item": entry["item"], "edition": self.state.memo["edition"]},
        )
        self.change(decision=dict(self.state.decision))
        self.record("item_standing", data=self.told_of(entry))

    # -- 分项办理 ------------------------------------------------------------------------------------

    async def handle(self) -> str:
        """Until every item has its result; an item that waits keeps no other one waiting."""
        for term in self.unknown:
            if term["state"] == "open":
                self.aside(self._settle_term(term), vital=False)
        try:
            while not self._all_settled():
                await self.wait(lambda: self._queued() or self._all_settled())
                await self._begin()
                await self._reroute()
        except Leave:
            # What is decided already stays; a case whose item is not yet takes it back at its department.
            self.aside(self.take_back_opened("separation_withdrawn", "证照分离办件已撤回"))
            raise
        self.state.decision["decision"] = "settled"
        self.change(decision=dict(self.state.decision))
        return "archiving"

    def _queued(self) -> bool:
        return bool(self.state.memo.get("reroute")) or any(
            e["standing"] == Standing.QUEUED.value for e in self.items
        )

    def _all_settled(self) -> bool:
        return (
            not self._queued()
            and all(Standing(e["standing"]).settled for e in self.items)
            and all(t["state"] == "settled" for t in self.unknown)
            and all(r.state == "ended" for r in self.state.related.values())
        )

    async def _reroute(self) -> None:
        for item_id, mode in list(self.state.memo.get("reroute", [])):
            self.state.memo["reroute"].remove([item_id, mode])
            entry = self.entry_of(item_id)
            assert entry is not None
            await self._open_item(entry, Mode(mode))

    async def _settle_term(self, term: dict[str, Any]) -> None:
        decided = await self.decided(
            TermSettled,
            role=self.row.roles["review"],
            context={"term": term["text"], "why": term["why"]},
        )
        assert decided is not None, "no term of law decides by silence"
        form, given = decided
        # It ends no stage: the applicant may still withdraw.
        self._decided = False
        term |= {"state": "settled", "items": list(form.items), "basis": form.basis}
        for item_id in form.items:
            if (entry := self.entry_of(item_id)) is not None:
                entry["terms"].append(term["text"])
                continue
            self.add_item(
                licence_items.item(item_id, self.state.memo["edition"]),
                [term["text"]],
                Standing.QUEUED,
            )
        self.change(decision=dict(self.state.decision))
        self.record(
            "term_settled",
            actor=given.actor,
            at=given.received_at,
            data={"term": term["text"], "items": list(form.items), "basis": form.basis},
        )
