"""Kill what carries the calls, again and again, under load: each call ends, none is forgotten, none counts twice.

`make torture-calls`; ROUNDS=20 kills of each kind by default.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator

import psycopg
import pytest

from tests.agents import AgentProcess, endpoint, until
from tests.http_receiver import Receiver
from tests.transports.load import Load, somehow

ROUNDS = int(os.environ.get("ROUNDS", "20"))
# seconds between two kills, at most
PAUSE = 1.0
# how long a receiver takes: so that calls are in flight at each kill
PATH = "/once/0.1"


@pytest.fixture(params=["fsync on", "fsync off"], autouse=True)
def _fsync(request: pytest.FixtureRequest, server: object) -> Iterator[None]:
    """As production has it, and as the other tests have it."""
    dsn = server.dsn("postgres")  # type: ignore[attr-defined]
    with psycopg.connect(dsn, autocommit=True) as db:
        for setting in ("fsync", "full_page_writes"):
            db.execute(f"alter system set {setting} = {request.param.split()[1]}")
        db.execute("select pg_reload_conf()")
    yield
    with psycopg.connect(dsn, autocommit=True) as db:
        db.execute("alter system reset all")
        db.execute("select pg_reload_conf()")


def prepare(dsn: str, receiver: Receiver) -> None:
    with psycopg.connect(dsn, autocommit=True) as db:
        db.execute("update pyorch.job set enabled = false")
        options = {"timeout": "2 seconds", "max_attempts": 5, "backoff": {"base": "200 milliseconds", "factor": 1}}
        endpoint(db, "target", receiver.url(PATH), max_busy="2 seconds", **options)


def under_load(dsn: str, kill: Callable[[], None]) -> Load:
    """Have 50 calls a second triggered, and a tick each half second, while `kill` is called ROUNDS times."""
    with Load(dsn) as load:
        until(lambda: len(load.accepted) > 20)
        for _ in range(ROUNDS):
            time.sleep(PAUSE * random.uniform(0.5, 1.0))
            kill()
    return load


def check(dsn: str, receiver: Receiver, load: Load, resends: bool = False) -> None:
    """Judge ledger against arrivals: the rules of the design, part 5.5.

    resends: the transport may send one attempt more than once (pg_net, when its worker dies in the middle of a batch).
    """
    started = time.monotonic()

    def none_open() -> bool:
        somehow(dsn, "select pyorch.orchestrate(skip => '{metrics}')")
        return somehow(dsn, "select count(*) from pyorch.call where outcome is null") == [(0,)]

    until(none_open, 60)
    seconds = time.monotonic() - started
    ledger = somehow(dsn, "select call_id, idempotency_key, attempt, outcome from pyorch.call_log")
    arrivals, effects = receiver.arrivals("/once"), receiver.effects()
    arrived = Counter(a["headers"]["idempotency-key"] for a in arrivals)
    attempts = Counter(key for _, key, _, _ in ledger)

    # each call is one row with one outcome, and none that was accepted is missing
    assert len({call for call, *_ in ledger}) == len(ledger)
    assert None not in {outcome for *_, outcome in ledger}
    assert load.accepted <= {call for call, *_ in ledger}
    assert len(load.accepted) > 10 * ROUNDS
    # each `ok` arrived, as this very attempt; nothing arrived that the ledger does not know
    seen = {(int(a["headers"]["pyorch-call"]), int(a["headers"]["pyorch-attempt"])) for a in arrivals}
    assert {(call, attempt) for call, _, attempt, outcome in ledger if outcome == "ok"} <= seen
    assert seen <= {(call, attempt) for call, _, attempt, _ in ledger}
    # a key is never sent more often than the ledger tried
    again = {key: (number, attempts[key]) for key, number in arrived.items() if number > attempts[key]}
    assert resends or again == {}
    # what was asked for once takes effect once: one key for each of the bodies, which all differ
    assert {key for key, *_ in ((e["key"],) for e in effects)} == set(arrived)
    assert max(Counter(e["body"] for e in effects).values()) == 1

    outcomes = dict(Counter(outcome for *_, outcome in ledger))
    extra = sum(number - tried for number, tried in again.values())
    print(
        f"\n{ROUNDS} kills; {len(load.accepted)} calls accepted in {load.seconds:.0f} s, {len(ledger)} attempts"
        f" {outcomes}; {len(arrivals)} arrivals, {extra} sent again by pg_net itself, {len(effects)} effects;"
        f" nothing open after {seconds:.1f} s"
    )


def crash_a_backend(dsn: str, which: str) -> None:
    """SIGKILL one server process, and wait until the server is back."""
    query = f"select pid from pg_stat_activity where pid <> pg_backend_pid() and {which} order by random() limit 1"
    os.kill(until(lambda: somehow(dsn, query), 60)[0][0], signal.SIGKILL)
    until(lambda: somehow(dsn, "select 1"), 60)


@pytest.mark.torture
def test_killed_agents(dsn: str, receiver: Receiver) -> None:
    prepare(dsn, receiver)
    agents = [AgentProcess(dsn).ready(), AgentProcess(dsn).ready()]

    def kill() -> None:
        agents.pop(0).kill()
        agents.append(AgentProcess(dsn).ready())

    try:
        check(dsn, receiver, under_load(dsn, kill))
        assert agents[0].stop() == 0
    finally:
        for agent in agents:
            agent.kill()


@pytest.mark.torture
def test_killed_backends_with_the_agent(dsn: str, receiver: Receiver) -> None:
    """kill -9 of one backend restarts the whole server; the agent lives through it."""
    prepare(dsn, receiver)
    agent = AgentProcess(dsn).ready()
    try:
        check(dsn, receiver, under_load(dsn, lambda: crash_a_backend(dsn, "backend_type = 'client backend'")))
        assert agent.stop() == 0
    finally:
        agent.kill()


@pytest.mark.torture
@pytest.mark.pg_net
@pytest.mark.parametrize("which", ["client backend", "pg_net%"])
def test_killed_processes_with_pg_net(cron_dsn: str, receiver: Receiver, which: str) -> None:
    """Its tables are unlogged: the crash empties them, ids begin at 1 again, and the ledger has to notice."""
    prepare(cron_dsn, receiver)
    load = under_load(cron_dsn, lambda: crash_a_backend(cron_dsn, f"backend_type like '{which}'"))
    check(cron_dsn, receiver, load, resends=True)
