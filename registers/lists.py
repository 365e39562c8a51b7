"""What NECIPS says of an enterprise's credit: the two lists, and the penalties that are published there.

经营异常名录 (企业信息公示暂行条例 17), 严重违法失信名单 (总局令第44号), 行政处罚信息公示 and its repair
(市场监督管理信用修复管理办法, 国家发展改革委令第36号). An individual (个体工商户) is marked, not listed.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from domain.credit import ListGround, ListKind, Removal
from registers.messages import CaseRef, Effect, Instant, Message, Register, Short, Uscc

EntryNumber = Annotated[str, Field(pattern=r"^MD-[0-9]{4}-[0-9]{8}$")]


class ListEntry(Message):
    """One entry. `removed_at` None: it stands. `marked`: an individual's mark (经营异常状态), no entry of the list."""

    number: EntryNumber
    ground: ListGround
    marked: bool
    listed_at: Instant
    removed_at: Instant | None
    removal: Removal | None
    decision_number: Short | None


class Listings(Message):
    """All that ever stood there, oldest first; nothing for a code that nothing was ever entered under."""

    uscc: Uscc
    abnormal: tuple[ListEntry, ...] = ()
    serious: tuple[ListEntry, ...] = ()
    penalties: tuple[ListEntry, ...] = ()

    def of(self, kind: ListKind) -> tuple[ListEntry, ...]:
        return {
            ListKind.ABNORMAL: self.abnormal,
            ListKind.SERIOUS: self.serious,
            ListKind.PENALTY: self.penalties,
        }[kind]

    def standing(self, kind: ListKind) -> tuple[ListEntry, ...]:
        """Those that have not been removed."""
        return tuple(entry for entry in self.of(kind) if entry.removed_at is None)

    def kinds(self) -> frozenset[ListKind]:
        """Where something stands now: what `domain.credit.barred` asks for."""
        return frozenset(kind for kind in ListKind if self.standing(kind))


class Listed(Message):
    case_ref: CaseRef
    uscc: Uscc
    entry_number: EntryNumber
    marked: bool
    listed_at: Instant


class EnterInList(Effect[Listed]):
    """Enter an enterprise, or mark an individual: NECIPS knows from the register which of both it is."""

    register_name = Register.NECIPS
    path = "/list-entries"
    answer = Listed

    kind: ListKind
    uscc: Uscc
    name: Short
    ground: ListGround
    decision_number: Short


class Delisted(Message):
    case_ref: CaseRef
    uscc: Uscc
    entry_number: EntryNumber
    removed_at: Instant


class RemoveFromList(Effect[Delisted]):
    """Take an entry out of sight; it stays in the record with the day and the ground of its removal."""

    register_name = Register.NECIPS
    path = "/list-removals"
    answer = Delisted

    uscc: Uscc
    entry_number: EntryNumber
    ground: Removal
    decision_number: Short


class Relisted(Message):
    case_ref: CaseRef
    uscc: Uscc
    entry_number: EntryNumber
    listed_at: Instant


class RestoreToList(Effect[Relisted]):
    """Show an entry again whose repair was revoked, as if it had never been removed."""

    register_name = Register.NECIPS
    path = "/list-restorations"
    answer = Relisted

    uscc: Uscc
    entry_number: EntryNumber
    decision_number: Short


class Recipient(StrEnum):
    """To whom NECIPS passes a repair on."""

    CREDIT_CHINA = "credit_china"
    DEPARTMENTS = "departments"
    OTHER_PROVINCE = "other_province"


class RepairPushed(Message):
    """Every recipient has taken it."""

    case_ref: CaseRef
    uscc: Uscc
    entry_number: EntryNumber
    recipients: tuple[Recipient, ...]
    pushed_at: Instant


class PushRepair(Effect[RepairPushed]):
    """Tell 信用中国 and the departments that an entry was repaired, or that the repair was revoked."""

    register_name = Register.NECIPS
    path = "/repair-pushes"
    answer = RepairPushed

    uscc: Uscc
    entry_number: EntryNumber
    recipients: Annotated[tuple[Recipient, ...], Field(min_length=1, max_length=3)]
    repaired: bool
    decision_number: Short
