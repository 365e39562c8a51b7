"""The inspector's page on a telephone (B8): device and unit, term, checklist, photos, officers with their certificates, signature."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from api import dates
from api.i18n import gettext as _
from api.refusal_texts import CERTIFICATES_EN, told
from api.security.person import Person
from api.services import Services
from api.views import photos as photo_views
from api.views import words
from api.views.decisions import FieldView
from api.views.officer_certificates import kind_text
from api.views.task_pages import TaskPage, task_page
from domain.officer_certificates import EQUIPMENT_CHECK, OTHER_CHECK, Certificate, Demand
from domain.refusals import MESSAGES, Refusal
from forms.double_random_inspection import Scope
from law.zone import civil_date, local
from storage import acts, photos, submissions
from storage.officer_certificates import Named, inspectors
from storage.photos import Received
from storage.tables import ActRow, CaseRow, TaskRow

SIGNING: Final = ("signature", "witness")
NOW: Final = frozenset({"inspected_at", "checked_at", "checked_on"})
"""When the check was: filled in with the time at which the page was asked for."""


@dataclass(frozen=True)
class OfficerChoice:
    """An inspector to tick. `state` says what certificate holds today; `fit`: whether it is the one that is asked for."""

    name: str
    state: str
    fit: bool
    me: bool
    chosen: bool


@dataclass(frozen=True)
class FieldPage:
    """All that the page draws.

    Attributes:
        act: the person's last record for the task, as it was received; None where they handed in none.
    """

    page: TaskPage
    checklist: list[FieldView]
    signing: list[FieldView]
    officers: list[OfficerChoice]
    photos: list[Received]
    chosen: frozenset[str]
    demand: Demand
    errors: Mapping[str, str]
    act: ActRow | None

    @property
    def state(self) -> str:
        """How the person stands to the task: mine, free, other, deciding (a record was received), done."""
        task = self.page.state
        if not task.open:
            return "deciding" if task.task.state == "open" else "done"
        if task.mine:
            return "other" if self._given_away else "mine"
        return "free" if task.may_claim else "other"

    @property
    def _given_away(self) -> bool:
        """Handed to a colleague it is theirs, whoever claimed it before."""
        task = self.page.state
        return task.task.assignee not in (None, str(task.person.id))

    @property
    def why_not(self) -> str:
        """Why there is neither a form nor a claim button."""
        if self.page.state.mine and self._given_away:
            return _("这个任务已转给另一位同事办理。")
        return self.page.state.why_not

    @property
    def act_state(self) -> str:
        """What became of the person's last record: received, applied, refused; empty where there is none."""
        return self.act.state if self.act else ""

    @property
    def refusal(self) -> str:
        """Why the last record was refused, and what to do."""
        if self.act is None or self.act.refusal is None:
            return ""
        return told(self.act.refusal_message or MESSAGES[Refusal(self.act.refusal)])

    @property
    def drawn_photos(self) -> list[dict[str, Any]]:
        """The photos that were received, and whether the record is to name them."""
        drawn = photo_views.drawn(self.photos)
        return [one | {"chosen": one["sha256"] in self.chosen} for one in drawn]

    @property
    def subject(self) -> list[tuple[str, str]]:
        """Device and unit, or the target: the first section of what opened the case."""
        groups = self.page.answers
        return list(groups[0].rows) if groups else []


async def field_page(
    connection: AsyncConnection,
    means: Services,
    person: Person,
    task: TaskRow,
    case: CaseRow,
    sent: Mapping[str, Any],
    errors: Mapping[str, str],
) -> FieldPage:
    """Read everything once, for one officer; `sent` is empty where the page is opened anew.

    What the case refused is filled in again then: without a script nobody else has it.
    """
    act = await acts.last_completing(connection, task, str(person.id))
    if not sent and _to_mend(act, task, person):
        assert act is not None
        command = await acts.command_of(means.keys, act)
        sent = {"photos": []} | command.data
    page = await task_page(connection, means, person, task, case, sent, errors)
    held = await photos.of_task(connection, task.task_id)
    serving = await inspectors(connection, case.office)
    demand = await _demand(connection, means, case)
    shown = sent or _filled_in(person)
    fields = [f for f in page.fields(shown, errors) if f.name not in {"officers", "photos"}]
    chosen = {str(name).strip() for name in sent.get("officers", ())} or {person.display_name}
    return FieldPage(
        page=page,
        checklist=[f for f in fields if f.name not in SIGNING],
        signing=[_optional(f) for f in fields if f.name in SIGNING],
        officers=_choices(_eligible(serving, case), person, demand, chosen),
        photos=held,
        chosen=frozenset(sent["photos"] if sent else (photo.sha256 for photo in held)),
        demand=demand,
        errors=errors,
        act=act,
    )


def _to_mend(act: ActRow | None, task: TaskRow, person: Person) -> bool:
    mine = task.state == "open" and task.claimed_by == str(person.id)
    return act is not None and act.state == "refused" and mine


def _filled_in(person: Person) -> dict[str, str]:
    now = local(person.now)
    return {
        name: f"{now:%Y-%m-%d}" if name == "checked_on" else f"{now:%Y-%m-%dT%H:%M}" for name in NOW
    }


def _optional(field: FieldView) -> FieldView:
    return replace(field, optional=field.name == "witness")


async def _demand(connection: AsyncConnection, means: Services, case: CaseRow) -> Demand:
    """Which certificate the case will ask for; it judges by itself."""
    if case.procedure != "double_random_check":
        return EQUIPMENT_CHECK
    _row, form = await submissions.newest(connection, means.keys, case.case_id)
    return EQUIPMENT_CHECK if form.get("scope") == Scope.EQUIPMENT.value else OTHER_CHECK


def _eligible(serving: list[Named], case: CaseRow) -> list[Named]:
    """All inspectors; of a random check those who were drawn."""
    drawn = case.decision.get("inspectors")
    return serving if not drawn else [one for one in serving if one.name in drawn]


def _choices(
    serving: list[Named], person: Person, demand: Demand, chosen: set[str]
) -> list[OfficerChoice]:
    today = civil_date(person.now)
    found = []
    for one in serving:
        holding = [c for c in one.certificates if c.holds(today)]
        fitting = [c for c in holding if demand.kind is None or c.kind == demand.kind.value]
        state = _held(fitting[-1]) if fitting else _lacking(one, demand)
        me = one.person_id == str(person.id)
        found.append(OfficerChoice(one.name, state, bool(fitting), me, one.name in chosen))
    return sorted(found, key=lambda o: (not o.me, not o.chosen, not o.fit))


def _held(one: Certificate) -> str:
    return _("%(kind)s %(number)s，有效期至 %(day)s") % {
        "kind": kind_text(one.kind),
        "number": one.number,
        "day": dates.date_text(one.valid_until),
    }


def _lacking(one: Named, demand: Demand) -> str:
    fitting = [c for c in one.certificates if demand.kind is None or c.kind == demand.kind.value]
    called = words.bilingual(demand.called, CERTIFICATES_EN[demand.called])
    if not fitting:
        return _("没有登记%(kind)s") % {"kind": called}
    last = fitting[-1]
    if last.revoked_on is not None:
        return _("%(kind)s已于 %(day)s 收回") % {
            "kind": called,
            "day": dates.date_text(last.revoked_on),
        }
    return _("%(kind)s有效期至 %(day)s，今天无效") % {
        "kind": called,
        "day": dates.date_text(last.valid_until),
    }
