"""`banjian replay check`: would this release carry on the cases that are under way?"""

import asyncio
import gzip
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from banjian.commands.beside import (
    FINDINGS,
    AsJson,
    Data,
    NotRunning,
    installation,
    print_json,
    said_plainly,
)

if TYPE_CHECKING:
    from pathlib import Path

    from temporalio.client import Client, WorkflowHistory
    from temporalio.converter import DataConverter
    from temporalio.worker import Replayer

    from banjian.compose import Core

Outcome = Literal["same", "breaks", "missing", "erased"]

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def root() -> None:
    """重放：这个版本的程序能不能接着办理正在办理的办件。"""


@dataclass
class Checked:
    """What became of the histories that were replayed."""

    counts: dict[str, int] = field(default_factory=lambda: {"open": 0, "closed": 0})
    erased: int = 0
    findings: list[dict[str, Any]] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        return {
            "ok": not self.findings,
            **self.counts,
            "erased": self.erased,
            "findings": self.findings,
        }


@app.command("check")
def check(
    limit: Annotated[
        int, typer.Option("--limit", min=1, help="最多重放多少件：先办理中的，再最近办结的")
    ] = 500,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """用这个版本的程序重放办件的引擎历史；有办件会因此停住时退出码为 6，并列出它们。"""
    # The replayer's own account of a failure is a traceback; ours names the case.
    logging.getLogger("temporalio").setLevel(logging.CRITICAL)
    with said_plainly():
        checked = asyncio.run(_checked(limit, data))
    if as_json:
        print_json(checked.to_json())
    else:
        for found in checked.findings:
            print(f"✗ {found['number']}  {found['procedure']}  {found['stage']}  {found['code']}")
            print(f"    {found['message']}")
        bad = len(checked.findings)
        said = f"{bad} 件有问题" if bad else "都能接着办理"
        print(f"办理中 {checked.counts['open']} 件，已办结 {checked.counts['closed']} 件：{said}。")
    if checked.findings:
        raise typer.Exit(FINDINGS)


async def _checked(limit: int, data: "Path | None") -> Checked:
    from banjian.compose import connect_engine
    from banjian.starting import EngineAway
    from law.calendars import default_calendars

    async with installation(data) as core:
        if not core.settings.temporal_address:
            raise NotRunning(
                "不知道 Temporal 的地址。先运行 banjian up，或者设置 TEMPORAL_ADDRESS。"
            )
        try:
            client = await connect_engine(core)
        except EngineAway as error:
            raise NotRunning(str(error)) from error
        # A replayed case asks for both inside a workflow task, which has two seconds.
        default_calendars()
        core.trust_keys()
        replayer = replayer_of(client.data_converter)
        checked = Checked()
        for case in await _cases(core, limit):
            outcome, message = await _replayed(core, client, replayer, case)
            checked.counts["closed" if case.closed_at else "open"] += 1
            checked.erased += outcome == "erased"
            if outcome in {"breaks", "missing"}:
                checked.findings.append(
                    {
                        "code": outcome,
                        "number": case.receipt_no or str(case.case_id),
                        "case_id": str(case.case_id),
                        "procedure": case.procedure,
                        "stage": case.stage,
                        "message": message,
                    }
                )
        return checked


async def _cases(core: "Core", limit: int) -> Sequence[Any]:
    """Open cases first, the oldest first; then closed ones, the newest first."""
    from sqlalchemy import select

    from storage.tables import CaseRow

    c = CaseRow.__table__.c
    async with core.engine.connect() as connection:
        rows = await connection.execute(
            select(c.case_id, c.receipt_no, c.procedure, c.stage, c.closed_at)
            .order_by(c.closed_at.desc().nulls_first(), c.opened_at, c.case_id)
            .limit(limit)
        )
        return rows.all()


async def _replayed(
    core: "Core", client: "Client", replayer: "Replayer", case: Any
) -> tuple[Outcome, str]:
    from storage.keys import KeyDestroyed

    try:
        await core.keys.cipher(case.case_id)
    except KeyDestroyed:
        return "erased", ""
    history = await _from_engine(client, str(case.case_id))
    if history is None and case.closed_at is not None:
        history = await _from_record(core, case.case_id)
    if history is None:
        return "missing", "引擎和档案里都没有这个办件的历史"
    result = await replayer.replay_workflow(history, raise_on_replay_failure=False)
    if result.replay_failure is None:
        return "same", ""
    first = str(result.replay_failure).strip().splitlines()[0]
    return "breaks", f"{type(result.replay_failure).__name__}: {first[:500]}"


async def _from_engine(client: "Client", case_id: str) -> "WorkflowHistory | None":
    """The newest run: an earlier one was handed over and is never replayed again."""
    from temporalio.service import RPCError, RPCStatusCode

    try:
        return await client.get_workflow_handle(case_id).fetch_history()
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise NotRunning(f"Temporal 没有应答：{error.message}") from error
        return None


async def _from_record(core: "Core", case_id: Any) -> "WorkflowHistory | None":
    """The history that was kept when the case closed; None where there is none (yet)."""
    from sqlalchemy import select
    from temporalio.client import WorkflowHistory

    from storage.tables import FileRow

    f = FileRow.__table__.c
    async with core.engine.connect() as connection:
        stored = (
            await connection.execute(
                select(f.stored_id).where(f.case_id == case_id, f.part == "engine_history")
            )
        ).scalar_one_or_none()
    if stored is None:
        return None
    events = json.loads(gzip.decompress(await core.files.get(case_id, stored)))
    return WorkflowHistory.from_json(str(case_id), {"events": events})


def replayer_of(converter: "DataConverter", procedures: Sequence[type] = ()) -> "Replayer":
    """A replayer of this release's workflows in the worker's own sandbox.

    `procedures` stand beside the registered ones, and instead of those of the same name.
    """
    from temporalio.worker import Replayer
    from temporalio.workflow import _Definition

    from banjian.worker import runner
    from workflows.registry import PROCEDURES

    given = {_Definition.must_from_class(cls).name for cls in procedures}
    kept = [cls for name, cls in PROCEDURES.items() if name not in given]
    return Replayer(
        workflows=[*kept, *procedures], workflow_runner=runner(), data_converter=converter
    )
