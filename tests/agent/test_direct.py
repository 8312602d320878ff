"""Calls by hand, `pyorch trigger --direct`: no scheduler, no transport, the same ledger."""

from __future__ import annotations

import psycopg
import pytest

from pyorch.agent import direct
from tests.agents import endpoint
from tests.http_receiver import Receiver


def test_it_needs_no_agent_and_writes_the_ledger(dsn: str, db: psycopg.Connection, receiver: Receiver) -> None:
    endpoint(db, "fast", receiver.url("/ok"))
    [outcome] = direct(dsn, ["fast"])
    assert (outcome["endpoint"], outcome["outcome"], outcome["status_code"]) == ("fast", "ok", 200)
    assert outcome["latency_ms"] > 0
    row = db.execute(
        "select transport, outcome, idempotency_key from pyorch.call_log where call_id = %s", (outcome["call_id"],)
    ).fetchone()
    assert row is not None
    assert row[:2] == ("direct", "ok")
    [arrival] = receiver.arrivals("/ok")
    assert arrival["headers"]["idempotency-key"] == row[2]


def test_all_endpoints_are_called_side_by_side(dsn: str, db: psycopg.Connection, receiver: Receiver) -> None:
    for number in range(5):
        endpoint(db, f"work{number}", receiver.url("/together/5"), timeout="20 seconds")
    endpoint(db, "paused", receiver.url("/ok"))
    db.execute("select pyorch.pause_endpoint('paused')")
    outcomes = direct(dsn)
    assert [row["endpoint"] for row in outcomes] == [f"work{number}" for number in range(5)]
    assert {row["outcome"] for row in outcomes} == {"ok"}
    assert receiver.arrivals("/ok") == []


def test_outcomes_come_in_the_order_of_the_names(dsn: str, db: psycopg.Connection, receiver: Receiver) -> None:
    endpoint(db, "slow", receiver.url("/slow/0.4"))
    endpoint(db, "broken", receiver.url("/status/500"))
    endpoint(db, "hangs", receiver.url("/hang"), timeout="1 second")
    outcomes = direct(dsn, ["slow", "hangs", "broken"])
    assert [(row["endpoint"], row["outcome"]) for row in outcomes] == [
        ("slow", "ok"),
        ("hangs", "timed_out"),
        ("broken", "failed"),
    ]


def test_what_may_not_be_called_is_refused_with_its_reason_and_stops_no_other(
    dsn: str, db: psycopg.Connection, receiver: Receiver
) -> None:
    endpoint(db, "fast", receiver.url("/ok"))
    endpoint(db, "keyless", receiver.url("/ok"), headers={"apikey": "{{no_such_secret}}"})
    unknown, keyless, fast = direct(dsn, ["unknown", "keyless", "fast"])
    assert unknown["outcome"] == "refused"
    assert "unknown" in unknown["error"]
    assert keyless["outcome"] == "refused"
    assert "no_such_secret" in keyless["error"]
    assert fast["outcome"] == "ok"


def test_an_unreachable_database_raises() -> None:
    with pytest.raises(psycopg.OperationalError):
        direct("host=127.0.0.1 port=1 dbname=nowhere", ["any"])


def test_the_admin_role_suffices(dsn: str, db: psycopg.Connection, receiver: Receiver) -> None:
    endpoint(db, "fast", receiver.url("/ok"))
    [outcome] = direct(f"{dsn} options='-c role=pyorch_admin'")
    assert outcome["outcome"] == "ok"
