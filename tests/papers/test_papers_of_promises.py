"""The papers of 容缺受理 in each of their cases: what is owed, until when, what an overrun leads to, where to turn."""

from typing import Any

import pytest

from activities.papers import render
from tests.papers.samples import ISSUED, SAMPLES
from tests.papers.test_papers import text_of

REMEDIES = ("行政复议", "随州市曾都区人民政府", "行政诉讼", "随州市曾都区人民法院")


def said(kind: str, **more: Any) -> str:
    return text_of(render(kind, {**SAMPLES[kind], **more}, timestamp=ISSUED))


@pytest.mark.parametrize("licence_first", [True, False])
def test_the_notice_tells_items_term_and_overrun_once(licence_first: bool) -> None:
    text = said("tolerance_notice", licence_first=licence_first)
    for word in (
        "从业人员健康证明复印件",
        "10个工作日",
        "2026年10月13日",
        "待核",
        "延长一次",
        "一式两份",
    ):
        assert word in text
    assert ("先发给证件" in text) is licence_first
    # Where nothing is granted before, there is nothing to annul.
    assert ("启动撤销程序" in text) is licence_first
    assert ("不予准予" in text) is not licence_first


@pytest.mark.parametrize("licence_first", [True, False])
def test_the_commitment_is_the_applicants_word(licence_first: bool) -> None:
    text = said("supplement_commitment", licence_first=licence_first)
    for word in ("承诺", "周晓岚", "从业人员健康证明复印件", "2026年10月13日", "待核"):
        assert word in text
    assert ("启动撤销程序" in text) is licence_first


@pytest.mark.parametrize("late", [True, False])
def test_the_receipt_names_the_files_and_promises_nothing(late: bool) -> None:
    text = said("supplement_receipt", late=late)
    for word in ("健康证明.pdf", "3f9a", "2026年10月13日", "不代表材料符合要求"):
        assert word in text
    assert ("已经超期" in text) is late


@pytest.mark.parametrize("issued", [True, False])
@pytest.mark.parametrize(
    ("decision", "until", "words"),
    [
        ("accept_late", None, "按超期补齐处理"),
        ("order", "2026-10-20", "最迟于2026年10月20日"),
        ("refer", None, "由本机关的检查岗位签收后检查"),
        ("start_revocation", None, "依照法定程序调查后另行决定"),
    ],
)
def test_the_decision_on_an_overrun_has_reasons_and_remedies(
    decision: str, until: str | None, words: str, issued: bool
) -> None:
    text = said("overrun_notice", decision=decision, order_until=until, issued=issued)
    for word in (words, "直接影响食品安全", "待核", *REMEDIES):
        assert word in text
    if not issued and decision != "start_revocation":
        assert "附条件" not in text


def test_an_acceptance_does_not_call_complete_what_is_not() -> None:
    text = said("acceptance", owed=["住所使用证明"], decision_due=None, term="3个工作日")
    assert "主要材料齐全" in text
    assert "住所使用证明已承诺后补" in text
    assert "申请材料齐全" not in text
    assert "自补齐之日的次日起3个工作日内作出决定" in text


def test_a_business_licence_says_what_is_still_owed() -> None:
    said_of = "缴回纸质营业执照正、副本的凭据，2026年10月12日以前补齐"
    assert said_of in said("business_licence", condition=said_of)
    assert "容缺" not in said("business_licence")
