"""How an agent ends: cleanly when told to, and what is left when it is killed."""

from __future__ import annotations

import signal
from collections import Counter
from typing import Any

import psycopg

from pyorch import agent as pyorch_agent
from tests.agents import AgentProcess, endpoint, outcomes, trigger, until
from tests.http_receiver import Receiver


def test_sigterm_lets_calls_in_flight_end_and_reports_them(
    db: psycopg.Connection, receiver: Receiver, start_agent: Any
) -> None:
    agent = start_agent()
    endpoint(db, "slow", receiver.url("/slow/1"))
    ids = trigger(db, "slow", 10)
    until(lambda: len(receiver.arrivals("/slow")) == 10)
    assert agent.stop() == 0
    assert {row[:2] for row in outcomes(db, ids, seconds=0.5)} == {("ok", 200)}
    assert db.execute("select count(*) from pyorch.agent").fetchone() == (0,)


def test_an_agent_that_was_told_to_stop_takes_no_more(
    db: psycopg.Connection, receiver: Receiver, start_agent: Any
) -> None:
    agent = start_agent()
    endpoint(db, "slow", receiver.url("/slow/1.5"))
    endpoint(db, "fast", receiver.url("/ok"))
    trigger(db, "slow")
    until(lambda: receiver.arrivals("/slow"))
    agent.signal(signal.SIGINT)
    agent.said("agent.stops")
    trigger(db, "fast", 5)
    assert agent.wait() == 0
    assert receiver.arrivals("/ok") == []


def test_a_call_that_outlasts_the_grace_ends_as_timed_out(
    db: psycopg.Connection, receiver: Receiver, start_agent: Any
) -> None:
    """Its work may go on over there, just as after a timeout."""
    agent = start_agent(grace=0.5)
    endpoint(db, "hang", receiver.url("/hang"), timeout="10 minutes")
    ids = trigger(db, "hang")
    until(lambda: receiver.arrivals("/hang"))
    assert agent.stop() == 0
    [row] = outcomes(db, ids, seconds=0.5)
    assert row[0] == "timed_out"
    assert row[2] == "the agent stopped before the answer came"


def test_a_second_signal_ends_the_waiting(db: psycopg.Connection, receiver: Receiver, start_agent: Any) -> None:
    agent = start_agent(grace=600)
    endpoint(db, "hang", receiver.url("/hang"), timeout="10 minutes")
    trigger(db, "hang")
    until(lambda: receiver.arrivals("/hang"))
    agent.signal(signal.SIGTERM)
    agent.said("calls.waiting")
    assert agent.stop() == 0


def test_kill_9_loses_no_call(
    dsn: str, db: psycopg.Connection, clock: Any, receiver: Receiver, start_agent: Any
) -> None:
    """What a killed agent had sent ends as lost and is tried again under the same idempotency key."""
    endpoint(db, "slow", receiver.url("/slow/0.4"), max_attempts=20, max_busy="1 second")
    keys = set()
    for round_ in range(3):
        agent = start_agent()
        for call in trigger(db, "slow", 8):
            row = db.execute("select idempotency_key::text from pyorch.call_log where call_id = %s", (call,)).fetchone()
            keys.add(row[0])
        until(lambda want=round_ + 1: len({a["headers"]["idempotency-key"] for a in receiver.arrivals()}) == 8 * want)
        agent.kill()
        clock.advance("10 minutes")

    unfinished = "select count(*) from pyorch.call_log where outcome is null"
    arrived_ok = "select count(distinct idempotency_key) from pyorch.call_log where outcome = 'ok'"
    for _ in range(30):
        clock.advance("2 minutes")
        # new sessions each time, so that the agent lives in the new time
        assert pyorch_agent.run(dsn, once=True) == 0
        if db.execute(unfinished).fetchone() == (0,) and db.execute(arrived_ok).fetchone() == (len(keys),):
            break
    assert db.execute(unfinished).fetchone() == (0,)
    assert db.execute(arrived_ok).fetchone() == (len(keys),)
    attempts = dict(db.execute("select idempotency_key::text, max(attempt) from pyorch.call_log group by 1").fetchall())
    assert set(attempts) == keys
    arrived = Counter(a["headers"]["idempotency-key"] for a in receiver.arrivals("/slow"))
    assert set(arrived) == keys
    assert all(arrived[key] <= attempts[key] for key in keys)


def test_an_agent_without_pyorch_says_what_to_do_and_ends(empty_dsn: str) -> None:
    agent = AgentProcess(empty_dsn)
    try:
        assert agent.wait() == 1
        assert "pyorch install" in "\n".join(agent.log)
    finally:
        agent.kill()


def test_a_connection_string_that_cannot_be_read_is_not_shown(db: psycopg.Connection) -> None:
    agent = AgentProcess("postgres//user:s3cret@host nonsense")
    try:
        assert agent.wait() == 1
        assert "s3cret" not in "\n".join(agent.log)
    finally:
        agent.kill()


def test_an_agent_waits_for_a_database_that_is_not_there_yet() -> None:
    agent = AgentProcess("host=127.0.0.1 port=1 dbname=nowhere")
    try:
        agent.said("database.lost")
        assert agent.stop() in (0, 1)
    finally:
        agent.kill()


def test_once_does_what_waits_and_ends(dsn: str, db: psycopg.Connection, receiver: Receiver) -> None:
    db.execute('select pyorch.configure(\'{"transport": "agent"}\')')
    endpoint(db, "fast", receiver.url("/ok"))
    agent = AgentProcess(dsn)
    agent.ready()
    agent.kill()
    ids = trigger(db, "fast", 30)
    assert pyorch_agent.run(dsn, once=True, max_calls=7) == 0
    assert {row[0] for row in outcomes(db, ids, seconds=0.5)} == {"ok"}
