"""Rows of the register of devices for `bench.devices`, and the questions asked of them."""

from datetime import date, timedelta
from typing import Final

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from banjian.compose import Core
from law import catalogue
from law.calendars import default_calendars
from law.obligations import term_of
from registers.twins.codes import unified_code
from storage import obligations

PER_UNIT: Final = 5
"""Devices of one unit."""
INSPECTION: Final = "se_periodic_inspection"
BATCH: Final = 1000
SEEDED: Final = 200

TO_OPEN: Final = "SELECT id FROM obligations WHERE state = 'resting' AND opens_on <= :day ORDER BY opens_on, id LIMIT 200"
STANDING: Final = (
    "SELECT procedure, due_on < :day AS over, count(*) FROM obligations"
    " WHERE state <> 'ended' AND office = '421303' GROUP BY 1, 2"
)
OPEN: Final = "SELECT count(*) FROM obligations WHERE state = 'open'"
# Its reminder is the last thing that opening a case of inspection does.
REMINDED: Final = (
    "SELECT count(*) FROM documents d JOIN cases c USING (case_id)"
    " WHERE c.procedure = 'se_periodic_inspection' AND d.kind = 'reminder'"
)
OVERDUE: Final = (
    "SELECT count(*) FROM cases WHERE procedure = 'se_periodic_inspection' AND stage = 'overdue'"
)
HAZARDS: Final = "SELECT count(*) FROM cases WHERE procedure = 'se_hazard_rectification'"
PROHIBITED: Final = "SELECT count(*) FROM effects WHERE kind = 'enter_measure' AND state = 'done'"
LATE: Final = (
    "SELECT CAST(extract(epoch FROM e.task_at - CAST(:end AS timestamptz)) AS float8) FROM case_events e"
    " JOIN cases c USING (case_id) WHERE c.procedure = 'se_periodic_inspection' AND e.kind = 'clock_expired'"
)


def code_of(number: int) -> str:
    return f"3110421303{number:010d}"


def unit_of(number: int) -> str:
    return unified_code("limited_company", "421303", 2_000_000 + number // PER_UNIT)


async def fill(engine: AsyncEngine, first: int, count: int, since: date) -> None:
    """Devices from `first` on, inspected on the day for a year, and what they and their units owe; none of it due."""
    calendars = default_calendars()
    inspected = catalogue.procedure(INSPECTION)
    devices, owed = [], []
    for n in range(first, count):
        uscc, code = unit_of(n), code_of(n)
        begins = since + timedelta(days=n % 200)
        until = begins + timedelta(days=730)
        devices.append(
            {
                "code": code,
                "uscc": uscc,
                "unit": f"随州市曾都区第{n // PER_UNIT}商贸有限公司",
                "number": f"梯11鄂S{n:06d}(26)",
                "until": until,
            }
        )
        terms = [(inspected, code, term_of(inspected, begins, calendars, until=until))]
        if n % PER_UNIT == 0:
            terms += [
                (row, uscc, term_of(row, begins, calendars))
                for row in catalogue.obligations("unit")
            ]
        owed += [
            {
                "id": obligations.obligation_id(row.procedure, subject),
                "procedure": row.procedure,
                "subject": subject,
                "uscc": uscc,
                "since": term.since,
                "due_on": term.due_on,
                "opens_on": max(term.opens_on, since + timedelta(days=30)),
            }
            for row, subject, term in terms
        ]
    async with engine.begin() as connection:
        for start in range(0, len(devices), BATCH):
            await connection.execute(
                text(
                    "INSERT INTO devices (code, office, kind, category, uscc, unit, place, state, registration_number,"
                    " inspection_valid_until, updated_at) VALUES (:code, '421303', '3110', '3000', :uscc, :unit,"
                    " '烈山大道1号', 'in_use', :number, :until, app_now())"
                ),
                devices[start : start + BATCH],
            )
        for start in range(0, len(owed), BATCH):
            await connection.execute(
                text(
                    "INSERT INTO obligations (id, procedure, subject, office, uscc, since, due_on, opens_on, state,"
                    " updated_at) VALUES (:id, :procedure, :subject, '421303', :uscc, :since, :due_on, :opens_on,"
                    " 'resting', app_now())"
                ),
                owed[start : start + BATCH],
            )


async def fall_due(engine: AsyncEngine, count: int, opens_on: date, due_on: date) -> None:
    """The inspections of the first devices end on the day; their cases open now. Everything else stays at rest."""
    async with engine.begin() as connection:
        await connection.execute(
            text("UPDATE obligations SET opens_on = :later WHERE opens_on <= :day"),
            {"later": opens_on + timedelta(days=200), "day": opens_on},
        )
        await connection.execute(
            text(
                "UPDATE obligations SET opens_on = :opens, due_on = :due, since = :since WHERE id IN ("
                " SELECT id FROM obligations WHERE procedure = 'se_periodic_inspection' ORDER BY subject LIMIT :count)"
            ),
            {
                "opens": opens_on,
                "due": due_on,
                "since": due_on - timedelta(days=364),
                "count": count,
            },
        )


async def enter_in_twin(core: Core, count: int, until: date) -> None:
    """The same devices on the platform, which is told that they must not be used."""
    secret = core.secrets.registers.admin_key.get_secret_value()
    async with httpx.AsyncClient(
        base_url=core.settings.registers_url, headers={"Authorization": f"Bearer {secret}"}
    ) as twins:
        for start in range(0, count, SEEDED):
            devices = [
                {
                    "code": code_of(n),
                    "kind": "3110",
                    "uscc": unit_of(n),
                    "unit": f"随州市曾都区第{n // PER_UNIT}商贸有限公司",
                    "place": "烈山大道1号",
                    "registration_number": f"梯11鄂S{n:06d}(26)",
                    "inspection_valid_until": until.isoformat(),
                }
                for n in range(start, min(start + SEEDED, count))
            ]
            (await twins.post("/admin/world", json={"devices": devices})).raise_for_status()
