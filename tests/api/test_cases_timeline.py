"""Every event kind that the kernel can record has its template, and reads well in both languages for every reader."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from api import i18n
from api.views import timeline
from api.views.viewer import Audience, Viewer
from domain.clocks import Cause
from domain.contracts import Actor, CaseEvent
from storage.tables import CaseRow

ROOT = Path(__file__).parents[2]
AT = datetime(2026, 9, 23, 2, 0, tzinfo=UTC)
CASE_ID = "b4b23ac2-147a-4a78-b573-84fbb7df93cf"
GAP = {"gap": "address_unclear", "part": "address_proof", "advice": "请重新拍摄。"}
CALL = {"kind": "open_signing", "seq": 1, "register": "signature", "code": "", "message": ""}
CLOCK = {"clock": "R01#1", "clock_id": "R01", "rung": "overdue_l1", "role": "section_head"}
TASK = {"task": f"{CASE_ID}-1", "form": "approval.review", "stage": "under_review"}

# What the kernel puts into each kind's data (workflows/**.py): the templates must not ask for more.
NOTICE = {
    "notice_id": CASE_ID,
    "title": "随州市青禾软件有限公司简易注销公告",
    "ends_at": "2026-10-09T00:00:00+08:00",
    "outcome": "",
    "reason": "",
}
DATA: dict[str, dict[str, Any]] = {
    "notice_published": NOTICE,
    "notice_ended": NOTICE | {"outcome": "stopped", "reason": "需要核实住所"},
    "objection_received": {
        "number": "曾市监〔2026〕异字第000001号",
        "kind": "objection",
        "role": "creditor",
        "department": "",
    },
    "objection_late": {"department": "tax", "number": ""},
    "objection_handled": {"number": "曾市监〔2026〕异字第000001号", "outcome": "rejected"},
    "submitted": {"version": 1, "digest": "a" * 64, "receipt": "421303-2026-0000001-4"},
    "resubmitted": {"version": 2, "digest": "b" * 64},
    "task_opened": {"task": f"{CASE_ID}-1", "form": "approval.review", "role": "reviewer"},
    "task_completed": TASK | {"single_officer": True},
    "task_reassigned": {"task": f"{CASE_ID}-1", "to_name": "孙立"},
    "stage_entered": {"from": "submitted", "stage": "under_review"},
    "accepted": {"number": "曾市监〔2026〕登设字第000001号", "deemed": False},
    "deemed_accepted": {"received_at": "2026-09-23T02:00:00+00:00"},
    "notice_given": {"version": 1, "gaps": [GAP]},
    "decided": {"decision": "refuse", "reasons": "住所证明不符"},
    "registered": {"uscc": "91421303MA4K1X2Y9A", "licence": "421303000012026"},
    "paper_served": {
        "kind": "acceptance",
        "number": "曾市监〔2026〕登设受字第000001号",
        "title": "受理通知书",
        "sha256": "c" * 64,
        "document": f"{CASE_ID}:acceptance:1",
    },
    "effect_requested": {"kind": "open_signing", "seq": 1},
    "effect_done": CALL,
    "effect_waiting": CALL,
    "effect_refused": CALL | {"register": "market", "message": "名称已被登记"},
    "effect_given_up": CALL | {"message": "改为线下"},
    "effect_troubled": {"kind": "open_signing", "seq": 1},
    "register_answered": CALL | {"outcome": "signed"},
    "clock_started": CLOCK | {"trigger": "2026-09-23T02:00:00+00:00", "legal_end": "2026-09-29"},
    "clock_reminder": CLOCK | {"role": "officer"},
    "clock_last_reminder": CLOCK | {"role": "applicant"},
    "clock_amber": CLOCK | {"role": "window_head"},
    "clock_overdue_l1": CLOCK,
    "clock_overdue_l2": CLOCK | {"role": "registry_head"},
    "clock_overdue_l3": CLOCK | {"role": "bureau_head"},
    "clock_expired": CLOCK | {"effect": "DEEMED_ACCEPTED"},
    "deemed_renewed": {"clock": "G09#1"},
    "release_due": CLOCK | {"task": f"{CASE_ID}-2"},
    "released": {"clock": "Q10#1", "record": "已退还"},
    "clock_expiry": CLOCK | {"role": "applicant"},
    "extension_requested": {"clock": "R01#1", "task": f"{CASE_ID}-3"},
    "extension_refused": {"clock": "R01#1"},
    "overrun_explained": {"clock": "R01#1", "clock_id": "R01", "reason": "需要核实住所"},
    "clock_extended": {
        "clock": "R01#1",
        "from": "2026-09-29",
        "to": "2026-10-10",
        "reason": "需要核实住所",
    },
    "clock_suspended": {
        "clock": "F02#1",
        "ground": "hearing",
        "since": "2026-09-24",
        "expected": "2026-10-12",
        "article": "§ 45",
        "from": "2026-10-12",
        "to": None,
    },
    "clock_pause_over": CLOCK | {"role": "officer"},
    "clock_resumed": {
        "clock": "F02#1",
        "ground": "hearing",
        "until": "2026-10-12",
        "from": None,
        "to": "2026-10-22",
    },
    "clock_recomputed": {
        "clock": "N01#1",
        "from": "2027-03-01",
        "to": "2027-03-02",
        "paper": "GBFMD 2026-7",
        "taken_back": False,
    },
    "suspension_noticed": {
        "clock": "F02#1",
        "ground": "hearing",
        "number": "421303-2026-0000002-2",
    },
    "facts_found": {"facts": ["name"]},
    "parties_failed": {"what": "signed", "names": "李国栋"},
    "parties_chased": {"names": ["李国栋"], "time": 1},
    "related_opened": {"item": "food", "procedure": "establishment_registration", "case": CASE_ID},
    "related_ended": {"item": "food", "outcome": "archived"},
    "related_prepared": {
        "item": "food",
        "procedure": "establishment_registration",
        "case": CASE_ID,
    },
    "items_sorted": {"items": ["hr_service"], "unknown": ["网上贸易"], "free": 1},
    "item_standing": {
        "item": "广告发布登记",
        "standing": "refused",
        "number": "",
        "reason": "住所证明不符",
    },
    "part_corrected": {"facts": ["employees"]},
    "part_standing": {
        "part": "税务信息确认",
        "standing": "failed",
        "number": "",
        "reason": "住所证明不符",
    },
    "opening_measured": {"worked_minutes": 330, "waiting_minutes": 60, "days": 0.79, "meets": True},
    "term_settled": {"term": "网上贸易", "items": ["hr_service"], "basis": "住所证明不符"},
    "conditions_answered": {"answers": {"广告发布登记": True}},
    "commitment_failed": {"item": "广告发布登记", "reason": "住所证明不符"},
    "measure_decided": {
        "measure": "rectify",
        "reasons": "住所证明不符",
        "document": "1",
        "days": 5,
    },
    "rectification_reported": {"statement": "暂不开办"},
    "name_compared": {"outcome": "choose", "why": ["taken"]},
    "search_asked": {},
    "name_examined": {"decision": "refuse", "reasons": "住所证明不符", "basis": ""},
    "name_reserved": {"until": "2026-09-30"},
    "release_asked": {"reason": "暂不开办"},
    "name_kept": {"wish": "release"},
    "cancellation_requested": {"task": f"{CASE_ID}-1"},
    "cancellation_decided": {"decision": "cancel", "reasons": "住所证明不符"},
    "library_changed": {"what": "claimed", "case": CASE_ID, "uscc": ""},
    "name_ended": {"how": "used", "uscc": "91421303MA4K1X2Y9A"},
    "name_lost": {"outcome": "lapsed"},
    "name_reserved_again": {"number": "421303-2026-0000002-2"},
    "host_standing": {"standing": "leaving", "reason": "暂不开办"},
    "hosted_standing": {
        "what": "joined",
        "uscc": "91421303MA4K1X2Y9A",
        "name": "随州市曾都区青禾食品有限公司",
    },
    "mail_checked": {"outcome": "returned", "sent_on": "2026-09-22"},
    "lead_passed_on": {"number": "曾市监〔2026〕集托索字第000001号", "sent_on": "2026-09-22"},
    "address_changed": {"how": "active", "number": "421303-2026-0000002-2"},
    "liquidation_begun": {"way": "company", "on": "2026-06-01"},
    "liquidation_step": {"step": "form_group", "on": "2026-06-10", "late": True},
    "breach_recorded": {
        "step": "form_group",
        "clock_id": "D11",
        "due": "2026-06-16",
        "on": "2026-06-17",
        "article": "公司法 232, 233",
        "effect": "可进入下一步",
    },
    "party_ended": {"number": "421303-2026-0000002-2", "on": "2026-09-22"},
    "party_end_considered": {"decision": "keep", "reasons": "住所证明不符"},
    "tax_asked": {"cleared": False},
    "not_opened": {"reason": "住所证明不符"},
    "restoration_requested": {"on": "2026-09-22"},
    "restoration_decided": {"decision": "restore", "reasons": "住所证明不符"},
    "restored": {"status": "revoked"},
    "deregistered": {"voided": "421303000000011"},
    "applied": {},
    "grounds_found": {"grounds": ["sd_05", "sd_09"], "paper": "refusal"},
    "grounds_before_entry": {"grounds": ["sd_09"]},
    "terminated": {"by": "税务部门"},
    "late_objection_noted": {"role": "creditor"},
    "late_objection_settled": {"outcome": "upheld"},
    "inspected": {
        "grade": "serious",
        "found": ["not_inspected"],
        "officers": ["Wang Hai", "Feng Li"],
        "signature": "signed",
    },
    "reported_upward": {"seq": 1},
    "government_notified": {"seq": 1},
    "instruction_served": {"round": 1, "days": 15, "oral_at": ""},
    "report_submitted": {"round": 1, "received_on": "2026-09-28"},
    "report_missing": {"round": 1},
    "hazard_rechecked": {"finding": "removed", "round": 1, "officers": ["Feng Li", "Ma Xiao"]},
    "penalty_lead": {"rounds": 2},
    "seizure_carried_out": {"officers": ["Wang Hai", "Feng Li"], "signature": "signed"},
    "seizure_settled": {"outcome": "release", "document": ""},
    "cause_removed": {},
    "accident_handed_over": {"to": "随州市市场监督管理局", "grade": "general"},
    "accident_reported_upward": {"decision": "report", "grade": "larger", "skip": "province"},
    "accident_supplemented": {"seq": 1, "grade": "larger", "raised": True},
    "accident_verified": {"finding": "accident"},
    "investigation_followed": {"outcome": "received", "document": "随市监函〔2026〕5号"},
    "investigation_overdue": {"clock": "Q14#1"},
    "penalty_considered": {"decision": "penalise"},
    "penalty_noted": {"document": "随市监函〔2026〕5号"},
    "rectification_noted": {"outcome": "notice", "due_on": "2026-11-30"},
    "scene_secured": {},
    "supplements_closed": {"clock": "Q13#1"},
    "annulled": {"target": "licence", "licence": "JY14213030000001"},
    "consent_recorded": {"outcome": "consented", "document": "随市监函〔2026〕5号"},
    "entered_in_list": {"list": "abnormal", "entry": "YC-2026-000001"},
    "entry_restored": {"entry": "CF-2026-000001"},
    "ground_verified": {"finding": "established"},
    "hearing_held": {},
    "not_listed": {"reasons": "情形不成立"},
    "order_overrun": {"label": "公司章程"},
    "party_heard": {"stated": "rejected"},
    "party_replied": {"answered": "hearing"},
    "penalty_annulled": {"document": "鄂行复〔2026〕7号"},
    "promise_decided": {
        "decision": "order",
        "label": "公司章程",
        "until": "2026-10-20",
        "reasons": "尚可补齐",
    },
    "promise_kept": {"label": "公司章程"},
    "proposed": {},
    "referral_taken": {"label": "公司章程"},
    "removed_from_list": {"how": "repaired", "number": "421303-2026-0000002-2"},
    "repair_passed_on": {"recipients": ["credit_china", "other_province"]},
    "revocation_decided": {"decision": "revoke", "reasons": "提交的材料虚假"},
    "revocation_proposed": {},
    "supplement_promised": {"promises": ["公司章程", "住所使用证明"]},
    "supplement_returned": {"label": "公司章程", "reason": "照片不清"},
    "supplemented": {"label": "公司章程", "late": True},
    "tolerance_offered": {"missing": ["health", "contact"]},
    "plan_decided": {"decision": "refuse", "reasons": "住所证明不符"},
    "drawn": {"value": "05 11 17", "targets": 12, "number": 4, "sha256": "d" * 64},
    "check_published": {"result": "normal", "published": 1, "checks": 4},
    "check_assigned": {"manner": "noticed", "visit_on": "2026-09-29"},
    "replacement_asked": {"manner": "replace_inspector"},
    "replacement_decided": {"outcome": "consent", "what": "inspector"},
    "site_checked": {"checked_on": "2026-09-29"},
    "result_entered": {"result": "ordered"},
    "result_returned": {},
    "rechecked": {"finding": "rectified", "checked_on": "2026-09-29"},
    "lead_recorded": {"result": "pending"},
    "withdrawn": {"reason": "暂不开办"},
    "closed": {"outcome": "archived"},
}


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
