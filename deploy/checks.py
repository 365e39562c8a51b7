"""The gates that no linter knows: `python -m deploy.checks`.

Templates parse, migrations are in step with the tables, no registry host or machine path in the tree,
file sizes, generated pages current. Prints each finding; exit 1 when there is one.
"""

import asyncio
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, TemplateSyntaxError

ROOT = Path(__file__).resolve().parent.parent
# Hosts of package registries, and folders that exist on somebody's machine only.
HOSTS = re.compile(
    r"(pypi\.org|pythonhosted\.org|registry\.npmjs|crates\.io|repo1\.maven|proxy\.golang|deb\.debian)"
)
PATHS = re.compile(r"(?<![\w./~-])/(?:work|root|home|Users)/[\w.-]+")
LOCKS = re.compile(r"(https?://|file:///|find-links|index-url)")
TEXT = {
    ".py",
    ".md",
    ".html",
    ".css",
    ".js",
    ".yaml",
    ".yml",
    ".toml",
    ".txt",
    ".typ",
    ".sh",
    ".po",
    ".json",
    "",
}
LONGEST = 400
# A test file may list more cases than a program may hold thoughts.
LONGEST_TEST = 500


def tracked() -> list[Path]:
    """What git would commit; without git, the tree itself."""
    done = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    names = done.stdout.splitlines()
    if done.returncode:
        names = [str(p.relative_to(ROOT)) for p in ROOT.rglob("*") if p.is_file()]
    return [ROOT / n for n in names if (ROOT / n).is_file() and not n.startswith(".venv/")]


def hosts_and_paths(files: list[Path]) -> Iterator[str]:
    for path in files:
        if path.suffix not in TEXT or path == Path(__file__).resolve():
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        for n, line in enumerate(text.splitlines(), 1):
            for what, pattern in (("registry host", HOSTS), ("path of a machine", PATHS)):
                if pattern.search(line):
                    yield f"{path.relative_to(ROOT)}:{n}: {what}: {line.strip()[:100]}"
        if path.parent.name == "requirements":
            for n, line in enumerate(text.splitlines(), 1):
                if LOCKS.search(line):
                    yield f"{path.relative_to(ROOT)}:{n}: the lock names a place: {line.strip()[:100]}"


def templates() -> Iterator[str]:
    folder = ROOT / "api" / "templates"
    # The application's own extensions, so that {% trans %} parses as it does at run time.
    environment = Environment(
        loader=FileSystemLoader(folder), extensions=["jinja2.ext.i18n"], autoescape=True
    )
    for path in sorted(folder.rglob("*.html")):
        name = str(path.relative_to(folder))
        text = path.read_text(encoding="utf-8")
        try:
            environment.parse(text, name)
        except TemplateSyntaxError as error:
            yield f"api/templates/{name}:{error.lineno}: {error.message}"
        if re.search(r"\|\s*safe\b", text):
            yield f"api/templates/{name}: |safe is not used: data is never markup"


def long_files(files: list[Path]) -> Iterator[str]:
    for path in files:
        if path.suffix == ".py" and "migrations" not in path.parts:
            lines = path.read_text(encoding="utf-8").count("\n")
            longest = LONGEST_TEST if "tests" in path.parts else LONGEST
            if lines > longest:
                yield f"{path.relative_to(ROOT)}: {lines} lines; {longest} is the longest a file may be"


def migrations() -> Iterator[str]:
    """A throw-away PostgreSQL of the wheel: every migration up, then nothing may differ."""
    from banjian.stack.postgres import PostgresServer
    from storage.migrate import differences, upgrade

    with tempfile.TemporaryDirectory(prefix="banjian-check-") as folder:
        server = PostgresServer(Path(folder) / "pg", say=lambda _: None)
        server.start()
        try:
            upgrade(server.url())
            for difference in asyncio.run(differences(server.url())):
                yield f"migrations: {difference}"
        finally:
            server.stop()


def generated() -> Iterator[str]:
    page = subprocess.run(
        [sys.executable, "-m", "law.reference"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    if page != (ROOT / "docs/reference/clocks.md").read_text(encoding="utf-8"):
        yield "docs/reference/clocks.md is not current: python -m law.reference > docs/reference/clocks.md"


def main() -> int:
    files = tracked()
    findings = [
        *hosts_and_paths(files),
        *templates(),
        *long_files(files),
        *generated(),
        *migrations(),
    ]
    for finding in findings:
        print(finding)
    print(f"checks: {len(findings)} finding(s)" if findings else "checks: clean")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
