"""A database connection that comes back by itself, and waits that end when the agent is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg.rows import DictRow, dict_row

from pyorch import db

NAME = "pyorch agent"
# a dead server or network path is noticed after about half a minute, on an idle connection too
KEEPALIVE: dict[str, Any] = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}
# no statement of the agent itself (jobs apart) may take longer, in seconds
PATIENCE = 60.0

# what the database, or the way to it, can do to us; all else is a mistake of ours and ends the agent
Trouble = (psycopg.Error, OSError, TimeoutError)
# the schema is missing or too old, or we lack the rights: no waiting helps
HOPELESS = ("3F000", "42883", "42P01", "42703", "42501", "28P01", "28000", "3D000", "PY012")


def hopeless(exc: BaseException) -> bool:
    """Say whether no waiting helps; a connection string that cannot be read has no SQLSTATE."""
    state = getattr(exc, "sqlstate", None)
    return state in HOPELESS or (state is None and isinstance(exc, psycopg.ProgrammingError))


async def connect(dsn: str | None) -> psycopg.AsyncConnection[DictRow]:
    """Open an autocommit connection: no statement of ours stays open in a transaction, so nothing holds xmin."""
    conninfo = dsn or ""
    options = {key: value for key, value in KEEPALIVE.items() if key not in conninfo}
    if "application_name" not in conninfo:
        options["application_name"] = NAME
    connection = await psycopg.AsyncConnection.connect(
        conninfo,
        autocommit=True,
        prepare_threshold=None,
        row_factory=dict_row,
        client_encoding="UTF8",
        **options,
    )
    if needed := db.formats(connection.info):
        await connection.execute(needed)
    return connection


class Link:
    """One lazily opened connection. After any trouble it is dropped, and the next use opens a new one."""

    def __init__(self, dsn: str | None) -> None:
        self._dsn = dsn
        self._connection: psycopg.AsyncConnection[DictRow] | None = None

    async def get(self) -> psycopg.AsyncConnection[DictRow]:
        """Return the connection, opened when there is none."""
        if self._connection is None or self._connection.closed:
            self._connection = await connect(self._dsn)
        return self._connection

    async def rows(self, query: str, values: Sequence[Any] = ()) -> list[DictRow]:
        """Run one statement and return its rows.

        Raises:
            Trouble: whatever went wrong; the connection is dropped when it is of no more use.
        """
        try:
            async with asyncio.timeout(PATIENCE):
                connection = await self.get()
                return await (await connection.execute(query, values)).fetchall()
        except Trouble:
            if self._connection is not None and (self._connection.broken or self._connection.closed):
                await self.drop()
            raise

    async def drop(self) -> None:
        """Close the connection, whatever state it is in."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(*Trouble):
                await connection.close()


class Backoff:
    """Waits that grow from 0.1 s to 5 s while trouble lasts, with jitter, so that many agents do not come at once."""

    def __init__(self, longest: float = 5.0) -> None:
        self._longest = longest
        self._next = 0.1

    def reset(self) -> None:
        """All is well again."""
        self._next = 0.1

    async def wait(self, stop: asyncio.Event) -> None:
        """Wait for the next delay, or until `stop` is set."""
        delay, self._next = self._next, min(self._next * 2, self._longest)
        await wait_for(stop, delay * random.uniform(0.5, 1.0))


async def wait_for(event: asyncio.Event, seconds: float) -> bool:
    """Wait until the event is set or the time is over; say whether it is set."""
    if event.is_set():
        return True
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()
