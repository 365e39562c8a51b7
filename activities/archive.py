"""The archive package (归档信息包): a closed case in one file that proves itself.

A BagIt bag (RFC 8493) in a zip, after the spirit of DA/T 85 and DA/T 46: papers and materials as
they were, the event chain with its canonical bytes, metadata for people (XML) and machines (JSON),
and the office's signature over all of it. `activities.archive_check` and `openssl` can verify it
without our database and without a network. The same case gives the same bytes, so a retried
hand-over is the same package.

    bagit.txt  bag-info.txt  manifest-sha256.txt  tagmanifest-sha256.txt
    data/metadata.json  data/metadata.xml  data/events.jsonl
    data/papers/…  data/materials/…
    signature/tagmanifest.sig  signature/chain.pem
"""

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, Protocol
from uuid import UUID
from xml.etree import ElementTree

from law.zone import local
from storage.chain import detail_digest, genesis, link

FORMAT: Final = "banjian-archive/1"
REQUIRED: Final = (
    "case_id",
    "case_number",
    "title",
    "procedure",
    "office",
    "opened_at",
    "closed_at",
    "outcome",
    "retention",
)
"""What the story of a case must say (来源、题名、责任者、日期、保管期限)."""

_FOLDERS: Final = {"paper": "papers", "material": "materials", "record": "records"}
_UNSAFE: Final = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|\u200b-\u200f\u202a-\u202e\ud800-\udfff]+')


class PackageRefused(ValueError):
    """The case cannot be packed: its record does not hold, or something is missing."""


class ManifestSigner(Protocol):
    """The part of `activities.seals.SealProvider` that packing needs."""

    def sign(self, data: bytes) -> bytes: ...

    def chain_pem(self) -> bytes: ...


@dataclass(frozen=True)
class PackageEvent:
    """An event as stored: canonical bytes and hash, and its opened details with their salt."""

    canonical: bytes
    hash: bytes
    details: bytes | None = None
    salt: bytes | None = None


@dataclass(frozen=True)
class PackageFile:
    """A file of the case.

    Attributes:
        name: as people know it, with its extension.
        kind: paper (issued by the office), material (handed in) or record (technical).
        sealed: whether it must carry the office's seal.
        meta: number, title, responsible, date, pages…: goes into the metadata as it is.
    """

    name: str
    content: bytes
    media_type: str
    kind: Literal["paper", "material", "record"] = "material"
    sealed: bool = False
    meta: Mapping[str, Any] = field(default_factory=dict)


def build_package(
    story: Mapping[str, Any],
    events: Sequence[PackageEvent],
    files: Sequence[PackageFile],
    *,
    signer: ManifestSigner,
    archived_at: datetime,
) -> bytes:
    """Pack a closed case.

    Args:
        story: JSON values; must have REQUIRED, the rest is kept as it is.
        events: all of the case, from revision 1.
        files: in the order of the catalogue (卷内目录).
        signer: signs in the office's name.
        archived_at: the instant of archiving in the case.

    Raises:
        PackageRefused: a broken chain, missing metadata, no files.
    """
    missing = [key for key in REQUIRED if not story.get(key)]
    if missing:
        raise PackageRefused(f"元数据缺少：{'、'.join(missing)}")
    if not files or not events:
        raise PackageRefused("没有文件或者没有过程记录，不能归档")
    case_id = UUID(str(story["case_id"]))
    head = _check_chain(case_id, events)

    payload: dict[str, bytes] = {}
    listed = []
    for index, file in enumerate(files, 1):
        path = f"data/{_FOLDERS[file.kind]}/{index:03d}-{portable(file.name)}"
        payload[path] = file.content
        listed.append(
            {
                **dict(file.meta),
                "order": index,
                "path": path,
                "name": file.name,
                "kind": file.kind,
                "sealed": file.sealed,
                "media_type": file.media_type,
                "size": len(file.content),
                "sha256": _digest(file.content),
            }
        )
    metadata = {
        "format": FORMAT,
        "case": dict(story),
        "archived_at": archived_at.isoformat(),
        "events": {"count": len(events), "head": head.hex()},
        "files": listed,
    }
    payload["data/metadata.json"] = pretty(metadata)
    payload["data/metadata.xml"] = metadata_xml(metadata)
    payload["data/events.jsonl"] = b"".join(
        _event_line(revision, event) for revision, event in enumerate(events, 1)
    )

    tags: dict[str, bytes] = {
        "bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
        "bag-info.txt": bag_info(metadata, payload),
        "manifest-sha256.txt": manifest(payload),
        "signature/chain.pem": signer.chain_pem(),
    }
    tag_manifest = manifest(tags)
    outer = {
        "tagmanifest-sha256.txt": tag_manifest,
        "signature/tagmanifest.sig": signer.sign(tag_manifest),
    }
    return _zip({**tags, **outer, **payload}, archived_at)


def portable(name: str) -> str:
    """A file name that every file system takes, never longer than 120 bytes, extension kept."""
    clean = _UNSAFE.sub("_", name).strip(" .") or "file"
    stem, dot, extension = clean.rpartition(".")
    if not dot:
        stem, extension = clean, ""
    room = 120 - len(dot + extension.encode().decode())
    while len(stem.encode()) > room:
        stem = stem[:-1]
    return stem + dot + extension


def pretty(value: Any) -> bytes:
    """JSON for people: sorted, indented, one way only."""
    return (json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def manifest(files: Mapping[str, bytes]) -> bytes:
    """A BagIt manifest: digest, two spaces, path, sorted by path."""
    return b"".join(f"{_digest(files[path])}  {path}\n".encode() for path in sorted(files))


def bag_info(metadata: Mapping[str, Any], payload: Mapping[str, bytes]) -> bytes:
    """The bag's label."""
    case = metadata["case"]
    octets = sum(len(content) for content in payload.values())
    lines = {
        "Source-Organization": case["office"],
        "External-Identifier": case["case_number"],
        "External-Description": case["title"],
        "Bagging-Date": metadata["archived_at"][:10],
        "Payload-Oxum": f"{octets}.{len(payload)}",
        "Bag-Software-Agent": FORMAT,
    }
    return "".join(
        f"{key}: {' '.join(str(value).split())}\n" for key, value in lines.items()
    ).encode()


def metadata_xml(metadata: Mapping[str, Any]) -> bytes:
    """The same metadata in the words of archivists (DA/T 46)."""
    case = metadata["case"]
    root = ElementTree.Element("归档信息包", {"格式": metadata["format"]})
    record = ElementTree.SubElement(root, "案卷")
    for label, value in (
        ("聚合层次", "案卷"),
        ("立档单位名称", case["office"]),
        ("电子文件号", case["case_number"]),
        ("题名", case["title"]),
        ("事项", case["procedure"]),
        ("办理结果", case["outcome"]),
        ("形成日期", case["opened_at"]),
        ("办结日期", case["closed_at"]),
        ("归档日期", metadata["archived_at"]),
        ("保管期限", case["retention"]),
        ("机构人员标识", case["case_id"]),
        ("过程记录件数", metadata["events"]["count"]),
        ("过程记录固化值", metadata["events"]["head"]),
    ):
        ElementTree.SubElement(record, label).text = str(value)
    for file in metadata["files"]:
        entry = ElementTree.SubElement(root, "文件", {"顺序号": str(file["order"])})
        for label, key in (
            ("题名", "title"),
            ("文号", "number"),
            ("责任者", "responsible"),
            ("日期", "date"),
            ("计算机文件名", "path"),
            ("格式信息", "media_type"),
            ("计算机文件大小", "size"),
            ("数字摘要", "sha256"),
        ):
            value = file.get(key, file["name"] if key == "title" else None)
            if value is not None:
                ElementTree.SubElement(entry, label).text = str(value)
    ElementTree.indent(root, " ")
    return bytes(ElementTree.tostring(root, "utf-8", xml_declaration=True)) + b"\n"


def _check_chain(case_id: UUID, events: Sequence[PackageEvent]) -> bytes:
    previous = genesis(case_id)
    for revision, event in enumerate(events, 1):
        if link(previous, event.canonical) != event.hash:
            raise PackageRefused(f"过程记录第{revision}条与前后不相衔接，不能归档")
        if event.details is not None:
            told = json.loads(event.canonical).get("details")
            if event.salt is None or detail_digest(event.salt, event.details) != told:
                raise PackageRefused(f"过程记录第{revision}条的内容与摘要不符，不能归档")
        previous = event.hash
    return previous


def _event_line(revision: int, event: PackageEvent) -> bytes:
    line: dict[str, Any] = {
        "revision": revision,
        "canonical": event.canonical.decode(),
        "hash": event.hash.hex(),
    }
    if event.details is not None and event.salt is not None:
        line |= {"details": event.details.decode(), "salt": event.salt.hex()}
    return (json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n").encode()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _zip(files: Mapping[str, bytes], at: datetime) -> bytes:
    out = io.BytesIO()
    there = local(at)
    stamp = (max(there.year, 1980), there.month, there.day, there.hour, there.minute, there.second)
    with zipfile.ZipFile(out, "w") as archive:
        # bagit.txt first: a reader then knows what it holds from the first bytes.
        for path in sorted(files, key=lambda path: (path != "bagit.txt", path)):
            info = zipfile.ZipInfo(path, stamp)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3
            info.external_attr = 0o100644 << 16
            archive.writestr(info, files[path], compresslevel=6)
    return out.getvalue()
