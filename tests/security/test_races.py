"""Two at once: one wins, everybody else gets a typed answer, and the story has it once."""

import asyncio
import uuid
from collections import Counter
from typing import Any

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from api.security import passwords
from domain.roles import Role
from storage import accounts
from tests.security.ground import Ground
from tests.security.refusals import claimed, refused

CLERKS = 50


async def hand_in(live: Ground, draft: str, key: str, by: str = "applicant") -> httpx.Response:
    return await live.cast.call(
        by,
        "POST",
        f"/api/v1/applications/{draft}/submissions",
        key=key,
        json={"declaration": True},
    )


async def test_fifty_submits_with_one_key_are_one_receipt(live: Ground) -> None:
    draft, key = await live.draft(), str(uuid.uuid4())
    answers = await asyncio.gather(*(hand_in(live, draft, key) for _ in range(50)))
    codes = Counter(a.status_code for a in answers)
    assert set(codes) <= {202, 409}, codes
    assert codes[202] >= 1
    for answer in answers:
        if answer.status_code == 409:
            assert refused(answer, 409)["code"] == "request_in_progress"
            assert int(answer.headers["retry-after"]) >= 1
    again = await hand_in(live, draft, key)
    assert again.headers["idempotency-replayed"] == "true"
    assert {a.json()["receipt_no"] for a in [*answers, again] if a.status_code == 202} == {
        again.json()["receipt_no"]
    }
    await live.cast.until(
        "acceptor", f"/api/v1/tasks?case={draft}", lambda found: len(found["items"]) == 1
    )
    rows = await live.rows(
        "SELECT (SELECT count(*) FROM acts WHERE case_id = CAST(:d AS uuid)) AS acts,"
        " (SELECT count(*) FROM submissions WHERE case_id = CAST(:d AS uuid)) AS versions,"
        " (SELECT count(*) FROM numbers WHERE case_id = CAST(:d AS uuid) AND kind = 'receipt') AS numbers,"
        " (SELECT count(*) FROM case_events WHERE case_id = CAST(:d AS uuid) AND kind = 'submitted') AS told",
        d=draft,
    )
    assert tuple(rows[0]) == (1, 1, 1, 1)


async def test_fifty_submits_with_keys_of_their_own_are_one_receipt(live: Ground) -> None:
    draft = await live.draft()
    answers = await asyncio.gather(*(hand_in(live, draft, str(uuid.uuid4())) for _ in range(50)))
    won = [a for a in answers if a.status_code == 202]
    assert len(won) == 1, Counter(a.status_code for a in answers)
    for answer in answers:
        if answer is not won[0]:
            problem = refused(answer, 409, 412)
            assert problem["code"] in {"conflict", "not_accepted_now", "stale"}
    before = await live.snapshot()
    late = await hand_in(live, draft, str(uuid.uuid4()))
    problem = refused(late, 409)
    assert problem["code"] == "conflict"
    assert problem["receipt_url"].endswith(f"/applications/{draft}/receipt")
    assert await live.snapshot() == before


async def test_one_key_with_another_body_or_address_is_refused(live: Ground) -> None:
    first, second, key = await live.draft(), await live.draft(), str(uuid.uuid4())
    assert (await hand_in(live, first, key)).status_code == 202
    before = await live.snapshot()
    assert refused(await hand_in(live, second, key))["code"] == "idempotency_key_reused"
    other = await live.cast.call(
        "applicant",
        "POST",
        f"/api/v1/applications/{first}/submissions",
        key=key,
        json={"declaration": True, "force_incomplete": True},
    )
    assert refused(other)["code"] == "idempotency_key_reused"
    # Another person's key of the same spelling is another key: it neither hits nor reveals.
    foreign = await hand_in(live, first, key, by="applicant2")
    assert refused(foreign, 404)["code"] == "not_found"
    for wrong in ("short", "x" * 129, "white space", "schlüssel-12345"):
        headers = {"Idempotency-Key": wrong.encode()}
        answer = await live.cast.call(
            "applicant", "POST", f"/api/v1/applications/{second}/submissions",
            json={"declaration": True}, headers=headers,
        )  # fmt: skip
        refused(answer)
    assert await live.snapshot() == before


async def clerks(live: Ground) -> list[str]:
    """Fifty acceptors of the office; they share a password, so that it is hashed once."""
    password = "五十位受理人员的密码 long"
    hashed = await passwords.hashed(password)
    names = [f"clerk{n:02}" for n in range(CLERKS)]
    async with AsyncSession(live.on.core.engine) as session:
        for name in names:
            await accounts.create_account(
                session,
                sign_in=name,
                display_name=f"受理员{name[-2:]}",
                password_hash=hashed,
                roles=frozenset({Role.ACCEPTOR}),
                office="421303",
            )
        await session.commit()
    live.passwords.update(dict.fromkeys(names, password))
    # Signed in beforehand, a few at a time: the race is about the claim, not about argon2.
    for n in range(0, CLERKS, 5):
        await asyncio.gather(*(live.get(w, "/api/v1/sessions/current") for w in names[n : n + 5]))
    return names


async def test_of_fifty_clerks_one_claims(live: Ground) -> None:
    case = await live.submitted()
    task = (await live.task("acceptor", case))["task_id"]
    path = f"/api/v1/tasks/{task}"
    names = await clerks(live)
    etag = (await live.cast.call(names[0], "GET", path)).headers["etag"]
    answers = await asyncio.gather(
        *(live.cast.call(who, "POST", f"{path}/claim", headers={"If-Match": etag}) for who in names)
    )
    won = [n for n, a in zip(names, answers, strict=True) if a.status_code == 200]
    assert len(won) == 1
    holder = f"受理员{won[0][-2:]}"
    for answer in answers:
        if answer.status_code != 200:
            problem = refused(answer, 409, 412)
            if problem["code"] == "not_your_task":
                assert problem["holder"] == holder
                assert problem["current"]["stage"] == "submitted"
            else:
                assert problem["code"] == "stale"
                assert answer.headers["etag"] != etag
    rows = await live.rows(
        "SELECT t.claim_version, t.claimed_name, count(l.*) AS logged"
        " FROM tasks t JOIN claim_log l USING (task_id) WHERE t.task_id = :t"
        " GROUP BY t.claim_version, t.claimed_name",
        t=task,
    )
    assert tuple(rows[0]) == (1, holder, 1)
    # And none of those who lost completes it.
    loser = next(n for n in names if n not in won)
    answer = await live.cast.call(
        loser, "POST", f"{path}/complete", json={"decision": "accept"}, headers={"If-Match": "*"}
    )
    assert refused(answer, 409)["code"] == "not_your_task"


async def one_of_two(live: Ground, lead: float) -> tuple[str, str]:
    """The acceptor refuses to accept while the applicant withdraws: (winner, outcome of the case)."""
    case = await live.submitted()
    path, etag = await claimed(live, "acceptor", case)

    async def decide() -> httpx.Response:
        await asyncio.sleep(max(0.0, lead))
        return await live.cast.call(
            "acceptor", "POST", f"{path}/complete",
            json={"decision": "not_accept", "reasons": "依法不属于本机关管辖"},
            headers={"If-Match": etag},
        )  # fmt: skip

    async def withdraw() -> httpx.Response:
        await asyncio.sleep(max(0.0, -lead))
        return await live.cast.call(
            "applicant", "POST", f"/api/v1/cases/{live.number(case)}/withdrawals",
            json={"reason": "暂不开办"},
        )  # fmt: skip

    decided, withdrawn = await asyncio.gather(decide(), withdraw())
    return await _checked(live, case, decided, withdrawn, "not_accepted")


async def _checked(
    live: Ground, case: str, decided: httpx.Response, withdrawn: httpx.Response, good: str
) -> tuple[str, str]:
    both: dict[str, httpx.Response] = {"decided": decided, "withdrawn": withdrawn}
    won = [who for who, answer in both.items() if answer.status_code in (200, 202)]
    assert len(won) == 1, {who: (a.status_code, a.text[:300]) for who, a in both.items()}
    (lost,) = [answer for who, answer in both.items() if who not in won]
    problem = refused(lost, 409)
    assert problem["code"] in {"not_accepted_now", "case_closed", "task_done", "claim_lost"}, (
        problem
    )
    shown: dict[str, Any] = await live.cast.until(
        "applicant", f"/api/v1/cases/{live.number(case)}", lambda c: c["closed_at"]
    )
    assert shown["stage"] == (good if won == ["decided"] else "withdrawn")
    # The loser's answer says what is true now.
    assert problem["current"]["stage"] in {shown["stage"], "submitted", "issuing", "archiving"}
    kinds = await live.rows(
        "SELECT kind, count(*) AS n FROM case_events WHERE case_id = CAST(:c AS uuid)"
        " AND kind IN ('withdrawn', 'task_completed', 'closed') GROUP BY kind",
        c=live.ident(case),
    )
    found = {r.kind: r.n for r in kinds}
    assert found["closed"] == 1
    assert ("withdrawn" in found) != ("task_completed" in found), found
    return won[0], shown["stage"]


async def test_deciding_against_withdrawing_has_one_winner(live: Ground) -> None:
    leads = [n / 1000 for n in (-12, -4, 0, 0, 0, 4, 12, 40)]
    winners = Counter([(await one_of_two(live, lead))[0] for lead in leads])
    assert winners.total() == len(leads)


@pytest.mark.long
@pytest.mark.timeout(3600)
async def test_two_hundred_rounds_of_deciding_against_withdrawing(live: Ground) -> None:
    winners: Counter[str] = Counter()
    for n in range(200):
        winner, _stage = await one_of_two(live, (n % 21 - 10) / 1000)
        winners[winner] += 1
    assert min(winners["decided"], winners["withdrawn"]) >= 10, winners


@pytest.mark.slow
async def test_granting_against_withdrawing_has_one_winner(live: Ground) -> None:
    case = await live.deciding()
    path, etag = await claimed(live, "approver", case)
    decided, withdrawn = await asyncio.gather(
        live.cast.call(
            "approver", "POST", f"{path}/complete",
            json={"decision": "grant", "no_interest": True}, headers={"If-Match": etag},
        ),
        live.cast.call(
            "applicant", "POST", f"/api/v1/cases/{live.number(case)}/withdrawals",
            json={"reason": "暂不开办"},
        ),
    )  # fmt: skip
    both = {"decided": decided.status_code, "withdrawn": withdrawn.status_code}
    won = [who for who, status in both.items() if status in (200, 202)]
    assert len(won) == 1, (both, decided.text[:300], withdrawn.text[:300])
    lost = withdrawn if won == ["decided"] else decided
    refused(lost, 409)
    shown = await live.cast.until(
        "applicant", f"/api/v1/cases/{live.number(case)}", lambda c: c["closed_at"]
    )
    assert shown["stage"] == ("archived" if won == ["decided"] else "withdrawn")
    effects = await live.on.twins.get(
        "/admin/effects", params={"register": "market", "case_ref": live.ident(case)}
    )
    assert len(effects.json()) == (1 if won == ["decided"] else 0)
