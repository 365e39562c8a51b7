"""What a calendar address lists: due dates of its owner's own cases and tasks, by the rules of the pages.

The rights are those of the instant of the fetch: who lost the post, the claim or the case sees it no more. A
calendar lies with whoever keeps the person's calendar, so an entry names number, item and term, and nobody.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from api import dates
from api.case_access import office_of
from api.i18n import gettext as _
from api.security.person import Reader
from api.views import lights as board
from api.views import why, words
from api.views.tasks import pools_of
from api.views.viewer import Audience, audience_of
from domain.contracts import Pause, RunningClock
from domain.roles import WATCHING
from law.clock_types import Clock, Unit, Verified
from law.clocks import find_clock
from law.zone import civil_date
from storage import calendar_feeds, lights, tasks
from storage.calendar_feeds import DueClock, Moved

Part = Literal["pool", "board"]
PARTS: Final[tuple[Part, ...]] = ("pool", "board")
MOST: Final = 500
"""So many terms of each kind, the first to end first: no calendar shows more, and no fetch may cost more."""
FORM: Final = 1
"""Of the file that is written from the entries (`api.icalendar_file`): another form is another file."""
OUTSIDE: Final = "applicant"
"""Rungs of this role warn the party, all others the bureau."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One event, in the owner's language. It has a `day`, or an `instant` where the term runs in hours.

    Attributes:
        uid: the same for this clock of this case for ever.
        sequence: grows whenever dates of the case are computed again.
        modified: when this was last so, else when the clock started.
        tentative: the day is provisional, or the clock stands still.
        warnings: instants of the ladder that are still to come.
    """

    uid: str
    sequence: int
    modified: datetime
    day: date | None
    instant: datetime | None
    title: str
    text: str
    url: str
    tentative: bool
    warnings: tuple[datetime, ...]


def offered(reader: Reader) -> list[Part]:
    """What the person may have listed beside their own."""
    parts: list[Part] = ["pool"] if pools_of(reader) else []
    return [*parts, "board"] if reader.roles.intersection(WATCHING) else parts


async def entries_of(
    connection: AsyncConnection,
    reader: Reader,
    include: Iterable[str],
    *,
    installed: str,
    address: str,
) -> list[Entry]:
    """Every due date that the reader may see now and asked for, the first to end first.

    Args:
        include: parts beside the person's own; those that are not offered to them give nothing.
        installed: the installation's office.
        address: scheme and host of the site, for links.
    """
    allowed = set(include).intersection(offered(reader))
    own = await calendar_feeds.clocks_owned(connection, str(reader.id), MOST)
    keys = await _at_work(connection, reader, "pool" in allowed)
    if "board" in allowed:
        scope = board.scope_of(office_of(reader, installed), reader.now)
        keys |= {(r.case_id, r.key) for r in await lights.at_risk(connection, scope, limit=MOST)}
    found = {(c.case_id, c.key): c for c in own}
    found |= {(c.case_id, c.key): c for c in await calendar_feeds.clocks_named(connection, keys)}
    times = await calendar_feeds.moved(connection, {case_id for case_id, _key in found})
    shown = sorted(found.values(), key=lambda c: (c.ends_at, c.case_id, c.key))
    return [
        _entry(clock, audience, times.get(clock.case_id), address)
        for clock in shown
        if (audience := audience_of(clock, reader)) is not None
    ]


async def _at_work(
    connection: AsyncConnection, reader: Reader, pool: bool
) -> set[tuple[UUID, str]]:
    """Clocks of the tasks on the person's desk: their own, and what is free to claim where wanted."""
    me, pools = str(reader.id), pools_of(reader)
    # The claim alone is no right: a post that was lost takes its tasks from the desk.
    listed = [t for t in await tasks.mine(connection, me, limit=MOST) if t.pool in pools]
    if pool:
        listed += await tasks.inbox(connection, pools, tasks.Filters(free_for=me), limit=MOST)
    return {(t.case_id, t.clock) for t in listed if t.clock is not None}


def _entry(due: DueClock, audience: Audience, moved: Moved | None, address: str) -> Entry:
    running, law = RunningClock.model_validate(due.body), find_clock(due.clock_id)
    held = [p for p in running.pauses if p.end is None] if running.paused else []
    started = running.started_at
    hours = law.unit is Unit.H and not held
    # A clock that stands still has no end. Its event waits on the day on which it stopped, and says so: gone,
    # it would look done; left where it was, it would name a day that is none.
    day = min(p.start for p in held) if held else due.legal_end
    return Entry(
        uid=f"{due.case_id}.{why.addressed(due.key)}@{urlsplit(address).hostname}",
        sequence=moved.times if moved else 0,
        modified=max(started, moved.last) if moved else started,
        day=None if hours else day,
        instant=due.ends_at if hours else None,
        title=_title(due, law, held),
        text=_text(due, running, law, held),
        url=address + why.of_clock(due.number, due.key),
        tentative=due.provisional or bool(held),
        warnings=_warnings(running, audience),
    )


def _title(due: DueClock, law: Clock, held: Sequence[Pause]) -> str:
    marks = ""
    if law.verified is not Verified.TEXT:
        marks += _("【待核】")
    if due.provisional and not held:
        marks += _("【暂定】")
    named = {
        "clock": words.clock_name(law),
        "item": words.procedure_title(due.procedure, due.catalogue_version),
        "number": due.number,
    }
    if held:
        return marks + _("期限中止：%(clock)s（%(item)s，%(number)s）") % named
    return marks + _("到期：%(clock)s（%(item)s，%(number)s）") % named


def _text(due: DueClock, running: RunningClock, law: Clock, held: Sequence[Pause]) -> str:
    basis = law.citation
    if law.verified is not Verified.TEXT:
        basis += f" {words.known(law.verified.label)}"
    lines = [
        _("依据：%(basis)s") % {"basis": basis},
        _("约束谁：%(who)s") % {"who": words.known(law.binds_name)},
        _("从%(day)s起算") % {"day": dates.day_text(civil_date(running.trigger))},
    ]
    for pause in held:
        lines.append(
            _("自%(day)s起停止计算：%(ground)s。现在没有届满日，恢复后这里改为新的届满日。")
            % {"day": dates.day_text(pause.start), "ground": words.ground_label(pause.ground)}
        )
    if held:
        return "\n".join(lines)
    if due.provisional:
        lines.append(_("其中有年份的节假日安排还没有发布，日期为暂定，发布后重算并通知您。"))
    elif due.raw_end is not None and due.raw_end != due.legal_end:
        lines.append(
            _("计算期满日 %(raw)s 是休息日，顺延到 %(legal)s。")
            % {"raw": dates.day_text(due.raw_end), "legal": dates.day_text(due.legal_end)}
        )
    lines.append(_("以办件页面上的日期为准，日历程序隔几个小时才更新一次。"))
    return "\n".join(lines)


def _warnings(running: RunningClock, audience: Audience) -> tuple[datetime, ...]:
    """The ladder's reminder and amber light, for whom they are; no alarm goes off for what was told already."""
    outside = audience == "applicant"
    return tuple(
        rung.at
        for rung in running.rungs
        if rung.kind in ("reminder", "amber")
        and rung.fired_at is None
        and (rung.role == OUTSIDE) == outside
    )


def etag_of(name: str, entries: Sequence[Entry]) -> str:
    """An entity tag of the contents: unchanged as long as nothing that is shown changes."""
    told = repr((FORM, name, *entries))
    return f'"{hashlib.sha256(told.encode()).hexdigest()[:32]}"'
