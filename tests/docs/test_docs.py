"""Docs hold together: links lead somewhere, every page can be reached, every command exists."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.routing import APIRoute
from typer.main import get_command

from api.app import ROUTERS
from banjian.cli import app
from law import catalogue
from law.clocks import CLOCKS, Verified

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
TOP = [ROOT / n for n in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")]
PAGES = [*TOP, *sorted(DOCS.rglob("*.md"))]
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.M | re.S)
SPAN = re.compile(r"`([^`\n]+)`")
TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
# Listed in pyproject.toml for what is still to come; nothing imports them.
API = "/api/v1"
SHELLS = {"", "sh", "bash", "console"}


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", h.lower()).strip().replace(" ", "-") for h in headings}


def links(page: Path) -> Iterator[tuple[str, str]]:
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    for target in LINK.findall(text):
        if not target.startswith(("http://", "https://", "mailto:")):
            path, _, anchor = target.partition("#")
            yield path, anchor


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    for path, anchor in links(page):
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{name(page)} → {path}"
        if anchor and target.suffix == ".md":
            assert anchor in anchors(target), f"{name(page)} → {path}#{anchor}"


def test_every_page_can_be_reached_from_the_index() -> None:
    seen: set[Path] = set()
    waiting = [DOCS / "index.md"]
    while waiting:
        page = waiting.pop()
        if page in seen or page.suffix != ".md":
            continue
        seen.add(page)
        waiting += [(page.parent / path).resolve() for path, _ in links(page) if path]
    lost = [name(p) for p in DOCS.rglob("*.md") if p not in seen]
    assert not lost, f"not reachable from docs/index.md: {lost}"
    kept = {p.resolve() for page in PAGES for p in _pictures(page)}
    unused = [name(p) for p in (DOCS / "pictures").iterdir() if p not in kept]
    assert not unused, f"pictures that no page shows: {unused}"


def _pictures(page: Path) -> Iterator[Path]:
    for path, _ in links(page):
        if path.endswith(".png"):
            yield page.parent / path


def commands(page: Path) -> Iterator[str]:
    """Lines of shell blocks, and inline code that is a command of ours."""
    text = page.read_text(encoding="utf-8")
    for language, block in FENCE.findall(text):
        if language in SHELLS:
            for line in block.splitlines():
                yield line.strip().removeprefix("$ ")
    yield from SPAN.findall(FENCE.sub("", text))


def unknown(command: str) -> str | None:
    """What is wrong with one command line of ours, None where nothing is or where it is not ours."""
    command = re.sub(r"\s+#.*$|…", "", command).strip()
    try:
        words = shlex.split(command)
    except ValueError:
        return None
    words = [w for w in words if not re.fullmatch(r"[A-Z_]+=\S*", w) or w is words[-1]]
    if not words:
        return None
    if words[0] == "make" and len(words) > 1:
        bad = [w for w in words[1:] if w not in TARGETS and "=" not in w and w != "|"]
        return f"no such target: {bad}" if bad else None
    if words[0].rpartition("/")[2] == "banjian":
        return _unknown_command(words[1:])
    if "python" in words[0] and "-m" in words[:3]:
        module = words[words.index("-m") + 1].replace(".", "/")
        places = (ROOT / f"{module}.py", ROOT / module / "__main__.py", ROOT / module)
        known = module.startswith(("pytest", "venv", "pip")) or any(p.exists() for p in places)
        return None if known else f"no such module: {module}"
    return None


def _unknown_command(words: list[str]) -> str | None:
    here = get_command(app)
    while words and getattr(here, "commands", None):
        if words[0].startswith("-"):
            return None
        found = here.commands.get(words[0])  # type: ignore[attr-defined]
        if found is None:
            return f"no such command: banjian {words[0]}"
        here, words = found, words[1:]
    options = {option for parameter in here.params for option in parameter.opts} | {"--help"}
    given = {w.partition("=")[0].strip("[]") for w in words if w.strip("[]").startswith("--")}
    wrong = {part for option in given for part in option.split("|")} - options
    return f"no such option: {sorted(wrong)}" if wrong else None


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_commands_exist(page: Path) -> None:
    wrong = [f"{c}: {why}" for c in commands(page) if (why := unknown(c))]
    assert not wrong, "\n".join(wrong)


def test_a_wrong_command_would_be_seen() -> None:
    assert unknown("make demos")
    assert unknown("make demo ONCE=1") is None
    assert unknown(".venv/bin/banjian clocks explain R01")
    assert unknown("banjian clock explain R01 --until 2026-01-01")
    assert unknown("banjian clock explain R01 --from 2026-01-01") is None
    assert unknown("python -m tests.nowhere")


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_named_files_exist(page: Path) -> None:
    """Inline code that is a path of the tree."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    for span in SPAN.findall(text):
        top = span.partition("/")[0]
        if (
            "/" in span
            and re.fullmatch(r"[\w./-]+", span)
            and top.strip(".")
            and (ROOT / top).is_dir()
        ):
            assert (ROOT / span).exists(), f"{name(page)}: {span}"


def test_named_tests_exist() -> None:
    """A page that says which test holds something names one that is there."""
    written = "".join(p.read_text(encoding="utf-8") for p in (ROOT / "tests").rglob("test_*.py"))
    for page in PAGES:
        for span in SPAN.findall(page.read_text(encoding="utf-8")):
            if re.fullmatch(r"test_\w+", span):
                assert f"def {span}(" in written, f"{name(page)}: {span}"


def test_named_addresses_exist() -> None:
    """`GET /api/v1/…` in a page is an operation of the application."""
    known = {
        (method, re.sub(r"\{[^}]*\}", "{}", route.path))
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods
    }
    for page in PAGES:
        for span in SPAN.findall(page.read_text(encoding="utf-8")):
            if found := re.fullmatch(rf"(GET|POST|PATCH|PUT|DELETE) ({API}/[^\s?]+)", span):
                asked = (found[1], re.sub(r"\{[^}]*\}", "{}", found[2]))
                assert asked in known, f"{name(page)}: {span}"


def test_the_readme_counts_clocks_rightly() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    open_rows = sum(clock.verified is not Verified.TEXT for clock in CLOCKS.values())
    assert f"{open_rows} of the {len(CLOCKS)} clocks" in text


def test_the_readme_names_what_a_newcomer_needs() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for command in ("make demo", "make test"):
        assert command in text


def test_every_procedure_is_in_glossary_and_changelog() -> None:
    for page in (DOCS / "glossary.md", ROOT / "CHANGELOG.md"):
        text = page.read_text(encoding="utf-8")
        for row in catalogue.procedures():
            assert f"`{row.procedure}`" in text, f"{name(page)}: {row.procedure}"


def test_every_dependency_says_why() -> None:
    """A line in the changelog for each, and something in the tree that uses it."""
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    listed = project.partition("dependencies = [")[2].partition("]\n\n[project.scripts")[0]
    wanted = {
        found.lower()
        for found in re.findall(r'"([A-Za-z0-9-]+)(?:\[[a-z]+\])?(?:>=|")', listed)
        if not found.startswith("types-")
    } - {"hatchling", "editables"}
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").lower()
    missing = sorted(w for w in wanted if f"`{w}`" not in text)
    assert not missing, f"CHANGELOG.md gives no reason for {missing}"


def test_pictures_are_light() -> None:
    for picture in (DOCS / "pictures").iterdir():
        assert picture.stat().st_size <= 300_000, name(picture)
