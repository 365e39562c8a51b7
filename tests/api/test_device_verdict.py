"""May a device be used today: each reason against it alone, both sides of the last day, and nothing that is over."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from api.views.device_life import Device
from storage.device_life import LifeCase
from storage.prohibitions import Ground
from storage.tables_devices import DeviceRow, ObligationRow
from tests.equipment_rows import NAME, OFFICE, UNIT, code_of

NOW = datetime.fromisoformat("2026-09-21T23:59:59+08:00")
TODAY = date(2026, 9, 21)
HAZARD = uuid4()


def device(
    *,
    state: str = "in_use",
    until: date | None = None,
    duty: date | None = None,
    cases: list[LifeCase] | None = None,
    stopped: dict[UUID, datetime] | None = None,
    grounds: list[Ground] | None = None,
) -> Device:
    row = DeviceRow(
        code=code_of(1),
        office=OFFICE,
        kind="3110",
        category="3000",
        uscc=UNIT,
        unit=NAME,
        place="烈山大道1号",
        state=state,
        inspection_valid_until=until,
        updated_at=NOW,
    )
    runs: dict[str, Any] = {"procedure": "se_periodic_inspection", "subject": code_of(1)}
    duties = []
    if duty:
        since = duty - timedelta(days=365)
        duties.append(ObligationRow(**runs, since=since, due_on=duty, state="resting"))
    return Device(row, NOW, duties, cases or [], [], stopped or {}, grounds or [])


def case(
    procedure: str, stage: str, *, closed: bool = False, ident: UUID | None = None
) -> LifeCase:
    return LifeCase(
        ident or uuid4(), "n", procedure, "1", stage, "", NOW, NOW if closed else None, None
    )


@pytest.mark.parametrize(
    ("found", "usable", "told"),
    [
        (device(duty=TODAY), "yes", "检验有效期到2026年9月21日"),
        (device(duty=TODAY - timedelta(days=1)), "no", "检验有效期已于2026年9月20日"),
        (device(until=TODAY), "yes", "检验有效期到"),
        (device(until=date(2026, 1, 1), duty=TODAY), "yes", "检验有效期到2026年9月21日"),
        (device(), "unknown", "没有检验有效期"),
        (device(state="scrapped", duty=TODAY), "no", "已经报废"),
        (device(state="stopped", duty=TODAY), "no", "停用"),
        (device(state="unregistered", duty=TODAY), "no", "没有使用登记"),
        (device(duty=TODAY, cases=[case("seizure", "sealed")]), "no", "已被查封、扣押"),
        (device(duty=TODAY, cases=[case("seizure", "approving")]), "yes", ""),
        (device(duty=TODAY, cases=[case("seizure", "released", closed=True)]), "yes", ""),
        (
            device(duty=TODAY, cases=[case("se_periodic_inspection", "overdue")]),
            "no",
            "检验逾期或者不合格",
        ),
        (device(duty=TODAY, cases=[case("se_periodic_inspection", "requested")]), "yes", ""),
    ],
)
def test_what_speaks_against_its_use(found: Device, usable: str, told: str) -> None:
    assert found.verdict.usable == usable
    assert len(found.verdict.reasons) == 1
    assert told in found.verdict.reasons[0].text


@pytest.mark.parametrize(
    ("stage", "usable"), [("rectifying", "no"), ("releasing", "yes"), ("archiving", "yes")]
)
def test_a_stopped_use_holds_until_the_hazard_is_gone(stage: str, usable: str) -> None:
    open_one = case("se_hazard_rectification", stage, ident=HAZARD)
    found = device(duty=TODAY, cases=[open_one], stopped={HAZARD: NOW})
    assert found.verdict.usable == usable


def test_each_case_that_prohibits_the_use_is_named_once() -> None:
    """Also one that prohibits it by nothing else that the device's cases tell."""
    open_one = case("se_hazard_rectification", "rectifying", ident=HAZARD)
    taken_over = uuid4()
    grounds = [
        Ground(code_of(1), HAZARD, "se_hazard_rectification", "n", NOW),
        Ground(code_of(1), taken_over, "se_hazard_rectification", "曾市监特隐2号", NOW),
    ]
    found = device(duty=TODAY, cases=[open_one], stopped={HAZARD: NOW}, grounds=grounds)
    assert found.verdict.usable == "no"
    assert [r.href for r in found.verdict.reasons] == ["/cases/n", "/cases/曾市监特隐2号"]


def test_an_unknown_device_still_has_a_page() -> None:
    found = device()
    assert (found.life, found.chart, found.terms) == ([], "", [])
