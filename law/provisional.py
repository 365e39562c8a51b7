"""Statutory holidays of a year whose notice is not yet published.

全国年节及纪念日放假办法 (2024 revision): 元旦 1 day, 春节 4 (农历除夕、正月初一至初三), 清明节 1,
劳动节 2 (5 月 1 日、2 日), 端午节 1, 中秋节 1, 国庆节 3 (10 月 1 日至 3 日). Make-up days
(调休) are not known before the notice, so none are assumed.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from types import MappingProxyType

from lunar_python import Lunar, LunarYear, Solar

STATUTE = "全国年节及纪念日放假办法(2024)第二条"


@cache
def statutory_holidays(year: int) -> Mapping[date, str]:
    """The thirteen statutory days of the year by date."""
    # One table per year: asking day by day computes the year's new moons again each time.
    lunar = LunarYear.fromYear(year)
    spring = _lunar_day(lunar, 1, 1)
    days = {date(year, 1, 1): "元旦"}
    days |= {spring + timedelta(days=offset): "春节" for offset in range(-1, 3)}
    days[_qingming(lunar)] = "清明节"
    days |= {date(year, 5, 1): "劳动节", date(year, 5, 2): "劳动节"}
    days[_lunar_day(lunar, 5, 5)] = "端午节"
    mid_autumn = _lunar_day(lunar, 8, 15)
    days |= {date(year, 10, day): "国庆节" for day in (1, 2, 3)}
    days[mid_autumn] = "国庆节、中秋节" if mid_autumn in days else "中秋节"
    return MappingProxyType(days)


def _lunar_day(lunar: LunarYear, month: int, day: int) -> date:
    first = _date(lunar.getMonth(month).getFirstJulianDay())
    return first + timedelta(days=day - 1)


def _qingming(lunar: LunarYear) -> date:
    return _date(lunar.getJieQiJulianDays()[Lunar.JIE_QI_IN_USE.index("清明")])


def _date(julian_day: float) -> date:
    solar = Solar.fromJulianDay(julian_day)
    return date(solar.getYear(), solar.getMonth(), solar.getDay())
