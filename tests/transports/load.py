"""An open load: calls are triggered at a fixed rate, whatever becomes of the server, and none is given up."""

from __future__ import annotations

import contextlib
import itertools
import threading
import time
from typing import Any, Self

import psycopg

# calls a second, and sessions that trigger them
RATE, SESSIONS = 50, 4


def somehow(dsn: str, query: str) -> Any:
    """Run a statement on a server that may be down: once, on a connection of its own; None when it did not work."""
    try:
        with psycopg.connect(dsn, autocommit=True, connect_timeout=5) as db:
            cursor = db.execute(query)
            return cursor.fetchall() if cursor.description else []
    except psycopg.Error:
        return None


class Load:
    """Triggers endpoint `target` RATE times a second, and runs a tick each half second, until its block ends.

    The calls are due by the clock: what a crash held up is made up for. Each try has a body of its own, as a client
    whose connection broke does not know whether its trigger was committed.

    Attributes:
        accepted: call ids of the triggers that were answered.
        seconds: how long it went on.
    """

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._stop = threading.Event()
        self._numbers = itertools.count()
        self._threads = [threading.Thread(target=self._trigger) for _ in range(SESSIONS)]
        self._threads.append(threading.Thread(target=self._tick))
        self.accepted: set[int] = set()
        self.seconds = 0.0

    def __enter__(self) -> Self:
        self._start = time.monotonic()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()
        self.seconds = time.monotonic() - self._start

    def _trigger(self) -> None:
        db: psycopg.Connection | None = None
        while not self._stop.is_set():
            number = next(self._numbers)
            self._stop.wait(self._start + number / RATE - time.monotonic())
            for attempt in itertools.count():
                if self._stop.is_set():
                    break
                try:
                    if db is None or db.closed:
                        db = psycopg.connect(self._dsn, autocommit=True, connect_timeout=5)
                    body = f'{{"number": {number}, "try": {attempt}}}'
                    [call] = db.execute("select pyorch.trigger('target', %s)", [body]).fetchone() or [0]
                    self.accepted.add(call)
                    break
                except psycopg.Error:
                    self._stop.wait(0.05)
        if db is not None:
            with contextlib.suppress(psycopg.Error):
                db.close()

    def _tick(self) -> None:
        while not self._stop.is_set():
            somehow(self._dsn, "select pyorch.orchestrate(skip => '{metrics}')")
            self._stop.wait(0.5)
