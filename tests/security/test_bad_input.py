"""Unknown fields, wrong types, absurd sizes and characters nobody sees: a typed refusal, nothing changed."""

import copy
import json
import uuid
from typing import Any

import httpx
import pytest

from tests.security.ground import Ground, form
from tests.security.refusals import raw, refused

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
