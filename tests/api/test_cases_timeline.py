"""Every event kind that the kernel can record has its template, and reads well in both languages for every reader."""

import re
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from api import i18n
from api.views import timeline
from api.views.viewer import Audience, Viewer
from domain.clocks import Cause
from domain.contracts import Actor, CaseEvent
from storage.tables import CaseRow
from tests.api.timeline_samples import CASE_ID, DATA

ROOT = Path(__file__).parents[2]
AT = datetime(2026, 9, 23, 2, 0, tzinfo=UTC)


def recorded_kinds() -> set[str]:
    """Kinds named in `self.record("…")` of the workflows; the two composed ones by their sources."""
    found: set[str] = set()
    for path in (ROOT / "workflows").rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        found |= set(re.findall(r"self\.record\(\s*\"([a-z_]+)\"", source))
        for composed in re.findall(r"self\.record\(\s*f\"([a-z_{}.]+)\"", source):
            if composed == "clock_{kind}":
                rungs = (
                    "reminder",
                    "last_reminder",
                    "amber",
                    "overdue_l1",
                    "overdue_l2",
                    "overdue_l3",
                    "expiry",
                    "pause_over",
                )
                found |= {f"clock_{rung}" for rung in rungs}
            elif composed == "clock_{cause.value}":
                found |= {f"clock_{cause.value}" for cause in Cause}
            elif composed == "effect_{answer.state}":
                found |= {f"effect_{s}" for s in ("done", "waiting", "refused", "given_up")}
            else:
                raise AssertionError(
                    f"{path.name} composes a kind this test does not know: {composed}"
                )
    return found


def a_case() -> CaseRow:
    return CaseRow(
        case_id=UUID(CASE_ID),
        procedure="establishment_registration",
        catalogue_version="1",
        table_version="1",
        office="421303",
        owner="p1",
        owner_name="周晓岚",
        title="随州市曾都区青禾食品有限公司",
        stage="under_review",
        receipt_no="421303-2026-0000001-4",
        parties=[{"name": "周晓岚"}, {"name": "李国栋"}],
    )


def rendered(kind: str, audience: Audience) -> str:
    event = CaseEvent(
        revision=7,
        kind=kind,
        at=AT,
        processed_at=AT,
        actor=Actor(person_id="p9", name="陈<思>远"),
        data=DATA[kind],
        internal={"reason": "原承办人休假", "answers": {}},
    )
    line = timeline.line_of(event, a_case(), Viewer(audience, None, AT))
    assert "<思>" not in str(line.what), "a name is never markup"
    return str(line.to_json()["text"])


def test_every_recorded_kind_has_its_template_and_its_sample() -> None:
    kinds = recorded_kinds()
    folder = ROOT / "api" / "templates" / "timeline"
    templates = {path.stem for path in folder.glob("*.html")} - {"_unknown"}
    assert kinds - templates == set()
    assert templates - kinds == set(), "a template of a kind that nobody records"
    assert set(DATA) == kinds


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("audience", ["applicant", "staff", "public"])
@pytest.mark.parametrize("kind", sorted(DATA))
def test_it_reads_in_the_past_tense_for_every_reader(
    kind: str, audience: Audience, language: i18n.Language
) -> None:
    i18n.use(language)
    try:
        said = rendered(kind, audience)
    finally:
        i18n.use("zh-CN")
    assert said
    assert "{" not in said
    assert "None" not in said
    if language == "en":
        own_words = re.sub(
            r"曾市监〔2026〕.*?号|随州市\S+|周晓岚|李国栋|陈<思>远|孙立|暂不开办|住所证明不符|需要核实住所"
            r"|网上贸易|名称已被登记|改为线下|原承办人休假"
            r"|尚可补齐|照片不清|提交的材料虚假|鄂行复〔2026〕7号|随市监函〔2026〕5号",
            "",
            said,
        )
        assert not re.search(r"[\u4e00-\u9fff]", own_words), said


def test_a_person_is_named_only_where_the_call_was_about_one() -> None:
    seen = Viewer("staff", None, AT)
    about = {"seq": 1, "register": "tax"}

    def told(kind: str) -> str:
        event = CaseEvent(
            revision=7,
            kind="effect_waiting",
            at=AT,
            processed_at=AT,
            actor=Actor(person_id="system"),
            data={"kind": kind, **about},
        )
        return str(timeline.line_of(event, a_case(), seen).to_json()["text"])

    assert "周晓岚" in told("open_signing")
    assert "周晓岚" not in told("open_errand")
    assert "税务" in told("open_errand")


def test_a_kind_from_a_newer_release_is_told_and_not_dropped() -> None:
    event = CaseEvent(
        revision=1, kind="moved_to_the_moon", at=AT, processed_at=AT, actor=Actor(person_id="p9")
    )
    line = timeline.line_of(event, a_case(), Viewer("staff", None, AT))
    assert "moved_to_the_moon" in line.to_json()["text"]
    assert line.by == "工作人员"


def test_strangers_with_a_code_learn_no_names() -> None:
    said = " ".join(rendered(kind, "public") for kind in DATA if timeline.shown_to(kind, _public()))
    assert "周晓岚" not in said
    assert "李国栋" not in said


def _public() -> Viewer:
    return Viewer("public", None, AT)
