"""The account under which PostgreSQL runs when we are root (it refuses to run as root).

The account is created only after saying so. It gets *search* permission on the folders that lead to
its data, by an access list entry for itself alone where the file system keeps access lists, so the
folders of other people stay closed.
"""

import os
import pwd
import shutil
import stat
import struct
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from banjian.stack.errors import StackError

ACCOUNT = "banjian-pg"
_ACL_NAME = "system.posix_acl_access"
_ACL_VERSION = 2
_USER_OBJ, _USER, _GROUP_OBJ, _GROUP, _MASK, _OTHER = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20
_NO_ID = 0xFFFFFFFF
_SEARCH = 0x1

Say = Callable[[str], None]


@dataclass(frozen=True)
class Account:
    """Name and numbers of the account that owns the database's files."""

    name: str
    uid: int
    gid: int


def find_account() -> Account | None:
    """The dedicated account if this machine already has it."""
    try:
        entry = pwd.getpwnam(ACCOUNT)
    except KeyError:
        return None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def account_for_postgres(say: Say) -> Account | None:
    """None where we are not root (PostgreSQL runs as ourselves), else the dedicated account.

    Raises:
        StackError: the account is missing and cannot be created.
    """
    if os.geteuid() != 0:
        return None
    if (found := find_account()) is not None:
        return found
    say(
        f"当前是 root，而 PostgreSQL 不允许以 root 运行：现在创建系统账户 {ACCOUNT}"
        f"（无密码、不可登录；creating system account {ACCOUNT}）。"
    )
    commands = (
        ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent",
         "--shell", "/usr/sbin/nologin", ACCOUNT],
        ["adduser", "-S", "-D", "-H", "-s", "/sbin/nologin", ACCOUNT],
    )  # fmt: skip
    reason = "useradd/adduser not found"
    for command in commands:
        if shutil.which(command[0]) is None:
            continue
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        # Another process may have created it in the meantime: only the result counts.
        if (found := find_account()) is not None:
            return found
        reason = done.stderr.strip() or f"{command[0]}: exit {done.returncode}"
    raise StackError(
        f"无法创建系统账户 {ACCOUNT}（cannot create the account: {reason}）。",
        "请以普通用户运行 banjian，或设置 DATABASE_URL 使用已有的 PostgreSQL。",
    )


def can_execute(binary: Path, account: Account | None) -> bool:
    """Whether that account can really start this program (folders, rights and libraries)."""
    try:
        done = subprocess.run(  # noqa: S603
            [str(binary), "--version"],
            capture_output=True,
            check=False,
            cwd="/",
            **run_as(account),
        )
    except OSError:
        return False
    return done.returncode == 0


class RunAs(TypedDict, total=False):
    """Keyword arguments of `subprocess`."""

    user: int
    group: int
    extra_groups: list[int]


def run_as(account: Account | None) -> RunAs:
    """What makes `subprocess` run a child as this account."""
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def open_way(folder: Path, account: Account | None, say: Say) -> None:
    """Gives the account search permission (never read) on every folder that leads to `folder`."""
    if account is None:
        return
    for step in [*reversed(folder.resolve().parents), folder.resolve()]:
        if _may_search(step, account):
            continue
        if _grant_search(step, account.uid):
            say(f"已允许 {account.name} 通过文件夹 {step}（仅通过，不可列目录；search only）。")
            continue
        mode = stat.S_IMODE(step.stat().st_mode)
        say(f"文件系统不支持访问控制表：给 {step} 加“仅通过”权限（chmod o+x）。")
        step.chmod(mode | stat.S_IXOTH)


def _may_search(folder: Path, account: Account) -> bool:
    status = folder.stat()
    if status.st_uid == account.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    entries = _read_acl(folder)
    mask = next((rights for tag, rights, _number in entries if tag == _MASK), 0)
    for tag, rights, number in entries:
        if tag == _USER and number == account.uid:
            # A later chmod may have closed the mask over the entry.
            return bool(rights & mask & _SEARCH)
    if status.st_gid == account.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def _read_acl(folder: Path) -> list[tuple[int, int, int]]:
    try:
        raw = os.getxattr(folder, _ACL_NAME)
    except (OSError, AttributeError):
        return []
    return [struct.unpack_from("<HHI", raw, at) for at in range(4, len(raw), 8)]


def _grant_search(folder: Path, uid: int) -> bool:
    """Adds one access list entry; False where the file system (or platform) has none."""
    mode = folder.stat().st_mode
    entries = _read_acl(folder) or [
        (_USER_OBJ, (mode >> 6) & 7, _NO_ID),
        (_GROUP_OBJ, (mode >> 3) & 7, _NO_ID),
        (_OTHER, mode & 7, _NO_ID),
    ]
    kept = [e for e in entries if e[0] != _MASK and not (e[0] == _USER and e[2] == uid)]
    kept.append((_USER, _SEARCH, uid))
    # The mask bounds every named entry and the group; without one, the group's own rights did.
    bound = _MASK if any(e[0] == _MASK for e in entries) else _GROUP_OBJ
    mask = next((e[1] for e in entries if e[0] == bound), 0) | _SEARCH
    kept.append((_MASK, mask, _NO_ID))
    kept.sort(key=lambda entry: (entry[0], entry[2]))
    raw = struct.pack("<I", _ACL_VERSION) + b"".join(struct.pack("<HHI", *e) for e in kept)
    try:
        os.setxattr(folder, _ACL_NAME, raw)
    except (OSError, AttributeError):
        return False
    return True
