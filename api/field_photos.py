"""Photos of the spot (现场照片): taken in for a claimed task, and named by the record that completes it."""

import hashlib
import re
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from api.acts import Draft
from api.i18n import gettext as _
from api.intake_files import MAX_FILES, MAX_TOTAL, file_problem
from api.problems import FieldError, Problem, from_refusal
from api.security.person import Person
from api.services import Services
from domain.photos import PhotoKind
from domain.refusals import Refusal, Refused
from forms.registry import TASK_FORMS
from storage import photos
from storage.files import FileRefusal, FileRefused, safe_name
from storage.photos import Received
from storage.tables import TaskRow

RETENTION: Final = "evidence"
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


class Sent(NamedTuple):
    """What the telephone sends.

    Attributes:
        taken_at: by the telephone's clock; None where it says nothing.
        sha256: of the content as the telephone computed it; empty where it did not.
    """

    name: str
    content: bytes
    kind: PhotoKind
    taken_at: datetime | None
    sha256: str = ""


def takes_photos(task: TaskRow) -> bool:
    """Whether the record that completes the task names photos."""
    form = TASK_FORMS.get(task.form)
    return form is not None and "photos" in form.model_fields


async def add(
    means: Services, person: Person, task_id: str, ident: UUID, sent: Sent
) -> tuple[Received, bool]:
    """Takes a photo in; the same content again is the photo that is there. Whether it is new is said too.

    Raises:
        Problem: invalid_input, unsupported_media_type, too_large; not_your_task, task_done, not_accepted_now.
    """
    digest = hashlib.sha256(sent.content).hexdigest()
    async with means.engine.connect() as connection:
        if (held := await photos.same(connection, task_id, digest)) is not None:
            return held, False
    await _check_content(means, sent, digest)
    async with means.engine.begin() as connection:
        task = _may_add(await photos.hold_task(connection, task_id), person)
    stored = await means.files.put(
        sent.content,
        case_id=task.case_id,
        media_type=_media_type(sent),
        retention_class=RETENTION,
    )
    try:
        async with means.engine.begin() as connection:
            # Held again: it was let go while the content was written.
            task = _may_add(await photos.hold_task(connection, task_id), person)
            if (held := await photos.same(connection, task_id, digest)) is not None:
                return held, False
            count, size = await photos.used(connection, task.case_id)
            if count >= MAX_FILES or size + len(sent.content) > MAX_TOTAL:
                raise Problem(
                    "too_large",
                    _("一件办件最多收 %(files)s 张照片、共 %(size)s MB。")
                    % {"files": MAX_FILES, "size": MAX_TOTAL // 1024 // 1024},
                )
            await photos.add(
                connection,
                ident=ident,
                task=task,
                owner=str(person.id),
                kind=sent.kind,
                name=safe_name(sent.name),
                media_type=_media_type(sent),
                size=stored.size,
                sha256=stored.sha256,
                stored_id=stored.stored_id,
                retention=RETENTION,
                taken_at=sent.taken_at,
                received_at=person.now,
            )
            made = await photos.find(connection, task_id, ident)
    except IntegrityError as error:
        # The same call beside this one, or its key used for another photo.
        async with means.engine.connect() as connection:
            held = await photos.same(connection, task_id, digest)
        if held is None:
            raise Problem("idempotency_key_reused") from error
        return held, False
    assert made is not None, "written just now"
    return made, True


async def _check_content(means: Services, sent: Sent, digest: str) -> None:
    if sent.sha256 and sent.sha256 != digest:
        message = _("照片的摘要与内容不符，可能在传输中损坏，请重新发送。")
        raise Problem("invalid_input", errors=[FieldError(message, "/sha256")])
    try:
        await means.inspector.sniff(sent.content, sent.name, photo=True)
    except FileRefused as refused:
        if refused.why is FileRefusal.TYPE_NOT_ALLOWED:
            message = _("照片只接受 JPG、PNG，请用相机拍照或者选择这两种图片。")
            raise Problem(
                "unsupported_media_type",
                message,
                errors=[FieldError(message, "/file")],
                extra={"reason": refused.why.value},
            ) from refused
        raise file_problem(refused) from refused


def _media_type(sent: Sent) -> str:
    """The content was opened before: its first byte tells which of the two it is."""
    return "image/png" if sent.content.startswith(b"\x89") else "image/jpeg"


def _may_add(task: TaskRow | None, person: Person) -> TaskRow:
    """Raises Problem where the person does not hold the open task."""
    if task is None:
        raise Problem("not_found")
    if not takes_photos(task):
        raise Problem(Refusal.NOT_ACCEPTED_NOW.value, _("这个任务不收照片。"))
    if task.state != "open" or task.completing_act is not None:
        raise from_refusal(Refused(Refusal.TASK_DONE))
    if task.claimed_by != str(person.id):
        why = Refusal.CLAIM_LOST if task.claimed_by is None else Refusal.NOT_YOUR_TASK
        raise from_refusal(Refused(why))
    return task


async def look_up(engine: AsyncEngine, draft: Draft) -> None:
    """Of the photos that the answers name, what their rows say goes with the act; the case judges whether all are there."""
    named = draft.data.get("photos")
    if not isinstance(named, list) or not named or draft.task_id is None:
        return
    async with engine.connect() as connection:
        found = await photos.of_task(connection, draft.task_id)
    held = {photo.sha256: photo.fact.model_dump(mode="json") for photo in found}
    wanted = dict.fromkeys(str(digest) for digest in named)
    draft.known["photos"] = [held[digest] for digest in wanted if digest in held]


def digest_said(text: str) -> str:
    """The digest that a telephone sent with the photo.

    Raises:
        Problem: invalid_input.
    """
    if text and not _DIGEST.fullmatch(text):
        message = _("摘要应当是 64 位小写十六进制字符（SHA-256）")
        raise Problem("invalid_input", errors=[FieldError(message, "/sha256")])
    return text
