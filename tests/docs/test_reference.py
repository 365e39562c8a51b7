"""The reference says what the code says."""

import re
from enum import StrEnum
from pathlib import Path

import pytest

from banjian import secret_files
from banjian.settings import Settings
from domain.clocks import Cause
from domain.roles import Role
from law.clock_types import Effect
from law.ladder import RungKind
from tests.docs.pages import PAGES, REFERENCE
from workflows.registry import PROCEDURES

ROOT = REFERENCE.parents[1]
CODE = re.compile(r"`([A-Za-z0-9_]+)`")


def rows(page: Path) -> list[list[str]]:
    """The cells of every table row of a page."""
    lines = page.read_text(encoding="utf-8").splitlines()
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in lines
        if line.startswith("| ") and not line.startswith("|---")
    ]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_written_from_the_code_is_current(name: str) -> None:
    shown = (REFERENCE / name).read_text(encoding="utf-8")
    assert shown == PAGES[name](), f"run: python -m tests.docs.pages   ({name} is behind the code)"


def test_every_setting_is_explained() -> None:
    page = REFERENCE / "configuration.md"
    shown = {row[0].strip("`"): row[1].strip("`") for row in rows(page) if row[0].startswith("`")}
    settings = {name.upper() for name in Settings.model_fields}
    assert settings <= set(shown), "missing in configuration.md"
    unknown = {name for name in shown if name.isupper()} - settings
    assert not unknown, "no such setting"
    plain = {
        name.upper(): str(field.default)
        for name, field in Settings.model_fields.items()
        if isinstance(field.default, str | int | float) and field.default not in ("", 0, 0.0)
    }
    assert {name: shown[name] for name in plain} == plain


def test_every_secret_is_explained() -> None:
    shown = {row[0].strip("`"): row[1] for row in rows(REFERENCE / "configuration.md")}
    for kind in secret_files.Secrets.model_fields.values():
        secret = kind.annotation
        assert secret is not None
        named = shown[secret.file_name]
        fields = set(secret.model_fields) - {"registers"}
        assert fields <= set(CODE.findall(named)), secret.file_name


def recorded_kinds() -> set[str]:
    """Every kind that workflow code records, literal or put together."""
    kinds: set[str] = set()
    composed: set[str] = set()
    for path in (ROOT / "workflows").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        kinds |= set(re.findall(r'\.record\(\s*"([a-z_0-9]+)"', text))
        composed |= set(re.findall(r'\.record\(\s*f"([^"]+)"', text))
        unread = len(re.findall(r"\.record\(", text)) - len(re.findall(r'\.record\(\s*f?"', text))
        assert unread == 0, f"{path.name}: a kind that cannot be read from the source"
    known = {"clock_{kind}", "clock_{cause.value}", "effect_{answer.state}"}
    assert composed == known, "teach this test the new kinds"
    kinds |= {f"clock_{rung.value}" for rung in RungKind} | {f"clock_{c.value}" for c in Cause}
    return kinds | {f"effect_{state}" for state in ("done", "waiting", "refused", "given_up")}


def test_every_event_is_explained() -> None:
    shown = {row[0].strip("`") for row in rows(REFERENCE / "events.md") if row[0].startswith("`")}
    assert shown == recorded_kinds()


def test_the_glossary_has_every_word_of_the_code() -> None:
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    words = set(CODE.findall(text))
    tables = [t for p in PROCEDURES.values() for t in p.tables.values()]
    wanted = {s.id for t in tables for s in t.stages}
    enums: tuple[type[StrEnum], ...] = (Role, Effect)
    wanted |= {member.value for enum in enums for member in enum}
    assert wanted <= words, f"glossary.md lacks {sorted(wanted - words)}"
