"""Who is named in an officer's answers: only colleagues in office, and never without the signer."""

from sqlalchemy.ext.asyncio import AsyncConnection

from api.acts import Draft
from api.i18n import gettext as _
from domain.refusals import Refusal, Refused
from domain.roles import Role
from storage.colleagues import colleagues


async def check_named(connection: AsyncConnection, draft: Draft) -> None:
    """The officers of a check (现场核查) are inspectors of the office, the signer among them.

    A name that nobody bears would make the rule of two officers (SOD-2, 行政许可法 34) a matter of typing.

    Raises:
        Refused: invalid_answers at `/officers`.
    """
    named = draft.data.get("officers")
    if not isinstance(named, list):
        return
    known = {c.name for c in await colleagues(connection, Role.INSPECTOR.value, draft.actor.office)}
    strangers = [name for name in named if str(name).strip() not in known]
    if strangers:
        message = _("核查人员须是本机关在职的核查人员，查不到：%(names)s") % {
            "names": "、".join(str(name) for name in strangers)
        }
        raise Refused(Refusal.INVALID_ANSWERS, message, {"/officers": message})
    if draft.actor.name not in {str(name).strip() for name in named}:
        message = _("提交核查结论的人员应当在核查人员之中。")
        raise Refused(Refusal.INVALID_ANSWERS, message, {"/officers": message})
