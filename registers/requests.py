"""Requests to the five registers and their answers. ID numbers travel in bodies only.

An `Effect` changes the register and goes under an idempotency key; a `Query` does not.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from registers.messages import (
    CaseRef,
    Division,
    Effect,
    IdNumber,
    Instant,
    Long,
    Message,
    Query,
    Register,
    Sha256,
    Short,
    Token,
    Uscc,
)


class Person(Message):
    """A natural person as on the identity card."""

    name: Short
    id_number: IdNumber


# ── market-entity register (市场主体登记库) ──────────────────────────────────────────────────────────


class EntityType(StrEnum):
    """Second character of the USCC follows from it: 1 enterprise, 2 individual, 3 cooperative."""

    LIMITED_COMPANY = "limited_company"
    JOINT_STOCK_COMPANY = "joint_stock_company"
    SOLE_PROPRIETORSHIP = "sole_proprietorship"
    PARTNERSHIP = "partnership"
    INDIVIDUAL = "individual"
    COOPERATIVE = "cooperative"


class Bar(Message):
    """Why a person may not register or lead; `until` is the last barred day, None = no end recorded.

    Scope `any_post` is the bar of 条例 40, `legal_representative` those of 条例 12.
    """

    article: Short
    scope: Literal["legal_representative", "any_post"]
    ground: Short
    since: date
    until: date | None


class PersonBars(Message):
    bars: tuple[Bar, ...]


class CheckPersonBars(Query[PersonBars]):
    """市场主体登记管理条例 12 (who may not be legal representative) and 40 (three-year bar)."""

    register_name = Register.MARKET
    path = "/person-checks"
    answer = PersonBars

    name: Short
    id_number: IdNumber


class NameHit(Message):
    """An entry that stands in the way; `uscc` is None for a name without an enterprise."""

    name: Short
    uscc: Uscc | None
    rule: Literal["identical", "same_words"]
    reason: Short


class NameVerdict(Message):
    available: bool
    hits: tuple[NameHit, ...]


class CheckName(Query[NameVerdict]):
    """企业名称登记管理规定 17, compared within the prefecture-level city."""

    register_name = Register.MARKET
    path = "/name-checks"
    answer = NameVerdict

    name: Short
    division: Division = "421303"


class CapitalVerdict(Message):
    normal: bool
    reasons: tuple[Short, ...]


Yuan = Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=2)]


class CheckCapital(Query[CapitalVerdict]):
    """公司法 47 (five years) and 国务院关于实施公司法注册资本登记管理制度的规定 3 (明显异常)."""

    register_name = Register.MARKET
    path = "/capital-checks"
    answer = CapitalVerdict

    entity_type: EntityType
    amount: Yuan
    paid_until: date | None = None


class ListedPerson(Person):
    """A person of 实施细则 16 with the post held."""

    post: Short


class EnterpriseRegistered(Message):
    """`registered_at` is the date of establishment (成立日期, 条例 21)."""

    case_ref: CaseRef
    uscc: Uscc
    name: Short
    registered_at: Instant
    licence_number: Annotated[str, Field(pattern=r"^[0-9]{15}$")]


class RegisterEnterprise(Effect[EnterpriseRegistered]):
    """Enter the enterprise after the decision; the register issues the USCC and the number."""

    register_name = Register.MARKET
    path = "/enterprises"
    answer = EnterpriseRegistered

    name: Short
    entity_type: EntityType
    division: Division = "421303"
    address: Short
    legal_representative: Person
    persons: Annotated[tuple[ListedPerson, ...], Field(max_length=200)] = ()
    capital: Yuan = Decimal(0)
    capital_paid_until: date | None = None
    business_scope: Annotated[tuple[Short, ...], Field(min_length=1, max_length=200)]
    term_until: date | None = None


class Branch(Message):
    """A branch (非法人分支机构) of an enterprise, with an entry of its own."""

    uscc: Uscc
    name: Short
    status: Literal["active", "deregistered", "revoked"]


class Enterprise(Message):
    """What the register shows everybody of an entity: no number of a person. None: the entry has nothing there."""

    uscc: Uscc
    name: Short
    entity_type: EntityType
    division: Division
    status: Literal["active", "deregistered", "revoked", "annulled"]
    registered_at: Instant
    ended_on: date | None
    licence_number: Annotated[str, Field(pattern=r"^[0-9]{15}$")] | None = None
    address: Short | None = None
    capital: Yuan | None = None
    business_scope: Annotated[tuple[Short, ...], Field(max_length=200)] = ()
    legal_representative_name: Short | None = None
    branches: Annotated[tuple[Branch, ...], Field(max_length=500)] = ()
    deregistration_needs_approval: bool = False


class EndedEnterprise(Message):
    """An entry that has ended: `ended_on` is the civil day of it."""

    uscc: Uscc
    name: Short
    status: Literal["deregistered", "revoked", "annulled"]
    ended_on: date


class EndedEnterprises(Message):
    """By code; empty after the last."""

    ended: tuple[EndedEnterprise, ...]


class EndedSince(Query[EndedEnterprises]):
    """What has ended since a day, whoever did it: how a bureau hears of it without asking for each enterprise."""

    register_name = Register.MARKET
    path = "/endings"
    answer = EndedEnterprises

    since: date
    after: Uscc | None = None
    limit: Annotated[int, Field(gt=0, le=5000)] = 1000


# ── real-name authentication (实名认证) ──────────────────────────────────────────────────────────────


class AuthenticationOpened(Message):
    """`link` is for the person alone; whoever has it can try to confirm."""

    case_ref: CaseRef
    authentication_id: Token
    link: Annotated[str, Field(max_length=500)]
    expires_at: Instant


class OpenAuthentication(Effect[AuthenticationOpened]):
    """Answered later by a callback: outcome `confirmed`, `failed` or `expired`."""

    register_name = Register.IDENTITY
    path = "/authentications"
    answer = AuthenticationOpened

    person: Person
    purpose: Short = "设立登记实名认证"


class AuthenticationState(Message):
    """For the caller whose callback never came."""

    case_ref: CaseRef
    authentication_id: Token
    state: Literal["open", "confirmed", "failed", "expired"]
    reason: Short | None
    settled_at: Instant | None


# ── electronic signature (电子签章) ──────────────────────────────────────────────────────────────────


class SigningOpened(Message):
    case_ref: CaseRef
    signing_id: Token
    link: Annotated[str, Field(max_length=500)]
    expires_at: Instant


class OpenSigning(Effect[SigningOpened]):
    """Answered later by a callback: `signed` (payload: signed_sha256), `refused` (reason) or `expired`.

    Signings of one document in one case build on one file: each signature is added to the ones before.
    """

    register_name = Register.SIGNATURE
    path = "/signings"
    answer = SigningOpened

    title: Short
    document_sha256: Sha256
    signatory: Person


class SigningState(Message):
    case_ref: CaseRef
    signing_id: Token
    state: Literal["open", "signed", "refused", "expired"]
    reason: Short | None
    signed_sha256: Sha256 | None
    settled_at: Instant | None


# ── NECIPS (国家企业信用信息公示系统) ─────────────────────────────────────────────────────────────────


class Published(Message):
    case_ref: CaseRef
    publication_number: Short
    url: Annotated[str, Field(max_length=500)]
    published_at: Instant


class PublishEstablishment(Effect[Published]):
    register_name = Register.NECIPS
    path = "/establishments"
    answer = Published

    uscc: Uscc
    name: Short
    entity_type: EntityType
    legal_representative_name: Short
    address: Short
    capital: Yuan
    business_scope: Annotated[tuple[Short, ...], Field(min_length=1, max_length=200)]
    registered_at: Instant


class PublishNotice(Effect[Published]):
    """A public notice; both days are inclusive civil dates in Asia/Shanghai. Without a last day it stays."""

    register_name = Register.NECIPS
    path = "/notices"
    answer = Published

    kind: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,40}$")]
    uscc: Uscc | None = None
    subject_name: Short
    title: Short
    text: Long
    open_from: date
    open_until: date | None = None


class Withdrawn(Message):
    case_ref: CaseRef
    publication_number: Short
    withdrawn_at: Instant


class WithdrawNotice(Effect[Withdrawn]):
    register_name = Register.NECIPS
    path = "/withdrawals"
    answer = Withdrawn

    publication_number: Short
    reason: Short


# ── archive (电子档案) ───────────────────────────────────────────────────────────────────────────────


class Deposited(Message):
    case_ref: CaseRef
    archive_number: Short
    package_sha256: Sha256
    size: int
    deposited_at: Instant


class DepositPackage(Effect[Deposited]):
    """`size` in bytes; the bytes are handed in first with `put_package`."""

    register_name = Register.ARCHIVE
    path = "/deposits"
    answer = Deposited

    title: Short
    package_sha256: Sha256
    size: Annotated[int, Field(gt=0)]
    documents: Annotated[int, Field(gt=0, le=10_000)]
    retention: Literal["permanent", "30y", "10y"]


class Stored(Message):
    """A file was taken under its hash; `size` in bytes."""

    sha256: Sha256
    size: int
