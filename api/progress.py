"""进度查询 without signing in: number and code from the receipt; the answer is masked."""

from dataclasses import dataclass
from datetime import date, datetime

from api import query_codes
from api.clock_cards import ClockCard
from api.i18n import gettext as _
from api.services import Services
from api.views import words
from api.views.cases import view_of
from api.views.clocks import each_of
from api.views.viewer import Viewer
from storage import applications
from storage.tables import ApplicationRow

MASK = "*"


@dataclass(frozen=True)
class Progress:
    """Where a case is, for somebody who holds its receipt.

    Attributes:
        title: the case's title with its middle masked.
        due: the last day of the clock that bounds the present step, None where none runs.
        over_reason: why the office is late, or that it has not said so yet; empty while in time.
        due_text: the same day as `status` prints it.
        card: why it is that day; the public may know it, it names nobody.
    """

    number: str
    item: str
    title: str
    received_at: datetime
    stage: str
    status: str
    who: str
    due: date | None
    overdue: bool
    closed: bool
    card: ClockCard | None = None
    due_text: str = ""
    over_reason: str = ""


async def progress_of(means: Services, number: str, code: str, now: datetime) -> Progress | None:
    """None for an unknown number and for a wrong code alike."""
    async with means.engine.connect() as connection:
        case_id = await applications.case_id_of(connection, number.strip())
        if case_id is None or not query_codes.matches(means.keys, case_id, code):
            return None
        row = await applications.find(connection, case_id)
        held = await applications.handed_in(connection, case_id)
        if row is None or held is None:
            return None
        case = await applications.case_of(connection, case_id)
        receipt = await applications.number_of(connection, case_id, "receipt") or number
        if case is None:
            return _on_its_way(row, receipt, held.received_at)
        view = await view_of(connection, case, Viewer("public", None, now))
    clock, open_ = view.clock, case.closed_at is None
    return Progress(
        number=receipt,
        item=words.procedure_title(row.procedure, row.catalogue_version),
        title=masked(case.title),
        received_at=case.opened_at,
        stage=view.stage_label,
        status=view.status_text,
        who=view.ball.who,
        due=words.last_day(clock.ends_at) if clock and clock.ends_at and open_ else None,
        overdue=bool(view.overdue_text),
        closed=case.closed_at is not None,
        card=clock.card if clock and case.closed_at is None else None,
        over_reason=each_of(view.late, lambda clock: clock.over_reason),
        due_text=view.due_text if case.closed_at is None else "",
    )


def _on_its_way(row: ApplicationRow, receipt: str, received_at: datetime) -> Progress:
    """The engine was away at receipt: received in law, not yet on anybody's desk."""
    return Progress(
        number=receipt,
        item=words.procedure_title(row.procedure, row.catalogue_version),
        title=masked(row.title),
        received_at=received_at,
        stage=_("收件"),
        status=_("申请已收到，正在转给窗口。期限从收到时间起算，不受影响。"),
        who=_("系统"),
        due=None,
        overdue=False,
        closed=False,
    )


def masked(title: str) -> str:
    """A title that its owner recognises and nobody else learns: the first and last characters stay."""
    keep = min(6, len(title) // 3)
    if len(title) < 3:
        return title[:1] + MASK
    return title[:keep] + MASK * 4 + title[len(title) - min(4, keep) :]
