"""What courts and the register of collateral know of an entity (实施细则 48(2), (3); law.md §2.7: SD-01, SD-07, SD-10).

Both are asked for a code together with its name, as their counters want it: a question about somebody else is refused.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from registers.messages import Message, Query, Register, Short, Uscc


class CourtKind(StrEnum):
    """股权冻结 (a freeze of an investor's share), 诉讼, 仲裁 (as it was told to a court), 强制执行."""

    FREEZE = "freeze"
    LAWSUIT = "lawsuit"
    ARBITRATION = "arbitration"
    ENFORCEMENT = "enforcement"


class CourtMatter(Message):
    """One matter that stands today. `until`: the last day of a freeze; a suit has none until it is closed."""

    number: Short
    kind: CourtKind
    court: Short
    since: date
    until: date | None = None
    investor: Short | None = None


class CourtRecord(Message):
    """All that stands against the entity today, oldest first; empty where nothing does."""

    uscc: Uscc
    matters: Annotated[tuple[CourtMatter, ...], Field(max_length=200)]


class AskCourt(Query[CourtRecord]):
    """As of today. Refused: `uscc_invalid`, `name_differs`."""

    register_name = Register.COURT
    path = "/searches"
    answer = CourtRecord

    uscc: Uscc
    name: Short


class CollateralKind(StrEnum):
    """股权出质 (at the registrar of the company), 动产抵押 (at the unified register of movables)."""

    EQUITY_PLEDGE = "equity_pledge"
    CHATTEL_MORTGAGE = "chattel_mortgage"


class Collateral(Message):
    """One security that is registered today; `secured`: in whose favour."""

    number: Short
    kind: CollateralKind
    secured: Short
    registered_on: date


class CollateralRecord(Message):
    """All that is registered on the entity's shares and goods today, oldest first."""

    uscc: Uscc
    securities: Annotated[tuple[Collateral, ...], Field(max_length=200)]


class AskCollateral(Query[CollateralRecord]):
    """As of today. Refused: `uscc_invalid`, `debtor_unknown`, `name_differs`."""

    register_name = Register.COLLATERAL
    path = "/searches"
    answer = CollateralRecord

    uscc: Uscc
    name: Short
