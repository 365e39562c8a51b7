"""The special-equipment platform: what it knows of a device, and what the bureau may enter there."""

from datetime import date
from typing import Any

import pytest

from domain.hazards import Grade
from registers.equipment import EnterMeasure, Measure, Recipient, ReportHazard
from registers.errors import OutcomeUnknown, RegisterRefused
from registers.messages import Register
from tests.registers.bureau import ADMIN, World

CODE = "31104213032026000001"
UNIT = {"uscc": "91421303MA0BANJ05F", "unit": "随州市曾都区红光商贸有限公司"}
DEVICE = {
    "code": CODE,
    "kind": "3110",
    "place": "烈山大道1号",
    "inspection_valid_until": "2026-10-31",
} | UNIT


async def seed(twins: World, **more: Any) -> None:
    answer = await twins.people.post(
        "/admin/world", json={"devices": [DEVICE | more]}, headers=ADMIN
    )
    answer.raise_for_status()


def measure(of: Measure, case: str = "case-5", code: str = CODE) -> EnterMeasure:
    return EnterMeasure(
        case_ref=case, device=code, measure=of, document="曾市监〔2026〕特监停字第000001号"
    )


def report(**more: Any) -> ReportHazard:
    values: dict[str, Any] = {
        "case_ref": "case-5",
        "recipient": Recipient.HIGHER,
        "device": None,
        "grade": Grade.SERIOUS,
        "summary": "超过检验有效期仍在使用",
    }
    return ReportHazard(**values | UNIT | more)


async def test_a_device_is_known_by_its_code(twins: World) -> None:
    await seed(twins)
    known = await twins.registers.equipment.device(CODE)
    assert known is not None
    assert (known.state, known.inspection_valid_until) == ("in_use", date(2026, 10, 31))
    assert await twins.registers.equipment.device("3110421303202600000X") is None
    with pytest.raises(RegisterRefused):
        await twins.registers.equipment.device("../admin")
    await seed(twins, state="scrapped")
    again = await twins.registers.equipment.device(CODE)
    assert again is not None
    assert again.state == "scrapped"


async def test_one_case_prohibits_and_allows(twins: World) -> None:
    await seed(twins)
    platform = twins.registers.equipment
    with pytest.raises(RegisterRefused, match="not_prohibited"):
        await platform.enter_measure(measure(Measure.ALLOW), key="case-5.measure.0")
    done = await platform.enter_measure(measure(Measure.PROHIBIT), key="case-5.measure.1")
    assert await platform.enter_measure(measure(Measure.PROHIBIT), key="case-5.measure.1") == done
    with pytest.raises(RegisterRefused, match="already_prohibited"):
        await platform.enter_measure(measure(Measure.PROHIBIT, "case-6"), key="case-6.measure.1")
    with pytest.raises(RegisterRefused, match="other_case"):
        await platform.enter_measure(measure(Measure.ALLOW, "case-6"), key="case-6.measure.2")
    await platform.enter_measure(measure(Measure.ALLOW), key="case-5.measure.2")
    known = await platform.device(CODE)
    assert known is not None
    assert not known.use_prohibited
    unknown = measure(Measure.PROHIBIT, code="31104213032026000009")
    with pytest.raises(RegisterRefused, match="device_unknown"):
        await platform.enter_measure(unknown, key="case-5.measure.3")


async def test_nothing_allows_the_use_of_what_is_scrapped(twins: World) -> None:
    await seed(twins, state="scrapped")
    platform = twins.registers.equipment
    await platform.enter_measure(measure(Measure.PROHIBIT), key="case-5.measure.1")
    with pytest.raises(RegisterRefused, match="device_scrapped"):
        await platform.enter_measure(measure(Measure.ALLOW), key="case-5.measure.2")


async def test_a_hazard_is_reported_once_though_its_answer_is_lost(twins: World) -> None:
    await twins.freeze("2026-10-03T16:00:00+08:00")
    await seed(twins)
    platform = twins.registers.equipment
    await twins.fault(Register.EQUIPMENT, "lose_answer_after_commit", times=1)
    request = report(device=CODE)
    with pytest.raises(OutcomeUnknown):
        await platform.report_hazard(request, key="case-5.report.1")
    done = await platform.settle(request, key="case-5.report.1")
    assert done.number == "YH-2026-00000001"
    other = report(recipient=Recipient.GOVERNMENT)
    assert (await platform.report_hazard(other, key="case-5.report.2")).number == "YH-2026-00000002"
    with pytest.raises(RegisterRefused, match="device_unknown"):
        await platform.report_hazard(report(device="31104213032026000009"), key="case-5.report.3")
    with pytest.raises(RegisterRefused, match="uscc_invalid"):
        await platform.report_hazard(report(uscc="91421303MA0BANJ05G"), key="case-5.report.4")
