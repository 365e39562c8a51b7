"""A case that an officer opens on the office's own motion (依职权立项): one act with the form, the number and the first version.

Like an application handed in at once, but its party is known by its code, and the officer is its proposer, not its owner.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncConnection

from api import intake
from api.acts import OPEN, Draft, Outcome
from api.draft_forms import Answers, check_whole, form_of
from api.intake import Dossier
from api.officers import check_serving
from api.problems import FieldError, Problem
from api.security.person import Person
from api.services import Services
from api.submission import (
    RECEIPT,
    act_data,
    add_version,
    begun_with,
    content_of,
    receipt_number,
)
from api.validation_messages import pointer
from law import catalogue
from law.catalogue import Procedure
from law.zone import civil_date
from storage import applications
from storage.acts import Beside
from storage.tables import ApplicationRow


def openable(person: Person) -> list[Procedure]:
    """What this officer can open today."""
    roles = {role.value for role in person.roles}
    rows = catalogue.ex_officio(civil_date(person.now))
    found = [row for row in rows if row.roles["proposal"] in roles]
    return sorted(found, key=lambda row: row.listed_at)


def openable_row(person: Person, code: str) -> Procedure:
    """The row of one of them. Raises Problem: not_found."""
    for row in openable(person):
        if row.procedure == code:
            return row
    raise Problem("not_found")


def party_of(facts: Mapping[str, Any], office: str) -> str:
    """The owner of a case whose party did not sign in; of a plan that is about nobody yet, the office itself."""
    return f"uscc:{facts['uscc']}" if "uscc" in facts else f"office:{office}"


async def open_case(
    means: Services, person: Person, code: str, answers: Answers, act_id: UUID
) -> tuple[UUID, str, Outcome]:
    """Open it; safe to repeat with the same act id. Returns the case, the receipt's number and the act's outcome.

    Raises:
        Problem: not_found (nothing that this officer opens), invalid_input.
        Refused: the case does not take it; nothing was changed.
        ActConflict: the act id was used for something else.
    """
    row = openable_row(person, code)
    form = form_of(row)
    whole, errors = check_whole(form, answers, civil_date(person.now))
    if whole is not None:
        ahead = whole.ahead(person.now)
        errors = [FieldError(message, pointer(("form", *path))) for path, message in ahead]
    if errors or whole is None:
        raise Problem("invalid_input", errors=errors)
    await check_serving(means.engine, whole, means.office, civil_date(person.now))
    content, facts = content_of(whole, []), whole.case_facts()
    case_id = uuid5(act_id, "case")
    dossier = Dossier(
        row=ApplicationRow(
            id=case_id,
            procedure=row.procedure,
            catalogue_version=row.version,
            office=means.office,
            owner=party_of(facts, means.office),
            title=whole.subject(),
            state="draft",
            version=1,
        ),
        procedure=row,
        form=form,
        answers=content.answers,
        files=[],
        handed_in=None,
        case=None,
    )
    data: dict[str, Any] = act_data(dossier, content, OPEN)

    async def beside(connection: AsyncConnection, draft: Draft, received_at: datetime) -> Beside:
        return await begun_with(means, connection, dossier, content, draft, received_at)

    async def within(connection: AsyncConnection, draft: Draft, received_at: datetime) -> None:
        current = await intake.keep(means, connection, dossier)
        if current is None:
            raise Problem("conflict")
        draft.data["receipt_no"] = await receipt_number(means, connection, dossier, received_at)
        await add_version(means, connection, current, content, draft, received_at)

    actor = person.actor.model_copy(update={"acting_for": dossier.row.owner})
    draft = Draft(
        act_id,
        case_id,
        OPEN,
        actor,
        data,
        within=within,
        beside=beside,
        received_at=person.now,
    )
    outcome = await means.acts.perform(draft)
    async with means.engine.connect() as connection:
        number = await applications.number_of(connection, case_id, RECEIPT)
    assert number is not None, "the receipt number is taken in the transaction of the act"
    return case_id, number, outcome
