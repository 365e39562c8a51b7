"""Simple deregistration's exclusion grounds in a case: asked of every register, told all at once (SD-01…16).

条例 33; 实施细则 48; law.md §2.7. Asked before the notice, at the application, and again just before the entry.
"""

from datetime import datetime
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain import public_notices as notices
    from domain.contracts import Command, Fact
    from forms.approval import Finding
    from law.simple_deregistration import BY_CODE, Ground, curable
    from law.zone import civil_date, day_zh

from workflows.kernel.approval import Approval
from workflows.parties import SignedByParties
from workflows.public_notices import PublicNotices


class ExclusionGrounds(PublicNotices, SignedByParties):
    """What the registers say against it, and what follows."""

    def opened(self, opening: Command) -> None:
        super().opened(opening)
        facts = opening.data.get("facts", {})
        kept = ("uscc", "name", "individual", "debts", "investors")
        self.state.memo |= {key: facts[key] for key in kept}
        self.state.numbers |= {"uscc": facts["uscc"]}
        self.change(numbers=dict(self.state.numbers))

    @property
    def individual(self) -> bool:
        return bool(self.state.memo["individual"])

    @property
    def grounds(self) -> list[str]:
        """Codes of the exclusion grounds that stand now."""
        return [f.code for f in self.state.facts if f.state == "bad" and f.code in BY_CODE]

    async def ask_grounds(self) -> bool:
        """Ask all registers; whether anything stands in the way. One that is down keeps the case here, in sight."""
        found = await self.until_done("deregistration_grounds", objections=self.upheld())
        facts = [Fact.model_validate(f) for f in found.answer["facts"]]
        if not facts or found.answer["elsewhere"]:
            facts.append(self._not_ours(str(found.answer["elsewhere"])))
        before = set(self.state.memo.get("asked_facts", ()))
        self.state.memo["asked_facts"] = [f.code for f in facts]
        self.state.memo["entry"] = found.answer["entry"]
        self.state.facts = [f for f in self.state.facts if f.code not in before]
        self.put_facts(facts)
        bad = [f.code for f in self.state.facts if f.state == "bad"]
        self.record("facts_found", data={"facts": bad})
        return bool(bad)

    def _not_ours(self, registrar: str) -> Fact:
        said = f"由{registrar}登记，本机关没有管辖权" if registrar else "登记系统中没有这个市场主体"
        return Fact(
            code="entry",
            state="bad",
            fact=said,
            rule="注销登记由其登记机关办理",
            cite="条例第17条；实施细则第10条",
            source="market",
        )

    def upheld(self) -> list[str]:
        late = (o for o in self.state.objections if o.state == notices.UPHELD)
        said = [f"{day_zh(civil_date(o.received_at))}的书面异议成立" for o in late]
        return said + list(self.state.memo.get("late", ()))

    async def turn_away(self, paper: str) -> str:
        """All grounds at once, each with its article; what can be cured is said so (容错机制, 待核)."""
        self.stop_clock(self.state.memo.get("decision_clock"))
        bad = [f for f in self.state.facts if f.state == "bad"]
        only_grounds = len(bad) == len(self.grounds)
        self.state.decision |= {
            "decision": "refuse",
            "reasons": "；".join(f.fact for f in bad)[:2000],
            "grounds": self.grounds,
            "curable": only_grounds and curable(self.grounds),
        }
        self.change(decision=dict(self.state.decision))
        self.record("grounds_found", data={"grounds": self.grounds, "paper": paper})
        told = [f.model_dump(mode="json") for f in bad]
        await self.serve(paper, facts=told, curable=self.state.decision["curable"])
        self.tell("applicant", "not_simple")
        return "refused"

    def note_refusal_to_sign(self) -> None:
        """Without the commitment of all investors nothing can be published (SD-02)."""
        refused = [p for p in self.state.parties if p.refused]
        said = "；".join(f"{p.name}没有签署：{p.refused}" for p in refused)
        self.state.facts = [f for f in self.state.facts if f.code != "parties_signed"]
        self.put_facts([ground_fact(BY_CODE["sd_02"], said, "signature")])

    def lawful_to_grant(self) -> list[str]:
        # Nobody of them has to authenticate beside signing: the signature names who signed.
        bars = Approval.lawful_to_grant(self)
        if self.state.decision.get("finding") != Finding.CONFORMS.value:
            bars.append("审查认为不符合条件")
        if self.objections_open():
            bars.append("还有书面异议没有处理")
        return bars

    # -- 决定 ----

    @property
    def application(self) -> str | None:
        """When the entity applied, as an ISO instant; None before."""
        found = self.state.memo.get("application")
        return None if found is None else str(found)

    async def begin_decision(self) -> None:
        """R01 from the day of the application; windows are done with."""
        assert self.application is not None, "nothing is decided before it is applied for"
        at = datetime.fromisoformat(self.application)
        for key in ("window", "grace"):
            self.stop_clock(self.state.memo.get(key))
        clock = self.row.clocks.decision
        assert clock is not None, "the row names the clock of the decision"
        self.state.memo["decision_clock"] = self.start_clock(clock, at)
        await self.accepted(at)

    def note_end(self, ended: dict[str, Any]) -> None:
        """Deregistered: the licence is void, the name may not be used for a year (N03)."""
        voided = ended.get("voided_licence_number")
        self.state.decision |= {
            "deregistered_at": ended["deregistered_at"],
            # What the public check of licences reads (`storage.verification`).
            "voids_licences_of": ended["uscc"],
            "voids_as": "cancelled",
            **({"voided_licence": voided} if voided else {}),
        }
        self.change(decision=dict(self.state.decision))
        self.record("deregistered", data={"uscc": ended["uscc"], "voided": voided})

    def message_text(self, kind: str, clock: Any) -> str:
        words = {
            "not_simple": "经核查，有不适用简易注销程序的情形，请查看通知书中列出的全部情形和依据。",
            "terminated": "公示期内有人提出异议，简易注销程序已经终止，请查看终止通知书。",
        }
        return words.get(kind) or super().message_text(kind, clock)


def ground_fact(ground: Ground, said: str, source: str = "") -> Fact:
    """A ground that was found in the case itself, beside its law."""
    return Fact(
        code=ground.code,
        state="bad",
        fact=said[:600],
        rule=f"{ground.label}　{ground.title}的，不适用简易注销程序",
        cite=ground.article,
        source=source,
    )
