"""Errands at a department: opened by us under a key, answered later by a signed callback bound to the request.

One shape for six registers. A kind of errand is a subclass with its own facts; `ERRANDS` finds it by name.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field, create_model

from registers.messages import CaseRef, Effect, Instant, Key, Message, Register, Short, Token, Uscc
from registers.requests import Person

ErrandKind = Annotated[str, Field(pattern=r"^[a-z][a-z_]{1,40}$")]
DepartmentCode = Annotated[str, Field(pattern=r"^[a-z]{2,20}$")]
ItemId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{2,40}$")]
Employees = Annotated[int, Field(ge=0, le=1_000_000)]


class ErrandOpened(Message):
    """The department has it. What it decides comes by callback."""

    case_ref: CaseRef
    errand: ErrandKind
    errand_id: Token
    opened_at: Instant


class OpenErrand(Effect[ErrandOpened]):
    """Base of every kind: which enterprise, and who stands for it.

    `good` is the outcome of a yes, `bad` of a no; the payload of either names case, errand and code (USCC),
    a yes also `number` (its own number there), a no also `code` (stable) and `reason` (Chinese).
    """

    path = "/errands"
    answer = ErrandOpened
    good: ClassVar[str] = "confirmed"
    bad: ClassVar[str] = "refused"

    errand: str
    uscc: Uscc
    name: Short
    legal_representative: Person


class TaxConfirmation(OpenErrand):
    """税务信息确认: `confirmed` or `refused`."""

    register_name = Register.TAX

    errand: Literal["tax_confirmation"] = "tax_confirmation"
    taxpayer: Literal["small_scale", "general"] = "small_scale"


class SocialRegistration(OpenErrand):
    """社会保险登记: `confirmed` or `refused`."""

    register_name = Register.SOCIAL

    errand: Literal["social_registration"] = "social_registration"
    employees: Employees = 0


class TaxDeregistration(OpenErrand):
    """税务对简易注销的异议 (条例 33): `objected`, or no answer at all while it has none."""

    register_name = Register.TAX
    path = "/deregistrations"
    good = "no_objection"
    bad = "objected"

    errand: Literal["tax_deregistration"] = "tax_deregistration"


class SocialDeregistration(OpenErrand):
    """社会保险经办机构对简易注销的异议: `objected`, or no answer at all while it has none."""

    register_name = Register.SOCIAL
    path = "/deregistrations"
    good = "no_objection"
    bad = "objected"

    errand: Literal["social_deregistration"] = "social_deregistration"


class SealKind(StrEnum):
    OFFICIAL = "official"
    FINANCE = "finance"
    INVOICE = "invoice"
    CONTRACT = "contract"
    LEGAL_REPRESENTATIVE = "legal_representative"


def _distinct(seals: tuple[SealKind, ...]) -> tuple[SealKind, ...]:
    if len(set(seals)) != len(seals):
        raise ValueError("a seal is named twice")
    return seals


class SealFiling(OpenErrand):
    """印章刻制备案, at the police: `filed` or `refused`."""

    register_name = Register.SEAL
    good = "filed"

    errand: Literal["seal_filing"] = "seal_filing"
    seals: Annotated[
        tuple[SealKind, ...], Field(min_length=1, max_length=5), AfterValidator(_distinct)
    ] = (SealKind.OFFICIAL,)


class HousingAccount(OpenErrand):
    """住房公积金缴存登记: `confirmed` or `refused`."""

    register_name = Register.HOUSING

    errand: Literal["housing_account"] = "housing_account"
    employees: Employees


class BankAppointment(OpenErrand):
    """银行预约开户: `confirmed` or `refused`; `visit_on` is a civil date."""

    register_name = Register.BANK

    errand: Literal["bank_appointment"] = "bank_appointment"
    bank: Short
    visit_on: date | None = None


class _AtDepartment(OpenErrand):
    """At the licence department (许可主管部门) of this code, on an item of the licence catalogue."""

    register_name = Register.DEPARTMENTS

    department: DepartmentCode
    item: ItemId


class LicenceFiling(_AtDepartment):
    """审批改为备案: `filed` or `refused`."""

    path = "/filings"
    good = "filed"

    errand: Literal["licence_filing"] = "licence_filing"


class LicenceCommitment(_AtDepartment):
    """告知承诺: told the conditions, committed; `granted` or `refused`."""

    path = "/commitments"
    good = "granted"

    errand: Literal["licence_commitment"] = "licence_commitment"
    committed: Literal[True] = True


class LicenceApplication(_AtDepartment):
    """优化审批服务, the normal way: `granted` or `refused`."""

    path = "/applications"
    good = "granted"

    errand: Literal["licence_application"] = "licence_application"


class LicenceVerification(_AtDepartment):
    """全覆盖核查 of a licence granted on commitment: `verified` or `verification_failed`."""

    path = "/verifications"
    good = "verified"
    bad = "verification_failed"

    errand: Literal["licence_verification"] = "licence_verification"
    licence_number: Short


KINDS: tuple[type[OpenErrand], ...] = (
    TaxConfirmation,
    SocialRegistration,
    TaxDeregistration,
    SocialDeregistration,
    SealFiling,
    HousingAccount,
    BankAppointment,
    LicenceFiling,
    LicenceCommitment,
    LicenceApplication,
    LicenceVerification,
)
ERRANDS: Mapping[str, type[OpenErrand]] = {
    str(kind.model_fields["errand"].default): kind for kind in KINDS
}
DESKS: tuple[Register, ...] = tuple(dict.fromkeys(kind.register_name for kind in KINDS))
"""The registers that answer errands."""
GOOD: frozenset[str] = frozenset(kind.good for kind in KINDS)
BAD: frozenset[str] = frozenset(kind.bad for kind in KINDS)


def errand_request(
    register: Register, errand: str, *, case_ref: str, facts: Mapping[str, Any]
) -> OpenErrand:
    """The request of plain data.

    Raises:
        KeyError: no such errand, or not at this register.
        pydantic.ValidationError: facts are missing, unknown or malformed.
    """
    kind = ERRANDS[errand]
    if kind.register_name is not register:
        raise KeyError(f"{errand} is no errand of {register.value}")
    return kind.model_validate({**facts, "errand": errand, "case_ref": case_ref})


class ErrandState(Message):
    """For the caller whose callback never came. `state`: open, withdrawn, or the outcome."""

    case_ref: CaseRef
    errand: ErrandKind
    errand_id: Token
    state: ErrandKind
    number: Short | None
    code: ErrandKind | None
    reason: Short | None
    settled_at: Instant | None


class ErrandWithdrawn(Message):
    case_ref: CaseRef
    errand_id: Token
    withdrawn_at: Instant


class WithdrawErrand(Effect[ErrandWithdrawn]):
    """Take an open errand back: nothing is answered any more. `opened_by` is the key that opened it."""

    path = "/withdrawals"
    answer = ErrandWithdrawn

    opened_by: Key
    reason: Short


def _withdrawal_at(register: Register) -> type[WithdrawErrand]:
    made = create_model(f"Withdraw{register.value.title()}Errand", __base__=WithdrawErrand)
    made.register_name = register
    return made


WITHDRAWALS: Mapping[Register, type[WithdrawErrand]] = {r: _withdrawal_at(r) for r in DESKS}
