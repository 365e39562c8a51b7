"""Every paper of leaving the market and of the lists, built by its own builder from a case's rows."""

import io
import re

import pytest
from pypdf import PdfReader

from activities.paperwork import BUILDERS, UNSEALED
from law import catalogue
from tests.papers import served_accidents, served_deregistrations, served_lists
from tests.papers.served import Served, fields_of, pdf_of
from tests.papers.test_papers import text_of

ALL = served_accidents.SERVED + served_deregistrations.SERVED + served_lists.SERVED
STEMS = sorted({s.stem for s in ALL})
# What every approval has, and is looked at in its own tests (`test_suspensions`, `test_tolerance`).
OF_EVERY_APPROVAL = {
    "suspension",
    "resumption",
    "tolerance_notice",
    "commitment",
    "supplement_receipt",
    "overrun_notice",
}
# Papers that put an end to something, or order something: where to turn against them stands on the page.
AGAINST = {
    "precheck_result",
    "termination_notice",
    "refusal",
    "not_accepted",
    "lapse",
    "listing",
    "marking",
    "order_to_publish",
    "not_restored",
    "ended",
    "revocation",
}
PAGE = 841.89
_made: dict[str, bytes] = {}


async def made(served: Served) -> bytes:
    """Set once for all that look at it."""
    if served.name not in _made:
        _made[served.name] = await pdf_of(served)
    return _made[served.name]


def test_names_tell_the_samples_apart() -> None:
    assert len({s.name for s in ALL}) == len(ALL)


@pytest.mark.parametrize("stem", STEMS)
def test_every_paper_of_the_procedure_is_here(stem: str) -> None:
    """Its own builders, and those of its kind for the titles that its row names."""
    row = catalogue.procedure(stem)
    own = {kind for of, kind in BUILDERS if of == stem}
    shared = {kind for kind in row.papers if (row.kind, kind) in BUILDERS}
    assert {s.kind for s in ALL if s.stem == stem} == (own | shared) - OF_EVERY_APPROVAL


@pytest.mark.parametrize("served", ALL, ids=lambda s: s.name)
async def test_a_paper_says_what_the_law_wants(served: Served) -> None:
    kind, fields = await fields_of(served)
    pdf = await made(served)
    reader = PdfReader(io.BytesIO(pdf))
    xmp = reader.trailer["/Root"]["/Metadata"].get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in xmp
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in xmp
    text = text_of(pdf)
    for words in (*served.says, fields["recipient"], fields["office"], fields["contact"]):
        assert "".join(words.split()) in text
    # Its article, unless it only says what was received.
    if kind not in ("materials_receipt",):
        assert "《" in text
    if served.kind in AGAINST:
        assert "行政复议" in text
        assert "行政诉讼" in text
        assert fields["office"].removesuffix("市场监督管理局") + "人民政府" in text
    # No date as machines write it, nothing empty, no code of ours.
    numberless = re.sub(r"MD-\d{4}-\d{8}|GS-\d{4}-\d{8}|421303-(R-)?\d{4}-\d{6}", "", text)
    assert not re.search(r"\d{4}-\d{2}-\d{2}", numberless)
    assert "None" not in text
    assert not re.search(r"SD-\d\d", text)
    for page in reader.pages:
        # A single sheet can be checked, and says whose it is.
        sheet = "".join(page.extract_text().split())
        assert "核验" in sheet
        assert "421303-2026-000123" in sheet


@pytest.mark.parametrize("served", ALL, ids=lambda s: s.name)
async def test_nothing_runs_off_the_sheet(served: Served) -> None:
    reader = PdfReader(io.BytesIO(await made(served)))
    off: list[str] = []

    def visit(text: str, cm: list[float], tm: list[float], *_: object) -> None:
        x, y = cm[0] * tm[4] + cm[4], cm[3] * tm[5] + cm[5]
        if text.strip() and not (40 < x < 560 and 20 < y < PAGE - 20):
            off.append(f"{text.strip()[:20]} at {x:.0f},{y:.0f}")

    for page in reader.pages:
        page.extract_text(visitor_text=visit)
    assert not off


@pytest.mark.parametrize("served", ALL, ids=lambda s: s.name)
async def test_the_seal_has_its_place(served: Served) -> None:
    """Of the office's papers; the signature is never alone on a sheet."""
    reader = PdfReader(io.BytesIO(await made(served)))
    assert reader.metadata is not None
    spot = re.search(r"seal:(\d+)", str(reader.metadata.get("/Keywords", "")))
    if served.kind in UNSEALED:
        assert spot is None
        return
    assert spot is not None
    sheet = "".join(reader.pages[int(spot[1]) - 1].extract_text().split())
    before = sheet.rsplit("随州市曾都区市场监督管理局", 2)[0]
    assert len(before) > 40, "the signature stands alone"
