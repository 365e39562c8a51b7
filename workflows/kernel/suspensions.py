"""Suspensions of a term (中止计算): on a ground of the clock's row, declared to the party, ended by name."""

from datetime import date, datetime, timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain import refusal_words as words
    from domain.clocks import DECIDING, Cause, deadline_of
    from domain.contracts import SYSTEM, Actor, Command, Pause, RunningClock
    from domain.refusals import Refusal, Refused
    from domain.roles import Role
    from forms.suspension import Resuming, Suspending
    from law.clock_types import Clock, Effect, Ground, Unit
    from law.clocks import find_clock
    from law.ladder import RungKind
    from law.zone import civil_date, day_end, day_zh

from workflows.kernel.answers import read, wrong
from workflows.kernel.clockwork import Due
from workflows.kernel.extensions import Extensions

# Older pauses went on until somebody ended them, whatever day had been told.
LAPSES = "kernel-pause-lapses-v1"

LONGEST_SPAN = 2 * 366
"""Days between the first that does not count and the expected last: 400 working days fit."""
FUTURE_START = "中止不能从将来的日子开始，请在事由开始的当天办理。"
PAST_END = "预计结束的日子已经过去，请写今天或者以后的日子。"
FAR_END = "预计结束的日子太远，请写两年以内的日子。"
FUTURE_END = "恢复不能从将来的日子开始，请在事由结束后办理。"


class Suspensions(Extensions):
    """Acts `suspend_clock` and `resume_clock` (law.md §3.8; 行政许可法 45).

    Days from a ground's first to its last do not count; grounds may overlap and count once. While one
    holds the clock has no end: nothing is armed, nothing escalates, no silence decides. What bounds a
    measure (Q10) stands still from today on and for the days that were told, no longer; so does what
    stands still on a wish, which only the head may grant who may extend it.
    """

    # -- suspend -------------------------------------------------------------------------------

    def check_suspend_clock(self, command: Command) -> None:
        """By an officer of the case, in time, on a ground that the clock's row names."""
        self.check_officer(command)
        asked = read(Suspending, command.data)
        clock = self.running_clock(asked.clock)
        law = find_clock(clock.clock_id)
        ground = check_ground(law, asked.ground)
        today = civil_date(command.received_at)
        held = open_pause(clock, ground)
        if held is not None and not tellable_again(held, today):
            raise Refused(
                Refusal.ALREADY_SUSPENDED,
                said(words.ALREADY_SUSPENDED, law, ground=ground.label),
            )
        if grantor(law, ground):
            self._check_grantor(law, ground, command)
        if not clock.paused and command.received_at >= clock.ends_at:
            raise Refused(Refusal.SUSPENSION_TOO_LATE, too_late(law))
        start = self._check_start(asked, clock, law, today)
        pause = self._pause(asked, command)
        field = "expected_end" if asked.expected_end else "expected_days"
        if pause.expected is None or pause.expected < today:
            raise wrong(field, PAST_END)
        if (pause.expected - start).days > LONGEST_SPAN:
            raise wrong(field, FAR_END)
        if held is not None and held.expected is not None and pause.expected <= held.expected:
            told = {"ground": ground.label, "day": held.expected.isoformat()}
            raise wrong(field, words.LATER_THAN_TOLD % told)
        after = clock.model_copy(update={"pauses": [*without(clock, held, start), pause]})
        if grantor(law, ground):
            check_granted_length(law, after, ground, field)
        if not deadline_of(after, self._calendars).paused:
            # The last day was counted; what is left is a day off that moves the end.
            raise Refused(Refusal.SUSPENSION_TOO_LATE, too_late(law))

    def _check_start(self, asked: Suspending, clock: RunningClock, law: Clock, today: date) -> date:
        """The first day that does not count. Raises Refused where it cannot be that day."""
        start = asked.since or today
        if start > today:
            raise wrong("since", FUTURE_START)
        if start < civil_date(clock.trigger):
            started = civil_date(clock.trigger).isoformat()
            raise wrong("since", said(words.BEFORE_START, law, day=started))
        if start < today and lapses(law, Ground(asked.ground)):
            # Days that were used stay used: what bounds a measure is not given back afterwards.
            raise wrong("since", said(words.FROM_TODAY, law))
        return start

    def _check_grantor(self, law: Clock, ground: Ground, command: Command) -> None:
        """Who may extend the term may let it stand still on somebody's wish, and had no part in the case (SOD-11)."""
        role = grantor(law, ground)
        head = Role(role).label.zh
        if role not in command.actor.roles:
            raise Refused(Refusal.WRONG_ROLE, said(words.HEAD_SUSPENDS, law, head=head))
        if any(d.person_id == command.actor.person_id for d in self.state.duties):
            told = said(words.GRANTED_BY_OTHERS, law, head=head)
            raise Refused(Refusal.SEPARATION_OF_DUTIES, told)

    def apply_suspend_clock(self, command: Command) -> None:
        asked = read(Suspending, command.data)
        clock = self.state.clocks[asked.clock]
        ground = Ground(asked.ground)
        pause = self._pause(asked, command)
        if lapses(find_clock(clock.clock_id), ground) and workflow.patched(LAPSES):
            pause.lapses = True
        held = open_pause(clock, ground)
        if held is not None:
            # A longer time is told before the first is over: this pause takes the place of that one.
            held.ended_by, held.ended_at = command.actor.name, command.received_at
        clock.pauses = [*without(clock, held, pause.start), pause]
        self.revise_clock(
            clock,
            Cause.SUSPENDED,
            actor=command.actor,
            at=command.received_at,
            act_id=command.act_id,
            data={
                "ground": pause.ground,
                "article": pause.article,
                "since": pause.start.isoformat(),
                "expected": pause.expected.isoformat() if pause.expected else None,
                "reason": pause.reason,
            },
            tell=("applicant", "officer"),
        )
        self.aside(self._serve_suspension(clock.key, pause.number))

    async def _serve_suspension(self, key: str, number: int) -> None:
        paper = await self.serve("suspension", seq=number, clock=key, pause=number)
        clock = self.state.clocks[key]
        pause = next(p for p in clock.pauses if p.number == number)
        # From now on every trace of the clock names the notice.
        pause.paper = paper.number
        self.show_clock(clock)
        self.record(
            "suspension_noticed",
            data={"clock": key, "ground": pause.ground, "number": paper.number},
        )

    # -- resume --------------------------------------------------------------------------------

    def check_resume_clock(self, command: Command) -> None:
        """The ground holds; it did not end before it began, nor will it in future."""
        self.check_officer(command)
        asked = read(Resuming, command.data)
        clock = self.running_clock(asked.clock)
        law = find_clock(clock.clock_id)
        ground = check_ground(law, asked.ground)
        pause = open_pause(clock, ground)
        if pause is None:
            told = said(words.NOT_SUSPENDED, law, ground=ground.label)
            raise Refused(Refusal.NOT_SUSPENDED, told)
        today = civil_date(command.received_at)
        if (asked.until or today) > today:
            raise wrong("until", FUTURE_END)
        until = last_day(pause, asked.until or today)
        if until < pause.start:
            since = pause.start.isoformat()
            raise wrong("until", words.BEFORE_GROUND % {"ground": ground.label, "day": since})
        pauses = [p for p in clock.pauses if p is not pause]
        ended = pause.model_copy(update={"end": until})
        end = deadline_of(clock.model_copy(update={"pauses": [*pauses, ended]}), self._calendars)
        if law.effect is Effect.MUST_RELEASE:
            # The true end is to the party's good: where the term is over by it, the measure is lifted at once.
            return
        if law.effect in DECIDING and not end.paused and end.ends_at <= command.received_at:
            # Nobody loses a right by a resumption that was entered late.
            day = end.legal_end.isoformat()
            raise wrong("until", words.ENDED_BY_THEN % {"day": day})

    def apply_resume_clock(self, command: Command) -> None:
        asked = read(Resuming, command.data)
        clock = self.state.clocks[asked.clock]
        pause = open_pause(clock, Ground(asked.ground))
        assert pause is not None, "the check refused it"
        until = last_day(pause, asked.until or civil_date(command.received_at))
        self._resume(
            clock,
            pause,
            until,
            actor=command.actor,
            at=command.received_at,
            act_id=command.act_id,
            note=asked.note,
        )

    def _resume(
        self,
        clock: RunningClock,
        pause: Pause,
        until: date,
        *,
        actor: Actor,
        at: datetime,
        act_id: str | None = None,
        note: str = "",
    ) -> None:
        pause.end, pause.ended_by, pause.ended_at = until, actor.name, at
        self.revise_clock(
            clock,
            Cause.RESUMED,
            actor=actor,
            at=at,
            act_id=act_id,
            data={
                "ground": pause.ground,
                "article": pause.article,
                "since": pause.start.isoformat(),
                "until": until.isoformat(),
                "note": note,
            },
            tell=("applicant", "officer"),
        )
        self.aside(self._serve_resumption(clock.key, pause.number))

    def _fire(self, clock: RunningClock, law: Clock, due: Due) -> None:
        """Where the day that was told is over, what lapses with it goes on by itself."""
        super()._fire(clock, law, due)
        if due.name != RungKind.PAUSE_OVER.value:
            return
        for pause in clock.pauses:
            over = pause.expected is not None and day_end(pause.expected) <= due.at
            if pause.lapses and pause.end is None and pause.expected and over:
                self._resume(clock, pause, pause.expected, actor=SYSTEM, at=due.at)

    async def _serve_resumption(self, key: str, number: int) -> None:
        await self.serve("resumption", seq=number, clock=key, pause=number)

    # -- parts ---------------------------------------------------------------------------------

    def running_clock(self, key: str) -> RunningClock:
        clock = self.state.clocks.get(key)
        if clock is None or clock.state != "running":
            raise Refused(Refusal.CLOCK_CLOSED)
        return clock

    def _pause(self, asked: Suspending, command: Command) -> Pause:
        law = find_clock(self.state.clocks[asked.clock].clock_id)
        start = asked.since or civil_date(command.received_at)
        return Pause(
            number=sum(len(c.pauses) for c in self.state.clocks.values()) + 1,
            start=start,
            ground=asked.ground,
            article=law.suspension_basis,
            expected=asked.expected_end or self._expected(law, start, asked.expected_days or 1),
            reason=asked.reason,
            by=command.actor.name,
            role=next(iter(sorted(self.posts() & set(command.actor.roles))), ""),
            at=command.received_at,
        )

    def _expected(self, law: Clock, start: date, days: int) -> date:
        """The last of so many days, the first included: they are the days that will not count."""
        if law.count_unit is Unit.WD:
            return self._calendars.add_workdays(start - timedelta(days=1), days)
        return start + timedelta(days=days - 1)

    def message_text(self, kind: str, clock: RunningClock | None) -> str:
        if clock is None or not clock.pauses:
            return super().message_text(kind, clock)
        law = find_clock(clock.clock_id)
        holding = [p for p in clock.pauses if p.end is None]
        grounds = "、".join(dict.fromkeys(Ground(p.ground).label for p in holding))
        last = clock.pauses[-1]
        if kind == "clock_suspended":
            until = f"，预计到{day_zh(last.expected)}" if last.expected else ""
            return (
                f"{named(law)}因{Ground(last.ground).label}从{day_zh(last.start)}起停止计算{until}。"
                "恢复时另行告知新的届满日。"
            )
        if kind == "clock_resumed":
            if clock.paused:
                return f"{named(law)}有一项中止事由结束，仍因{grounds}停止计算。"
            return f"{named(law)}恢复计算，新的届满日是{day_zh(clock.legal_end)} 24:00。"
        if kind == "pause_over" and any(p.lapses for p in holding):
            return f"{named(law)}因{grounds}停止计算的时间已到（已书面告知），期限恢复计算。"
        if kind == "pause_over":
            return f"{named(law)}仍因{grounds}停止计算，告知当事人的预计时间已到，请恢复计算或者另行告知。"
        return super().message_text(kind, clock)


def check_ground(law: Clock, ground: str) -> Ground:
    """Raises Refused unless the clock may stand still on the ground; names the row's article."""
    if not law.suspendable:
        raise Refused(
            Refusal.CLOCK_NOT_SUSPENDABLE, said(words.NOT_SUSPENDABLE, law, article=law.citation)
        )
    if ground not in law.suspension:
        allowed = "、".join(g.label for g in law.suspension)
        raise Refused(
            Refusal.GROUND_NOT_ALLOWED,
            said(words.ONLY_ON_GROUNDS, law, grounds=allowed),
        )
    return Ground(ground)


def grantor(law: Clock, ground: Ground) -> str:
    """The post that may let the clock stand still on somebody's wish: whoever may extend it (SOD-11); else ""."""
    if ground is not Ground.REQUEST or law.extension is None:
        return ""
    return law.extension.approver_role or ""


def lapses(law: Clock, ground: Ground) -> bool:
    """Whether a pause on the ground ends with the day that was told: of the term of a measure (行政强制法 25), and on a wish."""
    return law.effect is Effect.MUST_RELEASE or bool(grantor(law, ground))


def tellable_again(pause: Pause, today: date) -> bool:
    """Whether another day may still be told in the place of the one that was: until that one is over."""
    return pause.lapses and pause.expected is not None and today <= pause.expected


def without(clock: RunningClock, held: Pause | None, until: date) -> list[Pause]:
    """The clock's pauses, the one that is replaced ended on the first day of the next: that day does not count once more."""
    return [p.model_copy(update={"end": until}) if p is held else p for p in clock.pauses]


def last_day(pause: Pause, until: date) -> date:
    """The last day that does not count: of a pause that lapses at most the one that was told."""
    return min(until, pause.expected) if pause.lapses and pause.expected else until


def check_granted_length(law: Clock, after: RunningClock, ground: Ground, field: str) -> None:
    """Raises Refused where the days on the ground are more than the term itself has."""
    most = after.length or law.length or 0
    days = {
        p.start.toordinal() + n
        for p in after.pauses
        if p.ground == ground
        for n in range(((p.end or p.expected or p.start) - p.start).days + 1)
    }
    if len(days) > most:
        raise wrong(field, said(words.REQUEST_TOO_LONG, law, days=str(most)))


def open_pause(clock: RunningClock, ground: Ground) -> Pause | None:
    return next((p for p in clock.pauses if p.ground == ground and p.end is None), None)


def named(law: Clock) -> str:
    return f"“{plain(law)}”"


def plain(law: Clock) -> str:
    return law.name.replace(":", "：")


def too_late(law: Clock) -> str:
    return said(words.DAYS_COUNTED, law)


def said(sentence: str, law: Clock, **parts: str) -> str:
    """A refusal's sentence of the clock, with the article by which it may stand still, or another one."""
    return sentence % {"clock": plain(law), "article": law.suspension_basis, **parts}
