"""The running product under attack: the real stage, its people, and the proof that nothing changed."""

import asyncio
import hashlib
import itertools
import uuid
from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import text

from banjian.player import bureau
from banjian.player.cast import Cast
from banjian.player.deeds import Play
from banjian.player.stage import Stage, stage
from tests.api.case_stage import FILES, PROCEDURE, RING, Live

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
# Two characters of these name one company: 900 different ones.
WORDS = "禾穗秧稻麦粟豆薯菇笋莲藕芹葱蒜姜椒茶桑麻棉竹松柏枫桂梅兰菊荷"
_names = itertools.count(1)

# What a refused request may leave: the refused act itself (it is durable before its answer), its quality
# event, the kept answer of an idempotency key, and sign-ins.
BYPRODUCTS = frozenset(
    {"sessions", "sign_ins", "idempotency", "access_log", "quality_events", "alembic_version"}
)


def id_number(sequence: int, born: str = "19850614") -> str:
    """A fictional identity number of Zengdu whose check character holds."""
    body = f"421303{born}{sequence:03d}"
    return body + "10X98765432"[sum(int(c) * w for c, w in zip(body, WEIGHTS, strict=True)) % 11]


def company() -> str:
    n = next(_names)
    return f"随州市曾都区{WORDS[n % 30]}{WORDS[n // 30 % 30]}田食品有限公司"


def form(**changes: Any) -> dict[str, Any]:
    """A lawful application of a company that nobody else founds."""
    made: dict[str, Any] = {
        "name": company(),
        "entity_type": "limited_company",
        "domicile": "湖北省随州市曾都区烈山大道 88 号 1 栋 102 室",
        "capital": "1000000",
        "paid_until": "2028-09-22",
        "business_scope": ["食品销售（仅销售预包装食品）"],
        "persons": [
            {
                "name": "周晓岚",
                "id_number": id_number(2),
                "phone": "13800000001",
                "posts": ["legal_representative", "shareholder", "director"],
                "contribution": "600000",
            },
            {
                "name": "李国栋",
                "id_number": id_number(3),
                "phone": "13800000002",
                "posts": ["shareholder", "supervisor"],
                "contribution": "400000",
            },
        ],
    }
    return made | changes


class Ground(Live):
    """`Live` on real time, with snapshots of everything that could have changed."""

    @property
    def names(self) -> list[str]:
        return ["周晓岚", "李国栋"]

    async def draft(
        self, by: str = "applicant", form_of: Mapping[str, Any] | None = None, files: bool = True
    ) -> str:
        """A draft, complete unless said otherwise; its id."""
        made = await self.cast.ask(
            by,
            "POST",
            "/api/v1/applications",
            json={"procedure": PROCEDURE, "form": form() if form_of is None else dict(form_of)},
        )
        if files:
            for part, title in FILES.items():
                answer = await self.upload(made["id"], part, f"{title}.pdf", pdf(title), by=by)
                assert answer.status_code == 201, answer.text
        return str(made["id"])

    async def upload(
        self,
        application: str,
        part: str,
        name: str,
        content: bytes,
        media_type: str = "application/octet-stream",
        by: str = "applicant",
    ) -> httpx.Response:
        return await self.cast.call(
            by,
            "POST",
            f"/api/v1/applications/{application}/files",
            data={"part": part},
            files={"file": (name, content, media_type)},
        )

    async def submitted(self, by: str = "applicant", **changes: Any) -> str:
        """A case that waits for acceptance; its name in the test."""
        case = str(uuid.uuid4())
        await self.do("submit", by, case, form=form(**changes), files=dict(FILES))
        await self.task("acceptor", case)
        return case

    async def accepted(self) -> str:
        case = await self.submitted()
        await self.complete("acceptor", case, task="approval.acceptance", decision="accept")
        await self.task("reviewer", case)
        return case

    async def in_identity(self) -> str:
        """A case that waits for its people to authenticate."""
        case = await self.accepted()
        await self.complete(
            "reviewer", case, task="approval.review", finding="conforms", no_interest=True
        )
        await self.stage_is(case, "identity_pending")
        # Everybody has been asked by now.
        await self.quiet()
        return case

    async def confirm(self, case: str) -> None:
        await self.do("confirm_identity", "identity", case, who=self.names)
        await self.deliver()

    async def deliver(self) -> None:
        """What the twins owe us now, at once."""
        await self.on.twins.post("/admin/tick")

    async def signing(self) -> str:
        case = await self.in_identity()
        await self.confirm(case)
        await self.stage_is(case, "signature_pending")
        return case

    async def deciding(self) -> str:
        case = await self.signing()
        await self.do("sign", "signature", case, who=self.names)
        await self.deliver()
        await self.stage_is(case, "deciding")
        return case

    async def granted(self) -> str:
        case = await self.deciding()
        await self.complete(
            "approver", case, task="approval.decision", decision="grant", no_interest=True
        )
        return case

    async def rows_changed(self, sql: str, **values: Any) -> None:
        """Put the database where a crash would have left it."""
        async with self.on.core.engine.begin() as connection:
            await connection.execute(text(sql), values)

    # -- nothing changed ---------------------------------------------------------------------------

    async def quiet(self) -> None:
        """Wait until no open case has anything of its own to do (a paper to render, a call to make, licences to ask for)."""

        async def poll() -> None:
            calm = 0
            # What one case has done may be another one's to do: twice nothing is nothing.
            while calm < 2:
                busy = await self._busy()
                calm = 0 if busy else calm + 1
                if busy:
                    await asyncio.sleep(0.05)
            # An act's answer may be out before its row says that the case has it for good. Rows that
            # a test has left unsettled on purpose stay so: nobody sends again here.
            for _ in range(60):
                waiting = await self.rows("SELECT 1 FROM acts WHERE NOT settled LIMIT 1")
                if not waiting:
                    break
                await asyncio.sleep(0.05)

        await asyncio.wait_for(poll(), 60)

    async def _busy(self) -> bool:
        # Departments answer by themselves, after a second here: the case of a licence item ends without anybody.
        if await self.rows(
            "SELECT 1 FROM cases WHERE closed_at IS NULL AND starts_with(procedure, 'licence_') LIMIT 1"
        ):
            return True
        for row in await self.rows("SELECT case_id FROM cases WHERE closed_at IS NULL"):
            handle = self.on.client.get_workflow_handle(str(row.case_id))
            found = (await handle.describe()).raw_description
            if found.pending_activities or found.HasField("pending_workflow_task"):
                return True
        return False

    async def snapshot(self, *but: str) -> dict[str, str]:
        """One digest per table of ours (rows of refused acts aside) and one of the store's files.

        Taken until two in a row agree: an answer may be out before its last bookkeeping is.
        """
        await self.quiet()
        found = await self._snapshot(but)
        for _ in range(50):
            again = await self._snapshot(but)
            if again == found:
                break
            found = again
            await asyncio.sleep(0.1)
        return found

    async def _snapshot(self, but: Collection[str]) -> dict[str, str]:
        tables = await self.rows(
            "SELECT table_name FROM information_schema.tables"
            " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        )
        out: dict[str, str] = {}
        async with self.on.core.engine.connect() as connection:
            for name in sorted(t.table_name for t in tables):
                if name in BYPRODUCTS or name in but:
                    continue
                where = " WHERE state <> 'refused'" if name == "acts" else ""
                # A person's first sign-in hashes the password anew.
                row = "(to_jsonb(t) - 'password_hash')::text" if name == "accounts" else "t::text"
                sql = (
                    f"SELECT count(*) || ':' || coalesce(md5(string_agg({row}, '' ORDER BY {row})), '')"
                    f' FROM "{name}" AS t{where}'
                )
                out[name] = str((await connection.execute(text(sql))).scalar_one())
        out["store"] = digest_of(self.store_files())
        return out

    def store_files(self) -> list[str]:
        root = self.on.core.settings.files_folder
        return sorted(str(p.relative_to(root)) for p in Path(root).rglob("*") if p.is_file())

    async def events(self) -> dict[str, int]:
        """Events of every case."""
        rows = await self.rows("SELECT case_id, count(*) AS n FROM case_events GROUP BY case_id")
        return {str(r.case_id): r.n for r in rows}


def digest_of(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def pdf(title: str, pages: int = 1) -> bytes:
    """A small real PDF; another title is another file."""
    kids = b" ".join(b"%d 0 R" % (n + 3) for n in range(pages))
    bodies = [b"<</Type/Catalog/Pages 2 0 R>>"]
    bodies.append(b"<</Type/Pages/Count %d/Kids[%s]>>" % (pages, kids))
    bodies += [b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]>>"] * pages
    return pdf_of(bodies, title)


def pdf_of(objects: list[bytes], note: str = "", trailer: bytes = b"") -> bytes:
    """A PDF of the given object bodies; object 1 is its root."""
    data = b"%PDF-1.4\n% " + note.encode() + b"\n"
    offsets: list[int] = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(data))
        data += b"%d 0 obj%s\nendobj\n" % (number, body)
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    data += b"".join(b"%010d 00000 n \n" % o for o in offsets)
    data += b"trailer<</Size %d/Root 1 0 R%s>>\n" % (len(objects) + 1, trailer)
    return data + b"startxref\n%d\n%%%%EOF\n" % start


@asynccontextmanager
async def ground(database: str, starts: datetime | None = None) -> AsyncIterator[Ground]:
    async with stage(database, starts=starts) as on:
        yield await ground_on(on)


async def ground_on(on: Stage) -> Ground:
    passwords = await bureau.seed(on.core.engine, RING)
    return Ground(on, Play(Cast(on.http, passwords), on.twins), passwords)
