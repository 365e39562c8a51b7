"""The workbench (B1): tabs, counts by light, the list, next shift's dues, messages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from api import dates
from api.i18n import gettext as _
from api.places import Place
from api.security.person import Person
from api.views import words
from api.views.tasks import TaskLine, lines_of, pools_of, recipients_of
from domain.refusals import MESSAGES as SENTENCES
from domain.refusals import Refusal
from law.calendars import default_calendars
from law.zone import civil_date, day_end
from storage import acts, cases, tasks
from storage.tables import ActRow

Tab = Literal["mine", "pool", "all"]
TABS: Final[tuple[Tab, ...]] = ("mine", "pool", "all")
PAGE: Final = 50
NEXT: Final = 6
MESSAGES: Final = 6
# One tick after "now": an end that is exactly now has passed.
TICK: Final = timedelta(microseconds=1)


@dataclass(frozen=True)
class Wanted:
    """What the reader asked for."""

    tab: Tab
    text: str = ""
    procedure: str = ""
    due: str = ""
    cursor: Place | None = None
    selected: str = ""


@dataclass(frozen=True)
class Reminder:
    """What the person is told of: by a case, or because an act of theirs was refused after it had been received.

    Attributes:
        text: in Chinese.
        task_id: where there is something to put right; else empty.
    """

    case_id: UUID
    kind: str
    text: str
    at: datetime
    task_id: str = ""


@dataclass(frozen=True)
class Inbox:
    """Everything the page draws."""

    wanted: Wanted
    lines: list[TaskLine]
    following: Place | None
    counts: Mapping[str, int]
    tabs: Mapping[str, int]
    selected: TaskLine | None
    upcoming: list[TaskLine]
    messages: list[Reminder]
    today_text: str
    next_day: date


def windows(now: datetime) -> dict[str, tuple[datetime | None, datetime | None]]:
    """Due windows by name, half-open: over, today, next (working day), later."""
    today = civil_date(now)
    end, following = day_end(today), day_end(default_calendars().next_workday(today))
    return {
        "over": (None, now + TICK),
        "today": (now + TICK, end + TICK),
        "next": (end + TICK, following + TICK),
        "later": (following + TICK, None),
    }


def _narrowed(wanted: Wanted, now: datetime, *, free_for: str | None = None) -> tasks.Filters:
    start, end = windows(now).get(wanted.due, (None, None))
    return tasks.Filters(
        procedure=wanted.procedure,
        text=wanted.text,
        due_from=start,
        due_before=end,
        free_for=free_for,
    )


async def inbox_of(connection: AsyncConnection, person: Person, wanted: Wanted) -> Inbox:
    """The page of one officer, as of the request's instant."""
    me, now, pools = str(person.id), person.now, pools_of(person)
    after = tasks.Cursor(wanted.cursor.at, wanted.cursor.key) if wanted.cursor else None
    if wanted.tab == "mine":
        found = await tasks.mine(connection, me, _narrowed(wanted, now), after, PAGE + 1)
    else:
        free = me if wanted.tab == "pool" else None
        filters = _narrowed(wanted, now, free_for=free)
        found = await tasks.inbox(connection, pools, filters, after, PAGE + 1)
    page = found[:PAGE]
    spans = windows(now)
    counts = await tasks.counts(
        connection,
        pools,
        [
            ("pool", tasks.Filters(free_for=me)),
            ("all", tasks.Filters()),
            *(
                (name, tasks.Filters(due_from=start, due_before=end))
                for name, (start, end) in spans.items()
            ),
        ],
    )
    own = await tasks.mine(connection, me, limit=tasks.COUNT_LIMIT)
    start, end = spans["next"]
    soon = await tasks.inbox(
        connection, pools, tasks.Filters(due_from=start, due_before=end), limit=NEXT
    )
    told = await cases.messages(
        connection,
        recipients_of(person, [t.task_id for t in own if t.claimed_by == me]),
        limit=MESSAGES,
    )
    held = {t.task_id: t.case_id for t in own if t.claimed_by == me}
    late = await acts.refused_later(connection, me, held)
    reminders = [_refused(act) for act in late]
    reminders += [Reminder(m.case_id, m.kind, m.text, m.at) for m in told]
    lines = await lines_of(connection, page, now)
    selected = next((x for x in lines if x.task.task_id == wanted.selected), None)
    return Inbox(
        wanted=wanted,
        lines=lines,
        following=Place(page[-1].due_at, page[-1].task_id) if len(found) > PAGE else None,
        counts=counts,
        tabs={"mine": len(own), "pool": counts["pool"], "all": counts["all"]},
        selected=selected or (lines[0] if lines else None),
        upcoming=await lines_of(connection, soon, now),
        messages=reminders[:MESSAGES],
        today_text=today_text(now),
        next_day=default_calendars().next_workday(civil_date(now)),
    )


def _refused(act: ActRow) -> Reminder:
    said = act.refusal_message or SENTENCES[Refusal(act.refusal or "")]
    text = f"您提交的内容没有被接受：{said}请改正后重新提交。"
    return Reminder(
        act.case_id, "act_refused", text, act.sent_at or act.received_at, act.task_id or ""
    )


def today_text(now: datetime) -> str:
    """9月24日 周四，下一个工作日是 9月28日 周一."""
    today = civil_date(now)
    calendars = default_calendars()
    following = calendars.next_workday(today)
    text = f"{dates.short_text(today)} {dates.weekday_text(today)}"
    day = calendars.day(today)
    if not day.works:
        text += _("，%(reason)s") % {"reason": words.known(day.reason_zh)}
    return text + _("，下一个工作日是%(day)s") % {
        "day": f"{dates.short_text(following)} {dates.weekday_text(following)}"
    }


def count_text(number: int) -> str:
    """A count as shown: 999+ beyond what is counted."""
    return f"{tasks.COUNT_LIMIT - 1}+" if number >= tasks.COUNT_LIMIT else str(number)
