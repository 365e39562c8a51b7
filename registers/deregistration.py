"""The end of an entry in the market register (注销登记, 登记管理条例 31–34; 公司法 241), its publication, and what tax says first.

A deregistration is entered after the bureau's decision; of a compulsory one (强制注销) the entry can be restored.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from registers.changes import LicenceNumber
from registers.messages import (
    CaseRef,
    Division,
    Effect,
    Instant,
    Message,
    Query,
    Register,
    Short,
    Uscc,
)
from registers.requests import Published


class Way(StrEnum):
    """How an entity left: 简易注销, 一般注销, 强制注销."""

    SIMPLE = "simple"
    GENERAL = "general"
    COMPULSORY = "compulsory"


class EnterpriseDeregistered(Message):
    """`deregistered_at` is the instant of the entry; the licence that is named is void from then on."""

    case_ref: CaseRef
    uscc: Uscc
    name: Short
    way: Way
    deregistered_at: Instant
    voided_licence_number: LicenceNumber | None


class DeregisterEnterprise(Effect[EnterpriseDeregistered]):
    """Enter the deregistration after the decision. The name as decided: another one is another enterprise."""

    register_name = Register.MARKET
    path = "/deregistrations"
    answer = EnterpriseDeregistered

    uscc: Uscc
    division: Division = "421303"
    name: Short
    way: Way


class EnterpriseRestored(Message):
    """The entry is again what it was before: `status` active, revoked or annulled."""

    case_ref: CaseRef
    uscc: Uscc
    name: Short
    status: Short
    restored_at: Instant


class RestoreEnterprise(Effect[EnterpriseRestored]):
    """Take a compulsory deregistration back (恢复登记)."""

    register_name = Register.MARKET
    path = "/restorations"
    answer = EnterpriseRestored

    uscc: Uscc
    division: Division = "421303"
    name: Short


class PublishDeregistration(Effect[Published]):
    """Shown to everybody: that the entity is deregistered, how, and that its paper licence is void where it did not come back."""

    register_name = Register.NECIPS
    path = "/deregistrations"
    answer = Published

    uscc: Uscc
    name: Short
    way: Way
    deregistered_at: Instant
    voided_licence_number: LicenceNumber | None = None
    licence_declared_void: bool = False


class PublishRestoration(Effect[Published]):
    """Shown to everybody: that a compulsory deregistration was taken back."""

    register_name = Register.NECIPS
    path = "/restorations"
    answer = Published

    uscc: Uscc
    name: Short
    restored_at: Instant


class TaxClearance(Message):
    """清税证明: whether tax has closed its file, on which day and under which number; else what is in the way."""

    uscc: Uscc
    cleared: bool
    cleared_on: date | None = None
    number: Short | None = None
    reasons: Annotated[tuple[Short, ...], Field(max_length=20)] = ()


class AskTaxClearance(Query[TaxClearance]):
    """As of now. An entity that tax does not know is not cleared."""

    register_name = Register.TAX
    path = "/clearances"
    answer = TaxClearance

    uscc: Uscc
