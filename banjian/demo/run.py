"""The main job on the running stack, over HTTP, each step as its person: one company, from its name to its licences."""

import json
import random
import secrets
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import text

from banjian.demo import people, world
from banjian.demo.errors import DemoFailed
from banjian.demo.licences import separate
from banjian.name_library import fill_library
from banjian.player import bureau
from banjian.player.cast import Cast
from banjian.player.deeds import DEEDS, Deed, Play
from banjian.secret_files import RegisterSecrets
from banjian.stack.supervisor import LocalStack
from law.zone import civil_date
from storage.engine import create_engine

PATIENCE = 60.0
NAMES = 8
SEAT = "421303"
TOLD = ("item", "name", "mode", "department", "standing", "number", "may_trade")
Say = Callable[[str], None]


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


async def open_a_company(stack: LocalStack, passwords: dict[str, str], say: Say) -> dict[str, Any]:
    """From its name to its last licence.

    Raises:
        DemoFailed: the name, the registration or a licence did not come through.
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
        form, reserved = await _reserve_a_name(cast, play, dice, _day(now), say)
        names = [p["name"] for p in form["persons"]]
        signers = [p["name"] for p in form["persons"] if "contribution" in p]

        async def step(by: str, do: str, data: dict[str, Any], stage: str, told: str) -> None:
            procedure = "establishment_registration"
            await DEEDS[do](play, Deed(by, "case", data, procedure))
            shown = await _reaches(cast, play, stage)
            say(f"  {told} → {shown['stage_label']}")

        say(f"{form['name']} 设立登记")
        await step(
            "applicant",
            "submit",
            {"form": form, "reservation_of": reserved},
            "submitted",
            "网上申请  周晓岚 提交，用保留的名称",
        )
        say(f"  办件编号 {play.number('case')}")
        await step(
            "acceptor",
            "complete",
            {"task": "approval.acceptance", "decision": "accept"},
            "under_review",
            "网上受理  刘敏 受理",
        )
        await step(
            "reviewer",
            "complete",
            {"task": "approval.review", "finding": "conforms", "no_interest": True},
            "identity_pending",
            "网上审核  陈思远 审查",
        )
        await step(
            "identity", "confirm_identity", {"who": names}, "signature_pending",
            f"身份认证  {'、'.join(names)}",
        )  # fmt: skip
        await step(
            "signature", "sign", {"who": signers}, "deciding", f"电子签章  {'、'.join(signers)}"
        )
        await step(
            "approver",
            "complete",
            {"task": "approval.decision", "decision": "grant", "no_interest": True},
            "archived",
            "核准发照  张蕾 核准；登记、公示、电子归档",
        )
        opened = await _verified(cast, play, say)
        licences = await separate(cast, play, "case", say)
        return opened | {"licences": [{k: i[k] for k in TOLD} for i in licences]}


async def _reserve_a_name(
    cast: Cast, play: Play, dice: random.Random, today: date, say: Say
) -> tuple[dict[str, Any], str]:
    """A company whose name is free, and the case that holds it: most invented names are, not all."""
    for number in range(NAMES):
        form = people.company(dice, today)
        case = f"name{number}"
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


async def _reaches(cast: Cast, play: Play, stage: str) -> dict[str, Any]:
    owner, number = play.cases["case"]["owner"], play.number("case")
    try:
        shown: dict[str, Any] = await cast.until(
            owner, f"/api/v1/cases/{number}", lambda c: c["stage"] == stage, seconds=PATIENCE
        )
    except TimeoutError:
        now = await cast.ask(owner, "GET", f"/api/v1/cases/{number}")
        raise DemoFailed(
            f"办件停在 {now['stage']}，没有到 {stage}：{now.get('status_text', '')}"
        ) from None
    return shown


async def _verified(cast: Cast, play: Play, say: Say) -> dict[str, Any]:
    """The licence is there, sealed, and what the public can verify."""
    number = play.number("case")
    documents = (await cast.ask("applicant", "GET", f"/api/v1/cases/{number}/documents"))["items"]
    licences = [d for d in documents if d["kind"] == "licence"]
    if len(licences) != 2:
        raise DemoFailed(f"没有营业执照正副本：{[d['kind'] for d in documents]}")
    licence = licences[0]
    checked = await cast.ask(
        "applicant", "GET", f"/api/v1/certificates/{licence['number']}/verification"
    )
    case = await cast.ask("applicant", "GET", f"/api/v1/cases/{number}")
    numbers = case["numbers"]
    say(f"  营业执照 {licence['number']}，统一社会信用代码 {numbers['uscc']}")
    say(f"  核验 {checked.get('state_label', checked.get('state'))}：{checked.get('title', '')}")
    return {
        "number": number,
        "name": case["title"],
        "uscc": numbers["uscc"],
        "licence": licence["number"],
        "url": f"/cases/{number}",
        "documents": [d["title"] for d in documents],
    }
