"""The agent as transport: what it takes it sends once, side by side, and the ledger knows the outcome."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

import psycopg

from tests.agents import endpoint, outcomes, trigger, until
from tests.http_receiver import Receiver
from tests.servers import Server

SESSIONS = (
    "select count(*) from pg_stat_activity where datname = current_database() and application_name = 'pyorch agent'"
)


def test_a_triggered_call_arrives_at_once_and_its_outcome_is_recorded(
    db: psycopg.Connection, receiver: Receiver, start_agent: Any, no_poll: None
) -> None:
    start_agent()
    endpoint(db, "fast", receiver.url("/ok"))
    for arrived in (1, 2, 3):
        # an agent that has just begun may look once more by itself, but not twice
        started = time.monotonic()
        [row] = outcomes(db, trigger(db, "fast"))
        assert row[:3] == ("ok", 200, None)
        assert 0 < row[3] <= (time.monotonic() - started) * 1000
        assert len(receiver.arrivals("/ok")) == arrived


def test_an_arrival_carries_the_names_of_its_call(db: psycopg.Connection, receiver: Receiver, start_agent: Any) -> None:
    start_agent()
    endpoint(db, "fast", receiver.url("/ok"))
    [call] = trigger(db, "fast")
    outcomes(db, [call])
    [key] = db.execute("select idempotency_key::text from pyorch.call_log where call_id = %s", (call,)).fetchone()
    [arrival] = receiver.arrivals("/ok")
    assert arrival["headers"]["idempotency-key"] == key
    assert arrival["headers"]["pyorch-call"] == str(call)
    assert arrival["headers"]["pyorch-attempt"] == "1"


def test_a_slow_endpoint_delays_no_other(db: psycopg.Connection, receiver: Receiver, start_agent: Any) -> None:
    start_agent()
    endpoint(db, "slow", receiver.url("/hang"), timeout="10 minutes")
    endpoint(db, "fast", receiver.url("/ok"))
    slow = trigger(db, "slow", 50)
    until(lambda: len(receiver.arrivals("/hang")) == 50)
    assert {row[0] for row in outcomes(db, trigger(db, "fast", 20))} == {"ok"}
    settled = "select count(*) from pyorch.call_log where call_id = any(%s) and outcome is not null"
    assert db.execute(settled, (slow,)).fetchone() == (0,)


def test_calls_in_flight_hold_no_transaction_and_no_xmin(
    db: psycopg.Connection, receiver: Receiver, start_agent: Any
) -> None:
    """VACUUM of the whole database would wait for the slowest endpoint."""
    start_agent()
    endpoint(db, "slow", receiver.url("/hang"), timeout="10 minutes")
    ids = trigger(db, "slow", 5)
    until(lambda: len(receiver.arrivals("/hang")) == 5)
    # at one moment all of them are idle: only a short statement (a beat, a poll) can stand in the way of that
    idle = "state = 'idle' and xact_start is null and backend_xmin is null and backend_xid is null"
    until(lambda: db.execute(f"{SESSIONS} and not ({idle})").fetchone() == (0,))
    assert db.execute(SESSIONS).fetchone() >= (2,)
    in_flight = "select count(*) from pyorch.call where call_id = any(%s) and sent_at is not null and outcome is null"
    assert db.execute(in_flight, (ids,)).fetchone() == (5,)


def test_several_agents_send_each_call_once(db: psycopg.Connection, receiver: Receiver, start_agent: Any) -> None:
    for _ in range(3):
        start_agent(batch=20)
    endpoint(db, "fast", receiver.url("/ok"))
    ids = trigger(db, "fast", 400)
    assert Counter(row[0] for row in outcomes(db, ids)) == {"ok": 400}
    arrived = Counter(a["headers"]["pyorch-call"] for a in receiver.arrivals("/ok"))
    assert arrived == {str(call): 1 for call in ids}


def test_more_calls_than_may_be_in_flight_wait_for_room(
    db: psycopg.Connection, receiver: Receiver, start_agent: Any
) -> None:
    start_agent(max_calls=4)
    endpoint(db, "slow", receiver.url("/slow/0.1"))
    ids = trigger(db, "slow", 20)
    assert {row[0] for row in outcomes(db, ids)} == {"ok"}
    assert receiver.peak("/slow/0.1") <= 4


def test_killed_backends_cost_no_call(db: psycopg.Connection, receiver: Receiver, start_agent: Any) -> None:
    """Answers wait in memory until the database takes them; nothing is sent twice."""
    start_agent()
    endpoint(db, "slow", receiver.url("/slow/0.3"))
    ids: list[int] = []
    for round_ in range(1, 6):
        ids += trigger(db, "slow", 10)
        until(lambda want=10 * round_: len(receiver.arrivals("/slow")) == want)
        db.execute(SESSIONS.replace("count(*)", "pg_terminate_backend(pid)"))
    assert {row[:2] for row in outcomes(db, ids)} == {("ok", 200)}
    assert len(receiver.arrivals("/slow")) == len(ids)


def test_a_crash_of_the_database_costs_no_answer(
    server: Server, dsn: str, db: psycopg.Connection, receiver: Receiver, start_agent: Any
) -> None:
    """Calls that were in flight when the server died end with the answer that came while it was away."""
    start_agent()
    endpoint(db, "slow", receiver.url("/slow/1"))
    ids = trigger(db, "slow", 20)
    until(lambda: len(receiver.arrivals("/slow")) == 20)
    server.crash()
    server.restart()
    with psycopg.connect(dsn, autocommit=True) as again:
        assert {row[:2] for row in outcomes(again, ids)} == {("ok", 200)}
        # and it goes on
        assert outcomes(again, trigger(again, "slow"))[0][0] == "ok"
    assert len(receiver.arrivals("/slow")) == 21


def test_a_private_address_behind_a_public_name_is_refused_and_nothing_is_sent(
    db: psycopg.Connection, receiver: Receiver, start_agent: Any
) -> None:
    """SQL sees the name alone; the agent sees the address that it is about to connect to."""
    start_agent(hosts={"inside.example.com": "127.0.0.1"})
    endpoint(db, "inside", receiver.url("/ok", host="inside.example.com"), allow_private=False)
    [row] = outcomes(db, trigger(db, "inside"))
    # failed, not refused: only so do backoff and breaker keep it from being tried at every tick
    assert row[0] == "failed"
    assert row[2].startswith("target not allowed: 127.0.0.1 is loopback")
    assert receiver.arrivals() == []


def test_no_secret_and_no_url_is_logged(db: psycopg.Connection, receiver: Receiver, start_agent: Any) -> None:
    agent = start_agent()
    db.execute("select pyorch.set_secret('service_key', 's3cret-value')")
    endpoint(db, "keyed", receiver.url("/status/500?token=1"), headers={"apikey": "{{service_key}}"})
    outcomes(db, trigger(db, "keyed"))
    [arrival] = receiver.arrivals("/status")
    assert arrival["headers"]["apikey"] == "s3cret-value"
    assert agent.stop() == 0
    assert "s3cret" not in "\n".join(agent.log)
    assert "http" not in "\n".join(agent.log)
