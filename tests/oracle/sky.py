"""Festivals that follow the moon and the sun, worked out from the sky itself.

Used only to check ``data/festivals.csv``: the table is what the oracle reads. The rules are
those of GB/T 33661-2017 (农历的编算和颁行): a month starts on the civil day (UTC+8) of the new moon;
the month holding the winter solstice (冬至) is the eleventh; when thirteen months lie between two
solstice months, the first without a major term (中气) is the leap month. New moon and solar
longitude: J. Meeus, Astronomical Algorithms, chapters 49 and 25 (good to a minute or so).
"""

from datetime import UTC, date, datetime, time, timedelta, timezone
from itertools import pairwise
from math import radians, sin

BEIJING = timezone(timedelta(hours=8))
# JDE 2451545.0 is noon in terrestrial time, which runs about 70 seconds ahead in these decades.
EPOCH = datetime(2000, 1, 1, 12, tzinfo=UTC) - timedelta(seconds=70)

_PLANETARY = [
    (299.77, 0.107408, 325), (251.88, 0.016321, 165), (251.83, 26.651886, 164),
    (349.42, 36.412478, 126), (84.66, 18.206239, 110), (141.74, 53.303771, 62),
    (207.14, 2.453732, 60), (154.84, 7.306860, 56), (34.52, 27.261239, 47),
]  # fmt: skip


def _civil(jde: float) -> datetime:
    return (EPOCH + timedelta(days=jde - 2451545.0)).astimezone(BEIJING)


def _jde(civil: datetime) -> float:
    return 2451545.0 + (civil - EPOCH) / timedelta(days=1)


def sun_longitude(civil: datetime) -> float:
    """Apparent longitude of the sun in degrees at a civil instant (Meeus, chapter 25)."""
    t = (_jde(civil) - 2451545.0) / 36525
    mean = 280.46646 + 36000.76983 * t + 0.0003032 * t * t
    m = radians(357.52911 + 35999.05029 * t - 0.0001537 * t * t)
    centre = (
        (1.914602 - 0.004817 * t) * sin(m)
        + (0.019993 - 0.000101 * t) * sin(2 * m)
        + 0.000289 * sin(3 * m)
    )
    node = radians(125.04 - 1934.136 * t)
    return (mean + centre - 0.00569 - 0.00478 * sin(node)) % 360


def new_moon(k: int) -> datetime:
    """Civil instant of the k-th new moon since January 2000 (Meeus, chapter 49)."""
    t = k / 1236.85
    jde = 2451550.09766 + 29.530588861 * k + 0.00015437 * t * t
    e = 1 - 0.002516 * t
    m = radians(2.5534 + 29.10535670 * k)
    mp = radians(201.5643 + 385.81693528 * k + 0.0107582 * t * t)
    f = radians(160.7108 + 390.67050284 * k - 0.0016118 * t * t)
    om = radians(124.7746 - 1.56375588 * k)
    jde += (
        -0.40720 * sin(mp) + 0.17241 * e * sin(m) + 0.01608 * sin(2 * mp)
        + 0.01039 * sin(2 * f) + 0.00739 * e * sin(mp - m) - 0.00514 * e * sin(mp + m)
        + 0.00208 * e * e * sin(2 * m) - 0.00111 * sin(mp - 2 * f) - 0.00057 * sin(mp + 2 * f)
        + 0.00056 * e * sin(2 * mp + m) - 0.00042 * sin(3 * mp) + 0.00042 * e * sin(m + 2 * f)
        + 0.00038 * e * sin(m - 2 * f) - 0.00024 * e * sin(2 * mp - m) - 0.00017 * sin(om)
    )  # fmt: skip
    jde += sum(size * 1e-6 * sin(radians(a + b * k)) for a, b, size in _PLANETARY)
    return _civil(jde)


def _reaches(start: date, end: date, degrees: float) -> bool:
    """Whether the sun passes ``degrees`` on one of the days start <= day < end."""
    first = sun_longitude(datetime.combine(start, time(0), BEIJING))
    last = sun_longitude(datetime.combine(end, time(0), BEIJING))
    return (degrees - first) % 360 < (last - first) % 360


def month_starts(year: int) -> dict[int, date]:
    """First days of the ordinary (not leap) lunar months 1 to 10 of a civil year."""
    around = round((year - 2000) * 12.3685)
    starts = [new_moon(k).date() for k in range(around - 6, around + 20)]
    months = list(pairwise(starts))
    solstices = [i for i, (a, b) in enumerate(months) if _reaches(a, b, 270)]
    eleventh = next(i for i in solstices if months[i][0].year == year - 1)
    following = next(i for i in solstices if months[i][0].year == year)
    found: dict[int, date] = {}
    number = 11
    leap_pending = following - eleventh == 13
    for start, end in months[eleventh + 1 : following]:
        if leap_pending and not any(_reaches(start, end, 30.0 * n) for n in range(12)):
            leap_pending = False
            continue
        number = number % 12 + 1
        found[number] = start
    return {n: found[n] for n in range(1, 11)}


def clear_and_bright(year: int) -> date:
    """清明: the day on which the sun reaches 15 degrees."""
    days = [date(year, 4, n) for n in range(1, 11)]
    return next(d for d in days if _reaches(d, d + timedelta(days=1), 15))


def festivals(year: int) -> tuple[date, date, date, date]:
    """(正月初一, 清明, 五月初五, 八月十五) of a civil year."""
    months = month_starts(year)
    return (
        months[1],
        clear_and_bright(year),
        months[5] + timedelta(days=4),
        months[8] + timedelta(days=14),
    )
