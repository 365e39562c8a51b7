"""Uploads: what is not an honest pdf, jpg or png is refused with a type and leaves nothing behind."""

import asyncio
import hashlib
import time
import uuid

import pytest
from sqlalchemy import text

from api.services import Services
from storage.inspector import SECONDS, Inspector
from storage.uploads import FileRefusal, FileRefused
from tests.security import corpus
from tests.security.ground import Ground, pdf
from tests.security.refusals import refused

STATUS = {"file_content_mismatch": 415, "file_type_not_allowed": 415, "file_too_large": 413}


async def check(live: Ground, application: str, name: str, content: bytes, reason: str) -> None:
    answer = await live.upload(application, "articles", name, content)
    problem = refused(answer, STATUS.get(reason, 422))
    assert problem["reason"] == reason, (name[:80], problem)
    assert problem["errors"][0]["pointer"] == "/file"
    # What was sent comes back in no answer.
    assert "alert(" not in answer.text


async def test_no_hostile_file_is_taken(live: Ground) -> None:
    draft = await live.draft(files=False)
    samples = corpus.hostile()
    assert len(samples) >= 40
    before = await live.snapshot()
    wrong = []
    for sample in samples:
        try:
            await check(live, draft, sample.name, sample.content, sample.reason)
        except AssertionError as error:
            wrong.append(f"{sample.what}: {error}"[:400])
    assert not wrong, "\n".join(wrong)
    assert await live.snapshot() == before


async def test_no_name_becomes_a_path(live: Ground) -> None:
    draft = await live.draft(files=False)
    before = await live.snapshot()
    for name, reason in corpus.NAMES:
        await check(live, draft, name, pdf("x"), reason)
    assert await live.snapshot() == before
    # What an old browser sends: only the last part is the name.
    made = await live.upload(draft, "articles", "C:\\Users\\x\\y.pdf", pdf("y"))
    assert (made.status_code, made.json()["name"]) == (201, "y.pdf")


def multipart(disposition: bytes, content: bytes, part: bytes = b"articles") -> tuple[bytes, str]:
    """A form by hand: what no well-behaved client sends."""
    body = (
        b'--b\r\nContent-Disposition: form-data; name="part"\r\n\r\n' + part + b"\r\n"
        b"--b\r\nContent-Disposition: form-data; " + disposition + b"\r\n"
        b"Content-Type: application/pdf\r\n\r\n" + content + b"\r\n--b--\r\n"
    )
    return body, "multipart/form-data; boundary=b"


async def test_forms_that_no_browser_sends_are_refused(live: Ground) -> None:
    draft = await live.draft(files=False)
    before = await live.snapshot()
    good = pdf("x")
    forms: list[tuple[bytes, bytes]] = [
        (b'name="file"; filename="a\x00.pdf"', b"articles"),
        (b'name="file"; filename="a\x07.pdf"', b"articles"),
        (b"name=\"file\"; filename*=UTF-8''a%00.pdf", b"articles"),
        (b"name=\"file\"; filename*=UTF-8''..%2F..%2Fa.pdf", b"articles"),
        (b'name="file"; filename=""', b"articles"),
        (b'name="file"', b"articles"),
        (b'name="other"; filename="a.pdf"', b"articles"),
        (b'name="file"; filename="a.pdf"', b""),
        (b'name="file"; filename="a.pdf"', b"no_such_part"),
        (b'name="file"; filename="a.pdf"', b"articles\x00"),
        (b'name="file"; filename="a.pdf"', b"../articles"),
        (b'name="file"; filename="a.pdf"', b"x" * 65_536),
    ]
    for disposition, part in forms:
        body, kind = multipart(disposition, good, part)
        answer = await live.cast.call(
            "applicant", "POST", f"/api/v1/applications/{draft}/files", content=body,
            headers={"Content-Type": kind},
        )  # fmt: skip
        refused(answer, 400, 422)
    huge = await live.upload(draft, "articles", "a.pdf", b"%PDF-" + b"0" * 12_000_001)
    refused(huge, 413)
    for kind in ("multipart/form-data", "multipart/form-data; boundary=", "text/plain", ""):
        answer = await live.cast.call(
            "applicant", "POST", f"/api/v1/applications/{draft}/files", content=b"--x--",
            headers={"Content-Type": kind},
        )  # fmt: skip
        refused(answer, 400, 415, 422)
    assert await live.snapshot() == before


async def test_honest_files_pass_and_come_back_as_attachments(live: Ground) -> None:
    draft = await live.draft(files=False)
    for sample in corpus.honest():
        made = await live.upload(draft, "articles", sample.name, sample.content)
        assert made.status_code == 201, (sample.what, made.text)
        back = await live.cast.call("applicant", "GET", made.headers["location"])
        assert hashlib.sha256(back.content).digest() == hashlib.sha256(sample.content).digest()
        assert back.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
        assert back.headers["x-content-type-options"] == "nosniff"
        assert "no-store" in back.headers["cache-control"]
        assert back.headers["content-type"] in {"application/pdf", "image/jpeg", "image/png"}
        assert "default-src 'none'" in back.headers["content-security-policy"]
    # On the disk they lie sealed and under no name of theirs.
    root = live.on.core.settings.files_folder
    for stored in live.store_files():
        assert not stored.endswith((".pdf", ".jpg", ".png"))
        assert not (root / stored).read_bytes().startswith((b"%PDF", b"\xff\xd8", b"\x89PNG"))


async def test_nothing_goes_into_what_was_handed_in(live: Ground) -> None:
    case = await live.submitted()
    before = await live.snapshot()
    answer = await live.upload(live.ident(case), "articles", "补充.pdf", pdf("late"))
    assert refused(answer, 409)["code"] == "not_accepted_now"
    assert await live.snapshot() == before


async def test_an_application_has_a_quota(live: Ground) -> None:
    draft = await live.draft(files=False)
    made = await live.upload(draft, "articles", "a.pdf", pdf("a"))
    assert made.status_code == 201
    # 199 more files, as rows: uploading them would prove the same and take a minute.
    async with live.on.core.engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO files SELECT gen_random_uuid(), case_id, owner, part, 'n' || n, media_type,"
                " size, sha256, stored_id, retention, uploaded_at, removed_at"
                " FROM files, generate_series(1, 199) AS n WHERE case_id = CAST(:d AS uuid)"
            ),
            {"d": draft},
        )
    before = await live.snapshot()
    answer = await live.upload(draft, "articles", "b.pdf", pdf("b"))
    assert refused(answer, 413)["code"] == "too_large"
    assert await live.snapshot() == before


async def test_two_at_once_do_not_pass_the_quota_together(live: Ground) -> None:
    draft = await live.draft(files=False)
    await live.upload(draft, "articles", "a.pdf", pdf("a"))
    async with live.on.core.engine.begin() as connection:
        await connection.execute(
            text(
                "UPDATE files SET size = 200 * 1024 * 1024 - 2000 WHERE case_id = CAST(:d AS uuid)"
            ),
            {"d": draft},
        )
    content = [pdf("x" * 1000 + f"{n}") for n in range(6)]
    answers = await asyncio.gather(
        *(live.upload(draft, "articles", f"{n}.pdf", c) for n, c in enumerate(content))
    )
    taken = [a for a in answers if a.status_code == 201]
    assert len(taken) == 1, [a.status_code for a in answers]


# -- files made to be expensive ------------------------------------------------------------------------


@pytest.mark.parametrize("bomb", ["wide tree", "packed table"])
async def test_a_file_that_never_ends_is_given_up_by_a_process_of_its_own(bomb: str) -> None:
    content = corpus.wide_tree() if bomb == "wide tree" else corpus.packed_table()
    inspector = Inspector(seconds=1.0)
    started = time.monotonic()
    with pytest.raises(FileRefused) as given_up:
        await inspector.sniff(content, "a.pdf")
    assert given_up.value.why is FileRefusal.TOO_COMPLEX
    assert time.monotonic() - started < 6
    assert await inspector.sniff(pdf("next"), "b.pdf")
    inspector.close()


async def test_the_bureau_goes_on_while_a_bomb_is_opened(live: Ground) -> None:
    draft = await live.draft(files=False)
    services: Services = live.on.app.state.services
    services.inspector.close()
    services.inspector.seconds = 3.0
    bomb = asyncio.create_task(live.upload(draft, "articles", "a.pdf", corpus.wide_tree()))
    await asyncio.sleep(0.2)
    slowest = 0.0
    for _ in range(10):
        answer = await live.cast.call("acceptor", "GET", "/api/v1/tasks")
        assert answer.status_code == 200
        slowest = max(slowest, answer.elapsed.total_seconds())
    assert slowest < 3
    problem = refused(await bomb)
    assert problem["reason"] == "file_too_complex"
    services.inspector.seconds = SECONDS


async def test_a_paper_of_the_case_is_never_shown_as_a_page(live: Ground) -> None:
    case = await live.submitted()
    documents = await live.cast.until(
        "applicant", f"/api/v1/cases/{live.number(case)}/documents", lambda f: f["items"]
    )
    address = documents["items"][0]["content_url"]
    for inline, wanted in (("", "attachment"), ("?inline=true", "inline")):
        answer = await live.cast.call("applicant", "GET", address + inline)
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.headers["content-disposition"].startswith(wanted)
        assert answer.headers["x-content-type-options"] == "nosniff"
    missing = await live.cast.call(
        "applicant",
        "GET",
        f"/api/v1/cases/{live.number(case)}/documents/{uuid.uuid4()}/content",
    )
    refused(missing, 404)
