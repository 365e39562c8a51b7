"""One device from its registration on (一台设备的全过程): may it be used today, its duties, and all that happened to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, Final, Literal, NamedTuple
from uuid import UUID

from markupsafe import Markup
from sqlalchemy.ext.asyncio import AsyncConnection

from api import dates
from api.equipment_charts import Lane, Span, key, life
from api.i18n import gettext as _
from api.i18n import mark
from api.views import words
from api.views.equipment import (
    Term,
    case_path,
    category_name,
    device_path,
    duty_name,
    identity_json,
    kind_name,
    state_name,
    unit_path,
)
from api.views.hazards import AFTER, CARRIED_OUT, grade_name
from law.zone import civil_date
from storage import device_life, obligations, prohibitions
from storage.device_life import LifeCase, TermSeen
from storage.devices import IN_USE, SCRAPPED, STOPPED
from storage.equipment import PERIODIC
from storage.hazard_board import ACCIDENT, HAZARD
from storage.obligations import ENDED
from storage.prohibitions import Ground
from storage.tables_devices import DeviceRow, ObligationRow

LAW: Final = "特种设备安全法"
LANES: Final[dict[str, str]] = {
    "registration": mark("登记和变更"),
    "inspection": mark("定期检验"),
    "hazard": mark("隐患"),
    "seizure": mark("查封、扣押"),
    "accident": mark("事故"),
}
PROHIBITED: Final = frozenset({"overdue", "releasing"})
"""Stages of an inspection's case in which the device must not be used: it lapsed or failed, and the hazard is not gone."""
_LANE_OF: Final = {
    PERIODIC: "inspection",
    HAZARD: "hazard",
    "seizure": "seizure",
    ACCIDENT: "accident",
}
_KINDS: Final = {
    "registration": "p1",
    "inspection": "p2",
    "hazard": "p1",
    "seizure": "p1",
    "accident": "p1",
}


class Reason(NamedTuple):
    """Why a device may be used, may not, or why that is not known. `href`: where it was found."""

    text: str
    cite: str = ""
    href: str = ""


@dataclass(frozen=True)
class Verdict:
    """Whether the device may be used on the day."""

    usable: Literal["yes", "no", "unknown"]
    reasons: Sequence[Reason]

    @property
    def text(self) -> str:
        return {
            "yes": _("今天可以使用"),
            "no": _("今天不得使用"),
            "unknown": _("今天能否使用，台账不能确定"),
        }[self.usable]

    @property
    def kind(self) -> str:
        """As the macro `result` takes it."""
        return {"yes": "", "no": "bad", "unknown": "warn"}[self.usable]


@dataclass(frozen=True)
class Happening:
    """Something in the device's life. `last` None: it lasts; the same day as `first`: a moment. Civil days."""

    first: date
    last: date | None
    lane: str
    what: str
    href: str = ""
    case: str = ""
    state: Literal["", "now"] = ""

    @property
    def when(self) -> str:
        first = dates.date_text(self.first)
        if self.last == self.first:
            return first
        if self.last is None:
            return _("%(day)s起，还没有结束") % {"day": first}
        return _("%(first)s至%(last)s") % {"first": first, "last": dates.date_text(self.last)}

    @property
    def links(self) -> list[tuple[str, str]]:
        """To its case, or to why a day is that day."""
        return [(self.case or _("为什么是这一天？"), self.href)] if self.href else []

    def to_json(self) -> dict[str, Any]:
        return {
            "from": self.first.isoformat(),
            "to": self.last.isoformat() if self.last else None,
            "kind": self.lane,
            "text": self.what,
            "case": self.case or None,
            "page_url": self.href or None,
        }


@dataclass(frozen=True)
class Device:
    """The device as of `now`."""

    row: DeviceRow
    now: datetime
    duties: Sequence[ObligationRow]
    cases: Sequence[LifeCase]
    seen: Sequence[TermSeen]
    stopped: dict[UUID, datetime]
    grounds: Sequence[Ground] = ()

    @property
    def today(self) -> date:
        return civil_date(self.now)

    @property
    def path(self) -> str:
        return device_path(self.row.code)

    @property
    def unit_path(self) -> str:
        return unit_path(self.row.uscc)

    @property
    def state(self) -> str:
        return state_name(self.row.state)

    @property
    def category(self) -> str:
        return category_name(self.row.category)

    @property
    def kind(self) -> str:
        """The catalogue's word; the code with a remark where it does not have it."""
        return kind_name(self.row.kind) or _("代码 %(code)s（目录中没有）") % {
            "code": self.row.kind
        }

    @cached_property
    def terms(self) -> list[Term]:
        """The duties that run, the inspection first."""
        running = [d for d in self.duties if d.state != ENDED]
        running.sort(key=lambda d: (d.procedure != PERIODIC, d.procedure))
        return [Term(d.procedure, d.since, d.due_on, self.now) for d in running]

    @property
    def due_on(self) -> date | None:
        """The last day of its inspection, as lists show it."""
        found = (d.due_on for d in self.duties if d.procedure == PERIODIC and d.state != ENDED)
        return next(found, self.row.inspection_valid_until)

    def duty_case(self, procedure: str) -> LifeCase | None:
        """The case that is at the duty."""
        ident = next((d.case_id for d in self.duties if d.procedure == procedure), None)
        return next((c for c in self.cases if c.case_id == ident), None)

    # -- may it be used -------------------------------------------------------------------------------------

    @cached_property
    def verdict(self) -> Verdict:
        """By the register, the inspection's day and the measures in force; nothing here decides about the device."""
        against = [*self._by_state(), *self._by_inspection(), *self._by_measures()]
        if against:
            return Verdict("no", against)
        if self.due_on is None:
            told = _("台账没有检验有效期。请到监管平台或者检验机构查实")
            return Verdict("unknown", [Reason(told, f"{LAW}第40条")])
        until = _("检验有效期到%(day)s") % {"day": dates.day_text(self.due_on)}
        return Verdict("yes", [Reason(until, f"{LAW}第40条", f"{self.path}#why")])

    def _by_state(self) -> list[Reason]:
        state = self.row.state
        if state == SCRAPPED:
            return [Reason(_("已经报废，注销了使用登记"), f"{LAW}第48条（待核）")]
        if state == STOPPED:
            told = _("已经办理停用。重新使用前，办理恢复使用并检验合格")
            return [Reason(told, _("使用登记规则（待核）"))]
        if state != IN_USE:
            return [Reason(_("没有使用登记"), f"{LAW}第33条")]
        return []

    def _by_inspection(self) -> list[Reason]:
        if self.row.state != IN_USE or self.due_on is None or self.due_on >= self.today:
            return []
        told = _("检验有效期已于%(day)s届满") % {"day": dates.day_text(self.due_on)}
        return [Reason(told, f"{LAW}第40条", f"{self.path}#why")]

    def _by_measures(self) -> list[Reason]:
        found, told = [], set()
        for case in self.cases:
            number = case.number or str(case.case_id)
            href = case_path(case.number, case.case_id)
            if case.closed_at is not None:
                continue
            if case.case_id in self.stopped and case.stage not in AFTER:
                told.add(case.case_id)
                said = _("已责令停止使用（%(number)s）") % {"number": number}
                found.append(Reason(said, "特种设备安全监督检查办法第25条", href))
            if case.procedure == "seizure" and case.stage in CARRIED_OUT:
                said = _("已被查封、扣押（%(number)s）") % {"number": number}
                found.append(Reason(said, "行政强制法", href))
            if case.procedure == PERIODIC and case.stage in PROHIBITED:
                told.add(case.case_id)
                said = _("检验逾期或者不合格，还没有恢复使用（%(number)s）") % {"number": number}
                found.append(Reason(said, f"{LAW}第40条", href))
        return found + [self._by_ground(g) for g in self.grounds if g.case_id not in told]

    def _by_ground(self, ground: Ground) -> Reason:
        """A case that prohibits the use by nothing else that is known of it here: one that it took over, say."""
        said = _("已责令停止使用（%(number)s）") % {"number": ground.number}
        return Reason(said, "本局规则（待核）", case_path(ground.number, ground.case_id))

    # -- its life -------------------------------------------------------------------------------------------

    @cached_property
    def life(self) -> list[Happening]:
        """All that is known, what comes first, then the newest first."""
        found = [*self._changes(), *self._terms(), *(self._case(c) for c in self.cases)]
        return sorted(found, key=lambda h: (h.first, h.last or date.max), reverse=True)

    def _changes(self) -> list[Happening]:
        row, found = self.row, []
        if row.registered_on:
            what = _("办理使用登记")
            if row.registration_number:
                known = {"number": row.registration_number}
                what = _("办理使用登记，登记证编号 %(number)s") % known
            found.append(Happening(row.registered_on, row.registered_on, "registration", what))
        if row.state_since:
            day = civil_date(row.state_since)
            what = _("使用登记状态变为“%(state)s”") % {"state": self.state}
            found.append(Happening(day, day, "registration", what))
        return found

    def _terms(self) -> list[Happening]:
        """Terms of the inspection: those that cases were about, and the one that runs."""
        running = {
            (d.since, d.due_on) for d in self.duties if d.procedure == PERIODIC and d.state != ENDED
        }
        known = {(civil_date(t.since), t.due_on) for t in self.seen} | running
        found = []
        for since, due_on in known:
            runs = (since, due_on) in running
            what = _("检验有效期")
            if runs:
                lapsed = due_on < self.today
                what = _("检验有效期（已经届满）") if lapsed else _("检验有效期（正在计算）")
            href = f"{self.path}#why" if runs else ""
            state: Literal["", "now"] = "now" if runs else ""
            found.append(Happening(since, due_on, "inspection", what, href, state=state))
        if not known and (until := self.row.inspection_valid_until):
            found.append(Happening(until, until, "inspection", _("检验有效期的最后一天")))
        return found

    def _case(self, case: LifeCase) -> Happening:
        title = words.procedure_title(case.procedure, case.catalogue_version)
        title = duty_name(case.procedure) if title == case.procedure else title
        stage = words.stage_name(case.procedure, case.stage, case.catalogue_version)
        what = _("%(title)s：%(stage)s") % {"title": title, "stage": stage}
        if case.grade and case.procedure == HAZARD:
            what += f" · {grade_name(case.grade)}"
        elif case.grade and case.procedure == ACCIDENT:
            what += f" · {words.accident_class(case.grade)}"
        closed = civil_date(case.closed_at) if case.closed_at else None
        return Happening(
            civil_date(case.opened_at),
            closed,
            _LANE_OF.get(case.procedure, "registration"),
            what,
            case_path(case.number, case.case_id),
            case.number or str(case.case_id),
            "" if closed else "now",
        )

    @property
    def chart(self) -> Markup:
        """The life on an axis of time; nothing where nothing is known."""
        if not self.life:
            return Markup()
        lanes = [
            Lane(
                _(label),
                [
                    Span(h.first, h.last, "p2" if h.last is None else _KINDS[lane])
                    for h in self.life
                    if h.lane == lane
                ],
            )
            for lane, label in LANES.items()
        ]
        drawn = life("life", lanes, self.today, _("今天"))
        return drawn + key("life", [_("已经结束"), _("还没有结束，或者有效期")])

    def to_json(self) -> dict[str, Any]:
        row = self.row
        return {
            **identity_json(row),
            "key_unit": row.key_unit,
            "registered_on": row.registered_on.isoformat() if row.registered_on else None,
            "inspection_due_on": self.due_on.isoformat() if self.due_on else None,
            "usable_today": self.verdict.usable,
            "reasons": [
                {"text": r.text, "basis": r.cite, "page_url": r.href or None}
                for r in self.verdict.reasons
            ],
            "terms": [
                {
                    "duty": t.procedure,
                    "duty_name": t.name,
                    "since": t.since.isoformat(),
                    "due_on": t.due_on.isoformat(),
                    "clock_id": t.clock_id,
                }
                for t in self.terms
            ],
            "life": [h.to_json() for h in self.life],
            "page_url": self.path,
            "unit_page_url": self.unit_path,
        }


async def device_of(
    connection: AsyncConnection, office: str, code: str, now: datetime
) -> Device | None:
    """The device with all that is known of it; None where this office's register does not have it."""
    row = await device_life.of_office(connection, office, code)
    if row is None:
        return None
    cases = await device_life.cases(connection, office, code, row.registered_by)
    return Device(
        row=row,
        now=now,
        duties=await obligations.of_subject(connection, code),
        cases=cases,
        seen=await device_life.terms(
            connection, [c.case_id for c in cases if c.procedure == PERIODIC]
        ),
        stopped=await device_life.stop_orders(
            connection, [c.case_id for c in cases if c.procedure == HAZARD]
        ),
        grounds=(await prohibitions.of_devices(connection, [code])).get(code, ()),
    )
