"""Recurring obligations (周期性义务): opening their cases on the day, the next term, the platform, and the papers. law.md §2.14.

A case is opened by the day, from the register of obligations alone; a device's data is what the register of devices has.
"""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any, Final, cast

from sqlalchemy.ext.asyncio import AsyncConnection
from temporalio import activity

from activities.context import CaseView, Means
from activities.paper_fields import Fields, due, remedies
from activities.paperwork import paper
from activities.register_calls import inquiry
from activities.related_filing import RelatedFile, filled_by
from activities.sweep import Swept
from domain.contracts import PaperOrder, RegisterCall
from domain.refusals import NotYet, Refused
from domain.related import RelatedOrder
from forms.fields import plain_line
from forms.obligations import DeviceDuty, Duty
from forms.registry import APPLICATIONS
from forms.se_hazard_rectification import Source
from law import catalogue
from law.calendars import default_calendars
from law.obligations import countable, term_of
from law.zone import civil_date, day_zh
from storage import acts, devices, obligations
from storage.tables_devices import ObligationRow

BATCH: Final = 200
IN_FLIGHT: Final = 2
"""Cases opened at a time: nobody waits for a reminder, and clerks are not made to."""
LONGEST: Final = 90.0
"""After so many seconds no further batch is begun: the rest is the next turn's."""
ONE_DAY: Final = timedelta(days=1)
TOLD_ANEW: Final = timedelta(days=30)
"""In so many days a last day is told again that could not be one. 本局规则，待核."""
LAW: Final = "《中华人民共和国特种设备安全法》"
KEEPS_RULE: Final = "本局目标管理规定（待核）"

Within = Callable[[AsyncConnection], Awaitable[None]]
Open = Callable[[RelatedFile, Within], Awaitable[None]]


def duty(view: CaseView) -> Duty:
    assert isinstance(view.form, Duty)
    return view.form


# -- opened by the day -----------------------------------------------------------------------------------


class Taken(Exception):
    """The obligation is not as it was read: another turn opened its case, or another term runs by now."""


class ObligationActivities:
    """One activity, safe to run twice: a case's id follows from the obligation and its term.

    Args:
        open_case: makes the opening of a case durable, with the given in its transaction, and starts it.
    """

    def __init__(self, means: Means, open_case: Open) -> None:
        self._means = means
        self._open = open_case

    @activity.defn(name="open_obligations")
    async def open_due(self) -> Swept:
        """Open the case of each obligation whose day has come, the earliest first, in bounded batches."""
        opened, last = Swept(), cast(uuid.UUID | None, None)
        began = time.monotonic()
        gate = asyncio.Semaphore(IN_FLIGHT)

        async def one(row: ObligationRow, today: date) -> None:
            async with gate:
                try:
                    opened.sent += await self._open_one(row, today)
                except (Refused, NotYet):
                    # Its act is durable: the reconciler sends it again.
                    opened.sent += 1

        while True:
            async with self._means.engine.connect() as connection:
                today = civil_date(await acts.app_now(connection))
                rows = await obligations.to_open(connection, today, after=last, limit=BATCH)
            opened.due += len(rows)
            results = await asyncio.gather(
                *(one(row, today) for row in rows), return_exceptions=True
            )
            failed = [r for r in results if isinstance(r, BaseException)]
            if failed:
                activity.logger.warning(
                    "obligations: %d were not opened: %s", len(failed), failed[0]
                )
            if len(rows) < BATCH or time.monotonic() - began > LONGEST:
                return opened
            last = rows[-1].id

    async def _open_one(self, row: ObligationRow, today: date) -> int:
        case_id = obligations.case_of(row.id, row.since)
        filed = await self._file(row, case_id, today)
        if filed is None:
            return 0

        async def taken(connection: AsyncConnection) -> None:
            if not await obligations.opened(connection, row.id, case_id, as_read=row):
                raise Taken

        try:
            await self._open(filed, taken)
        except Taken:
            return 0
        return 1

    async def _file(
        self, row: ObligationRow, case_id: uuid.UUID, today: date
    ) -> RelatedFile | None:
        """The application of its case; None where the register has no such device any more."""
        item = catalogue.procedure(row.procedure, on=today)
        form = APPLICATIONS[item.application]
        async with self._means.engine.connect() as connection:
            if issubclass(form, DeviceDuty):
                device = await devices.device(connection, row.subject)
                unit = device.unit if device else None
            else:
                device, unit = None, await devices.unit_name(connection, row.uscc)
        if unit is None:
            activity.logger.warning("obligation %s: nobody is known to have it", row.id)
            return None
        answers: dict[str, Any] = {
            "uscc": row.uscc,
            "name": plain_line(unit),
            "since": row.since,
            "due_on": row.due_on,
        }
        if device is not None:
            answers |= {"device_code": device.code, "place": plain_line(device.place)}
        written = form.model_validate(answers)
        return RelatedFile(
            case_id=case_id,
            row=item,
            office=row.office,
            owner=f"uscc:{row.uscc}",
            form=written,
            answers=written.model_dump(mode="json"),
            cipher=await self._means.keys.new(case_id),
            facts={},
            files=[],
        )


# -- the register, the platform, the hazard -----------------------------------------------------------------


@inquiry("renew_obligation")
async def renew_obligation(view: CaseView, order: RegisterCall) -> dict[str, Any]:
    """args: `done_on`, `until` (None where the row's clock has a length of its own). The next term, in the case's own register.

    A last day that cannot be one is not taken (`unclear` of the answer): the next term is a short one, in which it is told anew.
    """
    done_on = since = date.fromisoformat(order.args["done_on"])
    until = date.fromisoformat(order.args["until"]) if order.args["until"] else None
    form, today = duty(view), civil_date(order.at)
    clear = countable(until, done_on)
    if not clear:
        # From before the inspection, so that the same one can be told once more.
        since = max(done_on - ONE_DAY, form.since + ONE_DAY)
        until = max(form.due_on, today + TOLD_ANEW)
    term = term_of(view.row, since, default_calendars(), until=until)
    async with view.means.engine.begin() as connection:
        if isinstance(form, DeviceDuty):
            # The device first, as whoever takes over the platform's word: in the other order both would wait for ever.
            await devices.device(connection, form.device_code, lock=True)
        await obligations.renew(connection, view.case_id, term)
        if isinstance(form, DeviceDuty) and until is not None and clear:
            await devices.set_inspected(connection, form.device_code, until)
    return {
        "due_on": term.due_on.isoformat(),
        "opens_on": term.opens_on.isoformat(),
        "unclear": "" if clear else order.args["until"],
    }


@filled_by("se_hazard_rectification")
async def hazard_of_lapse(view: CaseView, order: RelatedOrder) -> dict[str, Any]:
    """An inspection that lapsed, or failed: the hazard is known from the register, before anybody has looked."""
    form, fill = view.form, order.data["fill"]
    assert isinstance(form, DeviceDuty), "only a device has hazards"
    if fill["failed"]:
        said = f"定期检验不合格（检验报告{fill['number']}）。"
    else:
        said = f"检验有效期已于{day_zh(form.due_on)}届满，没有收到新的检验结论。"
    return {
        "device_code": form.device_code,
        "uscc": form.uscc,
        "name": form.name,
        "place": form.place,
        "source": Source.RECORDS.value,
        "found_on": civil_date(order.at).isoformat(),
        "facts": said,
    }


# -- papers --------------------------------------------------------------------------------------------------


def _lines(view: CaseView) -> list[dict[str, str]]:
    form = duty(view)
    lines = [{"label": "使用单位", "value": f"{form.name}（{form.uscc}）"}]
    if isinstance(form, DeviceDuty):
        lines += [
            {"label": "设备代码", "value": form.device_code},
            {"label": "设备所在地点", "value": form.place},
        ]
    return lines


async def reminder(view: CaseView, order: PaperOrder) -> Fields:
    form = duty(view)
    asked = isinstance(form, DeviceDuty)
    ask_by = view.clocks.get(order.data["ask_by"] or "")
    said = f"下列{'设备的检验有效期' if asked else '义务的期限'}至{day_zh(form.due_on)}。"
    if ask_by is not None:
        said += f"请最迟于{day_zh(ask_by.legal_end)}向检验机构提出定期检验申请。"
    return "office_letter", {
        "name": view.row.papers["reminder"],
        "paragraphs": [
            said,
            "有效期届满没有检验合格的，不得继续使用。" if asked else "请按期履行，并向本机关报送。",
        ],
        "entries": _lines(view),
        "due": due(view, order.data["clock"]),
        "due_label": "最后一天",
        "basis": f"{LAW}第四十条" if asked else KEEPS_RULE,
    }


async def use_prohibited(view: CaseView, order: PaperOrder) -> Fields:
    form = duty(view)
    why = (
        "经定期检验不合格。"
        if order.data["failed"]
        else f"检验有效期已于{day_zh(form.due_on)}届满，本机关没有收到新的检验结论。"
    )
    return "office_letter", {
        "name": view.row.papers["use_prohibited"],
        "paragraphs": [
            f"你单位使用的下列特种设备{why}依法不得继续使用，请立即停止使用。",
            "检验合格、经本机关核实隐患已经消除后，方可恢复使用。",
        ],
        "entries": _lines(view),
        "basis": f"{LAW}第四十条",
        "remedies": remedies(view),
    }


async def overdue_order(view: CaseView, order: PaperOrder) -> Fields:
    return "office_letter", {
        "name": view.row.papers["overdue_order"],
        "paragraphs": [
            f"下列义务的期限已于{day_zh(duty(view).due_on)}届满，没有收到履行情况。请立即履行，并向本机关报送。"
        ],
        "entries": _lines(view),
        "due": due(view, order.data["clock"]),
        "due_label": "已经届满的期限",
        "basis": KEEPS_RULE,
    }


PAPERS: Final = {
    "reminder": reminder,
    "use_prohibited": use_prohibited,
    "overdue_order": overdue_order,
}
# Every row that is an obligation has its own titles for the same letters.
for _row in catalogue.obligations():
    for _kind in _row.papers:
        paper(_kind, _row.procedure)(PAPERS[_kind])
