"""The persons of a registration (实施细则 15, 16): every listed one authenticates, those who must sign do.

    身份认证             电子签章
    identity_pending ──▶ signature_pending ──▶ deciding
           └ one fails ─────────▶ deciding ◀──┘ one refuses

A procedure declares both stages, and that they go to `deciding`; its form lists the persons.
"""

import asyncio
from datetime import datetime, time
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import Command, EffectState, Fact, PaperServed, Party
    from domain.transitions import Stage
    from law.zone import CST, civil_date

from workflows.declared_name import DeclaredName

CHASE_AT = time(9, 0)
CHASES = 5

IDENTITY_PENDING = Stage(
    "identity_pending", "身份认证", "Authentication", holder="parties", doing="实名认证"
)
SIGNATURE_PENDING = Stage(
    "signature_pending", "电子签章", "Signature", holder="parties", doing="电子签名"
)


class SignedByParties(DeclaredName):
    """What a registration adds to an approval where persons authenticate and sign."""

    def opened(self, opening: Command) -> None:
        super().opened(opening)
        self.take_parties(opening)

    def take_parties(self, command: Command) -> None:
        """The persons as the file lists them."""
        listed = command.data.get("facts", {}).get("parties", [])
        self.state.parties = [Party.model_validate(p) for p in listed]
        self._show_parties()

    def lawful_to_grant(self) -> list[str]:
        bars = super().lawful_to_grant()
        if not all(p.authenticated_at for p in self.state.parties):
            bars.append("还有人员没有实名认证")
        if not all(p.signed_at for p in self.state.parties if p.signs):
            bars.append("还有人员没有签名")
        return bars

    async def authenticate(self) -> str:
        """Every listed person (实施细则 16) confirms in person; wait, and chase on working days."""
        self._chase_next()
        pending = [(n, p) for n, p in enumerate(self.state.parties, 1) if not p.authenticated_at]
        await asyncio.gather(
            *(self.call("open_authentication", seq=n, party=p.party_id) for n, p in pending)
        )
        await self.wait(
            lambda: (
                all(p.authenticated_at or p.refused for p in self.state.parties)
                or any(p.refused for p in self.state.parties)
            )
        )
        return self._parties_settled("authenticated", "signature_pending")

    async def sign(self) -> str:
        """Those who must sign, sign one and the same application."""
        self._chase_next()
        paper = await self.serve("application", **self.application_data())
        signers = [(n, p) for n, p in enumerate(self.state.parties, 1) if p.signs]
        for n, party in signers:
            # One after another: each signature is added to the file that the ones before signed.
            if party.signed_at is None:
                await self.call(
                    "open_signing", seq=n, party=party.party_id, document=paper.document_id
                )
        await self.wait(
            lambda: (
                all(p.signed_at or p.refused for _, p in signers)
                or any(p.refused for _, p in signers)
            )
        )
        if not any(p.refused for _, p in signers):
            signed = await self.call("fetch_signed", last=self.state.memo["last_signing"])
            self.keep_paper(
                PaperServed(
                    document_id=f"{self.case.case_id}:signed_application:1",
                    kind="signed_application",
                    number=paper.number,
                    title=f"{paper.title}（已签名）",
                    sha256=signed.answer["sha256"],
                    stored_id=signed.answer["stored_id"],
                    size=signed.answer["size"],
                    issued_at=self.now(),
                )
            )
        return self._parties_settled("signed", self.after_signing())

    def after_signing(self) -> str:
        """What comes when everybody has signed."""
        return "deciding"

    def application_data(self) -> dict[str, Any]:
        """What the paper that is signed needs beside the file."""
        return {}

    def _parties_settled(self, what: str, onward: str) -> str:
        self.state.alarms.pop("chase", None)
        refused = [p for p in self.state.parties if p.refused]
        if not refused:
            return onward
        names = "、".join(p.name for p in refused)
        words = "未通过实名认证" if what == "authenticated" else "拒绝签名"
        self.put_facts(
            [
                Fact(
                    code=f"parties_{what}",
                    state="bad",
                    fact=f"{names}{words}：{refused[0].refused}",
                    rule="相关人员应当实名认证并签名",
                    cite="实施细则第16条",
                )
            ]
        )
        self.record("parties_failed", data={"what": what, "names": names})
        return "deciding"

    def on_callback(self, effect: EffectState, command: Command) -> None:
        party = next((p for n, p in enumerate(self.state.parties, 1) if n == effect.seq), None)
        if party is None:
            return
        outcome = effect.answer.get("outcome")
        if outcome == "confirmed":
            party.authenticated_at = command.received_at
        elif outcome == "signed":
            party.signed_at = command.received_at
            self.state.memo["last_signing"] = f"{effect.kind}#{effect.seq}"
        else:
            party.refused = str(effect.answer.get("reason") or outcome)[:500]
        self._show_parties()

    def _show_parties(self) -> None:
        self.change(parties=[p.model_dump(mode="json") for p in self.state.parties])

    def _chase_next(self) -> None:
        day = self._calendars.next_workday(civil_date(self.now()))
        self.set_alarm("chase", datetime.combine(day, CHASE_AT, tzinfo=CST))

    def on_alarm(self, name: str) -> None:
        if self.state.stage not in {"identity_pending", "signature_pending"}:
            return
        signing = self.state.stage == "signature_pending"
        missing = [
            p.name
            for p in self.state.parties
            if not p.refused
            and (
                (signing and p.signs and not p.signed_at)
                or (not signing and not p.authenticated_at)
            )
        ]
        chased = int(self.state.memo.get(f"chased_{self.state.stage}", 0)) + 1
        self.state.memo[f"chased_{self.state.stage}"] = chased
        if missing:
            self.tell("applicant", "chase_signature" if signing else "chase_identity")
            self.record("parties_chased", data={"names": missing, "time": chased})
        if missing and chased < CHASES:
            self._chase_next()

    def message_text(self, kind: str, clock: Any) -> str:
        words = {
            "chase_identity": "还有人员没有完成实名认证，请提醒他们尽快办理。",
            "chase_signature": "还有人员没有完成电子签名，请提醒他们尽快办理。",
            "notice_given": "您的申请需要补正，请查看一次性告知书。",
            "reserve_again": "所用名称的保留已经终止。请重新申报名称，再把新的办件编号提供给本件。",
        }
        return words.get(kind) or super().message_text(kind, clock)
