"""The items of the check of an archive package, each over the package's own bytes."""

import hashlib
import io
import json
import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from cryptography import x509

from activities import archive
from activities.archive_pdf import describe_pdf
from activities.certificates import (
    CertificateBroken,
    check_chain,
    check_signature,
    common_name,
    fingerprint,
    read_chain,
)
from storage.chain import detail_digest, genesis, link

MAX_ENTRIES: Final = 20_000
MAX_UNPACKED_BYTES: Final = 2 * 1024**3
_MEDIA: Final = {
    "application/pdf": b"%PDF-",
    "image/jpeg": b"\xff\xd8\xff",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "application/json": b"",
}
_LINE: Final = re.compile(r"(?P<digest>[0-9a-f]{64})  (?P<path>[^\r\n]+)")
_OUTSIDE: Final = {"tagmanifest-sha256.txt", "signature/tagmanifest.sig"}


class Property(StrEnum):
    """The four properties."""

    AUTHENTIC = "真实性"
    COMPLETE = "完整性"
    USABLE = "可用性"
    SECURE = "安全性"


_PROPERTIES: Final = {
    "Z": Property.AUTHENTIC,
    "W": Property.COMPLETE,
    "K": Property.USABLE,
    "A": Property.SECURE,
}


@dataclass(frozen=True)
class Item:
    """One checked item; `ok` is None where it could not be looked at."""

    id: str
    property: Property
    name: str
    ok: bool | None
    detail: str


class Failed(Exception):
    """An item does not hold; the text says where."""


class Check:
    """One package being checked: what was unpacked so far and the items found."""

    def __init__(self, package: bytes, trust: tuple[x509.Certificate, ...]) -> None:
        self.package = package
        self.trust = trust
        self.items: list[Item] = []
        self.files: dict[str, bytes] = {}
        self.metadata: dict[str, Any] = {}
        self.events: list[dict[str, Any]] = []
        self.chain: tuple[x509.Certificate, ...] = ()

    def item(self, ident: str, name: str, work: Callable[[], str], *needs: str) -> None:
        """Run one item, unless an item that it needs did not hold."""
        kind = _PROPERTIES[ident[0]]
        failed = {item.id for item in self.items if not item.ok}
        if blocked := sorted(failed & set(needs)):
            self.items.append(Item(ident, kind, name, None, f"因 {'、'.join(blocked)} 未能检测"))
            return
        try:
            self.items.append(Item(ident, kind, name, True, work()))
        except Failed as found:
            self.items.append(Item(ident, kind, name, False, str(found)))
        except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
            # A package from outside may hold anything where a value is expected.
            self.items.append(
                Item(ident, kind, name, False, f"内容不合格式（{type(error).__name__}）")
            )

    # -- A: what must hold before anything is unpacked ------------------------------------------

    def unpack(self) -> str:
        try:
            with zipfile.ZipFile(io.BytesIO(self.package)) as bag:
                entries = bag.infolist()
                need(len(entries) <= MAX_ENTRIES, "文件过多")
                need(sum(e.file_size for e in entries) <= MAX_UNPACKED_BYTES, "展开后过大")
                for entry in entries:
                    path = entry.filename
                    need(_safe(path), f"路径不安全：{path!r}")
                    need(path not in self.files, f"同名文件：{path}")
                    need(not entry.flag_bits & 1, f"已加密：{path}")
                    need(not stat.S_ISLNK(entry.external_attr >> 16), f"是链接：{path}")
                    content = bag.read(entry)
                    need(len(content) == entry.file_size, f"大小不实：{path}")
                    self.files[path] = content
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
            raise Failed("不是完好的 zip 文件") from error
        return f"{len(self.files)} 个文件，路径安全，无加密、无链接"

    def allowed(self) -> str:
        for file in self.metadata["files"]:
            need(file["media_type"] in _MEDIA, f"{file['path']}：类型 {file['media_type']}")
        return "只含约定的格式"

    def harmless(self) -> str:
        for path, content in self.pdfs():
            found = describe_pdf(content)
            need(not found.encrypted, f"{path}：设有密码")
            need(not found.active, f"{path}：含有脚本或者自动动作")
        return "PDF 无密码、无脚本"

    # -- W ---------------------------------------------------------------------------------------

    def structure(self) -> str:
        for path in ("bagit.txt", "bag-info.txt", "manifest-sha256.txt", *sorted(_OUTSIDE)):
            need(path in self.files, f"缺少 {path}")
        need(self.files["bagit.txt"].startswith(b"BagIt-Version: 1.0\n"), "bagit.txt 版本不符")
        return "BagIt 1.0"

    def fixity(self) -> str:
        listed = _manifest(self.files["manifest-sha256.txt"])
        self._compare(listed)
        return f"{len(listed)} 个文件的摘要相符"

    def tag_fixity(self) -> str:
        listed = _manifest(self.files["tagmanifest-sha256.txt"])
        need("manifest-sha256.txt" in listed, "清单未被固化")
        self._compare(listed)
        return f"{len(listed)} 个标签文件的摘要相符"

    def nothing_else(self) -> str:
        listed = _manifest(self.files["manifest-sha256.txt"])
        listed |= _manifest(self.files["tagmanifest-sha256.txt"])
        extra = sorted(self.files.keys() - listed.keys() - _OUTSIDE)
        need(not extra, f"清单以外的文件：{'、'.join(extra[:5])}")
        return "没有清单以外的文件"

    def required(self) -> str:
        self.metadata = json.loads(self.files["data/metadata.json"])
        need(self.metadata["format"] == archive.FORMAT, "格式版本不识别")
        case = self.metadata["case"]
        missing = [key for key in archive.REQUIRED if not case.get(key)]
        need(not missing, f"缺少 {'、'.join(missing)}")
        return f"{case['case_number']}，{case['title']}"

    def counted(self) -> str:
        files = self.metadata["files"]
        need([f["order"] for f in files] == list(range(1, len(files) + 1)), "顺序号不连续")
        told = {f["path"] for f in files}
        there = {path for path in self.files if path.startswith("data/") and path.count("/") > 1}
        need(told == there, f"元数据与文件不符：{'、'.join(sorted(told ^ there)[:5])}")
        return f"{len(files)} 件，与目录相符"

    def labelled(self) -> str:
        payload = {p: c for p, c in self.files.items() if p.startswith("data/")}
        need(self.files["bag-info.txt"] == archive.bag_info(self.metadata, payload), "包标签不符")
        return "包标签与内容相符"

    # -- Z ---------------------------------------------------------------------------------------

    def certificates(self) -> str:
        self.chain = read_chain(self.files["signature/chain.pem"])
        archived = datetime.fromisoformat(
            json.loads(self.files["data/metadata.json"])["archived_at"]
        )
        try:
            check_chain(self.chain, archived)
        except CertificateBroken as error:
            raise Failed(str(error)) from error
        root = fingerprint(self.chain[-1])
        if self.trust:
            known = {fingerprint(one) for one in self.trust}
            need(root in known, f"根证书 {root} 不是指定的信任根")
            return f"{common_name(self.chain[0])}，根证书与指定的相符"
        return f"{common_name(self.chain[0])}，根证书指纹 {root}，请与本机关公布的核对"

    def signed(self) -> str:
        good = check_signature(
            self.chain[0],
            self.files["tagmanifest-sha256.txt"],
            self.files["signature/tagmanifest.sig"],
        )
        need(good, "清单的签名不成立")
        return f"由 {common_name(self.chain[0])} 签名"

    def linked(self) -> str:
        lines = self.files["data/events.jsonl"].decode().split("\n")
        need(lines.pop() == "", "过程记录末尾不完整")
        self.events = [json.loads(line) for line in lines]
        previous = genesis(UUID(self.metadata["case"]["case_id"]))
        for position, event in enumerate(self.events, 1):
            canonical = event["canonical"].encode()
            inside = json.loads(canonical)
            here = f"第{position}条"
            need(event["revision"] == position == inside["revision"], f"{here}：序号不连续")
            this = link(previous, canonical)
            need(this.hex() == event["hash"], f"{here}：与前一条不相衔接或者内容被改")
            need(inside["case"] == self.metadata["case"]["case_id"], f"{here}：属于别的办件")
            previous = this
        return f"{len(self.events)} 条前后衔接"

    def ended(self) -> str:
        told = self.metadata["events"]
        need(
            told["count"] == len(self.events),
            f"应有 {told['count']} 条，只有 {len(self.events)} 条",
        )
        need(
            bool(self.events) and told["head"] == self.events[-1]["hash"],
            "最后一条不是固化的那一条",
        )
        return "首尾完整"

    def told(self) -> str:
        opened = 0
        for event in self.events:
            if "details" not in event:
                continue
            digest = detail_digest(bytes.fromhex(event["salt"]), event["details"].encode())
            said = json.loads(event["canonical"])["details"]
            need(digest == said, f"第{event['revision']}条：内容与摘要不符")
            opened += 1
        return f"{opened} 条的内容与摘要相符"

    def described(self) -> str:
        for file in self.metadata["files"]:
            content = self.files[file["path"]]
            same = file["sha256"] == hashlib.sha256(content).hexdigest()
            need(same and file["size"] == len(content), f"{file['path']}：与元数据不符")
        return "文件与元数据相符"

    # -- K ---------------------------------------------------------------------------------------

    def readable(self) -> str:
        for file in self.metadata["files"]:
            content = self.files[file["path"]]
            need(
                content.startswith(_MEDIA.get(file["media_type"], b"")),
                f"{file['path']}：内容与格式不符",
            )
        for path, content in self.pdfs():
            need(describe_pdf(content).pages > 0, f"{path}：不能打开")
        return "各文件能按其格式打开"

    def archival(self) -> str:
        papers = [f for f in self.metadata["files"] if f["kind"] == "paper"]
        for file in papers:
            part = describe_pdf(self.files[file["path"]]).archival_part
            need(part is not None, f"{file['path']}：不是 PDF/A")
        return f"{len(papers)} 件文书为 PDF/A"

    def agreed(self) -> str:
        expected = archive.metadata_xml(self.metadata)
        need(self.files.get("data/metadata.xml") == expected, "两种形式的元数据不一致")
        return "XML 与 JSON 一致"

    # -- help ------------------------------------------------------------------------------------

    def pdfs(self) -> list[tuple[str, bytes]]:
        listed = [f["path"] for f in self.metadata["files"] if f["media_type"] == "application/pdf"]
        return [(path, self.files[path]) for path in listed]

    def _compare(self, listed: Mapping[str, str]) -> None:
        for path, digest in listed.items():
            need(path in self.files, f"缺少 {path}")
            need(hashlib.sha256(self.files[path]).hexdigest() == digest, f"{path}：内容被改动")


def need(holds: bool, otherwise: str) -> None:
    """The item fails with `otherwise` unless it holds."""
    if not holds:
        raise Failed(otherwise)


def _safe(path: str) -> bool:
    parts = path.split("/")
    return (
        0 < len(path.encode(errors="replace")) <= 400
        and not path.startswith("/")
        and "\\" not in path
        and ":" not in path
        and all(part not in {"", ".", ".."} for part in parts)
        and path.isprintable()
    )


def _manifest(content: bytes) -> dict[str, str]:
    listed: dict[str, str] = {}
    for line in content.decode().splitlines():
        match = _LINE.fullmatch(line)
        need(match is not None, "清单的格式不符")
        assert match is not None
        need(match["path"] not in listed, f"清单重复：{match['path']}")
        listed[match["path"]] = match["digest"]
    return listed
