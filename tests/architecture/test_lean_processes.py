"""A process loads only what it needs: an idle installation stays small (`banjian up` within 700 MB)."""

import subprocess
import sys

import pytest

HEAVY = {
    # Making and sealing papers is the worker's; the API serves what is stored.
    "api.app, banjian.compose_api": ("typst", "pyhanko", "aiohttp"),
    "registers.twins.app, banjian.compose_twins": ("typst", "temporalio", "lunar_python", "workflows"),
}  # fmt: skip


@pytest.mark.parametrize("modules", HEAVY)
def test_what_a_process_does_not_need_is_not_loaded(modules: str) -> None:
    said = subprocess.run(
        [
            sys.executable,
            "-c",
            f"import sys, {modules}; print([m for m in {HEAVY[modules]!r} if m in sys.modules])",
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert said.stdout.strip() == "[]"
