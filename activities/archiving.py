"""电子归档: the case's package is built once, kept, handed to the archive under its digest."""

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from activities.archive import PackageEvent, PackageFile, build_package
from activities.context import CaseView
from activities.register_calls import effect
from activities.seal_provider import SealProvider
from domain.contracts import RegisterCall
from domain.photos import PART as PHOTO
from domain.public_notices import EVIDENCE
from law.zone import local
from registers import ports
from storage import photos, submissions
from storage.photos import Received
from storage.projector import DETAIL_AAD
from storage.tables import CaseEventRow, DocumentRow, FileRow

PACKAGE = "archive_package"
# Of what the applicant did not hand in.
RESPONSIBLE = {EVIDENCE: "异议人", PHOTO: "检查人员"}
_seals: list[SealProvider] = []


def configure(seals: SealProvider) -> None:
    """Who signs the manifest; set once by the composition root."""
    _seals[:] = [seals]


@effect("deposit_package")
async def deposit_package(view: CaseView, order: RegisterCall) -> ports.DepositPackage:
    """The same bytes at every attempt: a signature is never made twice for one deposit."""
    package, documents = await _package(view, order)
    digest = await view.means.registers.archive.put_package(package)
    return ports.DepositPackage(
        case_ref=order.case_id,
        title=view.case.title,
        package_sha256=digest,
        size=len(package),
        documents=documents,
        retention="permanent",
    )


async def _package(view: CaseView, order: RegisterCall) -> tuple[bytes, int]:
    ident = uuid.uuid5(view.case_id, f"{PACKAGE}:{order.seq}")
    async with view.means.engine.connect() as connection:
        kept = (
            await connection.execute(select(FileRow.stored_id).where(FileRow.id == ident))
        ).scalar_one_or_none()
        papers = (
            await connection.execute(
                select(DocumentRow.__table__)
                .where(DocumentRow.case_id == view.case_id)
                .order_by(DocumentRow.issued_at, DocumentRow.document_id)
            )
        ).all()
        handed_in = [
            *view.files,
            *await submissions.evidence_of(connection, view.case_id),
            *await photos.files_of(connection, view.case_id),
        ]
        seen = {photo.id: photo for photo in await photos.of_case(connection, view.case_id)}
    count = len(papers) + len([f for f in handed_in if f.part != PACKAGE]) + 1
    if kept is not None:
        return await view.means.files.get(view.case_id, kept), count
    package = build_package(
        _story(view, order),
        await _events(view, int(order.args["upto"])),
        await _files(view, [DocumentRow(**p._mapping) for p in papers], handed_in, seen),
        signer=_seals[0],
        archived_at=order.at,
    )
    stored = await view.means.files.put(
        package,
        case_id=view.case_id,
        media_type="application/zip",
        retention_class="permanent",
    )
    async with view.means.engine.begin() as connection:
        await connection.execute(
            insert(FileRow)
            .values(
                id=ident,
                case_id=view.case_id,
                owner="system",
                part=PACKAGE,
                name=f"{view.case.receipt_no}.zip",
                media_type="application/zip",
                size=stored.size,
                sha256=stored.sha256,
                stored_id=stored.stored_id,
                retention="permanent",
                uploaded_at=func.app_now(),
            )
            .on_conflict_do_nothing()
        )
        first = (
            await connection.execute(select(FileRow.stored_id).where(FileRow.id == ident))
        ).scalar_one()
    return await view.means.files.get(view.case_id, first), count


def _story(view: CaseView, order: RegisterCall) -> dict[str, Any]:
    case = view.case
    return {
        "case_id": str(view.case_id),
        "case_number": case.case_no or case.receipt_no,
        "receipt_number": case.receipt_no,
        "procedure": view.row.title,
        "procedure_code": case.procedure,
        "office": view.office.name,
        "title": case.title,
        "outcome": case.decision.get("decision", ""),
        "opened_at": local(case.opened_at).isoformat(),
        "closed_at": local(order.at).isoformat(),
        "retention": "permanent",
        "law_edition": case.law_edition,
        "catalogue_version": case.catalogue_version,
        "table_version": case.table_version,
        "numbers": case.numbers,
        "decision": case.decision,
        "passed": case.passed,
        "application": view.form.model_dump(mode="json"),
    }


async def _events(view: CaseView, upto: int) -> list[PackageEvent]:
    cipher = await view.means.keys.cipher(view.case_id)
    async with view.means.engine.connect() as connection:
        rows = await connection.execute(
            select(
                CaseEventRow.canonical, CaseEventRow.hash, CaseEventRow.details, CaseEventRow.salt
            )
            .where(CaseEventRow.case_id == view.case_id, CaseEventRow.revision <= upto)
            .order_by(CaseEventRow.revision)
        )
        return [
            PackageEvent(
                canonical=r.canonical,
                hash=r.hash,
                details=cipher.open(r.details, DETAIL_AAD + view.case_id.bytes)
                if r.details
                else None,
                salt=r.salt,
            )
            for r in rows
        ]


async def _files(
    view: CaseView,
    papers: list[DocumentRow],
    handed_in: list[FileRow],
    seen: Mapping[uuid.UUID, Received],
) -> list[PackageFile]:
    out: list[PackageFile] = []
    labels = {m.code: m.label for m in view.row.materials} | {
        EVIDENCE: "异议证据",
        PHOTO: "现场照片",
    }
    for paper in papers:
        content = await view.means.files.get(view.case_id, paper.stored_id)
        out.append(
            PackageFile(
                name=f"{paper.title}.pdf",
                content=content,
                media_type="application/pdf",
                kind="paper",
                sealed=paper.kind not in {"application", "signed_application"},
                meta={
                    "number": paper.number,
                    "title": paper.title,
                    "responsible": view.office.name,
                    "date": local(paper.issued_at).date().isoformat(),
                    "sha256": paper.sha256,
                },
            )
        )
    for file in handed_in:
        if file.part == PACKAGE:
            continue
        content = await view.means.files.get(view.case_id, file.stored_id)
        out.append(
            PackageFile(
                name=file.name,
                content=content,
                media_type=file.media_type,
                kind="material",
                meta={
                    "title": labels.get(file.part, file.part),
                    "responsible": RESPONSIBLE.get(file.part, "申请人"),
                    "date": local(file.uploaded_at).date().isoformat(),
                    "sha256": file.sha256,
                    **_times(seen.get(file.id)),
                },
            )
        )
    return out


def _times(photo: Received | None) -> dict[str, str | None]:
    """Of a photo of the spot: when it was taken, as the telephone said, and when received."""
    if photo is None:
        return {}
    taken = photo.taken_at
    return {
        "kind_of_photo": photo.kind.value,
        "taken_at": local(taken).isoformat() if taken else None,
        "received_at": local(photo.received_at).isoformat(),
    }
