"""The plan's figure over a period (law.md S27): one registration of 5.5 office hours, one of 11.5, one that runs on."""

from datetime import date
from typing import Any

import pytest
from bs4 import BeautifulSoup

from api.opening_chart import Row, bullets
from api.problems import Problem
from api.routers.opening_times import period_of
from api.views.opening_shapes import OpeningTimesAnswer
from api.views.opening_times import Period
from api.views.related_shapes import RelatedCases
from domain.waits import applicants_waits
from tests.api.case_stage import Live, live
from tests.api.test_opening_pages import opened, text_of
from workflows.establishment_registration import TABLE

assert callable(live)
PATH = "/api/v1/opening-times"
PEOPLE = ["周晓岚", "李国栋"]


async def signed(live: Live, company: str) -> None:
    """From the review to the last signature."""
    await live.complete(
        "reviewer", company, task="approval.review", finding="conforms", no_interest=True
    )
    for deed, register in (("confirm_identity", "identity"), ("sign", "signature")):
        await live.do(deed, register, company, who=PEOPLE)
        await live.on.upkeep()
    await live.stage_is(company, "deciding")


async def accepted(live: Live, company: str) -> None:
    await live.complete("acceptor", company, task="approval.acceptance", decision="accept")


async def granted(live: Live, company: str) -> None:
    await live.complete(
        "approver", company, task="approval.decision", decision="grant", no_interest=True
    )
    await live.stage_is(company, "archived")


async def test_the_figures_of_a_period_and_of_what_runs(live: Live) -> None:
    await live.advance("2026-09-23T14:55:00+08:00")
    quick = await opened(live, "quick")
    slow = await live.open(case="slow")
    await live.advance("2026-09-23T15:00:00+08:00")
    await accepted(live, quick)
    await live.advance("2026-09-24T10:55:00+08:00")
    # Both persons act at once: what waits for them is no quarter of an hour.
    await signed(live, quick)
    await live.advance("2026-09-24T11:00:00+08:00")
    await granted(live, quick)
    await live.advance("2026-09-24T15:00:00+08:00")
    await accepted(live, slow)
    running = await live.open(case="running")
    await accepted(live, running)
    # 3 hours of the 24th, nothing of the holiday, 5 hours of the 28th at 16:00.
    await live.advance("2026-09-28T16:00:00+08:00")
    await signed(live, slow)
    shown = await live.get("applicant", f"/api/v1/cases/{live.number(running)}/related")
    RelatedCases.model_validate(shown)
    assert shown["opening_time_so_far"]["hours"] == pytest.approx(8, abs=0.02)
    assert shown["opening_time_so_far"]["meets_target"]
    page = text_of(await (await live.pages("applicant")).get(f"/cases/{live.number(running)}"))
    assert "受理至今 8 小时" in page
    await live.advance("2026-09-29T10:00:00+08:00")
    await granted(live, slow)

    found = await live.get("supervisor", f"{PATH}?from=2026-09-23&to=2026-09-29")
    OpeningTimesAnswer.model_validate(found)
    summary: dict[str, Any] = found["summary"]
    assert (summary["count"], summary["meets_target_count"]) == (2, 1)
    assert summary["median_days"] == pytest.approx((5.5 + 11.5) / 2 / 7, abs=0.01)
    assert summary["p90_days"] == pytest.approx(11.5 / 7, abs=0.01)
    assert [m["month"] for m in found["months"]] == ["2026-09"]
    (missed,) = found["missed"]
    assert (missed["number"], missed["days"]) == (live.number(slow), 1.64)
    assert not missed["onestop"]
    runs = {line["number"]: line for line in found["running"]}
    assert runs[live.number(running)]["hours"] == pytest.approx(11.5, abs=0.02)
    assert runs[live.number(running)]["issued_at"] is None
    assert found["running_late_count"] == 1

    first = await live.get("window_head", f"{PATH}?from=2026-09-24&to=2026-09-24")
    assert first["summary"]["count"] == 1, "by the day of the licence"
    assert first["summary"]["share"] == 1
    related = await live.get("applicant", f"/api/v1/cases/{live.number('quick')}/related")
    assert related["opening_time"]["days"] == first["summary"]["median_days"] == 0.79
    assert related["opening_time_so_far"] is None
    empty = await live.get("window_head", f"{PATH}?from=2026-09-01&to=2026-09-02")
    assert (empty["summary"], empty["months"]) == (None, [])

    desk = await live.pages("supervisor")
    shown_page = await desk.get("/desk/opening-times?from=2026-09-01&to=2026-09-30")
    words = text_of(shown_page)
    for each in ("1.64", "1.21", "50%", "没有达到目标的（1 件）", live.number(slow), "受理至今"):
        assert each in words
    chart = BeautifulSoup(shown_page.text, "html.parser").find("svg", {"class": "chart"})
    assert chart is not None
    assert "1/2 件达标" in chart.get_text()
    links = [a["href"] for a in BeautifulSoup(shown_page.text, "html.parser").select("header a")]
    assert "/desk/opening-times" in links
    english = text_of(await (await live.pages("supervisor", "en")).get("/desk/opening-times"))
    assert "11.50 office hours from acceptance to licence (1.64 days)" in english


async def test_a_period_that_cannot_be_is_said(live: Live) -> None:
    for query, parameter in (
        ("from=yesterday", "from"),
        ("to=2026-13-01", "to"),
        ("from=0001-01-01&to=0001-02-01", "from"),
        ("from=9999-12-31&to=9999-12-31", "to"),
        ("from=2026-09-02&to=2026-09-01", "to"),
        ("from=2025-01-01&to=2026-09-01", "from"),
    ):
        refused = await live.cast.call("supervisor", "GET", f"{PATH}?{query}")
        assert refused.status_code == 422
        assert parameter in {e["parameter"] for e in refused.json()["errors"]}
    desk = await live.pages("supervisor")
    page = await desk.get("/desk/opening-times?from=2026-09-02&to=2026-09-01")
    assert page.status_code == 422
    assert "结束日期不能早于开始日期" in page.text
    assert 'value="2026-09-02"' in page.text, "what was typed stays"


async def test_it_is_for_staff_alone(live: Live) -> None:
    assert (await live.cast.call("applicant", "GET", PATH)).status_code == 403
    client = await live.pages("applicant")
    hidden = await client.get("/desk/opening-times")
    assert hidden.status_code == 404, "whoever may not see the desk finds none"


def test_the_usual_period_is_a_year_of_months() -> None:
    assert Period.before(date(2026, 9, 29)) == Period(date(2025, 10, 1), date(2026, 9, 29))
    assert Period.before(date(2026, 12, 1)).first == date(2026, 1, 1)
    assert Period.before(date(2026, 1, 31)).first == date(2025, 2, 1)
    assert period_of("", "", date(2026, 9, 29)) == Period.before(date(2026, 9, 29))
    assert period_of("2025-09-30", "2026-09-30", date(2026, 9, 30)).days == 366
    with pytest.raises(Problem):
        period_of("2025-09-29", "2026-09-30", date(2026, 9, 30))


def test_the_waits_are_the_applicants_stages() -> None:
    passed = [
        {"stage": "submitted", "at": "a"},
        {"stage": "correction", "at": "b"},
        {"stage": "submitted", "at": "c"},
        {"stage": "identity_pending", "at": "d"},
        {"stage": "signature_pending", "at": "e"},
    ]
    assert applicants_waits(TABLE, passed) == [("b", "c"), ("d", "e"), ("e", None)]


def test_the_figure_is_drawn_to_scale() -> None:
    drawn = bullets([Row("2026-09", 0.75, 1.5, "9/10"), Row("<b>", 3, 3, "0/1")], 1.5)
    svg = BeautifulSoup(drawn, "html.parser")
    bars = [
        float(str(r["width"]).removesuffix("%")) for r in svg.find_all("rect") if r["height"] == "8"
    ]
    assert bars[0] * 4 == pytest.approx(bars[1], abs=0.05)
    colours = [r["fill"] for r in svg.find_all("rect") if r["height"] == "8"]
    assert colours[0] != colours[1], "what misses the target is red"
    assert "<b>" not in drawn
    assert bullets([], 1.5) == ""
