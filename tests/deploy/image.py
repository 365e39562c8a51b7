"""What the Dockerfile puts into the image, made here without a container engine."""

import re
import subprocess
import sys
from pathlib import Path

from tests.deploy.compose import ROOT

DOCKERFILE = ROOT / "Dockerfile"


def copied() -> list[str]:
    """Folders and files of ours that the packages' stage is given."""
    found = []
    for line in DOCKERFILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("COPY ") and "--from" not in line:
            found += line.split()[1:-1]
    return found


def environment() -> dict[str, str]:
    """The image's own environment: `ENV` of its last stage."""
    last = DOCKERFILE.read_text(encoding="utf-8").rpartition("\nFROM ")[2].replace("\\\n", " ")
    found = {}
    for line in last.splitlines():
        if line.startswith("ENV "):
            found |= dict(part.split("=", 1) for part in line.split()[1:])
    found.pop("PATH")
    return found


def selected(lock: str, **how: str) -> str:
    """A part of a lock, as the Dockerfile takes it."""
    options = [part for key, value in how.items() for part in ("-v", f"{key}={value}")]
    done = subprocess.run(
        [
            "awk",
            "-f",
            ROOT / "deploy/image/requirements.awk",
            *options,
            ROOT / "requirements" / lock,
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def names(lock: str) -> set[str]:
    return set(re.findall(r"^([A-Za-z0-9][\w.-]*)==", lock, re.MULTILINE))


def install(folder: Path) -> Path:
    """Our own package, built from what the image is given, unpacked; the folder to put on the path."""
    source, wheels, site = folder / "source", folder / "dist", folder / "site"
    for name in copied():
        target = source / name
        target.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-r", ROOT / name, target.parent], check=True)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    subprocess.run(
        [*pip, "wheel", "--no-deps", "--no-build-isolation", "--no-index", "-w", wheels, source],
        check=True,
        capture_output=True,
    )
    [wheel] = wheels.glob("*.whl")
    subprocess.run(
        [*pip, "install", "--no-deps", "--no-index", "--target", site, wheel],
        check=True,
        capture_output=True,
    )
    return site
