"""The seal: valid, the same twice, over the signature, and broken by any change."""

import asyncio
import io
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pypdf import PdfReader

from activities.certificates import (
    CertificateBroken,
    check_chain,
    check_signature,
    open_seal_key,
    read_chain,
)
from activities.papers import render
from activities.seal_check import verify
from activities.seals import SEAL_SIZE_PT, LocalSeals, SealRefused
from forms.papers.model import PAPERS
from tests.papers.samples import ISSUED, OFFICE, SAMPLES


@pytest.fixture(scope="module")
def seals(tmp_path_factory: pytest.TempPathFactory) -> LocalSeals:
    return LocalSeals(tmp_path_factory.mktemp("secrets"), OFFICE)


@pytest.fixture(scope="module")
def notice() -> bytes:
    return render("acceptance", SAMPLES["acceptance"], timestamp=ISSUED)


@pytest.mark.parametrize("kind", sorted(PAPERS))
async def test_every_paper_takes_the_seal_in_one_place(seals: LocalSeals, kind: str) -> None:
    sealed = await seals.seal(render(kind, SAMPLES[kind], timestamp=ISSUED), signed_at=ISSUED)
    report = await seals.verify(sealed)
    assert report.valid, report
    assert report.signer == OFFICE
    assert report.signed_at == ISSUED
    assert {check.id for check in report.checks} == {f"Z{n}" for n in range(1, 8)}
    reader = PdfReader(io.BytesIO(sealed))
    widgets = [
        (page, note.get_object())
        for page in reader.pages
        for note in page.get("/Annots") or []
        if note.get_object().get("/FT") == "/Sig"
    ]
    # Signed by the party, or by nobody: the office seals nothing visible on it.
    if kind in {"archive_catalogue", "application", "supplement_commitment"}:
        return
    [(page, widget)] = widgets
    left, bottom, right, top = (float(edge) for edge in widget["/Rect"])
    assert abs(right - left - SEAL_SIZE_PT) < 1.5
    assert abs(top - bottom - SEAL_SIZE_PT) < 1.5
    assert left > float(page.mediabox.width) / 3, "the seal sits on the signature, on the right"
    assert bottom > 0


async def test_sealing_twice_gives_the_same_bytes(seals: LocalSeals, notice: bytes) -> None:
    once = await seals.seal(notice, signed_at=ISSUED, reason="受理通知书")
    assert once == await seals.seal(notice, signed_at=ISSUED, reason="受理通知书")
    with pytest.raises(SealRefused):
        await seals.seal(once, signed_at=ISSUED)


async def test_any_changed_byte_is_noticed(seals: LocalSeals, notice: bytes) -> None:
    sealed = await seals.seal(notice, signed_at=ISSUED)
    # The gap of the signature itself (its padding) is the only part no digest covers.
    begin = sealed.rindex(b"/Contents <") + len(b"/Contents <")
    end = sealed.index(b">", begin)
    for position in range(0, len(sealed), 1499):
        if begin <= position < end:
            continue
        broken = bytearray(sealed)
        broken[position] ^= 0x20
        assert not (await seals.verify(bytes(broken))).valid, position
    appended = await seals.verify(sealed + b"\n1 0 obj\n<<>>\nendobj\n")
    assert not appended.valid


async def test_the_padding_of_the_signature_cannot_carry_anything(
    seals: LocalSeals, notice: bytes
) -> None:
    sealed = await seals.seal(notice, signed_at=ISSUED)
    begin = sealed.rindex(b"/Contents <") + len(b"/Contents <")
    end = sealed.index(b">", begin)
    smuggled = sealed[: end - 8] + b"deadbeef" + sealed[end:]
    assert not (await seals.verify(smuggled)).valid


async def test_what_is_no_sealed_document_gets_a_report_not_an_exception(
    seals: LocalSeals, notice: bytes
) -> None:
    for document in (b"", b"%PDF-1.7", b"\x00" * 99, notice, notice[:5000]):
        report = await seals.verify(document)
        assert not report.valid
        assert report.checks[0].id == "Z1"
        assert report.as_json()["signed_at"] is None


async def test_a_seal_of_another_installation_is_not_trusted(
    tmp_path: Path, seals: LocalSeals, notice: bytes
) -> None:
    forged = await LocalSeals(tmp_path, OFFICE).seal(notice, signed_at=ISSUED)
    report = await seals.verify(forged)
    assert not report.valid
    assert [check.id for check in report.checks if not check.ok] == ["Z5"]
    assert not (await verify(forged, [])).valid


def test_the_certificates_are_made_once_and_kept_private(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(lambda _: open_seal_key(tmp_path / "new", OFFICE), range(16)))
    assert len({key.chain_pem() for key in keys}) == 1
    other = open_seal_key(tmp_path / "new", "随州市曾都区西城市场监督管理所")
    assert other.chain[1] == keys[0].chain[1]
    for path in (tmp_path / "new").rglob("key.pem"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not list((tmp_path / "new").glob(".*")), "no drafts stay behind"


def test_a_chain_holds_link_by_link(tmp_path: Path) -> None:
    key, foreign = open_seal_key(tmp_path / "a", OFFICE), open_seal_key(tmp_path / "b", OFFICE)
    check_chain(read_chain(key.chain_pem()), ISSUED)
    for chain, at in (
        ((key.chain[0], foreign.chain[1]), ISSUED),
        ((key.chain[0],), ISSUED),
        (key.chain, datetime(2051, 1, 1, tzinfo=UTC)),
    ):
        with pytest.raises(CertificateBroken):
            check_chain(chain, at)
    with pytest.raises(CertificateBroken):
        read_chain(b"nothing")


def test_a_detached_signature_is_the_seals(tmp_path: Path, seals: LocalSeals) -> None:
    certificate = read_chain(seals.chain_pem())[0]
    signature = seals.sign(b"manifest")
    assert signature == seals.sign(b"manifest")
    assert check_signature(certificate, b"manifest", signature)
    assert not check_signature(certificate, b"manifesT", signature)
    assert not check_signature(certificate, b"manifest", signature[:-1])
    assert not check_signature(open_seal_key(tmp_path, OFFICE).certificate, b"manifest", signature)


async def test_sealing_needs_no_loop_of_its_own(seals: LocalSeals, notice: bytes) -> None:
    results = await asyncio.gather(*(seals.seal(notice, signed_at=ISSUED) for _ in range(4)))
    assert len(set(results)) == 1
