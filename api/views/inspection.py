"""The inspector (C2): everything known of one case, gathered in one go for the page and for REST."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from api.engine_record import EngineRecord, OpenTimer, Window
from api.i18n import gettext as _
from api.i18n import mark
from api.masking import masked_tree
from api.problems import Problem
from api.security.person import Person
from api.services import Services
from api.views import words
from api.views.cases import CaseView, view_of
from api.views.timeline import Line, lines, plain_line_of
from api.views.viewer import Viewer
from api.views.waiting import Facts, why_waiting
from domain.contracts import CaseEvent
from law.clocks import UnknownClock, find_clock
from law.ladder import RungKind
from storage import cases, effects, inspection
from storage.audit import Verdict, verify_case
from storage.inspection import Access
from storage.keys import Cipher, SealBroken
from storage.projector import stored_events
from storage.tables import ActRow, EffectRow, SupersededEventRow

RUNGS: Final[dict[str, str]] = {
    RungKind.REMINDER.value: mark("提醒承办人"),
    RungKind.LAST_REMINDER.value: mark("届满前一天再提醒"),
    RungKind.AMBER.value: mark("当天提醒窗口负责人"),
    RungKind.OVERDUE_L1.value: mark("超期一级，报股室负责人"),
    RungKind.OVERDUE_L2.value: mark("超期二级，报登记机关负责人"),
    RungKind.OVERDUE_L3.value: mark("超期三级，报局负责人并登记问责"),
    RungKind.EXPIRY.value: mark("届满"),
    RungKind.PAUSE_OVER.value: mark("预计的中止时间已到，提醒承办人"),
}
ALARM: Final = "alarm"


@dataclass(frozen=True)
class Guard:
    """What a timer of the engine is for. `at` is the instant in law; the timer itself may be minutes later."""

    clock: str
    name: str
    rung: str
    at: datetime | None
    idle: bool = False
    """The rung was dealt with by the sweep: the timer will wake the case once for nothing."""


@dataclass(frozen=True)
class Inspection:
    """One case as the inspector shows it. `engine` is None for readers who may not read the engine."""

    view: CaseView
    erased: bool
    events: list[CaseEvent]
    hashes: Mapping[int, str]
    effects: list[EffectRow]
    answers: Mapping[tuple[str, int], Any]
    acts: list[ActRow]
    superseded: int
    superseded_events: list[SupersededEventRow]
    accesses: list[Access]
    verdict: Verdict
    engine: EngineRecord | None

    @cached_property
    def facts(self) -> Facts:
        return Facts(self.view, self.effects, self.acts, self.engine)

    @property
    def why(self) -> str:
        """Why the case waits, in one sentence."""
        return why_waiting(self.facts)

    @property
    def retrying(self) -> int:
        """How many calls have failed and are tried again."""
        return len(self.facts.failing)

    @property
    def revisions(self) -> dict[str, int]:
        """Act → our event that it made."""
        return {event.act_id: event.revision for event in self.events if event.act_id}

    def story(self, before: int | None, limit: int) -> list[Line]:
        """Our events, newest first, those before a revision."""
        chosen = [e for e in self.events if before is None or e.revision < before][-limit:]
        if self.erased:
            told = [plain_line_of(e, self.view.case, self.view.viewer) for e in chosen]
        else:
            told = lines(chosen, self.view.case, self.view.viewer)
        return told[::-1]

    @property
    def calendars(self) -> list[str]:
        """The calendar editions that the case and its clocks count with."""
        pins = list(self.engine.calendars) if self.engine is not None else []
        for clock in self.view.clocks:
            pins += [pin for pin in clock.running_clock.calendar_pins if pin not in pins]
        return pins

    def guard_of(self, timer: OpenTimer) -> Guard:
        """What the case wrote on the timer, in words."""
        key, _space, rung = timer.summary.partition(" ")
        if key == ALARM:
            return Guard(key, _("办件自己的提醒"), rung, None)
        known = next((c for c in self.view.clocks if c.row.key == key), None)
        rungs = known.running_clock.rungs if known is not None else []
        at = next((r for r in rungs if r.kind == rung), None)
        return Guard(
            clock=key,
            name=known.name if known is not None else clock_name(key),
            rung=words.known(RUNGS.get(rung, rung)),
            at=at.at if at is not None else None,
            idle=known is not None
            and (not known.running or (at is not None and at.fired_at is not None)),
        )


def clock_name(key: str) -> str:
    """By the law, for a clock that the read model does not have."""
    try:
        return words.clock_name(find_clock(key.partition("#")[0]))
    except UnknownClock:
        return key


async def log_reading(means: Services, person: Person, case_id: UUID, *, deep: bool) -> None:
    """Reading leaves a line, also where it fails afterwards."""
    what = inspection.ENGINE_HISTORY if deep else inspection.RECORD
    async with means.engine.begin() as connection:
        await cases.log_access(connection, str(person.id), case_id, what)


async def inspect(
    means: Services, person: Person, case_id: UUID, window: Window | None
) -> Inspection:
    """Gathers it all; our side in one snapshot, after the engine's. Without a window the engine is not asked.

    Raises:
        Problem: not_found, for a case that vanished meanwhile.
    """
    viewer = Viewer("staff", person, person.now)
    cipher = await inspection.cipher_of(means.keys, case_id)
    engine = await means.engine_records.look(case_id, window) if window else None
    async with means.engine.connect() as plain:
        # A lost workflow task takes events back: row, events and proof must be of one moment.
        connection = await plain.execution_options(isolation_level="REPEATABLE READ")
        async with connection.begin():
            case = await cases.find(connection, str(case_id))
            if case is None:
                raise Problem("not_found")
            found = await cases.effects(connection, case_id)
            return Inspection(
                view=await view_of(connection, case, viewer),
                erased=cipher is None,
                events=await stored_events(connection, case_id, cipher),
                hashes=await cases.hashes(connection, case_id),
                effects=found,
                answers=_answers(case_id, found, cipher),
                acts=await inspection.acts_outside(connection, case_id),
                superseded=await cases.superseded(connection, case_id),
                superseded_events=list(await inspection.superseded_events(connection, case_id)),
                accesses=await inspection.accesses(connection, case_id),
                verdict=await verify_case(means.engine, means.keys, case_id, connection),
                engine=engine,
            )


def _answers(
    case_id: UUID, found: list[EffectRow], cipher: Cipher | None
) -> dict[tuple[str, int], Any]:
    """What registers answered, masked; an answer that was changed is left to the proof of the record."""
    opened: dict[tuple[str, int], Any] = {}
    for effect in found:
        if cipher is None or effect.answer is None:
            continue
        try:
            answer = effects.open_answer(cipher, case_id, effect.answer)
        except SealBroken:
            continue
        opened[effect.kind, effect.seq] = masked_tree(answer)
    return opened
