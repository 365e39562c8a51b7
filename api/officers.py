"""Who is named in an officer's answers: colleagues in office, with their certificates. Whether they are enough is the case's
to judge."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine

from api.acts import Draft
from api.i18n import gettext as _
from api.problems import FieldError, Problem
from api.refusal_texts import told
from domain.officer_certificates import (
    EQUIPMENT_CHECK,
    OTHER_CHECK,
    Certificate,
    Demand,
    of_name,
)
from domain.refusals import Refusal, Refused
from domain.roles import Role
from forms.base import ApplicationForm
from forms.double_random_inspection import Application as RandomPlan
from forms.double_random_inspection import Scope
from storage.colleagues import colleagues
from storage.officer_certificates import Named, inspectors

LISTED: Final = "/form/inspectors"
MOST_CERTIFICATES: Final = 10
"""Of one person, those that ended last: more of them say nothing more."""


async def strangers(engine: AsyncEngine, names: Sequence[object], office: str) -> list[str]:
    """Those of the names that no inspector of the office bears."""
    async with engine.connect() as connection:
        serving = await colleagues(connection, Role.INSPECTOR.value, office)
    known = {c.name for c in serving}
    return [str(name) for name in names if str(name).strip() not in known]


async def check_named(engine: AsyncEngine, draft: Draft) -> None:
    """The officers of a check (现场核查、监督检查) are inspectors of the office; what certificates they hold goes with the act.

    A name that nobody bears would make the rule of two officers (SOD-2, 行政许可法 34) a matter of typing.
    The accounts are here; the rules themselves, and that the signer is among them, stand in the case (ADR 0013).

    Raises:
        Refused: invalid_answers at `/officers`.
    """
    named = draft.data.get("officers")
    if not isinstance(named, list):
        return
    names = [str(name).strip() for name in named]
    async with engine.connect() as connection:
        found = await inspectors(connection, draft.actor.office, names)
    # Two may bear the same name: it is the signer's own where the signer bears it.
    found = [
        one
        for one in found
        if one.name != draft.actor.name or one.person_id == draft.actor.person_id
    ]
    known = {one.name for one in found}
    if unknown := [name for name in names if name not in known]:
        message = _("核查人员须是本机关在职的核查人员，查不到：%(names)s") % {
            "names": "、".join(unknown)
        }
        raise Refused(Refusal.INVALID_ANSWERS, message, {"/officers": message})
    draft.known["officers"] = [{"person_id": one.person_id, "name": one.name} for one in found]
    draft.known["certificates"] = _certificates(found)


def _certificates(found: Sequence[Named]) -> list[dict[str, object]]:
    held = [c for one in found for c in one.certificates[-MOST_CERTIFICATES:]]
    return [c.model_dump(mode="json") for c in held]


async def check_serving(
    engine: AsyncEngine, form: ApplicationForm, office: str, today: date
) -> None:
    """Those from whom a plan draws officers (双随机) are inspectors of the office, certified for its checks to the last day.

    A certificate that ends within the plan's period would leave a drawn check without its two officers.

    Raises:
        Problem: invalid_input at `/form/inspectors`, with everybody who is not, and until when a certificate holds.
    """
    if not isinstance(form, RandomPlan):
        return
    if unknown := await strangers(engine, form.inspectors, office):
        message = _("检查人员须是本机关在职的执法人员，查不到：%(names)s") % {
            "names": "、".join(unknown)
        }
        raise Problem("invalid_input", errors=[FieldError(message, pointer=LISTED)])
    async with engine.connect() as connection:
        serving = await inspectors(connection, office, form.inspectors)
    held = [c for one in serving for c in one.certificates]
    demand = EQUIPMENT_CHECK if form.scope is Scope.EQUIPMENT else OTHER_CHECK
    days = max(today, form.starts_on), form.ends_on
    lacking = [_lacking(demand, name, of_name(held, name), *days) for name in form.inspectors]
    if errors := [told(why) for why in lacking if why]:
        raise Problem("invalid_input", errors=[FieldError("".join(errors), pointer=LISTED)])


def _lacking(
    demand: Demand, name: str, own: Sequence[Certificate], first: date, last: date
) -> str | None:
    """Why the person could not make a check on the first or on the last day."""
    if why := demand.missing(name, own, first):
        return why
    if demand.missing(name, own, last) is None:
        return None
    # Of several, the one that holds at first says until when.
    return demand.missing(name, [c for c in own if c.holds(first)], last)
