"""Every paper: archivable, readable by machine and by ear, the same bytes twice, nothing invented."""

import io
from datetime import date, timedelta

import pytest
from pypdf import PdfReader

from activities.papers import PaperRefused, qr_svg, render
from forms.papers.model import PAPERS
from forms.papers.wording import numeral_date, until
from tests.papers.samples import ISSUED, OFFICE, SAMPLES


def text_of(pdf: bytes) -> str:
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]
    return "".join("".join(pages).split())


def test_every_paper_has_a_sample() -> None:
    assert SAMPLES.keys() == PAPERS.keys()


@pytest.mark.parametrize("kind", sorted(PAPERS))
def test_a_paper_is_archivable_tagged_and_the_same_twice(kind: str) -> None:
    data = SAMPLES[kind]
    pdf = render(kind, data, timestamp=ISSUED)
    assert pdf == render(kind, data, timestamp=ISSUED)
    reader = PdfReader(io.BytesIO(pdf))
    root = reader.trailer["/Root"]
    assert root["/Lang"].lower().startswith("zh")
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    xmp = root["/Metadata"].get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in xmp
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in xmp
    assert reader.metadata is not None
    assert data["number"] in (reader.metadata.title or "")
    assert reader.metadata.creation_date == ISSUED
    text = text_of(pdf)
    for shown in ("number", "recipient"):
        assert "".join(str(data[shown]).split()) in text
    for page in reader.pages:
        for name, font in (page["/Resources"].get("/Font") or {}).items():
            described = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
            assert {"/FontFile2", "/FontFile3"} & set(described.get_object()), name


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (
            "acceptance",
            [
                "2026年9月29日（星期二）24:00",
                "9月25日至9月27日不计中秋节放假",
                "第十九条",
                "予以受理",
            ],
        ),
        ("deficiency", ["全部内容", "以上共3项", "租期不能辨认", "第1版"]),
        ("extension", ["2026年10月9日（星期五）24:00", "登记机关负责人批准", "延长一次"]),
        ("renewal_deemed", ["视为准予延续", "行政许可法50", "待核", "2026年9月29日"]),
        (
            "suspension",
            [
                "行政许可法45",
                "自2026年9月24日（星期四）起",
                "8个工作日，至2026年10月12日（星期一）",
                "剩余",
                "9月22日至9月23日：第1至2日",
            ],
        ),
        ("resumption", ["2026年10月12日（星期一）结束", "2026年10月9日（星期五）24:00"]),
        ("non_acceptance", ["不予受理", "请向随州市市场监督管理局申请", "六十日", "六个月"]),
        ("registration", ["91421303MA4K1X2Y9A", "第二十一条"]),
        (
            "change_registration",
            ["准予变更登记", "变更前", "粮食收购", "421303000000011", "作废", "2026年10月26日"],
        ),
        (
            "registration_refusal",
            ["不予登记", "第二十条", "六十日", "六个月", "行政诉讼法", "（二）"],
        ),
        (
            "name_reservation",
            ["2026年9月30日（星期三）24:00", "晏辉商贸", "第十六条", "第十八条", "不是行政许可"],
        ),
        (
            "office_letter",
            [
                "列入经营异常名录决定书",
                "第48条第1项",
                "MD-2026-00000001",
                "公示的最后一天",
                "（待核）",
                "不服本决定",
                "六十日",
            ],
        ),
        ("name_refusal", ["不予通过", "第十二条", "六十日", "六个月"]),
        ("name_cancellation", ["取消保留", "2026年7月31日", "六十日"]),
        (
            "licence_items_told",
            ["广告发布登记", "领取营业执照后", "月球旅游观光服务", "不视为无需许可", "待核"],
        ),
        ("licensing_grant", ["准予行政许可", "第三十八条第一款", "（待核）"]),
        ("licensing_refusal", ["不予行政许可", "第三十八条第二款", "𠮷安", "六十日", "六个月"]),
        ("business_licence", ["营业执照", "91421303MA4K1X2Y9A", "2026年09月28日", "䶮辉"]),
        ("licence", ["食品经营许可证", "JY24213030012345", "2031年10月11日"]),
        ("materials_receipt", ["2026年9月23日10:00", "以上共4项", "不代表申请已被受理"]),
        ("application", ["公司设立登记申请书", "李国栋", "3f9a3f9a", "第十七条"]),
        ("archive_catalogue", ["卷内目录", "本卷共5件"]),
    ],
)
def test_a_paper_says_what_the_statute_wants(kind: str, words: list[str]) -> None:
    text = text_of(render(kind, SAMPLES[kind], timestamp=ISSUED))
    for word in [*words, "".join(OFFICE.split())]:
        assert word in text


def test_a_deemed_acceptance_says_so() -> None:
    data = {**SAMPLES["acceptance"], "deemed": True, "regime": "licensing"}
    text = text_of(render("acceptance", data, timestamp=ISSUED))
    assert "视为受理" in text
    assert "第三十二条第一款第（四）项" in text
    assert "决定自" not in text


def test_a_provisional_date_is_marked() -> None:
    due = {**SAMPLES["acceptance"]["decision_due"], "provisional": True}
    data = {**SAMPLES["acceptance"], "decision_due": due}
    assert "暂定" in text_of(render("acceptance", data, timestamp=ISSUED))


def test_the_date_of_law_is_not_the_machines_and_moves_nothing_else() -> None:
    later = render("acceptance", SAMPLES["acceptance"], timestamp=ISSUED + timedelta(days=9))
    assert text_of(later) == text_of(render("acceptance", SAMPLES["acceptance"], timestamp=ISSUED))


@pytest.mark.parametrize("scope_length", [20, 300, 900])
@pytest.mark.parametrize("copy_kind", ["original", "duplicate"])
def test_a_licence_stays_on_its_sheet(copy_kind: str, scope_length: int) -> None:
    data = {
        **SAMPLES["business_licence"],
        "copy_kind": copy_kind,
        "scope": ("农副产品销售；" * 200)[:scope_length],
    }
    reader = PdfReader(io.BytesIO(render("business_licence", data, timestamp=ISSUED)))
    assert len(reader.pages) == 1
    wide = 420 if copy_kind == "original" else 297
    assert round(float(reader.pages[0].mediabox.width) / 72 * 25.4) == wide


def test_a_long_notice_runs_over_pages_and_every_page_can_be_verified() -> None:
    item = SAMPLES["deficiency"]["items"][0]
    data = {**SAMPLES["deficiency"], "items": [item] * 40}
    reader = PdfReader(io.BytesIO(render("deficiency", data, timestamp=ISSUED)))
    assert len(reader.pages) > 2
    for page in reader.pages:
        assert "核验" in page.extract_text()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"recipient": "甲\x00乙"}, "recipient"),
        ({"recipient": "甲\ud800乙"}, "recipient"),
        ({"recipient": "甲\u202e乙"}, "recipient"),
        ({"recipient": ""}, "recipient"),
        ({"verify_url": "javascript:alert(1)"}, "verify_url"),
        ({"decision_due": None}, "decision_due"),
        ({"surplus": 1}, "surplus"),
        ({"received_at": "2026-09-23T10:00:00"}, "received_at"),
    ],
)
def test_bad_data_is_refused_by_field_without_repeating_it(
    change: dict[str, object], says: str
) -> None:
    with pytest.raises(PaperRefused) as refused:
        render("acceptance", {**SAMPLES["acceptance"], **change}, timestamp=ISSUED)
    assert says in str(refused.value)
    assert "乙" not in str(refused.value)


def test_a_character_no_font_holds_is_refused_not_dropped() -> None:
    data = {**SAMPLES["acceptance"], "recipient": "甲\U0003234f公司"}
    with pytest.raises(PaperRefused):
        render("acceptance", data, timestamp=ISSUED)


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(PaperRefused):
        render("love_letter", {}, timestamp=ISSUED)


def test_markup_in_data_is_text() -> None:
    data = {**SAMPLES["acceptance"], "recipient": "*甲* #sys.version $x$ \\ <b> [乙]"}
    text = text_of(render("acceptance", data, timestamp=ISSUED))
    assert "*甲*#sys.version$x$\\<b>[乙]" in text


def test_dates_in_words() -> None:
    assert until(date(2026, 10, 8)) == "2026年10月8日（星期四）24:00"
    assert numeral_date(date(2026, 10, 8)) == "二〇二六年十月八日"
    assert numeral_date(date(2026, 12, 21)) == "二〇二六年十二月二十一日"
    assert numeral_date(date(2030, 11, 30)) == "二〇三〇年十一月三十日"
    assert "<svg" in qr_svg("https://banjian.example/verify/A")
