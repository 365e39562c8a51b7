"""证照核验: what our own register says of a paper, to be held against the paper in hand."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from api.draft_forms import form_of
from api.i18n import gettext as _
from api.i18n import mark
from api.services import Services
from api.views.promises import conditional_lines
from law import catalogue
from law.offices import OFFICES
from storage import applications, promises, submissions, verification
from storage.tables import CaseRow, DocumentRow

Verdict = Literal["", "warn", "bad"]

# State → how the answer looks and what it says; a state this release does not know is never "valid".
STATES: Final[dict[str, tuple[Verdict, str]]] = {
    "valid": ("", mark("有效")),
    "conditional": ("warn", mark("有效，附条件（容缺）")),
    "changed": ("warn", mark("已变更")),
    "superseded": ("bad", mark("已换发新照，本照作废")),
    "cancelled": ("bad", mark("已注销")),
    "stopped": ("warn", mark("已停用")),
    "revoked": ("bad", mark("已撤销")),
    "withdrawn": ("bad", mark("已吊销")),
    "void": ("bad", mark("已作废")),
}
UNKNOWN: Final = ("bad", mark("不再有效"))
MAX_ASKED: Final = 96


@dataclass(frozen=True)
class Verification:
    """The answer. `lines`: label and value to compare with the paper, as printed on it."""

    document: DocumentRow
    valid: bool
    verdict: Verdict
    state_text: str
    lines: list[tuple[str, str]]
    office: str
    trial: bool
    checked_at: datetime


def asked_for(text: str) -> str:
    """What somebody typed, pasted or scanned: the slug of an address, or a number."""
    plain = unicodedata.normalize("NFKC", text).strip()
    # NFKC turns the full-width brackets of numbers into their plain relatives; put back what we print.
    plain = plain.replace("[", "〔").replace("]", "〕").replace("(", "〔").replace(")", "〕")
    return plain.rstrip("/").rpartition("/")[2].replace(" ", "")[:MAX_ASKED]


async def verify(means: Services, asked: str, now: datetime) -> Verification | None:
    """What we know of the paper; None when no paper of ours has this address or number."""
    async with means.engine.connect() as connection:
        document = await verification.find(connection, asked_for(asked))
        if document is None:
            return None
        case = await applications.case_of(connection, document.case_id)
        certificate: list[tuple[str, str]] = []
        if case is not None and document.kind in verification.PUBLIC_KINDS:
            _row, answers = await submissions.newest(connection, means.keys, case.case_id)
            certificate = _certificate_lines(case, answers)
            owed = conditional_lines(await promises.of_case(connection, case.case_id))
            if owed and document.state == "valid":
                document.state = "conditional"
                certificate += owed
        if case is not None and _of_device(document, case):
            stands = await verification.use_standing(connection, document)
            document.state = stands or document.state
        if await verification.replaced(connection, document):
            document.state = "superseded"
        if case is not None and _of_enterprise(document, case):
            ended = await verification.ended_as(connection, case.numbers["uscc"])
            document.state = ended or document.state
        if await verification.revoked(connection, document):
            document.state = "revoked"
    verdict, text = STATES.get(document.state, UNKNOWN)
    office = OFFICES.get(case.office) if case else None
    return Verification(
        document=document,
        # What is owed does not make it void (law.md §2.6: never automatic).
        valid=not verdict or document.state == "conditional",
        verdict=verdict,
        state_text=_(text),
        lines=_lines(document, case) + certificate,
        office=office.name if office else "",
        trial=means.trial,
        checked_at=now,
    )


def _of_enterprise(document: DocumentRow, case: CaseRow) -> bool:
    """Whether it is a business licence: void when its enterprise is deregistered or its registration revoked."""
    known = case.procedure in verification.REGISTRATIONS and case.numbers.get("uscc")
    return bool(known) and document.kind in verification.PUBLIC_KINDS


def _of_device(document: DocumentRow, case: CaseRow) -> bool:
    """Whether it is a certificate of use registration: as good as what the register of devices says now."""
    known = case.procedure == verification.USE_REGISTRATION
    return known and document.kind in verification.PUBLIC_KINDS


def _lines(document: DocumentRow, case: CaseRow | None) -> list[tuple[str, str]]:
    lines = [(_("证照名称"), document.title), (_("编号"), document.number)]
    if document.holder:
        lines.append((_("持有人"), document.holder))
    uscc = case.numbers.get("uscc") if case else None
    if uscc and document.kind in verification.PUBLIC_KINDS:
        lines.append((_("统一社会信用代码"), uscc))
    return lines


def _certificate_lines(case: CaseRow, answers: dict[str, Any]) -> list[tuple[str, str]]:
    """What the certificate itself prints (public by law); never an identity number."""
    row = catalogue.procedure(case.procedure, case.catalogue_version)
    return form_of(row).model_validate(answers).certificate_lines()
