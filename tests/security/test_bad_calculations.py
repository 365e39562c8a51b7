"""Arithmetic for anybody: what is no trigger is refused, and nothing takes long."""

import json
from typing import Any

from tests.security.ground import Ground, id_number
from tests.security.refusals import refused

T = "2026-09-23T10:02:37+08:00"
CALCULATIONS: list[Any] = [
    {"clock": "R01"},
    {"clock": "R999", "trigger": T},
    {"clock": "x" * 17, "trigger": T},
    {"clock": 1, "trigger": T},
    {"clock": "R01", "trigger": 0},
    {"clock": "R01", "trigger": "0"},
    {"clock": "R01", "trigger": "1790000000"},
    {"clock": "R01", "trigger": "2026-09-23T10:02:37"},
    {"clock": "R01", "trigger": "2026-02-30"},
    {"clock": "R01", "trigger": "0001-01-01"},
    {"clock": "R01", "trigger": "9999-12-31"},
    {"clock": "R01", "trigger": "9999-12-31T23:59:59+08:00"},
    {"clock": "R01", "trigger": "0001-01-01T00:00:00+14:00"},
    {"clock": "R01", "trigger": T, "length": -1},
    {"clock": "R01", "trigger": T, "length": 10_001},
    {"clock": "R01", "trigger": T, "length": 10**400},
    {"clock": "R01", "trigger": T, "unit": "fortnight"},
    {"clock": "R01", "trigger": T, "extended": 11},
    {"clock": "R01", "trigger": T, "extended": 5},
    {"clock": "R01", "trigger": T, "extension": 10_001},
    {"clock": "R01", "trigger": T, "suspensions": [{"from": "2026-09-24"}] * 101},
    {"clock": "R01", "trigger": T, "suspensions": [{"from": "2026-09-30", "to": "2026-09-24"}]},
    {"clock": "R01", "trigger": T, "suspensions": [{"from": "2026-09-24", "until": "2026-09-25"}]},
    {"clock": "R01", "trigger": T, "suspensions": [{"from": 0}]},
    {"clock": "R01", "trigger": T, "suspensions": {}},
    {"clock": "R01", "trigger": T, "law_edition": "2099"},
    [],
]


async def test_deadline_calculations_refuse_what_is_no_trigger(live: Ground) -> None:
    before = await live.snapshot()
    accepted = []
    for body in CALCULATIONS:
        answer = await live.on.http.post(
            "/api/v1/deadline-calculations", content=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )  # fmt: skip
        if answer.status_code == 200:
            accepted.append(body)
        else:
            refused(answer)
    assert accepted == []
    good = await live.on.http.post(
        "/api/v1/deadline-calculations", json={"clock": "R01", "trigger": T}
    )
    assert good.status_code == 200
    assert await live.snapshot() == before


async def test_the_longest_calculation_is_answered_soon(live: Ground) -> None:
    """A public route must not be made to compute for long (ReDoS and report denial of service)."""
    spans = [
        {
            "from": f"20{n // 4 + 30:02}-0{n % 4 * 2 + 1}-01",
            "to": f"20{n // 4 + 30:02}-0{n % 4 * 2 + 1}-28",
        }
        for n in range(100)
    ]
    body = {"clock": "R01", "trigger": T, "length": 10_000, "suspensions": spans}
    answer = await live.on.http.post("/api/v1/deadline-calculations", json=body)
    assert answer.status_code in (200, 422), answer.text[:300]
    assert answer.elapsed.total_seconds() < 3


def test_the_vectors_are_what_they_say() -> None:
    assert id_number(2) != id_number(3)
