"""`python -m banjian.migrate`: brings the installation's database to the newest schema.

The address comes from where every other process has it: `DATABASE_URL`, the file of
`DATABASE_URL_FILE`, else the local stack of the data folder.
"""

import asyncio
import sys

from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from banjian.settings import Settings
from banjian.stack.addresses import resolve
from banjian.starting import ERROR, refusals_said
from storage.engine import async_url
from storage.migrate import upgrade_async
from storage.schema import Schema, schema_of


async def migrate(url: str) -> tuple[Schema, Schema]:
    """Before and after. Raises `WrongSchema` for a database of a newer release."""
    from sqlalchemy.ext.asyncio import create_async_engine

    engine = create_async_engine(async_url(url), poolclass=NullPool)
    try:
        before = await schema_of(engine)
        if not before.known:
            before.require()
        await upgrade_async(url)
        return before, await schema_of(engine)
    finally:
        await engine.dispose()


def main() -> int:
    with refusals_said():
        url = resolve(Settings()).database_url
        if not url:
            print("✗ 没有数据库地址：设置 DATABASE_URL 或 DATABASE_URL_FILE。", file=sys.stderr)
            return ERROR
        place = url.rpartition("@")[2]
        try:
            before, after = asyncio.run(migrate(url))
        except (OSError, DBAPIError) as error:
            reason = str(getattr(error, "orig", None) or error).splitlines()[0]
            print(f"✗ 数据库 {place} 无法迁移：{reason}", file=sys.stderr)
            return ERROR
        print(f"数据库 {place} 的结构：{before.at or '空'} → {after.at}")
        return 0


if __name__ == "__main__":
    sys.exit(main())
