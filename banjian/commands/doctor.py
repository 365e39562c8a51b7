"""`banjian doctor`: says what is wrong and what to do."""

import json
from pathlib import Path
from typing import Annotated

import typer

SIGNS = {"ok": "✓", "note": "·", "wrong": "✗"}


def doctor(
    data: Annotated[Path | None, typer.Option("--data", help="数据文件夹")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="打印一份 JSON")] = False,
) -> None:
    """检查本机与各项服务，逐项说明问题和办法；有问题时退出码为 6。"""
    from banjian.settings import Settings
    from banjian.stack.addresses import resolve
    from banjian.stack.checkup import MACHINE
    from banjian.stack.checkup_services import SERVICES

    settings = Settings()
    if data is not None:
        settings = settings.model_copy(update={"banjian_data": data.expanduser().resolve()})
    settings = resolve(settings)
    findings = [finding for check in (*MACHINE, *SERVICES) for finding in check(settings)]
    bad = [finding for finding in findings if finding.verdict == "wrong"]
    if as_json:
        lines = [
            {"check": f.check, "verdict": f.verdict, "message": f.message, "advice": f.advice}
            for f in findings
        ]
        print(json.dumps({"ok": not bad, "findings": lines}, ensure_ascii=False, indent=1))
    else:
        for finding in findings:
            print(f"{SIGNS[finding.verdict]} {finding.check:<18}{finding.message}")
            if finding.advice:
                print(f"  {'':<18}→ {finding.advice}")
        print(f"\n{f'发现 {len(bad)} 个问题' if bad else '未发现问题'}。")
    if bad:
        raise typer.Exit(6)
