"""What REST says of applications, files and receipts."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field, JsonValue

from api.draft_forms import section_states
from api.intake import Dossier, Mode
from api.receipts import Receipt
from api.submission import missing_materials
from law.zone import local
from storage.applications import Listed
from storage.tables import FileRow

Digest = Field(description="SHA-256, hexadecimal", pattern="^[0-9a-f]{64}$")


class UploadedFile(BaseModel):
    """A file in the application; `part` is the code of the material it belongs to."""

    id: UUID
    part: str
    name: str
    media_type: str
    size: int
    sha256: str = Digest
    uploaded_at: AwareDatetime


class SectionState(BaseModel):
    """How far one page of the form is: todo, half, done, bad (something is wrong)."""

    code: str
    title: str
    state: Literal["todo", "half", "done", "bad"]


class Application(BaseModel):
    """An application: a draft, handed in, or open for a correction (`mode`)."""

    id: UUID
    item: str
    item_version: str
    title: str
    state: Literal["draft", "submitted"]
    mode: Mode
    version: int = Field(description="also the ETag")
    form: dict[str, JsonValue]
    sections: list[SectionState]
    files: list[UploadedFile]
    missing_materials: list[str]
    allowed_actions: list[str]
    receipt_url: str | None
    case_id: UUID | None
    created_at: AwareDatetime
    updated_at: AwareDatetime


class ApplicationSummary(BaseModel):
    """One line of the list; `stage` and `case_url` once the case can be read."""

    id: UUID
    item: str
    title: str
    state: Literal["draft", "submitted"]
    receipt_no: str | None
    case_no: str | None
    stage: str | None
    case_url: str | None
    updated_at: AwareDatetime


class ApplicationList(BaseModel):
    """A page of the list; `next_cursor` is null on the last."""

    items: list[ApplicationSummary]
    next_cursor: str | None


class NextStep(BaseModel):
    """A step ahead; `due` is the last day the law leaves for it."""

    title: str
    text: str
    due: date | None
    promised: date | None = Field(description="the bureau's own promise (承诺期限)")
    clock: str | None
    citation: str | None
    verified: bool = Field(description="false: the row of law is still 待核")
    provisional: bool


class ReceivedFile(BaseModel):
    """A file as it was received."""

    part: str
    label: str
    name: str
    size: int
    sha256: str = Digest


class ReceiptItem(BaseModel):
    """The item applied for."""

    code: str
    title: str


class ReceiptOffice(BaseModel):
    """The office that holds the case."""

    code: str
    name: str
    phone: str
    hours: str


class SubmissionReceipt(BaseModel):
    """Proof that the application was received; valid from the moment of its answer."""

    application_id: UUID
    case_id: UUID
    version: int
    receipt_no: str
    query_code: str
    received_at: AwareDatetime
    digest: str = Digest
    parts: dict[str, str]
    item: ReceiptItem
    title: str
    office: ReceiptOffice
    files: list[ReceivedFile]
    missing_materials: list[str]
    next: list[NextStep]
    state: Literal["applied", "received"] = Field(
        description="applied: the case can be read; received: durable, on its way to the case"
    )
    case_url: str
    receipt_url: str
    progress_url: str


def file_answer(row: FileRow) -> UploadedFile:
    """A file's row."""
    return UploadedFile(
        id=row.id,
        part=row.part,
        name=row.name,
        media_type=row.media_type,
        size=row.size,
        sha256=row.sha256,
        uploaded_at=local(row.uploaded_at),
    )


_ACTIONS = {
    Mode.DRAFT: ["patch", "upload", "submit", "delete"],
    Mode.CORRECTION: ["patch", "upload", "submit"],
    Mode.CLOSED: [],
}


def application_answer(dossier: Dossier) -> Application:
    """A dossier."""
    row, submitted = dossier.row, dossier.row.state == "submitted"
    states = section_states(dossier.form, dossier.answers)
    return Application(
        id=row.id,
        item=row.procedure,
        item_version=row.catalogue_version,
        title=row.title,
        state="submitted" if submitted else "draft",
        mode=dossier.mode,
        version=row.version,
        form=dossier.answers,
        sections=[
            SectionState(code=s.code, title=s.title, state=states[s.code])
            for s in dossier.form.sections
        ],
        files=[file_answer(f) for f in dossier.files],
        missing_materials=missing_materials(dossier),
        allowed_actions=_ACTIONS[dossier.mode],
        receipt_url=f"/api/v1/applications/{row.id}/receipt" if submitted else None,
        case_id=row.id if submitted else None,
        created_at=local(row.created_at),
        updated_at=local(row.updated_at),
    )


def summary_answer(line: Listed) -> ApplicationSummary:
    """A line of the list."""
    row, case = line.application, line.case
    number = (case.case_no if case else None) or line.receipt_no
    return ApplicationSummary(
        id=row.id,
        item=row.procedure,
        title=row.title,
        state="submitted" if row.state == "submitted" else "draft",
        receipt_no=line.receipt_no,
        case_no=case.case_no if case else None,
        stage=case.stage if case else None,
        case_url=f"/api/v1/cases/{number}" if case else None,
        updated_at=local(row.updated_at),
    )


def receipt_answer(receipt: Receipt) -> SubmissionReceipt:
    """A receipt."""
    labels = {m.code: m.label for m in receipt.procedure.materials}
    return SubmissionReceipt(
        application_id=receipt.application_id,
        case_id=receipt.application_id,
        version=receipt.version,
        receipt_no=receipt.receipt_no,
        query_code=receipt.query_code,
        received_at=local(receipt.received_at).replace(microsecond=0),
        digest=receipt.digest,
        parts=receipt.parts,
        item=ReceiptItem(code=receipt.procedure.procedure, title=receipt.procedure.title),
        title=receipt.title,
        office=ReceiptOffice(
            code=receipt.office.code,
            name=receipt.office.name,
            phone=receipt.office.phone,
            hours=receipt.office.hours,
        ),
        files=[
            ReceivedFile(
                part=f.part,
                label=labels.get(f.part, f.part),
                name=f.name,
                size=f.size,
                sha256=f.sha256,
            )
            for f in receipt.files
        ],
        missing_materials=receipt.missing,
        next=[
            NextStep(
                title=s.title,
                text=s.text,
                due=s.due,
                promised=s.promised,
                clock=s.clock or None,
                citation=s.citation or None,
                verified=s.verified,
                provisional=s.provisional,
            )
            for s in receipt.steps
        ],
        state="applied" if receipt.readable else "received",
        case_url=f"/api/v1/cases/{receipt.receipt_no}",
        receipt_url=f"/api/v1/applications/{receipt.application_id}/receipt",
        progress_url="/api/v1/progress-queries",
    )
