"""The application of a related case, written from the case that opens it: a draft handed in by the system.

Personal data goes from application to application inside the database, never through a payload.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from activities.context import CaseView, Means, load
from domain.contracts import RelatedOrder
from forms.base import ApplicationForm
from forms.registry import APPLICATIONS
from law import catalogue
from law.catalogue import Procedure
from law.offices import office
from registers.messages import sha256_hex
from storage import applications, numbers, submissions
from storage.keys import Cipher
from storage.submissions import seal_form

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
    """What is handed in: `data` goes into the act, the rest into the act's transaction."""

    case_id: UUID
    row: Procedure
    office: str
    owner: str
    form: ApplicationForm
    answers: dict[str, Any]
    cipher: Cipher

    @property
    def digest(self) -> str:
        text = json.dumps(self.answers, ensure_ascii=False, sort_keys=True)
        return sha256_hex(text.encode())

    @property
    def data(self) -> dict[str, Any]:
        return {
            "title": self.form.subject(),
            "digest": self.digest,
            "parts": {"form": self.digest},
            "facts": self.form.case_facts(),
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
            await applications.change(
                connection,
                self.case_id,
                made.version,
                state="submitted",
                title=self.form.subject(),
                form=sealed,
            )
        await submissions.add(
            connection,
            case_id=self.case_id,
            version=1,
            act_id=act_id,
            digest=self.digest,
            parts={"form": self.digest},
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
    row = catalogue.procedure(order.procedure)
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
    row = catalogue.procedure(order.procedure)
    form = APPLICATIONS[row.application].model_validate(await fill(view, order))
    return RelatedFile(
        case_id=child,
        row=row,
        office=order.office,
        owner=order.actor.acting_for or order.actor.person_id,
        form=form,
        answers=form.model_dump(mode="json"),
        cipher=await means.keys.new(child),
    )
