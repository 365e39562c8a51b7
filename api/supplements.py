"""A document promised for later is handed in (容缺补正): checked by content like any upload, then one act of the case."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncConnection

from api.acts import Draft, Outcome
from api.i18n import gettext as _
from api.intake_files import RETENTION, check_quota, file_problem
from api.performing import perform
from api.problems import FieldError, Problem
from api.security.person import Person
from api.services import Services
from api.views.cases import CaseView
from domain.refusals import Refusal
from storage import applications
from storage.files import FileRefused, safe_name

MOST: Final = 10


@dataclass(frozen=True)
class Upload:
    """One file as it came."""

    name: str
    content: bytes


async def hand_in(
    means: Services, person: Person, view: CaseView, part: str, files: list[Upload], act_id: UUID
) -> Outcome:
    """The files and the act, both or neither; safe to repeat with the same act id.

    Raises:
        Problem: invalid_input, unsupported_media_type, too_large, and what the case refuses.
        ActConflict: the act id was used for something else.
    """
    if not any(p.part == part for p in view.promises):
        raise Problem(Refusal.NOTHING_OWED.value)
    if not files or len(files) > MOST:
        told = _("请选择 1 至 %(most)s 个文件") % {"most": MOST}
        raise Problem("invalid_input", errors=[FieldError(told, pointer="/file")])
    rows = []
    for number, file in enumerate(files):
        try:
            media_type = await means.inspector.sniff(file.content, file.name)
            shown = safe_name(file.name)
        except FileRefused as refused:
            raise _still_owed(file_problem(refused)) from refused
        stored = await means.files.put(
            file.content,
            case_id=view.case.case_id,
            media_type=media_type,
            retention_class=RETENTION,
        )
        rows.append(
            {
                "id": uuid5(act_id, str(number)),
                "case_id": view.case.case_id,
                "owner": str(person.id),
                "part": part,
                "name": shown,
                "media_type": media_type,
                "size": stored.size,
                "sha256": stored.sha256,
                "stored_id": stored.stored_id,
                "retention": RETENTION,
            }
        )

    async def within(connection: AsyncConnection, draft: Draft, received_at: object) -> None:
        await applications.lock(connection, view.case.case_id)
        await check_quota(connection, view.case.case_id, sum(len(f.content) for f in files))
        for row in rows:
            await applications.add_file(connection, **row)

    data = {
        "part": part,
        "files": [str(row["id"]) for row in rows],
        "digests": [row["sha256"] for row in rows],
    }
    draft = Draft(act_id, view.case.case_id, "supplement", person.actor, data, within=within)
    try:
        return await perform(means, person, draft)
    except Problem:
        # What the case did not take is no part of its file.
        async with means.engine.begin() as connection:
            for row in rows:
                await applications.remove_file(connection, view.case.case_id, UUID(str(row["id"])))
        raise


def _still_owed(problem: Problem) -> Problem:
    """What is wrong with the file, what to do, and that nothing was handed in: the promise runs on."""
    told = _("%(why)s这次没有收下，承诺的期限照常计算，请在期限以前重新补交。") % {
        "why": problem.detail
    }
    return Problem(problem.code, told, errors=[FieldError(told, "/file")], extra=problem.extra)
