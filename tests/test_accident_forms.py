"""Instants in forms: Beijing time to the minute, kept with their offset, shown back as they were typed."""

from datetime import datetime
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import FormData

from api.form_fields import fields_of
from api.form_pages import field_views, posted, shown
from api.templating import environment
from api.views import decisions
from forms.accident_steps import SceneSecured
from forms.fields import Instant
from forms.se_accident_report import Application
from law.zone import CST

INSTANT = TypeAdapter(Instant)
REPORT: dict[str, Any] = {
    "reported_by": "unit",
    "reporter": "王经理",
    "told_at": "2026-10-03T00:05",
    "head_knew_at": "2026-10-02T23:10",
    "uscc": "91421303MA0QH1006C",
    "name": "随州市曾都区红光商贸有限公司",
    "happened_at": "2026-10-02T20:40",
    "place": "烈山大道1号",
    "equipment": "lift",
    "course": "轿厢停在三四层之间",
}


@pytest.mark.parametrize(
    "written",
    ["2026-10-02T23:10", "2026-10-02T23:10:00", "2026-10-02T23:10+08:00", "2026-10-02T15:10:00Z"],
)
def test_an_instant_is_beijing_time(written: str) -> None:
    at = INSTANT.validate_python(written)
    assert at == datetime(2026, 10, 2, 23, 10, tzinfo=CST)
    assert at.isoformat() == "2026-10-02T23:10:00+08:00"
    assert INSTANT.validate_json(INSTANT.dump_json(at)) == at


@pytest.mark.parametrize(
    "written",
    ["", "2026-10-02", "2026-10-02 23:10", "2026-13-02T23:10", "2026-10-02T24:10", "0001-01-01T00:00Z", "9999-12-31T23:59-12:00", 1790000000, "1790000000", None, True],
)  # fmt: skip
def test_what_is_no_instant_is_refused(written: Any) -> None:
    with pytest.raises(ValidationError):
        INSTANT.validate_python(written)


def test_the_page_asks_for_it_with_a_control_of_its_own() -> None:
    spec = fields_of(Application)["told_at"]
    assert spec.widget == "datetime"
    assert posted([spec], FormData([("told_at", "2026-10-03T00:05")])) == {
        "told_at": "2026-10-03T00:05"
    }
    for kept in ("2026-10-03T00:05", "2026-10-03T00:05:00+08:00", "2026-10-02T16:05:00Z"):
        assert field_views([spec], {"told_at": kept}, {})[0].value == "2026-10-03T00:05"
        assert shown(spec, kept) == "2026年10月3日 00:05"
    assert field_views([spec], {"told_at": "昨天"}, {})[0].value == "昨天"
    assert shown(spec, "昨天") == "昨天"


def test_what_has_not_come_yet_is_said_by_whoever_knows_the_time() -> None:
    form = Application.model_validate(REPORT)
    assert form.ahead(datetime(2026, 10, 3, 0, 5, tzinfo=CST)) == []
    paths = [path for path, _said in form.ahead(datetime(2026, 10, 2, 23, 30, tzinfo=CST))]
    assert paths == [("told_at",)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"happened_at": "2026-10-03T00:06"},
        {"head_knew_at": "2026-10-03T00:06"},
        {"deaths": -1},
        {"loss": 10_000_000_001},
        {"device_code": "梯-1"},
        {"device_code": "A" * 41},
        {"lift_minutes": 130},
        {"happenings": ["lift_trapped", "stranded"], "lift_minutes": 130},
    ],
)
def test_a_report_that_does_not_fit_is_refused(wrong: dict[str, Any]) -> None:
    Application.model_validate(REPORT)
    with pytest.raises(ValidationError):
        Application.model_validate(REPORT | wrong)


def test_somebody_else_may_tell_before_the_head_knows() -> None:
    told = REPORT | {"reported_by": "anybody", "head_knew_at": "2026-10-03T00:06"}
    assert Application.model_validate(told).case_facts()["harm"]["deaths"] == 0


def test_both_kinds_of_page_draw_the_browsers_own_control() -> None:
    spec = fields_of(Application)["told_at"]
    [view] = field_views([spec], {"told_at": "2026-10-02T16:05:00Z"}, {})
    applied = environment().from_string(
        '{% import "apply/_field.html" as f with context %}{{ f.field(view) }}'
    )
    assert 'type="datetime-local" value="2026-10-03T00:05"' in applied.render(view=view)
    [officer] = decisions.fields(
        SceneSecured, {"secured_at": "2026-10-03T02:50"}, {}, ["secured_at"]
    )
    desk = environment().from_string(
        '{% from "desk/_field.html" import field with context %}{{ field(view) }}'
    )
    assert 'type="datetime-local" value="2026-10-03T02:50"' in desk.render(view=officer)
