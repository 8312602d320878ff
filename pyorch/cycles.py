"""Watching scheduled ticks: what each of them did, as evidence that the schedule is alive and things move."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg

from pyorch.checks import Check, rows, value

Connection = psycopg.Connection[Any]
POLL = 0.5
# how long to wait for a tick: so many intervals, at least so many seconds
INTERVALS = 3.0
LEAST = 30.0


def watch(connection: Connection, wanted: int, say: Callable[[str], None]) -> Iterator[Check]:
    """Wait for so many ticks of the scheduler and report each: depth, calls, finished items.

    Gives up, with a failed check, when none comes within three intervals (at least 30 s).
    """
    interval = (
        value(connection, "select extract(epoch from every)::float8 from pyorch.job where job = 'pyorch_tick'") or 60.0
    )
    last = value(connection, "select coalesce(max(run_id), 0) from pyorch.run_log")
    patience = max(INTERVALS * interval, LEAST)
    before, called = _depths(connection), _last_call(connection)
    for cycle in range(1, wanted + 1):
        say(f"Waiting for tick {cycle} of {wanted} (one each {interval:.0f} s) …")
        run = _next_tick(connection, last, patience)
        if run is None:
            yield Check(f"cycle {cycle}", "failed", f"no tick within {patience:.0f} s", "pyorch agent")
            return
        now = _depths(connection)
        yield Check(
            f"cycle {cycle}", "ok" if run["success"] else "failed", _story(connection, run, called, before, now)
        )
        last, before, called = run["run_id"], now, _last_call(connection)


def _next_tick(connection: Connection, last: int, patience: float) -> dict[str, Any] | None:
    """The first tick after a run that has ended, or None."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        found = rows(
            connection,
            "select * from pyorch.run_log where run_id > %s and job = 'pyorch_tick' and source in ('pg_cron', 'agent')"
            " and success is not null"
            " order by run_id limit 1",
            last,
        )
        if found:
            return found[0]
        time.sleep(POLL)
    return None


def _depths(connection: Connection) -> dict[str, dict[str, Any]]:
    return {row["queue"]: row for row in rows(connection, "select * from pyorch.queue_status order by queue")}


def _last_call(connection: Connection) -> int:
    """The newest call id: so that counting later ones reads no history."""
    return int(value(connection, "select last_value from pyorch.call_id"))


def _story(
    connection: Connection, run: dict[str, Any], called: int, before: dict[str, Any], now: dict[str, Any]
) -> str:
    """One tick in a sentence."""
    counted = "select count(*) from pyorch.call_log where call_id >= %s and run_id = %s"
    calls = value(connection, counted, called, run["run_id"])
    depth = "; ".join(f"{queue}: {row['pending']} pending, {row['processing']} in work" for queue, row in now.items())
    finished = sum(
        max(0, before[queue]["pending"] + before[queue]["processing"] - row["pending"] - row["processing"])
        for queue, row in now.items()
        if queue in before
    )
    return (
        f"run {run['run_id']} by {run['source']}, {run['duration_ms']:.0f} ms, {calls} calls;"
        f" {finished} items left the queues since the one before; {depth or 'no queue'}"
    )
