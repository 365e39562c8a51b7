"""What officers' forms and the acts of a case do not declare: a typed refusal, nothing changed."""

import json
from typing import Any

import pytest

from tests.security.ground import Ground
from tests.security.refusals import claimed, raw, refused

GAP = {"gap": "articles_missing", "part": "articles", "advice": "请补交公司章程"}
ACCEPTANCES: list[dict[str, Any]] = [
    {},
    {"decision": None},
    {"decision": "ACCEPT"},
    {"decision": "perhaps"},
    {"decision": ["accept"]},
    {"decision": "accept", "status": "approved"},
    {"decision": "accept", "no_interest": True},
    {"decision": "accept", "gaps": [GAP]},
    {"decision": "accept", "reasons": "字" * 4001},
    {"decision": "accept", "reasons": "字" * 65_536},
    {"decision": "accept", "reasons": {"$ne": ""}},
    {"decision": "accept", "reasons": "理由\u202e正当"},
    {"decision": "not_accept"},
    {"decision": "not_accept", "reasons": " \n "},
    {"decision": "one_time_notice"},
    {"decision": "one_time_notice", "gaps": []},
    {"decision": "one_time_notice", "gaps": "all"},
    {"decision": "one_time_notice", "gaps": [GAP, GAP]},
    {"decision": "one_time_notice", "gaps": [GAP | {"advice": "短"}]},
    {"decision": "one_time_notice", "gaps": [GAP | {"gap": "no_such_gap"}]},
    {"decision": "one_time_notice", "gaps": [GAP | {"part": "no_such_part"}]},
    {"decision": "one_time_notice", "gaps": [GAP | {"gap": "../../x"}]},
    {"decision": "one_time_notice", "gaps": [GAP | {"more": 1}]},
    {"decision": "one_time_notice", "gaps": [GAP | {"gap": f"other{n}"} for n in range(51)]},
    {"decision": "one_time_notice", "gaps": [GAP | {"advice": "请补交\x00章程"}]},
]
REVIEWS: list[dict[str, Any]] = [
    {"finding": "conforms"},
    {"finding": "conforms", "no_interest": False},
    {"finding": "conforms", "no_interest": "yes"},
    {"finding": "does_not_conform", "no_interest": True, "opinion": "否"},
    {"finding": "conforms", "no_interest": True, "decision": "grant"},
    {"finding": 1, "no_interest": True},
    {"finding": "conforms", "no_interest": True, "opinion": "\u200b" * 10},
]
DECISIONS: list[dict[str, Any]] = [
    {"decision": "grant"},
    {"decision": "refuse", "no_interest": True},
    {"decision": "refuse", "no_interest": True, "reasons": "不"},
    {"decision": "grant", "no_interest": True, "uscc": "91421303MA4K1X2Y9A"},
    {"decision": True, "no_interest": True},
]


@pytest.mark.parametrize("post", ["acceptor", "reviewer", "approver"])
async def test_an_officers_form_refuses_what_it_does_not_declare(live: Ground, post: str) -> None:
    wrong, ready = {
        "acceptor": (ACCEPTANCES, live.submitted),
        "reviewer": (REVIEWS, live.accepted),
        "approver": (DECISIONS, live.deciding),
    }[post]
    case = await ready()
    path, etag = await claimed(live, post, case)
    before = await live.snapshot()
    for answers in wrong:
        answer = await raw(
            live,
            post,
            "POST",
            f"{path}/complete",
            json.dumps(answers).encode(),
            **{"If-Match": etag},
        )
        problem = refused(answer)
        assert problem["code"] in {"invalid_answers", "invalid_input", "forbidden_characters"}, (
            answers
        )
    assert await live.snapshot() == before


STOP: dict[str, Any] = {"clock": "R01#1", "ground": "hearing", "expected_days": 5}


async def test_withdrawing_asking_for_time_and_handing_over_take_only_what_they_declare(
    live: Ground,
) -> None:
    case = await live.accepted()
    number, task = live.number(case), (await live.task("reviewer", case))["task_id"]
    before = await live.snapshot()
    reasons: list[Any] = [1, {}, [], "字" * 2001, "字" * 65_536, "理由\u202e正当", "a\x07", True]
    for reason in reasons:
        for who, path, more in (
            ("applicant", f"/api/v1/cases/{number}/withdrawals", {}),
            ("reviewer", f"/api/v1/cases/{number}/extensions", {"clock": "R01#1"}),
            ("reviewer", f"/api/v1/cases/{number}/suspensions", STOP),
            ("section_head", f"/api/v1/tasks/{task}/reassign", {"to": "allround"}),
        ):
            body = json.dumps(more | {"reason": reason}).encode()
            refused(await raw(live, who, "POST", path, body))
    for who, path, body in (
        ("applicant", f"/api/v1/cases/{number}/withdrawals", {"reason": "", "stage": "archived"}),
        ("reviewer", f"/api/v1/cases/{number}/extensions", {"clock": "R01#1"}),
        ("reviewer", f"/api/v1/cases/{number}/extensions", {"clock": "R01#1", "reason": ""}),
        ("reviewer", f"/api/v1/cases/{number}/extensions", {"clock": "R01#1", "reason": " \n"}),
        ("reviewer", f"/api/v1/cases/{number}/extensions", {"clock": "x" * 33, "reason": "有理由"}),
        ("reviewer", f"/api/v1/cases/{number}/extensions",
         {"clock": "R01#1", "reason": "有理由", "days": 90}),
        *(
            ("reviewer", f"/api/v1/cases/{number}/suspensions", STOP | {"reason": "有理由", **more})
            for more in (
                {"expected_days": "3.5"},
                {"expected_days": -1},
                {"expected_days": 10**9},
                {"expected_end": "2026-13-40", "expected_days": None},
                {"since": 0},
                {"ground": "hearing' OR 1=1"},
                {"ground": ["hearing"]},
                {"by": "section_head"},
            )
        ),
        ("reviewer", f"/api/v1/cases/{number}/resumptions", {"clock": "R01#1"}),
        ("reviewer", f"/api/v1/cases/{number}/resumptions",
         {"clock": "R01#1", "ground": "hearing", "until": "yesterday"}),
        ("section_head", f"/api/v1/tasks/{task}/reassign", {"to": "nobody", "reason": "休假"}),
        ("section_head", f"/api/v1/tasks/{task}/reassign", {"to": "", "reason": "休假"}),
        ("section_head", f"/api/v1/tasks/{task}/reassign", {"to": "allround", "reason": "  "}),
        ("section_head", f"/api/v1/tasks/{task}/reassign", {"to": "%", "reason": "休假"}),
        ("section_head", f"/api/v1/tasks/{task}/reassign",
         {"to": "allround", "reason": "休假", "to_roles": ["reviewer"]}),
    ):  # fmt: skip
        refused(await raw(live, who, "POST", path, json.dumps(body).encode()))
    for more in (
        {},
        {"since": "9999-12-31"},
        {"expected_end": "9999-12-31", "expected_days": None},
    ):
        # R01 stops for nothing, whatever else is said.
        body = json.dumps(STOP | {"reason": "有理由"} | more).encode()
        answer = await raw(live, "reviewer", "POST", f"/api/v1/cases/{number}/suspensions", body)
        assert refused(answer, 409)["code"] == "clock_not_suspendable"
    for clock in ("R99#1", "R01#2", "R01#1'; DROP TABLE clocks", "__proto__"):
        body = json.dumps({"clock": clock, "reason": "需要核实"}).encode()
        answer = await raw(live, "reviewer", "POST", f"/api/v1/cases/{number}/extensions", body)
        refused(answer, 409, 422)
    assert await live.snapshot() == before
