"""Things that verify sends through the whole machine to see them come out: one item, one call."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from pyorch.checks import Check, rows, value

Connection = psycopg.Connection[Any]
NAME = "pyorch_canary"
PATIENCE = 60.0


def item(connection: Connection) -> Iterator[Check]:
    """One item through claim, orphan, unlock, claim, complete; the transaction is rolled back by SQL."""
    report = value(connection, "select pyorch._canary_item()")
    yield Check("canary item", "ok" if report.get("ok", True) else "failed", str(report.get("seen", report)))


def call_url(connection: Connection, url: str) -> Iterator[Check]:
    """Send one call to a URL through an endpoint made for it, which is dropped afterwards."""
    # the schedule must not call it as well: due in no tick of these days
    options = {"allow_http": True, "allow_private": True, "max_attempts": 1, "cron": "0 0 29 2 *"}
    connection.execute("select pyorch.set_endpoint(%s, 'scraper', %s, %s)", [NAME, url, Jsonb(options)])
    try:
        yield from call_endpoint(connection, NAME)
    finally:
        connection.execute("select pyorch.drop_endpoint(%s)", [NAME])


def call_endpoint(connection: Connection, endpoint: str) -> Iterator[Check]:
    """Trigger an endpoint and wait until the call has an outcome."""
    call_id = value(connection, "select pyorch.trigger(%s)", endpoint)
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        row = rows(connection, "select * from pyorch.call_log where call_id = %s", call_id)[0]
        if row["outcome"] is not None:
            # pg_net does not tell how long it took
            took = "" if row["latency_ms"] is None else f", {row['latency_ms']} ms"
            answer = f"{row['outcome']}, status {row['status_code']}{took}"
            seen = f"call {call_id} by {row['transport']}: {answer}"
            state = "ok" if row["outcome"] == "ok" else "failed"
            yield Check("canary call", state, seen, "" if state == "ok" else f"pyorch call show {call_id}")
            return
        connection.execute("select pyorch.settle()")
        time.sleep(0.2)
    yield Check("canary call", "failed", f"call {call_id} has no outcome after {PATIENCE:.0f} s", "pyorch health")
