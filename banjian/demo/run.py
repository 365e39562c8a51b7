"""The main job on the running stack, over HTTP, each step as its person: one company from its name to its licences, one by one application."""

import json
import random
import secrets
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import text

from banjian.demo import people, world
from banjian.demo.beside import beside
from banjian.demo.errors import DemoFailed
from banjian.demo.licences import separate
from banjian.demo.onestop import open_at_once
from banjian.demo.registration import PATIENCE, Say, reaches, register
from banjian.name_library import fill_library
from banjian.player import bureau
from banjian.player.cast import Cast
from banjian.player.deeds import DEEDS, Deed, Play
from banjian.secret_files import RegisterSecrets
from banjian.stack.supervisor import LocalStack
from law.zone import civil_date
from storage.engine import create_engine

NAMES = 8
SEAT = "421303"
TOLD = ("item", "name", "mode", "department", "standing", "number", "may_trade")


async def sign_ins(stack: LocalStack) -> dict[str, str]:
    """Seed the bureau; passwords are made once and kept in the data folder, readable by its owner."""
    kept = stack.settings.secrets_folder / "demo-sign-ins.json"
    known: dict[str, str] = json.loads(kept.read_text()) if kept.exists() else {}
    engine = create_engine(stack.settings.database_url, pool_size=1)
    try:
        made = await bureau.seed(engine)
    finally:
        await engine.dispose()
    if made:
        known |= made
        _write_private(kept, json.dumps(known, ensure_ascii=False, indent=1))
    return known


def _write_private(path: Path, text: str) -> None:
    path.touch(mode=0o600, exist_ok=True)
    path.chmod(0o600)
    path.write_text(text, encoding="utf-8")


async def fill_market_register(stack: LocalStack) -> int:
    """Two hundred invented enterprises, so that a name has something to be compared with."""
    admin = RegisterSecrets.load(stack.settings.secrets_folder).admin_key.get_secret_value()
    engine = create_engine(stack.settings.database_url, pool_size=1)
    try:
        async with engine.connect() as connection:
            now = await connection.scalar(text("SELECT app_now()"))
        await fill_library(engine, world.world(civil_date(now))["enterprises"])
    finally:
        await engine.dispose()
    async with httpx.AsyncClient(
        base_url=stack.settings.registers_url,
        timeout=30,
        headers={"Authorization": f"Bearer {admin}"},
    ) as twins:
        return await world.fill_registers(twins, civil_date(now))


async def open_companies(stack: LocalStack, passwords: dict[str, str], say: Say) -> dict[str, Any]:
    """One from its name to its last licence, another one by one application to the last part.

    Raises:
        DemoFailed: a name, a registration, a licence or a part did not come through.
    """
    admin = RegisterSecrets.load(stack.settings.secrets_folder).admin_key.get_secret_value()
    dice = random.Random(secrets.randbits(64))  # noqa: S311  # names of invented companies
    async with (
        httpx.AsyncClient(base_url=stack.settings.public_url, timeout=30) as http,
        httpx.AsyncClient(
            base_url=stack.settings.registers_url,
            timeout=30,
            headers={"Authorization": f"Bearer {admin}"},
        ) as twins,
    ):
        cast = Cast(http, passwords)
        play = Play(cast, twins)
        now = (await cast.ask("applicant", "GET", "/api/v1/sessions/current"))["created_at"]
        today = _day(now)
        form, reserved = await _reserve_a_name(cast, play, dice, today, say, people.TRADES)
        say(f"{form['name']} 设立登记")
        data = {"form": form, "reservation_of": reserved}
        await DEEDS["submit"](play, Deed("applicant", "case", data, "establishment_registration"))
        shown = await reaches(cast, play, "case", "submitted")
        say(f"  网上申请  周晓岚 提交，用保留的名称 → {shown['stage_label']}")
        say(f"  办件编号 {play.number('case')}")
        opened = await register(cast, play, "case", form, say)

        async def licences_of(tell: Say) -> list[dict[str, Any]]:
            return await separate(cast, play, "case", tell)

        async def another(tell: Say) -> dict[str, Any]:
            other, held = await _reserve_a_name(cast, play, dice, today, tell, people.PLAIN)
            return await open_at_once(cast, play, other, held, tell)

        # The departments take their time: the other company is opened meanwhile.
        licences, onestop = await beside(licences_of, another, say)
        return opened | {
            "licences": [{k: i[k] for k in TOLD} for i in licences],
            "onestop": onestop,
        }


async def _reserve_a_name(
    cast: Cast,
    play: Play,
    dice: random.Random,
    today: date,
    say: Say,
    trades: Sequence[people.Trade],
) -> tuple[dict[str, Any], str]:
    """A company whose name is free, and the case that holds it: most invented names are, not all."""
    for number in range(NAMES):
        form = people.company(dice, today, trades)
        case = f"{form['name']}:{number}"
        wanted = {"name": form["name"], "entity_kind": form["entity_type"], "seat": SEAT}
        await DEEDS["submit"](
            play, Deed("applicant", case, {"form": wanted}, "name_self_declaration")
        )
        shown: dict[str, Any] = await cast.until(
            "applicant",
            f"/api/v1/cases/{play.number(case)}",
            lambda c: c["stage"] != "searching",
            seconds=PATIENCE,
        )
        say(f"{form['name']} 名称自主申报 → {shown['stage_label']}")
        if shown["stage"] == "reserved":
            return form, case
        given_up = Deed("applicant", case, {"reason": "另报名称"}, "name_self_declaration")
        await DEEDS["withdraw"](play, given_up)
    raise DemoFailed(f"{NAMES} 个名称都没有保留下来")


def _day(instant: str) -> date:
    return datetime.fromisoformat(instant).date()
