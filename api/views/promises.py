"""Documents promised for later as a reader sees them: what is owed, until when, what was reminded, what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pydantic import AwareDatetime, BaseModel, ConfigDict

from api.i18n import gettext as _
from api.i18n import mark
from api.views import words
from api.views.clocks import ClockView
from domain import promises
from law.catalogue import Procedure
from law.zone import local
from storage.tables import PromiseRow

STATES: Final[dict[str, str]] = {
    promises.RUNNING: mark("待补交"),
    promises.CHECKING: mark("已补交，待核对"),
    promises.OVERDUE: mark("已超期，由负责人决定"),
    promises.ORDERED: mark("已责令改正"),
    promises.KEPT: mark("已按期补齐"),
    promises.BROKEN: mark("没有按期补齐"),
    promises.LAPSED: mark("随申请终止"),
}
ACTIONS: Final[dict[str, str]] = {
    promises.ACCEPTED_LATE: mark("按超期补齐处理，记入承诺记录"),
    promises.ORDER: mark("责令改正"),
    promises.INSPECTION: mark("移交执法检查"),
    promises.REVOCATION: mark("启动撤销程序"),
}
# Warnings before the end, as the clock's rungs name them.
WARNINGS: Final = ("reminder", "last_reminder")


class PromiseShape(BaseModel):
    """One promised document."""

    model_config = ConfigDict(extra="forbid")

    seq: int
    part: str
    label: str
    state: str
    state_text: str
    clock: str
    promised_at: AwareDatetime
    ends_at: AwareDatetime
    extended: bool
    reminders: list[AwareDatetime]
    supplemented_at: AwareDatetime | None
    late: bool
    action: str
    action_text: str
    order_until: str | None
    cured_at: AwareDatetime | None
    referral: str
    """Of one that was referred to inspection, for officers: who took it over and when, or that nobody did."""


class CasePromises(BaseModel):
    """What was promised in a case; `offered` names what could be promised now."""

    model_config = ConfigDict(extra="forbid")

    offered: list[str]
    conditional: bool
    items: list[PromiseShape]


@dataclass(frozen=True)
class PromiseView:
    """One promise beside its clock."""

    row: PromiseRow
    clock: ClockView | None
    label: str
    # For officers alone: how a referral to inspection stands.
    referral: str = ""

    @property
    def owed(self) -> bool:
        """Whether the document can be handed in now."""
        return self.row.state in promises.OWED

    @property
    def state_text(self) -> str:
        return words.known(STATES.get(self.row.state, self.row.state))

    @property
    def action_text(self) -> str:
        return words.known(ACTIONS.get(self.row.action, self.row.action))

    @property
    def end_text(self) -> str:
        return words.end_text(self.row.ends_at)

    @property
    def reminders(self) -> list[datetime]:
        """When the applicant was reminded."""
        body = self.clock.row.body if self.clock else {}
        rungs = [*body.get("told", ()), *body.get("rungs", ())]
        sent = {r["at"] for r in rungs if r["kind"] in WARNINGS and r["fired_at"]}
        return sorted(datetime.fromisoformat(at) for at in sent)

    def to_json(self) -> dict[str, Any]:
        row = self.row
        return {
            "seq": row.seq,
            "part": row.part,
            "label": self.label,
            "state": row.state,
            "state_text": self.state_text,
            "clock": row.clock,
            "promised_at": local(row.promised_at).isoformat(),
            "ends_at": local(row.ends_at).isoformat(),
            "extended": row.extended,
            "reminders": [local(at).isoformat() for at in self.reminders],
            "supplemented_at": _instant(row.supplemented_at),
            "late": row.late,
            "action": row.action,
            "action_text": self.action_text if row.action else "",
            "order_until": row.order_until.isoformat() if row.order_until else None,
            "cured_at": _instant(row.cured_at),
            "referral": self.referral,
        }


def _instant(at: datetime | None) -> str | None:
    return local(at).isoformat() if at else None


def label_of(row: Procedure, part: str) -> str:
    """The material's name in the reader's language."""
    for material in row.materials:
        if material.code == part:
            return words.bilingual(material.label, material.label_en)
    return part


def views(
    row: Procedure,
    found: list[PromiseRow],
    clocks: list[ClockView],
    referrals: Mapping[int, str],
) -> tuple[PromiseView, ...]:
    """`referrals`: what the reader may know of those that were referred, by number."""
    by_key = {c.row.key: c for c in clocks}
    return tuple(
        PromiseView(p, by_key.get(p.clock), label_of(row, p.part), referrals.get(p.seq, ""))
        for p in found
    )


def referrals_of(facts: list[dict[str, Any]]) -> dict[int, str]:
    """How each referral stands, as the case's facts say it."""
    prefix = "referral_"
    return {
        int(f["code"].removeprefix(prefix)): str(f["fact"])
        for f in facts
        if f["code"].startswith(prefix)
    }


def conditional_lines(found: list[PromiseRow]) -> list[tuple[str, str]]:
    """What is still missing of a conditional certificate, for whoever checks it."""
    owed = [p for p in found if p.cured_at is None and p.state != promises.LAPSED]
    return [
        (_("附条件（容缺）"), _("%(what)s，应当在%(end)s前补齐") % {
            "what": p.label, "end": words.end_text(p.ends_at),
        })
        for p in owed
    ]  # fmt: skip
