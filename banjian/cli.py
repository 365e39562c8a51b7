"""The command line. `banjian --help` lists what it does."""

import typer

from banjian.commands import (
    account,
    archive,
    audit,
    calendar,
    case,
    clock,
    draw,
    erasure,
    law,
    name,
    replay,
    task,
)
from banjian.commands.demo import demo
from banjian.commands.doctor import doctor
from banjian.commands.play import play_files
from banjian.commands.up import up

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    # A traceback with local variables would show what people filled in.
    pretty_exceptions_enable=False,
    help="办件: cases under statutory clocks",
)


@app.callback()
def root() -> None:
    """办件: cases under statutory clocks."""


app.command("up")(up)
app.command("demo")(demo)
app.command("play")(play_files)
app.add_typer(account.app, name="account", help="账户：谁能登录")
app.add_typer(archive.app, name="archive", help="归档信息包")
app.add_typer(audit.app, name="audit", help="核验办件的记录")
app.add_typer(calendar.app, name="calendar", help="节假日安排：哪天上班，依据哪份通知")
app.add_typer(case.app, name="case", help="办件：现在怎样，在等谁")
app.add_typer(clock.app, name="clock", help="期限：为什么是这一天")
app.add_typer(draw.app, name="draw", help="双随机抽取：重新抽一次，与公布的是否相同")
app.add_typer(law.app, name="law", help="法规版本：哪些期限变了，影响哪些办件")
app.add_typer(name.app, name="name", help="名称：能不能申报，与谁相同或者近似")
app.add_typer(erasure.app, name="erasure", help="到期删除：两人决定，分批执行")
app.add_typer(task.app, name="task", help="任务：谁手上有什么")
app.add_typer(replay.app, name="replay", help="重放：这个版本能不能接着办理")
app.command("doctor")(doctor)


def main() -> None:
    app()
