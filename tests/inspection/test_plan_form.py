"""The plan's form: pasted lines are read, and what cannot be drawn from is refused in words that say what to do."""

import hashlib
import json
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from domain.random_draw import KEY_WEIGHTS, differences
from forms.double_random_check import Assignment
from forms.double_random_draw import PublicValue, ValueCheck, draw_file
from forms.double_random_inspection import Application
from forms.double_random_results import FOLLOW_UPS, RESULT_LABELS, Result, ResultEntry
from law.codes import complete_uscc, organisation_check
from tests.inspection.outsider import repeat

A, B = "91421303MA0QJ0012H", "91421303MA0QJ0020C"
PLAN: dict[str, Any] = {
    "name": "2026年抽查",
    "scope": "equipment",
    "matters": "使用登记",
    "basis": "《特种设备安全监督检查办法》第八条",
    "starts_on": "2026-09-21",
    "ends_on": "2026-11-30",
    "targets": [f"{A},甲公司", f" {B.lower()}，乙公司\t重点 "],
    "number": 1,
    "inspectors": ["王海", "冯丽"],
    "value_source": "上证指数收盘",
    "value_day": "2026-09-24",
    "value_digits": 6,
}
# As plans were proposed before they named a public value.
OLD = {name: told for name, told in PLAN.items() if not name.startswith("value_")}

OLD_SHA256 = "071b230147da18e5e4ad72f17606cf3db891b55a7eaa657014e4ac19bfaa45bf"


def codes(count: int) -> list[str]:
    found = []
    for i in range(count):
        body = f"MA0QK{i:03d}"
        found.append(complete_uscc(f"91421303{body}{organisation_check(body)}"))
    return found


def test_lines_are_read_in_one_spelling() -> None:
    form = Application.model_validate(PLAN)
    assert form.targets == [f"{A},甲公司", f"{B},乙公司,重点"]
    assert [t.weight for t in form.lists().targets] == [1, KEY_WEIGHTS[0]]
    assert form.case_facts()["lists_sha256"] == form.lists().digest()
    assert form.faults(date(2026, 9, 23)) == []


@pytest.mark.parametrize(
    ("plan", "today", "told"),
    [
        (PLAN, date(2026, 12, 1), {"ends_on": "已经过去", "value_day": "晚于今天"}),
        (PLAN, date(2026, 9, 24), {"value_day": "晚于今天"}),
        (PLAN | {"value_day": "2026-12-01"}, date(2026, 9, 21), {"value_day": "来不及检查"}),
        (PLAN | {"value_source": None}, date(2026, 9, 21), {"value_source": "哪里取公开数值"}),
        (
            OLD,
            date(2026, 9, 21),
            {"value_source": "哪里", "value_day": "公布日期", "value_digits": "至少 6 位"},
        ),
    ],
)
def test_a_plan_names_its_public_value_before_anybody_knows_it(
    plan: dict[str, Any], today: date, told: dict[str, str]
) -> None:
    found = {
        str(path[0]): message for path, message in Application.model_validate(plan).faults(today)
    }
    assert found.keys() == told.keys()
    assert all(part in found[field] for field, part in told.items())


@pytest.mark.parametrize("plan", [PLAN, PLAN | {"value_issue": "2026111"}, OLD])
def test_the_document_is_what_an_outsider_comes_to_and_always_the_same_bytes(
    plan: dict[str, Any],
) -> None:
    form = Application.model_validate(plan)
    said = PublicValue.model_validate(
        {"value": "3821.83", "source": "上证指数收盘", "published_on": "2026-09-24"}
        | {"issue": plan.get("value_issue", "")}
    )
    made = draw_file("421303-2026-0000001-4", form, said)
    assert made == draw_file("421303-2026-0000001-4", form, said)
    paper = json.loads(made)
    again = repeat(paper)
    assert {key: paper[key] for key in again} == again
    assert differences(paper) == []


def test_a_plan_from_before_is_drawn_to_the_byte_as_it_was() -> None:
    """Its digest is on record: neither the document's fields nor the seed may change."""
    said = PublicValue.model_validate(
        {"value": "3821.83", "source": "上证指数", "published_on": "2026-09-24"}
    )
    made = draw_file("421303-2026-0000001-4", Application.model_validate(OLD), said)
    assert hashlib.sha256(made).hexdigest() == OLD_SHA256


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"targets": [f"{c},公司" for c in codes(501)]}, "最多 500 个检查对象，请分成几个计划"),
        ({"targets": [f"{A},甲公司", f"{A},乙公司"]}, "第 2 行：91421303MA0QJ0012H 重复"),
        ({"targets": ["91421303MA0QJ0012X,甲公司"]}, "第 1 行：统一社会信用代码"),
        ({"targets": [A]}, "第 1 行应当写成：统一社会信用代码,名称"),
        ({"targets": [f"{A},甲公司,普通"]}, "第三项只能写“重点”"),
        ({"targets": []}, "1 至 500 个"),
        ({"number": 3}, "抽取数量应当是 1 至 2"),
        ({"inspectors": ["王海"]}, "不足 2 名检查人员"),
        ({"inspectors": ["王海", "王海"]}, "检查人员重复"),
        ({"excluded": [A]}, "第 1 行应当写成：统一社会信用代码,理由"),
        ({"excluded": [f"{codes(1)[0]},已检查"]}, "检查对象名单里没有"),
        ({"recusals": [f"王海,{A},近亲属"]}, "不足 2 名检查人员"),
        ({"recusals": [f"{A},近亲属"]}, "第 1 行应当写成：姓名,统一社会信用代码,理由"),
        ({"ends_on": "2026-09-20"}, "不能早于开始日期"),
        ({"value_digits": 3}, "greater than or equal to 6"),
    ],
)
def test_what_cannot_be_drawn_from_is_refused(change: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Application.model_validate(PLAN | change)


def test_every_result_has_its_name_and_what_follows() -> None:
    assert set(FOLLOW_UPS) == set(RESULT_LABELS) == set(Result)


@pytest.mark.parametrize(
    "answers",
    [
        {"result": "pending"},
        {"result": "not_published", "details": "没有公示"},
        {"result": "not_published", "details": "没有", "report_year": 2024, "information": "股权"},
        {"result": "normal", "report_year": 2024},
        {"result": "normal", "rectify_until": "2026-10-15"},
        {"result": "ordered", "details": "没有悬挂执照"},
    ],
)
def test_a_result_says_what_belongs_to_it_and_nothing_else(answers: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ResultEntry.model_validate(answers)


@pytest.mark.parametrize(
    "answers",
    [
        {"manner": "noticed"},
        {"manner": "unannounced", "visit_on": "2026-09-28"},
        {"manner": "replace_inspector", "reason": "外出学习"},
        {"manner": "replace_target", "reason": "无"},
        {"manner": "replace_target", "reason": "已经搬离", "inspector": "王海"},
    ],
)
def test_an_assignment_that_does_not_fit_is_refused(answers: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Assignment.model_validate(answers)


def test_what_is_returned_needs_a_reason() -> None:
    with pytest.raises(ValidationError):
        ValueCheck.model_validate({"outcome": "return"})
    assert ValueCheck.model_validate({"outcome": "as_published"}).reasons == ""
