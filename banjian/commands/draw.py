"""`banjian draw verify`: run the published draw of a random inspection (双随机抽取) again."""

import json
from pathlib import Path
from typing import Annotated

import typer

from banjian.commands.beside import FINDINGS, INVALID, NOT_FOUND, AsJson, fail, print_json
from domain.random_draw import DrawError, differences

app = typer.Typer(no_args_is_help=True, add_completion=False)

# A plan of 500 targets is a tenth of this: what is larger is no draw.
LARGEST = 4_000_000


@app.callback()
def root() -> None:
    """双随机抽取：抽取文件说的，重新抽一次是不是一样。"""


@app.command("verify")
def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="抽取文件（JSON）")],
    as_json: AsJson = False,
) -> None:
    """按抽取文件里的名单和公开数值重新抽取，与文件的结果比对。不需要连接系统。"""
    try:
        size = file.stat().st_size
        text = file.read_text(encoding="utf-8") if size <= LARGEST else ""
    except OSError:
        fail(NOT_FOUND, f"✗ 读不到文件：{file}")
    except UnicodeDecodeError:
        fail(INVALID, "✗ 这不是抽取文件，或者内容不全")
    try:
        shown = json.loads(text)
        if not isinstance(shown, dict):
            raise DrawError("这不是抽取文件，或者内容不全")
        wrong = differences(shown)
    except (DrawError, ValueError, RecursionError) as error:
        told = str(error) if isinstance(error, DrawError) else "这不是抽取文件，或者内容不全"
        fail(INVALID, f"✗ {told}")
    if as_json:
        print_json({"plan": shown["plan"], "same": not wrong, "differences": wrong})
    elif wrong:
        print(f"✗ {shown['plan']}：重新抽取的结果与文件不同：{'、'.join(wrong)}")
    else:
        print(f"✓ {shown['plan']}：重新抽取 {len(shown['drawn'])} 个对象和人员，与文件完全相同")
    if wrong:
        raise typer.Exit(FINDINGS)
