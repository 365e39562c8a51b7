"""The annulment of a registration (撤销登记, 登记管理条例 40): entered in the register, published, and who is barred by it."""

from datetime import date
from typing import Annotated

from pydantic import Field

from registers.changes import LicenceNumber
from registers.messages import CaseRef, Division, Effect, Instant, Message, Register, Short, Uscc
from registers.requests import Published


class RegistrationAnnulled(Message):
    """`barred`: whom the register knows among the named persons; the licence is void from then on."""

    case_ref: CaseRef
    uscc: Uscc
    name: Short
    annulled_at: Instant
    voided_licence_number: LicenceNumber | None
    barred: Annotated[tuple[Short, ...], Field(max_length=20)]


class AnnulRegistration(Effect[RegistrationAnnulled]):
    """Enter the decision. The register finds the responsible persons among those it has of the entry.

    `bar_until`: the last day on which they may not apply again (R14).
    """

    register_name = Register.MARKET
    path = "/annulments"
    answer = RegistrationAnnulled

    uscc: Uscc
    division: Division = "421303"
    decision_number: Short
    responsible: Annotated[tuple[Short, ...], Field(max_length=20)] = ()
    bar_until: date


class PublishAnnulment(Effect[Published]):
    """The annulment, shown to everybody."""

    register_name = Register.NECIPS
    path = "/annulments"
    answer = Published

    uscc: Uscc
    name: Short
    decision_number: Short
    annulled_at: Instant
    voided_licence_number: LicenceNumber | None = None
