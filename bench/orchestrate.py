"""How long one `select orchestrate()` takes, each run on the same input.  make bench-orchestrate

The input is the scene of examples/vehicles: 1,026 items pending, 99 stuck, two scrapers and two processors due, a live
agent as transport. It is prepared once; each run works on a fresh clone of that database, in a session of its own, as a
scheduler's would be. fsync is on. The answer of every run must say that 99 items were unlocked and four calls decided.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
import uuid
from typing import Any

import psycopg

from bench.report import Report
from pyorch import migrate
from tests.conftest import ROOT
from tests.servers import Server

SCENE = ROOT / "examples" / "vehicles"
# the target of the median
LIMIT_MS = 100.0


def prepare(server: Server) -> None:
    """Make the database `scene`, which each run clones."""
    server.psql("postgres", "-c", "create database scene")
    migrate.upgrade(server.dsn("scene"))
    with psycopg.connect(server.dsn("scene"), autocommit=True) as db:
        db.execute((SCENE / "tables.sql").read_text().encode())
        # several statements with a parameter: put together here, not by the server
        psycopg.ClientCursor(db).execute((SCENE / "seed.sql").read_text().encode(), {"site": "http://127.0.0.1:9"})
        db.execute("select pyorch.set_variable('vehicles_url', 'http://127.0.0.1:9')")
        db.execute("select pyorch.set_secret('vehicles_key', 'not a secret')")
        for statement in advised(db.execute((SCENE / "attach.sql").read_text().encode())):
            db.execute(statement.encode())
        db.execute("vacuum analyze")


def advised(cursor: psycopg.Cursor) -> list[str]:
    """Return the index statements that the answers of attach_queue advise, as a user would run them."""
    answers = [row[0] for row in cursor.fetchall()]
    while cursor.nextset():
        answers += [row[0] for row in cursor.fetchall()]
    return [statement for answer in answers if isinstance(answer, dict) for statement in answer.get("advised", [])]


def run(server: Server, number: int) -> tuple[float, dict[str, Any]]:
    """Run once on a clone; return milliseconds and the answer."""
    name = f"run_{number}"
    server.psql("postgres", "-c", f"create database {name} template scene")
    try:
        with psycopg.connect(server.dsn(name), autocommit=True) as db:
            # a clone is a copy, and a copy must be told that it may send
            db.execute("select pyorch.adopt()")
            db.execute("select pyorch._agent_beat(%s, '{}')", [uuid.uuid4()])
        with psycopg.connect(server.dsn(name), autocommit=True) as db:
            started = time.perf_counter()
            row = db.execute("select pyorch.orchestrate()").fetchone()
            took = (time.perf_counter() - started) * 1000
        assert row is not None
        return took, row[0]
    finally:
        server.psql("postgres", "-c", f"drop database {name}")


def wrong(answer: dict[str, Any]) -> list[str]:
    """Return what an answer should have said and did not."""
    unlocked = answer["unlocked"].get("import_queue")
    calls = len(answer["scrapers_triggered"]) + len(answer["processors_triggered"])
    return [
        text
        for text, holds in (
            (f"unlocked {unlocked}, not 99", unlocked == 99),
            (f"{calls} calls, not 4", calls == 4),
            (f"no success: {answer['errors']}", answer["success"] is True),
        )
        if not holds
    ]


def main() -> int:
    """Run and print; 1 when an answer is wrong or the median is above the limit."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=20)
    options.add_argument("--pg", type=int, default=18)
    given = options.parse_args()
    server = Server(given.pg, settings={"fsync": "on", "full_page_writes": "on"})
    report = Report("orchestrate", given)
    try:
        server.start()
        report.server(server)
        prepare(server)
        runs = [run(server, number) for number in range(given.runs)]
    finally:
        server.remove()
    faults = sorted({fault for _, answer in runs for fault in wrong(answer)})
    times = sorted(took for took, _ in runs)
    median = statistics.median(times)
    report.say(
        f"orchestrate(): median {median:.1f} ms of {len(times)} runs (least {times[0]:.1f}, most {times[-1]:.1f}),"
        f" PostgreSQL {given.pg}; each unlocked 99 items and decided four calls: {'no' if faults else 'yes'}"
    )
    report.keep("orchestrate", median_ms=median, least_ms=times[0], most_ms=times[-1])
    for fault in faults:
        report.must(fault, False)
    report.must(f"the median should be under {LIMIT_MS:.0f} ms", median <= LIMIT_MS)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
