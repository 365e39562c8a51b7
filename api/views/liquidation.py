"""A liquidation (清算) as the case's page shows it: steps taken and to take, breaches, claims, and what tax said."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from api.i18n import mark
from api.views import decisions, words
from api.views.cases import CaseView
from api.views.decisions import FieldView
from forms.general_deregistration import CAUSE_LABELS, Cause
from forms.liquidation import STEP_FORMS
from law.clocks import find_clock
from law.liquidation import WAYS, Step

APPLIED: Final = mark("申请注销登记")


@dataclass(frozen=True)
class StepForm:
    """One step that can be taken now, with its fields."""

    step: str
    title: str
    fields: list[FieldView]


@dataclass(frozen=True)
class StepTaken:
    """A step on record: on which day, until when it was due, and whether it was late."""

    title: str
    on: date
    due: date | None
    late: bool


@dataclass(frozen=True)
class Breach:
    """A term that was not kept: what, since when, under which article, and what may follow."""

    name: str
    due: date
    on: date
    article: str
    effect: str


@dataclass(frozen=True)
class LiquidationView:
    """All that the section of the page draws."""

    way: str
    cause: str
    dissolved_on: date
    taken: list[StepTaken]
    breaches: list[Breach]
    steps: list[StepForm]
    tax: dict[str, Any] | None


def _title(step: str) -> str:
    return words.known(APPLIED) if step == "applied" else words.liquidation_step(step)


def _fields(step: str, sent: Mapping[str, Any], errors: Mapping[str, str]) -> list[FieldView]:
    """Named with the step before: several forms of one page have a field of one name."""
    own = {name.removeprefix(field_name(step, "")): told for name, told in errors.items()}
    found = decisions.fields(STEP_FORMS[Step(step)], sent, own)
    return [replace(f, name=field_name(step, f.name)) for f in found]


def field_name(step: str, name: str) -> str:
    """The name of a step's field on the page."""
    return f"{step}-{name}"


def liquidation_of(
    view: CaseView,
    chosen: str = "",
    sent: Mapping[str, Any] | None = None,
    errors: Mapping[str, str] | None = None,
) -> LiquidationView | None:
    """Of a general deregistration, for those who may know it; `chosen` is the step that was filled in wrongly."""
    known = view.case.decision.get("liquidation")
    if known is None or view.viewer.audience == "public":
        return None
    mine = view.may("liquidation_step")
    steps = [
        StepForm(
            step,
            _title(step),
            _fields(step, sent or {}, errors or {}) if step == chosen else _fields(step, {}, {}),
        )
        for step in known["open"]
        if mine
    ]
    return LiquidationView(
        way=words.known(WAYS[known["way"]].name),
        cause=words.bilingual(*CAUSE_LABELS[Cause(known["cause"])]),
        dissolved_on=date.fromisoformat(known["dissolved_on"]),
        taken=[
            StepTaken(
                _title(told["step"]),
                date.fromisoformat(told["on"]),
                date.fromisoformat(told["due"]) if told.get("due") else None,
                bool(told.get("late")),
            )
            for told in known["done"]
        ],
        breaches=[
            Breach(
                words.clock_name(find_clock(b["clock_id"])),
                date.fromisoformat(b["due"]),
                date.fromisoformat(b["on"]),
                b["article"],
                words.known(b["effect"]),
            )
            for b in known["breaches"]
        ],
        steps=steps,
        tax=known.get("tax"),
    )
