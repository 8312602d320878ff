"""Kill what carries the calls, again and again, under load: each call ends, none is forgotten, none counts twice.

`python -m pytest -m torture tests/transports --pg 15`; ROUNDS=20 of each by default.
"""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from tests.agents import AgentProcess, endpoint, until
from tests.http_receiver import Receiver
from tests.servers import Server

ROUNDS = int(os.environ.get("ROUNDS", "20"))
# calls a second, and seconds between two kills
RATE, PAUSE = 50, 1.0

LEDGER = (
    "select idempotency_key, max(attempt), bool_or(outcome = 'ok'), count(*) filter (where outcome is null)"
    " from pyorch.call_log group by idempotency_key"
)


def somehow(dsn: str, query: str) -> Any:
    """Run a statement on a server that may be down: once, on a connection of its own; None when it did not work."""
    try:
        with psycopg.connect(dsn, autocommit=True, connect_timeout=5) as db:
            cursor = db.execute(query)
            return cursor.fetchall() if cursor.description else []
    except psycopg.Error:
        return None


def under_load(dsn: str, kill: Callable[[], None]) -> None:
    """Trigger RATE calls a second, and settle as a tick would, while `kill` is called ROUNDS times."""
    stop = threading.Event()

    def load() -> None:
        while not stop.is_set():
            somehow(dsn, f"select pyorch.trigger('target') from generate_series(1, {RATE // 10})")
            stop.wait(0.1)

    def drive() -> None:
        while not stop.is_set():
            somehow(dsn, "select pyorch.orchestrate(skip => '{metrics}')")
            stop.wait(0.5)

    threads = [threading.Thread(target=load), threading.Thread(target=drive)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(ROUNDS):
            time.sleep(PAUSE * random.uniform(0.5, 1.0))
            kill()
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def check(dsn: str, receiver: Receiver, resends: bool = False) -> None:
    """All calls end within 60 s; every `ok` arrived; no key arrived more often than the ledger tried."""
    opened = "select count(*) from pyorch.call where outcome is null"

    def none_open() -> bool:
        somehow(dsn, "select pyorch.orchestrate(skip => '{metrics}')")
        return somehow(dsn, opened) == [(0,)]

    until(none_open, 60)
    arrived = Counter(a["headers"]["idempotency-key"] for a in receiver.arrivals("/slow"))
    rows = somehow(dsn, LEDGER)
    assert len(rows) > 2 * ROUNDS
    assert {key for key, _, ok, _ in rows if ok} <= set(arrived)
    assert set(arrived) <= {row[0] for row in rows}
    again = {key: (arrived[key], attempts) for key, attempts, _, _ in rows if arrived[key] > attempts}
    # pg_net sends a batch again when its worker dies in the middle of it
    assert resends or again == {}


def prepare(dsn: str, receiver: Receiver) -> None:
    with psycopg.connect(dsn, autocommit=True) as db:
        db.execute("update pyorch.job set enabled = false")
        options = {"timeout": "2 seconds", "max_attempts": 5, "backoff": {"base": "200 milliseconds", "factor": 1}}
        endpoint(db, "target", receiver.url("/slow/0.1"), max_busy="2 seconds", **options)


@pytest.mark.torture
def test_killed_agents(dsn: str, receiver: Receiver) -> None:
    prepare(dsn, receiver)
    agents = [AgentProcess(dsn).ready(), AgentProcess(dsn).ready()]

    def kill() -> None:
        agents.pop(0).kill()
        agents.append(AgentProcess(dsn).ready())

    try:
        under_load(dsn, kill)
        check(dsn, receiver)
        assert agents[0].stop() == 0
    finally:
        for agent in agents:
            agent.kill()


@pytest.mark.torture
def test_killed_backends(server: Server, dsn: str, receiver: Receiver) -> None:
    """kill -9 of one backend restarts the whole server; the agent lives through it."""
    prepare(dsn, receiver)
    agent = AgentProcess(dsn).ready()
    try:
        under_load(dsn, lambda: crash_a_backend(dsn, "application_name = 'pyorch agent'"))
        check(dsn, receiver)
        assert agent.stop() == 0
    finally:
        agent.kill()


@pytest.mark.torture
@pytest.mark.pg_net
def test_killed_pg_net_worker(server: Server, cron_dsn: str, receiver: Receiver) -> None:
    """Its tables are unlogged: the crash empties them, ids begin at 1 again, and the ledger has to notice."""
    prepare(cron_dsn, receiver)
    under_load(cron_dsn, lambda: crash_a_backend(cron_dsn, "backend_type like 'pg_net%'"))
    check(cron_dsn, receiver, resends=True)


def crash_a_backend(dsn: str, which: str) -> None:
    """SIGKILL one server process, and wait until the server is back."""

    def pid() -> int | None:
        rows = somehow(dsn, f"select pid from pg_stat_activity where {which} order by random() limit 1")
        return rows[0][0] if rows else None

    os.kill(until(pid, 60), signal.SIGKILL)
    until(lambda: somehow(dsn, "select 1"), 60)
