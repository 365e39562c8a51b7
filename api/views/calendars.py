"""Published calendars as administrators see them: how far each is, what it moves, and in which words."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from api.i18n import gettext as _
from api.i18n import mark
from api.spreadsheets import rows_of
from api.views import words
from law import calendars as law
from law.calendars import CalendarEdition
from law.zone import local
from storage.calendar_moves import Move
from storage.calendar_publications import Publication

STATES: Final = {
    "uploaded": mark("正在试算"),
    "previewed": mark("待批准"),
    "approved": mark("已批准，即将开始"),
    "applying": mark("正在重新计算"),
    "applied": mark("已完成"),
    "rolled_back": mark("已撤回"),
    "refused": mark("未通过"),
}
TAGS: Final = {"applied": "ok", "refused": "bad", "rolled_back": "", "previewed": "warn"}
MOVES: Final = {
    "foreseen": mark("预计变动"),
    "moving": mark("正在通知"),
    "moved": mark("已变动"),
    "gone": mark("期限已先结束"),
}
BUSY: Final = frozenset({"uploaded", "approved", "applying"})


def state_text(of: Publication) -> str:
    """The state in the reader's language."""
    return _(STATES[of.state])


def rest_text(of: Publication) -> str:
    """How much longer the first pass takes; empty where nobody knows yet."""
    if of.rest is None:
        return ""
    seconds = round(of.rest / timedelta(seconds=1))
    if seconds < 60:
        return _("约 %(n)s 秒") % {"n": max(1, seconds)}
    return _("约 %(n)s 分钟") % {"n": -(-seconds // 60)}


def what_text(of: Publication) -> str:
    """What the publication does."""
    if not of.takes_back:
        return _("%(year)s 年第 %(n)s 版") % {"year": of.year, "n": of.edition.version}
    return _("撤回 %(year)s 年第 %(n)s 版") % {"year": of.year, "n": of.edition.version}


def move_text(move: Move) -> str:
    """How far one moved clock is."""
    return _(MOVES[move.state])


def publication_json(of: Publication, procedures: Sequence[tuple[str, int, int]]) -> dict[str, Any]:
    """One publication over REST."""
    return {
        "id": of.id,
        "year": of.year,
        "edition": of.edition.pin,
        "puts_in_force": of.pin or None,
        "takes_back": of.takes_back,
        "before": of.before or None,
        "state": of.state,
        "paper": of.edition.source,
        "digest": of.digest,
        "reason": of.reason,
        "ordered_by": of.ordered_name,
        "ordered_at": local(of.ordered_at).isoformat(),
        "approved_by": of.approved_name or None,
        "approved_at": local(of.approved_at).isoformat() if of.approved_at else None,
        "refused_by": of.refused_name or None,
        "refusal": of.refusal or None,
        "finished_at": local(of.finished_at).isoformat() if of.finished_at else None,
        "progress": {
            "running_clocks": of.total,
            "examined": of.examined,
            "percent": of.percent,
            "rest_seconds": round(of.rest.total_seconds()) if of.rest is not None else None,
            "foreseen": of.foreseen,
            "moved": of.moved,
            "under_way": of.under_way,
            "gone": of.gone,
        },
        "by_procedure": [
            {"procedure": procedure, "cases": cases, "clocks": clocks}
            for procedure, cases, clocks in procedures
        ],
    }


def move_json(move: Move) -> dict[str, Any]:
    """One clock over REST."""
    return {
        "case": move.number or str(move.case_id),
        "procedure": move.procedure,
        "clock": move.key,
        "old_end": move.old_end.isoformat(),
        "new_end": move.new_end.isoformat(),
        "state": move.state,
    }


def edition_json(edition: CalendarEdition) -> dict[str, Any]:
    """An edition that is in force."""
    return {
        "year": edition.year,
        "edition": edition.pin,
        "paper": edition.source,
        "shipped": law.is_shipped(edition.pin),
        "days": len(edition.days),
    }


HEADS: Final = ("case", "procedure", "clock", "old_end", "new_end", "state")


def table(moves: Sequence[Move], *, heads: bool) -> str:
    """Rows for a spreadsheet, the columns' names first where asked."""
    rows = ([shown[name] for name in HEADS] for shown in map(move_json, moves))
    return rows_of([HEADS, *rows] if heads else rows)


def case_title(procedure: str) -> str:
    """The procedure's title in the reader's language; the stem of one that the catalogue lost."""
    try:
        return words.procedure_title(procedure)
    except LookupError:
        return procedure
