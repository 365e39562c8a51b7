"""Objections (异议) and claims (债权申报) to a public notice: one per person and notice, in time or refused, with a receipt.

One transaction makes the number, the evidence's row and the act durable (design §5.1); the receipt is true from then on,
whether or not the engine answers. Whether it is in time is judged by when the database received it, before the case hears of it.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid5

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from api.acts import Draft
from api.draft_forms import errors_of
from api.i18n import gettext as _
from api.intake_files import RETENTION, file_problem
from api.performing import perform
from api.problems import FieldError, Problem, from_refusal
from api.security.limiting import Limiter
from api.security.person import Person
from api.services import Services
from domain import public_notices as notices
from domain.refusals import Refusal, Refused
from forms.objections import Statement
from law.offices import office
from storage import applications, cases, numbers, public_notices
from storage.acts import ActConflict
from storage.files import FileRefused, safe_name
from storage.public_notices import Said

OBJECT: Final = "object"
WORD: Final = "异"
# Per account, over all notices: nobody has so many debtors that leave in a day.
EACH: Final = "30 per day"


@dataclass(frozen=True)
class Attached:
    """A file that was handed in as evidence: its name as sent, and its bytes."""

    name: str
    content: bytes


def statement_of(sent: Mapping[str, Any]) -> Statement:
    """What was filled in.

    Raises:
        Problem: invalid_input, with a pointer to each field.
    """
    try:
        return Statement.model_validate(sent)
    except ValidationError as invalid:
        found = [
            FieldError(message, pointer="/" + "/".join(map(str, path)))
            for path, message in errors_of(invalid)
        ]
        raise Problem("invalid_input", errors=found) from invalid


async def object_to(
    means: Services,
    limiter: Limiter,
    person: Person,
    notice_id: UUID,
    said: Statement,
    evidence: Attached | None = None,
) -> Said:
    """Take what a person says to a notice; the same words again are the same objection.

    Raises:
        Problem: not_found, notice_over, notice_takes_none, already_objected, own_notice, too_many_requests, and what is wrong
            with the file (as `intake_files.add_file`).
    """
    found = await public_notices.one(means.engine, notice_id)
    if found is None:
        raise Problem("not_found")
    if found.row.takes == notices.CLAIM and not said.amount:
        told = _("请写明申报的债权金额")
        raise Problem("invalid_input", errors=[FieldError(told, pointer="/amount")])
    objection_id = notices.objection_id_of(str(notice_id), str(person.id))
    if await public_notices.receipt(means.engine, objection_id) is None:
        try:
            # Before anything is stored; once more in the transaction that makes it durable.
            _judged(found.row, person.now)
        except Refused as refused:
            raise from_refusal(refused) from refused
        await _refuse_own(means, person, found.row)
    data: dict[str, Any] = {"notice_id": str(notice_id)} | said.model_dump(mode="json")
    kept = await _stored(means, found.row.case_id, objection_id, evidence)
    if kept is not None:
        data["evidence"] = str(kept["id"])
    draft = Draft(objection_id, found.row.case_id, OBJECT, person.actor, data)

    async def within(connection: AsyncConnection, draft: Draft, received_at: datetime) -> None:
        await limiter.count(EACH, "objections", str(person.id))
        # As it is now, in this transaction: it may have ended since the page was drawn.
        current = await public_notices.one(connection, notice_id)
        assert current is not None, "a notice is never taken away"
        _judged(current.row, received_at)
        draft.data["number"] = await _number(connection, current.row, objection_id, received_at)
        if kept is not None:
            await applications.add_file(connection, owner=str(person.id), **kept)

    draft.within = within
    try:
        await perform(means, person, draft)
    except ActConflict:
        raise await _already(means, objection_id) from None
    except Problem as problem:
        if problem.code == Refusal.CASE_CLOSED.value:
            # The case ended in this very moment: what it says of itself is not what the person asked.
            raise Problem(Refusal.NOTICE_OVER.value) from problem
        raise
    return await receipt_of(means, notice_id, person)


async def _refuse_own(means: Services, person: Person, row: Any) -> None:
    """Before a number is taken: 利害关系人 are others than who had it published. Raises Problem."""
    case = await cases.find(means.engine, str(row.case_id))
    own = {person.actor.person_id, person.actor.acting_for}
    if row.takes == notices.OBJECTION and case is not None and case.owner in own:
        raise from_refusal(Refused(Refusal.OWN_NOTICE))


async def receipt_of(means: Services, notice_id: UUID, person: Person) -> Said:
    """What the person said to the notice.

    Raises:
        Problem: not_found.
    """
    objection_id = notices.objection_id_of(str(notice_id), str(person.id))
    said = await public_notices.receipt(means.engine, objection_id)
    if said is None:
        raise Problem("not_found")
    return said


def _judged(row: Any, received_at: datetime) -> None:
    # Of one that was stopped, and is seen to be: whatever comes now comes after that, by whichever clock it was noted.
    stopped = row.ended_at if row.outcome in notices.ENDED_BEFORE else received_at
    notices.check_open(
        takes=row.takes,
        received_at=max(received_at, stopped),
        ends_at=row.ends_at,
        ended_at=row.ended_at,
        outcome=row.outcome,
    )


async def _already(means: Services, objection_id: UUID) -> Problem:
    said = await public_notices.receipt(means.engine, objection_id)
    number = said.number if said is not None else ""
    told = _("您对这份公示已经提出过，编号 %(number)s。补充情况和证据的，请书面送交登记机关。")
    return Problem(Refusal.ALREADY_OBJECTED.value, told % {"number": number})


async def _number(
    connection: AsyncConnection, row: Any, objection_id: UUID, received_at: datetime
) -> str:
    bureau = office(row.office)
    return await numbers.take(
        connection,
        case_id=row.case_id,
        kind=public_notices.number_kind(objection_id),
        series=f"{bureau.code}:objection",
        at=received_at,
        bureau=bureau.short,
        word=WORD,
    )


async def _stored(
    means: Services, case_id: UUID, objection_id: UUID, evidence: Attached | None
) -> dict[str, Any] | None:
    """The evidence in the store, checked like every other file; its row is written with the act.

    The id follows from the content: the same words with the same file are the same act.
    """
    if evidence is None:
        return None
    try:
        media_type = await means.inspector.sniff(evidence.content, evidence.name)
        shown = safe_name(evidence.name)
    except FileRefused as refused:
        problem = file_problem(refused)
        told = [FieldError(_(refused.message), pointer="/evidence")]
        raise Problem(problem.code, problem.detail, errors=told, extra=problem.extra) from refused
    stored = await means.files.put(
        evidence.content, case_id=case_id, media_type=media_type, retention_class=RETENTION
    )
    digest = hashlib.sha256(evidence.content).hexdigest()
    return {
        "id": uuid5(objection_id, f"{shown}:{digest}"),
        "case_id": case_id,
        "part": notices.EVIDENCE,
        "name": shown,
        "media_type": media_type,
        "size": stored.size,
        "sha256": stored.sha256,
        "stored_id": stored.stored_id,
        "retention": RETENTION,
    }
