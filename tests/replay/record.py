"""Plays stories and keeps the engine histories of their cases."""

import base64
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from sqlalchemy import text

from banjian.commands.play import scratch_database
from banjian.player.deeds import DEEDS, Deed, Do, Play
from banjian.player.stage import Stage, instant, stage
from banjian.player.story import Scenario, StepSpec, load, play_on
from domain import signing
from tests.replay import corpus
from tests.replay.corpus import MAX_BYTES, SUFFIX, Recorded

SCENARIOS = Path(__file__).parents[1] / "scenarios"
RECORD = "record_history"


class CannotRecord(Exception):
    """A story that fails or whose history does not replay is no evidence; the message says which."""


class Recorder:
    """Writes what a story's cases left in the engine; existing files are kept unless forced."""

    def __init__(self, stem: str, *, force: bool = False) -> None:
        self.stem = stem
        self.folder = corpus.FOLDER / stem
        self.force = force
        self.written: list[Path] = []
        self._seen: set[str] = set()

    def path(self, name: str) -> Path:
        return self.folder / f"{name}{SUFFIX}"

    def wanted(self, name: str) -> bool:
        return self.force or not self.path(name).exists()

    def kept(self, story: str) -> bool:
        """Whether the story was recorded before and must not be again."""
        return not self.force and any(self.folder.glob(f"{story}.*"))

    async def keep(
        self, on: Stage, case_id: UUID, scenario: str, name: str, *procedures: type
    ) -> None:
        """Every run of the case; each is replayed before it is written. Raises CannotRecord."""
        async with on.core.engine.connect() as connection:
            row = (
                await connection.execute(
                    text(
                        "SELECT procedure, stage, closed_at IS NOT NULL AS closed"
                        " FROM cases WHERE case_id = :c"
                    ),
                    {"c": case_id},
                )
            ).one()
            runs = (
                await connection.execute(
                    text(
                        "SELECT run_id FROM case_events WHERE case_id = :c"
                        " GROUP BY run_id ORDER BY min(revision)"
                    ),
                    {"c": case_id},
                )
            ).scalars()
        histories = list(runs)
        for n, run_id in enumerate(histories, 1):
            handle = on.client.get_workflow_handle(str(case_id), run_id=str(run_id))
            history = await handle.fetch_history()
            recorded = Recorded(
                procedure=row.procedure,
                scenario=scenario,
                stage=row.stage,
                closed=row.closed,
                case_id=case_id,
                data_key=base64.b64encode(await on.core.keys.get(case_id)).decode(),
                signers=_signers(),
                history=history.to_json_dict(),
            )
            await self._write(
                f"{name}.run{n}" if len(histories) > 1 else name, recorded, procedures
            )

    async def _write(self, name: str, recorded: Recorded, procedures: Sequence[type]) -> None:
        if not self.wanted(name):
            return
        failure = await corpus.replay(recorded, *procedures)
        if failure is not None:
            raise CannotRecord(f"{self.stem}/{name} does not replay: {failure}")
        packed = recorded.packed()
        if len(packed) > MAX_BYTES:
            raise CannotRecord(f"{self.stem}/{name} has {len(packed)} bytes: tell a shorter story")
        self.folder.mkdir(parents=True, exist_ok=True)
        self.path(name).write_bytes(packed)
        self.written.append(self.path(name))
        print(f"recorded {self.stem}/{name}: {recorded.stage}, {len(packed)} bytes", flush=True)

    # -- stories ---------------------------------------------------------------------------------

    async def story(self, path: Path, server: str) -> None:
        """Play the scenario; keep its cases at its end, and open ones at stages not kept so far.

        Raises CannotRecord.
        """
        if self.kept(path.stem):
            print(f"kept {self.stem}/{path.stem}", flush=True)
            return
        scenario = load(path)
        starts = instant(scenario.steps[0].at)
        async with scratch_database(server) as url, stage(url, starts=starts) as on:
            DEEDS[RECORD] = self._open_cases_of(on, path.stem)
            try:
                played = await play_on(on, _with_records(scenario), lambda _: None)
            finally:
                del DEEDS[RECORD]
            if not played.ok:
                raise CannotRecord(f"{path.stem}: {'; '.join(played.failures)}")
            names = {UUID(case["id"]): name for name, case in played.cases.items()}
            found = await _standing(on)
            for case_id, _ in found:
                suffix = f".{names.get(case_id, case_id.hex[:8])}" if len(found) > 1 else ""
                await self.keep(on, case_id, path.stem, path.stem + suffix)

    def _open_cases_of(self, on: Stage, story: str) -> Do:
        async def record(_: Play, __: Deed) -> None:
            for case_id, stage_name in await _standing(on):
                known = any(self.folder.glob(f"*.at-{stage_name}{SUFFIX}"))
                if stage_name and not (known and (not self.force or stage_name in self._seen)):
                    self._seen.add(stage_name)
                    await self.keep(on, case_id, story, f"{story}.at-{stage_name}")

        return record


async def _standing(on: Stage) -> list[tuple[UUID, str]]:
    """Every case of the story with its stage; an empty one once it is closed."""
    async with on.core.engine.connect() as connection:
        rows = await connection.execute(
            text("SELECT case_id, stage, closed_at FROM cases ORDER BY opened_at, case_id")
        )
        return [(r.case_id, "" if r.closed_at else r.stage) for r in rows]


def _with_records(scenario: Scenario) -> Scenario:
    """The same story with a look at its open cases after every step."""
    steps = [
        each
        for step in scenario.steps
        for each in (step, StepSpec(at=step.at, by=step.by, do=RECORD, case=step.case))
    ]
    return scenario.model_copy(update={"steps": steps})


def _signers() -> dict[str, str]:
    return {
        key_id: base64.b64encode(key.public_bytes_raw()).decode()
        for key_id, key in signing._trusted.items()
    }
