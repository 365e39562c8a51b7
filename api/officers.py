"""Who is named in an officer's answers: colleagues in office. Whether they are enough is the case's to judge."""

from sqlalchemy.ext.asyncio import AsyncEngine

from api.acts import Draft
from api.i18n import gettext as _
from domain.refusals import Refusal, Refused
from domain.roles import Role
from storage.colleagues import colleagues


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
    async with engine.connect() as connection:
        serving = await colleagues(connection, Role.INSPECTOR.value, draft.actor.office)
    known = {c.name for c in serving}
    strangers = [name for name in named if str(name).strip() not in known]
    if strangers:
        message = _("核查人员须是本机关在职的核查人员，查不到：%(names)s") % {
            "names": "、".join(str(name) for name in strangers)
        }
        raise Refused(Refusal.INVALID_ANSWERS, message, {"/officers": message})
