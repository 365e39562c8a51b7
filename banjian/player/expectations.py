"""What a step expects to be true after it: checked against the API's own answers."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text

from banjian.player.cast import Answered
from banjian.player.deeds import Play
from banjian.player.stage import Stage, instant

PATIENCE = 20.0


async def check(
    stage: Stage, play: Play, case: str, wanted: Mapping[str, Any], refused: Answered | None
) -> list[str]:
    """Every expectation that fails, in words; empty when all hold. Waits for what is on its way."""
    rest = dict(wanted)
    failures: list[str] = []
    if "refused" in rest:
        expected = rest.pop("refused")
        got = refused.code if refused else None
        if got != expected:
            failures.append(f"refused: expected {expected}, got {got} ({refused or 'accepted'})")
    elif refused is not None:
        failures.append(f"refused unexpectedly: {refused}")
    if not rest or case not in play.cases:
        return failures

    waited = 0.0
    while True:
        found = await differences(stage, play, case, rest)
        if not found or waited >= PATIENCE:
            return failures + found
        await asyncio.sleep(0.1)
        waited += 0.1
        if stage.offset:
            await stage.upkeep()


async def differences(stage: Stage, play: Play, case: str, wanted: Mapping[str, Any]) -> list[str]:
    owner, number = play.cases[case]["owner"], play.number(case)
    ident = play.cases[case]["id"]
    shown = await play.cast.ask(owner, "GET", f"/api/v1/cases/{number}")
    out: list[str] = []
    for name, value in wanted.items():
        match name:
            case "stage":
                if shown["stage"] != value:
                    out.append(f"stage: expected {value}, got {shown['stage']}")
            case "clocks":
                out += _clocks(shown["clocks"], value)
            case "documents":
                out += await _documents(stage, ident, value)
            case "messages":
                out += await _messages(stage, ident, value)
            case "events":
                out += await _events(stage, ident, value)
            case "licence":
                out += await _licence(play, owner, shown["numbers"].get("licence"), value)
            case "facts":
                out += await _facts(stage, ident, value)
            case "liquidation":
                out += _liquidation(shown.get("decision", {}).get("liquidation") or {}, value)
            case "listings":
                out += await _listings(stage, shown["numbers"]["uscc"], value)
            case "devices":
                out += await _devices(stage, value)
            case "duties":
                out += await _duties(stage, value)
            case "name_check":
                out += _name_check(shown.get("decision", {}).get("check") or {}, value)
            case "items" | "may_trade" | "parts" | "opening_time" | "hosted" | "related":
                found = await play.cast.ask(owner, "GET", f"/api/v1/cases/{number}/related")
                out += _related(found, name, value)
            case "notices" | "objections":
                path = f"/api/v1/cases/{number}/{name}"
                found = (await play.cast.ask(owner, "GET", path))["items"]
                out += _notices(found, value) if name == "notices" else _objections(found, value)
            case "promises":
                found = await play.cast.ask(owner, "GET", f"/api/v1/cases/{number}/promises")
                out += _promises(found["items"], value)
            case "public_status":
                if value not in str(shown["waiting_for"]) + str(shown.get("status_text", "")):
                    out.append(f"public_status: {value!r} not in {shown['waiting_for']!r}")
            case "number_matches":
                if value not in str(shown):
                    out.append(f"{value!r} is not shown")
            case _:
                out.append(f"unknown expectation: {name}")
    return out


def _clocks(shown: list[dict[str, Any]], wanted: Mapping[str, Mapping[str, Any]]) -> list[str]:
    out: list[str] = []
    for clock_id, values in wanted.items():
        known = [c for c in shown if c["clock_id"] == clock_id or c["key"] == clock_id]
        if not known:
            out.append(f"clock {clock_id} does not run")
            continue
        for key, value in values.items():
            got = known[-1].get(key)
            if str(got) != str(value):
                out.append(f"clock {clock_id} {key}: expected {value}, got {got}")
    return out


def _notices(shown: list[dict[str, Any]], wanted: Mapping[str, str]) -> list[str]:
    """How the newest notice of each kind stands: `running`, or how it ended."""
    have = {n["kind"]: n["outcome"] or "running" for n in reversed(shown)}
    return [
        f"notice {kind}: expected {value}, got {have.get(kind)}"
        for kind, value in wanted.items()
        if have.get(kind) != value
    ]


def _objections(shown: list[dict[str, Any]], wanted: list[str]) -> list[str]:
    """The states of all objections and claims, in the order of their receipt."""
    have = [said["state"] for said in shown]
    return [] if have == wanted else [f"objections: expected {wanted}, got {have}"]


def _related(found: Mapping[str, Any], what: str, wanted: Mapping[str, Any]) -> list[str]:
    """How each named licence item, part, hosted enterprise or related case stands, whether one may trade in an item now,
    or the plan's figure."""
    have: Mapping[str, Any] = {
        "items": {line["item"]: line["standing"] for line in found["licences"]},
        "may_trade": {line["item"]: line["may_trade"] for line in found["licences"]},
        "parts": {line["part"]: line["standing"] for line in found["parts"]},
        "opening_time": found["opening_time"] or {},
        "hosted": {line["name"]: line["standing"] for line in found["hosted"]},
        "related": {line["item"]: line["state"] for line in found["items"] if not line["parent"]},
    }[what]
    return [
        f"{what} {key}: expected {value}, got {have.get(key)}"
        for key, value in wanted.items()
        if have.get(key) != value
    ]


def _liquidation(shown: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[str]:
    """Which steps are `open` or `done`, which `breaches` (by clock) are on record, whether tax has `cleared`."""
    have = {
        "open": list(shown.get("open", [])),
        "done": [told["step"] for told in shown.get("done", [])],
        "breaches": [told["clock_id"] for told in shown.get("breaches", [])],
        "cleared": (shown.get("tax") or {}).get("cleared"),
    }
    return [
        f"liquidation {key}: expected {value}, got {have.get(key)}"
        for key, value in wanted.items()
        if have.get(key) != value
    ]


def _promises(shown: list[dict[str, Any]], wanted: Mapping[str, Any]) -> list[str]:
    """Of each named document its state, or any fields of the promise."""
    out: list[str] = []
    for part, values in wanted.items():
        have = next((p for p in shown if p["part"] == part), {})
        values = values if isinstance(values, Mapping) else {"state": values}
        out += [
            f"promise {part} {key}: expected {value}, got {have.get(key)}"
            for key, value in values.items()
            if str(have.get(key)) != str(value)
        ]
    return out


def _name_check(shown: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[str]:
    """`outcome`, and which `rules` were met by the name itself or against which `names` of others."""
    met = [*shown.get("findings", []), *shown.get("collisions", [])]
    have = {
        "outcome": shown.get("outcome"),
        "rules": [each["rule"] for each in met],
        "names": [each["name"] for each in shown.get("collisions", [])],
    }
    return [
        f"name_check {key}: expected {value}, got {have.get(key)}"
        for key, value in wanted.items()
        if have.get(key) != value
    ]


async def _documents(stage: Stage, ident: str, wanted: list[str]) -> list[str]:
    async with stage.core.engine.connect() as connection:
        rows = await connection.execute(
            text("SELECT kind FROM documents WHERE case_id = CAST(:c AS uuid)"), {"c": ident}
        )
        have = [r.kind for r in rows]
    return [f"document {kind} was not issued (have {have})" for kind in wanted if kind not in have]


async def _licence(play: Play, owner: str, number: str | None, wanted: str) -> list[str]:
    """What the public check says of the case's licence; `none` where it issued none yet."""
    state = "none"
    if number is not None:
        said = await play.cast.call(owner, "GET", f"/api/v1/certificates/{number}/verification")
        state = said.json()["state"] if said.status_code == 200 else "none"
    return [] if state == wanted else [f"licence {number}: expected {wanted}, got {state}"]


async def _facts(stage: Stage, ident: str, wanted: Mapping[str, str]) -> list[str]:
    """The state of each named fact; `none` where it is not there."""
    async with stage.core.engine.connect() as connection:
        found = await connection.execute(
            text("SELECT facts FROM cases WHERE case_id = CAST(:c AS uuid)"), {"c": ident}
        )
        have = {f["code"]: f["state"] for f in found.scalar_one()}
    return [
        f"fact {code}: expected {state}, got {have.get(code, 'none')}"
        for code, state in wanted.items()
        if have.get(code, "none") != state
    ]


async def _listings(stage: Stage, uscc: str, wanted: Mapping[str, Sequence[str]]) -> list[str]:
    """On which grounds the case's entity stands at NECIPS now, by list: `abnormal`, `serious`, `penalty`."""
    async with stage.core.engine.connect() as connection:
        rows = await connection.execute(
            text(
                "SELECT kind, ground FROM twins.list_entries"
                " WHERE uscc = :uscc AND removed_at IS NULL ORDER BY number"
            ),
            {"uscc": uscc},
        )
        found = rows.all()
    have = {kind: [r.ground for r in found if r.kind == kind] for kind in wanted}
    return [
        f"listings {kind}: expected {list(grounds)}, got {have[kind]}"
        for kind, grounds in wanted.items()
        if have[kind] != list(grounds)
    ]


async def _devices(stage: Stage, wanted: Mapping[str, Any]) -> list[str]:
    """How each device stands in our own register: its state (`none` where it is not there), or any of its fields; and whether
    the platform says that its use is prohibited."""
    async with stage.core.engine.connect() as connection:
        rows = await connection.execute(text("SELECT * FROM devices"))
        ours = {row["code"]: row for row in rows.mappings()}
        told = await connection.execute(text("SELECT code, use_prohibited FROM twins.devices"))
        have = {
            row.code: {
                **ours.get(row.code, {"state": "none"}),
                "use_prohibited": row.use_prohibited,
            }
            for row in told
        }
    out: list[str] = []
    for code, values in wanted.items():
        fields = values if isinstance(values, Mapping) else {"state": values}
        found = have.get(str(code)) or ours.get(str(code)) or {"state": "none"}
        out += [
            f"device {code} {key}: expected {value}, got {found.get(key)}"
            for key, value in fields.items()
            if str(found.get(key)) != str(value)
        ]
    return out


async def _duties(stage: Stage, wanted: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Of each device or unit, how its recurring duties stand: `resting`, `open`, `ended`; `none` where it has none."""
    async with stage.core.engine.connect() as connection:
        rows = await connection.execute(text("SELECT subject, procedure, state FROM obligations"))
        have = {(row.subject, row.procedure): row.state for row in rows}
    return [
        f"duty {procedure} of {subject}: expected {state}, got {have.get((str(subject), procedure), 'none')}"
        for subject, duties in wanted.items()
        for procedure, state in duties.items()
        if have.get((str(subject), procedure), "none") != state
    ]


async def _messages(stage: Stage, ident: str, wanted: list[Mapping[str, Any]]) -> list[str]:
    """Each wanted message is there exactly once, at its instant, for its recipient."""
    async with stage.core.engine.connect() as connection:
        rows = (
            await connection.execute(
                text("SELECT recipient, kind, at FROM messages WHERE case_id = CAST(:c AS uuid)"),
                {"c": ident},
            )
        ).all()
    out: list[str] = []
    for message in wanted:
        same = [
            r
            for r in rows
            if r.kind == message["kind"]
            and ("to" not in message or r.recipient.startswith(str(message["to"])))
            and ("at" not in message or r.at == instant(message["at"]))
        ]
        count = int(message.get("times", 1))
        if len(same) != count:
            have = [(r.recipient, r.kind, r.at.isoformat()) for r in rows]
            out.append(f"message {dict(message)}: expected {count}, got {len(same)} of {have}")
    return out


async def _events(stage: Stage, ident: str, wanted: Mapping[str, int]) -> list[str]:
    async with stage.core.engine.connect() as connection:
        rows = await connection.execute(
            text(
                "SELECT kind, count(*) AS n FROM case_events"
                " WHERE case_id = CAST(:c AS uuid) GROUP BY kind"
            ),
            {"c": ident},
        )
        have = {r.kind: r.n for r in rows}
    return [
        f"event {kind}: expected {n}, got {have.get(kind, 0)}"
        for kind, n in wanted.items()
        if have.get(kind, 0) != n
    ]
