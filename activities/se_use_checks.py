"""What stands beside an application about a device's use registration: the platform's word, our register's, the days.

law.md §2.14; 特种设备安全法 33, 40, 83. What rests on TSG 08-2017, which was not read, is 待核.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from activities.context import CaseView
from activities.register_calls import inquiry
from domain.contracts import Fact, RegisterCall
from domain.device_uses import FIRST_TIME, INSPECTED, MATTER_LABELS, Matter
from forms.se_use_registration import MOST_NAMED, Application, Device
from law.calendars import default_calendars
from law.clocks import find_clock
from law.deadlines import deadline
from law.equipment_catalogue import kind_in_words
from law.obligations import LONGEST_YEARS, countable
from law.zone import civil_date, day_zh
from registers import equipment
from registers.equipment import DeviceState
from storage import devices, prohibitions
from storage.prohibitions import Ground
from storage.tables_devices import DeviceRow

LAW: Final = "特种设备安全法"
RULES: Final = "特种设备使用管理规则（TSG 08-2017，待核）"
AT_ONCE: Final = 8
STATES: Final = {
    DeviceState.UNREGISTERED: "没有办理使用登记",
    DeviceState.IN_USE: "在用",
    DeviceState.STOPPED: "停用",
    DeviceState.SCRAPPED: "已经报废",
}


@dataclass(frozen=True)
class Kind:
    """One kind of finding: whether it stands in the way, its rule and where that comes from."""

    state: str
    rule: str
    cite: str


BARS: Final = "bad"
STOPPED_BARS: Final = frozenset({Matter.RESTART, Matter.TRANSFER, Matter.MOVE, Matter.RENAME})
"""What has to wait until the use is allowed again: it would take the device away from what is still to be put right."""
FINDINGS: Final = {
    "use_scrapped": Kind(BARS, "已经报废的设备不予登记", RULES),
    "use_obsolete": Kind(BARS, "国家明令淘汰的设备不予登记", RULES),
    "use_uninspected": Kind(BARS, "未经检验或者检验有效期届满的，不得使用", f"{LAW}第40条"),
    "use_term": Kind(
        BARS, f"检验有效期不超过{LONGEST_YEARS}年，超过的先更正再登记", "本局规则（待核）"
    ),
    "use_registered": Kind(BARS, "同一台设备只办理一次首次登记", RULES),
    "use_unknown": Kind(BARS, "变更、停用、启用、注销以已经办理的使用登记为前提", RULES),
    "use_elsewhere": Kind(BARS, "由办理使用登记的机关变更、注销", RULES),
    "use_other_unit": Kind(BARS, "由登记的使用单位申请", RULES),
    "use_state": Kind(BARS, "在用的设备可以停用，停用的设备可以启用", RULES),
    "use_same": Kind(BARS, "变更后的内容应当不同于登记的内容", RULES),
    "use_prohibited": Kind(
        BARS, "责令停止使用的设备，恢复使用以前不得启用、过户、移装、更名", "本局规则（待核）"
    ),
    "use_not_held": Kind("open", "准予以后按平台的记载登入本局台账", "本局规则（待核）"),
    "use_differs": Kind("open", "申请的内容应当与铭牌和检验证明一致", f"{LAW}第33条"),
}


@inquiry("use_checks")
async def use_checks(view: CaseView, order: RegisterCall) -> dict[str, Any]:
    """Facts about all devices of the application, those of one kind in one fact."""
    assert isinstance(view.form, Application)
    form, today = view.form, civil_date(order.at)
    codes = [line.device for line in form.devices]
    known = await known_to_platform(view, codes)
    async with view.means.engine.connect() as connection:
        ours = await devices.those_of(connection, codes)
        grounds = await prohibitions.of_devices(connection, codes)
    looked = Looked(form, today, view.office.division, known, ours, grounds)
    facts = [_summary(form), *_late(view, form), *looked.facts()]
    return {"facts": [f.model_dump() for f in facts]}


async def known_to_platform(
    view: CaseView, codes: Sequence[str]
) -> dict[str, equipment.Device | None]:
    """What the platform has under each code, a few questions at a time."""
    turn = asyncio.Semaphore(AT_ONCE)

    async def ask(code: str) -> equipment.Device | None:
        async with turn:
            return await view.means.registers.equipment.device(code)

    found = await asyncio.gather(*(ask(code) for code in codes))
    return dict(zip(codes, found, strict=True))


@dataclass(frozen=True)
class Looked:
    """All that is known about the devices of one application on a day."""

    form: Application
    today: date
    division: str
    known: Mapping[str, equipment.Device | None]
    ours: Mapping[str, DeviceRow]
    grounds: Mapping[str, Sequence[Ground]]

    def facts(self) -> Iterator[Fact]:
        found: dict[str, list[str]] = {}
        for line in self.form.devices:
            check = self._first if self.form.matter in FIRST_TIME else self._again
            for code, said in check(line):
                found.setdefault(code, []).append(f"{line.device}：{said}")
        for code, lines in found.items():
            kind = FINDINGS[code]
            more = f"；共{len(lines)}台（套）" if len(lines) > MOST_NAMED else ""
            yield Fact(
                code=code,
                state=kind.state,
                fact="；".join(lines[:MOST_NAMED]) + more,
                rule=kind.rule,
                cite=kind.cite,
                source="equipment",
            )

    def _first(self, line: Device) -> Iterator[tuple[str, str]]:
        """One that the platform does not know becomes known by the registration."""
        held, ours = self.known[line.device], self.ours.get(line.device)
        yield from self._inspection(line, held)
        states = {ours.state if ours else "", held.state.value if held else ""}
        numbers = [one.registration_number for one in (ours, held) if one is not None]
        if devices.SCRAPPED in states:
            yield "use_scrapped", "已经报废"
        elif states & {devices.IN_USE, devices.STOPPED}:
            yield "use_registered", f"已有使用登记（{next(filter(None, numbers), '没有编号')}）"
        if held is None:
            return
        if held.obsolete:
            yield "use_obsolete", "属于国家明令淘汰"
        if held.kind != line.kind:
            yield "use_differs", f"平台记载是{kind_in_words(held.kind)}"
        if held.uscc != self.form.uscc:
            yield "use_differs", f"平台记载的单位是{held.unit}"

    def _again(self, line: Device) -> Iterator[tuple[str, str]]:
        held, ours = self.known[line.device], self.ours.get(line.device)
        if held is None:
            yield "use_unknown", "平台没有这台设备"
            return
        if held.state is DeviceState.UNREGISTERED:
            yield "use_unknown", "平台记载没有办理使用登记"
            return
        if held.state is DeviceState.SCRAPPED or (
            ours is not None and ours.state == devices.SCRAPPED
        ):
            yield "use_scrapped", "已经报废"
            return
        if held.division != self.division:
            yield "use_elsewhere", "由其他登记机关登记"
        if held.uscc != self.form.before:
            yield "use_other_unit", f"登记的使用单位是{held.unit}"
        yield from self._matter(line, held)
        if self.form.matter in INSPECTED:
            yield from self._inspection(line, held)
        elif not countable(held.inspection_valid_until, self.today):
            # Stopped or scrapped, nothing is counted from it.
            ends = self.form.matter in (Matter.STOP, Matter.SCRAP)
            said = f"平台记载的检验有效期至{_day(held)}，请由平台更正"
            yield "use_differs" if ends else "use_term", said
        if ours is None:
            yield "use_not_held", "本局台账没有这台设备"
        elif (ours.uscc, ours.state) != (held.uscc, held.state.value):
            yield "use_differs", "本局台账与平台的记载不一致"

    def _matter(self, line: Device, held: equipment.Device) -> Iterator[tuple[str, str]]:
        needed = {Matter.STOP: DeviceState.IN_USE, Matter.RESTART: DeviceState.STOPPED}
        wanted = needed.get(self.form.matter, held.state)
        if held.state is not wanted:
            yield "use_state", f"现在是{STATES[held.state]}"
        if self.form.matter in STOPPED_BARS:
            yield from self._stopped(held)
        if self.form.matter is Matter.RENAME and held.unit == self.form.name:
            yield "use_same", f"登记的使用单位就是{held.unit}"
        if self.form.matter is Matter.MOVE and held.place == line.place:
            yield "use_same", f"登记的使用地点就是{held.place}"

    def _stopped(self, held: equipment.Device) -> Iterator[tuple[str, str]]:
        if grounds := self.grounds.get(held.code):
            numbers = "、".join(ground.number for ground in grounds)
            yield "use_prohibited", f"已经责令停止使用（{numbers}），请先消除隐患、恢复使用"
        elif held.use_prohibited:
            yield "use_prohibited", "已经责令停止使用，请先由作出决定的机关恢复使用"

    def _inspection(self, line: Device, held: equipment.Device | None) -> Iterator[tuple[str, str]]:
        until = line.inspection_valid_until
        assert until is not None, "the form asks for it"
        if until < self.today:
            yield "use_uninspected", f"检验有效期已于{day_zh(until)}届满"
        if not countable(until, self.today):
            yield "use_term", f"填写的下次检验日期是{day_zh(until)}，请核对检验证明，通知申请人更正"
        if held is not None and held.inspection_valid_until not in (None, until):
            yield "use_differs", f"平台记载的检验有效期至{_day(held)}"


def _day(held: equipment.Device) -> str:
    until = held.inspection_valid_until
    return day_zh(until) if until else "（没有记载）"


def _summary(form: Application) -> Fact:
    kinds = sorted({kind_in_words(d.kind) for d in form.devices if d.kind})
    said = f"{MATTER_LABELS[form.matter][0]}，{len(form.devices)}台（套）"
    return Fact(
        code="use_devices",
        state="ok",
        fact="，".join([said, *kinds[:MOST_NAMED]]),
        rule="使用单位应当办理使用登记，取得使用登记证书",
        cite=f"{LAW}第33条",
    )


def _late(view: CaseView, form: Application) -> Iterator[Fact]:
    """Accepted all the same; what follows of it is another case's (83)."""
    if form.put_into_use_on is None or form.matter not in FIRST_TIME:
        return
    end = deadline(find_clock("Q01"), form.put_into_use_on, default_calendars())
    if civil_date(view.case.opened_at) <= end.legal_end:
        return
    yield Fact(
        code="use_late",
        state="open",
        fact=f"{day_zh(form.put_into_use_on)}投入使用，最迟应当在{day_zh(end.legal_end)}申请",
        rule=f"应当在投入使用前或者投入使用后{end.length}日内办理使用登记；逾期不影响受理和登记",
        cite=f"{LAW}第33条、第83条",
    )
