"""Engines and sessions of the installation's database."""

from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine


def async_url(url: str) -> str:
    """Any spelling of a PostgreSQL URL, for the asyncpg driver."""
    for prefix in ("postgresql://", "postgres://", "postgresql+psycopg://"):
        if url.startswith(prefix):
            return "postgresql+asyncpg://" + url.removeprefix(prefix)
    return url


def create_engine(url: str, *, pool_size: int = 12, max_overflow: int = 8) -> AsyncEngine:
    """An engine whose pool survives a restart of the server.

    `pool_pre_ping` is off on purpose: it costs a round trip per checkout; a connection that died is
    invalidated by SQLAlchemy at first use and every caller of ours is retried or answers 503.

    The pool is wide enough that a crowd rarely overflows it: what comes back beyond its size is closed, and
    opened again at the next crowd. Opening costs 20 ms of CPU (handshake, types, statements to prepare).
    """
    return create_async_engine(
        async_url(url),
        pool_size=pool_size,
        max_overflow=max_overflow,
        pool_recycle=1800,
        pool_use_lifo=True,
        connect_args={"timeout": 5, "command_timeout": 30},
    )
