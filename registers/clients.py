"""The registers' clients, and `connect`, which builds them for one installation."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date

import httpx

from registers.annulment import AnnulRegistration, PublishAnnulment, RegistrationAnnulled
from registers.changes import ChangeEnterprise, EnterpriseChanged, PublishChange
from registers.client import Endpoint, RegisterClient, segment
from registers.deregistration import (
    DeregisterEnterprise,
    EnterpriseDeregistered,
    EnterpriseRestored,
    PublishDeregistration,
    PublishRestoration,
    RestoreEnterprise,
)
from registers.desk_clients import (
    BankClient,
    DepartmentsClient,
    DeskClient,
    HousingClient,
    NamesClient,
    SealClient,
    SocialClient,
    TaxClient,
)
from registers.encumbrance_clients import CollateralClient, CourtClient
from registers.equipment_client import EquipmentClient
from registers.errands import DESKS
from registers.licences import PublishLicenceItems
from registers.lists import (
    Delisted,
    EnterInList,
    Listed,
    Listings,
    PushRepair,
    Relisted,
    RemoveFromList,
    RepairPushed,
    RestoreToList,
)
from registers.messages import Register
from registers.requests import (
    AuthenticationOpened,
    AuthenticationState,
    CapitalVerdict,
    CheckCapital,
    CheckName,
    CheckPersonBars,
    Deposited,
    DepositPackage,
    EndedEnterprises,
    EndedSince,
    Enterprise,
    EnterpriseRegistered,
    NameVerdict,
    OpenAuthentication,
    OpenSigning,
    PersonBars,
    Published,
    PublishEstablishment,
    PublishNotice,
    RegisterEnterprise,
    SigningOpened,
    SigningState,
    Withdrawn,
    WithdrawNotice,
)
from registers.standings import Standings
from registers.trust import trusted


class MarketClient(RegisterClient):
    """市场主体登记库."""

    register = Register.MARKET

    async def check_person_bars(self, id_number: str, name: str) -> PersonBars:
        return await self.ask(CheckPersonBars(id_number=id_number, name=name))

    async def check_name(self, name: str) -> NameVerdict:
        return await self.ask(CheckName(name=name))

    async def check_capital(self, request: CheckCapital) -> CapitalVerdict:
        return await self.ask(request)

    async def register_enterprise(
        self, request: RegisterEnterprise, *, key: str
    ) -> EnterpriseRegistered:
        return await self.perform(request, key=key)

    async def change_enterprise(self, request: ChangeEnterprise, *, key: str) -> EnterpriseChanged:
        return await self.perform(request, key=key)

    async def deregister_enterprise(
        self, request: DeregisterEnterprise, *, key: str
    ) -> EnterpriseDeregistered:
        return await self.perform(request, key=key)

    async def restore_enterprise(
        self, request: RestoreEnterprise, *, key: str
    ) -> EnterpriseRestored:
        return await self.perform(request, key=key)

    async def annul_registration(
        self, request: AnnulRegistration, *, key: str
    ) -> RegistrationAnnulled:
        return await self.perform(request, key=key)

    async def enterprise(self, uscc: str) -> Enterprise | None:
        return await self._fetch("/enterprises", uscc, Enterprise)

    async def standings(self, uscc: str) -> Standings | None:
        return await self._fetch("/standings", uscc, Standings)

    async def ended_since(self, since: date, after: str | None = None) -> EndedEnterprises:
        return await self.ask(EndedSince(since=since, after=after))


class IdentityClient(RegisterClient):
    """实名认证."""

    register = Register.IDENTITY

    async def open_authentication(
        self, request: OpenAuthentication, *, key: str
    ) -> AuthenticationOpened:
        return await self.perform(request, key=key)

    async def authentication(self, key: str) -> AuthenticationState | None:
        return await self._fetch("/authentications", key, AuthenticationState)


class SignatureClient(RegisterClient):
    """电子签章."""

    register = Register.SIGNATURE

    async def put_document(self, pdf: bytes) -> str:
        return await self._put_content(pdf, "application/pdf")

    async def open_signing(self, request: OpenSigning, *, key: str) -> SigningOpened:
        return await self.perform(request, key=key)

    async def signing(self, key: str) -> SigningState | None:
        return await self._fetch("/signings", key, SigningState)

    async def signed_document(self, key: str, sha256: str) -> bytes:
        return await self._get_content(f"/signings/{segment(key)}/document", sha256)


class PublicityClient(RegisterClient):
    """国家企业信用信息公示系统."""

    register = Register.NECIPS

    async def publish_establishment(self, request: PublishEstablishment, *, key: str) -> Published:
        return await self.perform(request, key=key)

    async def publish_change(self, request: PublishChange, *, key: str) -> Published:
        return await self.perform(request, key=key)

    async def publish_deregistration(
        self, request: PublishDeregistration, *, key: str
    ) -> Published:
        return await self.perform(request, key=key)

    async def publish_restoration(self, request: PublishRestoration, *, key: str) -> Published:
        return await self.perform(request, key=key)

    async def publish_licence_items(self, request: PublishLicenceItems, *, key: str) -> Published:
        return await self.perform(request, key=key)

    async def publish_notice(self, request: PublishNotice, *, key: str) -> Published:
        return await self.perform(request, key=key)

    async def publish_annulment(self, request: PublishAnnulment, *, key: str) -> Published:
        return await self.perform(request, key=key)

    async def withdraw_notice(self, request: WithdrawNotice, *, key: str) -> Withdrawn:
        return await self.perform(request, key=key)

    async def listings(self, uscc: str) -> Listings:
        reply = await self._fetch("/lists", uscc, Listings)
        assert reply is not None, "the lists answer for every code"
        return reply

    async def enter_in_list(self, request: EnterInList, *, key: str) -> Listed:
        return await self.perform(request, key=key)

    async def remove_from_list(self, request: RemoveFromList, *, key: str) -> Delisted:
        return await self.perform(request, key=key)

    async def restore_to_list(self, request: RestoreToList, *, key: str) -> Relisted:
        return await self.perform(request, key=key)

    async def push_repair(self, request: PushRepair, *, key: str) -> RepairPushed:
        return await self.perform(request, key=key)


class ArchiveClient(RegisterClient):
    """电子档案."""

    register = Register.ARCHIVE

    async def put_package(self, package: bytes) -> str:
        return await self._put_content(package, "application/octet-stream")

    async def deposit(self, request: DepositPackage, *, key: str) -> Deposited:
        return await self.perform(request, key=key)

    async def package(self, sha256: str) -> bytes:
        return await self._get_content(f"/contents/{segment(sha256)}", sha256)


@dataclass(frozen=True)
class Registers:
    """All of them, sharing one pool of connections."""

    market: MarketClient
    identity: IdentityClient
    signature: SignatureClient
    necips: PublicityClient
    archive: ArchiveClient
    names: NamesClient
    tax: TaxClient
    social: SocialClient
    seal: SealClient
    housing: HousingClient
    bank: BankClient
    departments: DepartmentsClient
    court: CourtClient
    collateral: CollateralClient
    equipment: EquipmentClient

    def of(self, register: Register) -> RegisterClient:
        client: RegisterClient = getattr(self, register.value)
        return client

    def desk(self, register: Register) -> DeskClient:
        """The client of a register that answers errands. Raises KeyError for another."""
        if register not in DESKS:
            raise KeyError(f"{register.value} takes no errands")
        client: DeskClient = getattr(self, register.value)
        return client


@asynccontextmanager
async def connect(
    endpoints: Mapping[Register, Endpoint], transport: httpx.AsyncBaseTransport | None = None
) -> AsyncIterator[Registers]:
    """Build the clients of one installation; `transport` lets a story reach twins in its own process."""
    # trust_env off: a proxy variable on the host must not see ID numbers.
    async with httpx.AsyncClient(
        transport=transport, follow_redirects=False, trust_env=False, verify=trusted()
    ) as http:
        yield Registers(
            MarketClient(endpoints[Register.MARKET], http),
            IdentityClient(endpoints[Register.IDENTITY], http),
            SignatureClient(endpoints[Register.SIGNATURE], http),
            PublicityClient(endpoints[Register.NECIPS], http),
            ArchiveClient(endpoints[Register.ARCHIVE], http),
            NamesClient(endpoints[Register.NAMES], http),
            TaxClient(endpoints[Register.TAX], http),
            SocialClient(endpoints[Register.SOCIAL], http),
            SealClient(endpoints[Register.SEAL], http),
            HousingClient(endpoints[Register.HOUSING], http),
            BankClient(endpoints[Register.BANK], http),
            DepartmentsClient(endpoints[Register.DEPARTMENTS], http),
            CourtClient(endpoints[Register.COURT], http),
            CollateralClient(endpoints[Register.COLLATERAL], http),
            EquipmentClient(endpoints[Register.EQUIPMENT], http),
        )
