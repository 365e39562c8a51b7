"""What every message to and from a register has in common: strict, frozen, hashed in canonical form."""

import hashlib
import re
import unicodedata
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Generic, TypeVar

import rfc8785
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field


class Register(StrEnum):
    """The outside registers that an entity's life needs. No underscore: secrets are named `<register>_<part>`."""

    MARKET = "market"
    IDENTITY = "identity"
    SIGNATURE = "signature"
    NECIPS = "necips"
    ARCHIVE = "archive"
    NAMES = "names"
    TAX = "tax"
    SOCIAL = "social"
    SEAL = "seal"
    HOUSING = "housing"
    BANK = "bank"
    DEPARTMENTS = "departments"
    COURT = "court"
    COLLATERAL = "collateral"
    EQUIPMENT = "equipment"


class Message(BaseModel):
    """An unknown field is an error on both sides: drift must be seen, not swallowed."""

    # Errors never quote their input: it may be an ID number.
    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True
    )


AnswerT = TypeVar("AnswerT", bound=Message)


class Query(Message, Generic[AnswerT]):
    """A question without effect; may be asked as often as one likes. `path` is below the register's base."""

    register_name: ClassVar[Register]
    path: ClassVar[str]
    answer: ClassVar[type[Message]]


class Effect(Message, Generic[AnswerT]):
    """A request that changes the register; always sent under an idempotency key."""

    register_name: ClassVar[Register]
    path: ClassVar[str]
    answer: ClassVar[type[Message]]

    case_ref: "CaseRef"


def _plain(text: str) -> str:
    """Refuse what no form field holds and PostgreSQL cannot store (NUL, lone surrogates, controls)."""
    if any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t" for c in text):
        raise ValueError("control characters are not allowed")
    return text


_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def _resident_id(text: str) -> str:
    """公民身份号码, GB 11643: the check character; `x` is taken as `X`."""
    number = text.upper()
    if not re.fullmatch(r"[1-9][0-9]{16}[0-9X]", number):
        raise ValueError("not a resident identity number")
    total = sum(int(c) * w for c, w in zip(number, _ID_WEIGHTS, strict=False))
    if "10X98765432"[total % 11] != number[17]:
        raise ValueError("wrong check character of the identity number")
    return number


Key = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:~-]{7,127}$")]
CaseRef = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:~-]{0,63}$")]
Token = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{22,64}$")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Uscc = Annotated[str, Field(pattern=r"^[0-9A-HJ-NPQRTUWXY]{18}$")]
Division = Annotated[str, Field(pattern=r"^[1-9][0-9]{5}$")]
Short = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_plain)]
Long = Annotated[str, Field(min_length=1, max_length=20_000), AfterValidator(_plain)]
# Kept out of repr: a model may end in a traceback, an ID number must not.
IdNumber = Annotated[
    str, Field(min_length=18, max_length=18, repr=False), AfterValidator(_resident_id)
]
Instant = AwareDatetime

Effect.model_rebuild()


class Answered(Message):
    """The envelope of every answer: bound to the request by its key (effects) and its hash (always)."""

    request_id: Key | None = None
    request_hash: Sha256
    result: dict[str, Any]


def canonical(message: Message) -> bytes:
    """The bytes that are sent and hashed (RFC 8785)."""
    return rfc8785.dumps(message.model_dump(mode="json"))


def sha256_hex(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class Envelope(Message, Generic[AnswerT]):
    """`Answered` with its result typed: what the twins' OpenAPI shows."""

    request_id: Key | None = None
    request_hash: Sha256
    result: AnswerT
