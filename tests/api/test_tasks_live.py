"""Tasks over REST: claims by version, one winner of many, acts once, refusals with the current state."""

import asyncio
import uuid
from datetime import timedelta
from typing import Any

import httpx
from sqlalchemy import text

from tests.api.case_stage import Live, live

__all__ = ["live"]
REVIEW = {"finding": "conforms", "no_interest": True}


async def post(
    live: Live, who: str, path: str, tag: str | None = None, body: Any = None, key: str = ""
) -> httpx.Response:
    headers = {"If-Match": tag} if tag else {}
    more = {"json": body} if body is not None else {}
    return await live.cast.call(who, "POST", path, key=key or None, headers=headers, **more)


async def free_task(live: Live) -> tuple[str, str]:
    """A case under acceptance and its task's address."""
    case = await live.open()
    task = await live.task("acceptor", case)
    return case, f"/api/v1/tasks/{task['task_id']}"


async def test_of_fifty_claims_at_once_exactly_one_wins(live: Live) -> None:
    _case, path = await free_task(live)
    await live.get("allround", path)
    answers = await asyncio.gather(
        *(post(live, ("acceptor", "allround")[n % 2], f"{path}/claim", '"0"') for n in range(50))
    )
    task = await live.get("acceptor", path)
    holder, version = task["claim"]["holder"], task["etag"]
    assert version == '"1"'
    winner = "acceptor" if holder == "刘敏" else "allround"
    won = [a for n, a in enumerate(answers) if ("acceptor", "allround")[n % 2] == winner]
    lost = [a for n, a in enumerate(answers) if ("acceptor", "allround")[n % 2] != winner]
    # Again by the holder is the same claim; everybody else learns who holds it.
    assert {a.status_code for a in won} == {200}
    assert {a.status_code for a in lost} == {409}
    assert {a.json()["code"] for a in lost} == {"not_your_task"}
    assert {a.json()["holder"] for a in lost} == {holder}
    assert all(holder in a.json()["detail"] for a in lost)
    log = await live.rows(
        "SELECT what FROM claim_log WHERE task_id = :t", t=path.rpartition("/")[2]
    )
    assert [row.what for row in log] == ["claimed"]


async def test_a_claim_needs_the_version_the_caller_saw(live: Live) -> None:
    _case, path = await free_task(live)
    assert (await post(live, "acceptor", f"{path}/claim")).status_code == 428
    for tag in ('"7"', 'W/"0"', "x"):
        stale = await post(live, "acceptor", f"{path}/claim", tag)
        assert (stale.status_code, stale.json()["code"]) == (412, "stale")
        assert stale.headers["etag"] == '"0"'
    claimed = await post(live, "acceptor", f"{path}/claim", "*")
    assert (claimed.status_code, claimed.headers["etag"]) == (200, '"1"')
    missing = await live.cast.call(
        "acceptor", "POST", f"{path}/claim", headers={"If-Match": "*", "Idempotency-Key": "short"}
    )
    assert missing.status_code == 422


async def test_who_may_claim(live: Live) -> None:
    case, path = await free_task(live)
    wrong = await post(live, "reviewer", f"{path}/claim", '"0"')
    assert (wrong.status_code, wrong.json()["code"]) == (403, "wrong_role")
    assert wrong.json()["current"]["stage"] == "submitted"
    assert (await post(live, "applicant", f"{path}/claim", '"0"')).status_code == 404
    gone = await post(live, "acceptor", f"/api/v1/tasks/{uuid.uuid4()}-1/claim", '"0"')
    assert gone.status_code == 404
    async with live.on.core.engine.begin() as connection:
        # The officer is the applicant: they must stand aside.
        own = "UPDATE cases SET owner = (SELECT id::text FROM accounts WHERE sign_in = 'acceptor')"
        await connection.execute(text(f"{own} WHERE case_id = :c"), {"c": live.ident(case)})
    refused = await post(live, "acceptor", f"{path}/claim", '"0"')
    assert (refused.status_code, refused.json()["code"]) == (403, "own_case")


async def test_release_by_the_holder_or_by_a_head_with_a_reason(live: Live) -> None:
    _case, path = await free_task(live)
    await post(live, "acceptor", f"{path}/claim", '"0"')
    not_mine = await post(live, "allround", f"{path}/release", '"1"')
    assert (not_mine.status_code, not_mine.json()["code"]) == (409, "not_your_task")
    no_reason = await post(live, "window_head", f"{path}/release", '"1"')
    assert (no_reason.status_code, no_reason.json()["errors"][0]["pointer"]) == (422, "/reason")
    freed = await post(live, "window_head", f"{path}/release", '"1"', {"reason": "原承办人休假"})
    assert (freed.status_code, freed.headers["etag"], freed.json()["claim"]) == (200, '"2"', None)
    log = (await live.get("acceptor", path))["claim_log"]
    assert [(e["what"], e["reason"]) for e in log] == [
        ("claimed", ""),
        ("released_by", "原承办人休假"),
    ]
    await post(live, "acceptor", f"{path}/claim", '"2"')
    back = await post(live, "acceptor", f"{path}/release", '"3"')
    assert (back.status_code, back.json()["claim"]) == (200, None)
    nobody = await post(live, "acceptor", f"{path}/release", '"4"')
    assert (nobody.status_code, nobody.json()["code"]) == (409, "claim_lost")


async def test_after_two_hours_a_colleague_may_take_over(live: Live) -> None:
    _case, path = await free_task(live)
    await post(live, "acceptor", f"{path}/claim", '"0"')
    await live.advance(timedelta(hours=1, minutes=59))
    assert (await post(live, "allround", f"{path}/claim", '"1"')).status_code == 409
    await live.advance(timedelta(minutes=1))
    taken = await post(live, "allround", f"{path}/claim", '"1"')
    assert (taken.status_code, taken.json()["claim"]["holder"]) == (200, "孙立")
    lost = await post(live, "acceptor", f"{path}/complete", '"1"', {"decision": "accept"})
    assert (lost.status_code, lost.json()["code"]) == (409, "not_your_task")
    log = (await live.get("allround", path))["claim_log"]
    assert [entry["what"] for entry in log] == ["claimed", "taken_over"]


async def test_a_completion_is_one_act_however_often_it_is_sent(live: Live) -> None:
    case, path = await free_task(live)
    early = await post(live, "acceptor", f"{path}/complete", '"0"', {"decision": "accept"})
    assert (early.status_code, early.json()["code"]) == (409, "claim_lost")
    await post(live, "acceptor", f"{path}/claim", '"0"')
    assert (
        await post(live, "acceptor", f"{path}/complete", None, {"decision": "accept"})
    ).status_code == 428
    stale = await post(live, "acceptor", f"{path}/complete", '"0"', {"decision": "accept"})
    assert (stale.status_code, stale.headers["etag"]) == (412, '"1"')
    wrong = await post(live, "acceptor", f"{path}/complete", '"1"', {"decision": "perhaps", "x": 1})
    assert wrong.status_code == 422
    assert {e["pointer"] for e in wrong.json()["errors"]} == {"/decision", "/x"}
    assert wrong.json()["current"]["stage"] == "submitted"
    key = str(uuid.uuid4())
    several = await asyncio.gather(
        *(
            post(live, "acceptor", f"{path}/complete", '"1"', {"decision": "accept"}, key)
            for _ in range(4)
        )
    )
    assert {a.status_code for a in several} <= {200, 409}
    first = next(a for a in several if a.status_code == 200)
    assert first.json()["state"] == "applied"
    assert first.headers["location"] == first.json()["act_url"]
    again = await post(live, "acceptor", f"{path}/complete", '"1"', {"decision": "accept"}, key)
    assert (again.status_code, again.json()) == (200, first.json())
    other = await post(live, "acceptor", f"{path}/complete", '"1"', {"decision": "not_accept"}, key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    late = await post(live, "acceptor", f"{path}/complete", '"1"', {"decision": "accept"})
    assert (late.status_code, late.json()["code"]) == (409, "task_done")
    events = await live.rows(
        "SELECT count(*) AS n FROM case_events WHERE case_id = :c AND kind = 'accepted'",
        c=live.ident(case),
    )
    assert events[0].n == 1
    act = await live.get("acceptor", first.json()["act_url"])
    assert (act["state"], act["kind"]) == ("applied", "complete")
    assert (await live.cast.call("applicant2", "GET", first.json()["act_url"])).status_code == 404


async def forgotten(live: Live, key: str) -> None:
    """As if the process had died before it kept its answer."""
    await live.on.app.state.services.answers.written()
    async with live.on.core.engine.begin() as connection:
        done = await connection.execute(
            text("DELETE FROM idempotency WHERE key = :key"), {"key": key}
        )
    assert done.rowcount == 1


async def test_one_key_is_one_call_whatever_it_asks_for(live: Live) -> None:
    """Acts and claims reserve no key before they work: what was done under it is found all the same."""
    _case, path = await free_task(live)
    key = str(uuid.uuid4())
    first = await post(live, "acceptor", f"{path}/claim", '"0"', None, key)
    again = await post(live, "acceptor", f"{path}/claim", '"0"', None, key)
    # Unlike another claim under the same version, which is stale by now.
    assert (again.status_code, again.json()) == (200, first.json())
    assert (again.headers["etag"], again.headers["idempotency-replayed"]) == ('"1"', "true")
    asks = {"decision": "accept"}
    used = await post(live, "acceptor", f"{path}/complete", '"1"', asks, key)
    assert (used.status_code, used.json()["code"]) == (422, "idempotency_key_reused")
    # The same once the answer is written, no longer remembered.
    await live.on.app.state.services.answers.written()
    again = await post(live, "acceptor", f"{path}/claim", '"0"', None, key)
    assert (again.status_code, again.json()) == (200, first.json())
    used = await post(live, "acceptor", f"{path}/complete", '"1"', asks, key)
    assert (used.status_code, used.json()["code"]) == (422, "idempotency_key_reused")
    # The other way round, and where the answer was lost with its process: the act itself refuses.
    key = str(uuid.uuid4())
    done = await post(live, "acceptor", f"{path}/complete", '"1"', asks, key)
    assert done.status_code == 200
    used = await post(live, "acceptor", f"{path}/release", '"1"', None, key)
    assert (used.status_code, used.json()["code"]) == (422, "idempotency_key_reused")
    await forgotten(live, key)
    again = await post(live, "acceptor", f"{path}/complete", '"1"', asks, key)
    assert (again.status_code, again.json()["act_id"]) == (200, done.json()["act_id"])
    await forgotten(live, key)
    other = await post(live, "acceptor", f"{path}/complete", '"1"', {"decision": "not_accept"}, key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


async def test_an_acts_key_is_used_up_before_its_answer_is_written(live: Live) -> None:
    """What reserves its key (a draft) and what does not (an act) share the keys of a person."""
    case = await live.open()
    key = str(uuid.uuid4())
    await live.settled(case)
    path = f"/api/v1/cases/{live.number(case)}/withdrawals"
    left = await live.cast.call("applicant", "POST", path, key=key, json={"reason": "暂不开办"})
    assert left.status_code == 200, left.text
    begin = {"procedure": "food_operation_licence"}
    for _ in range(2):
        used = await live.cast.call(
            "applicant", "POST", "/api/v1/applications", key=key, json=begin
        )
        assert (used.status_code, used.json()["code"]) == (422, "idempotency_key_reused")
        await live.on.app.state.services.answers.written()
    again = await live.cast.call("applicant", "POST", path, key=key, json={"reason": "暂不开办"})
    assert (again.status_code, again.json()) == (200, left.json())


async def test_separation_of_duties_is_refused_and_kept_for_supervision(live: Live) -> None:
    case, _path = await free_task(live)
    await live.complete("allround", case, decision="accept")
    await live.complete("reviewer", case, finding="does_not_conform", opinion="住所证明不符",
                        no_interest=True)  # fmt: skip
    task = await live.task("allround", case, "approval.decision")
    path = f"/api/v1/tasks/{task['task_id']}"
    await post(live, "allround", f"{path}/claim", '"0"')
    body = {"decision": "refuse", "reasons": "住所证明不符", "no_interest": True}
    refused = await post(live, "allround", f"{path}/complete", '"1"', body)
    assert (refused.status_code, refused.json()["code"]) == (403, "separation_of_duties")
    assert "SOD-1" in refused.json()["detail"]
    kept = await live.rows("SELECT kind FROM quality_events WHERE case_id = :c", c=live.ident(case))
    assert [row.kind for row in kept] == ["separation_of_duties"]
    # The claim is free again for a colleague.
    assert (await post(live, "allround", f"{path}/release", '"1"')).status_code == 200
    await live.complete("approver", case, **body)
    await live.stage_is(case, "refused")


async def test_a_head_hands_a_task_to_a_colleague(live: Live) -> None:
    _case, path = await free_task(live)
    body = {"to": "allround", "reason": "原承办人休假"}
    assert (await post(live, "acceptor", f"{path}/reassign", None, body)).status_code == 403
    nobody = await post(live, "window_head", f"{path}/reassign", None, body | {"to": "nobody"})
    assert (nobody.status_code, nobody.json()["errors"][0]["pointer"]) == (422, "/to")
    wrong = await post(live, "window_head", f"{path}/reassign", None, body | {"to": "reviewer"})
    assert (wrong.status_code, wrong.json()["code"]) == (403, "wrong_role")
    done = await post(live, "window_head", f"{path}/reassign", None, body)
    assert done.status_code == 200
    other = await post(live, "acceptor", f"{path}/claim", "*")
    assert (other.status_code, other.json()["code"]) == (409, "not_your_task")
    mine = await live.get("allround", "/api/v1/tasks?assignee=me")
    assert path.rpartition("/")[2] in {t["task_id"] for t in mine["items"]}
    assert (await post(live, "allround", f"{path}/claim", "*")).status_code == 200


async def test_an_extension_is_asked_for_and_granted_by_another(live: Live) -> None:
    case, _path = await free_task(live)
    await live.complete("acceptor", case, decision="accept")
    await live.stage_is(case, "under_review")
    before = (await live.shown(case))["clocks"][0]
    path = f"/api/v1/cases/{live.number(case)}/extensions"
    body = {"clock": before["key"], "reason": "需要核实住所"}
    assert (await post(live, "reviewer", path, None, body)).status_code == 200
    twice = await post(live, "reviewer", path, None, body)
    assert (twice.status_code, twice.json()["code"]) == (409, "extension_not_possible")
    unknown = await post(live, "reviewer", path, None, body | {"clock": "R01#9"})
    assert (unknown.status_code, unknown.json()["code"]) == (409, "clock_closed")
    await live.complete("registry_head", case, task="kernel.extension", decision="approve",
                        reason="需要核实住所")  # fmt: skip
    after = (await live.shown(case))["clocks"][0]
    assert after["extended"] is True
    assert after["legal_end"] > before["legal_end"]
    listed = await live.task("reviewer", case, "approval.review")
    assert listed["due_at"] == after["ends_at"]


async def test_the_list_is_ordered_filtered_and_paged(live: Live) -> None:
    cases = [(await free_task(live))[0] for _ in range(3)]
    seen: list[dict[str, Any]] = []
    cursor = ""
    while True:
        found = await live.get("acceptor", f"/api/v1/tasks?limit=2{cursor}")
        seen += found["items"]
        if not found["next_cursor"]:
            break
        cursor = f"&cursor={found['next_cursor']}"
    keys = [(t["due_at"] or "9999", t["task_id"]) for t in seen]
    assert keys == sorted(keys)
    assert {live.ident(c) for c in cases} <= {t["case_id"] for t in seen}
    one = await live.get("acceptor", f"/api/v1/tasks?q={live.number(cases[0])}")
    assert [t["case_id"] for t in one["items"]] == [live.ident(cases[0])]
    for bad in ("cursor=nonsense", "due_before=0001-01-01T00:00:00%2B14:00", "limit=1000"):
        answer = await live.cast.call("acceptor", "GET", f"/api/v1/tasks?{bad}")
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input"), bad
    assert (await live.cast.call("applicant", "GET", "/api/v1/tasks")).status_code == 403
