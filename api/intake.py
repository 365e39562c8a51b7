"""Drafts and their files: begun, changed, thrown away, and opened again while a case is in correction.

An application keeps one id for life: the draft's id is the case's and the workflow's. Its answers are sealed
with the key of that case from the first word on.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from api.draft_forms import Answers, check_partial, form_of, merge, subject_of
from api.i18n import gettext as _
from api.problems import Problem
from api.security.person import Person
from api.services import Services
from forms.base import ApplicationForm
from law import catalogue
from law.catalogue import Material, Procedure
from law.zone import civil_date
from storage import applications
from storage.keys import KeyDestroyed
from storage.prepared import Place
from storage.submissions import open_form, seal_form
from storage.tables import ApplicationRow, CaseRow, FileRow
from workflows.registry import table_of


class Mode(StrEnum):
    """What can be done with an application now."""

    DRAFT = "draft"
    CORRECTION = "correction"
    CLOSED = "closed"


@dataclass(frozen=True)
class Dossier:
    """An application with everything a page or an answer says of it.

    Attributes:
        answers: the form as far as it is filled in.
        files: what lies in it now, in the order of upload within each material.
        case: None until the case is readable.
        received: what the receipt says, where it was asked for.
    """

    row: ApplicationRow
    procedure: Procedure
    form: type[ApplicationForm]
    answers: Answers
    files: list[FileRow]
    handed_in: applications.HandedIn | None
    case: CaseRow | None
    received: applications.Received | None = None

    @property
    def mode(self) -> Mode:
        """Open for changes as a draft, or while the case waits for a correction."""
        if self.row.state == "draft":
            return Mode.DRAFT
        settled = self.handed_in is not None and self.handed_in.act_state != "received"
        if settled and self.case is not None and self._accepts_correction(self.case):
            return Mode.CORRECTION
        return Mode.CLOSED

    def _accepts_correction(self, case: CaseRow) -> bool:
        table = table_of(self.procedure, case.table_version)
        return case.closed_at is None and "resubmit" in table.accepts.get(case.stage, ())

    @property
    def materials(self) -> list[Material]:
        """What this application may hand in, by what it chose so far."""
        chosen = self.form.chosen(self.answers)
        return [m for m in self.procedure.materials if m.applies(chosen)]

    @property
    def etag(self) -> str:
        """The version as an entity tag."""
        return f'"{self.row.version}"'

    def files_for(self, part: str) -> list[FileRow]:
        """What was uploaded for one material."""
        return [f for f in self.files if f.part == part]


def item(code: str, now: datetime) -> Procedure:
    """An item that can be applied for, in the version that applies today.

    Raises:
        Problem: not_found.
    """
    try:
        row = catalogue.procedure(code, on=civil_date(now))
    except KeyError as unknown:
        raise Problem("not_found") from unknown
    if not row.applied_for:
        raise Problem("not_found")
    return row


# -- reading ----------------------------------------------------------------------------------------


async def load(
    means: Services, person: Person, application_id: UUID, *, received: bool = False
) -> Dossier:
    """The person's own application; `received`: with what its receipt says.

    Raises:
        Problem: not_found, for a foreign or deleted one too.
    """
    return await _load(means, means.engine, person, application_id, received=received)


async def _load(
    means: Services, place: Place, person: Person, application_id: UUID, *, received: bool = False
) -> Dossier:
    filed = await applications.filed(place, application_id, received=received)
    row = filed.application if filed else None
    if filed is None or row is None or row.owner != str(person.id) or row.state == "deleted":
        raise Problem("not_found")
    cipher = await means.keys.cipher(row.id)
    procedure = catalogue.procedure(row.procedure, row.catalogue_version)
    submitted = row.state == "submitted"
    return Dossier(
        row=row,
        procedure=procedure,
        form=form_of(procedure),
        answers=open_form(cipher, row.id, row.form),
        files=filed.files,
        handed_in=filed.handed_in if submitted else None,
        case=filed.case if submitted else None,
        received=filed.received,
    )


async def _locked(
    means: Services, connection: AsyncConnection, person: Person, application_id: UUID
) -> Dossier:
    """The same, its row locked first: what is read after that is the newest."""
    await applications.lock(connection, application_id)
    return await _load(means, connection, person, application_id)


async def open_for_change(
    means: Services,
    connection: AsyncConnection,
    person: Person,
    application_id: UUID,
    version: int | None = None,
) -> Dossier:
    """The application, locked until the transaction ends.

    Args:
        version: the version the caller saw; None where the caller changes one part only.

    Raises:
        Problem: not_found, stale (with the current `etag`), not_accepted_now.
    """
    dossier = await _locked(means, connection, person, application_id)
    if version is not None and dossier.row.version != version:
        raise Problem("stale", extra={"etag": dossier.etag})
    if dossier.mode is Mode.CLOSED:
        raise Problem(
            "not_accepted_now",
            _("申请已经提交，现在不能修改。需要补正时，系统会通知您。"),
            extra={"state": dossier.row.state, "allowed_actions": []},
        )
    return dossier


# -- drafts -----------------------------------------------------------------------------------------


async def create(
    means: Services,
    person: Person,
    code: str,
    answers: Answers | None = None,
    *,
    application_id: UUID | None = None,
) -> Dossier:
    """A new draft of the newest version of an item.

    Args:
        application_id: where a repeated call must find the draft of the first one.

    Raises:
        Problem: not_found (no such item), invalid_input.
    """
    dossier = blank(means, person, code, answers, application_id or uuid4())
    made = await keep(means, means.engine, dossier)
    return made or await load(means, person, dossier.row.id)


def blank(
    means: Services, person: Person, code: str, answers: Answers | None, application_id: UUID
) -> Dossier:
    """A draft that is nowhere yet.

    Raises:
        Problem: not_found (no such item), invalid_input.
    """
    procedure = item(code, person.now)
    form = form_of(procedure)
    given = merge({}, answers or {})
    _refuse_wrong(form, given)
    row = ApplicationRow(
        id=application_id,
        procedure=procedure.procedure,
        catalogue_version=procedure.version,
        office=means.office,
        owner=str(person.id),
        title=subject_of(form, given),
        state="draft",
        version=1,
    )
    return Dossier(row, procedure, form, given, files=[], handed_in=None, case=None)


async def keep(means: Services, place: Place, dossier: Dossier) -> Dossier | None:
    """The blank draft as it stands in the database now; None where there is one of its id already.

    Raises:
        Problem: not_found, where that one was thrown away since.
    """
    row = dossier.row
    # The key first, in its own transaction: a key without a draft is harmless, a draft whose key
    # was never stored could not be read again.
    try:
        cipher = await means.keys.new(row.id)
    except KeyDestroyed as deleted:
        raise Problem("not_found") from deleted
    made = await applications.create(
        place,
        id=row.id,
        procedure=row.procedure,
        catalogue_version=row.catalogue_version,
        office=row.office,
        owner=row.owner,
        title=row.title,
        form=seal_form(cipher, row.id, dossier.answers),
    )
    return replace(dossier, row=made) if made else None


async def patch(
    means: Services,
    person: Person,
    application_id: UUID,
    changes: Answers,
    version: int | None = None,
) -> Dossier:
    """Merge answers into the form (RFC 7396).

    Raises:
        Problem: as `open_for_change`, and invalid_input; nothing is changed then.
    """
    async with means.engine.begin() as connection:
        dossier = await open_for_change(means, connection, person, application_id, version)
        answers = merge(dossier.answers, changes)
        _refuse_wrong(dossier.form, answers)
        if answers != dossier.answers:
            cipher = await means.keys.cipher(application_id)
            await applications.change(
                connection,
                application_id,
                dossier.row.version,
                form=seal_form(cipher, application_id, answers),
                title=subject_of(dossier.form, answers),
            )
    return await load(means, person, application_id)


def _refuse_wrong(form: type[ApplicationForm], answers: Any) -> None:
    errors = check_partial(form, answers)
    if errors:
        raise Problem("invalid_input", errors=errors)


async def throw_away(
    means: Services, person: Person, application_id: UUID, version: int | None = None
) -> None:
    """Delete a draft. What was handed in is withdrawn instead, never deleted.

    Raises:
        Problem: not_found, stale, conflict.
    """
    async with means.engine.begin() as connection:
        dossier = await _locked(means, connection, person, application_id)
        if dossier.row.state != "draft":
            raise Problem(
                "conflict",
                _("申请已经提交，不能删除；可以在办件页面撤回。"),
                extra={"state": dossier.row.state, "allowed_actions": ["withdraw"]},
            )
        if version is not None and dossier.row.version != version:
            raise Problem("stale", extra={"etag": dossier.etag})
        await applications.remove_files(connection, application_id)
        await applications.change(
            connection, application_id, dossier.row.version, state="deleted", title="", form=b""
        )
    # What the draft held can never be read again, in backups neither.
    await means.keys.destroy(application_id)
