"""An archive package, taken apart and put together again by honest people and by forgers."""

import io
import os
import uuid
import zipfile

from activities.archive import PackageEvent, manifest
from activities.archive_check import ArchiveReport
from storage.chain import canonical_json, detail_digest, genesis, link
from tests.papers.samples import OFFICE

CASE = uuid.UUID("0f2c8a3e-1111-4222-8333-944445555666")
Bag = dict[str, bytes]
EVENTS = "data/events.jsonl"


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


def lines(bag: Bag) -> list[bytes]:
    return bag[EVENTS].splitlines(keepends=True)


def delete_tail(bag: Bag) -> None:
    bag[EVENTS] = b"".join(lines(bag)[:-1])
