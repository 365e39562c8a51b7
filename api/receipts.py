"""The receipt (收件凭证): what was received, when to the second, and what happens next by which day.

Read from the database alone, so it can be shown while the engine is away.
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Final
from uuid import UUID

from api.clock_cards import ClockCard, Light, card
from api.guides import length_of
from api.i18n import gettext as _
from api.i18n import mark
from api.intake import Dossier
from api.problems import Problem
from api.query_codes import code_of
from api.services import Services
from api.views import words
from api.views.clocks import promised_for
from law.calendars import default_calendars
from law.catalogue import Procedure
from law.clocks import Clock, Verified, find_clock
from law.deadline_types import Deadline
from law.deadlines import deadline
from law.offices import Office, office
from law.zone import civil_date, day_start
from storage import applications
from storage.tables import FileRow
from workflows.registry import table_of


@dataclass(frozen=True)
class NextStep:
    """One step ahead. `due` is the last civil day that the law leaves, None where it sets none.

    Attributes:
        promised: the day the bureau itself promises (承诺期限), where it is counted in working days.
        clock: the clock of law that bounds the step, "" for none.
        verified: whether that row was read in the statute's full text (else 待核).
        end: `due` with the reason of every day, None where there is none.
    """

    title: str
    text: str
    due: date | None = None
    promised: date | None = None
    clock: str = ""
    citation: str = ""
    verified: bool = True
    provisional: bool = False
    end: Deadline | None = None

    @cached_property
    def card(self) -> ClockCard | None:
        """Drawn on pages only."""
        if self.end is None:
            return None
        name = words.clock_name(find_clock(self.clock))
        return card(self.end.to_json(), name=name, now=None, light=Light("green", ""))


@dataclass(frozen=True)
class Receipt:
    """Everything the receipt says."""

    application_id: UUID
    version: int
    receipt_no: str
    query_code: str
    received_at: datetime
    digest: str
    parts: dict[str, str]
    title: str
    procedure: Procedure
    office: Office
    files: list[FileRow]
    missing: list[str]
    steps: list[NextStep]
    case_url: str
    readable: bool


_ACCEPT: Final = mark("核对材料，决定是否受理")
_ACCEPT_TEXT: Final = mark("材料不齐的，一次告知全部要补的内容，不会分几次要。")
_DECIDE: Final = mark("作出决定")
_RESULT: Final = mark("领取结果")


async def receipt_of(means: Services, dossier: Dossier) -> Receipt:
    """The receipt of the newest version handed in.

    Raises:
        Problem: not_found while nothing was handed in.
    """
    held = dossier.handed_in
    if held is None:
        raise Problem("not_found", _("申请还没有提交，没有收件凭证。"))
    received = dossier.received or await applications.received(
        means.engine, dossier.row.id, held.received_at
    )
    number, files = received.number, received.files
    assert number is not None, "the receipt number is taken in the transaction of the act"
    parts = {f.part for f in files}
    return Receipt(
        application_id=dossier.row.id,
        version=held.version,
        receipt_no=number,
        query_code=code_of(means.keys, dossier.row.id),
        received_at=held.received_at,
        digest=held.digest,
        parts=held.parts,
        title=dossier.row.title,
        procedure=dossier.procedure,
        office=office(dossier.row.office),
        files=files,
        missing=[m.code for m in dossier.materials if m.required and m.code not in parts],
        steps=steps_after(dossier.procedure, held.received_at),
        case_url=f"{means.public_url}/cases/{number}",
        readable=dossier.case is not None,
    )


def steps_after(row: Procedure, received_at: datetime) -> list[NextStep]:
    """What happens after receipt, each step with the last day the law leaves for it."""
    if row.kind == "declaration":
        return _steps_declared(row, received_at)
    if row.kind == "coordination":
        return _steps_coordinated(row, received_at)
    if row.kind == "supervision":
        return _steps_supervised(row)
    decision = find_clock(row.leading_clock)
    if row.clocks.acceptance is None:
        # A registration's term covers acceptance and decision (条例 art. 19).
        first = _bounded(_(_ACCEPT), _(_ACCEPT_TEXT), decision, received_at)
        second = _bounded(_(_DECIDE), _promise(row), decision, received_at, row)
    else:
        acceptance = find_clock(row.clocks.acceptance)
        first = _bounded(_(_ACCEPT), _(_ACCEPT_TEXT), acceptance, received_at)
        text = _("从受理之日起计算；这里按最迟的受理日推算。") + _promise(row)
        # Counted from the last day of acceptance: the decision cannot lawfully be later than this.
        trigger = day_start(first.due or civil_date(received_at))
        second = _bounded(_(_DECIDE), text, decision, trigger, row)
    result = _("决定作出后送达%(result)s，同时通知您。") % {"result": words.known(row.guide.result)}
    return [first, second, NextStep(_(_RESULT), result)]


def _steps_declared(row: Procedure, received_at: datetime) -> list[NextStep]:
    """A declaration is answered by the system at once; its one term is how long it is kept."""
    kept = _bounded(
        _("名称保留"),
        _("可以用的，从比对完成时起保留；登记前须先取得批准的，保留 1 年。"),
        find_clock(row.leading_clock),
        received_at,
    )
    compared = NextStep(_("与名称库比对"), _("系统当场比对，结果马上显示在办件页面。"))
    result = _("保留以后送达%(result)s，同时通知您。") % {"result": words.known(row.guide.result)}
    return [compared, kept, NextStep(_(_RESULT), result)]


def _steps_coordinated(row: Procedure, received_at: datetime) -> list[NextStep]:
    """The stages of the table: others do each part. The row's term bounds what they do; of an opening, the registration."""
    table = table_of(row)
    stages = [table.stage(s) for s in table.main]
    stages = [s for s in stages if not s.final and s.holder != "register:archive"]
    bounded = next((s for s in stages if s.holder.startswith("register:")), stages[0])
    steps = []
    for stage in stages:
        title, text = words.stage_label(stage), words.known(stage.doing)
        if stage is bounded and row.clocks.decision is not None:
            text += _("；这里按法定的一般期限推算。")
            steps.append(_bounded(title, text, find_clock(row.clocks.decision), received_at))
        else:
            steps.append(NextStep(title, text))
    result = _("每一项有结果都通知您，办到哪一步在办件页面写明。")
    return [*steps, NextStep(_(_RESULT), result)]


def _steps_supervised(row: Procedure) -> list[NextStep]:
    """No term before acceptance; the decision's, where the law sets one, has no day before that."""
    first = NextStep(_(_ACCEPT), _(_ACCEPT_TEXT))
    if row.clocks.decision is None:
        text, clock = _("法律没有规定期限，核实后尽快决定。"), None
    else:
        clock = find_clock(row.clocks.decision)
        length = length_of(clock.length, clock.unit)
        text = _("从受理之日起%(length)s内决定。") % {"length": length}
    second = NextStep(
        _(_DECIDE),
        text,
        clock=clock.id if clock else "",
        citation=clock.citation if clock else "",
        verified=clock is None or clock.verified is Verified.TEXT,
    )
    result = _("决定作出后送达%(result)s，同时通知您。") % {"result": words.known(row.guide.result)}
    return [first, second, NextStep(_(_RESULT), result)]


def _promise(row: Procedure) -> str:
    return _("承诺期限：%(promised)s。") % {"promised": words.known(row.guide.promised)}


def _bounded(
    title: str, text: str, clock: Clock, trigger: datetime, promised_by: Procedure | None = None
) -> NextStep:
    end = deadline(clock, trigger, default_calendars())
    promise = promised_for(promised_by.procedure, promised_by.version, end) if promised_by else None
    return NextStep(
        title=title,
        text=text,
        due=end.legal_end,
        promised=promise.date if promise else None,
        clock=clock.id,
        citation=clock.citation,
        verified=clock.verified is Verified.TEXT,
        provisional=end.provisional,
        end=end,
    )
