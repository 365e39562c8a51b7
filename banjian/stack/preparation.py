"""Before anything starts: the folders, what an earlier run left behind, and the ports."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from banjian.settings import Settings
from banjian.stack import addresses, processes, state
from banjian.stack.errors import StackError
from banjian.stack.postgres import PostgresServer

LEAST_FREE = 300 * 1024 * 1024
FOLDERS = ("run", "logs", "temporal", "files")

Say = Callable[[str], None]


def prepare_folders(data: Path) -> None:
    """Makes the data folder, and proves that it can be written and has room.

    Raises:
        StackError: not writable, or less than `LEAST_FREE` bytes free.
    """
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name in FOLDERS:
            (data / name).mkdir(exist_ok=True, mode=0o700)
        probe = data / "run" / "probe"
        probe.write_bytes(b"\0" * 4096)
        probe.unlink()
        free = shutil.disk_usage(data).free
    except OSError as error:
        raise StackError(
            f"数据文件夹 {data} 不可写（not writable: {error.strerror}）。",
            "换一个文件夹（--data），修改其权限，或清理磁盘。",
        ) from error
    if free < LEAST_FREE:
        raise StackError(
            f"磁盘空间不足（disk full）：{data} 所在分区仅剩 {free // 2**20} MB。",
            f"至少需要 {LEAST_FREE // 2**20} MB：请清理磁盘，或用 --data 换一个分区。",
        )


def end_leftovers(data: Path, keep: str, say: Say) -> state.Orphan | None:
    """Ends what an earlier supervisor left, all but one process of the part to be adopted."""
    kept: state.Orphan | None = None
    for orphan in state.orphans(data):
        if orphan.part == keep and kept is None and orphan.option("--port"):
            kept = orphan
            continue
        say(f"结束上次遗留的进程 {orphan.part}（leftover, pid {orphan.pid}）。")
        processes.end(orphan.pid, grace=5)
    return kept


def choose_ports(settings: Settings, engine: state.Orphan | None, say: Say) -> dict[str, int]:
    """Port of each part of ours, 0 for what is not ours; written down before anybody listens.

    Those of the last start are taken again; what somebody else holds by now is replaced, unless
    the settings fix it.

    Raises:
        StackError: a fixed port is taken; names the holder.
    """
    run = settings.banjian_data / "run"
    elsewhere: Mapping[str, str] = {
        "postgres": settings.database_url,
        "temporal": settings.temporal_address,
        "twins": settings.registers_url,
    }
    remembered = state.State(run)
    database = PostgresServer(addresses.postgres_folder(settings.banjian_data))
    ports: dict[str, int] = {}
    for name in addresses.PORTS:
        adopted = engine.option("--port") if engine is not None and name == "temporal" else None
        if elsewhere.get(name):
            ports[name] = 0
        elif adopted:
            ports[name] = int(adopted)
        else:
            fixed = int(getattr(settings, f"{name}_port"))
            ours = name == "postgres" and database.pid is not None
            ports[name] = _port(name, fixed, remembered.port(name), ours, say)
            while list(ports.values()).count(ports[name]) > 1:
                ports[name] = processes.free_port()
    remembered.write(ports, {})
    return ports


def _port(name: str, fixed: int, remembered: int, ours: bool, say: Say) -> int:
    wanted = fixed or remembered
    if wanted and (ours or processes.port_is_free(wanted)):
        return wanted
    if fixed:
        raise StackError(
            f"{name} 的端口 {fixed} 已被占用（port taken by {processes.holder_of(fixed)}）。",
            f"停止占用者，或改用别的 {name.upper()}_PORT（不设置则自动选择）。",
        )
    chosen = processes.free_port()
    if remembered:
        say(
            f"{name} 上次的端口 {remembered} 已被 {processes.holder_of(remembered)} 占用，"
            f"改用 {chosen}（port taken, using {chosen}）。"
        )
    return chosen
