"""Which reserved name an application for registration uses: the applicant's own, still reserved, and the same name."""

from dataclasses import dataclass
from typing import Any, NoReturn
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from api.i18n import gettext as _
from api.problems import FieldError, Problem
from api.security.person import Person
from api.services import Services
from forms.base import ApplicationForm
from forms.registry import APPLICATIONS
from law import catalogue
from law.names.characters import written
from law.names.holders import HolderState
from storage import cases, submissions
from storage.names_declared import held_by
from storage.names_registry import state_of
from storage.tables import CaseRow

PROCEDURE = "name_self_declaration"


@dataclass(frozen=True)
class Reservation:
    """The declaration's case and the number that people know it by."""

    case_id: UUID
    number: str

    def to_json(self) -> dict[str, str]:
        """As the registration's case keeps it."""
        return {"case": str(self.case_id), "number": self.number}


async def reservation_for(
    connection: AsyncConnection, person: Person, number: str, name: str, *, pointer: str
) -> Reservation:
    """The reservation of this number for this name.

    Args:
        name: the name that is to be registered.
        pointer: which value of the request names the reservation.

    Raises:
        Problem: invalid_input, in words that tell nothing of other people's names.
    """
    case = await cases.find(connection, number.strip())
    if case is None or case.procedure != PROCEDURE or case.owner != str(person.id):
        _refuse(_("没有这个编号的名称申报，请核对您自己的办件编号"), pointer)
    held = await held_by(connection, case.case_id)
    if held is None or await state_of(connection, case.case_id) != HolderState.RESERVED.value:
        _refuse(_("这个名称现在不在保留期内，请重新申报名称"), pointer)
    if held.text != written(name):
        said = _("保留的名称是“%(name)s”，与申请登记的名称不一致") % {"name": held.text}
        _refuse(said, pointer)
    return Reservation(case.case_id, case.receipt_no or str(case.case_id))


async def name_of_case(connection: AsyncConnection, means: Services, case: CaseRow) -> str:
    """The name that a registration's case is to enter, by its newest file; its title where it kept none."""
    form = APPLICATIONS[catalogue.procedure(case.procedure, case.catalogue_version).application]
    try:
        _row, answers = await submissions.newest(connection, means.keys, case.case_id)
    except LookupError:
        return case.title
    return form.model_validate(answers).name_to_register() or ""


async def facts_of_name(
    connection: AsyncConnection, person: Person, form: ApplicationForm
) -> dict[str, Any]:
    """What a registration's case learns of the declared name that its form gives; nothing where it gives none.

    Raises:
        Problem: as `reservation_for`.
    """
    number = getattr(form, "name_reservation", None)
    if not number:
        return {}
    pointer = "/form/name_reservation"
    name = form.name_to_register() or ""
    found = await reservation_for(connection, person, number, name, pointer=pointer)
    return {"reservation": found.to_json()}


def _refuse(message: str, pointer: str) -> NoReturn:
    raise Problem("invalid_input", errors=[FieldError(message, pointer=pointer)])
