"""What `banjian doctor` looks at. Every check answers with what is wrong and what to do about it."""

import os
import re
import shutil
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path
from typing import Literal

from banjian.secret_files import (
    MasterSecret,
    PostgresSecrets,
    RegisterSecrets,
    SecretsError,
    SigningSecret,
    VerifySecret,
    WebSecrets,
)
from banjian.settings import Settings
from banjian.stack import (
    addresses,
    postgres_wheel,
    preparation,
    processes,
    state,
    temporal,
    unprivileged,
)
from banjian.stack.errors import StackError

Verdict = Literal["ok", "note", "wrong"]


@dataclass(frozen=True)
class Finding:
    """One line of the report. Only `wrong` makes the command fail."""

    check: str
    verdict: Verdict
    message: str
    advice: str = ""


Check = Callable[[Settings], Iterable[Finding]]


def ok(check: str, message: str) -> Finding:
    """Nothing to do."""
    return Finding(check, "ok", message)


def note(check: str, message: str, advice: str = "") -> Finding:
    """Worth knowing."""
    return Finding(check, "note", message, advice)


def wrong(check: str, message: str, advice: str) -> Finding:
    """Something is broken or will be."""
    return Finding(check, "wrong", message, advice)


def supervisor_pid(settings: Settings) -> int | None:
    """The supervisor that runs on this data folder now."""
    return state.FolderLock(settings.banjian_data / "run").holder()


def check_python(_settings: Settings) -> Iterator[Finding]:
    """The interpreter, and whether every library we need is installed in it."""
    missing = []
    try:
        needed = metadata.requires("banjian") or []
    except metadata.PackageNotFoundError:
        yield wrong("python", "banjian 未安装在此环境（not installed）。", "运行 make setup。")
        return
    for requirement in needed:
        found = re.match(r"[A-Za-z0-9._-]+", requirement)
        if found and "extra ==" not in requirement:
            try:
                metadata.version(found[0])
            except metadata.PackageNotFoundError:
                missing.append(found[0])
    if missing:
        yield wrong("python", f"缺少依赖：{', '.join(missing)}。", "运行 make setup。")
    else:
        yield ok("python", f"Python {sys.version.split()[0]}，{len(needed)} 项依赖")


def check_binaries(settings: Settings) -> Iterator[Finding]:
    """The servers' programs, where our own servers are used."""
    if not settings.database_url or _is_local_database(settings):
        try:
            program = postgres_wheel.wheel_binaries() / "postgres"
            if unprivileged.can_execute(program, None):
                yield ok("binaries", "PostgreSQL 程序可用")
            else:
                yield wrong(
                    "binaries",
                    f"PostgreSQL 程序不能运行（does not run）：{program}",
                    "检查系统架构与挂载选项（noexec），或设置 DATABASE_URL。",
                )
        except StackError as error:
            yield wrong("binaries", error.message, error.advice)
        if os.geteuid() == 0 and unprivileged.find_account() is None:
            yield note(
                "binaries",
                f"以 root 运行：首次启动会创建系统账户 {unprivileged.ACCOUNT}。",
                "不希望如此时，请以普通用户运行。",
            )
    try:
        yield ok("binaries", f"Temporal 程序可用（{temporal.binary().name}）")
    except StackError as error:
        yield wrong("binaries", error.message, error.advice)


def check_folder(settings: Settings) -> Iterator[Finding]:
    """Rights and room of the data folder."""
    data = settings.banjian_data
    if not data.exists():
        parent = next(p for p in data.parents if p.exists())
        if os.access(parent, os.W_OK):
            yield note("folder", f"{data} 尚不存在，首次启动时建立。")
        else:
            yield wrong("folder", f"{data} 无法建立：{parent} 不可写。", "换一个文件夹（--data）。")
        return
    mode = stat.S_IMODE(data.stat().st_mode)
    if mode & 0o007:
        yield wrong(
            "folder",
            f"其他用户可进入 {data}（mode {mode:o}）。",
            f"运行 chmod 700 {data}",
        )
    elif not os.access(data, os.W_OK | os.X_OK):
        yield wrong(
            "folder", f"{data} 不可写（not writable）。", "修改权限，或用 --data 换文件夹。"
        )
    else:
        yield ok("folder", f"{data} 可写")
    free = shutil.disk_usage(data).free
    if free < preparation.LEAST_FREE:
        yield wrong(
            "disk",
            f"磁盘仅剩 {free // 2**20} MB。",
            f"至少保留 {preparation.LEAST_FREE // 2**20} MB。",
        )
    else:
        yield ok("disk", f"剩余 {free // 2**30} GB")


def check_secrets(settings: Settings) -> Iterator[Finding]:
    """Every secrets file: there, fit, closed to others."""
    folder = settings.secrets_folder
    if not folder.exists():
        if settings.banjian_env == "production":
            yield wrong("secrets", f"{folder} 不存在。", "运行一次 banjian up 生成，或恢复备份。")
        else:
            yield note("secrets", "尚无密钥，首次启动时生成。")
        return
    if stat.S_IMODE(folder.stat().st_mode) & 0o077:
        yield wrong("secrets", f"其他用户可进入 {folder}。", f"运行 chmod 700 {folder}")
    kinds = (MasterSecret, SigningSecret, VerifySecret, WebSecrets, RegisterSecrets,
             PostgresSecrets)  # fmt: skip
    faults = []
    for kind in kinds:
        try:
            kind.load(folder)
        except (SecretsError, OSError) as error:
            advice = "从备份恢复该文件；主密钥丢失则数据不可读。"
            if "no secrets of" in str(error):
                advice = "新版本增加了登记系统：运行一次 banjian up 补充其密钥，已有的不变。"
            faults.append(wrong("secrets", str(error), advice))
    yield from faults or [ok("secrets", f"{len(kinds)} 个密钥文件完好")]


def check_ports(settings: Settings) -> Iterator[Finding]:
    """Remembered and fixed ports: answering while the stack runs, free while it does not."""
    running = supervisor_pid(settings) is not None
    remembered = state.State(settings.banjian_data / "run")
    seen = False
    for name in addresses.PORTS:
        fixed = int(getattr(settings, f"{name}_port"))
        port = remembered.port(name) or fixed
        if not port:
            continue
        seen = True
        if running and not processes.port_answers(port):
            yield wrong("ports", f"{name} 的端口 {port} 无应答。", f"查看 logs/{name}.log")
        elif not running and not processes.port_is_free(port):
            text = f"{name} 的端口 {port} 被 {processes.holder_of(port)} 占用。"
            if fixed == port and remembered.port(name) != port:
                yield wrong("ports", text, f"停止占用者，或改用别的 {name.upper()}_PORT。")
            else:
                yield note("ports", text, "下次启动会改用别的端口。")
        else:
            yield ok("ports", f"{name} {port} {'应答正常' if running else '空闲'}")
    if not seen:
        yield ok("ports", "首次启动时自动选择空闲端口")


def check_leftovers(settings: Settings) -> Iterator[Finding]:
    """Processes of this folder without a supervisor."""
    pid = supervisor_pid(settings)
    if pid is not None:
        yield ok("supervisor", f"正在运行（pid {pid}）")
        return
    left = state.orphans(settings.banjian_data)
    if left:
        names = "、".join(f"{o.part} (pid {o.pid})" for o in left)
        yield wrong(
            "supervisor",
            f"监督进程已不在，但仍有遗留进程：{names}（leftovers）。",
            "运行 banjian up 接管或替换它们，或逐个结束。",
        )
    else:
        yield note("supervisor", "本机未在运行（not running）。", "运行 banjian up 启动。")


def check_fonts(_settings: Settings) -> Iterator[Finding]:
    """The font of the papers, with a rare character."""
    spec = util.find_spec("manimgx_fonts_cjk")
    places = (spec.submodule_search_locations or []) if spec else []
    found = [font for place in places for font in Path(place).glob("*.ttc")]
    if found:
        yield ok("fonts", f"中文字体 {found[0].name}")
    else:
        yield wrong("fonts", "缺少中文字体（no CJK font）。", "重新安装依赖（make setup）。")


def _is_local_database(settings: Settings) -> bool:
    port = state.State(settings.banjian_data / "run").port("postgres")
    return bool(port) and f":{port}/" in settings.database_url


MACHINE: tuple[Check, ...] = (
    check_python, check_binaries, check_folder, check_secrets, check_ports, check_leftovers,
    check_fonts,
)  # fmt: skip
