"""The outside registers as the bureau sees them: one Protocol each.

`key` is the caller's idempotency key, the same for every attempt of one effect; the register enforces it.
Every method may raise the four errors of `registers.errors`. After `OutcomeUnknown` or `WrongAnswer` the
caller asks with `find`, or uses `settle`, which asks before it sends again.
"""

from datetime import date
from typing import Any, Protocol, TypeVar

from domain.credit import ListGround, ListKind, Removal
from registers.annulment import AnnulRegistration, PublishAnnulment, RegistrationAnnulled
from registers.changes import (
    ChangedItem,
    ChangeEnterprise,
    EnterpriseChanged,
    Held,
    PublishChange,
    PublishedChange,
)
from registers.deregistration import (
    AskTaxClearance,
    DeregisterEnterprise,
    EnterpriseDeregistered,
    EnterpriseRestored,
    PublishDeregistration,
    PublishRestoration,
    RestoreEnterprise,
    TaxClearance,
    Way,
)
from registers.equipment import EnterMeasure, ReportHazard
from registers.equipment_uses import ChangeUse, RegisterUse
from registers.errands import (
    BAD,
    DESKS,
    ERRANDS,
    GOOD,
    KINDS,
    WITHDRAWALS,
    BankAppointment,
    ErrandOpened,
    ErrandState,
    ErrandWithdrawn,
    HousingAccount,
    LicenceApplication,
    LicenceCommitment,
    LicenceFiling,
    LicenceVerification,
    OpenErrand,
    SealFiling,
    SealKind,
    SocialRegistration,
    TaxConfirmation,
    WithdrawErrand,
    errand_request,
)
from registers.licences import (
    ItemStanding,
    Noticed,
    NotifyDepartment,
    PublishedItem,
    PublishLicenceItems,
)
from registers.lists import (
    Delisted,
    EnterInList,
    Listed,
    ListEntry,
    Listings,
    PushRepair,
    Recipient,
    Relisted,
    RemoveFromList,
    RepairPushed,
    RestoreToList,
)
from registers.messages import Effect, Message, Register
from registers.names import (
    LookUpName,
    NameChanges,
    NameHolding,
    NameHoldings,
    NameOccupied,
    NameReleased,
    NameReserved,
    OccupyName,
    ReleaseName,
    ReserveName,
)
from registers.requests import (
    AuthenticationOpened,
    AuthenticationState,
    Bar,
    Branch,
    CapitalVerdict,
    CheckCapital,
    CheckName,
    CheckPersonBars,
    Deposited,
    DepositPackage,
    EndedEnterprise,
    EndedEnterprises,
    EndedSince,
    Enterprise,
    EnterpriseRegistered,
    EntityType,
    ListedPerson,
    NameHit,
    NameVerdict,
    OpenAuthentication,
    OpenSigning,
    Person,
    PersonBars,
    Published,
    PublishEstablishment,
    PublishNotice,
    RegisterEnterprise,
    SigningOpened,
    SigningState,
    Stored,
    Withdrawn,
    WithdrawNotice,
)
from registers.standings import DeskStanding, Standings

__all__ = [
    "BAD",
    "DESKS",
    "EFFECTS",
    "ERRANDS",
    "GOOD",
    "KINDS",
    "WITHDRAWALS",
    "AnnulRegistration",
    "ArchiveRegister",
    "AskTaxClearance",
    "AuthenticationOpened",
    "AuthenticationState",
    "BankAppointment",
    "Bar",
    "Branch",
    "CapitalVerdict",
    "ChangeEnterprise",
    "ChangedItem",
    "CheckCapital",
    "CheckName",
    "CheckPersonBars",
    "Delisted",
    "DepartmentsRegister",
    "DepositPackage",
    "Deposited",
    "DeregisterEnterprise",
    "DeskRegister",
    "DeskStanding",
    "EndedEnterprise",
    "EndedEnterprises",
    "EndedSince",
    "EnterInList",
    "Enterprise",
    "EnterpriseChanged",
    "EnterpriseDeregistered",
    "EnterpriseRegistered",
    "EnterpriseRestored",
    "EntityType",
    "ErrandOpened",
    "ErrandState",
    "ErrandWithdrawn",
    "Held",
    "HousingAccount",
    "IdentityRegister",
    "ItemStanding",
    "LicenceApplication",
    "LicenceCommitment",
    "LicenceFiling",
    "LicenceVerification",
    "ListEntry",
    "ListGround",
    "ListKind",
    "Listed",
    "ListedPerson",
    "Listings",
    "LookUpName",
    "MarketRegister",
    "NameChanges",
    "NameHit",
    "NameHolding",
    "NameHoldings",
    "NameOccupied",
    "NameReleased",
    "NameReserved",
    "NameVerdict",
    "NamesRegister",
    "Noticed",
    "NotifyDepartment",
    "OccupyName",
    "OpenAuthentication",
    "OpenErrand",
    "OpenSigning",
    "Person",
    "PersonBars",
    "PublicityRegister",
    "PublishAnnulment",
    "PublishChange",
    "PublishDeregistration",
    "PublishEstablishment",
    "PublishLicenceItems",
    "PublishNotice",
    "PublishRestoration",
    "Published",
    "PublishedChange",
    "PublishedItem",
    "PushRepair",
    "Recipient",
    "Register",
    "RegisterEnterprise",
    "RegisterPort",
    "RegistrationAnnulled",
    "ReleaseName",
    "Relisted",
    "Removal",
    "RemoveFromList",
    "RepairPushed",
    "ReserveName",
    "RestoreEnterprise",
    "RestoreToList",
    "SealFiling",
    "SealKind",
    "SignatureRegister",
    "SigningOpened",
    "SigningState",
    "SocialRegistration",
    "Standings",
    "Stored",
    "TaxClearance",
    "TaxConfirmation",
    "TaxRegister",
    "Way",
    "WithdrawErrand",
    "WithdrawNotice",
    "Withdrawn",
    "errand_request",
]

A = TypeVar("A", bound=Message)


class RegisterPort(Protocol):
    """What all have: send once, ask what was done, and both in the right order."""

    async def perform(self, effect: Effect[A], *, key: str) -> A: ...
    async def find(self, effect: Effect[A], *, key: str) -> A | None: ...
    async def settle(self, effect: Effect[A], *, key: str) -> A: ...


class MarketRegister(RegisterPort, Protocol):
    async def check_person_bars(self, id_number: str, name: str) -> PersonBars: ...
    async def check_name(self, name: str) -> NameVerdict: ...
    async def check_capital(self, request: CheckCapital) -> CapitalVerdict: ...
    async def register_enterprise(
        self, request: RegisterEnterprise, *, key: str
    ) -> EnterpriseRegistered: ...
    async def change_enterprise(
        self, request: ChangeEnterprise, *, key: str
    ) -> EnterpriseChanged: ...
    async def deregister_enterprise(
        self, request: DeregisterEnterprise, *, key: str
    ) -> EnterpriseDeregistered: ...
    async def restore_enterprise(
        self, request: RestoreEnterprise, *, key: str
    ) -> EnterpriseRestored: ...
    async def annul_registration(
        self, request: AnnulRegistration, *, key: str
    ) -> RegistrationAnnulled: ...
    async def enterprise(self, uscc: str) -> Enterprise | None: ...
    async def standings(self, uscc: str) -> Standings | None:
        """What stands in the way of an easy end; None for a code that nobody has."""
        ...

    async def ended_since(self, since: date, after: str | None = None) -> EndedEnterprises:
        """Entries that have ended since the civil day, by code, from the code `after` on; empty after the last."""
        ...


class IdentityRegister(RegisterPort, Protocol):
    async def open_authentication(
        self, request: OpenAuthentication, *, key: str
    ) -> AuthenticationOpened: ...
    async def authentication(self, key: str) -> AuthenticationState | None: ...


class SignatureRegister(RegisterPort, Protocol):
    async def put_document(self, pdf: bytes) -> str:
        """Hand in the PDF; its SHA-256 is its id, so handing it in twice is once."""
        ...

    async def open_signing(self, request: OpenSigning, *, key: str) -> SigningOpened: ...
    async def signing(self, key: str) -> SigningState | None: ...
    async def signed_document(self, key: str, sha256: str) -> bytes:
        """The PDF with this signatory's signature; bytes that do not hash to `sha256` are a WrongAnswer."""
        ...


class PublicityRegister(RegisterPort, Protocol):
    async def publish_establishment(
        self, request: PublishEstablishment, *, key: str
    ) -> Published: ...
    async def publish_change(self, request: PublishChange, *, key: str) -> Published: ...
    async def publish_deregistration(
        self, request: PublishDeregistration, *, key: str
    ) -> Published: ...
    async def publish_restoration(self, request: PublishRestoration, *, key: str) -> Published: ...
    async def publish_licence_items(
        self, request: PublishLicenceItems, *, key: str
    ) -> Published: ...
    async def publish_notice(self, request: PublishNotice, *, key: str) -> Published: ...
    async def publish_annulment(self, request: PublishAnnulment, *, key: str) -> Published: ...
    async def withdraw_notice(self, request: WithdrawNotice, *, key: str) -> Withdrawn: ...
    async def listings(self, uscc: str) -> Listings:
        """Every entry that the enterprise ever had, standing or removed; empty where there is none."""
        ...

    async def enter_in_list(self, request: EnterInList, *, key: str) -> Listed: ...
    async def remove_from_list(self, request: RemoveFromList, *, key: str) -> Delisted: ...
    async def restore_to_list(self, request: RestoreToList, *, key: str) -> Relisted: ...
    async def push_repair(self, request: PushRepair, *, key: str) -> RepairPushed: ...


class ArchiveRegister(RegisterPort, Protocol):
    async def put_package(self, package: bytes) -> str: ...
    async def deposit(self, request: DepositPackage, *, key: str) -> Deposited: ...
    async def package(self, sha256: str) -> bytes: ...


class DeskRegister(RegisterPort, Protocol):
    """A department: tax, social insurance, seals, housing fund, bank, licences. Answers by callback."""

    async def open_errand(self, request: OpenErrand, *, key: str) -> ErrandOpened: ...
    async def withdraw_errand(
        self, case_ref: str, opened_by: str, reason: str, *, key: str
    ) -> ErrandWithdrawn: ...
    async def errand(self, key: str) -> ErrandState | None: ...
    async def standing(self, uscc: str) -> DeskStanding:
        """What the department has against the entity itself; nothing of its persons."""
        ...


class TaxRegister(DeskRegister, Protocol):
    async def clearance(self, uscc: str) -> TaxClearance: ...


class DepartmentsRegister(DeskRegister, Protocol):
    async def notify(self, request: NotifyDepartment, *, key: str) -> Noticed: ...


class NamesRegister(RegisterPort, Protocol):
    async def reserve(self, request: ReserveName, *, key: str) -> NameReserved: ...
    async def occupy(self, request: OccupyName, *, key: str) -> NameOccupied: ...
    async def release(self, request: ReleaseName, *, key: str) -> NameReleased: ...
    async def look_up(
        self, name: str, entity_type: EntityType = EntityType.LIMITED_COMPANY
    ) -> NameHoldings: ...
    async def changes(self, after: int = 0, limit: int = 1000) -> NameHoldings: ...


# By the name of the operation, for a caller that holds the request as plain data; errands are in `ERRANDS`.
EFFECTS: dict[str, type[Effect[Any]]] = {
    "register_enterprise": RegisterEnterprise,
    "open_authentication": OpenAuthentication,
    "open_signing": OpenSigning,
    "change_enterprise": ChangeEnterprise,
    "deregister_enterprise": DeregisterEnterprise,
    "restore_enterprise": RestoreEnterprise,
    "publish_deregistration": PublishDeregistration,
    "publish_restoration": PublishRestoration,
    "publish_establishment": PublishEstablishment,
    "publish_change": PublishChange,
    "publish_notice": PublishNotice,
    "enter_measure": EnterMeasure,
    "report_hazard": ReportHazard,
    "register_use": RegisterUse,
    "change_use": ChangeUse,
    "withdraw_notice": WithdrawNotice,
    "enter_in_list": EnterInList,
    "remove_from_list": RemoveFromList,
    "restore_to_list": RestoreToList,
    "push_repair": PushRepair,
    "annul_registration": AnnulRegistration,
    "publish_annulment": PublishAnnulment,
    "deposit_package": DepositPackage,
    "publish_licence_items": PublishLicenceItems,
    "notify_department": NotifyDepartment,
    "reserve_name": ReserveName,
    "occupy_name": OccupyName,
    "release_name": ReleaseName,
}
