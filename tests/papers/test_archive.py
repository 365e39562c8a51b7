"""The archive package proves itself, and every kind of tampering is found."""

import hashlib
import io
import json
import os
import subprocess
import uuid
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import pytest_asyncio
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from PIL import Image
from typer.testing import CliRunner

from activities.archive import (
    PackageEvent,
    PackageFile,
    PackageRefused,
    build_package,
    manifest,
    portable,
)
from activities.archive_check import ArchiveReport, check_package
from activities.papers import render
from activities.seals import LocalSeals
from banjian.commands.archive import app
from storage.chain import canonical_json, detail_digest, genesis, link
from tests.papers.samples import ISSUED, OFFICE, SAMPLES

CASE = uuid.UUID("0f2c8a3e-1111-4222-8333-944445555666")
Bag = dict[str, bytes]


def story() -> dict[str, object]:
    return {
        "case_id": str(CASE),
        "case_number": "421303-2026-000123",
        "title": "随州市曾都区䶮辉商贸有限公司设立登记",
        "procedure": "establishment_registration",
        "office": OFFICE,
        "opened_at": "2026-09-23T10:00:00+08:00",
        "closed_at": "2026-09-28T16:30:00+08:00",
        "outcome": "准予登记",
        "retention": "permanent",
        "timeline": [{"stage": "submitted", "at": "2026-09-23T10:00:00+08:00"}],
    }


def chained(count: int, case_id: uuid.UUID = CASE) -> list[PackageEvent]:
    events, previous = [], genesis(case_id)
    for revision in range(1, count + 1):
        salt, details = os.urandom(32), canonical_json({"who": "周晓岚", "n": revision})
        canonical = canonical_json(
            {
                "case": str(case_id),
                "revision": revision,
                "kind": "moved",
                "details": detail_digest(salt, details),
            }
        )
        previous = link(previous, canonical)
        events.append(PackageEvent(canonical, previous, details, salt))
    return events


@pytest.fixture(scope="module")
def seals(tmp_path_factory: pytest.TempPathFactory) -> LocalSeals:
    return LocalSeals(tmp_path_factory.mktemp("secrets"), OFFICE)


@pytest_asyncio.fixture(scope="module")
async def files(seals: LocalSeals) -> list[PackageFile]:
    papers = []
    for kind in ("acceptance", "business_licence"):
        pdf = await seals.seal(render(kind, SAMPLES[kind], timestamp=ISSUED), signed_at=ISSUED)
        meta = {"number": SAMPLES[kind]["number"], "responsible": OFFICE, "date": "2026-09-23"}
        papers.append(PackageFile(f"{kind}.pdf", pdf, "application/pdf", "paper", True, meta))
    picture = io.BytesIO()
    Image.new("RGB", (30, 20), "white").save(picture, "PNG")
    plain = render("archive_catalogue", SAMPLES["archive_catalogue"], timestamp=ISSUED)
    return [
        *papers,
        PackageFile("身份证/正面.png", picture.getvalue(), "image/png"),
        PackageFile("章程.pdf", plain, "application/pdf"),
    ]


@pytest.fixture(scope="module")
def package(seals: LocalSeals, files: list[PackageFile]) -> bytes:
    return build_package(story(), chained(6), files, signer=seals, archived_at=ISSUED)


def unpack(package: bytes) -> Bag:
    with zipfile.ZipFile(io.BytesIO(package)) as bag:
        return {entry.filename: bag.read(entry) for entry in bag.infolist()}


def repack(bag: Bag) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in bag.items():
            archive.writestr(path, content)
    return out.getvalue()


def remanifest(bag: Bag) -> Bag:
    """What a careful forger does: all digests right again."""
    payload = {path: content for path, content in bag.items() if path.startswith("data/")}
    octets = sum(map(len, payload.values()))
    info = [
        f"Payload-Oxum: {octets}.{len(payload)}" if line.startswith("Payload-Oxum") else line
        for line in bag["bag-info.txt"].decode().split("\n")
    ]
    tags = {
        "bagit.txt": bag["bagit.txt"],
        "bag-info.txt": "\n".join(info).encode(),
        "manifest-sha256.txt": manifest(payload),
        "signature/chain.pem": bag["signature/chain.pem"],
    }
    return {**bag, **tags, "tagmanifest-sha256.txt": manifest(tags)}


def failed(report: ArchiveReport) -> set[str]:
    return {item.id for item in report.items if item.ok is False}


async def test_a_good_package_holds_in_every_item(package: bytes, seals: LocalSeals) -> None:
    report = await check_package(package, (seals.root,))
    assert report.ok, [item for item in report.items if not item.ok]
    assert (report.events, report.files, report.signer) == (6, 4, OFFICE)
    assert report.root_known
    assert {item.property for item in report.items} == {"真实性", "完整性", "可用性", "安全性"}
    assert len({item.id for item in report.items}) == len(report.items) >= 17


def test_the_same_case_gives_the_same_package(seals: LocalSeals, files: list[PackageFile]) -> None:
    events = chained(2)
    once = build_package(story(), events, files, signer=seals, archived_at=ISSUED)
    assert once == build_package(story(), events, files, signer=seals, archived_at=ISSUED)


async def test_the_case_can_be_told_from_the_package_alone(package: bytes) -> None:
    bag = unpack(package)
    metadata = json.loads(bag["data/metadata.json"])
    assert metadata["case"] == story()
    assert [f["path"] for f in metadata["files"]][2] == "data/materials/003-身份证_正面.png"
    told = [json.loads(line) for line in bag["data/events.jsonl"].splitlines()]
    assert [json.loads(event["details"])["n"] for event in told] == [1, 2, 3, 4, 5, 6]
    assert "<题名>随州市曾都区䶮辉商贸有限公司设立登记</题名>" in bag["data/metadata.xml"].decode()


def test_standard_tools_verify_it(package: bytes, tmp_path: Path) -> None:
    bag = unpack(package)
    for path, content in bag.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    for name in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        subprocess.run(["sha256sum", "--quiet", "-c", name], cwd=tmp_path, check=True)
    [own, *_] = x509.load_pem_x509_certificates(bag["signature/chain.pem"])
    (tmp_path / "own.pem").write_bytes(
        own.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    verified = subprocess.run(
        [
            *("openssl", "dgst", "-sha256", "-verify", "own.pem"),
            *("-signature", "signature/tagmanifest.sig", "tagmanifest-sha256.txt"),
        ],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    assert b"Verified OK" in verified.stdout


# -- tampering --------------------------------------------------------------------------------------

EVENTS = "data/events.jsonl"


def lines(bag: Bag) -> list[bytes]:
    return bag[EVENTS].splitlines(keepends=True)


def edit(bag: Bag) -> None:
    bag[EVENTS] = bag[EVENTS].replace(b'\\"kind\\":\\"moved\\"', b'\\"kind\\":\\"ended\\"', 1)


def edit_details(bag: Bag) -> None:
    bag[EVENTS] = bag[EVENTS].replace("周晓岚".encode(), "周晓峰".encode(), 1)


def delete_middle(bag: Bag) -> None:
    told = lines(bag)
    bag[EVENTS] = b"".join(told[:2] + told[3:])


def delete_tail(bag: Bag) -> None:
    bag[EVENTS] = b"".join(lines(bag)[:-1])


def delete_all(bag: Bag) -> None:
    bag[EVENTS] = b""


def insert(bag: Bag) -> None:
    told = lines(bag)
    event = json.loads(told[2])
    event["canonical"] = event["canonical"].replace("moved", "paid")
    bag[EVENTS] = b"".join([*told[:3], json.dumps(event).encode() + b"\n", *told[3:]])


def reorder(bag: Bag) -> None:
    told = lines(bag)
    told[1], told[3] = told[3], told[1]
    bag[EVENTS] = b"".join(told)


def swap_for_another_case(bag: Bag) -> None:
    other = chained(6, uuid.uuid4())
    told = [
        {"revision": n, "canonical": e.canonical.decode(), "hash": e.hash.hex()}
        for n, e in enumerate(other, 1)
    ]
    bag[EVENTS] = b"".join(json.dumps(event).encode() + b"\n" for event in told)


CHAIN = [
    (edit, "Z3"),
    (edit_details, "Z5"),
    (delete_middle, "Z3"),
    (delete_tail, "Z4"),
    (delete_all, "Z4"),
    (insert, "Z3"),
    (reorder, "Z3"),
    (swap_for_another_case, "Z3"),
]


@pytest.mark.parametrize(("tamper", "item"), CHAIN)
async def test_tampered_events_are_found_three_times(
    package: bytes, seals: LocalSeals, tamper: Callable[[Bag], None], item: str
) -> None:
    bag = unpack(package)
    tamper(bag)
    assert {"W3", item} <= failed(await check_package(repack(bag)))
    careful = remanifest(bag)
    found = failed(await check_package(repack(careful)))
    assert {"Z2", item} <= found
    assert "W3" not in found
    # Even one who may sign cannot bend the chain.
    signed = {**careful, "signature/tagmanifest.sig": seals.sign(careful["tagmanifest-sha256.txt"])}
    found = failed(await check_package(repack(signed), (seals.root,)))
    assert item in found
    assert "Z2" not in found


def edit_paper(bag: Bag) -> None:
    path = "data/papers/001-acceptance.pdf"
    broken = bytearray(bag[path])
    broken[len(broken) // 3] ^= 1
    bag[path] = bytes(broken)


def append_to_paper(bag: Bag) -> None:
    bag["data/papers/001-acceptance.pdf"] += b"\n%more\n"


def swap_papers(bag: Bag) -> None:
    one, two = "data/papers/001-acceptance.pdf", "data/papers/002-business_licence.pdf"
    bag[one], bag[two] = bag[two], bag[one]


def delete_paper(bag: Bag) -> None:
    del bag["data/papers/002-business_licence.pdf"]


def add_paper(bag: Bag) -> None:
    bag["data/papers/005-extra.pdf"] = bag["data/papers/001-acceptance.pdf"]


def edit_metadata(bag: Bag) -> None:
    for path in ("data/metadata.json", "data/metadata.xml"):
        bag[path] = bag[path].replace("准予登记".encode(), "不予登记".encode())


def edit_one_metadata(bag: Bag) -> None:
    bag["data/metadata.xml"] = bag["data/metadata.xml"].replace("准予".encode(), "不予".encode())


@pytest.mark.parametrize(
    ("tamper", "plain", "careful"),
    [
        (edit_paper, {"W3", "Z6", "Z7"}, {"Z2", "Z6", "Z7"}),
        (append_to_paper, {"W3", "Z6", "Z7"}, {"Z2", "Z6", "Z7"}),
        (swap_papers, {"W3", "Z6"}, {"Z2", "Z6"}),
        (delete_paper, {"W3", "W6"}, {"Z2", "W6"}),
        (add_paper, {"W4", "W6"}, {"Z2", "W6"}),
        (edit_metadata, {"W3"}, {"Z2"}),
        (edit_one_metadata, {"W3", "K3"}, {"Z2", "K3"}),
    ],
)
async def test_tampered_files_are_found(
    package: bytes, tamper: Callable[[Bag], None], plain: set[str], careful: set[str]
) -> None:
    bag = unpack(package)
    tamper(bag)
    assert plain <= failed(await check_package(repack(bag)))
    assert careful <= failed(await check_package(repack(remanifest(bag))))


async def test_a_package_signed_by_another_authority_shows_its_root(
    package: bytes, seals: LocalSeals, files: list[PackageFile], tmp_path: Path
) -> None:
    forger = LocalSeals(tmp_path, OFFICE)
    forged = build_package(story(), chained(3), files[2:], signer=forger, archived_at=ISSUED)
    alone, pinned = await check_package(forged), await check_package(forged, (seals.root,))
    assert alone.ok
    assert not alone.root_known
    assert alone.root_sha256 != (await check_package(package)).root_sha256
    assert failed(pinned) == {"Z1"}


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bag:
        bag.writestr("bagit.txt", b"\0" * 30_000_000)
    return out.getvalue().replace(
        (30_000_000).to_bytes(4, "little"), (0xF0000000).to_bytes(4, "little")
    )


def with_entry(name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as bag:
        bag.writestr(name, b"x")
    return out.getvalue()


def link_entry() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as bag:
        entry = zipfile.ZipInfo("bagit.txt")
        entry.external_attr = 0o120777 << 16
        bag.writestr(entry, b"/etc/passwd")
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04",
        os.urandom(4000),
        bomb(),
        with_entry("../evil"),
        with_entry("/evil"),
        with_entry("a//b"),
        with_entry("C:\\evil"),
        link_entry(),
    ],
    ids=["empty", "magic", "noise", "bomb", "up", "absolute", "double", "drive", "link"],
)
async def test_what_is_no_package_is_reported_not_raised(content: bytes) -> None:
    report = await check_package(content)
    assert not report.ok
    assert failed(report) == {"A1"}
    assert all(item.ok is None for item in report.items if item.id != "A1")


@pytest.mark.parametrize(
    "value", [[], {}, "x", 7, None, {"format": "banjian-archive/1", "case": []}]
)
async def test_metadata_of_any_shape_is_reported_not_raised(package: bytes, value: object) -> None:
    bag = unpack(package)
    bag["data/metadata.json"] = json.dumps(value).encode()
    assert "W5" in failed(await check_package(repack(remanifest(bag))))


def test_a_broken_record_is_not_packed(seals: LocalSeals, files: list[PackageFile]) -> None:
    events = chained(4)
    wrong_details = PackageEvent(events[1].canonical, events[1].hash, b"{}", events[1].salt)
    for broken in (events[1:], [events[0], events[2]], [events[0], wrong_details], []):
        with pytest.raises(PackageRefused):
            build_package(story(), broken, files, signer=seals, archived_at=ISSUED)
    incomplete = {**story(), "retention": ""}
    with pytest.raises(PackageRefused, match="retention"):
        build_package(incomplete, events, files, signer=seals, archived_at=ISSUED)
    with pytest.raises(PackageRefused):
        build_package(story(), events, [], signer=seals, archived_at=ISSUED)


def test_names_inside_are_portable() -> None:
    assert portable("../../a b.pdf") == "_.._a b.pdf"
    assert portable("名" * 90 + ".pdf").endswith(".pdf")
    assert len(portable("名" * 90 + ".pdf").encode()) <= 120
    assert portable("...") == "file"


# -- the command ------------------------------------------------------------------------------------


def test_the_command_says_what_it_found(package: bytes, seals: LocalSeals, tmp_path: Path) -> None:
    good, bad, root = tmp_path / "good.zip", tmp_path / "bad.zip", tmp_path / "root.pem"
    good.write_bytes(package)
    bag = unpack(package)
    delete_tail(bag)
    bad.write_bytes(repack(bag))
    root.write_bytes(seals.root.public_bytes(serialization.Encoding.PEM))
    run = CliRunner().invoke
    told = run(app, ["check", str(good), "--json", "--trust", str(root)])
    assert told.exit_code == 0, told.output
    document = json.loads(told.stdout)
    assert document["ok"]
    assert document["packages"][0]["sha256"] == hashlib.sha256(package).hexdigest()
    found = run(app, ["check", str(good), str(bad), "--json"])
    assert found.exit_code == 6
    assert [p["ok"] for p in json.loads(found.stdout)["packages"]] == [True, False]
    assert "四性检测未通过" in run(app, ["check", str(bad)]).output
    assert "根证书指纹" in run(app, ["check", str(good)]).output
    assert run(app, ["check", str(tmp_path / "none.zip")]).exit_code == 3
    assert run(app, ["check", str(good), "--trust", str(good)]).exit_code == 2
