"""Files of an application: checked by content, stored, and only then named in a row."""

from typing import Final
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from api.i18n import gettext as _
from api.intake import Dossier, load, open_for_change
from api.problems import FieldError, Problem
from api.security.person import Person
from api.services import Services
from storage import applications
from storage.files import FileRefusal, FileRefused, safe_name
from storage.tables import FileRow

MAX_FILES: Final = 200
MAX_TOTAL: Final = 200 * 1024 * 1024
RETENTION: Final = "application"


async def add_file(
    means: Services, person: Person, application_id: UUID, part: str, name: str, content: bytes
) -> tuple[Dossier, FileRow]:
    """Take a file for one material: its content is checked, stored, and only then named.

    Raises:
        Problem: as `open_for_change`; invalid_input, unsupported_media_type, too_large.
    """
    dossier = await load(means, person, application_id)
    if part not in {m.code for m in dossier.procedure.materials}:
        raise Problem(
            "invalid_input", errors=[FieldError(_("材料清单里没有这一项"), pointer="/part")]
        )
    try:
        media_type = await means.inspector.sniff(content, name)
        shown = safe_name(name)
    except FileRefused as refused:
        raise file_problem(refused) from refused
    async with means.engine.begin() as connection:
        await open_for_change(means, connection, person, application_id)
        await check_quota(connection, application_id, len(content))
    stored = await means.files.put(
        content, case_id=application_id, media_type=media_type, retention_class=RETENTION
    )
    file_id = uuid4()
    async with means.engine.begin() as connection:
        dossier = await open_for_change(means, connection, person, application_id)
        # Again, under the lock: others may have come meanwhile. The sweep takes what lies there now.
        await check_quota(connection, application_id, len(content))
        await applications.add_file(
            connection,
            id=file_id,
            case_id=application_id,
            owner=str(person.id),
            part=part,
            name=shown,
            media_type=media_type,
            size=stored.size,
            sha256=stored.sha256,
            stored_id=stored.stored_id,
            retention=RETENTION,
        )
        await applications.change(connection, application_id, dossier.row.version)
    dossier = await load(means, person, application_id)
    return dossier, next(f for f in dossier.files if f.id == file_id)


async def check_quota(connection: AsyncConnection, application_id: UUID, more: int) -> None:
    """Raises Problem too_large where so many more bytes do not fit into one application."""
    count, size = await applications.files_used(connection, application_id)
    if count >= MAX_FILES or size + more > MAX_TOTAL:
        raise Problem(
            "too_large",
            _("一份申请最多上传 %(files)s 个文件、共 %(size)s MB，请合并或压缩后再上传。")
            % {"files": MAX_FILES, "size": MAX_TOTAL // 1024 // 1024},
        )


_FILE_PROBLEMS: Final = {
    FileRefusal.TOO_LARGE: "too_large",
    FileRefusal.TYPE_NOT_ALLOWED: "unsupported_media_type",
    FileRefusal.CONTENT_MISMATCH: "unsupported_media_type",
}


def file_problem(refused: FileRefused) -> Problem:
    """A refused upload as an answer; `reason` is the stable code."""
    return Problem(
        _FILE_PROBLEMS.get(refused.why, "invalid_input"),
        _(refused.message),
        errors=[FieldError(_(refused.message), pointer="/file")],
        extra={"reason": refused.why.value},
    )


async def remove_file(
    means: Services, person: Person, application_id: UUID, file_id: UUID
) -> Dossier:
    """Take a file out.

    Raises:
        Problem: as `open_for_change`; not_found.
    """
    async with means.engine.begin() as connection:
        dossier = await open_for_change(means, connection, person, application_id)
        if not await applications.remove_file(connection, application_id, file_id):
            raise Problem("not_found")
        await applications.change(connection, application_id, dossier.row.version)
    return await load(means, person, application_id)
