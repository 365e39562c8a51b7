"""The dated expectations of the domain report, section 5, that are pure dates."""

from datetime import date, datetime, timedelta

import pytest

from law.calendars import default_calendars
from law.clocks import Effect, Unit, find_clock
from law.deadlines import Suspension, deadline, working_time
from law.ladder import RungKind, ladder
from law.windows import window_between, window_of
from law.zone import CST

CALENDARS = default_calendars()


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=CST)


def day(text: str) -> date:
    return date.fromisoformat(text if len(text) == 10 else f"2026-{text}")


def end(clock: str, trigger: str, **more: object) -> date:
    return deadline(find_clock(clock), day(trigger), CALENDARS, **more).legal_end  # type: ignore[arg-type]


def test_s01_simple_deregistration() -> None:
    notice = deadline(find_clock("D01"), day("09-18"), CALENDARS)
    assert window_of(notice).first == day("09-19")
    assert notice.legal_end == day("10-08")
    window = window_of(deadline(find_clock("D02"), notice.legal_end, CALENDARS))
    assert (window.first, window.last) == (day("10-09"), day("10-28"))
    assert end("R01", "10-12") == day("10-15")
    assert end("R01", "10-12", extended=True) == day("10-20")


def test_s03_s04_the_objection_closes_with_the_last_day() -> None:
    notice = deadline(find_clock("D01"), day("09-18"), CALENDARS)
    assert notice.in_time(at("10-08 23:30"))
    assert notice.in_time(at("10-08 23:59:59.999999"))
    assert not notice.in_time(at("10-09 00:00"))
    assert not notice.in_time(at("10-09 00:10"))


def test_s06_second_notice() -> None:
    assert end("D01", "10-20") == day("11-09")


def test_s10_general_deregistration() -> None:
    assert end("D10", "06-01") == day("06-11")
    assert end("D11", "06-01") == day("06-16")
    published = deadline(find_clock("D12"), day("06-10"), CALENDARS)
    assert (published.raw_end, published.legal_end) == (day("06-20"), day("06-22"))
    assert end("D13", "06-10") == day("06-22")
    announced = deadline(find_clock("D13b"), day("06-10"), CALENDARS)
    assert (announced.raw_end, announced.legal_end) == (day("08-09"), day("08-10"))


def test_s13_name_hold() -> None:
    hold = deadline(find_clock("N01"), day("07-31"), CALENDARS)
    assert hold.legal_end == day("09-30")
    assert hold.ends_at == at("10-01 00:00")
    assert hold.clock.effect is Effect.RELEASE_NAME


def test_s15_name_hold_into_a_year_without_notice() -> None:
    hold = deadline(find_clock("N01"), day("12-31"), CALENDARS)
    assert hold.raw_end == day("2027-02-28")
    assert hold.legal_end == day("2027-03-01")
    assert hold.provisional


def test_s20_establishment() -> None:
    file = at("09-23 10:00")
    plain = deadline(find_clock("R01"), file, CALENDARS)
    assert plain.legal_end == day("09-29")
    assert plain.in_time(at("09-29 18:00"))
    assert not plain.in_time(at("09-30 09:00"))
    extended = deadline(find_clock("R01"), file, CALENDARS, extended=True)
    assert extended.legal_end == day("10-09")
    assert extended.clock.extension is not None
    assert extended.clock.extension.approver_role == "registry_head"


def test_s24_deemed_acceptance() -> None:
    check = deadline(find_clock("G01"), day("09-23"), CALENDARS)
    assert check.legal_end == day("10-08")
    assert check.clock.effect is Effect.DEEMED_ACCEPTED
    assert check.start_date == day("09-23")


def test_s27_working_time() -> None:
    first = working_time(at("09-23 15:00"), at("09-24 11:00"), CALENDARS)
    second = working_time(at("09-24 15:00"), at("09-29 10:00"), CALENDARS)
    assert first == timedelta(hours=5.5)
    assert second == timedelta(hours=11.5)
    assert end("R01", "09-24") == day("09-30")


def test_s29_tolerance() -> None:
    """Ten working days from 2026-09-21 end on 10-12: a supplement of 10-13 09:00 is late."""
    promised = deadline(find_clock("T01"), day("09-21"), CALENDARS)
    assert promised.legal_end == day("10-12")
    assert promised.ends_at == at("10-13 00:00")
    assert not promised.in_time(at("10-13 09:00"))


def test_s31_s32_hazard() -> None:
    assert CALENDARS.is_workday(day("05-09"))
    assert end("Q06", "04-23", length=15) == day("05-08")
    assert end("Q07", "05-06") == day("05-19")
    second = deadline(find_clock("Q06"), day("05-20"), CALENDARS, length=10)
    assert (second.raw_end, second.legal_end) == (day("05-30"), day("06-01"))
    assert end("Q07", "05-29") == day("06-12")


def test_s34_emergency_seal() -> None:
    sealed = deadline(find_clock("Q09"), at("10-03 16:00"), CALENDARS)
    assert sealed.ends_at == at("10-04 16:00")
    assert sealed.clock.effect is Effect.RELEASE_IF_REFUSED
    rungs = {rung.kind: rung.at for rung in ladder(sealed, CALENDARS)}
    assert rungs[RungKind.REMINDER] == at("10-04 15:00")
    assert rungs[RungKind.OVERDUE_L1] == at("10-04 16:00")


def test_s35_accident() -> None:
    unit_report = deadline(find_clock("Q11"), at("10-02 23:10"), CALENDARS)
    assert unit_report.ends_at == at("10-03 00:10")
    up = deadline(find_clock("Q12"), at("10-03 00:10"), CALENDARS)
    assert up.ends_at == at("10-03 02:10")


def test_s37_complaint() -> None:
    assert end("C01", "09-21") == day("10-08")
    assert end("C02", "10-08") == day("12-07")
    ten_days = Suspension(day("11-02"), day("11-11"), "testing", "投诉举报处理办法", "检测通知")
    assert end("C02", "10-08", suspensions=[ten_days]) == day("12-17")


def test_s38_complaint_transition() -> None:
    assert end("C02old", "03-10") == day("05-15")
    new = deadline(find_clock("C02"), day("04-15"), CALENDARS)
    assert (new.raw_end, new.legal_end) == (day("06-14"), day("06-15"))
    assert new.in_force is True
    assert find_clock("C02").in_force_on(day("03-10")) is False
    assert find_clock("C02old").in_force_on(day("03-10")) is True
    assert find_clock("C02old").in_force_on(day("04-15")) is False


def test_s39_report() -> None:
    assert end("X01", "09-21") == day("10-19")
    assert end("X01", "09-21", extended=True) == day("11-09")
    assert end("C05", "10-16") == day("10-23")


def test_s42_evidence() -> None:
    kept = deadline(find_clock("X05"), day("09-29"), CALENDARS)
    assert kept.legal_end == day("10-14")
    assert kept.clock.effect is Effect.LAPSE


def test_s43_fine() -> None:
    fine = deadline(find_clock("X07"), day("09-18"), CALENDARS)
    assert (fine.raw_end, fine.legal_end) == (day("10-03"), day("10-08"))
    assert end("X15", "09-18") == day("11-17")


def test_s45_food_licence() -> None:
    assert end("F02", "09-21") == day("10-12")
    assert end("F02", "09-21", extended=True) == day("10-19")
    window = window_between(
        deadline(find_clock("F05a"), day("12-31"), CALENDARS),
        deadline(find_clock("F05b"), day("12-31"), CALENDARS),
    )
    assert (window.first, window.last) == (day("08-21"), day("12-10"))
    assert window.holds(at("12-10 23:59"))
    assert not window.holds(at("12-11 00:00"))


def test_s46_device_licence() -> None:
    line = deadline(find_clock("M03b"), day("12-31"), CALENDARS)
    assert line.legal_end == day("11-19")
    assert not line.in_time(at("11-20 00:00"))


def test_s48_recall() -> None:
    start = deadline(find_clock("F18a"), at("10-01 09:00"), CALENDARS)
    assert start.ends_at == at("10-02 09:00")
    assert end("F19a", "10-02") == day("10-20")
    assert end("F19b", "10-02") == day("11-03")
    assert end("F19c", "10-02") == day("11-17")


def test_s49_adverse_reaction() -> None:
    report = deadline(find_clock("A02"), day("09-20"), CALENDARS)
    assert report.legal_end == day("10-05")
    assert not CALENDARS.is_workday(report.legal_end)
    assert end("A04a", "09-24") == day("09-30")


def test_s51_credit_repair() -> None:
    floor = deadline(find_clock("K07a"), day("07-01"), CALENDARS)
    assert floor.in_time(at("09-15 09:00"))
    assert not floor.in_time(at("10-16 09:00"))
    assert end("K04", "10-16") == day("10-27")


def test_s54_trademark_opposition() -> None:
    old = deadline(find_clock("B03a"), day("12-20"), CALENDARS)
    new = deadline(find_clock("B03b"), day("2027-01-05"), CALENDARS)
    assert (old.length, old.unit, old.in_force) == (3, Unit.MO, True)
    assert (new.length, new.unit, new.in_force) == (2, Unit.MO, True)
    assert new.raw_end == day("2027-03-05")


@pytest.mark.parametrize(
    ("month", "days"), list(enumerate((21, 16, 22, 21, 19, 21, 23, 21, 22, 18, 21, 23), start=1))
)
def test_working_days_per_month_of_2026(month: int, days: int) -> None:
    first = date(2026, month, 1)
    last = date(2026 + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    assert CALENDARS.workdays_between(first - timedelta(days=1), last) == days
