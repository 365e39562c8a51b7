"""Dates, clock cards and the live diagram as people see them."""

import re
from collections.abc import Iterator
from datetime import date, datetime

import pytest
from bs4 import BeautifulSoup
from markupsafe import Markup

from api import dates, i18n
from api.clock_cards import MAX_SQUARES, Light, Promised, card, light_of
from api.diagram import figure
from api.routers.case_pages import said_once
from api.templating import environment
from api.views.timeline import Line
from law.calendars import default_calendars
from law.clock_types import Clock
from law.clocks import CLOCKS, find_clock
from law.deadlines import Deadline, Suspension, deadline, remaining
from law.zone import CST

CALENDARS = default_calendars()
ENVIRONMENT = environment()


@pytest.fixture(autouse=True)
def _chinese() -> Iterator[None]:
    i18n.use("zh-CN")
    yield
    i18n.use("zh-CN")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CST)


def macro(call: str, **context: object) -> BeautifulSoup:
    """A macro's output."""
    source = '{% import "macros.html" as m with context %}{{ ' + call + " }}"
    return BeautifulSoup(ENVIRONMENT.from_string(source).render(context), "html.parser")


# -- dates ---------------------------------------------------------------------------------


def test_dates_as_written() -> None:
    instant = datetime.fromisoformat("2026-09-27T18:12:00+00:00")
    assert dates.day_text(instant) == "2026年9月28日（周一）"
    assert dates.day_end_text(date(2026, 10, 8)) == "2026年10月8日（周四）24:00"
    assert dates.minute_text(instant) == "9月28日 02:12"
    assert dates.second(instant) == Markup(
        '<time datetime="2026-09-28T02:12:00+08:00">2026年9月28日 02:12:00</time>'
    )
    i18n.use("en")
    assert dates.day_text(instant) == "28 September 2026 (Mon)"
    assert dates.day_end_text(date(2026, 10, 8)) == "8 October 2026 (Thu), 24:00"


# -- clock cards ---------------------------------------------------------------------------


def shown(d: Deadline, now: datetime) -> BeautifulSoup:
    found = card(
        d.to_json(),
        name="登记期限",
        now=now,
        light=light_of(d.to_json(), remaining(d, now, CALENDARS)),
    )
    return macro("m.clock(card)", card=found)


def test_the_card_of_the_registration_clock() -> None:
    d = deadline(find_clock("R01"), at("2026-09-23T10:02:37"), CALENDARS)
    page = shown(d, at("2026-09-24T10:20:00"))
    assert page.select_one(".clock__date").get_text() == "9月29日 周二 24:00 届满"  # type: ignore[union-attr]
    squares = [(i.get("class"), i.get_text()) for i in page.select(".ribbon[role=img] i")]
    assert squares == [
        (["today"], "1"),
        (["skipped"], ""),
        (["skipped"], ""),
        (["skipped"], ""),
        (None, "2"),
        (["due"], "3"),
    ]
    rows = [
        [c.get_text(" ", strip=True) for c in tr.find_all(["th", "td"])]
        for tr in page.select("tbody tr")
    ]
    assert rows[0][:2] == ["9月23日 周三", "起算"]
    assert rows[1][:2] == ["9月24日 周四", "第 1 日"]
    assert "今天" in rows[1][2]
    assert rows[2][:2] == ["9月25日 周五", "不计"]
    assert "中秋节" in rows[2][2]
    assert rows[-1][:2] == ["9月29日 周二", "第 3 日"]
    ribbon = page.select_one(".ribbon[role=img]")
    assert ribbon is not None
    assert ribbon["aria-label"] == (
        "登记期限：2026年9月23日（周三）起算，今天9月24日为第 1 日，共 3 日，2026年9月29日（周二）到期"
    )
    assert page.select_one(".light--green").get_text() == "正常，还剩 2 个工作日"  # type: ignore[union-attr]


def test_promised_beside_legal() -> None:
    d = deadline(find_clock("R01"), at("2026-09-23T10:02:37"), CALENDARS)
    now = at("2026-09-24T10:20:00")
    light = Light("amber", "承诺今天")
    promised = Promised(date(2026, 9, 24), "承诺 1 个工作日")
    page = macro(
        "m.clock(card)",
        card=card(d.to_json(), name="登记期限", now=now, light=light, promised=promised),
    )
    assert [x.get_text() for x in page.select(".clock__date")] == [
        "9月29日 周二 24:00 届满",
        "9月24日 周四",
    ]


@pytest.mark.parametrize(
    ("now", "kind", "text"),
    [
        ("2026-09-23T12:00:00", "green", "正常，还剩 3 个工作日"),
        ("2026-09-28T08:00:00", "amber", "还剩 1 个工作日"),
        ("2026-09-29T23:59:59", "amber", "今天到期"),
        ("2026-09-30T00:00:00", "red", "超 1 个工作日"),
        ("2026-10-08T00:00:00", "red", "超 2 个工作日"),
    ],
)
def test_lights(now: str, kind: str, text: str) -> None:
    d = deadline(find_clock("R01"), at("2026-09-23T10:02:37"), CALENDARS)
    left = remaining(d, at(now), CALENDARS)
    assert light_of(d.to_json(), left) == (kind, text)


def test_paused_and_provisional_are_said() -> None:
    clock = next(c for c in CLOCKS.values() if c.suspendable and c.length and c.binds_agency)
    stop = Suspension(date(2026, 9, 24), None, clock.suspension[0].value)
    d = deadline(clock, at("2026-09-21T10:00:00"), CALENDARS, suspensions=[stop])
    page = shown(d, at("2026-09-25T10:00:00"))
    assert page.select_one(".light--paused")
    assert "已停止计算" in page.get_text()
    # The days that were counted and those that were not, and nothing of days to come.
    assert [i.get("class") for i in page.select(".ribbon[role=img] i")] == [
        ["past"],
        ["past"],
        ["skipped"],
        ["skipped", "today"],
    ]
    assert page.select_one(".ribbon[role=img] .due") is None
    assert "没有届满日" in page.get_text()
    far = deadline(find_clock("R01"), at("2027-09-30T10:00:00"), CALENDARS)
    page = shown(far, at("2027-09-30T10:00:00"))
    assert page.select_one(".light--prov")
    assert "还没有发布" in page.get_text()


def computable(clock: Clock) -> Deadline | None:
    length = 10 if clock.length is None and clock.unit.value == "VARIABLE" else None
    return deadline(clock, at("2026-03-02T10:00:00"), CALENDARS, length=length)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_clock_of_the_law_has_a_readable_card(language: i18n.Language) -> None:
    i18n.use(language)
    for clock in CLOCKS.values():
        d = computable(clock)
        assert d is not None
        page = shown(d, at("2026-03-05T10:00:00"))
        squares = page.select(".ribbon[role=img] i")
        assert 0 < len(squares) <= MAX_SQUARES or d.start_date == d.legal_end, clock.id
        assert page.select("tbody tr"), clock.id
        assert page.select_one(".cite").get_text() == clock.citation  # type: ignore[union-attr]
        marked = bool(page.select_one(".clock__foot .tag--warn"))
        assert marked == (clock.verified.value != "TEXT"), clock.id


# -- the live diagram ----------------------------------------------------------------------

STAGES = {
    "open": ("受理", ""),
    "review": ("审查<b>", ""),
    "granted": ("准予", "good"),
    "refused": ("不予", "bad"),
}
MOVES = [
    ("open", "review", "受理"),
    ("review", "open", "补正"),
    ("review", "granted", "符合条件"),
    ("review", "refused", "不符合条件"),
]


def drawn() -> Markup:
    return figure(
        STAGES,  # type: ignore[arg-type]
        MOVES,
        ["open", "review", "granted"],
        [("open", "9月23日"), ("review", "9月24日起")],
        {"refused": "说明理由"},
        "办件流程",
    )


def test_the_diagram_shows_past_now_and_next() -> None:
    soup = BeautifulSoup(drawn(), "html.parser")
    wide = soup.select_one("svg.lr")
    assert wide is not None
    assert {g["class"][0] for g in wide.select("g")} == {"past", "now", "next"}
    assert "✓ 受理" in wide.get_text()
    assert len(wide.select("path:not(.arr)")) == len(MOVES)
    items = [li.get_text() for li in soup.select("figcaption li")]
    assert items == [
        "已经过 受理（9月23日）",
        "当前 审查<b>（9月24日起）",
        "接下来可能 受理：补正",
        "接下来可能 准予：符合条件",
        "接下来可能 不予：不符合条件，说明理由",
    ]


def test_the_diagram_is_safe_and_always_the_same() -> None:
    assert drawn() == drawn()
    assert "审查<b>" not in drawn()
    assert "style=" not in drawn()
    sheet = (i18n.LOCALE_DIR.parent / "static" / "banjian.css").read_text(encoding="utf-8")
    for name in re.findall(r'class="((?:lr|tb)-\d+)|class="(?:lr|tb) ((?:lr|tb)-\d+)"', drawn()):
        assert f".{name[0] or name[1]} {{" in sheet


# -- templates -----------------------------------------------------------------------------


def test_every_template_parses_and_none_trusts_data() -> None:
    made = environment()
    names = made.list_templates(extensions=["html"])
    assert len(names) >= 6
    for name in names:
        made.get_template(name)
        source = (i18n.LOCALE_DIR.parent / "templates" / name).read_text(encoding="utf-8")
        assert "|safe" not in source.replace(" ", ""), name
        assert not re.search(r"\sstyle=", source), name
        assert not re.search(r"\son[a-z]+=", source), name


def test_a_field_lists_hint_then_error() -> None:
    page = macro('m.input("name", "名称", hint="与执照一致", error="请填写名称", value="<x>")')
    control = page.select_one("input")
    assert control is not None
    assert control["aria-describedby"].split() == ["name-hint", "name-err"]  # type: ignore[union-attr]
    assert control["aria-invalid"] == "true"
    order = [tag.get("id") or tag.name for tag in page.select(".field > *")]
    assert order == ["label", "name-hint", "name-err", "name"]
    assert control["value"] == "<x>"
    secret = macro('m.input("p", "密码", type="password", value="x")').select_one("input")
    assert secret is not None
    assert "value" not in secret.attrs


def test_the_seal_of_a_test_installation_says_so() -> None:
    page = macro('m.seal("随州市曾都区市场监督管理局", "测试印章")')
    assert "测试印章" in page.get_text()


def test_static_addresses_change_with_the_content() -> None:
    made = environment()
    address = made.from_string('{{ static_url("tokens.css") }}').render()
    assert re.fullmatch(r"/static/tokens\.css\?v=[0-9a-f]{12}", address)


def test_a_page_says_the_same_thing_once_a_minute() -> None:
    """The record keeps every event; five departments told alike are one line to read."""

    def line(revision: int, second: str, what: str, by: str = "系统") -> Line:
        return Line(revision, "effect_done", at(f"2026-09-21T09:{second}"), Markup(what), by)

    lines = [
        line(1, "00:01", "已告知部门"),
        line(2, "00:02", "已告知部门"),
        line(3, "00:03", "已告知部门", by="陈思远"),
        line(4, "00:04", "已备案"),
        line(5, "01:00", "已告知部门"),
    ]
    assert [shown.revision for shown in said_once(lines)] == [1, 3, 4, 5]


def test_a_long_label_of_the_diagram_stays_in_its_box() -> None:
    stages = {"a": ("To department", ""), "b": ("Filed", "good")}
    drawn = BeautifulSoup(
        figure(stages, [("a", "b", "")], ["a", "b"], [("a", "1 Sep"), ("b", "")], {}, "t"),  # type: ignore[arg-type]
        "html.parser",
    )
    for svg in drawn.find_all("svg"):
        long, short = (
            next(t for t in svg.find_all("text") if word in t.text)
            for word in ("To department", "Filed")
        )
        assert float(long["textlength"]) < float(svg.find("rect")["width"])
        assert short.get("textlength") is None


@pytest.mark.parametrize(("ends", "framed"), [(2, False), (3, True)])
def test_a_diagram_too_wide_for_a_phone_moves_in_its_frame(ends: int, framed: bool) -> None:
    """One column for the main line, one for each other end; the frame is reached by keyboard."""
    others = [f"end{n}" for n in range(ends)]
    stages = {"a": ("受理", ""), "b": ("办结", "good")} | {o: ("不予", "bad") for o in others}
    moves = [("a", "b", ""), *(("a", o, "") for o in others)]
    drawn = BeautifulSoup(
        figure(stages, moves, ["a", "b"], [("a", "9月1日")], {}, "流程"),  # type: ignore[arg-type]
        "html.parser",
    )
    frame = drawn.select_one(".flow__frame")
    assert (frame is not None) == framed
    if frame is not None:
        assert (frame["tabindex"], frame["aria-label"]) == ("0", "流程，可左右移动")
        assert frame.select_one("svg.tb") is not None
