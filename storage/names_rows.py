"""Rows of the library of names: a name as columns, its keys as numbers."""

import hashlib
from typing import Any

from sqlalchemy import RowMapping, func, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from law.names.characters import written
from law.names.holders import HolderState
from law.names.industries import industry
from law.names.keys import KEYS_VERSION, index_keys
from law.names.model import Core, Name
from law.names.parse import read_name
from storage.tables_names import NameKeyRow, NameRow

COLUMNS = (
    "n.id, n.name, n.seat, n.seen, n.parts, n.body, n.trade, n.industry, n.state, n.holder, n.case_id,"
    " n.held_until, n.barred_until"
)


def hashed(key: str) -> int:
    """A key as the table keeps it: signed eight bytes."""
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), signed=True)


def same_key(core: Core) -> str:
    """Trade name and industry: what two names on hold may not share."""
    return f"{core.trade}|{core.industry.text}"


def core_values(core: Core) -> dict[str, Any]:
    """What of the row follows from the name alone."""
    return {
        "seen": core.text,
        "parts": core.order,
        "body": core.body,
        "trade": core.trade,
        "industry": core.industry.text,
        "same_key": same_key(core),
        "keys_version": KEYS_VERSION,
    }


def columns_of(name: Name, core: Core, *, jurisdiction: str, seat: str) -> dict[str, Any]:
    """The row but for how the name is held."""
    return {
        **core_values(core),
        "name": written(name.given),
        "jurisdiction": jurisdiction,
        "seat": seat,
    }


def row_values(
    name: Name, *, jurisdiction: str, seat: str, holder: str, row_id: int
) -> tuple[dict[str, Any], list[tuple[int, int]]]:
    """A registered name and its keys as plain rows, for loading a whole register at once; `held_from` is left out."""
    core = name.core
    values = {
        **columns_of(name, core, jurisdiction=jurisdiction, seat=seat),
        "id": row_id,
        "state": HolderState.REGISTERED.value,
        "holder": holder,
    }
    return values, [(key, row_id) for key in sorted({hashed(k) for k in index_keys(core)})]


def core_of(row: RowMapping) -> Core:
    """What a comparison looks at, without reading the name again."""
    return Core(row["seen"], row["parts"], row["body"], row["trade"], industry(row["industry"]))


def read_again(name: str, seat: str, trade: str) -> Name:
    """The kept name in its parts, its trade name where it was declared or read before."""
    read = read_name(name, seat=seat)
    if trade and trade != read.trade and read.body.startswith(trade):
        return read_name(name, seat=seat, trade=trade)
    return read


async def insert_name(connection: AsyncConnection, values: dict[str, Any]) -> int:
    """The new row's id."""
    row = insert(NameRow).values(**values, held_from=func.app_now()).returning(NameRow.id)
    return (await connection.execute(row)).scalar_one()


async def add_keys(connection: AsyncConnection, row_id: int, core: Core) -> None:
    """Writes the keys by which the name is found; those that are there stay."""
    keys = sorted({hashed(k) for k in index_keys(core)})
    statement = insert(NameKeyRow).on_conflict_do_nothing()
    await connection.execute(statement, [{"key": k, "name_id": row_id} for k in keys])


async def drop_keys(connection: AsyncConnection, row_id: int) -> None:
    """Takes the keys away. One that an older version wrote may stay: it finds a name that bars nobody."""
    row = await connection.execute(
        text(f"SELECT {COLUMNS} FROM names AS n WHERE n.id = :id"),  # noqa: S608
        {"id": row_id},
    )
    # The keys of a name follow from its row: no second index on the table of keys is needed.
    keys = sorted({hashed(k) for k in index_keys(core_of(row.mappings().one()))})
    await connection.execute(
        text("DELETE FROM name_keys WHERE key = ANY(CAST(:keys AS bigint[])) AND name_id = :id"),
        {"keys": keys, "id": row_id},
    )
