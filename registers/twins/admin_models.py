"""What the administrator of the twins sends and sees."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from domain.credit import ListGround, ListKind, Removal
from registers.encumbrances import Collateral, CourtMatter
from registers.equipment import Device, DeviceState
from registers.errands import ItemId
from registers.messages import Division, IdNumber, Message, Register, Short, Uscc
from registers.requests import EntityType, Person, Yuan
from registers.standings import Standings
from registers.twins.faults import FaultKind, Wrong

# In Python `register` would shadow a method of every model's metaclass.
RegisterField = Annotated[Register, Field(alias="register")]


class FaultOrder(Message):
    """`times` None = until cleared. `delay` in seconds. `operation` None = all but reading back."""

    register_name: RegisterField
    kind: FaultKind
    operation: Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")] | None = None
    variant: Wrong | None = None
    times: Annotated[int, Field(gt=0, le=1_000_000)] | None = None
    probability: Annotated[float, Field(gt=0, le=1)] = 1.0
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 0
    delay: Annotated[float, Field(ge=0, le=86_400)] = 1.0


class Fault(FaultOrder):
    id: int
    draws: int
    hits: int


class SeedBranch(Message):
    """A branch of the enterprise under which it stands, entered with it."""

    uscc: Uscc
    name: Short
    status: Literal["active", "deregistered", "revoked"] = "active"


class SeedListing(Message):
    """An entry of a list of NECIPS, or a penalty published there (its ground is its class). Days are whole days.

    `until`: the day on which it was removed; without it, it stands.
    """

    kind: Annotated[ListKind, Field(alias="list")]
    ground: ListGround
    since: Annotated[date, Field(gt=date(1949, 1, 1), lt=date(9000, 1, 1))]
    until: Annotated[date, Field(lt=date(9000, 1, 1))] | None = None
    removal: Removal = Removal.CORRECTED
    decision_number: Short | None = None


class SeedEnterprise(Message):
    uscc: Uscc
    name: Short
    entity_type: EntityType = EntityType.LIMITED_COMPANY
    division: Division = "421303"
    status: Literal["active", "deregistered", "revoked", "annulled"] = "active"
    ended_on: Annotated[date, Field(lt=date(9000, 1, 1))] | None = None
    # What the register knows beyond the name; without a day, the entry is of the instant of seeding.
    registered_on: Annotated[date, Field(gt=date(1949, 1, 1), lt=date(9000, 1, 1))] | None = None
    address: Short | None = None
    capital: Yuan | None = None
    business_scope: Annotated[tuple[Short, ...], Field(max_length=200)] = ()
    legal_representative: Person | None = None
    licence_number: Annotated[str, Field(pattern=r"^[0-9]{15}$")] | None = None
    branches: Annotated[tuple[SeedBranch, ...], Field(max_length=50)] = ()
    deregistration_needs_approval: bool = False
    # None: what NECIPS has of it stays as it is.
    lists: Annotated[tuple[SeedListing, ...], Field(max_length=50)] | None = None
    # What stands in the way of an easy end. None: what the register has of it stays as it is.
    standings: Standings | None = None


class SeedPerson(Person):
    alive: bool = True


class SeedBar(Person):
    article: Short
    scope: Literal["legal_representative", "any_post"]
    ground: Short
    since: date
    until: date | None = None


class SeedMark(Message):
    """What a department has against somebody: a USCC or an identity number. `item`: on this item only."""

    mark: Annotated[str, Field(pattern=r"^[a-z][a-z_]{1,40}$")]
    subject: Annotated[str, Field(pattern=r"^[0-9A-Z]{18}$", repr=False)]
    item: ItemId | None = None
    note: Annotated[str, Field(max_length=200)] = ""


class SeedName(Message):
    """A name that a registrar of the prefecture has reserved; `reserved_until` is its last day."""

    name: Short
    entity_type: EntityType = EntityType.LIMITED_COMPANY
    division: Division = "421303"
    reserved_until: Annotated[date, Field(lt=date(9000, 1, 1))]


class SeedTaxClearance(Message):
    """清税证明: cleared from `cleared_on` on; without a day not cleared, for these reasons."""

    uscc: Uscc
    cleared_on: Annotated[date, Field(lt=date(9000, 1, 1))] | None = None
    number: Short | None = None
    reasons: Annotated[tuple[Short, ...], Field(max_length=20)] = ()


class SeedCourtMatter(CourtMatter):
    """What a court has against an entity. Its number is one matter: said anew, it takes the place of what was."""

    uscc: Uscc


class SeedCollateral(Collateral):
    """A security on shares or goods; `released_on`: the day from which it is gone."""

    uscc: Uscc
    released_on: Annotated[date, Field(lt=date(9000, 1, 1))] | None = None


class SeedDevice(Device):
    """A device of the platform; seeded anew it is what is said last."""

    state: DeviceState = DeviceState.IN_USE
    division: Division = "421303"
    registration_number: Short | None = None
    inspection_valid_until: date | None = None
    use_prohibited: bool = False
    # Given by the platform itself.
    revision: Literal[0] = 0


class Misreport(Message):
    """What the platform's list of changes says of a device although it is not so, or does not say yet."""

    says: dict[str, Any] = Field(default_factory=dict)
    held: bool = False


class World(Message):
    """What the registers hold before a story. Seeding twice is seeding once."""

    enterprises: tuple[SeedEnterprise, ...] = ()
    persons: tuple[SeedPerson, ...] = ()
    bars: tuple[SeedBar, ...] = ()
    marks: tuple[SeedMark, ...] = ()
    names: tuple[SeedName, ...] = ()
    tax_clearances: tuple[SeedTaxClearance, ...] = ()
    court_matters: tuple[SeedCourtMatter, ...] = ()
    collaterals: tuple[SeedCollateral, ...] = ()
    devices: tuple[SeedDevice, ...] = ()


class Behaviour(Message):
    """Absent people and departments answer `auto_answer_seconds` after the errand opens.

    None: people do not answer, departments only when told to. What is open already keeps its time.
    """

    register_name: RegisterField
    auto_answer_seconds: Annotated[float, Field(ge=0, le=31_536_000)] | None


class Counted(Message):
    counts: dict[str, int]


class EffectRow(Message):
    id: int
    register_name: RegisterField
    key: str
    operation: str
    case_ref: str
    request_hash: str
    result: dict[str, Any]
    committed_at: datetime


class DeskAnswer(Message):
    """What an officer of the department decides. A no needs `code` (stable) and `reason` (Chinese)."""

    decision: Literal["confirm", "refuse"]
    code: Annotated[str, Field(pattern=r"^[a-z][a-z_]{1,40}$")] = "refused_by_officer"
    reason: Short = "经办人不予办理"


class DeskErrandRow(Message):
    """An errand at a department. `answer_at` None: nobody there answers of their own accord."""

    id: str
    register_name: RegisterField
    errand: str
    key: str
    case_ref: str
    uscc: str
    name: str
    department: str | None
    item: str | None
    state: str
    number: str | None
    code: str | None
    reason: str | None
    opened_at: datetime
    answer_at: datetime | None
    settled_at: datetime | None


class NextDue(Message):
    """When something falls due at the twins by itself; None: nothing does."""

    at: datetime | None


class ErrandRow(Message):
    """An errand that waits for a person; `id` is the last part of the link."""

    id: str
    register_name: RegisterField
    key: str
    case_ref: str
    person_name: str
    person_id_number: IdNumber
    title: str
    state: str
    opened_at: datetime
    expires_at: datetime
