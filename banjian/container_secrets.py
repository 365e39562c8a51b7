"""`python -m banjian.container_secrets FOLDER`: the secrets of a container deployment, each for its reader alone.

Makes what is missing and touches nothing that is there: to lose the master key is to lose every case's data.
Each file is 0600 and belongs to the user of the one container image that reads it, so this runs as root, once
before the first start and again after a rotation (delete the word to be replaced, run it, start again).
"""

import contextlib
import os
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from banjian.secret_files import SecretsError, create_missing

OURS: Final = 10001
"""The user of our image (Dockerfile)."""
POSTGRES: Final = 999
"""`postgres` in the official image of PostgreSQL."""
TEMPORAL: Final = 1000
"""`temporal` in the images of the Temporal server and its tools."""

HOST: Final = "postgres"
DATABASE: Final = "banjian"
# Words that one file holds and others repeat for another reader.
WORDS: Final = ("postgres_superuser", "postgres_banjian", "postgres_temporal")


def make(folder: Path) -> list[str]:
    """Everything missing; returns the names made or brought in step.

    Raises:
        SecretsError: a file there cannot be used.
        OSError: the folder cannot be written, or files not given to their readers.
    """
    made = [f"{name}.json" for name in create_missing(folder)]
    for name in WORDS:
        if not (folder / name).exists():
            _write(folder / name, secrets.token_urlsafe(32))
            made.append(name)
    ours = _word(folder / "postgres_banjian")
    url = f"postgresql://{DATABASE}:{ours}@{HOST}:5432/{DATABASE}"
    for name, value in (
        ("database_url", url),
        ("temporal_postgres", _word(folder / "postgres_temporal")),
    ):
        path = folder / name
        if not path.exists() or path.read_text().strip() != value:
            _write(path, value)
            made.append(name)
    for path in folder.iterdir():
        if path.is_file():
            os.chown(path, reader(path.name), -1)
    return made


def reader(name: str) -> int:
    """The user that may read a secret."""
    if name.startswith("postgres_"):
        return POSTGRES
    return TEMPORAL if name == "temporal_postgres" else OURS


def _word(path: Path) -> str:
    found = path.read_text().strip()
    # It stands in an address and in SQL: letters, digits, - and _ need no quoting there.
    if len(found) < 32 or not found.replace("-", "").replace("_", "").isalnum():
        raise SecretsError(f"{path.name}: must be random, of letters and digits, 32 or more")
    return found


def _write(path: Path, value: str) -> None:
    """Whole or not at all, and never readable by others meanwhile."""
    draft = path.with_name(f".{path.name}.new")
    with contextlib.suppress(FileNotFoundError):
        draft.unlink()
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(f"{value}\n")
        out.flush()
        os.fsync(out.fileno())
    draft.replace(path)


@contextlib.contextmanager
def _said() -> Iterator[None]:
    try:
        yield
    except (SecretsError, OSError) as error:
        print(f"✗ {error}", file=sys.stderr)
        sys.exit(1)


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print("usage: python -m banjian.container_secrets FOLDER", file=sys.stderr)
        return 2
    with _said():
        made = make(Path(arguments[0]))
    print(f"已生成：{'、'.join(made)}" if made else "密钥齐全，没有改动。")
    print("请把 master.json 另存一份：丢失它，所有办件的数据都不能再读。")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
