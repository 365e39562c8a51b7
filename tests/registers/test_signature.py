"""Electronic signatures: several signatories on one file, refusals, and the test certificates."""

import asyncio
import io
from datetime import UTC, datetime

import pytest
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from sqlalchemy import select

from registers.errors import RegisterRefused
from registers.messages import sha256_hex
from registers.ports import SigningOpened
from registers.twins.schema import authorities, certificates, contents
from tests.registers.bureau import World
from tests.registers.samples import CHEN, LI, WANG, deposit, pdf, signing

PEOPLE = [CHEN, LI, WANG]


async def open_for(twins: World, document: str, *, case_ref: str = "case-1") -> list[SigningOpened]:
    signature = twins.registers.signature
    return [
        await signature.open_signing(
            signing(document, person, case_ref), key=f"{case_ref}.sign.{i}"
        )
        for i, person in enumerate(PEOPLE)
    ]


async def validate(twins: World, data: bytes, at: datetime) -> list[str]:
    """The names of the signatories, every signature found intact, valid and trusted by the twin's root."""
    async with twins.engine.connect() as connection:
        root = (await connection.execute(select(authorities.c.certificate_pem))).scalar_one()
    roots = list(load_certs_from_pemder_data(root.encode()))
    names = []
    for embedded in PdfFileReader(io.BytesIO(data)).embedded_signatures:
        context = ValidationContext(trust_roots=roots, allow_fetching=False, moment=at)
        status = await async_validate_pdf_signature(embedded, context)
        assert status.intact
        assert status.valid
        assert status.trusted
        names.append(status.signing_cert.subject.native["common_name"])
    return names


async def test_three_sign_one_file_at_once(twins: World) -> None:
    await twins.freeze("2026-09-24T11:00:00+08:00")
    signature = twins.registers.signature
    document = await signature.put_document(pdf())
    assert await signature.put_document(pdf()) == document
    opened = await open_for(twins, document)
    answers = await asyncio.gather(
        *(
            twins.people.post(f"{o.link}/confirm", json=p.model_dump())
            for o, p in zip(opened, PEOPLE, strict=True)
        )
    )
    assert {a.json()["state"] for a in answers} == {"signed"}
    assert (await twins.tick())["delivered"] == 3
    newest = max(twins.inbox.callbacks, key=lambda c: c.payload["signatures"])
    assert newest.outcome == "signed"
    data = await signature.signed_document(newest.request_id, newest.payload["signed_sha256"])
    assert len(data) == newest.payload["size"]
    names = await validate(twins, data, datetime(2026, 9, 24, 4, tzinfo=UTC))
    assert sorted(names) == sorted(p.name for p in PEOPLE)
    for person in PEOPLE:
        assert person.id_number.encode() not in data
    # The signing instant is the story's, not the process's.
    (first, *_) = PdfFileReader(io.BytesIO(data)).embedded_signatures
    assert first.self_reported_timestamp == datetime(2026, 9, 24, 3, tzinfo=UTC)


async def test_a_flipped_byte_shows(twins: World) -> None:
    document = await twins.registers.signature.put_document(pdf(3))
    (opened, *_) = await open_for(twins, document)
    await twins.people.post(f"{opened.link}/confirm", json=CHEN.model_dump())
    state = await twins.registers.signature.signing("case-1.sign.0")
    assert state is not None
    assert state.signed_sha256 is not None
    data = await twins.registers.signature.signed_document("case-1.sign.0", state.signed_sha256)
    flipped = data.replace(b"595", b"596", 1)
    (embedded,) = PdfFileReader(io.BytesIO(flipped)).embedded_signatures
    status = await async_validate_pdf_signature(
        embedded, ValidationContext(trust_roots=[], allow_fetching=False)
    )
    assert not status.intact


async def test_one_certificate_per_signatory(twins: World) -> None:
    await twins.freeze("2026-09-24T11:00:00+08:00")
    document = await twins.registers.signature.put_document(pdf())
    for case_ref in ("case-1", "case-2"):
        for opened, person in zip(
            await open_for(twins, document, case_ref=case_ref), PEOPLE, strict=True
        ):
            await twins.people.post(f"{opened.link}/confirm", json=person.model_dump())
    async with twins.engine.connect() as connection:
        assert len((await connection.execute(select(certificates.c.serial))).all()) == 3
        assert len((await connection.execute(select(authorities.c.id))).all()) == 1
    # Years later the certificate has run out and another is issued.
    await twins.freeze("2030-01-05T11:00:00+08:00")
    (opened, *_) = await open_for(twins, document, case_ref="case-3")
    await twins.people.post(f"{opened.link}/confirm", json=CHEN.model_dump())
    async with twins.engine.connect() as connection:
        assert len((await connection.execute(select(certificates.c.serial))).all()) == 4


async def test_a_signatory_refuses_with_a_reason(twins: World) -> None:
    document = await twins.registers.signature.put_document(pdf())
    (opened, *_) = await open_for(twins, document)
    no = {**CHEN.model_dump(), "reason": "出资比例与约定不符"}
    for _ in range(2):
        answer = await twins.people.post(f"{opened.link}/refuse", json=no)
        assert answer.json()["state"] == "refused"
    late = await twins.people.post(f"{opened.link}/confirm", json=CHEN.model_dump())
    assert late.json()["code"] == "not_open"
    await twins.tick()
    (callback,) = twins.inbox.callbacks
    assert (callback.outcome, callback.payload["reason"]) == ("refused", "出资比例与约定不符")
    with pytest.raises(RegisterRefused, match="not_signed"):
        await twins.registers.signature.signed_document("case-1.sign.0", document)


async def test_a_signatory_clicks_through_the_page(twins: World) -> None:
    document = await twins.registers.signature.put_document(pdf())
    (first, second, _) = await open_for(twins, document)
    page = await twins.people.get(first.link)
    assert document in page.text
    assert CHEN.name not in page.text
    shown = await twins.people.get(f"{first.link}/document")
    assert sha256_hex(shown.content) == document
    signed = await twins.people.post(first.link, data={**CHEN.model_dump(), "act": "sign"})
    assert "已签署" in signed.text
    # The second signatory sees what the first has signed.
    shown = await twins.people.get(f"{second.link}/document")
    assert b"/ByteRange" in shown.content
    no_reason = await twins.people.post(second.link, data={**LI.model_dump(), "act": "refuse"})
    assert "填写有误" in no_reason.text
    given = {**LI.model_dump(), "act": "refuse", "reason": "<b>不同意</b>"}
    refused = await twins.people.post(second.link, data=given)
    assert "&lt;b&gt;不同意&lt;/b&gt;" in refused.text


async def test_what_cannot_be_signed(twins: World) -> None:
    signature = twins.registers.signature
    with pytest.raises(RegisterRefused, match="wrong_format"):
        await signature.put_document(b"<html>")
    # A file that is not there yet is no stored refusal: hand it in and send the same request.
    document = sha256_hex(pdf())
    with pytest.raises(RegisterRefused, match="document_unknown"):
        await signature.open_signing(signing(document), key="case-1.sign.0")
    await signature.put_document(pdf())
    await signature.open_signing(signing(document), key="case-1.sign.0")
    broken = await signature.put_document(b"%PDF-1.7\nnothing")
    with pytest.raises(RegisterRefused, match="document_unreadable"):
        await signature.open_signing(signing(broken), key="case-1.sign.1")


async def test_absent_signatories_sign_by_themselves_when_so_ordered(twins: World) -> None:
    await twins.freeze("2026-09-24T11:00:00+08:00")
    behaviour = {"register": "signature", "auto_answer_seconds": 60}
    (await twins.admin.put("/admin/behaviours", json=behaviour)).raise_for_status()
    document = await twins.registers.signature.put_document(pdf())
    await open_for(twins, document)
    await twins.freeze("2026-09-24T11:01:00+08:00")
    assert (await twins.tick())["settled"] == 3
    assert {c.outcome for c in twins.inbox.callbacks} == {"signed"}
    behaviour["auto_answer_seconds"] = None
    (await twins.admin.put("/admin/behaviours", json=behaviour)).raise_for_status()
    await open_for(twins, document, case_ref="case-2")
    await twins.freeze("2026-09-24T12:00:00+08:00")
    assert (await twins.tick())["settled"] == 0


async def test_the_archive_takes_what_was_signed(twins: World) -> None:
    await twins.freeze("2026-12-31T23:59:59+08:00")
    archive = twins.registers.archive
    package = b"package one"
    with pytest.raises(RegisterRefused, match="content_unknown"):
        await archive.deposit(deposit(package), key="case-1.deposit.1")
    await archive.put_package(package)
    first = await archive.deposit(deposit(package), key="case-1.deposit.1")
    assert first.archive_number == "421303-2026-000001"
    assert await archive.package(first.package_sha256) == package
    with pytest.raises(RegisterRefused, match="already_deposited"):
        await archive.deposit(deposit(package), key="case-1.deposit.2")
    with pytest.raises(RegisterRefused, match="size_mismatch"):
        await archive.deposit(deposit(package, "case-2", size=1), key="case-2.deposit.1")
    second = await archive.deposit(deposit(package, "case-2"), key="case-2.deposit.2")
    assert second.archive_number == "421303-2026-000002"
    await twins.freeze("2027-01-01T00:00:00+08:00")
    third = await archive.deposit(deposit(package, "case-3"), key="case-3.deposit.1")
    assert third.archive_number == "421303-2027-000001"
    with pytest.raises(RegisterRefused, match="content_unknown"):
        await archive.package(sha256_hex(b"never handed in"))


async def test_a_file_that_cannot_be_signed_ends_its_errand(twins: World) -> None:
    """Absent signatories of a closed document: one refusal, not an errand that comes up for ever."""
    behaviour = {"register": "signature", "auto_answer_seconds": 0}
    (await twins.admin.put("/admin/behaviours", json=behaviour)).raise_for_status()
    document = await twins.registers.signature.put_document(pdf())
    await open_for(twins, document)
    async with twins.engine.begin() as connection:
        await connection.execute(contents.update().values(data=b"%PDF-1.7 damaged"))
    assert (await twins.tick())["settled"] == 3
    assert {(c.outcome, c.payload["reason"]) for c in twins.inbox.callbacks} == {
        ("refused", "文件无法签名")
    }
