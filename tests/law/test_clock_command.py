"""`clock explain`: one text, one JSON document, exit codes that scripts can trust."""

import json

import pytest
from typer.testing import CliRunner

from banjian.commands.clock import app

RUNNER = CliRunner()


def call(*arguments: str) -> tuple[int, str, str]:
    result = RUNNER.invoke(app, ["explain", *arguments])
    return result.exit_code, result.stdout, result.stderr


def test_text() -> None:
    code, out, err = call("R01", "--from", "2026-09-23T10:00", "--extended")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "R01 登记:予以登记"
    assert (
        "  2026-09-25(周五) 至 2026-09-27(周日)  不计  中秋节放假〔国办发明电〔2025〕7号〕" in lines
    )
    assert lines[-1] == "法定期满:2026-10-09(周五) 24:00"


def test_json() -> None:
    code, out, _ = call("R01", "--from", "2026-09-23", "--json")
    assert code == 0
    data = json.loads(out)
    assert (data["clock"], data["legal_end"], data["provisional"]) == ("R01", "2026-09-29", False)


def test_options() -> None:
    _, out, _ = call("Q06", "--from", "2026-04-23", "--length", "15", "--json")
    assert json.loads(out)["legal_end"] == "2026-05-08"
    _, out, _ = call("V01", "--from", "2026-04-23", "--length", "1", "--unit", "y", "--json")
    assert json.loads(out)["raw_end"] == "2027-04-23"
    _, out, _ = call("C02", "--from", "2026-10-08", "--suspend", "2026-11-02..2026-11-11", "--json")
    assert json.loads(out)["legal_end"] == "2026-12-17"
    _, out, _ = call("G02", "--from", "2026-09-21", "--suspend", "2026-09-24..:hearing")
    assert "期限已停止计算" in out
    _, out, _ = call("X12", "--from", "2026-09-21", "--extended", "--extension", "5")
    assert "延长 5 个工作日" in out
    _, out, _ = call("N01", "--from", "2026-12-31")
    assert "暂定" in out


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("R01",), 2),
        (("R01", "--from", "tomorrow"), 2),
        (("R01", "--from", "2026-13-01"), 2),
        (("G02", "--from", "2026-09-23", "--suspend", "2026-09-24"), 2),
        (("Q06", "--from", "2026-09-23", "--length", "3", "--unit", "weeks"), 2),
        (("ZZ9", "--from", "2026-09-23"), 3),
        (("Q06", "--from", "2026-09-23"), 5),
        (("R01", "--from", "2026-09-23", "--suspend", "2026-09-24..2026-09-25"), 5),
        (("Q09", "--from", "2026-09-23"), 5),
    ],
)
def test_exit_codes(arguments: tuple[str, ...], status: int) -> None:
    code, out, err = call(*arguments)
    assert code == status
    assert out == ""
    assert err


def test_refusals_in_json() -> None:
    code, _, err = call("Q06", "--from", "2026-09-23", "--json")
    assert code == 5
    assert json.loads(err)["error"] == "length-required"
