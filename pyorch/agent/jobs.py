"""Run the schedule's jobs: each on its own connection, so that a slow one delays nothing; one at a time per name."""

from __future__ import annotations

import asyncio
import contextlib
import time

from pyorch.agent.link import Trouble, connect
from pyorch.agent.log import Log, trouble

COMMAND = "select command from pyorch.job where job = %s"
SOURCE = "set pyorch.source = 'agent'"


class Jobs:
    """The jobs that run in this process."""

    def __init__(self, dsn: str | None, log: Log) -> None:
        self._dsn, self._log = dsn, log
        self._running: dict[str, asyncio.Task[None]] = {}

    @property
    def running(self) -> list[str]:
        """Names of the jobs at work."""
        return sorted(self._running)

    def start(self, name: str) -> None:
        """Start a job, unless it runs already."""
        if name not in self._running:
            task = asyncio.create_task(self._run(name))
            self._running[name] = task
            task.add_done_callback(lambda _: self._running.pop(name, None))

    async def idle(self) -> None:
        """Wait until no job runs."""
        while self._running:
            await asyncio.wait(list(self._running.values()))

    async def stop(self, grace: float) -> None:
        """Let running jobs end for up to `grace` seconds, then cancel their statements. What they committed stays."""
        if self._running:
            await asyncio.wait(list(self._running.values()), timeout=grace)
        for task in list(self._running.values()):
            task.cancel()
        if self._running:
            await asyncio.wait(list(self._running.values()))

    async def _run(self, name: str) -> None:
        started = time.monotonic()
        try:
            connection = await connect(self._dsn)
        except Trouble as exc:
            self._log.warning("job.failed", job=name, why=trouble(exc))
            return
        try:
            await connection.execute(SOURCE)
            row = await (await connection.execute(COMMAND, (name,))).fetchone()
            if row is not None:
                # a single statement, sent as it is: a procedure that commits allows nothing around it
                await connection.execute(row["command"])
                self._log.info("job.done", job=name, ms=round((time.monotonic() - started) * 1000))
        except Trouble as exc:
            self._log.warning("job.failed", job=name, why=trouble(exc))
        finally:
            with contextlib.suppress(*Trouble):
                await connection.close()
