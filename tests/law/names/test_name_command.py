"""`name check`: one text, one JSON document, and a comparison with the library where there is one."""

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from banjian.commands.name import app
from law.names.parse import read_name
from storage import names_upkeep
from storage.engine import create_engine

RUNNER = CliRunner()
NAME = "随州市曾都区红光酒业有限公司"


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("BANJIAN_DATA", str(tmp_path))


def call(*arguments: str) -> tuple[int, str]:
    result = RUNNER.invoke(app, ["check", *arguments])
    return result.exit_code, result.stdout


def test_a_free_name_without_a_database() -> None:
    code, out = call(NAME)
    assert code == 0
    assert "行政区划 随州市曾都区  字号 红光  行业 酒业  组织形式 有限公司" in out
    assert "没有与名称库比对" in out


@pytest.mark.parametrize(
    ("arguments", "standing"),
    [
        ((NAME,), "free"),
        (("随州市曾都区红光酒業有限公司",), "refused"),
        (("中国红光酒业有限公司",), "manual"),
        ((NAME, "--kind", "SOLE"), "refused"),
        (("随州朝阳食品有限公司",), "refused"),
        (("随州朝阳食品有限公司", "--other-meaning"), "manual"),
        (("随州红光菇业有限公司", "--trade", "红光"), "free"),
        (("\u202e\ud800",), "refused"),
    ],
)
def test_standing_and_status(arguments: tuple[str, ...], standing: str) -> None:
    code, out = call(*arguments, "--json")
    shown = json.loads(out)
    assert shown["standing"] == standing
    assert code == (0 if standing == "free" else 6)
    assert shown["collisions"] is None


def test_the_library_is_asked(fresh_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fill() -> None:
        engine = create_engine(fresh_database)
        async with engine.begin() as connection:
            for holder, name in (("A", "随县红光酒业厂"), ("B", "广水洪光酒业有限公司")):
                await names_upkeep.add(
                    connection,
                    read_name(name),
                    jurisdiction="421300",
                    seat="421303",
                    holder=holder,
                )
        await engine.dispose()

    asyncio.run(fill())
    monkeypatch.setenv("DATABASE_URL", fresh_database)
    code, out = call(NAME, "--json")
    shown = json.loads(out)
    assert code == 6
    assert shown["blocked"]
    assert [(c["name"], c["rule"]) for c in shown["collisions"]] == [
        ("随县红光酒业厂", "same.trade_and_industry"),
        ("广水洪光酒业有限公司", "similar.sound"),
    ]
    code, out = call("随州金山食品有限公司")
    assert code == 0
    assert "没有与它相同或者近似的名称" in out
    code, out = call("广水弘广酒业有限公司")
    assert code == 6
    assert "不是企业所在地" in out
    code, out = call("随州弘光酒业有限公司")
    assert code == 0
    assert "同音" in out
