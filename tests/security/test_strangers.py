"""Whose thing it is not, for whom it is not there: a foreign id answers exactly as a missing one does."""

import re
import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from api.security import passwords
from domain.roles import Role
from storage import accounts
from tests.security.ground import Ground
from tests.security.refusals import claimed, refused

OTHER_OFFICE = "421381"
MISSING = str(uuid.UUID(int=0x4D155))


@dataclass
class Theirs:
    """Everything there is of a case of one applicant, and what a stranger may call it."""

    case: str
    number: str
    draft: str
    file: str
    document: str
    act: str
    task: str
    slug: str


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def theirs(live: Ground) -> Theirs:
    case = await live.accepted()
    draft = await live.draft()
    uploaded = await live.get("applicant", f"/api/v1/applications/{draft}")
    documents = await live.cast.until(
        "applicant",
        f"/api/v1/cases/{live.number(case)}/documents",
        lambda found: len(found["items"]) > 1,
    )
    act = await live.rows(
        "SELECT id FROM acts WHERE case_id = CAST(:c AS uuid) LIMIT 1", c=live.ident(case)
    )
    task = await live.task("reviewer", case)
    for sign_in in ("elsewhere",):
        password = "另一个机关的人 long enough"
        async with AsyncSession(live.on.core.engine) as session:
            await accounts.create_account(
                session,
                sign_in=sign_in,
                display_name="别处人",
                password_hash=await passwords.hashed(password),
                roles=frozenset(
                    {
                        Role.ACCEPTOR,
                        Role.REVIEWER,
                        Role.APPROVER,
                        Role.WINDOW_HEAD,
                        Role.BUREAU_HEAD,
                    }
                ),
                office=OTHER_OFFICE,
            )
            await session.commit()
        live.passwords[sign_in] = password
    return Theirs(
        case=live.ident(case),
        number=live.number(case),
        draft=draft,
        file=uploaded["files"][0]["id"],
        document=documents["items"][0]["document_id"],
        act=str(act[0].id),
        task=task["task_id"],
        slug="",
    )


A = "/api/v1/applications"
C = "/api/v1/cases"
T = "/api/v1/tasks"
BY_APPLICANTS: list[tuple[str, str, Any]] = [
    ("GET", A + "/{draft}", None),
    ("PATCH", A + "/{draft}", {"form": {}}),
    ("DELETE", A + "/{draft}", None),
    ("POST", A + "/{draft}/submissions", {"declaration": True}),
    ("GET", A + "/{draft}/receipt", None),
    ("GET", A + "/{draft}/files/{file}", None),
    ("DELETE", A + "/{draft}/files/{file}", None),
    ("GET", A + "/{case}", None),
    ("GET", A + "/{case}/receipt", None),
    ("POST", A + "/{case}/submissions", {"declaration": True}),
    ("GET", C + "/{number}", None),
    ("GET", C + "/{case}", None),
    ("GET", C + "/{number}/timeline", None),
    ("GET", C + "/{number}/clocks", None),
    ("GET", C + "/{number}/documents", None),
    ("GET", C + "/{number}/documents/{document}/content", None),
    ("GET", C + "/{number}/diagram", None),
    ("POST", C + "/{number}/withdrawals", {"reason": "不是我的"}),
    ("POST", C + "/{number}/extensions", {"clock": "R01#1", "reason": "不是我的"}),
    (
        "POST",
        C + "/{number}/suspensions",
        {"clock": "R01#1", "ground": "hearing", "expected_days": 5, "reason": "不是我的"},
    ),
    ("POST", C + "/{number}/resumptions", {"clock": "R01#1", "ground": "hearing"}),
    ("POST", C + "/{number}/name-searches", {}),
    ("POST", C + "/{number}/name-releases", {"reason": "不是我的"}),
    ("POST", C + "/{number}/name-cancellations", {"reason": "不是我的"}),
    ("POST", C + "/{number}/name-reservations", {"reservation": "不是我的"}),
    ("GET", "/api/v1/event-streams/cases/{case}", None),
    ("GET", "/api/v1/acts/{act}", None),
    ("GET", T + "/{task}", None),
    ("POST", T + "/{task}/claim", None),
    ("POST", T + "/{task}/release", {}),
    ("POST", T + "/{task}/complete", {"finding": "conforms", "no_interest": True}),
    ("POST", T + "/{task}/reassign", {"to": "allround", "reason": "休假"}),
    ("GET", "/api/v1/admin/cases/{number}/history", None),
]
BY_OFFICERS = [row for row in BY_APPLICANTS if "{draft}" not in row[1]]
PAGES = [
    "/applications/{draft}",
    "/applications/{draft}/sections/company",
    "/applications/{draft}/materials/articles",
    "/applications/{draft}/files/{file}",
    "/applications/{draft}/check",
    "/applications/{draft}/delete",
    "/applications/{case}/receipt",
    "/cases/{number}",
    "/cases/{case}",
    "/cases/{number}/papers/{document}",
    "/desk/tasks/{task}",
    "/desk/tasks/{task}/files/{file}",
]


def named(template: str, theirs: Theirs) -> str:
    return template.format(**vars(theirs))


def missing(template: str, theirs: Theirs) -> str:
    """The same address of something that was never there, of the same shape."""
    return template.format(
        case=MISSING,
        number="421303-2026-9999999-9",
        draft=MISSING,
        file=MISSING,
        document=f"{MISSING}:receipt:1",
        act=MISSING,
        task=f"{MISSING}-1",
        slug="0" * 32,
    )


def told(answer: httpx.Response, address: str) -> tuple[int, dict[str, str], str]:
    """Everything a stranger can see of an answer, but for what names the request itself."""
    headers = {
        k: v
        for k, v in answer.headers.items()
        if k not in {"x-request-id", "date", "content-length"}
    }
    body = answer.text.replace(address, "ADDRESS").replace(quote(address, safe=""), "ADDRESS")
    for own in (answer.headers["x-request-id"],):
        body = body.replace(own, "REQUEST")
    body = re.sub(r'name="csrf_token" value="[^"]*"', "CSRF", body)
    body = re.sub(r"\d\d:\d\d(:\d\d)?", "TIME", body)
    return answer.status_code, headers, body


@pytest.mark.parametrize(
    ("who", "rows"),
    [("applicant2", BY_APPLICANTS), ("elsewhere", BY_OFFICERS)],
    ids=["another applicant", "an officer of another office"],
)
async def test_a_foreign_thing_is_as_a_missing_one(
    live: Ground, theirs: Theirs, who: str, rows: list[tuple[str, str, Any]]
) -> None:
    before = await live.snapshot()
    differing = []
    for method, template, body in rows:
        answers = []
        for address in (named(template, theirs), missing(template, theirs)):
            more = {} if body is None else {"json": body}
            answer = await live.cast.call(who, method, address, headers={"If-Match": "*"}, **more)
            assert answer.status_code == 404, (method, template, answer.text[:300])
            answers.append(told(answer, address))
        if answers[0] != answers[1]:
            differing.append((method, template, answers))
    assert differing == []
    assert await live.snapshot() == before


@pytest.mark.parametrize("who", ["applicant2", "elsewhere"])
async def test_a_foreign_page_is_as_a_missing_one(live: Ground, theirs: Theirs, who: str) -> None:
    browser = await live.pages(who)
    try:
        for template in PAGES:
            found = []
            for address in (named(template, theirs), missing(template, theirs)):
                answer = await browser.get(address)
                assert answer.status_code == 404, (template, answer.status_code)
                found.append(told(answer, address))
            assert found[0][:2] == found[1][:2], template
            lines = zip(found[0][2].splitlines(), found[1][2].splitlines(), strict=True)
            assert [pair for pair in lines if pair[0] != pair[1]] == [], template
    finally:
        await browser.aclose()


async def test_nobody_signed_in_learns_nothing_either(live: Ground, theirs: Theirs) -> None:
    for method, template, body in BY_APPLICANTS:
        answers = []
        for address in (named(template, theirs), missing(template, theirs)):
            more = {} if body is None else {"json": body}
            headers = {"Idempotency-Key": "nobody-12345678", "If-Match": "*"}
            answer = await live.on.http.request(method, address, headers=headers, **more)
            assert answer.status_code == 401, (method, template, answer.text[:300])
            answers.append(told(answer, address))
        assert answers[0] == answers[1], template


async def test_a_foreign_file_under_ones_own_application_is_not_there(
    live: Ground, theirs: Theirs
) -> None:
    """Both names in the address must belong together, not only the first."""
    mine = await live.draft(by="applicant2")
    for method in ("GET", "DELETE"):
        answer = await live.cast.call("applicant2", method, f"{A}/{mine}/files/{theirs.file}")
        refused(answer, 404)
    own = await live.submitted(by="applicant2")
    answer = await live.cast.call(
        "applicant2", "GET", f"{C}/{live.number(own)}/documents/{theirs.document}/content"
    )
    refused(answer, 404)


@pytest.mark.parametrize(
    ("who", "method", "template", "body"),
    [
        ("applicant", "GET", T, None),
        ("applicant", "POST", T + "/{task}/claim", None),
        ("applicant", "POST", T + "/{task}/complete", {"finding": "conforms", "no_interest": True}),
        ("applicant", "GET", "/api/v1/admin/cases/{number}/history", None),
        ("reviewer", "GET", "/api/v1/admin/cases/{number}/history", None),
        ("reviewer", "POST", A, {"procedure": "establishment_registration", "form": {}}),
        ("reviewer", "GET", A + "/{case}", None),
        ("acceptor", "POST", T + "/{task}/claim", None),
        ("approver", "POST", T + "/{task}/claim", None),
        ("reviewer", "POST", T + "/{task}/reassign", {"to": "allround", "reason": "休假"}),
        ("reviewer", "POST", C + "/{number}/withdrawals", {"reason": "代申请人撤回"}),
        ("auditor", "POST", T + "/{task}/claim", None),
        ("admin", "POST", T + "/{task}/claim", None),
        ("admin", "POST", C + "/{number}/withdrawals", {"reason": "管理员撤回"}),
    ],
)
async def test_a_wrong_post_is_refused_by_type(
    live: Ground, theirs: Theirs, who: str, method: str, template: str, body: Any
) -> None:
    before = await live.snapshot()
    more = {} if body is None else {"json": body}
    answer = await live.cast.call(
        who, method, named(template, theirs), headers={"If-Match": "*"}, **more
    )
    problem = refused(answer, 403, 404)
    assert problem["code"] in {"not_permitted", "not_found", "wrong_role", "not_your_task"}
    assert await live.snapshot() == before


async def test_stale_and_missing_tags_are_told_apart(live: Ground) -> None:
    case, draft = await live.submitted(), await live.draft()
    path, etag = await claimed(live, "acceptor", case)
    before = await live.snapshot()
    targets: list[tuple[str, str, str, Any]] = [
        ("applicant", "PATCH", f"{A}/{draft}", {"form": {"capital": "5"}}),
        ("applicant", "DELETE", f"{A}/{draft}", None),
        ("acceptor", "POST", f"{path}/release", {}),
        ("acceptor", "POST", f"{path}/complete", {"decision": "accept"}),
    ]
    for who, method, address, body in targets:
        more = {} if body is None else {"json": body}
        answer = await live.cast.call(who, method, address, **more)
        assert refused(answer, 428)["code"] == "precondition_required"
        for tag in ('"0"', '"999"', 'W/"1"', '"1', "1", '""', '"-1"', '"１"', "abc", '"1", "2"'):
            answer = await live.cast.call(
                who, method, address, headers={"If-Match": tag.encode()}, **more
            )
            assert refused(answer, 412)["code"] == "stale", (method, address, tag)
            assert answer.headers["etag"].startswith('"'), "the current tag lets the caller go on"
    assert await live.snapshot() == before
    done = await live.cast.call(
        "acceptor", "POST", f"{path}/complete", json={"decision": "accept"},
        headers={"If-Match": etag},
    )  # fmt: skip
    assert done.status_code == 200, done.text


async def test_a_task_that_is_done_takes_nothing_more(live: Ground) -> None:
    case = await live.submitted()
    path, etag = await claimed(live, "acceptor", case)
    answers = {"decision": "accept"}
    done = await live.cast.call(
        "acceptor", "POST", f"{path}/complete", json=answers, headers={"If-Match": etag}
    )
    assert done.status_code == 200, done.text
    before = await live.snapshot()
    attempts: list[tuple[str, str, Any]] = [
        ("acceptor", f"{path}/claim", None),
        ("allround", f"{path}/claim", None),
        ("acceptor", f"{path}/release", {}),
        ("acceptor", f"{path}/complete", answers),
        ("acceptor", f"{path}/complete", {"decision": "not_accept", "reasons": "改主意了"}),
        ("window_head", f"{path}/reassign", {"to": "allround", "reason": "休假"}),
    ]
    for who, address, body in attempts:
        for tag in ("*", etag):
            more = {} if body is None else {"json": body}
            answer = await live.cast.call(who, "POST", address, headers={"If-Match": tag}, **more)
            problem = refused(answer, 409)
            assert problem["code"] == "task_done"
            assert problem["current"]["stage"] == "under_review"
    assert await live.snapshot() == before


async def test_no_one_decides_their_own_application(live: Ground) -> None:
    """Somebody of the bureau who applies as a citizen meets the same wall (回避)."""
    password = "既是申请人又是工作人员 long"
    async with AsyncSession(live.on.core.engine) as session:
        await accounts.create_account(
            session,
            sign_in="both",
            display_name="两面人",
            password_hash=await passwords.hashed(password),
            roles=frozenset({Role.APPLICANT, Role.ACCEPTOR, Role.REVIEWER, Role.WINDOW_HEAD}),
            office="421303",
        )
        await session.commit()
    live.passwords["both"] = password
    case = await live.submitted(by="both")
    task = await live.task("acceptor", case)
    before = await live.snapshot()
    answer = await live.cast.call(
        "both", "POST", f"{T}/{task['task_id']}/claim", headers={"If-Match": "*"}
    )
    assert refused(answer, 403)["code"] == "own_case"
    assert await live.snapshot() == before
