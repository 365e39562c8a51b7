"""The four properties (四性检测, DA/T 70-2018) of an archive package, from its bytes alone.

真实性 authenticity, 完整性 integrity, 可用性 usability, 安全性 security. Each item has an id; an item
either holds, does not, or could not be looked at because an earlier one failed.
"""

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from cryptography import x509

from activities.archive_items import Check, Item, need
from activities.archive_pdf import describe_pdf
from activities.certificates import common_name, fingerprint
from activities.seal_check import verify


@dataclass(frozen=True)
class ArchiveReport:
    """What the check found. `root_sha256` is to be compared with the one the office publishes."""

    ok: bool
    sha256: str
    case_number: str | None
    title: str | None
    signer: str | None
    root_sha256: str | None
    root_known: bool
    events: int
    files: int
    items: tuple[Item, ...]

    def as_json(self) -> dict[str, Any]:
        """One JSON document."""
        return asdict(self)


async def check_package(package: bytes, trust: tuple[x509.Certificate, ...] = ()) -> ArchiveReport:
    """Check a package; never raises for a bad one.

    Args:
        package: the bytes of the zip.
        trust: roots known from elsewhere; without them the package's own root is named, to be
            compared by the reader.
    """
    check = Check(package, trust)
    run = check.item
    run("A1", "包的安全", check.unpack)
    run("W1", "包的结构", check.structure, "A1")
    run("W2", "标签文件摘要", check.tag_fixity, "W1", "A1")
    run("W3", "文件摘要", check.fixity, "W1", "A1")
    run("W4", "清单以外", check.nothing_else, "W1", "A1")
    run("W5", "必备元数据", check.required, "W1", "A1")
    run("W6", "件数和目录", check.counted, "W5", "W1", "A1")
    run("W7", "包标签", check.labelled, "W5", "W1", "A1")
    run("Z1", "证书链", check.certificates, "W1", "A1")
    run("Z2", "清单签名", check.signed, "Z1", "W1", "A1")
    run("Z3", "过程记录衔接", check.linked, "W5", "W1", "A1")
    run("Z4", "过程记录首尾", check.ended, "Z3", "W5", "W1", "A1")
    run("Z5", "过程记录内容", check.told, "Z3", "W5", "W1", "A1")
    run("Z6", "文件与元数据", check.described, "W6", "W5", "W1", "A1")
    seals = await _seals(check)
    run("Z7", "印章和签名", seals, "W6", "W5", "Z1", "W1", "A1")
    run("K1", "格式可读", check.readable, "W6", "W5", "W1", "A1")
    run("K2", "文书格式", check.archival, "W6", "W5", "W1", "A1")
    run("K3", "元数据形式", check.agreed, "W5", "W1", "A1")
    run("A2", "格式范围", check.allowed, "W5", "W1", "A1")
    run("A3", "无害", check.harmless, "K1", "W6", "W5", "W1", "A1")
    case = check.metadata.get("case") if isinstance(check.metadata, dict) else None
    case = case if isinstance(case, dict) else {}
    return ArchiveReport(
        ok=all(item.ok for item in check.items),
        sha256=hashlib.sha256(package).hexdigest(),
        case_number=case.get("case_number"),
        title=case.get("title"),
        signer=common_name(check.chain[0]) if check.chain else None,
        root_sha256=fingerprint(check.chain[-1]) if check.chain else None,
        root_known=bool(trust),
        events=len(check.events),
        files=len(check.metadata.get("files", [])) if isinstance(check.metadata, dict) else 0,
        items=tuple(check.items),
    )


async def _seals(check: Check) -> Callable[[], str]:
    """Verify every seal now (it is asynchronous) and judge them as one item later."""
    reports: list[tuple[str, bool, str]] = []
    listed = check.metadata.get("files", []) if isinstance(check.metadata, dict) else []
    for file in listed:
        if not isinstance(file, dict) or file.get("media_type") != "application/pdf":
            continue
        path, content = str(file.get("path")), check.files.get(str(file.get("path")), b"")
        if file.get("sealed"):
            report = await verify(content, check.chain[-1:])
            wrong = [c.detail for c in report.checks if not c.ok]
            reports.append((path, report.valid, "；".join(wrong)))
        else:
            broken = describe_pdf(content).broken_signatures
            reports.append((path, not broken, "；".join(broken)))

    def judge() -> str:
        for path, good, why in reports:
            need(good, f"{path}：{why}")
        sealed = sum(bool(file.get("sealed")) for file in listed)
        return f"{sealed} 件文书的印章有效，其余签名未被破坏"

    return judge
