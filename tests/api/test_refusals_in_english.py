"""A refusal that names a clock, for an English reader: the clock by its English name, the article as it is cited."""

from collections.abc import Iterator

import pytest

from api import i18n
from api.problems import from_refusal
from api.refusal_texts import chinese, told, untold
from domain import refusal_words as said
from domain.refusals import Refusal, Refused
from law.clocks import CLOCKS, find_clock
from tests.api.case_stage import Live, live
from tests.api.test_suspensions import accepted
from tests.api.test_tasks_pages import soup

__all__ = ["live"]

PARTS = {
    "clock": "食品经营许可：决定",
    "article": "行政许可法 45",
    "ground": "听证",
    "grounds": "听证、检验",
    "unit": "个工作日",
    "effect": "视为受理",
    "day": "2026年10月8日 24:00",
    "year": "2007",
    "end": "2026年10月8日 24:00",
    "way": "公司清算后注销",
    "step": "填报清算组成立",
    "officer": "王海",
    "certificate": "特种设备安全行政执法证",
    "number": "鄂TS13X0001",
    "on": "2026年10月9日",
    "head": "股室负责人",
    "days": "15",
    "what": "移交事故调查的日期",
}


@pytest.fixture
def english() -> Iterator[None]:
    i18n.use("en")
    yield
    i18n.use("zh-CN")


@pytest.mark.parametrize("sentence", said.SENTENCES)
def test_every_sentence_is_found_again_with_its_parts(sentence: str) -> None:
    taken = said.take_apart(sentence % PARTS)
    assert taken is not None
    assert taken.sentence == sentence
    assert taken.parts == {k: PARTS[k] for k in taken.parts}
    assert taken.parts


@pytest.mark.parametrize("clock_id", sorted(CLOCKS))
def test_names_and_articles_of_every_row_stay_whole(clock_id: str) -> None:
    """Some have brackets and commas of their own."""
    law = find_clock(clock_id)
    parts = {"clock": law.name.replace(":", "："), "article": law.citation}
    taken = said.take_apart(said.NOT_SUSPENDABLE % parts)
    assert taken == (said.NOT_SUSPENDABLE, parts)


def test_the_clock_has_its_english_name_and_the_article_stays(english: None) -> None:
    law = find_clock("F02")
    message = said.ONLY_ON_GROUNDS % {
        "clock": law.name.replace(":", "："),
        "article": law.suspension_basis,
        "grounds": "听证、检验",
    }
    found = from_refusal(Refused(Refusal.GROUND_NOT_ALLOWED, message)).detail
    assert i18n.gettext(law.name) != law.name, "it has an English name"
    assert i18n.gettext(law.name) in found
    assert "(行政许可法 45)" in found
    assert "听证" not in found
    assert "食品" not in found
    over = told(said.TERM_OVER % PARTS)
    assert "8 October 2026 24:00" in over
    expired = told(said.OFFICER_EXPIRED % PARTS)
    assert "special-equipment inspection certificate of 王海 (鄂TS13X0001)" in expired
    assert "not on 9 October 2026" in expired
    # Nothing is made up: what the catalogue does not have stays as it was said.
    assert told("库里没有的一句话。") == "库里没有的一句话。"
    assert untold("“食品经营许可”不能这样。")
    assert not untold(over)
    wrong = Refused(Refusal.INVALID_ANSWERS, errors={"/since": said.BEFORE_START % PARTS})
    assert from_refusal(wrong).errors[0].message.startswith("The period “")


def test_the_chinese_reader_reads_what_the_case_said() -> None:
    message = said.DAYS_COUNTED % PARTS
    assert told(message) == message
    assert chinese(message) == message


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("ends (行政许可法 42, 45) so", "ends (<zh>行政许可法 42, 45</zh>) so"),
        ("by 公司法 37(1) & more", "by <zh>公司法 37(1)</zh> &amp; more"),
        ("“Food permit” (待核)", "“Food permit” (<zh>待核</zh>)"),
        ("请改正。", "<zh>请改正。</zh>"),
        ("nothing <b>", "nothing &lt;b&gt;"),
        ("依《条例》第8条, then 办理", "<zh>依《条例》第8条</zh>, then <zh>办理</zh>"),
    ],
)
def test_what_is_chinese_in_an_english_sentence_is_marked(
    english: None, text: str, marked: str
) -> None:
    opened = '<span lang="zh-CN">'
    assert chinese(text) == marked.replace("<zh>", opened).replace("</zh>", "</span>")


async def test_on_the_page_and_over_rest(live: Live) -> None:
    case = await accepted(live)
    number = live.number(case)
    wrong = {"clock": "F02#1", "ground": "stay", "expected_days": 6, "reason": "案情复杂"}
    path = f"/api/v1/cases/{number}/suspensions"
    answer = await live.cast.call(
        "reviewer", "POST", path, json=wrong, headers={"accept-language": "en"}
    )
    assert answer.status_code == 409
    detail = answer.json()["detail"]
    assert detail.startswith("The period “")
    assert "(行政许可法 45)" in detail
    suspension = wrong | {"ground": "hearing", "reason": "举行听证"}
    await live.do("suspend_clock", "reviewer", case, **suspension)
    page = soup(await (await live.pages("applicant", "en")).get(f"/cases/{number}"))
    story = page.select_one(".timeline")
    assert story is not None
    cited = [span.text for span in story.select('span[lang="zh-CN"]')]
    assert "行政许可法 45" in cited
