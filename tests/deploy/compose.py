"""The compose file as the real Compose reads it; no container engine is needed for that."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
BINARY = Path(sys.executable).parent / "docker-compose"
PUBLIC_URL = "https://ban.example.gov.cn"


def run(
    *arguments: str, environ: Mapping[str, str] | None = None, folder: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    """Compose with nothing of this machine's environment but the path."""
    return subprocess.run(
        [BINARY, "--project-directory", ROOT, "--file", folder / "docker-compose.yml", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": os.environ["PATH"], **(environ or {})},
    )


@cache
def project() -> dict[str, Any]:
    """Every service, every profile, all defaults filled in."""
    done = run("--profile", "*", "config", "--format", "json", environ={"PUBLIC_URL": PUBLIC_URL})
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def service(name: str) -> dict[str, Any]:
    found: dict[str, Any] = project()["services"][name]
    return found
