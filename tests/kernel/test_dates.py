"""What is filled in may not lie before what it follows from: by the day, or by the minute where both are instants."""

from datetime import date, datetime, timedelta
from typing import ClassVar

import pytest

from domain.refusals import Refusal, Refused
from forms.base import TaskForm
from forms.fields import Day, Instant
from law.zone import CST
from workflows.kernel.dates import Moment, refuse_after, refuse_before

HAPPENED = datetime(2026, 10, 2, 20, 40, tzinfo=CST)
WHAT = "事故发生的时间"


class Told(TaskForm):
    code: ClassVar[str] = "test.told"
    title: ClassVar[str] = ""
    title_en: ClassVar[str] = ""
    duty: ClassVar[str] = "inspector"

    at: Instant | None = None
    on: Day | None = None


@pytest.mark.parametrize(
    ("told", "field", "earliest"),
    [
        (Told(at=HAPPENED), "at", HAPPENED),
        # An act has seconds; what people write has none.
        (Told(at=HAPPENED), "at", HAPPENED + timedelta(seconds=59)),
        (Told(at=HAPPENED), "at", HAPPENED.date()),
        (Told(on=HAPPENED.date()), "on", HAPPENED),
        (Told(on=HAPPENED.date()), "on", HAPPENED.date()),
        (Told(), "at", HAPPENED),
    ],
)
def test_what_is_not_earlier_is_left_alone(told: Told, field: str, earliest: Moment) -> None:
    refuse_before(told, field, earliest, WHAT)


@pytest.mark.parametrize(
    ("told", "field", "earliest", "said"),
    [
        (Told(at=HAPPENED - timedelta(minutes=1)), "at", HAPPENED, "2026年10月2日20:40"),
        (Told(at=HAPPENED - timedelta(minutes=1)), "at", date(2026, 10, 3), "2026年10月3日"),
        (Told(on=date(2026, 10, 1)), "on", HAPPENED, "2026年10月2日20:40"),
        (Told(on=date(2026, 10, 1)), "on", date(2026, 10, 2), "2026年10月2日"),
    ],
)
def test_what_is_earlier_is_refused_at_its_field(
    told: Told, field: str, earliest: Moment, said: str
) -> None:
    with pytest.raises(Refused) as refused:
        refuse_before(told, field, earliest, WHAT)
    message = f"不能早于{WHAT}（{said}），请核对。"
    assert refused.value.why is Refusal.INVALID_ANSWERS
    assert refused.value.errors == {f"/{field}": message}


def test_a_day_is_a_day_in_beijing() -> None:
    """Half past midnight there is still the day before in Greenwich."""
    past_midnight = datetime.fromisoformat("2026-10-02T16:30:00+00:00")
    refuse_before(Told(on=date(2026, 10, 3)), "on", past_midnight, WHAT)
    with pytest.raises(Refused):
        refuse_before(Told(on=date(2026, 10, 2)), "on", past_midnight, WHAT)


def test_the_other_way_round_it_may_not_be_later() -> None:
    refuse_after(Told(at=HAPPENED), "at", HAPPENED, WHAT)
    refuse_after(Told(at=HAPPENED + timedelta(seconds=59)), "at", HAPPENED, WHAT)
    refuse_after(Told(), "at", HAPPENED, WHAT)
    with pytest.raises(Refused) as refused:
        refuse_after(Told(at=HAPPENED + timedelta(minutes=1)), "at", HAPPENED, WHAT)
    assert refused.value.errors == {"/at": f"不能晚于{WHAT}（2026年10月2日20:40），请核对。"}
