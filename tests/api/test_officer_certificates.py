"""The register of inspectors' certificates: for administrators alone, over REST and on its page, each act in the log."""

import asyncio
import uuid
from typing import Any

import httpx

from api.views import officer_certificates as views
from tests.api.hazards import inspector
from tests.api.test_certified_officers import Live, live, refused
from tests.api.test_tasks_pages import errors_of, sent_form, soup

__all__ = ["live"]
PATH, PAGE = "/api/v1/admin/officer-certificates", "/admin/officer-certificates"


def card(account: str, number: str, **more: Any) -> dict[str, Any]:
    return {
        "account": account,
        "kind": "equipment",
        "number": number,
        "valid_from": "2026-01-01",
        "valid_until": "2030-12-31",
        **more,
    }


async def adds(
    live: Live, body: dict[str, Any], who: str = "admin", key: str | None = None
) -> httpx.Response:
    return await live.cast.call(who, "POST", PATH, key=key, json=body)


async def test_a_certificate_is_registered_listed_and_revoked_and_the_log_says_so(
    live: Live,
) -> None:
    who, key = await inspector(live, "许一"), str(uuid.uuid4())
    made = await adds(live, card(who, "鄂TS14X0001"), key=key)
    assert made.status_code == 201, made.text
    assert (await adds(live, card(who, "鄂TS14X0001"), key=key)).json() == made.json()
    listed = await live.get("admin", PATH)
    views.OfficerCertificates.model_validate(listed)
    (one,) = [c for c in listed["items"] if c["account"] == who]
    assert (one["state"], one["added_by"], one["number"]) == ("valid", "admin", "鄂TS14X0001")
    path = f"{PATH}/{one['id']}/revocations"
    gone = await live.cast.call("admin", "POST", path, json={"reason": "调离执法岗位"})
    assert (gone.status_code, gone.json()["state"]) == (200, "revoked")
    again = await live.cast.call("admin", "POST", path, json={"reason": "调离执法岗位"})
    refused(again, 409, "conflict")
    log = await live.rows(
        "SELECT actor, act, details FROM admin_log WHERE details->>'number' = '鄂TS14X0001' ORDER BY id"
    )
    assert [(e.actor, e.act) for e in log] == [
        ("admin", "certificate_added"),
        ("admin", "certificate_revoked"),
    ]
    assert log[1].details["reason"] == "调离执法岗位"


async def test_what_cannot_be_a_certificate_is_told(live: Live) -> None:
    who, other = await inspector(live, "许二"), await inspector(live, "许三")
    assert (await adds(live, card(who, "鄂TS14X0002"))).status_code == 201
    for body, pointer in (
        (card(who, "鄂TS14X0003", valid_until="2026-10-08"), "/valid_until"),
        (card(who, "鄂TS14X0003", valid_from="2031-01-01"), ""),
        (card(who, "鄂TS14X0003", kind="driving"), "/kind"),
        (card(who, "1"), "/number"),
        (card("reviewer", "鄂TS14X0003"), "/account"),
        (card("nobody", "鄂TS14X0003"), "/account"),
        (card(other, "鄂TS14X0002"), "/number"),
        (card(who, "鄂TS14X0002"), "/number"),
    ):
        answer = await adds(live, body)
        assert pointer in refused(answer, 422, "invalid_input"), (body, answer.text)
    # A renewal keeps its number and begins on another day.
    renewed = card(who, "鄂TS14X0002", valid_from="2031-01-01", valid_until="2035-12-31")
    assert (await adds(live, renewed)).json()["state"] == "future"


async def test_nobody_but_an_administrator_sees_or_changes_it(live: Live) -> None:
    who = await inspector(live, "许四")
    for person in ("inspector", "bureau_head", "auditor", "supervisor", "applicant"):
        assert (await live.cast.call(person, "GET", PATH)).status_code in {403, 404}, person
        assert (await adds(live, card(who, "鄂TS14X0009"), person)).status_code in {403, 404}
        page = await (await live.pages(person)).get(PAGE)
        assert page.status_code in {403, 404}, person
    unknown = f"{PATH}/{uuid.uuid4()}/revocations"
    answer = await live.cast.call("admin", "POST", unknown, json={"reason": "收回证件"})
    refused(answer, 404, "not_found")


async def test_the_page_adds_and_revokes_and_keeps_what_was_typed(live: Live) -> None:
    who = await inspector(live, "许五")
    client = await live.pages("admin")
    page = await client.get(PAGE)
    assert soup(page).find("a", {"href": PAGE, "aria-current": "page"}) is not None
    form = sent_form(page, PAGE) | card(who, "鄂TS14X0005", valid_until="2026-10-08")
    wrong = await client.post(PAGE, data=form)
    assert wrong.status_code == 422
    assert any("有效期已经届满" in text for text in errors_of(wrong))
    kept = sent_form(wrong, PAGE)
    assert (kept["number"], kept["account"]) == ("鄂TS14X0005", who)
    right = await client.post(PAGE, data=kept | {"valid_until": "2026-10-30"})
    assert right.status_code == 303, errors_of(right)
    page = await client.get(right.headers["location"])
    assert "执法证件已登记" in page.text
    row = next(r for r in soup(page).find_all("tr") if "许五" in r.text)
    assert "30 天内届满" in row.text
    action = row.find("form")["action"]
    empty = await client.post(action, data=sent_form(page, action))
    assert empty.status_code == 422
    done = await client.post(action, data=sent_form(page, action) | {"reason": "证件被收回"})
    assert done.status_code == 303
    page = await client.get(PAGE)
    row = next(r for r in soup(page).find_all("tr") if "许五" in r.text)
    assert "已收回" in row.text
    assert "证件被收回" in row.text


async def test_pressed_twice_it_is_registered_once_and_says_so(live: Live) -> None:
    who, number = await inspector(live, "许六"), "鄂TS14X0006"
    client = await live.pages("admin")
    form = sent_form(await client.get(PAGE), PAGE) | card(who, number)
    answers = await asyncio.gather(*(client.post(PAGE, data=form) for _ in range(3)))
    answers += [await client.post(PAGE, data=form)]
    assert {(a.status_code, a.headers.get("location")) for a in answers} == {
        (303, f"{PAGE}?done=added")
    }
    log = await live.rows("SELECT act FROM admin_log WHERE details->>'number' = :n", n=number)
    assert [e.act for e in log] == ["certificate_added"]
    # Another term, another kind, another person, or one that was taken back: not the same.
    changed = await client.post(PAGE, data=form | {"valid_until": "2031-12-31"})
    assert any("证号已经登记" in text for text in errors_of(changed))
    await live.do("revoke_certificate", "admin", number=number, reason="证件被收回")
    again = await client.post(PAGE, data=form)
    assert any("证号已经登记" in text for text in errors_of(again))


async def test_the_reason_typed_for_revoking_stays(live: Live) -> None:
    who, number = await inspector(live, "许七"), "鄂TS14X0007"
    assert (await adds(live, card(who, number))).status_code == 201
    client = await live.pages("admin")
    page = await client.get(PAGE)
    row = next(r for r in soup(page).find_all("tr") if number in r.text)
    action = row.find("form")["action"]
    wrong = await client.post(action, data=sent_form(page, action) | {"reason": "调"})
    assert wrong.status_code == 422
    assert sent_form(wrong, action)["reason"] == "调"
    row = next(r for r in soup(wrong).find_all("tr") if number in r.text)
    assert row.find("details").has_attr("open")
    # Of the others nothing is filled in.
    reasons = [i.get("value", "") for i in soup(wrong).find_all("input", {"name": "reason"})]
    assert sorted(filter(None, reasons)) == ["调"]
