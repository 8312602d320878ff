"""The process: starts the parts, ends them in order on SIGTERM or SIGINT."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import signal
from collections.abc import Coroutine
from typing import Any
from uuid import uuid4

from pyorch.agent.carrier import Carrier
from pyorch.agent.heart import WAKE, Heart, HopelessError
from pyorch.agent.jobs import Jobs
from pyorch.agent.link import Link, Trouble
from pyorch.agent.log import Log, trouble
from pyorch.agent.reporter import Reporter
from pyorch.agent.sender import Sender

# seconds for the last words to a database that may be gone
FAREWELL = 5.0


def run(
    dsn: str | None,
    *,
    once: bool = False,
    grace: float = 10.0,
    max_calls: int = 1000,
    batch: int = 500,
    log: Log | None = None,
) -> int:
    """Run the agent until SIGTERM or SIGINT.

    Args:
        dsn: libpq connection string; None: the PG* variables. A direct connection: LISTEN needs a session of its own.
        once: run what is due now, send what waits now, and end.
        grace: seconds that calls and jobs at work have to end after the signal.
        max_calls: calls in flight at most, over all endpoints.
        batch: calls to take in one statement at most.

    Returns:
        0: a clean end. 1: the database cannot be used (the log says why), or answers could not be reported.
    """
    agent = Agent(dsn, grace=grace, max_calls=max_calls, batch=batch, log=log or Log())
    return asyncio.run(agent.once() if once else agent.live())


class Agent:
    """One agent: heart, carrier, reporter and jobs, each with its own connection."""

    def __init__(self, dsn: str | None, *, grace: float, max_calls: int, batch: int, log: Log) -> None:
        self.id = uuid4()
        self._dsn, self._grace, self._max_calls, self._batch, self._log = dsn, grace, max_calls, batch, log

    async def live(self) -> int:
        """Run until told to stop; return the exit code."""
        stop = asyncio.Event()
        _on_signals(stop.set)
        async with Sender() as sender:
            self._assemble(sender)
            self._log.info("agent.starts", agent=str(self.id), max_calls=self._max_calls)
            work = [_start(part.forever()) for part in (self.heart, self.carrier, self.reporter)]
            halt = _start(stop.wait())
            await asyncio.wait([halt, *work], return_when=asyncio.FIRST_COMPLETED)
            code = 0
            for task in work:
                if task.done():
                    # a part never ends by itself: hopeless, or a mistake of ours
                    self._log.error("agent.cannot_go_on", why=_why(task))
                    code = 1
            halt.cancel()
            # from now on a signal ends the waiting
            hurry = asyncio.Event()
            _on_signals(hurry.set)
            return max(code, await self._end(work, hurry))

    async def once(self) -> int:
        """Do what is due and what waits, then end; return the exit code."""
        async with Sender() as sender:
            self._assemble(sender)
            work = [_start(self.reporter.forever())]
            code = 0
            try:
                await self.heart.beat()
                await self.jobs.idle()
                while await self.carrier.take() or self.carrier.in_flight:
                    await self.carrier.idle()
            except Trouble as exc:
                self._log.error("agent.cannot_go_on", why=trouble(exc))
                code = 1
            return max(code, await self._end(work, asyncio.Event()))

    def _assemble(self, sender: Sender) -> None:
        _raise_file_limit()
        self._links = [Link(self._dsn) for _ in range(3)]
        heart, take, report = self._links
        self.jobs = Jobs(self._dsn, self._log)
        self.reporter = Reporter(self.id, report, self._log)
        self.carrier = Carrier(self.id, take, sender, self.reporter, self._log, most=self._max_calls, batch=self._batch)
        self.heart = Heart(self.id, heart, self._log, self.jobs.start, self._heard)
        self.heart.info = self._info
        self.heart.call = lambda channel: take.rows("select pg_notify(%s, '')", (channel,))
        self.carrier.poll = lambda: self.heart.poll

    def _heard(self, channel: str) -> None:
        self.carrier.nudge(wakes=channel == WAKE)

    def _info(self) -> dict[str, Any]:
        return {
            "in_flight": self.carrier.in_flight,
            "unreported": self.reporter.unreported,
            "sent": self.carrier.sent,
            "jobs": self.jobs.running,
        }

    async def _end(self, work: list[asyncio.Task[Any]], hurry: asyncio.Event) -> int:
        """Take no more, wait for what is at work unless in a hurry, report it, leave; return the exit code."""
        self._log.info("agent.stops", in_flight=self.carrier.in_flight, jobs=self.jobs.running)
        self.heart.stop()
        impatient = _start(hurry.wait())
        ending = _start(self._drain(self._grace))
        await asyncio.wait([impatient, ending], return_when=asyncio.FIRST_COMPLETED)
        if not ending.done():
            ending.cancel()
            await self._drain(0)
        impatient.cancel()
        self.reporter.stop()
        for task in work[-1:]:
            await asyncio.wait([task], timeout=FAREWELL)
        for task in work:
            task.cancel()
        await asyncio.gather(*work, ending, impatient, return_exceptions=True)
        code = 0 if await self._farewell() else 1
        for link in self._links:
            await link.drop()
        self._log.info("agent.ended", sent=self.carrier.sent, unreported=self.reporter.unreported)
        return code

    async def _drain(self, grace: float) -> None:
        await asyncio.gather(self.carrier.stop(grace), self.jobs.stop(grace))

    async def _farewell(self) -> bool:
        """Leave; say whether the ledger has all that we know."""
        try:
            async with asyncio.timeout(FAREWELL):
                await self.heart.leave()
        except Trouble as exc:
            self._log.warning("agent.could_not_leave", why=trouble(exc))
            return False
        return self.reporter.unreported == 0


def _start(work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
    return asyncio.create_task(work)


def _why(task: asyncio.Task[Any]) -> str:
    exc = None if task.cancelled() else task.exception()
    if isinstance(exc, HopelessError):
        return f"{exc}; is pyorch installed there, for this role? pyorch install"
    return "a part ended" if exc is None else f"{type(exc).__name__}: {trouble(exc)}"


def _on_signals(what: Any) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        # not in the main thread: whoever started us stops us
        with contextlib.suppress(ValueError, RuntimeError):
            loop.add_signal_handler(number, what)


def _raise_file_limit() -> None:
    """Every call in flight is a file: take what the system allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard if hard != resource.RLIM_INFINITY else max(soft, 65536), hard))
