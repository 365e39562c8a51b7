"""Statutory holidays of a year whose notice is not yet published.

全国年节及纪念日放假办法 (2024 revision): 元旦 1 day, 春节 4 (农历除夕、正月初一至初三), 清明节 1,
劳动节 2 (5 月 1 日、2 日), 端午节 1, 中秋节 1, 国庆节 3 (10 月 1 日至 3 日). Make-up days
(调休) are not known before the notice, so none are assumed.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from types import MappingProxyType

from lunar_python import Lunar

STATUTE = "全国年节及纪念日放假办法(2024)第二条"


@cache
def statutory_holidays(year: int) -> Mapping[date, str]:
    """The thirteen statutory days of the year by date."""
    spring = _from_lunar(year, 1, 1)
    days = {date(year, 1, 1): "元旦"}
    days |= {spring + timedelta(days=offset): "春节" for offset in range(-1, 3)}
    days[_qingming(year)] = "清明节"
    days |= {date(year, 5, 1): "劳动节", date(year, 5, 2): "劳动节"}
    days[_from_lunar(year, 5, 5)] = "端午节"
    mid_autumn = _from_lunar(year, 8, 15)
    days |= {date(year, 10, day): "国庆节" for day in (1, 2, 3)}
    days[mid_autumn] = "国庆节、中秋节" if mid_autumn in days else "中秋节"
    return MappingProxyType(days)


def _from_lunar(year: int, month: int, day: int) -> date:
    solar = Lunar.fromYmd(year, month, day).getSolar()
    return date(solar.getYear(), solar.getMonth(), solar.getDay())


def _qingming(year: int) -> date:
    solar = Lunar.fromYmd(year, 3, 1).getJieQiTable()["清明"]
    return date(solar.getYear(), solar.getMonth(), solar.getDay())
