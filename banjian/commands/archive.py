"""`banjian archive check FILE…`: an archive package verified from its bytes alone."""

import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from activities.archive_check import ArchiveReport

OK, USAGE, NOT_FOUND, FINDINGS = 0, 2, 3, 6

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def root() -> None:
    """归档信息包：不用数据库、不用网络，只凭文件本身核验。"""


@app.command("check")
def check(
    files: Annotated[list[Path], typer.Argument(help="归档信息包（zip）")],
    trust: Annotated[
        Path | None, typer.Option(help="信任的根证书（PEM）；不给出时只报告包内根证书的指纹")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="在标准输出给出一个 JSON 文档")] = False,
) -> None:
    """四性检测（DA/T 70-2018）：真实性、完整性、可用性、安全性；有问题时退出码为 6。"""
    # Imported here: no other command waits for the PDF and signature libraries.
    from activities.archive_check import check_package
    from activities.certificates import CertificateBroken, read_chain

    try:
        roots = read_chain(trust.read_bytes()) if trust else ()
    except (OSError, CertificateBroken) as error:
        print(f"不能读取根证书 {trust}：{error}", file=sys.stderr)
        raise typer.Exit(USAGE) from error
    reports: list[tuple[Path, ArchiveReport]] = []
    for file in files:
        try:
            package = file.read_bytes()
        except OSError as error:
            print(f"不能读取 {file}：{error.strerror}", file=sys.stderr)
            raise typer.Exit(NOT_FOUND) from error
        reports.append((file, asyncio.run(check_package(package, roots))))
    good = all(report.ok for _, report in reports)
    if as_json:
        packages = [{"file": str(file), **report.as_json()} for file, report in reports]
        print(json.dumps({"ok": good, "packages": packages}, ensure_ascii=False, indent=1))
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
