"""`banjian up`: the whole stack on this machine, until Ctrl-C."""

import json
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from banjian.stack.supervisor import LocalStack


def up(
    data: Annotated[
        Path | None, typer.Option("--data", help="数据文件夹（全部状态都在其中）")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="就绪后在标准输出打印一份 JSON，其余消息走标准错误")
    ] = False,
) -> None:
    """启动整套系统（PostgreSQL、Temporal、登记模拟服务、工作进程、网站），Ctrl-C 停止，状态保留。"""
    from pydantic import ValidationError

    from banjian.secret_files import SecretsError
    from banjian.settings import Settings, UnfitForProduction
    from banjian.stack.errors import AlreadyRunning, StackError
    from banjian.stack.signals import StopRequested, stop_requests
    from banjian.stack.supervisor import LocalStack

    def say(line: str) -> None:
        print(line, file=sys.stderr if as_json else sys.stdout, flush=True)

    begin = time.monotonic()
    try:
        settings = Settings()
        stack = LocalStack(data or settings.banjian_data, settings=settings, say=say)
        with stop_requests(), stack:
            seconds = time.monotonic() - begin
            if as_json:
                print(json.dumps(describe(stack, seconds), ensure_ascii=False), flush=True)
            else:
                say(table(stack, seconds))
            while True:
                signal.pause()
    except StopRequested:
        say("已停止，状态保留（stopped, state kept）。")
    except AlreadyRunning as error:
        print(f"✗ {error}", file=sys.stderr)
        raise typer.Exit(4) from None
    except (StackError, SecretsError, UnfitForProduction) as error:
        print(f"✗ {error}", file=sys.stderr)
        raise typer.Exit(1) from None
    except ValidationError as error:
        for problem in error.errors(include_input=False, include_url=False):
            name = ".".join(map(str, problem["loc"])).upper()
            print(f"✗ 设置 {name} 无效：{problem['msg']}", file=sys.stderr)
        raise typer.Exit(5) from None


def describe(stack: "LocalStack", seconds: float) -> dict[str, object]:
    """What a program needs to know of a running stack; no password."""
    known = {k: v for k, v in stack.addresses.items() if k != "database_url"}
    processes = {name: stack.pid(name) for name in stack.names}
    return {**known, "processes": processes, "ready_seconds": round(seconds, 2)}


def table(stack: "LocalStack", seconds: float) -> str:
    """The addresses, for people."""
    site = stack.settings.public_url
    database = stack.settings.database_url.rpartition("@")[2]
    lines = (
        ("办事门户", f"{site}/"),
        ("工作台", f"{site}/desk"),
        ("管理", f"{site}/admin"),
        ("接口", f"{site}/api/v1"),
        ("登记机关（模拟）", stack.settings.registers_url),
        ("Temporal", stack.settings.temporal_address),
        ("PostgreSQL", database),
        ("数据文件夹", str(stack.data)),
        ("日志", str(stack.data / "logs")),
    )
    body = "\n".join(f"  {_padded(name)}{value}" for name, value in lines)
    return (
        f"\n办件已就绪（ready, {seconds:.1f} 秒）\n{body}\n\n按 Ctrl-C 停止；状态保留，可再次启动。"
    )


def _padded(name: str, width: int = 18) -> str:
    """Chinese characters take two columns."""
    return name + " " * (width - sum(2 if ord(c) > 0x2E80 else 1 for c in name))
