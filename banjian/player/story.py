"""Plays dated scenarios (YAML) in skipped time and says where an expectation fails."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy import text

from banjian.name_library import fill_library
from banjian.player import (
    accident_deeds,
    bureau,
    calendar_deeds,
    credit_deeds,
    deregistration_deeds,
    desk_deeds,
    duty_deeds,
    field_deeds,
    hosting_deeds,
    inspection_deeds,
    licence_deeds,
    liquidation_deeds,
    notice_deeds,
    tolerance_deeds,
)
from banjian.player.cast import Answered, Cast
from banjian.player.deeds import DEEDS, Deed, Play
from banjian.player.expectations import check
from banjian.player.stage import Stage, instant, stage
from law.strict_yaml import load_yaml

# Imported for its side effect: it declares acts.
DECLARED = (
    accident_deeds,
    calendar_deeds,
    credit_deeds,
    deregistration_deeds,
    desk_deeds,
    duty_deeds,
    hosting_deeds,
    field_deeds,
    inspection_deeds,
    licence_deeds,
    liquidation_deeds,
    notice_deeds,
    tolerance_deeds,
)

# Stories of one process give their people the same passwords.
_RING: bureau.Ring = {}


class ScenarioError(Exception):
    """The file is no scenario; the message names the step and the field."""


class StepSpec(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    at: AwareDatetime
    by: str
    do: str
    case: str = "case"
    procedure: str = ""
    with_: dict[str, Any] = Field(default_factory=dict, alias="with")
    expect: dict[str, Any] = Field(default_factory=dict)


class Scenario(BaseModel):
    """One case story. `data` holds YAML anchors for reuse and is not read."""

    model_config = ConfigDict(extra="forbid")

    scenario: str
    calendars: list[int] = Field(default_factory=list)
    data: Any = None
    world: dict[str, Any] = Field(default_factory=dict)
    bureau: dict[str, Any] = Field(default_factory=dict)
    steps: list[StepSpec] = Field(min_length=1)


@dataclass
class Played:
    """What came of a scenario."""

    name: str
    failures: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    cases: dict[str, dict[str, Any]] = field(default_factory=dict)
    # (procedure's workflow table, from, to) of every move that a case of the story made.
    moves: set[tuple[str, str, str]] = field(default_factory=set)

    @property
    def ok(self) -> bool:
        return not self.failures


def _plain(value: Any) -> Any:
    """YAML reads dates as dates; over the wire they are text."""
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    return value.isoformat() if isinstance(value, date) else value


def load(path: Path) -> Scenario:
    """Raises ScenarioError."""
    try:
        scenario = Scenario.model_validate(_plain(load_yaml(path)))
    except (ValueError, yaml.YAMLError) as error:
        raise ScenarioError(f"{path.name}: {error}") from error
    last = None
    for n, step in enumerate(scenario.steps, 1):
        if step.do not in DEEDS:
            raise ScenarioError(f"{path.name}: step {n}: unknown act {step.do!r}")
        at = instant(step.at)
        if last is not None and at < last:
            raise ScenarioError(f"{path.name}: step {n} lies before the step before it")
        last = at
    return scenario


async def play(
    scenario: Scenario, database_url: str, say: Callable[[str], None] = lambda _: None
) -> Played:
    """Play on a database of its own; every act goes through the HTTP API as its person."""
    async with stage(database_url, starts=instant(scenario.steps[0].at)) as on:
        return await play_on(on, scenario, say)


async def play_on(on: Stage, scenario: Scenario, say: Callable[[str], None]) -> Played:
    played = Played(scenario.scenario)
    passwords = await bureau.seed(on.core.engine, _RING)
    await _seed_world(on, scenario.world)
    acting = Play(Cast(on.http, passwords), on.twins)
    played.cases = acting.cases

    def line(words: str) -> None:
        played.lines.append(words)
        say(words)

    for n, step in enumerate(scenario.steps, 1):
        at = instant(step.at)
        await on.advance(at)
        refused: Answered | None = None
        try:
            acting.last = (
                await DEEDS[step.do](acting, Deed(step.by, step.case, step.with_, step.procedure))
                or {}
            )
        except Answered as answered:
            refused = answered
        await on.upkeep()
        failed = await check(on, acting, step.case, step.expect, refused)
        mark = "✗" if failed else "✓"
        said = f"（{refused.problem.get('detail', refused.code)}）" if refused else ""
        line(f"{mark} {at:%Y-%m-%d %H:%M}  {step.by:<14} {step.do}{said}")
        for failure in failed:
            played.failures.append(f"step {n} ({step.do} by {step.by}): {failure}")
            line(f"    {failure}")
    played.moves = await _moves(on)
    return played


async def _moves(on: Stage) -> set[tuple[str, str, str]]:
    async with on.core.engine.connect() as connection:
        rows = (await connection.execute(text("SELECT procedure, passed FROM cases"))).all()
    return {
        (row.procedure, a["stage"], b["stage"])
        for row in rows
        for a, b in zip(row.passed, row.passed[1:], strict=False)
    }


async def _seed_world(on: Stage, world: Mapping[str, Any]) -> None:
    if not world:
        return
    answer = await on.twins.post("/admin/world", json=dict(world))
    if answer.status_code >= 400:
        raise ScenarioError(f"world: {answer.text[:500]}")
    # What the register holds, the library of names knows.
    await fill_library(on.core.engine, world.get("enterprises", []))
