"""The ledger of a clock in the reader's language: a bar of three parts, and a line for each act."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple

from api import dates
from api.i18n import gettext as _
from api.i18n import mark
from api.views import words
from law.clock_types import UNREAD, Clock, Unit
from law.ledger import Entry, EntryKind, Ledger

UNITS: Final = {
    Unit.WD: mark("%(n)s 个工作日"),
    Unit.H: mark("%(n)s 小时"),
}
DAYS: Final = mark("%(n)s 日")


class Segment(NamedTuple):
    """A part of the bar: how many squares of the whole, and its words."""

    css: str
    label: str
    size: int
    text: str


class LedgerLine(NamedTuple):
    """One act: a suspension, or the extension."""

    what: str
    since: date
    until: date | None
    expected: date | None
    units: str
    article: str
    verified: bool
    by: str
    paper: str


@dataclass(frozen=True)
class LedgerView:
    """A ledger and the row of law that it belongs to."""

    ledger: Ledger
    law: Clock

    def amount(self, n: int) -> str:
        return _(UNITS.get(self.ledger.unit, DAYS)) % {"n": n}

    @property
    def segments(self) -> list[Segment]:
        """Used, not counted, left, in the clock's own unit; a part of nothing is left out of the bar."""
        units = self.ledger.units
        parts = (
            ("past", _("已用"), units.elapsed),
            ("skipped", _("不计入"), units.suspended),
            ("left", _("剩余"), units.remaining),
        )
        return [Segment(css, label, n, self.amount(n)) for css, label, n in parts]

    @property
    def total(self) -> str:
        return self.amount(self.ledger.units.total)

    @property
    def sentence(self) -> str:
        """The bar aloud."""
        return _("共 %(total)s：%(parts)s") % {
            "total": self.total,
            "parts": _("，").join(f"{s.label} {s.text}" for s in self.segments),
        }

    @property
    def in_days(self) -> str:
        """The same in calendar days, where the clock counts something else."""
        if self.ledger.unit is not Unit.WD:
            return ""
        days = self.ledger.days
        said = _(
            "按日历日：共 %(total)s 日，已用 %(elapsed)s 日，不计入 %(suspended)s 日，剩余 %(remaining)s 日"
        )
        return said % days._asdict()

    @property
    def standing(self) -> str:
        """Since when the clock stands still and what is left of it; empty while it runs."""
        since = self.ledger.paused_since
        if since is None:
            return ""
        return _("自%(day)s起停止计算，剩余 %(left)s；恢复后重新得出届满日") % {
            "day": dates.day_text(since),
            "left": self.amount(self.ledger.units.remaining),
        }

    @property
    def lines(self) -> list[LedgerLine]:
        return [self._line(entry) for entry in self.ledger.entries]

    def _line(self, entry: Entry) -> LedgerLine:
        what = _("延期") if entry.kind is EntryKind.EXTENSION else words.ground_label(entry.ground)
        return LedgerLine(
            what=what,
            since=entry.first,
            until=entry.last,
            expected=entry.expected if entry.last is None else None,
            units=self.amount(entry.units),
            article="" if entry.article == UNREAD else entry.article,
            verified=entry.article != UNREAD,
            by=words.role_label(entry.role) if entry.role else "",
            paper=entry.paper,
        )

    def to_json(self) -> dict[str, Any]:
        """As REST shows it; `units` in the clock's unit, `days` in calendar days."""
        data = self.ledger.to_json()
        for entry, line in zip(data["entries"], self.lines, strict=True):
            entry["label"] = line.what
            entry["role_label"] = line.by
        return {**data, "text": self.sentence, "standing": self.standing}
