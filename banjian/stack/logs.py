"""Log files of the stack: appended by the children, rotated by the supervisor."""

import contextlib
import shutil
from pathlib import Path

LARGEST = 20 * 1024 * 1024
KEPT = 3


def rotate(log: Path, largest: int = LARGEST) -> bool:
    """Moves a large log aside (`.1` is the newest) and empties it under its writer.

    The writers hold the file open in append mode, so it is copied and cut, not renamed. What is
    written between copy and cut is lost: acceptable for a log, never for a record.
    """
    try:
        if log.stat().st_size <= largest:
            return False
    except OSError:
        return False
    with contextlib.suppress(OSError):
        for number in range(KEPT, 1, -1):
            older = log.with_name(f"{log.name}.{number - 1}")
            if older.exists():
                older.replace(log.with_name(f"{log.name}.{number}"))
        shutil.copyfile(log, log.with_name(f"{log.name}.1"))
    # Even where the copy failed (disk full) the log must not grow on.
    with log.open("r+b") as out:
        out.truncate(0)
    return True


def tail(log: Path, lines: int = 8) -> str:
    """The last lines, for messages."""
    try:
        with log.open("rb") as source:
            source.seek(0, 2)
            source.seek(max(0, source.tell() - 8192))
            text = source.read().decode(errors="replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-lines:])
