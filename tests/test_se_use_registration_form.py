"""The use registration's form: what each matter needs, and which materials follow from the devices."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from forms.se_use_registration import MOST_DEVICES, Application
from law import catalogue

LIFT, CYLINDER, BOILER, TANKER = "3110", "2310", "1100", "2220"
UNIT = {
    "name": "随州市曾都区汉东机械有限公司",
    "uscc": "91421303MA0009EJ6N",
    "address": "湖北省随州市曾都区东城街道交通大道18号",
    "contact": "周晓岚",
    "phone": "13800006210",
}


def device(n: int = 1, kind: str | None = LIFT, **more: Any) -> dict[str, Any]:
    values = {
        "device": f"3110421303202670{n:04d}",
        "kind": kind,
        "place": "交通大道18号",
        "inspection_valid_until": "2027-08-31",
    }
    return values | more


def form(matter: str = "first", *devices: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"matter": matter, **UNIT, "devices": list(devices) or [device()], **more}


def told(values: dict[str, Any]) -> str:
    with pytest.raises(ValidationError) as wrong:
        Application.model_validate(values)
    return str(wrong.value.errors()[0]["msg"])


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (form("first", device(kind=None)), "应当填写设备品种代码"),
        (form("first", device(place=None)), "应当填写设备使用地点"),
        (form("first", device(inspection_valid_until=None)), "应当填写下次检验日期"),
        (form("first", device(), device()), "同一台设备只需填写一次"),
        (form("first", device(kind="3000")), "是种类"),
        (form("first", device(kind="9Z99")), "没有这个代码"),
        (form("first", device(kind="7110")), "不单独办理使用登记"),
        (form("first", device(device="3110")), "17至20位"),
        (form("first_by_unit", device()), "可以按单位登记"),
        (form("move", device(place=None)), "应当填写设备使用地点"),
        (form("restart", device(inspection_valid_until=None)), "应当填写下次检验日期"),
        (form("stop"), "应当写明原因"),
        (form("scrap"), "应当写明原因"),
        (form("rename"), "应当填写原使用单位名称"),
        (form("transfer", previous_unit="原单位"), "过户"),
        (form("stop", reason="装修", previous_uscc="91421303MA0009EK4H"), "过户"),
        (
            form("transfer", previous_unit="原单位", previous_uscc=UNIT["uscc"]),
            "过户前后的使用单位相同",
        ),
    ],
)
def test_what_a_matter_needs(values: dict[str, Any], words: str) -> None:
    assert words in told(values)


def test_a_matter_needs_no_more() -> None:
    bare = {"device": device()["device"]}
    assert Application.model_validate(form("stop", bare, reason="厂房装修")).before == UNIT["uscc"]
    sold = form("transfer", bare, previous_unit="原单位", previous_uscc="91421303MA0009EK4H")
    assert Application.model_validate(sold).before == "91421303MA0009EK4H"
    many = [device(n) for n in range(1, MOST_DEVICES + 1)]
    assert Application.model_validate(form("first", *many)).case_facts()["sets"] == MOST_DEVICES
    assert "200" in told(form("first", *many, device(MOST_DEVICES + 1)))


def test_put_into_use_is_no_day_to_come() -> None:
    values = Application.model_validate(form(put_into_use_on="2026-09-21"))
    assert values.faults(date(2026, 9, 21)) == []
    assert values.faults(date(2026, 9, 20)) == [(("put_into_use_on",), "日期还没有到")]


def wanted(answers: dict[str, Any]) -> set[str]:
    chosen = Application.chosen(answers)
    row = catalogue.procedure("se_use_registration")
    return {m.code for m in row.materials if m.applies(chosen)}


def test_materials_follow_from_matter_and_devices() -> None:
    always = {"sealed_form", "form_copy", "identity"}
    first = always | {"product_certificate", "supervision_inspection"}
    assert wanted(form()) == first
    assert wanted(form("first", device(kind=BOILER))) == first | {"boiler_efficiency"}
    assert wanted(form("first", device(), device(2, TANKER))) == first | {"vehicle"}
    assert wanted(form("first", device(kind=CYLINDER), energy=True)) == first | {"energy_document"}
    assert wanted(form("stop")) == always | {"old_certificate"}
    assert wanted(form("restart")) == always | {"old_certificate", "supervision_inspection"}
    assert wanted(form("transfer")) == always | {"old_certificate", "change_proof"}
    # A draft of which little is filled in, and one that somebody filled in at will.
    assert wanted({}) == always
    assert wanted({"matter": "first", "devices": ["x", {"kind": None}]}) == first


def test_the_certificate_names_ten_devices_at_most() -> None:
    lines = Application.model_validate(form("first", *[device(n) for n in range(1, 13)]))
    ((label, value),) = lines.certificate_lines()
    assert label == "设备代码"
    assert value.endswith("等12台（套）")
    assert value.count("3110421303202670") == 10


def test_an_inspection_is_not_valid_for_longer_than_can_be() -> None:
    """2072 for 2027: said at the device, and what was handed in before stays readable."""
    today = date(2026, 9, 21)
    values = form("first", device(1), device(2, inspection_valid_until="2072-08-31"))
    faults = Application.model_validate(values).faults(today)
    assert [path for path, _ in faults] == [("devices", 1, "inspection_valid_until")]
    assert "检验报告" in faults[0][1]
    for until, right in (("2041-09-21", True), ("2041-09-22", False), ("9999-12-31", False)):
        application = Application.model_validate(
            form("first", device(inspection_valid_until=until))
        )
        assert (application.faults(today) == []) is right, until
