"""Public notices (公示) of a case: published, ended, and what people and departments say to them (异议, 债权申报).

    publish_notice ──▶ on the board ──▶ expired     its clock ran out
                            │      └──▶ stopped     end_notice: an objection, a ground, a correction
                            └─────────▶ withdrawn   the case ended before

Mixed in under a procedure: `class SimpleDeregistration(PublicNotices, Approval)`. The act `object` comes in at any stage: the
notice's end decides, not where the case happens to be. What was received in time is kept, also while the case closes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain import public_notices as notices
    from domain.contracts import Actor, CaseInput, Command, RunningClock, TaskAnswer
    from domain.public_notices import Objection, PublicNotice
    from domain.refusals import Refusal, Refused
    from domain.transitions import StageKind
    from forms.objections import NO_STANDING, UNREASONED, ObjectionHandling
    from law.clock_types import Clock
    from law.clocks import find_clock
    from law.deadlines import deadline
    from law.zone import civil_date

from workflows.kernel.approval import Approval
from workflows.kernel.case import ALWAYS

# Characters of a statement and of its answer that the case itself carries.
KEPT = 200


@dataclass(frozen=True)
class NoticePublication:
    """Its number at the register of publicity, and the key of the clock that runs from its publication."""

    number: str
    clock: str


class PublicNotices(Approval):
    """Verbs and acts of public notices; the stages are the procedure's."""

    always = ALWAYS | {"object"}

    def __init__(self, case: CaseInput) -> None:
        super().__init__(case)
        self.task_forms[ObjectionHandling.code] = ObjectionHandling

    # -- verbs -------------------------------------------------------------------------------------

    def publish_notice(
        self,
        kind: str,
        *,
        title: str,
        lines: Sequence[Sequence[str]],
        cite: str,
        clock: RunningClock | str | None,
        takes: str = "",
    ) -> PublicNotice:
        """Put a notice on the public board at once, until its clock's end.

        Args:
            kind: what it announces, e.g. "simple_deregistration"; its words are in `api.views.notice_words`.
            lines: label and value of each public fact; no personal data.
            cite: the article that orders it.
            clock: the running clock that ends it, or its key; None where it stays until it is ended.
            takes: "objection", "claim", or "" where it only tells.
        """
        key = clock.key if isinstance(clock, RunningClock) else clock
        seq = len(self.state.public_notices) + 1
        notice = PublicNotice(
            notice_id=notices.notice_id_of(self.case.case_id, seq),
            seq=seq,
            kind=kind,
            title=title,
            lines=[list(line) for line in lines],
            cite=cite,
            clock=key,
            starts_at=self.now(),
            ends_at=self.state.clocks[key].ends_at if key else None,
            takes=takes,
        )
        self.state.public_notices.append(notice)
        self._show_notice(notice)
        self.record("notice_published", data=_told(notice))
        return notice

    async def publish_with_days(self, kind: str, clock_id: str, **args: Any) -> NoticePublication:
        """At the register of publicity first, with its days; its clock runs from the instant of that publication.

        Where midnight came between, the register was away, or its clock is ahead of ours or behind, it is published
        again with the right days: never for ever, since the register's day is taken where ours can't be its own.

        Args:
            kind: the effect that publishes; it is given `since` and `until`, both in the period, beside `args`.
        """
        day = civil_date(self.now())
        while True:
            until = deadline(find_clock(clock_id), day, self._calendars).legal_end
            days: dict[str, Any] = {"since": day.isoformat(), "until": until.isoformat()}
            answer = (await self.until_done(kind, **days, **args)).answer
            number, at = str(answer["publication_number"]), answer["published_at"]
            published_at = datetime.fromisoformat(at)
            if civil_date(published_at) == day:
                return NoticePublication(number, self.start_clock(clock_id, published_at))
            await self.withdraw_published(number, "公示起止日期更正")
            theirs = civil_date(published_at)
            day = theirs if theirs < day else max(theirs, civil_date(self.now()))

    async def withdraw_published(self, number: str, reason: str) -> None:
        """Take a publication back at the register of publicity; each has a try of its own."""
        self.state.memo["withdrawals"] = seq = int(self.state.memo.get("withdrawals", 0)) + 1
        await self.call("withdraw_notice", seq=seq, number=number, reason=reason)

    def end_notice(self, notice: PublicNotice, outcome: str, reason: str = "") -> None:
        """Take a notice off the board; one that has ended stays as it ended.

        Args:
            outcome: "expired" (as of its clock's end), "stopped" or "withdrawn" (as of now; its clock stops).
            reason: in words for the public.
        """
        # As it stands now: a published calendar may have moved its end since it was taken up.
        notice = self.notice(notice.notice_id)
        if notice.outcome:
            return
        notice.outcome, notice.reason = outcome, reason
        expired = outcome == notices.EXPIRED and notice.ends_at is not None
        # Ended by hand after its end, before the clock was dealt with: it was over then.
        now = self.now()
        notice.ended_at = notice.ends_at if expired else min(now, notice.ends_at or now)
        if not expired:
            self.stop_clock(notice.clock, "closed")
        self._show_notice(notice)
        self.record("notice_ended", at=notice.ended_at, data=_told(notice))

    def notice(self, notice_id: str) -> PublicNotice:
        """Raises Refused for one that this case never published."""
        for notice in self.state.public_notices:
            if notice.notice_id == notice_id:
                return notice
        raise Refused(Refusal.NO_SUCH_NOTICE)

    def notice_over(self, notice_id: str) -> bool:
        """Asked by its id: a published calendar puts another object in the place of one that is held."""
        return bool(self.notice(notice_id).outcome)

    def notices_running(self) -> list[PublicNotice]:
        return [n for n in self.state.public_notices if not n.outcome]

    def objections_open(self) -> list[Objection]:
        """Objections and claims that no officer has dealt with yet, in the order of their receipt."""
        waiting = [o for o in self.state.objections if o.state == notices.RECEIVED]
        return sorted(waiting, key=lambda o: o.received_at)

    def objected(self, objection: Objection) -> None:
        """Called when one was recorded; a procedure overrides it, or waits for `objections_open`."""

    async def handle_objection(
        self, objection: Objection, *, role: str, clock: str | None = None
    ) -> Objection:
        """An officer says whether it holds, and why (screen B10); unchanged where the clock decided before."""
        notice = self.notice(objection.notice_id)
        decided = await self.decided(
            ObjectionHandling,
            role=role,
            clock=clock,
            context={"objection": objection.objection_id, "notice": notice.title},
        )
        if decided is not None:
            form, given = decided
            self.settle_objection(objection, form.outcome.value, form.reasons, given)
        return objection

    def settle_objection(
        self, objection: Objection, state: str, answer: str, given: TaskAnswer
    ) -> None:
        """What the bureau says to it: upheld, rejected or noted; its author is told."""
        objection.state, objection.answer = state, answer[:KEPT]
        objection.handled_by, objection.handled_at = given.actor.name, given.received_at
        self.change_row(
            "objections",
            {
                "objection_id": objection.objection_id,
                "state": state,
                "answer": answer,
                "handled_by": given.actor.name,
                "handled_at": given.received_at.isoformat(),
            },
        )
        self.tell_author(objection, given.received_at)
        self.record(
            "objection_handled",
            actor=given.actor,
            at=given.received_at,
            data={"number": objection.number, "kind": objection.kind, "outcome": state},
            internal={"answer": answer},
        )

    def tell_author(self, objection: Objection, handled_at: datetime) -> None:
        """Whoever spoke reads what became of it; a department and a letter have no account."""
        if objection.person_id:
            title = self.notice(objection.notice_id).title
            text = f"您对“{title}”提出的意见已经处理，请查看结果。"
            recipient = f"person:{objection.person_id}"
            self._message(recipient, "objection_handled", text, handled_at.isoformat())

    # -- the act of a person -------------------------------------------------------------------------

    def check_object(self, command: Command) -> None:
        """In time, identified, reasoned, and the person's first to this notice; 利害关系人 are others than who applied."""
        notice, actor = self.notice(str(command.data.get("notice_id", ""))), command.actor
        check_notice_open(notice, command.received_at)
        if actor.person_id in {"", "system"}:
            raise Refused(Refusal.WRONG_ROLE)
        if notice.takes == notices.OBJECTION and self.state.owner in (
            actor.person_id,
            actor.acting_for,
        ):
            raise Refused(Refusal.OWN_NOTICE)
        if command.data.get("role") not in notices.ROLES:
            raise Refused(Refusal.INVALID_ANSWERS, NO_STANDING, {"/role": NO_STANDING})
        if not str(command.data.get("reason", "")).strip():
            raise Refused(Refusal.INVALID_ANSWERS, UNREASONED, {"/reason": UNREASONED})
        for made in self.state.objections:
            if (made.notice_id, made.person_id) == (notice.notice_id, actor.person_id):
                raise Refused(Refusal.ALREADY_OBJECTED)

    def apply_object(self, command: Command) -> None:
        data, actor = command.data, command.actor
        notice = self.notice(str(data["notice_id"]))
        role = str(data["role"])
        objection = Objection(
            objection_id=command.act_id,
            notice_id=notice.notice_id,
            number=str(data.get("number", "")),
            kind=notice.takes,
            by_role=role,
            person_id=actor.person_id,
            name=actor.name,
            received_at=command.received_at,
            reason=str(data["reason"]),
            evidence=str(data.get("evidence", "")),
            amount=str(data.get("amount", "")),
            contact=str(data.get("contact", "")),
        )
        # The event's actor is known by what he is to the case: only officers read who he is.
        by = Actor(person_id=actor.person_id, name=notices.ROLE_NAMES[role])
        self._take(objection, by=by, act_id=command.act_id)

    # -- the word of a department --------------------------------------------------------------------

    def department_objected(
        self,
        notice: PublicNotice,
        department: str,
        *,
        at: datetime,
        reason: str,
        number: str = "",
    ) -> Objection | None:
        """A department's objection that its register called back with; None where it came after the end.

        Called from `on_callback`, whose act is on record already. A late one is recorded as late, with its reason.
        """
        by = Actor(person_id=department)
        told = {"notice": notice.notice_id, "department": department, "number": number}
        try:
            check_notice_open(notice, at)
        except Refused:
            self.record("objection_late", actor=by, at=at, data=told, internal={"reason": reason})
            return None
        count = sum(o.department == department for o in self.state.objections) + 1
        objection = Objection(
            objection_id=str(
                notices.objection_id_of(notice.notice_id, f"department:{department}:{count}")
            ),
            notice_id=notice.notice_id,
            number=number,
            kind=notice.takes,
            by_role=notices.DEPARTMENT,
            department=department,
            received_at=at,
            reason=reason,
        )
        return self._take(objection, by=by)

    def _take(self, objection: Objection, *, by: Actor, act_id: str | None = None) -> Objection:
        # The record has every word; what the case carries on is short, or a thousand claims would be too much for it.
        short = objection.model_copy(update={"reason": objection.reason[:KEPT]})
        self.state.objections.append(short)
        self.change_row("objections", objection.model_dump(mode="json"))
        self.record(
            "objection_received",
            actor=by,
            at=objection.received_at,
            act_id=act_id,
            data={
                "notice": objection.notice_id,
                "number": objection.number,
                "kind": objection.kind,
                "role": objection.by_role,
                "department": objection.department,
            },
            internal={"name": objection.name, "reason": objection.reason},
        )
        self.objected(short)
        return short

    # -- its clock, and the end of the case ------------------------------------------------------------

    def on_expired(self, clock: RunningClock, law: Clock) -> None:
        super().on_expired(clock, law)
        for notice in self.notices_running():
            if notice.clock == clock.key:
                self.end_notice(notice, notices.EXPIRED)

    def show_clock(self, clock: RunningClock) -> None:
        """A published calendar moves the end of a notice with its clock."""
        super().show_clock(clock)
        for place, notice in enumerate(self.state.public_notices):
            if notice.clock == clock.key and not notice.outcome and notice.ends_at != clock.ends_at:
                moved = notice.following(clock.ends_at)
                self.state.public_notices[place] = moved
                self._show_notice(moved)

    async def asides_done(self) -> None:
        """Before the case closes: what was received in time and is still on its way."""
        await super().asides_done()
        late = any(n.takes and n.outcome != notices.EXPIRED for n in self.state.public_notices)
        if late and self.table.stage(self.state.stage).final:
            for command in await self._received_before(self.now()):
                if command.kind == "object":
                    self.apply_if_lawful(command)

    def _close(self) -> None:
        well = self.table.stage(self.state.stage).kind is StageKind.GOOD
        for notice in self.notices_running():
            over = well if notice.ends_at is None else notice.ends_at <= self.now()
            if over:
                # Without a set end: it has served when the case has.
                self.end_notice(notice, notices.EXPIRED)
            elif self.state.stage == notices.WITHDRAWN:
                self.end_notice(notice, notices.WITHDRAWN)
            else:
                self.end_notice(notice, notices.STOPPED)
        self._note_unheard()
        super()._close()

    def _note_unheard(self) -> None:
        """Nobody decides any more what was objected to a case that has ended: it stays on record, and its author is told."""
        ended = self.table.stage(self.state.stage).label
        for objection in self.objections_open():
            if objection.kind == notices.OBJECTION:
                answer = f"办件已经办结（{ended}），异议记录在案。"
                objection.state, objection.answer = notices.NOTED, answer
                shown = {"state": notices.NOTED, "answer": answer}
                self.change_row("objections", {"objection_id": objection.objection_id, **shown})
                self.tell_author(objection, self.now())
                told = {"number": objection.number, "kind": objection.kind}
                self.record("objection_handled", data={**told, "outcome": notices.NOTED})

    # -- the read model --------------------------------------------------------------------------------

    def _show_notice(self, notice: PublicNotice) -> None:
        shown: dict[str, Any] = notice.model_dump(mode="json")
        shown |= {"procedure": self.case.procedure, "office": self.case.office}
        self.change_row("public_notices", shown)


def check_notice_open(notice: PublicNotice, at: datetime) -> None:
    """Raises Refused: NOTICE_TAKES_NONE, NOTICE_OVER."""
    notices.check_open(
        takes=notice.takes,
        received_at=at,
        ends_at=notice.ends_at,
        ended_at=notice.ended_at,
        outcome=notice.outcome,
    )


def _told(notice: PublicNotice) -> dict[str, Any]:
    """A notice as its events tell it."""
    shown = notice.model_dump(mode="json")
    keys = ("notice_id", "kind", "title", "takes", "starts_at", "ends_at", "ended_at")
    return {key: shown[key] for key in (*keys, "outcome", "reason")}
