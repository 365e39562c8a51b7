"""``python -m tests.replay record STEM [SCENARIO…] [--force]`` and ``python -m tests.replay fingerprints``.

Plays the scenarios of a procedure and keeps the engine histories of their cases under
``tests/replay/histories/STEM/``. A history that is there is kept; ``--force`` is for a format that
no release ever ran with, never for a test that fails. Exit 0, or 1 where a story cannot be recorded.
``fingerprints`` accepts today's list of commands as the committed one.
"""

import argparse
import asyncio
import sys

from banjian.commands.play import server
from tests.replay import fingerprints, reference
from tests.replay.record import SCENARIOS, CannotRecord, Recorder

REFERENCE = "reference"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.replay", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    record = commands.add_parser("record", help="play scenarios and keep their histories")
    record.add_argument("stem", help="a folder of tests/scenarios, or 'reference'")
    record.add_argument("scenarios", nargs="*", help="file names without .yaml (all)")
    record.add_argument("--force", action="store_true", help="record again what is there")
    commands.add_parser("fingerprints", help="accept today's commands of the workflows")
    asked = parser.parse_args(arguments)
    if asked.command == "fingerprints":
        fingerprints.write()
        return 0
    paths = sorted((SCENARIOS / asked.stem).glob("*.yaml"))
    unknown = sorted(set(asked.scenarios) - {p.stem for p in paths})
    if unknown or not (paths or asked.stem == REFERENCE):
        parser.error(f"no scenario of {asked.stem}: {', '.join(unknown) or 'none at all'}")
    recorder = Recorder(asked.stem, force=asked.force)

    async def run() -> None:
        with server() as url:
            if asked.stem == REFERENCE:
                await reference.record(recorder, url)
            for path in paths:
                if not asked.scenarios or path.stem in asked.scenarios:
                    await recorder.story(path, url)

    try:
        asyncio.run(run())
    except CannotRecord as error:
        print(str(error), file=sys.stderr)
        return 1
    print(f"{len(recorder.written)} histories recorded")
    return 0


if __name__ == "__main__":
    sys.exit(main())
