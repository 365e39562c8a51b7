"""An invented notice for 2027 that an upload may carry: lawful in form, of no State Council."""

from datetime import date, timedelta
from typing import Any

PAPER = {
    "title": "关于2027年部分节假日安排的通知（测试用，虚构）",
    "document_number": "测试〔2026〕7号",
    "issued_on": "2026-11-20",
    "url": "https://example.org/notice-2027",
    "note": None,
}
OFF = (
    ("元旦", date(2027, 1, 1), date(2027, 1, 4)),
    ("春节", date(2027, 2, 5), date(2027, 2, 11)),
    ("清明节", date(2027, 4, 3), date(2027, 4, 5)),
    ("劳动节", date(2027, 5, 1), date(2027, 5, 5)),
    ("端午节", date(2027, 6, 9), date(2027, 6, 9)),
    ("中秋节", date(2027, 9, 15), date(2027, 9, 15)),
    ("国庆节", date(2027, 10, 1), date(2027, 10, 7)),
)
# Saturdays and Sundays that are worked.
WORKED = (
    ("元旦", date(2027, 1, 9)),
    ("春节", date(2027, 1, 30)),
    ("春节", date(2027, 2, 14)),
    ("春节", date(2027, 2, 28)),
    ("劳动节", date(2027, 5, 8)),
    ("国庆节", date(2027, 9, 26)),
)


def rows() -> list[dict[str, str]]:
    """Every day that the notice names, in order."""
    found = [
        {"date": (first + timedelta(days=n)).isoformat(), "kind": "off_day", "holiday": name}
        for name, first, last in OFF
        for n in range((last - first).days + 1)
    ]
    found += [{"date": day.isoformat(), "kind": "workday", "holiday": name} for name, day in WORKED]
    return sorted(found, key=lambda row: row["date"])


def notice(**changes: Any) -> dict[str, Any]:
    """The file as JSON data, with other members in place of some."""
    return {"year": 2027, "papers": [dict(PAPER)], "days": rows(), **changes}
