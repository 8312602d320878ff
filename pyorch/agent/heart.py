"""The heart: tells the database that this agent lives, and hears what is due and what woke up, on one connection."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import time
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from pyorch import __version__
from pyorch.agent.link import Backoff, Link, Trouble, hopeless
from pyorch.agent.log import Log, trouble

BEAT = "select pyorch._agent_beat(%s, %s) as answer"
LEAVE = "select pyorch._agent_leave(%s)"
CALLS, WAKE = "pyorch_calls", "pyorch_wake"
# seconds between beats, unless SQL wants them sooner; an agent counts as live for ten after a beat
EVERY = 2.0
# seconds that a notification of our own may take; less than an agent counts as live
ECHO = 5.0


class HopelessError(Exception):
    """No waiting helps: pyorch is not installed there, or this role may not use it."""


class Heart:
    """Beats, and passes on what it hears: `due(job)` from the beat's answer, `heard(channel)` from notifications."""

    def __init__(self, agent: UUID, link: Link, log: Log, due: Callable[[str], None], heard: Callable[[str], None]):
        self._agent, self._link, self._log = agent, link, log
        self._due, self._heard = due, heard
        self._leader: bool | None = None
        self._known = False
        self._stop = asyncio.Event()
        # answered by the last beat, in seconds
        self.poll = 1.0
        self._every = EVERY
        # filled in by the process: what `pyorch status` shows of it
        self.info: Callable[[], dict[str, Any]] = dict
        # filled in by the process: notify a channel by another connection
        self.call: Callable[[str], Awaitable[Any]]
        self._tested = False

    async def forever(self) -> None:
        """Beat and listen until `leave`.

        Raises:
            HopelessError: at the first beat, pyorch is not there, or not for this role.
        """
        backoff = Backoff()
        while not self._stop.is_set():
            try:
                await self._live()
                backoff.reset()
            except Trouble as exc:
                if not self._known and hopeless(exc):
                    raise HopelessError(trouble(exc)) from exc
                self._log.warning("database.lost", why=trouble(exc))
                await self._link.drop()
                await backoff.wait(self._stop)

    async def beat(self) -> None:
        """Beat once, and start what is due."""
        info = {"host": socket.gethostname(), "pid": os.getpid(), "version": __version__} | self.info()
        [row] = await self._link.rows(BEAT, (self._agent, Jsonb(info | {"stopping": self._stop.is_set()})))
        answer: dict[str, Any] = row["answer"]
        self._known = True
        self.poll = max(float(answer.get("poll_ms") or 1000) / 1000, 0.05)
        self._every = min(float(answer.get("beat_ms") or EVERY * 1000) / 1000, EVERY)
        leader = bool(answer.get("leader"))
        if leader != self._leader:
            self._leader = leader
            self._log.info("agent.leads" if leader else "agent.follows")
        if not self._stop.is_set():
            for job in answer.get("jobs_due") or []:
                self._due(job)

    async def leave(self) -> None:
        """Say good-bye: what was taken and not sent goes back, another agent may lead at once."""
        await self._link.rows(LEAVE, (self._agent,))

    def stop(self) -> None:
        """Start no more jobs; beats go on until the task is cancelled."""
        self._stop.set()

    async def _live(self) -> None:
        connection = await self._link.get()
        await connection.execute(f"listen {CALLS}")
        await connection.execute(f"listen {WAKE}")
        # whatever was notified while we were away
        self._heard(WAKE)
        self._log.info("database.here", server=connection.info.server_version, pid=connection.info.backend_pid)
        while True:
            started = time.monotonic()
            await self.beat()
            if not self._tested:
                await self._test_hearing(connection)
            rest = self._every - (time.monotonic() - started)
            async with contextlib.aclosing(connection.notifies(timeout=max(rest, 0))) as notices:
                async for notice in notices:
                    self._heard(notice.channel)

    async def _test_hearing(self, connection: AsyncConnection[Any]) -> None:
        """Warn where notifications get lost; by another connection, since a pooler lets us hear our own at times."""
        channel = f"pyorch_{self._agent.hex}"
        await connection.execute(f"listen {channel}".encode())
        await self.call(channel)
        self._tested = True
        async with contextlib.aclosing(connection.notifies(timeout=ECHO)) as notices:
            async for notice in notices:
                if notice.channel == channel:
                    return
                self._heard(notice.channel)
        self._log.warning(
            "agent.is_deaf",
            why="notifications do not arrive, as behind a pooler in transaction mode",
            next="connect the agent directly or by a session pooler; until then it only looks now and then",
            poll=self.poll,
        )
