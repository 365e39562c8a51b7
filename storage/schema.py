"""Which schema a database has, and which one this code needs: said plainly before anything else fails."""

from dataclasses import dataclass
from functools import cache

from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

MIGRATE = "python -m banjian.migrate"


class WrongSchema(RuntimeError):
    """The database is not at the schema that this code needs; the message says what to do."""


@dataclass(frozen=True)
class Schema:
    """Where a database stands.

    Attributes:
        at: its revision; empty where nothing was ever migrated.
        needs: the revision of this code.
        known: whether this code has the revision `at` among its own.
    """

    at: str
    needs: str
    known: bool

    @property
    def fits(self) -> bool:
        """Whether this code may use the database."""
        return self.at == self.needs

    @property
    def trouble(self) -> str:
        """What is wrong; empty where it fits."""
        if self.fits:
            return ""
        at, how = self.at or "空", "比本程序新，" if not self.known else ""
        return (
            f"数据库结构是 {at}，{how}本程序需要 {self.needs}"
            f"（the schema is at {self.at or 'nothing'}, this code needs {self.needs}）"
        )

    @property
    def advice(self) -> str:
        """What to do; empty where it fits."""
        if self.fits:
            return ""
        return f"运行 {MIGRATE}" if self.known else "换上与数据库相配的版本；数据库不能退回旧结构"

    def require(self) -> None:
        """Raises `WrongSchema` unless it fits."""
        if not self.fits:
            raise WrongSchema(f"{self.trouble}：{self.advice}。")


async def schema_of(engine: AsyncEngine) -> Schema:
    """Reads the database's revision; needs no table of ours."""
    async with engine.connect() as connection:
        return await connection.run_sync(read)


def read(connection: Connection) -> Schema:
    """Like `schema_of`, on a connection that somebody else opened."""
    at = ""
    if connection.scalar(text("SELECT to_regclass('alembic_version')")) is not None:
        at = connection.scalar(text("SELECT version_num FROM alembic_version")) or ""
    needs, known = _ours()
    return Schema(at, needs, not at or at in known)


@cache
def _ours() -> tuple[str, frozenset[str]]:
    """This code's newest revision, and all of them."""
    # Imported here: the twins' process and the command line's help never ask.
    from alembic.script import ScriptDirectory

    from storage.migrate import config

    scripts = ScriptDirectory.from_config(config())
    return str(scripts.get_current_head()), frozenset(s.revision for s in scripts.walk_revisions())
