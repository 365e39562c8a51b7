"""Due dates by a secret address: whose, until when, in which form, and what becomes of the address."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import pytest
import structlog
from icalendar import Calendar, Event
from sqlalchemy.ext.asyncio import AsyncSession

from api.routers import calendar_feed
from domain.roles import Role
from law.zone import CST
from storage import accounts, calendar_feeds
from tests.api.case_stage import Live, live
from tests.api.conftest import csrf_of
from tests.api.test_suspensions import HEARING, accepted, post
from tests.api.test_tasks_pages import soup

__all__ = ["live"]
PATH = "/api/v1/calendar-feed"
PAGE = "/account/calendar"


async def made(live: Live, who: str, **wanted: Any) -> str:
    """A new address of this person; its path."""
    answer = await live.cast.call(who, "POST", PATH, json=wanted)
    assert answer.status_code == 201, answer.text
    return urlsplit(answer.json()["url"]).path


async def fetched(live: Live, path: str, method: str = "GET", **headers: str) -> httpx.Response:
    """As a calendar program: no session, no cookie."""
    return await live.on.http.request(method, path, headers=headers)


def read(answer: httpx.Response) -> Calendar:
    """The file as a calendar program reads it, after a look at its lines."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    content = answer.content
    assert content.endswith(b"END:VCALENDAR\r\n")
    assert content.count(b"\n") == content.count(b"\r\n") == content.count(b"\r")
    lines = content.split(b"\r\n")
    assert max(len(line) for line in lines) <= 75
    assert all(line.decode() for line in lines[:-1]), "no character is cut in two"
    found = Calendar.from_ical(content)
    assert isinstance(found, Calendar)
    assert found.errors == []
    return found


async def events(live: Live, path: str) -> dict[str, Event]:
    """The events of the calendar by case and clock: `<case id>.R01-1`."""
    found = read(await fetched(live, path))
    return {str(e["UID"]).partition("@")[0]: e for e in found.walk("VEVENT")}


def of_case(live: Live, case: str, found: dict[str, Event]) -> list[Event]:
    return [e for uid, e in found.items() if uid.startswith(live.ident(case))]


async def account_of(live: Live, who: str) -> UUID:
    async with AsyncSession(live.on.core.engine) as db:
        found = await accounts.find_account_id(db, who)
    assert found is not None
    return found


@asynccontextmanager
async def holding(live: Live, who: str, *roles: Role) -> AsyncIterator[None]:
    """While the person holds other posts than usual."""
    usual = (await live.get(who, "/api/v1/sessions/current"))["roles"]
    ident = await account_of(live, who)
    async with AsyncSession(live.on.core.engine) as db, db.begin():
        await accounts.set_roles(db, ident, frozenset(roles))
    try:
        yield
    finally:
        async with AsyncSession(live.on.core.engine) as db, db.begin():
            await accounts.set_roles(db, ident, frozenset(Role(value) for value in usual))


# -- what stands in it -----------------------------------------------------------------------------


async def test_an_applicant_sees_the_dates_of_their_own_cases_alone(live: Live) -> None:
    case, other = await live.open(), await live.open("applicant2")
    path, foreign = await made(live, "applicant"), await made(live, "applicant2", language="en")
    number = live.number(case)
    clock = (await live.shown(case))["clocks"][0]
    found = await events(live, path)
    (event,) = of_case(live, case, found)
    assert of_case(live, other, found) == []
    assert event["UID"].startswith(f"{live.ident(case)}.R01-1@")
    assert event.decoded("DTSTART") == date.fromisoformat(clock["legal_end"])
    assert event.decoded("DTEND") - event.decoded("DTSTART") == timedelta(days=1)
    assert event["SUMMARY"] == f"到期：登记：予以登记（有限责任公司设立登记，{number}）"
    assert urlsplit(event["URL"]).path == f"/cases/{number}/clocks/R01-1"
    assert str(event["URL"]).startswith(live.on.api_url)
    assert (event["SEQUENCE"], event["STATUS"]) == (0, "CONFIRMED")
    assert (event["CLASS"], event["TRANSP"]) == ("PRIVATE", "TRANSPARENT")
    assert event.decoded("DTSTAMP") == event.decoded("LAST-MODIFIED")
    # The bureau's own warnings are no alarm of the applicant's.
    assert event.walk("VALARM") == []
    # Neither the enterprise nor anybody's name goes to whoever keeps the calendar.
    title = (await live.shown(case))["title"]
    assert title not in (await fetched(live, path)).text

    english = await events(live, foreign)
    (event,) = of_case(live, other, english)
    assert of_case(live, case, english) == []
    assert str(event["SUMMARY"]).startswith("Due: Registration: decision to register (")


async def test_the_calendar_says_what_programs_need(live: Live) -> None:
    await live.open()
    head = read(await fetched(live, await made(live, "applicant")))
    assert (head["VERSION"], head["X-WR-CALNAME"], head["NAME"]) == (
        "2.0",
        "办件到期日",
        "办件到期日",
    )
    assert head["X-WR-TIMEZONE"] == "Asia/Shanghai"
    assert head.decoded("REFRESH-INTERVAL") == timedelta(hours=4)
    (zone,) = head.walk("VTIMEZONE")
    assert zone["TZID"] == "Asia/Shanghai"
    assert [c.decoded("TZOFFSETTO") for c in zone.walk("STANDARD")] == [timedelta(hours=8)]
    assert zone.walk("DAYLIGHT") == []


async def test_an_officer_sees_claimed_tasks_and_others_only_where_wanted(live: Live) -> None:
    mine, free = await live.open(), await live.open()
    for case in (mine, free):
        await live.task("acceptor", case)
    await live.claim("acceptor", (await live.task("acceptor", mine))["task_id"])
    path = await made(live, "acceptor")
    found = await events(live, path)
    (event,) = of_case(live, mine, found)
    assert of_case(live, free, found) == []
    alarms = event.walk("VALARM")
    assert {a["ACTION"] for a in alarms} == {"DISPLAY"}
    # Two working days ahead in the morning, and at noon of the last day.
    noon = datetime.combine(event.decoded("DTSTART"), clock_time(12), tzinfo=CST)
    triggers = [a.decoded("TRIGGER") for a in alarms]
    assert (len(triggers), triggers[-1]) == (2, noon)
    assert await live.on.now() < triggers[0] < noon

    path = await made(live, "acceptor", include=["pool"])
    found = await events(live, path)
    assert len(of_case(live, mine, found)) == len(of_case(live, free, found)) == 1
    # What a colleague has claimed is on nobody else's desk.
    await live.claim("allround", (await live.task("allround", free))["task_id"])
    found = await events(live, path)
    assert (len(of_case(live, mine, found)), of_case(live, free, found)) == (1, [])
    # The board is for heads and supervisors: asking for it gives an officer nothing more.
    wide = await events(live, await made(live, "acceptor", include=["pool", "board"]))
    assert set(wide) == set(found)


async def test_who_lost_the_post_sees_nothing_and_who_was_closed_is_gone(live: Live) -> None:
    case = await live.open()
    await live.claim("acceptor", (await live.task("acceptor", case))["task_id"])
    path = await made(live, "acceptor", include=["pool"])
    assert of_case(live, case, await events(live, path))
    async with holding(live, "acceptor", Role.ARCHIVIST):
        assert await events(live, path) == {}
    assert of_case(live, case, await events(live, path))

    ident = await account_of(live, "acceptor")
    async with AsyncSession(live.on.core.engine) as db, db.begin():
        await accounts.set_disabled(db, ident, True)
    assert (await fetched(live, path)).status_code == 404
    async with AsyncSession(live.on.core.engine) as db, db.begin():
        await accounts.set_disabled(db, ident, False)
    # As the sign-ins of a closed account, the address does not come back.
    assert (await fetched(live, path)).status_code == 404


async def test_a_claim_given_back_leaves_the_calendar(live: Live) -> None:
    case = await live.open()
    task = (await live.task("acceptor", case))["task_id"]
    await live.claim("acceptor", task)
    path = await made(live, "acceptor")
    assert of_case(live, case, await events(live, path))
    seen = await live.cast.call("acceptor", "GET", f"/api/v1/tasks/{task}")
    tag = {"If-Match": seen.headers["ETag"]}
    done = await live.cast.call("acceptor", "POST", f"/api/v1/tasks/{task}/release", headers=tag)
    assert done.is_success, done.text
    assert of_case(live, case, await events(live, path)) == []


async def test_a_term_that_stands_still_has_no_end_and_comes_back_with_one(live: Live) -> None:
    case = await accepted(live)
    number = live.number(case)
    path = await made(live, "applicant")

    async def seen() -> tuple[Event, str]:
        answer = await fetched(live, path)
        (event,) = (
            e
            for e in read(answer).walk("VEVENT")
            if str(e["UID"]).startswith(f"{live.ident(case)}.F02-1@")
        )
        return event, answer.headers["ETag"]

    first, etag = await seen()
    # The row was not read in the law's text: the calendar says so too.
    assert first["SUMMARY"] == (
        f"【待核】到期：食品经营许可：作出许可决定（食品经营许可，{number}）"
    )
    assert "待核" in first["DESCRIPTION"]
    today = (await live.on.now()).date()
    held = await post(live, "reviewer", f"/api/v1/cases/{number}/suspensions", HEARING)
    assert held.status_code == 200, held.text
    still, at_rest = await seen()
    assert still["UID"] == first["UID"]
    assert still.decoded("DTSTART") == today
    assert "期限中止" in still["SUMMARY"]
    assert "到期" not in still["SUMMARY"]
    assert "现在没有届满日" in still["DESCRIPTION"]
    assert (still["STATUS"], still.walk("VALARM")) == ("TENTATIVE", [])
    assert at_rest != etag

    resumed = {"clock": "F02#1", "ground": "hearing", "note": "听证结束"}
    done = await post(live, "reviewer", f"/api/v1/cases/{number}/resumptions", resumed)
    assert done.status_code == 200, done.text
    again, _etag = await seen()
    clock = next(c for c in (await live.shown(case))["clocks"] if c["clock_id"] == "F02")
    # The day of acceptance did not count anyway; how a date moves is in test_calendars.py.
    assert again.decoded("DTSTART") == date.fromisoformat(clock["legal_end"])
    assert first["SEQUENCE"] < still["SEQUENCE"] < again["SEQUENCE"]
    assert again["STATUS"] == "CONFIRMED"


async def test_a_case_that_ends_leaves_the_calendar(live: Live) -> None:
    case = await live.open()
    path = await made(live, "applicant")
    assert of_case(live, case, await events(live, path))
    await live.withdrawn(case)
    assert of_case(live, case, await events(live, path)) == []


async def test_heads_and_supervisors_see_what_the_board_lists(live: Live) -> None:
    case = await live.open()
    board = await made(live, "section_head", include=["board"])
    bare = await made(live, "registry_head")
    assert of_case(live, case, await events(live, board)) == []
    end = date.fromisoformat((await live.shown(case))["clocks"][0]["legal_end"])
    await live.advance(f"{end}T10:00:00+08:00")
    listed = await live.get("section_head", "/api/v1/at-risk-cases?limit=100")
    found = await events(live, board)
    assert {str(e["URL"]).partition(live.on.api_url)[2] for e in found.values()} == {
        item["due_page_url"] for item in listed["items"]
    }
    (event,) = of_case(live, case, found)
    assert event.decoded("DTSTART") == end
    assert await events(live, bare) == {}
    async with holding(live, "section_head", Role.REVIEWER):
        assert await events(live, board) == {}


# -- how it is fetched -----------------------------------------------------------------------------


async def test_what_is_unchanged_is_not_sent_again(live: Live) -> None:
    await live.open()
    path = await made(live, "applicant")
    first = await fetched(live, path)
    etag = first.headers["ETag"]
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert first.headers["Referrer-Policy"] == "no-referrer"
    assert "set-cookie" not in first.headers
    for tags in (etag, f"W/{etag}", f'"x", {etag}', "*"):
        again = await fetched(live, path, **{"If-None-Match": tags})
        assert (again.status_code, again.content) == (304, b""), tags
        assert again.headers["ETag"] == etag
        assert again.headers["Cache-Control"] == "private, no-cache"
    head = await fetched(live, path, "HEAD")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(first.content))
    assert (await fetched(live, path)).content == first.content
    case = await live.open()
    changed = await fetched(live, path, **{"If-None-Match": etag})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != etag
    assert live.number(case) in changed.text.replace("\r\n ", "")
    for method in ("POST", "DELETE", "PUT"):
        assert (await fetched(live, path, method)).status_code in (403, 405)


async def test_wrong_addresses_are_looked_up_and_answered_alike(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No address is turned away before the look-up, nor does one cost more: the time tells nothing either."""
    revoked = await made(live, "applicant")
    replaced = await made(live, "applicant")
    await live.cast.call("applicant", "DELETE", PATH)
    unknown = f"/calendar/{'A' * 43}.ics"
    wrong = [revoked, replaced, unknown, "/calendar/x.ics", f"/calendar/{'é' * 400}.ics"]
    answers: list[Any] = []
    looked_up: list[bytes] = []
    look_up = calendar_feeds.opened

    async def watched(place: Any, token_hash: bytes) -> Any:
        looked_up.append(token_hash)
        return await look_up(place, token_hash)

    monkeypatch.setattr(calendar_feeds, "opened", watched)
    for path in wrong:
        answer = await fetched(live, path, accept="application/json")
        body = answer.json()
        assert body.pop("request_id")
        assert body.pop("instance")
        heads = {k: v for k, v in answer.headers.items() if k not in ("x-request-id", "date")}
        heads.pop("content-length")
        answers.append((answer.status_code, body, heads))
    assert answers[0][:1] == (404,)
    assert all(told == answers[0] for told in answers)
    assert [len(token_hash) for token_hash in looked_up] == [32] * len(wrong), (
        "once each, by a digest"
    )


async def test_one_address_cannot_be_fetched_without_end(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calendar_feed, "EACH", "3 per hour")
    await live.open()
    path, other = await made(live, "applicant"), await made(live, "applicant2")
    unknown = f"/calendar/{uuid.uuid4().hex}.ics"
    for address, status in ((path, 200), (unknown, 404)):
        statuses = [(await fetched(live, address)).status_code for _ in range(4)]
        assert statuses == [status] * 3 + [429], address
    refused = await fetched(live, path)
    assert int(refused.headers["retry-after"]) == 3600
    assert (await fetched(live, other)).status_code == 200


async def test_no_log_and_no_table_holds_the_secret(
    live: Live, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    key = str(uuid.uuid4())
    answer = await live.cast.call("applicant", "POST", PATH, json={}, key=key)
    path = urlsplit(answer.json()["url"]).path
    token = path.removeprefix("/calendar/").removesuffix(".ics")
    assert len(token) == 43
    again = await live.cast.call("applicant", "POST", PATH, json={}, key=key)
    assert (again.status_code, again.json()["url"]) == (201, None)
    assert again.headers["Idempotency-Replayed"] == "true"
    other = await live.cast.call("applicant", "POST", PATH, json={"language": "en"}, key=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert (await fetched(live, path)).status_code == 200

    async def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError(f"something about {path}")

    monkeypatch.setattr(calendar_feed, "entries_of", broken)
    with structlog.testing.capture_logs() as logs:
        assert (await fetched(live, path)).status_code == 500
    assert [entry["event"] for entry in logs] == ["unexpected error"]
    said = capfd.readouterr()
    assert token not in repr(logs) + said.out + said.err

    tables = await live.rows(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
    )
    for (table,) in tables:
        assert (
            await live.rows(
                f'SELECT 1 FROM "{table}" AS t WHERE strpos(t::text, :token) > 0 LIMIT 1',
                token=token,
            )
            == []
        ), table
    # A replayed answer is sealed, so a look at the table is not enough: the answer itself had none.
    assert token not in again.text


async def test_what_the_owner_learns_of_it(live: Live) -> None:
    await live.cast.call("approver", "DELETE", PATH)
    nothing = await live.get("approver", PATH)
    assert (nothing["active"], nothing["made_at"], nothing["url"]) == (False, None, None)
    path = await made(live, "approver", language="en", include=["pool"])
    told = await live.get("approver", PATH)
    assert (told["active"], told["language"], told["include"]) == (True, "en", ["pool"])
    assert (told["last_fetched_on"], told["url"]) == (None, None)
    await fetched(live, path, "HEAD")
    day = (await live.on.now()).date().isoformat()
    assert (await live.get("approver", PATH))["last_fetched_on"] == day
    for _ in range(2):
        assert (await live.cast.call("approver", "DELETE", PATH)).status_code == 204
    assert (await fetched(live, path)).status_code == 404
    ident = await account_of(live, "approver")
    acts = await live.rows(
        "SELECT act, actor, details::text FROM admin_log WHERE subject = :who ORDER BY id",
        who=str(ident),
    )
    # A revocation of nothing is none.
    assert [row.act for row in acts] == ["calendar_feed_made", "calendar_feed_revoked"]
    assert {row.actor for row in acts} == {"approver"}
    assert path.removeprefix("/calendar/")[:8] not in "".join(row[2] for row in acts)


async def test_managing_it_needs_a_session_and_lawful_input(live: Live) -> None:
    for method in ("GET", "POST", "DELETE"):
        assert (await live.on.http.request(method, PATH)).status_code == 401
    for wrong in ({"include": ["everything"]}, {"language": "fr"}, {"person": "x"}):
        answer = await live.cast.call("applicant", "POST", PATH, json=wrong)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input"), wrong


async def test_the_page_shows_the_address_once_and_works_without_script(live: Live) -> None:
    await live.cast.call("reviewer", "DELETE", PATH)
    client = await live.pages("reviewer")
    account = soup(await client.get("/account"))
    assert account.find("a", href=PAGE) is not None
    empty = await client.get(PAGE)
    assert soup(empty).find("textarea") is None
    boxes = soup(empty).select("input[type=checkbox]")
    # An officer's desk has a pool; the board is not theirs.
    assert [b["value"] for b in boxes] == ["pool"]
    form = {"csrf_token": csrf_of(empty), "language": "zh-CN", "include": ["pool", "board"]}
    shown = await client.post(PAGE, data=form)
    assert shown.headers["Cache-Control"] == "no-store"
    address = str(soup(shown).select_one("textarea#address").text)  # type: ignore[union-attr]
    first = urlsplit(address).path
    assert address.startswith(live.on.api_url)
    assert (await fetched(live, first)).status_code == 200
    assert (await live.get("reviewer", PATH))["include"] == ["pool"]

    later = await client.get(PAGE)
    assert first not in later.text
    assert "最近取用" in later.text
    assert "还没有取用过" not in later.text
    replaced = await client.post(PAGE, data=form | {"csrf_token": csrf_of(later)})
    second = urlsplit(soup(replaced).select_one("textarea#address").text).path  # type: ignore[union-attr]
    assert (await fetched(live, first)).status_code == 404
    assert (await fetched(live, second)).status_code == 200
    gone = await client.post(f"{PAGE}/revoke", data={"csrf_token": csrf_of(replaced)})
    assert gone.headers["location"] == f"{PAGE}?done=revoked"
    assert (await fetched(live, second)).status_code == 404
    assert "已经停用" in (await client.get(f"{PAGE}?done=revoked")).text


async def test_a_reset_password_ends_the_address(live: Live) -> None:
    path = await made(live, "archivist")
    ident = await account_of(live, "archivist")
    async with AsyncSession(live.on.core.engine) as db, db.begin():
        known = await accounts.credentials(db, "archivist")
        assert known is not None
        # The same one again: only that somebody else set it counts here.
        await accounts.set_password_hash(
            db, ident, known.password_hash, changed=True, one_time=True
        )
    assert (await fetched(live, path)).status_code == 404
    async with AsyncSession(live.on.core.engine) as db, db.begin():
        await accounts.set_password_hash(db, ident, known.password_hash, changed=True)
    assert (await fetched(live, path)).status_code == 404
