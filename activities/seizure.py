"""Papers of a seizure (查封、扣押): the decision with its list and term, its extension and suspension, the lifting. 行政强制法 18, 19, 25, 28.

And what was seized of the same party before.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from activities.context import CaseView
from activities.paper_fields import Fields, due, full_stop, remedies
from activities.paperwork import moment, paper
from activities.register_calls import inquiry
from activities.suspensions import resumption, suspension
from domain.contracts import Fact, PaperOrder, RegisterCall
from forms.seizure import KIND_LABELS, Application
from law.zone import civil_date, day_zh, local
from storage import seizures, submissions
from storage.keys import KeyDestroyed
from storage.seizures import Earlier

STEM: Final = "seizure"
LAW: Final = "《中华人民共和国行政强制法》"

paper("suspension", STEM)(suspension)
paper("resumption", STEM)(resumption)


def application(view: CaseView) -> Application:
    assert isinstance(view.form, Application)
    return view.form


def _lines(view: CaseView) -> list[dict[str, str]]:
    form = application(view)
    items = [{"label": f"清单{n}", "value": item} for n, item in enumerate(form.items[:20], 1)]
    if len(form.items) > len(items):
        items.append({"label": "其余", "value": "；".join(form.items[20:])})
    seized = view.case.decision.get("seized_at") or (
        form.seized_at.isoformat() if form.seized_at else ""
    )
    at = (
        [{"label": "实施时间", "value": f"{local(moment(seized)):%Y年%m月%d日%H时%M分}"}]
        if seized
        else []
    )
    # Of an emergency that nobody reported before its term was over, nobody is known.
    officers = view.case.decision.get("officers", ())
    by = [{"label": "执法人员", "value": "、".join(officers)}] if officers else []
    return [
        {"label": "当事人", "value": f"{form.name}（{form.uscc}）"},
        {"label": "措施", "value": KIND_LABELS[form.kind][0]},
        {"label": "地点", "value": form.place},
        *at,
        *by,
        *items,
    ]


# -- what was seized before -------------------------------------------------------------------------------

TERM_OVER: Final = "term_over"
ENDED: Final = {
    TERM_OVER: "期限届满解除",
    "release": "提前解除",
    "not_confirmed": "没有补办批准，立即解除",
    "confiscate": "依法没收或者销毁",
}
"""How a seizure ends, by what its decision keeps."""
SHOWN: Final = 5
"""As many are named, the newest; more are counted."""


@inquiry("earlier_seizures")
async def earlier_seizures(view: CaseView, order: RegisterCall) -> dict[str, Any]:
    """What was seized of the same party before, each with its end; whether the term of the same thing has run out before.

    args: `parent`, the case that had this one opened, or "". Answer: `facts`; `by_term`, the same thing or device was
    released at the end of its term; `same_ground`, the number of a case so ended whose facts are those of this one.
    """
    form = application(view)
    parent = str(order.args.get("parent", ""))
    async with view.means.engine.connect() as connection:
        found = await seizures.earlier(
            connection, view.case.office, form.uscc, UUID(order.case_id), view.case.opened_at
        )
        device = await seizures.device_of(connection, UUID(parent)) if parent else ""
        forms = [await _form_of(view, one, connection) for one in found]
    same = [
        one
        for one, before in zip(found, forms, strict=True)
        if (device and one.device == device) or (before and _things(before) & _things(form))
    ]
    again = (
        one.number
        for one, before in zip(found, forms, strict=True)
        if one.ended == TERM_OVER and before and _plain(before.ground) == _plain(form.ground)
    )
    return {
        "facts": [f.model_dump() for f in _before(found, {one.case_id for one in same})],
        "by_term": any(one.ended == TERM_OVER for one in same),
        "same_ground": next(again, ""),
    }


async def _form_of(view: CaseView, one: Earlier, connection: AsyncConnection) -> Application | None:
    """None where its key was destroyed (erased at the end of its retention): its end is known all the same."""
    try:
        _row, answers = await submissions.newest(connection, view.means.keys, one.case_id)
    except KeyDestroyed:
        return None
    return Application.model_validate(answers)


def _plain(text: str) -> str:
    """As people would call it the same: without spaces and punctuation."""
    return "".join(c for c in text if c.isalnum())


def _things(form: Application) -> set[str]:
    return {_plain(item) for item in form.items}


def _before(found: Sequence[Earlier], same: set[UUID]) -> Iterator[Fact]:
    if not found:
        return
    told = [_in_words(one, one.case_id in same) for one in found[:SHOWN]]
    if len(found) > SHOWN:
        told.append(f"另有{len(found) - SHOWN}件")
    yield Fact(
        code="seized_before",
        state="open",
        fact="；".join(told),
        rule="同一财物或者设备的查封、扣押期满解除后，没有新的事实不得再次查封、扣押",
        cite="本局规则（待核）",
    )


def _in_words(one: Earlier, same: bool) -> str:
    what = "同一财物或者设备" if same else "同一当事人"
    if one.closed_at is None:
        return f"{what}正在查封、扣押（{one.number}）"
    day = day_zh(civil_date(one.closed_at))
    how = ENDED.get(one.ended, "已经办结")
    why = "" if one.ended == TERM_OVER or not one.reasons else f"：{one.reasons[:60]}"
    return f"{what}的查封、扣押（{one.number}）于{day}{how}{why}"


# -- papers -----------------------------------------------------------------------------------------------


@paper("seizure_decision", STEM)
async def seizure_decision(view: CaseView, order: PaperOrder) -> Fields:
    form = application(view)
    return "office_letter", {
        "name": view.row.papers["seizure_decision"],
        "paragraphs": [
            f"事实和依据：{full_stop(form.ground)}",
            *_special(view),
            "本机关决定采取下列措施。期限届满没有依法延长的，必须解除；检测、检验、检疫或者技术鉴定的期间不计入期限。",
        ],
        "entries": _lines(view),
        "due": due(view, order.data["clock"]),
        "due_label": "期限的最后一天",
        "basis": f"{LAW}第十八条、{'第十九条、' if form.seized_at else ''}第二十五条",
        "remedies": remedies(view),
    }


def _special(view: CaseView) -> Iterator[str]:
    """New facts after an earlier seizure of the same; an approval that came after the 24 hours."""
    decision = view.case.decision
    if facts := decision.get("new_facts"):
        yield f"此前对同一财物或者设备的查封、扣押已经期满解除。新的事实：{full_stop(facts)}"
    if late := decision.get("late_reason"):
        at = f"{local(moment(decision['decided_at'])):%Y年%m月%d日%H时%M分}"
        yield f"本次当场实施后24小时内没有补办批准手续，{at}补办批准。原因：{full_stop(late)}"


@paper("extension", STEM)
async def extension(view: CaseView, order: PaperOrder) -> Fields:
    return "office_letter", {
        "name": view.row.papers["extension"],
        "paragraphs": [
            f"经本机关负责人批准，查封、扣押的期限延长一次。理由：{full_stop(order.data['reason'])}"
        ],
        "entries": _lines(view),
        "due": due(view, order.data["clock"]),
        "due_label": "延长后的最后一天",
        "basis": f"{LAW}第二十五条",
        "remedies": remedies(view),
    }


@paper("release_decision", STEM)
async def release_decision(view: CaseView, order: PaperOrder) -> Fields:
    why = full_stop(order.data["reasons"])
    return "office_letter", {
        "name": view.row.papers["release_decision"],
        "paragraphs": [f"本机关决定解除下列查封、扣押，退还财物。理由：{why}"],
        "entries": _lines(view),
        "basis": f"{LAW}第二十八条",
    }


@paper("confiscation_notice", STEM)
async def confiscation_notice(view: CaseView, order: PaperOrder) -> Fields:
    decision = view.case.decision
    return "office_letter", {
        "name": view.row.papers["confiscation_notice"],
        "paragraphs": [
            f"下列查封、扣押的财物已经由{decision['document']}依法处理。{full_stop(decision['end_reasons'])}"
        ],
        "entries": _lines(view),
        "basis": "见处罚决定书（行政强制法关于处理的条款未见原文，待核）",
        "remedies": remedies(view),
    }
