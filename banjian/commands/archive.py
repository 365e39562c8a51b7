"""`banjian archive export NUMBER` takes a case's package out of the store; `archive check FILE…` verifies one from its bytes."""

import asyncio
import errno
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from banjian.commands.beside import (
    CONFLICT,
    ERROR,
    FINDINGS,
    NOT_FOUND,
    OK,
    USAGE,
    AsJson,
    Data,
    Reason,
    fail,
    installation,
    operator,
    print_json,
    said_plainly,
)

if TYPE_CHECKING:
    from activities.archive_check import ArchiveReport


app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def root() -> None:
    """归档信息包：导出办件的包；核验只凭文件本身，不用数据库、不用网络。"""


@app.command("export")
def export(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="办件的任一编号，或者办件 id")],
    out: Annotated[
        Path | None,
        typer.Option("--out", help="写到这个文件；不给出时是当前文件夹的 <收件编号>.zip"),
    ] = None,
    reason: Reason = "",
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """导出一个已归档办件的归档信息包；含个人信息，导出记入管理日志。用 archive check 核验。"""
    with said_plainly():
        done = asyncio.run(_exported(number, out, reason, data))
    if as_json:
        print_json(done)
    else:
        print(f"{done['file']}  {done['size']} 字节  SHA-256 {done['sha256']}")
        print("含个人信息，请妥善保管。核验：banjian archive check FILE")


async def _exported(
    number: str, out: Path | None, reason: str, data: Path | None
) -> dict[str, object]:
    from storage import admin_log, cases
    from storage.keys import KeyDestroyed

    async with installation(data) as core:
        async with core.engine.connect() as connection:
            case = await cases.find(connection, number)
            kept = await cases.archive_package(connection, case.case_id) if case else None
        if case is None:
            fail(NOT_FOUND, f"没有这个办件：{number}")
        if kept is None:
            fail(NOT_FOUND, f"{number} 没有归档信息包：归档之后才有。")
        try:
            package = await core.files.get(case.case_id, kept.stored_id)
        except KeyDestroyed:
            fail(NOT_FOUND, f"{number} 的个人信息已依法删除，归档信息包不能再打开。")
        file = (out or Path(f"{case.receipt_no or case.case_id}.zip")).expanduser().absolute()
        told = {"file": str(file), "size": len(package), "sha256": kept.sha256}
        # The file appears under its name only once the log's entry is committed.
        draft = file.with_name(f"{file.name}.part")
        try:
            async with core.engine.begin() as connection:
                await admin_log.note(
                    connection,
                    actor=operator(),
                    act="archive_exported",
                    subject=str(case.case_id),
                    details=told | {"number": number, "reason": reason},
                )
                _write(draft, file, package)
            os.link(draft, file)
        except FileExistsError as error:
            fail(CONFLICT, f"✗ 文件已经存在：{error.filename}")
        except OSError as error:
            fail(ERROR, f"✗ 不能写 {file}：{error.strerror}")
        finally:
            draft.unlink(missing_ok=True)
        return {"number": number, "case_id": str(case.case_id), **told}


def _write(draft: Path, file: Path, package: bytes) -> None:
    """Readable by its owner alone. Raises FileExistsError rather than writing over anything."""
    if file.exists():
        raise FileExistsError(errno.EEXIST, "exists", str(file))
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as sink:
        sink.write(package)
        sink.flush()
        os.fsync(sink.fileno())


@app.command("check")
def check(
    files: Annotated[list[Path], typer.Argument(help="归档信息包（zip）")],
    trust: Annotated[
        Path | None, typer.Option(help="信任的根证书（PEM）；不给出时只报告包内根证书的指纹")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """四性检测（DA/T 70-2018）：真实性、完整性、可用性、安全性；有问题时退出码为 6。"""
    # Imported here: no other command waits for the PDF and signature libraries.
    from activities.archive_check import check_package
    from activities.certificates import CertificateBroken, read_chain

    try:
        roots = read_chain(trust.read_bytes()) if trust else ()
    except (OSError, CertificateBroken) as error:
        fail(USAGE, f"不能读取根证书 {trust}：{error}")
    reports: list[tuple[Path, ArchiveReport]] = []
    for file in files:
        try:
            package = file.read_bytes()
        except OSError as error:
            fail(NOT_FOUND, f"不能读取 {file}：{error.strerror}")
        reports.append((file, asyncio.run(check_package(package, roots))))
    good = all(report.ok for _, report in reports)
    if as_json:
        packages = [{"file": str(file), **report.as_json()} for file, report in reports]
        print_json({"ok": good, "packages": packages})
    else:
        for file, report in reports:
            _show(file, report)
    raise typer.Exit(OK if good else FINDINGS)


def _show(file: Path, report: "ArchiveReport") -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    table = Table(title=f"{file.name}　{report.case_number or ''}　{report.title or ''}")
    for heading in ("编号", "属性", "项目", "结果", "说明"):
        table.add_column(heading, overflow="fold")
    words = {True: "[green]符合[/]", False: "[red]不符合[/]", None: "[yellow]未检测[/]"}
    for item in report.items:
        table.add_row(item.id, item.property, item.name, words[item.ok], item.detail)
    console.print(table)
    verdict = "[green]四性检测通过[/]" if report.ok else "[red]四性检测未通过[/]"
    console.print(
        f"{verdict}　{report.files} 件文件，{report.events} 条过程记录　SHA-256 {report.sha256}"
    )
    if report.ok and not report.root_known:
        console.print(f"未指定信任根。请将根证书指纹与签发机关公布的核对：{report.root_sha256}")
