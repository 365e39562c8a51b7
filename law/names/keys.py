"""Keys that find every name a proposed one can collide with, without looking at all of them.

A register keeps `index_keys(old)` of each of its names; `probe_keys(new)` are looked up. Promise, kept by a test
over generated names: `rule_between(new, old)` finds a rule only if `probe_keys(new)` and `index_keys(old)` meet. Most that
meet are no hits: the comparison decides. A change of the tables or of these functions asks for a rebuild of the kept
keys (`KEYS_VERSION`).
"""

import hashlib
from collections.abc import Iterator
from typing import Final

from law.names.model import Core
from law.names.rules import DATA
from law.names.sounds import shape_key, sound_key

_TABLES: Final = (
    "characters.csv",
    "divisions.csv",
    "forms.csv",
    "gbt4754.csv",
    "industries.csv",
    "lookalikes.csv",
    "shapes.csv",
    "traditional.csv",
)
# Raised by hand with the functions of this package; the tables speak for themselves.
_CODE: Final = "1"


def _version() -> str:
    digest = hashlib.sha256(_CODE.encode())
    for table in _TABLES:
        digest.update((DATA / table).read_bytes())
    return digest.hexdigest()[:16]


KEYS_VERSION: Final = _version()


def same_keys(core: Core) -> tuple[str, ...]:
    """Two names that are SAME share one of these: what to lock before a name is taken."""
    return tuple(sorted({f"t:{core.trade}", f"b:{core.body}", f"o:{core.order}"}))


def index_keys(core: Core) -> tuple[str, ...]:
    """What a register keeps of a name."""
    whole, parts = _sounds(core.trade)
    keys = {f"o:{core.order}", f"b:{core.body}", f"w:{whole}"}
    keys.update(f"w:{whole}|{c}" for c in core.industry.classes)
    if not core.industry.text:
        keys.add(f"n:{core.trade}")
    for part in parts:
        keys.add(f"s:{part}")
        keys.update(f"s:{part}|{c}" for c in core.industry.classes)
    keys.update(_shape(core))
    return tuple(sorted(keys))


def probe_keys(core: Core) -> tuple[str, ...]:
    """What is looked up for a proposed name."""
    whole, parts = _sounds(core.trade)
    keys = {f"o:{core.order}", f"b:{core.body}", f"n:{core.trade}"}
    if not core.industry.text or core.industry.generic:
        keys |= {f"w:{whole}", f"s:{whole}", *(f"w:{p}" for p in parts)}
    for c in core.industry.classes:
        keys |= {f"w:{whole}|{c}", f"s:{whole}|{c}", *(f"w:{p}|{c}" for p in parts)}
    keys.update(_shape(core))
    return tuple(sorted(keys))


def _sounds(trade: str) -> tuple[str, list[str]]:
    """The trade name by its sound, and its proper parts of at least two characters."""
    sounds = [sound_key(c) for c in trade]
    count = len(sounds)
    parts = [
        " ".join(sounds[start : start + length])
        for length in range(2, count)
        for start in range(count - length + 1)
    ]
    return " ".join(sounds), parts


def _shape(core: Core) -> Iterator[str]:
    key = shape_key(core.trade)
    if key:
        yield from (f"g:{key}|{c}" for c in core.industry.classes)
