"""Guessing passwords: counted, refused in time, and never told whether a name exists."""

import statistics
import time

import httpx
from sqlalchemy import text

from api.security.settings import Limits
from tests.api.conftest import PASSWORD, Database, People, client_of, csrf_of
from tests.api.surface_app import GENEROUS, build, settings_for

# Where the test's client connects from.
PROXY = ("127.0.0.1",)
STRICT = Limits(
    failures_per_account_and_address="3 per 10 minutes",
    failures_per_account="6 per hour",
    attempts_per_address="1000 per minute",
    attempts_overall="1000 per minute",
)


async def attempt(
    client: httpx.AsyncClient, name: str, password: str, address: str = "203.0.113.1"
) -> httpx.Response:
    return await client.post(
        "/api/v1/sessions",
        json={"sign_in": name, "password": password},
        headers={"x-forwarded-for": address},
    )


async def test_the_fourth_wrong_guess_is_refused_even_with_the_right_password(
    database: Database, people: People
) -> None:
    app = build(database, settings_for(limits=STRICT, trusted_proxies=PROXY))
    async with client_of(app) as client:
        for _ in range(3):
            assert (await attempt(client, "zhouxiaolan", "wrong")).status_code == 401
        refused = await attempt(client, "zhouxiaolan", PASSWORD)
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) == 600
        assert refused.json()["code"] == "too_many_requests"
        # Another person and another place are not punished for it.
        assert (await attempt(client, "liguodong", PASSWORD)).status_code == 201
        assert (await attempt(client, "zhouxiaolan", PASSWORD, "198.51.100.7")).status_code == 201


async def test_an_unknown_name_is_limited_like_a_known_one(
    database: Database, people: People
) -> None:
    app = build(database, settings_for(limits=STRICT, trusted_proxies=PROXY))
    async with client_of(app) as client:
        for name in ("zhouxiaolan", "nobody"):
            statuses = [(await attempt(client, name, "wrong")).status_code for _ in range(4)]
            assert statuses == [401, 401, 401, 429], name


async def test_guesses_from_everywhere_close_the_account_but_not_to_its_usual_place(
    database: Database, people: People
) -> None:
    app = build(database, settings_for(limits=STRICT, trusted_proxies=PROXY))
    async with client_of(app) as client:
        assert (await attempt(client, "zhouxiaolan", PASSWORD, "192.0.2.1")).status_code == 201
        for n in range(6):
            address = f"203.0.113.{n}"
            assert (await attempt(client, "zhouxiaolan", "no", address)).status_code == 401
        assert (await attempt(client, "zhouxiaolan", "no", "203.0.113.99")).status_code == 429
        assert (await attempt(client, "zhouxiaolan", PASSWORD, "192.0.2.1")).status_code == 201


async def test_forged_forwarding_headers_do_not_change_the_address(
    database: Database, people: People
) -> None:
    app = build(database, settings_for(limits=STRICT))
    async with client_of(app) as client:
        statuses = [
            (await attempt(client, "zhouxiaolan", "no", f"203.0.113.{n}")).status_code
            for n in range(4)
        ]
        assert statuses[-1] == 429
    app = build(database, settings_for(limits=STRICT, trusted_proxies=PROXY))
    async with client_of(app) as client:
        statuses = [
            (await attempt(client, "liguodong", "no", f"10.0.0.{n}, 203.0.113.1")).status_code
            for n in range(4)
        ]
        assert statuses[-1] == 429


async def test_only_a_trusted_proxy_may_say_who_asks(database: Database, people: People) -> None:
    app = build(database, settings_for(limits=GENEROUS, trusted_proxies=(*PROXY, "10.1.0.0/16")))

    async def seen(direct: str, forwarded: str) -> str:
        transport = httpx.ASGITransport(app=app, client=(direct, 5000))
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            assert (await attempt(client, "liguodong", PASSWORD, forwarded)).status_code == 201
        async with database() as db:
            newest = await db.execute(
                text("SELECT address FROM sign_ins ORDER BY at DESC, id LIMIT 1")
            )
            return str(newest.scalar_one())

    # Past us, straight to the site: the header is the client's own.
    assert await seen("198.51.100.9", "203.0.113.1") == "198.51.100.9"
    # Two of our proxies in a row, and what the client wrote before them.
    assert await seen("127.0.0.1", "192.0.2.77, 203.0.113.1, 10.1.2.3") == "203.0.113.1"
    # A stranger's proxy is no proxy of ours.
    assert await seen("127.0.0.1", "203.0.113.1, 10.2.0.1") == "10.2.0.1"
    assert await seen("127.0.0.1", "2001:db8::7") == "2001:db8::7"
    assert await seen("127.0.0.1", "x" * 300) == "x" * 45


async def test_https_is_believed_from_a_trusted_proxy_alone(
    database: Database, people: People
) -> None:
    settings = settings_for("production", origin="https://ban.example", trusted_proxies=PROXY)
    app = build(database, settings)
    for direct, status in (("127.0.0.1", 200), ("198.51.100.9", 400)):
        transport = httpx.ASGITransport(app=app, client=(direct, 5000))
        async with httpx.AsyncClient(transport=transport, base_url="http://ban.example") as client:
            page = await client.get("/sign-in", headers={"x-forwarded-proto": "https"})
            assert page.status_code == status


async def test_one_address_and_all_together_are_bounded(database: Database, people: People) -> None:
    for limits in (
        Limits("1000/minute", "1000/minute", "2/minute", "1000/minute"),
        Limits("1000/minute", "1000/minute", "1000/minute", "2/minute"),
    ):
        async with client_of(build(database, settings_for(limits=limits))) as client:
            names = ("zhouxiaolan", "liguodong", "wangheng")
            statuses = [(await attempt(client, n, PASSWORD)).status_code for n in names]
            assert statuses == [201, 201, 429]


async def test_unknown_name_wrong_password_and_closed_account_answer_alike(
    database: Database, people: People
) -> None:
    from storage import accounts

    async with database.begin() as db:
        await accounts.set_disabled(db, people["wangheng"], True)
    app = build(database, settings_for(limits=GENEROUS))
    async with client_of(app) as client:
        answers = []
        for name, password in (
            ("zhouxiaolan", "wrong"),
            ("nobody", PASSWORD),
            ("wangheng", PASSWORD),
        ):
            answer = await attempt(client, name, password)
            document = answer.json()
            assert document.pop("request_id")
            answers.append((answer.status_code, document, sorted(answer.headers)))
        assert answers[0] == answers[1] == answers[2]
        pages = []
        for name in ("zhouxiaolan", "nobody", "wangheng"):
            page = await client.get("/sign-in")
            form = {"csrf_token": csrf_of(page), "sign_in": name, "password": "wrong"}
            answer = await client.post("/sign-in", data=form)
            assert answer.status_code == 422
            token = csrf_of(answer)
            # The form shows what was typed and a fresh token; nothing else differs.
            said = answer.text.replace(token, "").replace(f'value="{name}"', "")
            request_id = answer.headers["x-request-id"]
            pages.append(
                "\n".join(
                    x for x in said.replace(request_id, "").splitlines() if "数据时间" not in x
                )
            )
        assert pages[0] == pages[1] == pages[2]


async def test_the_answer_takes_as_long_for_nobody_as_for_somebody(
    database: Database, people: People
) -> None:
    app = build(database, settings_for(limits=GENEROUS))
    took: dict[str, list[float]] = {"zhouxiaolan": [], "nobody": []}
    async with client_of(app) as client:
        for _ in range(12):
            for name, times in took.items():
                begun = time.perf_counter()
                await attempt(client, name, "wrong")
                times.append(time.perf_counter() - begun)
    known, unknown = (statistics.median(times) for times in took.values())
    # The hash alone takes more than ten milliseconds: leaving it out would be seen at once.
    assert 0.5 < known / unknown < 2
    assert unknown > 0.005


async def test_attempts_are_kept_for_the_person_to_see(database: Database, people: People) -> None:
    app = build(database, settings_for(limits=GENEROUS, trusted_proxies=PROXY))
    async with client_of(app) as client:
        await attempt(client, "zhouxiaolan", "wrong", "203.0.113.5")
        await attempt(client, "zhouxiaolan", PASSWORD, "203.0.113.6")
    async with database() as db:
        rows = await db.execute(
            text("SELECT succeeded, kind, address FROM sign_ins ORDER BY succeeded")
        )
        assert [tuple(row) for row in rows] == [
            (False, "bearer", "203.0.113.5"),
            (True, "bearer", "203.0.113.6"),
        ]
