"""Handing in: an application opens its case, a corrected one adds a version to it.

One transaction makes receipt number, version, state and act durable (design §5.1); the receipt is true from
then on, whether or not the engine answers.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from api.acts import OPEN, Draft, Known
from api.cluster_hosts import facts_of_host
from api.draft_forms import check_whole
from api.i18n import gettext as _
from api.intake import Dossier, Mode, keep, load, open_for_change
from api.name_reservations import facts_of_name
from api.problems import FieldError, Problem
from api.security.person import Person
from api.services import Services
from domain.refusals import Refusal, Refused
from forms.base import ApplicationForm
from law.offices import office
from law.zone import civil_date
from storage import applications, new_cases, numbers, related_cases, submissions
from storage.acts import Beside
from storage.submissions import seal_form
from storage.tables import FileRow
from workflows.registry import table_of

RESUBMIT: Final = "resubmit"
RECEIPT: Final = "receipt"


@dataclass(frozen=True)
class Wanted:
    """What the applicant declares when handing in.

    Attributes:
        version: the version of the application that was checked; None trusts the newest.
        declared: the contents are true, lawful and valid (条例 art. 17).
        incomplete: hand in although required materials are missing; the window tells once what is missing.
    """

    declared: bool
    incomplete: bool = False
    version: int | None = None


@dataclass(frozen=True)
class Content:
    """What is handed in: the canonical form and the digests it is proved by."""

    form: ApplicationForm
    answers: dict[str, Any]
    parts: dict[str, str]
    digest: str


def content_of(form: ApplicationForm, files: list[FileRow]) -> Content:
    """The canonical form and its digests (`storage.submissions.digests`)."""
    answers = form.model_dump(mode="json")
    parts, digest = submissions.digests(answers, files)
    return Content(form, answers, parts, digest)


def missing_materials(dossier: Dossier) -> list[str]:
    """Codes of the materials without which a complete file cannot be (容缺 ones may follow)."""
    held = {f.part for f in dossier.files}
    return [
        m.code for m in dossier.materials if m.required and not m.tolerable and m.code not in held
    ]


def checked(dossier: Dossier, wanted: Wanted, now: datetime) -> Content:
    """What can be handed in as it is.

    Raises:
        Problem: invalid_input with a pointer to everything that has to be mended first.
    """
    form, errors = check_whole(dossier.form, dossier.answers, civil_date(now))
    absent = [] if wanted.incomplete else missing_materials(dossier)
    labels = {m.code: m.label for m in dossier.procedure.materials}
    errors += [
        FieldError(_("请上传%(material)s") % {"material": labels[code]}, pointer=f"/files/{code}")
        for code in absent
    ]
    if not wanted.declared:
        errors.append(
            FieldError(_("请先核对内容，并勾选声明"), pointer="/declaration"),
        )
    if errors or form is None:
        raise Problem("invalid_input", errors=errors, extra={"missing_materials": absent})
    return content_of(form, dossier.files)


async def hand_in(
    means: Services,
    person: Person,
    application_id: UUID,
    wanted: Wanted,
    act_id: UUID,
    new: Dossier | None = None,
) -> Dossier:
    """Hand in what the application holds; safe to repeat with the same act id.

    Args:
        new: a blank draft (`intake.blank`): begun and handed in as one, or not at all.

    Raises:
        Problem: not_found, stale, conflict (handed in already), invalid_input.
        Refused: the case does not take it; nothing was changed.
        ActConflict: the act id was used for something else.
    """
    dossier = new or await load(means, person, application_id)
    again = dossier.handed_in is not None and dossier.handed_in.act_id == act_id
    if not again and dossier.mode is Mode.CLOSED:
        raise Problem(
            "conflict",
            _("这份申请已经提交过了，请查看收件凭证。"),
            extra={
                "state": dossier.row.state,
                "receipt_url": f"/api/v1/applications/{application_id}/receipt",
                "allowed_actions": [],
            },
        )
    content = checked(dossier, wanted, person.now)
    kind = OPEN if _first(dossier, act_id) else RESUBMIT
    data = act_data(dossier, content, kind)

    async def beside(connection: AsyncConnection, draft: Draft, received_at: datetime) -> Beside:
        assert new is not None
        draft.data["facts"] |= await facts_of_name(connection, person, content.form)
        draft.data["facts"] |= await facts_of_host(connection, content.form)
        return await begun_with(means, connection, new, content, draft, received_at)

    async def within(connection: AsyncConnection, draft: Draft, received_at: datetime) -> None:
        if new is not None:
            current = await keep(means, connection, new)
            if current is None:
                raise Problem("conflict")
        else:
            current = await open_for_change(
                means, connection, person, application_id, wanted.version
            )
        if content_of(content.form, current.files).digest != content.digest:
            raise Problem("stale", extra={"etag": current.etag})
        if current.row.version != dossier.row.version:
            raise Problem("stale", extra={"etag": current.etag})
        # Here and not before: a repeated call is answered by its act, whatever became of name and host since.
        draft.data["facts"] |= await facts_of_name(connection, person, content.form)
        named = None
        if kind == RESUBMIT and getattr(content.form, "hosted_by", None):
            named = await _host_before(means, connection, application_id)
        draft.data["facts"] |= await facts_of_host(connection, content.form, named)
        if kind == OPEN:
            # What another case laid out was there before.
            if new is None and (
                opener := await related_cases.opener_of(connection, application_id)
            ):
                draft.data |= {"parent_case": str(opener[0]), "parent_item": opener[1]}
            draft.data["receipt_no"] = await receipt_number(means, connection, dossier, received_at)
        await add_version(means, connection, current, content, draft, received_at)

    try:
        await means.acts.perform(
            Draft(
                act_id,
                application_id,
                kind,
                person.actor,
                data,
                within=within,
                beside=beside if new is not None else None,
                received_at=person.now,
            )
        )
    except Refused:
        async with means.engine.begin() as connection:
            await applications.take_back(connection, application_id, act_id)
        raise
    return await load(means, person, application_id, received=True)


def _first(dossier: Dossier, act_id: UUID) -> bool:
    held = dossier.handed_in
    return held is None or (held.act_id == act_id and held.version == 1)


def act_data(dossier: Dossier, content: Content, kind: str) -> dict[str, Any]:
    """What the case learns: names, codes and digests; identity numbers stay in the database."""
    data: dict[str, Any] = {
        "title": content.form.subject(),
        "digest": content.digest,
        "parts": content.parts,
        "facts": content.form.case_facts(),
    }
    if kind == OPEN:
        data |= {
            "procedure": dossier.row.procedure,
            "catalogue_version": dossier.row.catalogue_version,
            "table_version": table_of(dossier.procedure).version,
            "office": dossier.row.office,
        }
    return data


async def _host_before(means: Services, connection: AsyncConnection, case_id: UUID) -> str | None:
    """The host that the version before named, where it is corrected now."""
    _row, answers = await submissions.newest(connection, means.keys, case_id)
    found = answers.get("hosted_by")
    return None if found is None else str(found)


async def begun_with(
    means: Services,
    connection: AsyncConnection,
    new: Dossier,
    content: Content,
    draft: Draft,
    received_at: datetime,
) -> Beside:
    """What a case brings with it that is handed in as it begins: `storage.new_cases`. Its receipt's number is taken.

    Raises:
        Known: there is such a case already; nothing was changed.
    """
    row = new.row
    number = await numbers.following(connection, **_receipt_series(new, received_at))
    if number is None:
        raise Known
    draft.data["receipt_no"] = number.number
    return new_cases.beside_act(
        row.id,
        means.keys.made(row.id),
        number,
        answers=content.answers,
        digest=content.digest,
        parts=content.parts,
        procedure=row.procedure,
        catalogue_version=row.catalogue_version,
        office=row.office,
        owner=row.owner,
        title=content.form.subject(),
    )


async def receipt_number(
    means: Services, connection: AsyncConnection, dossier: Dossier, at: datetime
) -> str:
    """Taken in the act's transaction, so once."""
    return await numbers.take(connection, **_receipt_series(dossier, at))


def _receipt_series(dossier: Dossier, at: datetime) -> numbers.Wanted:
    bureau = office(dossier.row.office)
    return {
        "case_id": dossier.row.id,
        "kind": RECEIPT,
        "series": f"{bureau.code}:{RECEIPT}",
        "at": at,
        "bureau": bureau.short,
        "word": "",
        "division": bureau.division,
    }


async def add_version(
    means: Services,
    connection: AsyncConnection,
    dossier: Dossier,
    content: Content,
    draft: Draft,
    received_at: datetime,
) -> None:
    """The version that the act hands in, in the act's transaction."""
    case_id, held = dossier.row.id, dossier.handed_in
    if held is not None and held.act_state == "refused":
        await applications.take_back(connection, case_id, held.act_id)
        held = await applications.handed_in(connection, case_id)
    if held is not None and held.digest == content.digest:
        raise Refused(Refusal.UNCHANGED_FILE)
    cipher = await means.keys.cipher(case_id)
    sealed = seal_form(cipher, case_id, content.answers)
    await applications.hand_in(
        connection,
        seen=dossier.row.version,
        title=content.form.subject(),
        case_id=case_id,
        version=1 if held is None else held.version + 1,
        act_id=draft.act_id,
        digest=content.digest,
        parts=content.parts,
        form=sealed,
        received_at=received_at,
    )
