"""Canaries: identity and telephone numbers of one whole case on the real processes, searched for everywhere else.

They may lie in the application as its owner reads it, sealed in our database and store, and at the registers
that were asked. Nowhere else: no log, no engine history, no search attribute, no column, no answer, no address.
"""

import asyncio
import io
import re
import shutil
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from pypdf import PdfReader
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from temporalio.client import Client

from banjian.compose import Core, connect_engine, core_of
from banjian.player import bureau
from banjian.player.cast import Cast
from banjian.player.deeds import DEEDS, Deed, Play
from banjian.settings import Settings
from banjian.stack.supervisor import LocalStack
from tests.api.case_stage import FILES, PROCEDURE
from tests.api.conftest import csrf_of
from tests.security.ground import form, id_number
from tests.security.pages import crawl

IDS = (id_number(701, "19790329"), id_number(702, "19831117"))
PHONES = ("13972870631", "15871249083")
WRONG_ID = IDS[0][:-1] + ("1" if IDS[0][-1] != "1" else "2")
CANARIES = (*IDS, *PHONES, WRONG_ID)
# The one place of pages where personal data is shown whole: the entry that its owner edits.
WHOLE = re.compile(r"^/applications/[0-9a-f-]{36}/sections/people/persons/\d+$")
OWN = re.compile(r"^/api/v1/applications(/[0-9a-f-]{36})?$")


@dataclass
class Said:
    """Every answer of the API while the case ran."""

    answers: list[tuple[str, int, str, str]] = field(default_factory=list)

    async def hear(self, response: httpx.Response) -> None:
        await response.aread()
        kind = response.headers.get("content-type", "")
        body = response.text if "pdf" not in kind else ""
        heads = "\n".join(f"{k}: {v}" for k, v in response.headers.items())
        self.answers.append((str(response.url), response.status_code, heads, body))


@dataclass
class Run:
    stack: LocalStack
    core: Core
    engine: Client
    play: Play
    said: Said
    passwords: dict[str, str]
    case: str
    draft: str


def canary_form() -> dict[str, Any]:
    made = form()
    for person, number, phone in zip(made["persons"], IDS, PHONES, strict=True):
        person |= {"id_number": number, "phone": phone}
    return made


async def refused(cast: Cast, who: str, method: str, path: str, **more: Any) -> None:
    answer = await cast.call(who, method, path, **more)
    assert 400 <= answer.status_code < 500, (path, answer.status_code, answer.text[:300])


async def provoke(run: Run) -> None:
    """Every kind of refusal with the canaries in it: errors are where data leaks."""
    cast, path = run.play.cast, f"/api/v1/applications/{run.draft}"
    if_match = {"If-Match": "*"}
    bad = canary_form()
    bad["persons"][0]["id_number"] = WRONG_ID
    bad["persons"][1]["phone"] = PHONES[1] + "0"
    await refused(cast, "applicant", "PATCH", path, json={"form": bad}, headers=if_match)
    await refused(
        cast, "applicant", "PATCH", path, content=f'{{"form": {{"name": "{IDS[0]}'.encode(),
        headers=if_match | {"Content-Type": "application/json"},
    )  # fmt: skip
    typed = canary_form()
    typed["capital"] = {"value": IDS[0]}
    await refused(cast, "applicant", "PATCH", path, json={"form": typed}, headers=if_match)
    await refused(
        cast, "applicant", "POST", f"{path}/files", data={"part": IDS[0]},
        files={"file": (f"{PHONES[0]}.exe", IDS[1].encode(), "text/plain")},
    )  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def run() -> AsyncIterator[Run]:
    folder = Path(tempfile.mkdtemp(prefix="banjian-canary-"))
    ambient = Settings(
        banjian_env="test", database_url="", temporal_address="", registers_url="", public_url="",
        api_port=0, twins_port=0, temporal_port=0, postgres_port=0,
    )  # fmt: skip
    stack = LocalStack(
        folder / "data",
        settings=ambient,
        say=lambda line: None,
        postgres_settings={"fsync": "off", "full_page_writes": "off"},
    )
    await asyncio.to_thread(stack.start)
    try:
        await asyncio.to_thread(stack.wait_ready)
        core = core_of(stack.settings)
        engine = await connect_engine(core)
        said = Said()
        admin = core.secrets.registers.admin_key.get_secret_value()
        async with (
            httpx.AsyncClient(
                base_url=stack.settings.public_url,
                timeout=30,
                event_hooks={"response": [said.hear]},
            ) as http,
            httpx.AsyncClient(
                base_url=stack.settings.registers_url,
                headers={"Authorization": f"Bearer {admin}"},
                timeout=30,
            ) as twins,
        ):
            passwords = await bureau.seed(core.engine)
            play = Play(Cast(http, passwords), twins)
            made = Run(stack, core, engine, play, said, passwords, "case", "")
            await whole_case(made)
            yield made
        await core.engine.dispose()
    finally:
        await asyncio.to_thread(stack.stop)
        shutil.rmtree(folder, ignore_errors=True)


async def whole_case(run: Run) -> None:
    """From a draft to the archive, with every register failing once on the way."""
    play, cast = run.play, run.play.cast

    async def do(what: str, by: str, **data: Any) -> Any:
        return await DEEDS[what](play, Deed(by, "case", data, PROCEDURE))

    async def stage(wanted: str) -> None:
        path = f"/api/v1/cases/{play.number('case')}"
        await cast.until("applicant", path, lambda c: c["stage"] == wanted, seconds=60)

    made = await cast.ask(
        "applicant", "POST", "/api/v1/applications",
        json={"procedure": PROCEDURE, "form": canary_form()},
    )  # fmt: skip
    run.draft = made["id"]
    await provoke(run)
    for register, kind in (
        ("market", "wrong_answer"), ("identity", "lose_answer_after_commit"),
        ("signature", "wrong_answer"), ("necips", "refuse"), ("archive", "down"),
    ):  # fmt: skip
        done = await play.twins.post(
            "/admin/faults", json={"register": register, "kind": kind, "times": 1}
        )
        assert done.status_code == 201, done.text
    await do("submit", "applicant", form=canary_form(), files=dict(FILES))
    await do("complete", "acceptor", task="approval.acceptance", decision="accept")
    await do("complete", "reviewer", task="approval.review", finding="conforms", no_interest=True)
    await stage("identity_pending")
    names = ["周晓岚", "李国栋"]
    row = await errand_of(play, names[0])
    wrong = await play.twins.post(
        f"/identity/{row['id']}/confirm", json={"name": names[0], "id_number": IDS[1]}
    )
    assert wrong.status_code >= 400
    await do("confirm_identity", "identity", who=names)
    await stage("signature_pending")
    await do("sign", "signature", who=names)
    await stage("deciding")
    await do("complete", "approver", task="approval.decision", decision="grant", no_interest=True)
    # What the register of publicity refused is looked at by an officer before it is asked again.
    await do(
        "complete", "window_head", task="kernel.trouble", action="retry", note="公示系统已经修正"
    )
    await stage("archived")


async def errand_of(play: Play, name: str) -> dict[str, Any]:
    from banjian.player.deeds import errand

    return await errand(play, "identity", "case", name)


def hits(blob: bytes | str) -> list[str]:
    data = blob if isinstance(blob, bytes) else blob.encode("utf-8", "replace")
    # Also as UTF-16, and as other programs spell them.
    return [c for c in CANARIES if c.encode() in data or c.encode("utf-16-le") in data]


def test_the_canaries_can_be_found() -> None:
    assert hits(f"x{IDS[0]}y") == [IDS[0]]
    assert len(set(CANARIES)) == 5


async def test_the_owner_reads_them_and_the_registers_were_told(run: Run) -> None:
    """Otherwise the search below would prove nothing."""
    answer = await run.play.cast.call("applicant", "GET", f"/api/v1/applications/{run.draft}")
    assert set(hits(answer.text)) == {*IDS, *PHONES}
    async with run.core.engine.connect() as connection:
        rows = await connection.execute(text("SELECT person_id_number FROM twins.errands"))
        assert {r[0] for r in rows} == set(IDS)


def test_no_log_of_any_process_holds_one(run: Run) -> None:
    logs = [p for p in (run.stack.data / "logs").rglob("*") if p.is_file()]
    assert {p.stem.split(".")[0] for p in logs} >= {
        "api",
        "worker",
        "twins",
        "temporal",
        "postgres",
    }
    assert {str(p): hits(p.read_bytes()) for p in logs if hits(p.read_bytes())} == {}


async def test_neither_histories_nor_attributes_of_the_engine_hold_one(run: Run) -> None:
    seen = 0
    async for workflow in run.engine.list_workflows():
        handle = run.engine.get_workflow_handle(workflow.id, run_id=workflow.run_id)
        description = (await handle.describe()).raw_description
        assert hits(description.SerializeToString()) == []
        assert hits(workflow.id) == []
        async for event in handle.fetch_history_events():
            assert hits(event.SerializeToString()) == []
            seen += 1
    assert seen > 30
    files = [p for p in (run.stack.data / "temporal").rglob("*") if p.is_file()]
    assert files
    for path in files:
        assert hits(path.read_bytes()) == [], path


async def _columns(connection: AsyncConnection) -> list[tuple[str, str, str]]:
    rows = await connection.execute(
        text(
            "SELECT table_name, column_name, data_type FROM information_schema.columns"
            " JOIN information_schema.tables USING (table_schema, table_name)"
            " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        )
    )
    return [(r.table_name, r.column_name, r.data_type) for r in rows]


async def test_no_column_of_ours_holds_one(run: Run) -> None:
    """Every column, sealed ones too: what is sealed shows nothing."""
    found: dict[str, list[str]] = {}
    async with run.core.engine.connect() as connection:
        columns = await _columns(connection)
        assert len(columns) > 150
        for table, column, kind in columns:
            shown = f"encode({column}, 'escape')" if kind == "bytea" else f"{column}::text"
            quoted = shown.replace(column, f'"{column}"')
            for canary in CANARIES:
                sql = f'SELECT count(*) FROM "{table}" WHERE position(:c IN {quoted}) > 0'
                if (await connection.execute(text(sql), {"c": canary})).scalar_one():
                    found.setdefault(f"{table}.{column}", []).append(canary)
    assert found == {}


def test_no_file_beside_the_database_holds_one(run: Run) -> None:
    """Store, state, secrets, sockets: everything but PostgreSQL's own folder, where the twins' tables lie too."""
    data = run.stack.data
    for path in data.rglob("*"):
        if path.is_file() and path.relative_to(data).parts[0] not in {"postgres", "pg"}:
            assert hits(path.read_bytes()) == [], path
            assert hits(str(path)) == []


def test_no_answer_but_the_owners_own_application_holds_one(run: Run) -> None:
    leaks = []
    for url, status, heads, body in run.said.answers:
        path = httpx.URL(url).path
        allowed = OWN.match(path) is not None and status < 400
        if hits(heads) or hits(url) or (hits(body) and not allowed):
            leaks.append((url, status, hits(heads + body)))
    assert leaks == []
    problems = [row for row in run.said.answers if row[1] >= 400]
    assert len(problems) >= 4


@pytest.mark.parametrize(
    "who", ["applicant", "acceptor", "approver", "bureau_head", "auditor", "admin"]
)
async def test_pages_show_them_masked_only(run: Run, who: str) -> None:
    number, ident = run.play.number("case"), run.play.cases["case"]["id"]
    async with httpx.AsyncClient(
        base_url=run.stack.settings.public_url, headers={"accept": "text/html"}, timeout=30
    ) as browser:
        page = await browser.get("/sign-in")
        signed = await browser.post(
            "/sign-in",
            data={"csrf_token": csrf_of(page), "sign_in": who, "password": run.passwords[who], "next": ""},
        )  # fmt: skip
        assert signed.status_code == 303
        start = [f"/cases/{number}", f"/admin/cases/{number}", "/desk", "/desk/search", "/account"]
        if who == "applicant":
            start = [
                "/applications", "/cases", f"/cases/{number}", f"/applications/{run.draft}",
                f"/applications/{run.draft}/check", f"/applications/{run.draft}/sections/people",
                f"/applications/{run.draft}/sections/people/persons/1",
                f"/applications/{ident}/receipt",
            ]  # fmt: skip
        found = await crawl(browser, start, limit=40)
    leaks = {
        url: hits(page.text)
        for url, page in found.items()
        if hits(page.text) and not WHOLE.match(url)
    }
    assert leaks == {}
    assert [url for url in found if hits(url)] == []
    assert sum(page.status == 200 for page in found.values()) >= 5
    if who == "applicant":
        assert hits(found[f"/applications/{run.draft}/sections/people/persons/1"].text)
        assert "*" in found[f"/applications/{run.draft}/check"].text


async def test_papers_print_none(run: Run) -> None:
    listed = await run.play.cast.ask(
        "applicant", "GET", f"/api/v1/cases/{run.play.number('case')}/documents"
    )
    assert len(listed["items"]) >= 5
    for document in listed["items"]:
        answer = await run.play.cast.call("applicant", "GET", document["content_url"])
        reader = PdfReader(io.BytesIO(answer.content))
        printed = re.sub(r"\s", "", "".join(p.extract_text() for p in reader.pages))
        assert hits(printed) == [], document["title"]
        assert hits(answer.content) == [], document["title"]
        assert hits(str(reader.metadata)) == []


async def test_staff_and_strangers_get_none_over_rest(run: Run) -> None:
    number, ident = run.play.number("case"), run.play.cases["case"]["id"]
    for who in ("acceptor", "reviewer", "approver", "bureau_head", "auditor", "admin"):
        for path in (
            f"/api/v1/cases/{number}", f"/api/v1/cases/{number}/timeline",
            f"/api/v1/cases/{number}/documents", f"/api/v1/tasks?case={ident}",
            f"/api/v1/admin/cases/{number}/history", f"/api/v1/applications/{ident}",
        ):  # fmt: skip
            answer = await run.play.cast.call(who, "GET", path)
            assert answer.status_code in (200, 403, 404), (who, path)
            assert hits(answer.text) == [], (who, path)
