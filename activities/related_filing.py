"""The application of a related case, written from the case that opens it: a draft handed in by the system.

Personal data goes from application to application inside the database, never through a payload; materials that the
related case asks for too go along, sealed anew with its key.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncConnection

from activities.context import CaseView, Means, load
from domain.related import RelatedOrder
from forms.base import ApplicationForm
from forms.registry import APPLICATIONS
from law import catalogue
from law.catalogue import Procedure
from law.offices import office
from law.zone import civil_date
from storage import applications, numbers, submissions
from storage.keys import Cipher
from storage.submissions import seal_form
from storage.tables import FileRow

Fill = Callable[[CaseView, RelatedOrder], Awaitable[dict[str, Any]]]
FILLED: dict[str, Fill] = {}


def filled_by(*procedures: str) -> Callable[[Fill], Fill]:
    """Declare how the application of these procedures is written; `order.data["fill"]` is what the opener adds."""

    def register(fill: Fill) -> Fill:
        FILLED.update(dict.fromkeys(procedures, fill))
        return fill

    return register


@dataclass(frozen=True)
class RelatedFile:
    """What is handed in: `data` goes into the act, the rest into the act's transaction.

    Attributes:
        facts: what the opener's case knows of the application beside the form.
        files: rows of what goes along; their bytes are stored by the related case already.
    """

    case_id: UUID
    row: Procedure
    office: str
    owner: str
    form: ApplicationForm
    answers: dict[str, Any]
    cipher: Cipher
    facts: dict[str, Any]
    files: list[FileRow]

    @property
    def data(self) -> dict[str, Any]:
        parts, digest = submissions.digests(self.answers, self.files)
        return {
            "title": self.form.subject(),
            "digest": digest,
            "parts": parts,
            "facts": self.form.case_facts() | self.facts,
            "catalogue_version": self.row.version,
        }

    async def add(self, connection: AsyncConnection, act_id: UUID, received_at: datetime) -> str:
        """Application and first version; returns the receipt's number. In the act's transaction, so once."""
        bureau = office(self.office)
        sealed = seal_form(self.cipher, self.case_id, self.answers)
        made = await applications.create(
            connection,
            id=self.case_id,
            procedure=self.row.procedure,
            catalogue_version=self.row.version,
            office=self.office,
            owner=self.owner,
            title=self.form.subject(),
            form=sealed,
        )
        if made is not None:
            for file in self.files:
                values = {c.name: getattr(file, c.name) for c in FileRow.__table__.columns}
                await applications.add_file(connection, **values)
        data = self.data
        await applications.hand_in(
            connection,
            # Where it was made before, its version was raised then: only the version is added.
            seen=made.version if made else 0,
            title=self.form.subject(),
            case_id=self.case_id,
            version=1,
            act_id=act_id,
            digest=data["digest"],
            parts=data["parts"],
            form=sealed,
            received_at=received_at,
        )
        return await numbers.take(
            connection,
            case_id=self.case_id,
            kind="receipt",
            series=f"{bureau.code}:receipt",
            at=received_at,
            bureau=bureau.short,
            word="",
            division=bureau.division,
        )


async def prepare_draft(means: Means, order: RelatedOrder, child: UUID) -> None:
    """A draft of the owner's with what is known filled in; found again where it was laid out before."""
    view = await load(means, order.parent_case)
    row = catalogue.procedure(order.procedure, on=civil_date(order.at))
    answers = await FILLED[order.procedure](view, order)
    cipher = await means.keys.new(child)
    await applications.create(
        means.engine,
        id=child,
        procedure=row.procedure,
        catalogue_version=row.version,
        office=order.office,
        owner=order.actor.acting_for or order.actor.person_id,
        title=view.case.title,
        form=seal_form(cipher, child, answers),
    )


async def related_file(means: Means, order: RelatedOrder, child: UUID) -> RelatedFile | None:
    """The application to hand in; None for a procedure whose application nobody writes here."""
    fill = FILLED.get(order.procedure)
    if fill is None:
        return None
    view = await load(means, order.parent_case)
    row = catalogue.procedure(order.procedure, on=civil_date(order.at))
    form = APPLICATIONS[row.application].model_validate(await fill(view, order))
    return RelatedFile(
        case_id=child,
        row=row,
        office=order.office,
        owner=order.actor.acting_for or order.actor.person_id,
        form=form,
        answers=form.model_dump(mode="json"),
        cipher=await means.keys.new(child),
        facts=dict(order.data.get("facts", {})),
        files=await _files_along(means, view, row, child),
    )


async def _files_along(means: Means, view: CaseView, row: Procedure, child: UUID) -> list[FileRow]:
    """The opener's files of the materials that the related case asks for too, in the order of a case's files."""
    wanted = {m.code for m in row.materials}
    found = []
    for file in view.files:
        if file.part not in wanted:
            continue
        content = await means.files.get(view.case_id, file.stored_id)
        stored = await means.files.put(
            content, case_id=child, media_type=file.media_type, retention_class=file.retention
        )
        values = {c.name: getattr(file, c.name) for c in FileRow.__table__.columns}
        # The same file again where the activity is tried again.
        values |= {"id": uuid5(child, str(file.id)), "case_id": child}
        found.append(FileRow(**values | {"stored_id": stored.stored_id}))
    return sorted(found, key=lambda f: (f.part, f.uploaded_at, f.id))
