"""Who is named in an officer's answers: colleagues in office. Whether they are enough is the case's to judge."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncEngine

from api.acts import Draft
from api.i18n import gettext as _
from api.problems import FieldError, Problem
from domain.refusals import Refusal, Refused
from domain.roles import Role
from storage.colleagues import colleagues


async def strangers(engine: AsyncEngine, names: Sequence[object], office: str) -> list[str]:
    """Those of the names that no inspector of the office bears."""
    async with engine.connect() as connection:
        serving = await colleagues(connection, Role.INSPECTOR.value, office)
    known = {c.name for c in serving}
    return [str(name) for name in names if str(name).strip() not in known]


async def check_named(engine: AsyncEngine, draft: Draft) -> None:
    """The officers of a check (现场核查) are inspectors of the office.

    A name that nobody bears would make the rule of two officers (SOD-2, 行政许可法 34) a matter of typing.
    The accounts are here; the rule itself, and that the signer is among them, stands in the case (ADR 0013).

    Raises:
        Refused: invalid_answers at `/officers`.
    """
    named = draft.data.get("officers")
    if not isinstance(named, list):
        return
    if unknown := await strangers(engine, named, draft.actor.office):
        message = _("核查人员须是本机关在职的核查人员，查不到：%(names)s") % {
            "names": "、".join(unknown)
        }
        raise Refused(Refusal.INVALID_ANSWERS, message, {"/officers": message})


async def check_serving(engine: AsyncEngine, names: Sequence[str], office: str) -> None:
    """Those from whom officers are to be drawn (双随机) are inspectors of the office.

    Raises:
        Problem: invalid_input at `/form/inspectors`.
    """
    if names and (unknown := await strangers(engine, names, office)):
        message = _("检查人员须是本机关在职的执法人员，查不到：%(names)s") % {
            "names": "、".join(unknown)
        }
        raise Problem("invalid_input", errors=[FieldError(message, pointer="/form/inspectors")])
