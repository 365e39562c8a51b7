"""Deadline calculations over REST: each counted day with its reason, typed refusals, health, streams."""

import asyncio
import json

import httpx
import pytest

from tests.api.case_stage import Live, live

__all__ = ["live"]
PATH = "/api/v1/deadline-calculations"
# Refusals of what the law fixes: they name the article.
NAMING = {"length-not-allowed", "extension-not-allowed", "ground-not-allowed", "suspension-outside"}


async def ask(live: Live, **body: object) -> httpx.Response:
    return await live.on.http.post(PATH, json=body)


async def test_a_registration_of_23_september_2026_ends_on_the_29th(live: Live) -> None:
    answer = await ask(live, clock="R01", trigger="2026-09-23T10:02:37+08:00")
    assert answer.status_code == 200
    found = answer.json()
    assert (found["raw_end"], found["legal_end"]) == ("2026-09-29", "2026-09-29")
    assert found["ends_at"] == "2026-09-30T00:00:00+08:00"
    days = [(d["date"], d["kind"], d["number"]) for d in found["days"]]
    assert days == [
        ("2026-09-23", "start", None),
        ("2026-09-24", "counted", 1),
        ("2026-09-25", "off", None),
        ("2026-09-26", "off", None),
        ("2026-09-27", "off", None),
        ("2026-09-28", "counted", 2),
        ("2026-09-29", "counted", 3),
    ]
    assert found["days"][2]["source"] == "国办发明电〔2025〕7号"
    extended = await ask(live, clock="R01", trigger="2026-09-23", extended=1)
    assert extended.json()["legal_end"] == "2026-10-09"
    far = await ask(live, clock="R01", trigger="2031-09-23")
    assert far.json()["provisional"] is True


@pytest.mark.parametrize(
    ("body", "reason", "pointer"),
    [
        ({"clock": "X99", "trigger": "2026-09-23"}, "unknown-clock", "/clock"),
        ({"clock": "R01", "trigger": "2026-09-23", "length": 9}, "length-not-allowed", "/length"),
        ({"clock": "R01", "trigger": "1800-01-01"}, "trigger-invalid", "/trigger"),
        ({"clock": "R01", "trigger": "2201-01-01"}, "trigger-invalid", "/trigger"),
        ({"clock": "D01", "trigger": "2026-09-23", "extended": 1}, "extension-not-allowed", "/extended"),
        (
            {"clock": "G02", "trigger": "2026-09-23",
             "suspensions": [{"from": "2026-12-01", "to": "2026-12-03", "ground": "hearing"}]},
            "suspension-outside",
            "/suspensions",
        ),
        (
            {"clock": "G02", "trigger": "2026-09-23",
             "suspensions": [{"from": "2026-09-01", "to": "2026-09-23", "ground": "hearing"}]},
            "suspension-outside",
            "/suspensions",
        ),
        (
            {"clock": "G02", "trigger": "2026-09-23",
             "suspensions": [{"from": "2026-09-28", "to": "2026-09-24", "ground": "hearing"}]},
            "suspension-invalid",
            "/suspensions",
        ),
        (
            {"clock": "G02", "trigger": "2026-09-23",
             "suspensions": [{"from": "2026-09-28", "ground": "holiday"}]},
            "ground-not-allowed",
            "/suspensions",
        ),
        ({"clock": "R01", "trigger": "2026-09-23", "extended": 2}, "extension-not-allowed", "/extended"),
        (
            {
                "clock": "R01",
                "trigger": "2026-09-23",
                "suspensions": [{"from": "2026-09-24", "ground": "hearing"}],
            },
            "ground-not-allowed",
            "/suspensions",
        ),
    ],
)  # fmt: skip
async def test_what_the_arithmetic_refuses_is_typed(
    live: Live, body: dict[str, object], reason: str, pointer: str
) -> None:
    answer = await live.on.http.post(PATH, json=body)
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["reason"]) == (
        422,
        "invalid_input",
        reason,
    )
    assert problem["errors"][0]["pointer"] == pointer
    if reason in NAMING:
        assert problem["article"] in problem["detail"]


@pytest.mark.parametrize("day", ["2026-02-30", "2026-13-01", "20260923", "1790150400", "yesterday"])
async def test_a_day_that_cannot_be_is_refused_where_it_stands(live: Live, day: str) -> None:
    for body in (
        {"clock": "R01", "trigger": day},
        {
            "clock": "G02",
            "trigger": "2026-09-23",
            "suspensions": [{"from": day, "ground": "hearing"}],
        },
    ):
        answer = await live.on.http.post(PATH, json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
        assert answer.json()["errors"][0]["pointer"].startswith(("/trigger", "/suspensions/0/from"))


async def test_the_process_lives_and_is_ready(live: Live) -> None:
    assert (await live.on.http.get("/livez")).json() == {"status": "alive"}
    ready = (await live.on.http.get("/readyz")).json()
    assert (ready["status"], ready["now"][:10]) == ("ready", "2026-09-23")


async def test_a_stream_tells_events_from_where_the_reader_was(live: Live) -> None:
    case = await live.open()
    shown = await live.cast.until(
        "applicant",
        f"/api/v1/cases/{live.number(case)}",
        lambda c: c["revision"] >= 5,
    )
    await live.get("applicant", shown["timeline_url"])
    token = live.cast._tokens["applicant"]
    headers = {"Authorization": f"Bearer {token}", "Last-Event-ID": "1"}
    seen: list[dict[str, object]] = []

    async def read() -> None:
        async with live.on.http.stream("GET", shown["events_url"], headers=headers) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            async for line in answer.aiter_lines():
                if line.startswith("data: "):
                    seen.append(json.loads(line.removeprefix("data: ")))
                if len(seen) == 2:
                    return

    await asyncio.wait_for(read(), 15)
    assert all(int(str(event["revision"])) > 1 for event in seen)
    assert {event["kind"] for event in seen} & {"task_opened", "effect_requested"} == set()
    stranger = await live.cast.call("applicant2", "GET", shown["events_url"])
    assert stranger.status_code == 404
