"""Agents as real processes, for tests: start, stop politely, kill, read what they log."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import psycopg

ROOT = Path(__file__).parent.parent
# seconds to wait for what must happen: a machine may be slow, or have other work
PATIENCE = 90.0
Row = tuple[Any, ...]


class AgentProcess:
    """`pyorch agent` in a process of its own.

    Args:
        dsn: the database to serve.
        hosts: addresses of host names that exist for this agent alone.
        options: keyword arguments of pyorch.agent.run.
    """

    def __init__(self, dsn: str, hosts: dict[str, str] | None = None, **options: Any) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__, dsn, json.dumps(options)],
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(ROOT), "TEST_HOSTS": json.dumps(hosts or {})},
        )
        self.log: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def ready(self, seconds: float = PATIENCE) -> Self:
        """Wait until it has beaten once."""
        self.said("agent.leads", "agent.follows", seconds=seconds)
        return self

    def said(self, *words: str, seconds: float = PATIENCE) -> str:
        """Wait for a log line that holds one of the words; return it."""
        return until(lambda: next((line for line in self.log if any(w in line for w in words)), None), seconds)

    def signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def wait(self, seconds: float = PATIENCE) -> int:
        """Wait for its end; return the exit code."""
        code = self._process.wait(seconds)
        self._reader.join(PATIENCE)
        return code

    def stop(self, seconds: float = PATIENCE) -> int:
        """SIGTERM; return the exit code."""
        self.signal(signal.SIGTERM)
        return self.wait(seconds)

    def kill(self) -> None:
        """SIGKILL, also to one that is stopped."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()

    def _read(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self.log.append(line.rstrip())


def until(look: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """Look again and again until there is something; return it.

    Raises:
        AssertionError: there was nothing in that time.
    """
    end = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < end, f"waited {seconds} s in vain"
        time.sleep(0.02)


def endpoint(db: psycopg.Connection, name: str, url: str, **options: Any) -> str:
    """Create an endpoint for `trigger`: never due by itself, http and private addresses allowed, one attempt."""
    given = {
        "timeout": "1 minute",
        "max_attempts": 1,
        "max_in_flight": 10_000,
        "breaker": {"failures": 10_000},
        "allow_http": True,
        "allow_private": True,
    }
    if "every" not in options:
        # one that has never been called is due at once by `every`, not by `cron`
        given["cron"] = "0 0 29 2 *"
    db.execute("select pyorch.set_endpoint(%s, 'scraper', %s, %s)", (name, url, json.dumps(given | options)))
    return name


def trigger(db: psycopg.Connection, name: str, times: int = 1) -> list[int]:
    """Trigger an endpoint; return the call ids."""
    rows = db.execute("select pyorch.trigger(%s) from generate_series(1, %s)", (name, times)).fetchall()
    return [row[0] for row in rows]


def outcomes(db: psycopg.Connection, ids: list[int], seconds: float = PATIENCE) -> list[Row]:
    """Wait until all these calls have an outcome; return (outcome, status_code, error, latency_ms) in order."""
    query = (
        "select outcome, status_code, error, latency_ms from pyorch.call_log"
        " where call_id = any(%s) and outcome is not null order by call_id"
    )

    def all_of_them() -> list[Row] | None:
        rows = db.execute(query, (ids,)).fetchall()
        return rows if len(rows) == len(ids) else None

    return list(until(all_of_them, seconds))


def _main() -> int:
    hosts: dict[str, str] = json.loads(os.environ["TEST_HOSTS"])
    real = socket.getaddrinfo

    def look_up(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        return real(hosts.get(host, host), port, *args, **kwargs)

    socket.getaddrinfo = look_up
    from pyorch.agent import run

    return run(sys.argv[1], **json.loads(sys.argv[2]))


if __name__ == "__main__":
    sys.exit(_main())
