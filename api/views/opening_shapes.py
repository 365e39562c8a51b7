"""Answers about the time that openings take."""

from datetime import date

from pydantic import AwareDatetime, Field

from api.views.shapes import Shape


class OpeningSummary(Shape):
    """Of finished registrations, in office days. `median_waiting_days`: the applicant's part, never taken off."""

    count: int
    median_days: float
    p90_days: float
    meets_target_count: int
    share: float
    median_waiting_days: float


class OpeningMonth(OpeningSummary):
    """The licences of one month (`2026-09`) of the period."""

    month: str


class MeasuredRegistration(Shape):
    """One registration, until its licence or until now. `onestop`: begun by a one-stop opening (一次办)."""

    number: str
    title: str
    onestop: bool
    accepted_at: AwareDatetime
    issued_at: AwareDatetime | None
    hours: float
    waiting_hours: float
    days: float
    handling_days: float
    meets_target: bool


class OpeningTimesAnswer(Shape):
    """`missed` and `running`: the longest first, at most 50; the counts are of all. `summary` null: no licence in the period."""

    first: date = Field(alias="from")
    last: date = Field(alias="to")
    target_days: float
    summary: OpeningSummary | None
    months: list[OpeningMonth]
    missed: list[MeasuredRegistration]
    running: list[MeasuredRegistration]
    running_count: int
    running_late_count: int
