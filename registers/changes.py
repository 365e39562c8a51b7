"""A change of what the market register holds (变更登记, 登记管理条例 24; 实施细则 31–36), and its publication."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from registers.messages import CaseRef, Division, Effect, Instant, Message, Register, Short, Uscc
from registers.requests import Person, Published, Yuan

LicenceNumber = Annotated[str, Field(pattern=r"^[0-9]{15}$")]
Scope = Annotated[tuple[Short, ...], Field(min_length=1, max_length=200)]


class ChangedItem(StrEnum):
    """The registered items (登记事项) of a company that a change can be about (实施细则 6)."""

    NAME = "name"
    ADDRESS = "address"
    LEGAL_REPRESENTATIVE = "legal_representative"
    BUSINESS_SCOPE = "business_scope"
    CAPITAL = "capital"


class Held(Message):
    """What the applicant's signed paper says the entry holds. None: the paper does not speak of it."""

    name: Short
    legal_representative_name: Short | None = None
    address: Short | None = None
    capital: Yuan | None = None
    business_scope: Scope | None = None


class EnterpriseChanged(Message):
    """`licence_number` is the new licence's; the one that `voided_licence_number` names is void from then on."""

    case_ref: CaseRef
    uscc: Uscc
    name: Short
    registered_at: Instant
    changed_at: Instant
    licence_number: LicenceNumber
    voided_licence_number: LicenceNumber | None


class ChangeEnterprise(Effect[EnterpriseChanged]):
    """Enter the change after the decision. What is None stays as it is.

    `before` makes the change one of the entry that was signed for: where another change came first, it is refused.
    `signatory` is the legal representative as of after the change (实施细则 33).
    """

    register_name = Register.MARKET
    path = "/changes"
    answer = EnterpriseChanged

    uscc: Uscc
    division: Division = "421303"
    signatory: Person
    before: Held
    name: Short | None = None
    address: Short | None = None
    legal_representative: Person | None = None
    business_scope: Scope | None = None
    capital: Annotated[Decimal, Field(gt=0, max_digits=18, decimal_places=2)] | None = None


class PublishedChange(Message):
    """One item, as it was and as it is."""

    item: ChangedItem
    before: Annotated[str, Field(max_length=20_000)]
    after: Annotated[str, Field(min_length=1, max_length=20_000)]


class PublishChange(Effect[Published]):
    """The change, shown to everybody; with it the old licence where its paper did not come back (实施细则 23)."""

    register_name = Register.NECIPS
    path = "/changes"
    answer = Published

    uscc: Uscc
    name: Short
    items: Annotated[tuple[PublishedChange, ...], Field(min_length=1, max_length=20)]
    changed_at: Instant
    voided_licence_number: LicenceNumber | None = None
    licence_declared_void: bool = False
