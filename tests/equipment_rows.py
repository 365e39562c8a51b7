"""Rows of the register of devices for tests: a few by hand, or a hundred thousand by SQL."""

import json
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.equipment import PERIODIC

OFFICE = "421303"
UNIT = "91421303MA0QH1006C"
NAME = "随州市曾都区红光商贸有限公司"

DEVICE = """
INSERT INTO devices (code, office, kind, category, uscc, unit, place, state, state_since, registration_number,
                     registered_by, registered_on, inspection_valid_until, seen_at, updated_at)
VALUES (:code, :office, :kind, :category, :uscc, :unit, :place, :state, :state_since, :registration_number,
        :registered_by, :registered_on, :inspection_valid_until, :seen_at, :updated_at)
"""
DUTY = """
INSERT INTO obligations (id, procedure, subject, office, uscc, since, due_on, opens_on, state, case_id, updated_at)
VALUES (:id, :procedure, :subject, :office, :uscc, :since, :due_on, :opens_on, :state, :case_id, app_now())
"""
CASE = """
INSERT INTO cases (case_id, procedure, office, owner, title, stage, revision, receipt_no, numbers, decision,
                   table_version, catalogue_version, law_edition, opened_at, closed_at)
VALUES (:case_id, :procedure, :office, 'p0', :title, :stage, 3, :number, CAST(:numbers AS jsonb),
        CAST(:decision AS jsonb), '1', '1', '2026.1', :opened_at, :closed_at)
"""
MANY_DEVICES = """
INSERT INTO devices (code, office, kind, category, uscc, unit, place, state, state_since, registration_number,
                     registered_on, inspection_valid_until, seen_at, updated_at)
SELECT '3110421303' || lpad(n::text, 10, '0'), CASE WHEN n % 97 = 0 THEN '421300' ELSE '421303' END,
       kind, left(kind, 1) || '000', '91421303MA' || lpad((n / 10)::text, 8, '0'),
       '随州市曾都区第' || n / 10 || '号使用单位有限公司', '烈山大道' || n || '号',
       CASE WHEN n % 50 = 0 THEN 'scrapped' WHEN n % 17 = 0 THEN 'stopped' ELSE 'in_use' END,
       CASE WHEN n % 170 = 0 THEN CAST(:now AS timestamptz) - interval '1 day' END, '梯11鄂S' || n,
       CAST(:today AS date) - n % 4000, CAST(:today AS date) + n * 7919 % 400 - 20,
       CAST(:now AS timestamptz) - (n % 90) * interval '1 day', CAST(:now AS timestamptz) - interval '100 days'
FROM (SELECT n, (ARRAY['3110', '1100', '2110', '4100', '5110'])[1 + n % 5] AS kind FROM generate_series(1, :count) AS n)
"""
THEIR_DUTIES = """
INSERT INTO obligations (id, procedure, subject, office, uscc, since, due_on, opens_on, state, updated_at)
SELECT gen_random_uuid(), 'se_periodic_inspection', code, office, uscc, inspection_valid_until - 365,
       inspection_valid_until, inspection_valid_until - 60, CASE state WHEN 'in_use' THEN 'resting' ELSE 'ended' END,
       app_now()
FROM devices
"""
YEARLY_DUTIES = """
INSERT INTO obligations (id, procedure, subject, office, uscc, since, due_on, opens_on, state, updated_at)
SELECT gen_random_uuid(), p, uscc, '421303', uscc, CAST(:today AS date) - 300, CAST(:today AS date) + n % 365 - 15,
       CAST(:today AS date) + n % 365 - 45, 'resting', app_now()
FROM (SELECT DISTINCT uscc, ('x' || md5(uscc))::bit(16)::int AS n FROM devices) u,
     unnest(ARRAY['se_responsibility_pledge', 'se_emergency_plan', 'se_emergency_drill']) AS p
"""
MANY_CASES = """
INSERT INTO cases (case_id, procedure, office, owner, title, stage, revision, receipt_no, numbers, decision,
                   table_version, catalogue_version, law_edition, opened_at, closed_at)
SELECT gen_random_uuid(), 'se_hazard_rectification', '421303', 'p0', '第' || n || '号使用单位', stage, 3,
       '421303-2026-' || lpad(n::text, 7, '0') || '-9',
       jsonb_build_object('device', '3110421303' || lpad(n::text, 10, '0'), 'uscc', '91421303MA' || lpad((n / 10)::text, 8, '0')),
       jsonb_build_object('grade', (ARRAY['general', 'serious', 'major', ''])[1 + n % 4]), '1', '1', '2026.1',
       CAST(:now AS timestamptz) - (n % 300) * interval '1 day',
       CASE WHEN stage = 'archived' THEN CAST(:now AS timestamptz) END
FROM (SELECT n, CASE WHEN n % 40 = 0
                     THEN (ARRAY['inspected', 'graded', 'instructing', 'rectifying', 'recheck', 'penalty', 'releasing'])[1 + n % 7]
                     ELSE 'archived' END AS stage FROM generate_series(1, :count) AS n)
"""


def code_of(n: int) -> str:
    """A device code that looks like one."""
    return f"3110421303{n:010}"


async def put_device(connection: AsyncConnection, code: str, **other: Any) -> None:
    """A lift in use of one unit, unless the values say otherwise."""
    values: dict[str, Any] = {
        "office": OFFICE,
        "kind": "3110",
        "category": "3000",
        "uscc": UNIT,
        "unit": NAME,
        "place": "烈山大道1号",
        "state": "in_use",
        "state_since": None,
        "registration_number": None,
        "registered_by": None,
        "registered_on": None,
        "inspection_valid_until": None,
        "seen_at": None,
        "updated_at": datetime.fromisoformat("2026-01-01T00:00:00+08:00"),
    }
    await connection.execute(text(DEVICE), values | {"code": code} | other)


async def put_duty(
    connection: AsyncConnection,
    subject: str,
    due_on: date,
    *,
    since: date,
    opens_on: date | None = None,
    procedure: str = PERIODIC,
    **other: Any,
) -> UUID:
    values: dict[str, Any] = {
        "id": uuid4(),
        "procedure": procedure,
        "subject": subject,
        "office": OFFICE,
        "uscc": UNIT,
        "since": since,
        "due_on": due_on,
        "opens_on": opens_on or since,
        "state": "resting",
        "case_id": None,
    }
    values |= other
    await connection.execute(text(DUTY), values)
    ident: UUID = values["id"]
    return ident


async def put_case(
    connection: AsyncConnection,
    procedure: str,
    stage: str,
    opened_at: datetime,
    *,
    number: str,
    numbers: dict[str, str] | None = None,
    grade: str = "",
    closed_at: datetime | None = None,
    **other: Any,
) -> UUID:
    values: dict[str, Any] = {
        "case_id": uuid4(),
        "procedure": procedure,
        "office": OFFICE,
        "title": NAME,
        "stage": stage,
        "number": number,
        "numbers": json.dumps(numbers or {}),
        "decision": json.dumps({"grade": grade}),
        "opened_at": opened_at,
        "closed_at": closed_at,
    }
    values |= other
    await connection.execute(text(CASE), values)
    ident: UUID = values["case_id"]
    return ident


async def put_many(connection: AsyncConnection, count: int, now: datetime, today: date) -> None:
    """So many devices of several kinds, states and terms, the yearly duties of their units, as many hazards of the past."""
    at = {"count": count, "now": now, "today": today}
    await connection.execute(text(MANY_DEVICES), at)
    await connection.execute(text(THEIR_DUTIES))
    await connection.execute(text(YEARLY_DUTIES), {"today": today})
    await connection.execute(text(MANY_CASES), {"count": count, "now": now})
