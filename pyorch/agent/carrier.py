"""Carry the calls: take them from the ledger, send them side by side, hand their answers to the reporter."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from uuid import UUID

from pyorch.agent.call import Answer, Call
from pyorch.agent.link import Backoff, Link, Trouble, wait_for
from pyorch.agent.log import Log, trouble
from pyorch.agent.reporter import Reporter
from pyorch.agent.sender import Sender

TAKE = (
    "select call_id, method, url, headers, body, timeout_ms, follow_redirects, allow_private"
    " from pyorch._take_calls(%s, %s)"
)
WAKES = "select pyorch._dispatch_wakes() is null as waiting"
# seconds that a taken call may wait before it is sent: beyond it this process was asleep, and others have judged it
STALE = 5.0
# seconds between two takes while more calls wait than there is room for: one transaction takes many
PACE = 0.01
# seconds until the next look at wake marks that have to wait for another session, at first; each time twice as long
AGAIN = 0.01


class Carrier:
    """The transport. `nudge` makes it look at once, otherwise it looks every `poll()` seconds."""

    def __init__(self, agent: UUID, link: Link, sender: Sender, reporter: Reporter, log: Log, *, most: int, batch: int):
        self._agent, self._link, self._sender, self._reporter, self._log = agent, link, sender, reporter, log
        self._most, self._batch = most, batch
        self._flights: set[asyncio.Task[None]] = set()
        self._look = asyncio.Event()
        self._freed = asyncio.Event()
        self._stop = asyncio.Event()
        self._wakes = True
        # seconds until wake marks that had to wait are looked at again; 0: there are none
        self._again = 0.0
        self._taking = asyncio.Lock()
        self.poll: Callable[[], float] = lambda: 1.0
        self.sent = 0

    @property
    def in_flight(self) -> int:
        """Calls that were sent and have no answer yet."""
        return len(self._flights)

    def nudge(self, wakes: bool = False) -> None:
        """Look for calls at once; with `wakes` let SQL decide about wake marks first."""
        self._wakes = self._wakes or wakes
        self._look.set()

    async def forever(self) -> None:
        """Take calls until `stop`."""
        backoff = Backoff()
        while not self._stop.is_set():
            self._look.clear()
            try:
                async with self._taking:
                    more = await self.take()
                backoff.reset()
            except Trouble as exc:
                self._log.warning("calls.not_taken", why=trouble(exc))
                await backoff.wait(self._stop)
                continue
            if more:
                await self._room()
            elif not await wait_for(self._look, self._again or self.poll()):
                # nobody told us: a notification may have been lost
                self._wakes = True

    async def take(self) -> bool:
        """Take calls and start to send them. Say whether there may be more: there were as many as asked for."""
        if self._wakes:
            await self._wake()
        ask = min(self._batch, self._most - len(self._flights))
        calls = [Call.of(row) for row in await self._link.rows(TAKE, (self._agent, ask))]
        for call in calls:
            flight = asyncio.create_task(self._fly(call))
            self._flights.add(flight)
            flight.add_done_callback(self._landed)
        return len(calls) >= ask

    async def _wake(self) -> None:
        """Let SQL decide about wake marks; set when to look again at those that have to wait for another session."""
        # before the look: a mark that is notified during it may not have been seen by it
        self._wakes = False
        try:
            [row] = await self._link.rows(WAKES)
        except Trouble:
            self._wakes = True
            raise
        if row["waiting"]:
            self._wakes = True
            self._again = min(max(self._again * 2, AGAIN), self.poll())
        else:
            self._again = 0.0

    async def _room(self) -> None:
        """Wait until it makes sense to take more: a good part is free, or a moment has passed and something is."""
        if self._most - len(self._flights) < min(self._batch, self._most) // 4:
            await asyncio.sleep(PACE)
        while len(self._flights) >= self._most and not self._stop.is_set():
            self._freed.clear()
            await self._freed.wait()

    async def stop(self, grace: float) -> None:
        """Let what is in flight end for up to `grace` seconds; then break it off and report it as timed out."""
        self._stop.set()
        self._look.set()
        self._freed.set()
        until = time.monotonic() + grace
        # what is being taken at this moment is marked as sent, so it has to be sent
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(grace), self._taking:
                pass
        # a flight that is cancelled before its first step would leave no answer
        await asyncio.sleep(0)
        if self._flights:
            self._log.info("calls.waiting", in_flight=len(self._flights), grace=grace)
            await asyncio.wait(self._flights, timeout=max(until - time.monotonic(), 0))
        for flight in list(self._flights):
            flight.cancel()
        if self._flights:
            await asyncio.wait(list(self._flights))

    async def idle(self) -> None:
        """Wait until nothing is in flight."""
        while self._flights:
            await asyncio.wait(list(self._flights))

    async def _fly(self, call: Call) -> None:
        started = time.monotonic()
        try:
            if started - call.taken > STALE:
                answer = Answer(call.call_id, error="not sent: the agent was asleep")
            else:
                self.sent += 1
                answer = await self._sender.send(call)
        except asyncio.CancelledError:
            # the work may go on over there, as after a timeout
            spent = (time.monotonic() - started) * 1000
            answer = Answer(call.call_id, error="the agent stopped before the answer came", timed_out=True)
            answer.latency_ms = spent
        self._reporter.add(answer, last=len(self._flights) <= 1)

    def _landed(self, flight: asyncio.Task[None]) -> None:
        self._flights.discard(flight)
        self._freed.set()
