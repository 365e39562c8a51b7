"""What follows from a licence item beside errands: the double notice (双告知), and its publicity."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from registers.errands import DepartmentCode, ItemId
from registers.messages import CaseRef, Effect, Instant, Message, Register, Short, Uscc
from registers.requests import EntityType, Published

Items = Annotated[tuple[ItemId, ...], Field(min_length=1, max_length=200)]


class Noticed(Message):
    """The department has taken notice (接收回执); `items` are those that it supervises."""

    case_ref: CaseRef
    department: DepartmentCode
    notice_number: Short
    acknowledged_at: Instant


class NotifyDepartment(Effect[Noticed]):
    """双告知: the registrar tells a department of a new enterprise in its field; acknowledged at once."""

    register_name = Register.DEPARTMENTS
    path = "/notices"
    answer = Noticed

    department: DepartmentCode
    items: Items
    uscc: Uscc
    name: Short
    entity_type: EntityType
    address: Short
    legal_representative_name: Short
    business_scope: Annotated[tuple[Short, ...], Field(min_length=1, max_length=200)]
    registered_at: Instant


class ItemStanding(StrEnum):
    """How an item of an enterprise stands, as the public may know it."""

    NOTIFIED = "notified"
    FILED = "filed"
    GRANTED = "granted"
    GRANTED_ON_COMMITMENT = "granted_on_commitment"
    VERIFIED = "verified"
    REFUSED = "refused"
    REVOKED = "revoked"


class PublishedItem(Message):
    """`number` is the licence's or filing's own number, where there is one."""

    item: ItemId
    name: Short
    department: DepartmentCode
    standing: ItemStanding
    number: Short | None = None


class PublishLicenceItems(Effect[Published]):
    """The results of the separation, shown to everybody; a later publication adds to an earlier one."""

    register_name = Register.NECIPS
    path = "/licence-items"
    answer = Published

    uscc: Uscc
    name: Short
    items: Annotated[tuple[PublishedItem, ...], Field(min_length=1, max_length=200)]
