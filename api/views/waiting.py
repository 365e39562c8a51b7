"""Why a case waits, in one sentence, from facts: the task, the call, the clock, the program; or nothing at all."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from api import dates
from api.engine_record import EngineRecord, PendingCall
from api.i18n import gettext as _
from api.i18n import mark
from api.masking import masked_text
from api.views import paper_words, words
from api.views.balls import Ball
from api.views.cases import CaseView
from storage.tables import ActRow, EffectRow, TaskRow

CALL_REGISTER: Final = "call_register"
ISSUE_PAPER: Final = "issue_paper"
CALLS: Final[dict[str, str]] = {
    "open_related": mark("开办关联办件"),
    "prepare_related": mark("准备关联办件的申请"),
    "report_to_parent": mark("向上级办件报告结果"),
}


@dataclass(frozen=True)
class Facts:
    """What the sentence is derived from. `engine` is None where the reader may not read the engine."""

    view: CaseView
    effects: list[EffectRow]
    acts: list[ActRow]
    engine: EngineRecord | None

    @property
    def since(self) -> datetime:
        """Since when the case is at its stage."""
        passed = self.view.case.passed
        return datetime.fromisoformat(passed[-1]["at"]) if passed else self.view.case.opened_at

    def call_of(self, effect: EffectRow) -> PendingCall | None:
        """The engine's activity behind an effect, while it is under way."""
        name = f"{effect.kind}#{effect.seq}"
        return next((c for c in self.calls if c.summary == name), None)

    @property
    def calls(self) -> list[PendingCall]:
        """What the engine is doing outside, or will try again."""
        return self.engine.calls if self.engine is not None else []

    @property
    def failing(self) -> list[EffectRow]:
        """Calls that have not succeeded so far."""
        return [e for e in self.effects if e.last_error and e.state in {"intent", "waiting"}]

    @property
    def received(self) -> list[ActRow]:
        """Acts that are durable and not in the case yet."""
        return [a for a in self.acts if a.state == "received"]


def call_name(call: PendingCall) -> str:
    """What an activity does, in words."""
    if call.name == CALL_REGISTER:
        return words.effect_name(call.summary.partition("#")[0])
    if call.name == ISSUE_PAPER:
        return _("制作%(paper)s") % {
            "paper": words.known(paper_words.PAPERS.get(call.summary, call.summary))
        }
    return words.known(CALLS.get(call.name, call.name))


def why_waiting(facts: Facts) -> str:
    """One sentence: whom or what the case waits for and since when; then what is not as it should be."""
    view = facts.view
    if view.case.closed_at is not None:
        said = _("办件已于%(time)s 办结（%(outcome)s），不再等待") % {
            "time": dates.minute_text(view.case.closed_at),
            "outcome": view.stage_label,
        }
        return said + _received(facts) + _("。")
    if facts.engine is not None and facts.engine.stuck:
        said = _stuck(facts.engine)
    else:
        said = _waits(facts, view.ball)
    return said + _troubles(facts) + _received(facts) + _away(facts) + _("。")


def _waits(facts: Facts, ball: Ball) -> str:
    if (awaited := facts.view.awaited) is not None:
        return _("等关联办件 %(number)s，%(said)s") % {
            "number": awaited.number,
            "said": ball.sentence,
        }
    if ball.task_id is not None:
        task = next(t for t in facts.view.tasks if t.task_id == ball.task_id)
        return _person(facts, ball, task)
    if ball.holder in {"register", "system", "nobody"}:
        return _outside(facts)
    if ball.holder == "staff":
        # Between two tasks: nobody can do anything yet, so it is no person that is waited for.
        return _outside(facts) if facts.calls or facts.failing else _plain(facts, ball)
    return _plain(facts, ball)


def _person(facts: Facts, ball: Ball, task: TaskRow) -> str:
    who = words.role_label(task.role)
    if task.claimed_name and task.claimed_at:
        claim = _("%(time)s 由%(name)s领取") % {
            "time": dates.minute_text(task.claimed_at),
            "name": task.claimed_name,
        }
    else:
        claim = _("还没有人领取")
    said = _("等%(who)s办理“%(form)s”：任务从%(since)s 起打开，%(claim)s") % {
        "who": who,
        "form": words.form_title(task.form),
        "since": dates.minute_text(task.opened_at),
        "claim": claim,
    }
    return said + _until(ball)


def _plain(facts: Facts, ball: Ball) -> str:
    """The applicant, the persons of the case, or a post without a task yet."""
    said = _("等%(who)s%(todo)s，从%(since)s 起") % {
        "who": ball.who,
        "todo": ball.todo,
        "since": dates.minute_text(facts.since),
    }
    return said + _until(ball)


def _until(ball: Ball) -> str:
    return _("，%(until)s") % {"until": ball.until} if ball.until else ""


def _outside(facts: Facts) -> str:
    """A register's answer, work of our own, a clock; or nothing that anybody could name."""
    if facts.failing:
        return _failing(facts, facts.failing[0])
    open_effects = [e for e in facts.effects if e.state in {"intent", "waiting"}]
    for effect in open_effects:
        what = {
            "register": words.register_name(effect.register_name),
            "what": words.effect_name(effect.kind),
            "time": dates.minute_text(effect.intent_at),
            "n": effect.attempts,
        }
        if effect.state == "waiting":
            return _("等%(register)s对“%(what)s”的答复，%(time)s 请求已送达") % what
        return _("正在请求%(register)s“%(what)s”，%(time)s 起，第 %(n)s 次") % what
    for call in facts.calls:
        return _working(facts, call)
    return _clock_or_nothing(facts)


def _failing(facts: Facts, effect: EffectRow) -> str:
    call = facts.call_of(effect)
    return _("等%(register)s：“%(what)s”第 %(n)s 次没有成功（%(error)s），%(next)s") % {
        "register": words.register_name(effect.register_name),
        "what": words.effect_name(effect.kind),
        "n": effect.attempts,
        "error": masked_text(effect.last_error),
        "next": _next(facts, call),
    }


def _next(facts: Facts, call: PendingCall | None) -> str:
    if call is None or facts.engine is None:
        return _("系统在自动重试")
    if call.running or call.next_attempt_at is None:
        return _("正在重试")
    return _("下次 %(time)s 自动重试") % {
        "time": dates.second_text(call.next_attempt_at + facts.engine.offset)
    }


def _working(facts: Facts, call: PendingCall) -> str:
    if call.last_error:
        return _("等系统“%(what)s”：第 %(n)s 次没有成功（%(error)s），%(next)s") % {
            "what": call_name(call),
            "n": max(1, call.attempt - 1),
            "error": masked_text(call.last_error),
            "next": _next(facts, call),
        }
    return _("系统正在“%(what)s”") % {"what": call_name(call)}


def _clock_or_nothing(facts: Facts) -> str:
    running = [c for c in facts.view.clocks if c.running]
    if running:
        first = min(running, key=lambda c: (c.paused, c.row.ends_at))
        if first.paused:
            return _("期限“%(clock)s”已中止，等恢复计算") % {"clock": first.name}
        return _("等期限“%(clock)s”届满：%(end)s") % {"clock": first.name, "end": first.end_text}
    return _("没有在等的人、系统或者期限，请看引擎历史")


def _stuck(engine: EngineRecord) -> str:
    assert engine.task is not None, "stuck has a task"
    return _(
        "程序在这个办件上走不下去：工作流任务第 %(n)s 次尝试（%(error)s），引擎会一直重试，请退回或者修好程序"
    ) % {
        "n": engine.task.attempt,
        "error": masked_text(engine.task.last_error) or _("没有写明原因"),
    }


def _troubles(facts: Facts) -> str:
    """What else keeps failing beside what is waited for, and an overrun."""
    view = facts.view
    said = _("；已经超期") if view.overdue_text else ""
    if view.ball.task_id is None and view.ball.holder in {"register", "system"}:
        return said
    for effect in facts.failing:
        call = facts.call_of(effect)
        said += _("；另外，%(register)s的“%(what)s”第 %(n)s 次没有成功，%(next)s") % {
            "what": words.effect_name(effect.kind),
            "register": words.register_name(effect.register_name),
            "n": effect.attempts,
            "next": _next(facts, call),
        }
    return said


def _received(facts: Facts) -> str:
    if not facts.received:
        return ""
    return _("；有 %(n)s 个操作已经收到、还没有进入办件") % {"n": len(facts.received)}


def _away(facts: Facts) -> str:
    if facts.engine is None or facts.engine.source != "away":
        return ""
    return _("；引擎现在联系不上，恢复后自动继续，收到的操作不会丢")
