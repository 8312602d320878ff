"""Report answers to the ledger: many in one statement, again and again until the database has them."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from pyorch.agent.call import Answer
from pyorch.agent.link import Backoff, Link, Trouble, wait_for
from pyorch.agent.log import Log, trouble

REPORT = "select pyorch._report_calls(%s, %s)"
BATCH = 500
# seconds to wait for further answers while calls are in flight: one commit for many
LINGER = 0.01
# classes of SQLSTATE in which the database will not take this answer, rather than cannot take any
REFUSED = ("22", "23", "P0", "PY")


class Reporter:
    """Answers wait here until `pyorch._report_calls` took them; it takes an answer twice without harm."""

    def __init__(self, agent: UUID | None, link: Link, log: Log) -> None:
        self._agent, self._link, self._log = agent, link, log
        self._waiting: list[Answer] = []
        self._some = asyncio.Event()
        self._urgent = asyncio.Event()
        self._stop = asyncio.Event()

    @property
    def unreported(self) -> int:
        """Answers that the ledger does not have yet."""
        return len(self._waiting)

    def add(self, answer: Answer, last: bool = False) -> None:
        """Hand in an answer. With `last` nothing else is in flight, so it is reported at once."""
        self._waiting.append(answer)
        self._some.set()
        if last or len(self._waiting) >= BATCH:
            self._urgent.set()

    async def forever(self) -> None:
        """Report until `stop`; then until nothing is left."""
        backoff = Backoff()
        while self._waiting or not self._stop.is_set():
            if not self._waiting:
                await self._some.wait()
            if not self._stop.is_set():
                await wait_for(self._urgent, LINGER)
            self._urgent.clear()
            self._some.clear()
            batch = self._waiting[:BATCH]
            if not batch:
                continue
            try:
                await self.report(batch)
                backoff.reset()
            except Trouble as exc:
                self._log.warning("answers.not_reported", waiting=len(self._waiting), why=trouble(exc))
                await backoff.wait(asyncio.Event())
                continue
            # only the front: others were added meanwhile
            del self._waiting[: len(batch)]

    def stop(self) -> None:
        """No answer comes any more."""
        self._stop.set()
        self._some.set()
        self._urgent.set()

    async def report(self, answers: list[Answer]) -> None:
        """Report some answers. One that the database will not take is found by halving, and reported without content.

        Raises:
            Trouble: the database cannot take anything at the moment.
        """
        try:
            await self._send([answer.report() for answer in answers])
        except Trouble as exc:
            if not _refused(exc):
                raise
            if len(answers) > 1:
                half = len(answers) // 2
                await self.report(answers[:half])
                await self.report(answers[half:])
                return
            await self._bare(answers[0], trouble(exc))

    async def _bare(self, answer: Answer, why: str) -> None:
        """Report the outcome alone; when that is refused, too, the ledger will call it lost after its deadline."""
        self._log.error("answer.refused", call=answer.call_id, why=why)
        try:
            await self._send([answer.report(with_content=False)])
        except Trouble as exc:
            if not _refused(exc):
                raise
            self._log.error("answer.dropped", call=answer.call_id, why=trouble(exc))

    async def _send(self, answers: list[dict[str, Any]]) -> None:
        await self._link.rows(REPORT, (self._agent, Jsonb(answers)))


def _refused(exc: BaseException) -> bool:
    state = getattr(exc, "sqlstate", None)
    return state is not None and state[:2] in REFUSED
