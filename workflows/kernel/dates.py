"""Days and instants that people fill in, beside those at which something happened."""

from datetime import date, datetime

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.refusal_words import TOO_EARLY, TOO_LATE
    from forms.base import Form
    from law.zone import civil_date, day_zh, local

from workflows.kernel.answers import wrong

Moment = date | datetime
"""A day of the civil calendar, or an instant with its offset."""


def moment_zh(moment: Moment) -> str:
    """2026年10月2日; of an instant also its minute, Beijing time: 2026年10月2日23:10."""
    if isinstance(moment, datetime):
        there = local(moment)
        return f"{day_zh(there.date())}{there:%H:%M}"
    return day_zh(moment)


def refuse_before(answers: Form, field: str, earliest: Moment, what: str) -> None:
    """Raises Refused at the field where what was filled in lies before what it follows from.

    `what` says in Chinese what happened at `earliest`, as a noun: 事故发生的时间. An empty field is none of its business. A day
    and an instant are compared by their days; two instants by their minutes, since people write no seconds.
    """
    told: Moment | None = getattr(answers, field)
    if told is not None and _before(told, earliest):
        raise wrong(field, TOO_EARLY % {"what": what, "day": moment_zh(earliest)})


def refuse_after(answers: Form, field: str, latest: Moment, what: str) -> None:
    """The same of what may not lie after what follows from it."""
    told: Moment | None = getattr(answers, field)
    if told is not None and _before(latest, told):
        raise wrong(field, TOO_LATE % {"what": what, "day": moment_zh(latest)})


def _before(one: Moment, other: Moment) -> bool:
    if isinstance(one, datetime) and isinstance(other, datetime):
        return _minute(one) < _minute(other)
    return _day(one) < _day(other)


def _minute(instant: datetime) -> datetime:
    return local(instant).replace(second=0, microsecond=0)


def _day(moment: Moment) -> date:
    return civil_date(moment) if isinstance(moment, datetime) else moment
