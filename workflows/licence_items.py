"""The licence items of a separation as its case keeps them (证照分离, law.md §2.4), and the acts that change them.

Codes and standings only: names, departments, modes and clocks are the catalogue's, of the edition the case was opened under.
"""

from collections.abc import Iterable
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import Command
    from domain.refusals import Refusal, Refused
    from law import licence_items
    from law.licence_standing import ENDS, REROUTED, Standing, may_trade
    from law.licence_types import LicenceItem

from workflows.kernel.approval import Approval
from workflows.opened import OpeningCase


class LicenceItems(Approval, OpeningCase):
    """What each item stands at; a separation's steps begin and await them."""

    def opened(self, opening: Command) -> None:
        facts = opening.data.get("facts", {})
        self.state.memo |= {key: facts.get(key) for key in ("name", "uscc", "scope", "edition")}
        self.state.numbers["uscc"] = str(facts.get("uscc", ""))
        self.change(numbers=dict(self.state.numbers))

    # -- the items as the case keeps them: codes and standings; names are the catalogue's ------------------

    @property
    def items(self) -> list[dict[str, Any]]:
        kept: list[dict[str, Any]] = self.state.decision.setdefault("items", [])
        return kept

    @property
    def unknown(self) -> list[dict[str, Any]]:
        kept: list[dict[str, Any]] = self.state.decision.setdefault("unknown_terms", [])
        return kept

    def row_of(self, entry: dict[str, Any]) -> LicenceItem:
        return licence_items.item(entry["item"], self.state.memo["edition"])

    def entry_of(self, item_id: str) -> dict[str, Any] | None:
        return next((e for e in self.items if e["item"] == item_id), None)

    def stands(self, entry: dict[str, Any], standing: Standing, **more: str) -> None:
        """Set how an item stands; the event that follows shows it."""
        entry |= {
            "standing": standing.value,
            "may_trade": may_trade(self.row_of(entry), standing),
            "since": self.now().isoformat(),
            **{k: v for k, v in more.items() if v},
        }
        self.change(decision=dict(self.state.decision))

    def add_item(self, item: LicenceItem, terms: Iterable[str], standing: Standing) -> None:
        entry = {"item": item.id, "terms": list(terms), "mode": item.mode.value.value}
        self.items.append(entry)
        self.stands(entry, standing)

    def told_of(self, entry: dict[str, Any]) -> dict[str, Any]:
        return {
            "item": self.row_of(entry).name,
            "standing": entry["standing"],
            "number": entry.get("number", ""),
            "reason": entry.get("reason", ""),
        }

    # -- acts ------------------------------------------------------------------------------------------

    def check_answer_conditions(self, command: Command) -> None:
        self.check_owner(command)
        answers = command.data.get("answers")
        if not isinstance(answers, dict) or not answers:
            raise Refused(Refusal.INVALID_ANSWERS)
        asked = {e["item"] for e in self.items if e["standing"] == Standing.ASKED.value}
        # Whether one applies is no question any more; that one will not, may be said at any time.
        given_up = {
            e["item"]
            for e in self.items
            if e["standing"] == Standing.TO_APPLY.value and answers.get(e["item"]) is False
        }
        bools = all(isinstance(a, bool) for a in answers.values())
        if not bools or not set(answers) <= asked | given_up:
            raise Refused(Refusal.INVALID_ANSWERS, "只能回答正在询问的事项。")

    def apply_answer_conditions(self, command: Command) -> None:
        """涉及 or 不涉及, the applicant's own statement; never assumed."""
        for item_id, needed in command.data["answers"].items():
            entry = self.entry_of(item_id)
            assert entry is not None
            if entry["standing"] == Standing.TO_APPLY.value:
                self.stands(entry, Standing.WITHDRAWN)
                self.state.related[item_id].state = "ended"
                continue
            self.stands(entry, Standing.QUEUED if needed else Standing.NOT_NEEDED)
        self.record(
            "conditions_answered",
            actor=command.actor,
            at=command.received_at,
            act_id=command.act_id,
            data={
                "answers": {
                    licence_items.item(i, self.state.memo["edition"]).name: needed
                    for i, needed in command.data["answers"].items()
                }
            },
        )

    def check_item_standing(self, command: Command) -> None:
        self.check_from_related(command)

    def apply_item_standing(self, command: Command) -> None:
        data = command.data
        entry = self.entry_of(str(data["key"]).partition(".")[0])
        assert entry is not None
        self.stands(
            entry,
            Standing(str(data["standing"])),
            number=str(data.get("number", "")),
            reason=str(data.get("reason", ""))[:500],
        )
        self.record(
            "item_standing",
            at=command.received_at,
            act_id=command.act_id,
            data=self.told_of(entry),
        )

    def apply_related_ended(self, command: Command) -> None:
        super().apply_related_ended(command)
        outcome = str(command.data.get("outcome", ""))
        item_id = str(command.data["item"]).partition(".")[0]
        if outcome in REROUTED:
            self.state.memo.setdefault("reroute", []).append([item_id, REROUTED[outcome].value])
            return
        entry = self.entry_of(item_id)
        assert entry is not None
        if entry["standing"] != ENDS[outcome].value:
            self.stands(entry, ENDS[outcome])
            self.record("item_standing", at=command.received_at, data=self.told_of(entry))

    def message_text(self, kind: str, clock: Any) -> str:
        words = {
            "not_handled": "登记库中没有这个名称、代码的存续企业，许可事项不能办理。",
            "item_to_apply": "有的许可由本局审批，已为您准备好申请，请补充材料后提交；取得许可前不得经营该项目。",
            "conditions_asked": "有的许可事项只在特定情形下需要，请在办件页面回答是否涉及。",
        }
        return words.get(kind) or super().message_text(kind, clock)
