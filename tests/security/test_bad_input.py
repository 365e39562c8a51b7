"""Unknown fields, wrong types, absurd sizes and characters nobody sees: a typed refusal, nothing changed."""

import copy
import json
import uuid
from typing import Any

import httpx
import pytest

from tests.security.ground import Ground, form, id_number

# What is wrong in any field, whatever its type.
WRONG: dict[str, Any] = {
    "null in a list": [None],
    "empty": "",
    "blank": "      ",
    "negative": -1,
    "huge integer": 10**400,
    "object": {},
    "nested": [[[[[[[]]]]]]],
    "too long": "字" * 6_000,
    "bell": "青\x07禾食品有限公司",
    "C1 control": "青\x85禾食品有限公司",
    "line break": "青禾\n食品有限公司",
    "carriage return": "青禾\r食品有限公司",
    "zero width": "青\u200b禾食品有限公司",
    "soft hyphen": "青\u00ad禾食品有限公司",
    "right to left": "青禾\u202e司公限有品食",
    "isolate": "青\u2066禾食品有限公司\u2069",
    "blank letter": "青\u3164禾食品有限公司",
    "line separator": "青禾\u2028食品有限公司",
    "byte order mark in the middle": "青\ufeff禾食品有限公司",
    "noncharacter": "青\ufffe禾食品有限公司",
    "noncharacter of plane 16": "青\U0010ffff禾食品有限公司",
    "tag characters": "青\U000e0041禾食品有限公司",
}
# More that is wrong in one field: (path, value).
WRONG_THERE: list[tuple[tuple[str | int, ...], Any]] = [
    (("name",), "短"),
    (("name",), "字" * 101),
    (("name",), "字" * 65_536),
    (("domicile",), "字" * 201),
    (("domicile",), "字" * 65_536),
    (("persons", 0, "name"), "字" * 65_536),
    (("persons", 0, "id_number"), "1" * 65_536),
    (("persons", 0, "phone"), "1" * 65_536),
    (("capital",), "1" * 65_536),
    (("entity_type",), "LIMITED_COMPANY"),
    (("entity_type",), "state_owned"),
    (("capital",), "0"),
    (("capital",), "-5"),
    (("capital",), "NaN"),
    (("capital",), "Infinity"),
    (("capital",), "1e999"),
    (("capital",), "1000.001"),
    (("capital",), "1" * 16),
    (("capital",), "壹佰万"),
    (("paid_until",), 0),
    (("paid_until",), "0"),
    (("paid_until",), "86400"),
    (("paid_until",), "2028-02-30"),
    (("paid_until",), "2028-9-1"),
    (("paid_until",), "2028-09-22T00:00:00Z"),
    (("paid_until",), "10000-01-01"),
    (("business_scope",), ["项目"] * 101),
    (("business_scope", 0), "字" * 201),
    (("needs_preapproval",), "maybe"),
    (("persons",), [{}] * 61),
    (("persons", 0, "id_number"), "110105199003070018"),
    (("persons", 0, "id_number"), "11010519900307001"),
    (("persons", 0, "id_number"), "１１０１０５１９９００３０７００１７"),
    (("persons", 0, "id_number"), "110105199013070017"),
    (("persons", 0, "id_number"), "000000199003070017"),
    (("persons", 0, "id_number"), "110105199003070017\n110105199003070017"),
    (("persons", 0, "phone"), "12800000001"),
    (("persons", 0, "phone"), "138000000011"),
    (("persons", 0, "phone"), "1380000\n0001"),
    (("persons", 0, "phone"), "१३८०००००००१"),
    (("persons", 0, "posts"), ["emperor"]),
    (("persons", 0, "posts"), ["director"] * 8),
    (("persons", 0, "posts"), "director"),
    (("persons", 0, "contribution"), "-1"),
    (("persons", 0, "status"), "approved"),
    (("status",), "approved"),
    (("fee",), 0),
    (("due_at",), "2099-01-01"),
    (("__class__",), {}),
    (("uscc",), "91421303MA4K1X2Y9A"),
    (("owner",), "someone"),
]
FIELDS: list[tuple[str | int, ...]] = [
    ("name",),
    ("entity_type",),
    ("domicile",),
    ("capital",),
    ("paid_until",),
    ("business_scope",),
    ("business_scope", 0),
    ("needs_preapproval",),
    ("persons",),
    ("persons", 0, "name"),
    ("persons", 0, "id_number"),
    ("persons", 0, "phone"),
    ("persons", 0, "posts"),
    ("persons", 0, "contribution"),
]


def put(target: Any, path: tuple[str | int, ...], value: Any) -> Any:
    """A copy with one value replaced."""
    made = copy.deepcopy(target)
    inner = made
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return made


def pointers(answer: httpx.Response) -> list[str]:
    return [e.get("pointer", "") for e in answer.json().get("errors", [])]


def refused(answer: httpx.Response, *statuses: int) -> dict[str, Any]:
    """The problem document of a refusal that has the one shape of all."""
    assert answer.status_code in (statuses or (422,)), (answer.status_code, answer.text[:500])
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["type"] == f"/problems/{problem['code']}"
    assert problem["title"]
    return problem


async def raw(
    live: Ground, who: str, method: str, path: str, body: bytes, **headers: str
) -> httpx.Response:
    return await live.cast.call(
        who,
        method,
        path,
        content=body,
        headers={"Content-Type": "application/json", "If-Match": "*"} | headers,
    )


# -- the application form --------------------------------------------------------------------------


async def test_each_field_of_the_application_refuses_what_can_never_be_right(live: Ground) -> None:
    draft, good = await live.draft(), form()
    before = await live.snapshot()
    path = f"/api/v1/applications/{draft}"
    accepted = []

    async def attempt(what: str, field: tuple[str | int, ...], value: Any) -> None:
        body = json.dumps({"form": put(good, field, value)}, ensure_ascii=False).encode()
        answer = await raw(live, "applicant", "PATCH", path, body)
        if answer.status_code < 400:
            accepted.append((what, field))
            return
        refused(answer)
        wanted = "/form/" + "/".join(map(str, field))
        assert any(p.startswith(wanted) for p in pointers(answer)), (what, field, answer.text)

    for what, value in WRONG.items():
        # One request per value: every field but the lists that hold others.
        many = good
        wrong_here = [f for f in FIELDS if f not in {("persons",), ("business_scope",)}]
        for field in wrong_here:
            many = put(many, field, value)
        body = json.dumps({"form": many}, ensure_ascii=False).encode()
        answer = await raw(live, "applicant", "PATCH", path, body)
        refused(answer)
        named = pointers(answer)
        for field in wrong_here:
            wanted = "/form/" + "/".join(map(str, field))
            if not any(p.startswith(wanted) for p in named):
                accepted.append((what, field))
        for field in (("persons",), ("business_scope",)):
            if not (value == [None] or isinstance(value, str)):
                await attempt(what, field, value)
    for field, value in WRONG_THERE:
        await attempt(repr(value)[:60], field, value)

    assert accepted == []
    assert await live.snapshot() == before


async def test_text_that_means_something_elsewhere_is_only_text_here(live: Ground) -> None:
    """Formulas, markup and templates are kept as written: they are escaped where they are shown."""
    for name in (
        "=HYPERLINK(1)&食品有限公司",
        "+SUM(1)食品有限公司",
        "@风味食品有限公司",
        "{{7*7}}食品有限公司",
    ):
        draft = await live.draft(form_of=form(name=name), files=False)
        held = await live.get("applicant", f"/api/v1/applications/{draft}")
        assert held["form"]["name"] == name
        assert held["title"] == name


async def test_a_new_application_takes_only_what_it_declares(live: Ground) -> None:
    before = await live.snapshot()
    path = "/api/v1/applications"
    for body in (
        {"procedure": "establishment_registration", "form": {}, "state": "submitted"},
        {"procedure": "establishment_registration", "form": {}, "id": str(uuid.uuid4())},
        {"procedure": "establishment_registration", "form": {}, "owner": "x"},
        {"procedure": 1},
        {"procedure": "x" * 65_536},
        {"procedure": "establishment_registration", "form": []},
        {"procedure": "establishment_registration", "form": {f"f{n}": 1 for n in range(201)}},
        {"procedure": "establishment_registration", "form": {"persons": [{"x": 1}]}},
        [],
        None,
        "text",
        7,
    ):
        refused(await raw(live, "applicant", "POST", path, json.dumps(body).encode()))
    unknown = {"procedure": "../../etc/passwd", "form": {}}
    refused(await raw(live, "applicant", "POST", path, json.dumps(unknown).encode()), 404)
    assert await live.snapshot() == before


# -- bytes -------------------------------------------------------------------------------------------

DEEP = b'{"form":' * 40 + b"1" + b"}" * 40
BODIES: dict[bytes, tuple[int, str]] = {
    b"": (422, "invalid_input"),
    b"{": (400, "malformed_body"),
    b'{"form":{"name":"\xff"}}': (400, "invalid_encoding"),
    b'{"form":{"name":"\xed\xa0\x80"}}': (400, "invalid_encoding"),
    b'{"form":{"name":"\\ud800"}}': (422, "forbidden_characters"),
    b'{"form":{"name":"\\udfff\\ud800"}}': (422, "forbidden_characters"),
    b'{"form":{"name":"a\\u0000b"}}': (422, "forbidden_characters"),
    b'{"form":{"a\\u0000b":1}}': (422, "forbidden_characters"),
    b'{"form":{"capital":NaN}}': (400, "malformed_body"),
    b'{"form":{"capital":-Infinity}}': (400, "malformed_body"),
    b'{"form":{"capital":1e400}}': (422, "invalid_input"),
    b'{"form":{"capital":' + b"9" * 5000 + b"}}": (400, "malformed_body"),
    DEEP: (400, "malformed_body"),
    b"[" * 100_000: (400, "malformed_body"),
    b'{"form":{"name":"' + b"x" * 1_000_001 + b'"}}': (413, "too_large"),
}


@pytest.mark.parametrize(
    "place", ["application", "submission", "completion", "withdrawal", "extension", "reassignment"]
)
async def test_bytes_that_are_no_honest_json_change_nothing(live: Ground, place: str) -> None:
    case = await live.submitted()
    number, task = live.number(case), await live.task("acceptor", case)
    draft = await live.draft()
    who, method, path = {
        "application": ("applicant", "PATCH", f"/api/v1/applications/{draft}"),
        "submission": ("applicant", "POST", f"/api/v1/applications/{draft}/submissions"),
        "completion": ("acceptor", "POST", f"/api/v1/tasks/{task['task_id']}/complete"),
        "withdrawal": ("applicant", "POST", f"/api/v1/cases/{number}/withdrawals"),
        "extension": ("acceptor", "POST", f"/api/v1/cases/{number}/extensions"),
        "reassignment": ("window_head", "POST", f"/api/v1/tasks/{task['task_id']}/reassign"),
    }[place]
    before = await live.snapshot()
    for body, (status, code) in BODIES.items():
        answer = await raw(live, who, method, path, body)
        problem = refused(answer, 400, 409, 413, 422)
        if place == "application" or status != 422:
            assert (answer.status_code, problem["code"]) == (status, code), body[:60]
    twice = await live.cast.call(
        who, method, path, content=b"a=b", headers={"Content-Type": "text/plain", "If-Match": "*"}
    )
    refused(twice, 415, 422)
    assert await live.snapshot() == before


# -- the officers' forms and the acts of a case ------------------------------------------------------

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


async def claimed(live: Ground, who: str, case: str) -> tuple[str, str]:
    """Path and ETag of the case's task, claimed."""
    task = await live.task(who, case)
    path = f"/api/v1/tasks/{task['task_id']}"
    seen = await live.cast.call(who, "GET", path)
    claim = await live.cast.call(
        who, "POST", f"{path}/claim", headers={"If-Match": seen.headers["ETag"]}
    )
    assert claim.status_code == 200, claim.text
    return path, claim.headers["ETag"]


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


# -- arithmetic for anybody ----------------------------------------------------------------------------

T = "2026-09-23T10:02:37+08:00"
CALCULATIONS: list[Any] = [
    {"clock": "R01"},
    {"clock": "R999", "trigger": T},
    {"clock": "x" * 17, "trigger": T},
    {"clock": 1, "trigger": T},
    {"clock": "R01", "trigger": 0},
    {"clock": "R01", "trigger": "0"},
    {"clock": "R01", "trigger": "1790000000"},
    {"clock": "R01", "trigger": "2026-09-23T10:02:37"},
    {"clock": "R01", "trigger": "2026-02-30"},
    {"clock": "R01", "trigger": "0001-01-01"},
    {"clock": "R01", "trigger": "9999-12-31"},
    {"clock": "R01", "trigger": "9999-12-31T23:59:59+08:00"},
    {"clock": "R01", "trigger": "0001-01-01T00:00:00+14:00"},
    {"clock": "R01", "trigger": T, "length": -1},
    {"clock": "R01", "trigger": T, "length": 10_001},
    {"clock": "R01", "trigger": T, "length": 10**400},
    {"clock": "R01", "trigger": T, "unit": "fortnight"},
    {"clock": "R01", "trigger": T, "extended": 11},
    {"clock": "R01", "trigger": T, "extended": 5},
    {"clock": "R01", "trigger": T, "extension": 10_001},
    {"clock": "R01", "trigger": T, "suspensions": [{"from": "2026-09-24"}] * 101},
    {"clock": "R01", "trigger": T, "suspensions": [{"from": "2026-09-30", "to": "2026-09-24"}]},
    {"clock": "R01", "trigger": T, "suspensions": [{"from": "2026-09-24", "until": "2026-09-25"}]},
    {"clock": "R01", "trigger": T, "suspensions": [{"from": 0}]},
    {"clock": "R01", "trigger": T, "suspensions": {}},
    {"clock": "R01", "trigger": T, "law_edition": "2099"},
    [],
]


async def test_deadline_calculations_refuse_what_is_no_trigger(live: Ground) -> None:
    before = await live.snapshot()
    accepted = []
    for body in CALCULATIONS:
        answer = await live.on.http.post(
            "/api/v1/deadline-calculations", content=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )  # fmt: skip
        if answer.status_code == 200:
            accepted.append(body)
        else:
            refused(answer)
    assert accepted == []
    good = await live.on.http.post(
        "/api/v1/deadline-calculations", json={"clock": "R01", "trigger": T}
    )
    assert good.status_code == 200
    assert await live.snapshot() == before


async def test_the_longest_calculation_is_answered_soon(live: Ground) -> None:
    """A public route must not be made to compute for long (ReDoS and report denial of service)."""
    spans = [
        {
            "from": f"20{n // 4 + 30:02}-0{n % 4 * 2 + 1}-01",
            "to": f"20{n // 4 + 30:02}-0{n % 4 * 2 + 1}-28",
        }
        for n in range(100)
    ]
    body = {"clock": "R01", "trigger": T, "length": 10_000, "suspensions": spans}
    answer = await live.on.http.post("/api/v1/deadline-calculations", json=body)
    assert answer.status_code in (200, 422), answer.text[:300]
    assert answer.elapsed.total_seconds() < 3


def test_the_vectors_are_what_they_say() -> None:
    assert id_number(2) != id_number(3)
