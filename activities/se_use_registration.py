"""Use registrations of special equipment (特种设备使用登记): what the platform is asked to enter, our own register, the papers.

law.md §2.14; 特种设备安全法 33. The facts beside an application: `se_use_checks`.
"""

from typing import Any, Final

from activities import device_duties
from activities.context import CaseView
from activities.paper_fields import Fields, condition, full_stop
from activities.paperwork import paper
from activities.register_calls import effect, inquiry
from activities.se_use_checks import known_to_platform
from domain.contracts import PaperOrder, RegisterCall
from domain.device_uses import CERTIFIED, MATTER_LABELS, Matter
from forms.se_use_registration import Application, Device
from law.calendars import default_calendars
from law.equipment_catalogue import category_of, kind_in_words
from law.obligations import countable
from law.zone import civil_date, day_zh
from registers import equipment
from registers.equipment_uses import ChangedUse, ChangeUse, RegisterUse, UseChange, UsedDevice
from storage import devices, numbers
from storage.devices import Entry
from storage.tables_devices import DeviceRow

STEM: Final = "se_use_registration"


def application(view: CaseView) -> Application:
    assert isinstance(view.form, Application)
    return view.form


async def certificate_numbers(view: CaseView, order: RegisterCall) -> list[str]:
    """The number of each device's certificate, in the order of the form: taken once. Registered by unit, all have one."""
    form, office = application(view), view.office
    word = view.row.numbering.licence_word
    shared = form.matter is Matter.FIRST_BY_UNIT
    found: list[str] = []
    async with view.means.engine.begin() as connection:
        for n, _line in enumerate(form.devices, 1):
            number = await numbers.take(
                connection,
                case_id=view.case_id,
                kind="use" if shared else f"use:{n}",
                series=f"{office.code}:licence:{word}",
                at=order.at,
                bureau=office.short,
                word=word,
            )
            found.append(number)
    return found


# -- the platform --------------------------------------------------------------------------------------


@effect("register_use")
async def register_use(view: CaseView, order: RegisterCall) -> RegisterUse:
    """All devices of the application at once: the platform enters all of them or none."""
    form = application(view)
    given = await certificate_numbers(view, order)
    return RegisterUse(
        case_ref=order.case_id,
        uscc=form.uscc,
        unit=form.name,
        division=view.office.division,
        devices=tuple(
            UsedDevice(
                code=line.device,
                kind=line.kind or "",
                place=line.place or "",
                registration_number=number,
                inspection_valid_until=_inspected(line),
            )
            for line, number in zip(form.devices, given, strict=True)
        ),
    )


def _inspected(line: Device) -> Any:
    assert line.inspection_valid_until is not None, "the form asks for it"
    return line.inspection_valid_until


@effect("change_use")
async def change_use(view: CaseView, order: RegisterCall) -> ChangeUse:
    """As `register_use`; a change leads to new certificates, the others leave the number as it is."""
    form = application(view)
    certified = form.matter in CERTIFIED
    given = await certificate_numbers(view, order) if certified else [None] * len(form.devices)
    return ChangeUse(
        case_ref=order.case_id,
        change=UseChange(form.matter.value),
        before=form.before,
        uscc=form.uscc,
        unit=form.name,
        devices=tuple(
            ChangedUse(
                code=line.device,
                kind=line.kind if form.matter is Matter.REBUILD else None,
                place=line.place if form.matter is Matter.MOVE else None,
                registration_number=number,
                inspection_valid_until=line.inspection_valid_until,
            )
            for line, number in zip(form.devices, given, strict=True)
        ),
    )


# -- our own register ----------------------------------------------------------------------------------


@inquiry("leave_duties")
async def leave_duties(view: CaseView, order: RegisterCall) -> dict[str, Any]:
    """End the duties that the unit had for the devices; the cases that were at one are told by this case. Done twice, it
    answers the same."""
    form = application(view)
    codes = [line.device for line in form.devices]
    async with view.means.engine.begin() as connection:
        if form.matter is Matter.STOP:
            cases = await device_duties.rest(connection, codes)
        else:
            cases = await device_duties.end(connection, codes, form.before)
    return {"cases": [str(case) for case in cases]}


@inquiry("enter_uses")
async def enter_uses(view: CaseView, order: RegisterCall) -> dict[str, Any]:
    """Take over what the platform has of the devices now, and begin the duties of those in use. Done twice is done once:
    `numbers` of the certificates, `inspected`: the cases whose inspection this document has done."""
    form, today = application(view), civil_date(order.at)
    known = await known_to_platform(view, [line.device for line in form.devices])
    told: list[list[str]] = []
    calendars = default_calendars()
    async with view.means.engine.begin() as connection:
        for code in sorted(known):
            device = known[code]
            assert device is not None, "the platform has just entered it"
            entry = _entry(view, order, device, await devices.device(connection, code, lock=True))
            await devices.enter(connection, entry)
            if entry.state != devices.IN_USE:
                continue
            await device_duties.begin(connection, entry, today)
            await device_duties.inspected(connection, entry, today, calendars)
            if (until := entry.inspection_valid_until) is not None:
                cases = await device_duties.waiting(connection, entry, today, calendars)
                told += [[str(case), until.isoformat()] for case in cases]
    given = await certificate_numbers(view, order) if form.matter in CERTIFIED else []
    return {"numbers": given, "inspected": told, "today": today.isoformat()}


def _entry(
    view: CaseView,
    order: RegisterCall,
    device: equipment.Device,
    before: DeviceRow | None,
) -> Entry:
    certified = application(view).matter in CERTIFIED
    kept = before.registered_by if before else None, before.registered_on if before else None
    by, on = (view.case_id, civil_date(order.at)) if certified else kept
    until = device.inspection_valid_until
    return Entry(
        code=device.code,
        office=view.case.office,
        kind=device.kind,
        category=category_of(device.kind).code,
        uscc=device.uscc,
        unit=device.unit,
        place=device.place,
        state=device.state.value,
        registration_number=device.registration_number,
        registered_by=by,
        registered_on=on,
        # A day that cannot be one is none: the board then shows that its inspection is not known.
        inspection_valid_until=until if countable(until, civil_date(order.at)) else None,
        key_unit=bool(before and before.key_unit),
        revision=device.revision,
        seen_at=order.at,
    )


# -- papers --------------------------------------------------------------------------------------------

_SAID: Final = {
    Matter.REBUILD: "改造",
    Matter.MOVE: "移装",
    Matter.RENAME: "使用单位更名",
    Matter.TRANSFER: "过户",
}
_DECIDED: Final = {
    "grant": "决定准予办理使用登记，发给特种设备使用登记证。",
    "stopped": "准予停用。停用期间不得使用；重新使用的，应当经检验合格并办理启用手续。",
    "restarted": "准予启用。",
    "scrapped": "准予注销使用登记，使用登记证自本通知书作出之日起作废。设备不得再使用。",
}


def _line(view: CaseView, n: int, line: Device, number: str | None) -> dict[str, str]:
    parts = [kind_in_words(line.kind)] if line.kind else []
    parts += [line.place] if line.place else []
    if line.inspection_valid_until is not None:
        parts.append(f"下次检验日期{day_zh(line.inspection_valid_until)}")
    parts += [f"使用登记证编号{number}"] if number else []
    return {"label": f"{n}. {line.device}", "value": "；".join(parts) or "使用登记"}


@paper("grant", STEM)
@paper("changed", STEM)
@paper("stopped", STEM)
@paper("restarted", STEM)
@paper("scrapped", STEM)
async def decided(view: CaseView, order: PaperOrder) -> Fields:
    """Which devices, and what is so from now on. `numbers`: of the certificates, in the order of the form."""
    form = application(view)
    given = order.data.get("numbers") or [None] * len(form.devices)
    said = _DECIDED.get(order.kind) or (
        f"准予变更登记（{_SAID[form.matter]}），换发特种设备使用登记证；原使用登记证自本通知书作出之日起作废。"
    )
    lines = [
        _line(view, n, line, number)
        for n, (line, number) in enumerate(zip(form.devices, given, strict=True), 1)
    ]
    reason = [{"label": "原因", "value": full_stop(form.reason)}] if form.reason else []
    return "office_letter", {
        "name": view.row.papers[order.kind],
        "paragraphs": [f"你（单位）提出的“{MATTER_LABELS[form.matter][0]}”申请，经审查，{said}"],
        "entries": [
            {"label": "使用单位", "value": f"{form.name}（{form.uscc}）"},
            {"label": "设备数量", "value": f"{len(form.devices)}台（套）"},
            *reason,
            *lines,
        ],
        "basis": view.row.basis,
    }


@paper("licence", STEM)
async def certificate(view: CaseView, order: PaperOrder) -> Fields:
    """`device`: its place in the form, from 1; 0: the certificate of all that the unit has of the kind."""
    form, place = application(view), int(order.data["device"])
    line = form.devices[max(place, 1) - 1]
    if place == 0:
        kinds = sorted({kind_in_words(d.kind) for d in form.devices if d.kind})
        entries = [
            {"label": "设备品种", "value": "；".join(kinds)},
            {"label": "数量", "value": f"{len(form.devices)}台（套）"},
            {"label": "设备清单", "value": f"见{view.row.papers['grant']}"},
        ]
    else:
        async with view.means.engine.connect() as connection:
            held = await devices.device(connection, line.device)
        assert held is not None, "entered before its certificate is issued"
        until = held.inspection_valid_until
        entries = [
            {"label": "设备代码", "value": held.code},
            {"label": "设备种类、品种", "value": kind_in_words(held.kind)},
            {"label": "使用地点", "value": held.place},
            {"label": "下次检验日期", "value": day_zh(until) if until else "见检验报告"},
        ]
    owed = condition(order)
    entries += [{"label": "附条件（容缺）", "value": owed}] if owed else []
    return "licence", {
        "name": view.row.papers["licence"],
        "entries": [
            {"label": "统一社会信用代码", "value": form.uscc},
            {"label": "登记方式", "value": "按单位" if place == 0 else "按台套"},
            *entries,
        ],
        "valid_from": civil_date(order.at).isoformat(),
        "valid_until": None,
        "until_label": None,
        "number_label": "使用登记证编号",
        "keeping": "登记标志应当置于该特种设备的显著位置；变更、停用、报废的，应当办理相应手续。",
        "signed_by": view.case.decision.get("approver"),
    }
