"""Every kind of tampering with an archive package is found, and what is no package is reported."""

import io
import json
import os
import uuid
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from activities.archive import PackageFile, build_package
from activities.archive_check import check_package
from activities.seals import LocalSeals
from tests.papers.packages import (
    EVENTS,
    Bag,
    chained,
    delete_tail,
    failed,
    lines,
    remanifest,
    repack,
    story,
    unpack,
)
from tests.papers.samples import ISSUED, OFFICE


def edit(bag: Bag) -> None:
    bag[EVENTS] = bag[EVENTS].replace(b'\\"kind\\":\\"moved\\"', b'\\"kind\\":\\"ended\\"', 1)


def edit_details(bag: Bag) -> None:
    bag[EVENTS] = bag[EVENTS].replace("周晓岚".encode(), "周晓峰".encode(), 1)


def delete_middle(bag: Bag) -> None:
    told = lines(bag)
    bag[EVENTS] = b"".join(told[:2] + told[3:])


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
