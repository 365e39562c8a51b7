"""`banjian demo`: seeds the demo bureau and opens two companies with visible progress: one from its name to its licences, one by one application."""

import asyncio
import json
import signal
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer


def demo(
    data: Annotated[Path | None, typer.Option("--data", help="数据文件夹")] = None,
    once: Annotated[bool, typer.Option("--once", help="办完后停止")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="结果为一份 JSON")] = False,
) -> None:
    """启动整套系统，建立演示机关，一家企业从名称申报、营业执照办到各项许可，另一家“一次办”，打印网址和登录名。"""
    from banjian.demo.errors import DemoFailed
    from banjian.demo.run import fill_market_register, open_companies, sign_ins
    from banjian.player.cast import Answered
    from banjian.secret_files import SecretsError
    from banjian.settings import Settings, UnfitForProduction
    from banjian.stack.errors import AlreadyRunning, StackError
    from banjian.stack.signals import StopRequested, stop_requests
    from banjian.stack.supervisor import LocalStack

    def say(line: str) -> None:
        print(line, file=sys.stderr if as_json else sys.stdout, flush=True)

    begin = time.monotonic()

    async def story(stack: LocalStack) -> tuple[dict[str, str], dict[str, Any]]:
        passwords = await sign_ins(stack)
        say(f"登记库已有 {await fill_market_register(stack)} 户经营主体（均为虚构）。")
        say(f"系统就绪（{time.monotonic() - begin:.1f} 秒），开始办理：")
        return passwords, await open_companies(stack, passwords, say)

    try:
        settings = Settings()
        if settings.banjian_env == "production":
            raise UnfitForProduction("the demo bureau is never seeded in production")
        stack = LocalStack(data or settings.banjian_data, settings=settings, say=say)
        with stop_requests(), stack:
            passwords, opened = asyncio.run(story(stack))
            say(f"办结，共 {time.monotonic() - begin:.1f} 秒。")
            if as_json:
                print(json.dumps(opened, ensure_ascii=False))
            say(_sign_ins(stack.settings.public_url, passwords, opened))
            if not once:
                say("按 Ctrl-C 停止；状态保留。")
                while True:
                    signal.pause()
    except StopRequested:
        say("已停止，状态保留（stopped, state kept）。")
    except AlreadyRunning as error:
        print(f"✗ {error}", file=sys.stderr)
        raise typer.Exit(4) from None
    except (StackError, SecretsError, UnfitForProduction, DemoFailed, Answered) as error:
        print(f"✗ {error}", file=sys.stderr)
        raise typer.Exit(1) from None


def _sign_ins(url: str, passwords: dict[str, str], opened: dict[str, Any]) -> str:
    rows = "\n".join(f"  {who:<14} {word}" for who, word in passwords.items())
    return f"""
网址      {url}{opened["url"]}
一次办    {url}{opened["onestop"]["url"]}
工作台    {url}/desk
登录名与密码（仅本机演示，保存在数据文件夹 secrets/demo-sign-ins.json）：
{rows}
"""
