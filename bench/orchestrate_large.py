"""orchestrate() at any size, beside the naive orchestrator.  python -m bench.orchestrate_large [--pending 10000000]

Two databases of one server, each with one attached queue, its advised indexes and a due processor: the small one with
1,026 items pending and 99 stuck, the large one with 10 million pending, 1 million done, 100,000 stuck. Each sample
runs in a transaction that is rolled back, so every one finds the same input; the clock stops before the rollback. The
samples come in rounds. Before a round both tables are vacuumed, so that the row versions of earlier samples are gone,
and both sessions run once untimed; then the two take turns. A round yields one pair of medians, which share whatever
the machine did meanwhile; the ratio is that of the medians of the rounds, its 95 % interval from drawing rounds.

The naive orchestrator unlocks everything at once and counts by status. Targets: the interval of the ratio ends below
1.5; p99 of all samples of the large one at most 250 ms; buffers of the metrics step, that of orchestrate() and that of
collect_metrics(), at most twice those of the small one.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
import uuid
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from bench.report import Report, percentile, ratio_interval
from pyorch import migrate
from tests.servers import Server

LIMIT_RATIO, LIMIT_P99_MS, LIMIT_BUFFERS = 1.5, 250.0, 2.0
STEPS = {
    "orchestrate()": "pyorch._step_metrics(jsonb_build_object('deadline', clock_timestamp() + interval '10 seconds'))",
    "collect_metrics()": "pyorch._collect_queue('items')",
}
TABLE = """
create table public.items (
  id bigint generated always as identity primary key,
  payload text not null default repeat('x', 100),
  status text not null,
  attempts integer not null default 0,
  locked_at timestamptz,
  locked_by text,
  created_at timestamptz not null default now()
)
"""
FILL = """
insert into public.items (status, attempts, locked_at)
select case when i <= {done} then 'complete' when i <= {done} + {stuck} then 'processing' else 'pending' end,
       case when i between {done} + 1 and {done} + {stuck} then 1 else 0 end,
       case when i between {done} + 1 and {done} + {stuck} then now() - interval '1 day' end
  from generate_series(1, {done} + {stuck} + {pending}) i
"""
NAIVE = """
with unlocked as (
  update public.items set status = 'pending', locked_at = null
   where status = 'processing' and locked_at < now() - interval '15 minutes'
  returning 1
)
select (select count(*) from unlocked),
       (select json_object_agg(status, n) from (select status, count(*) as n from public.items group by status) c)
"""


def build(server: Server, name: str, *, pending: int, done: int, stuck: int) -> psycopg.Connection:
    """Make a database with that queue; return a session in it."""
    server.psql("postgres", "-c", f"create database {name}")
    migrate.upgrade(server.dsn(name))
    db = psycopg.connect(server.dsn(name), autocommit=True)
    db.execute(TABLE)
    db.execute(FILL.format(pending=pending, done=done, stuck=stuck).encode())
    row = db.execute("select pyorch.attach_queue('items', 'public.items'::regclass)").fetchone()
    assert row is not None
    for statement in row[0].get("advised", []):
        db.execute(statement.encode())
    db.execute("vacuum analyze")
    options = {"queue": "items", "allow_http": True, "allow_private": True}
    db.execute("select pyorch.set_endpoint('drain', 'processor', 'http://127.0.0.1:9/', %s)", [Jsonb(options)])
    db.execute("checkpoint")
    return db


def sample(db: psycopg.Connection, query: str) -> tuple[float, Any]:
    """Milliseconds and answer of a query whose effects are undone."""
    db.execute("begin")
    db.execute("select pyorch._agent_beat(%s, '{}')", [uuid.UUID(int=1)])
    started = time.perf_counter()
    row = db.execute(query.encode()).fetchone()
    took = (time.perf_counter() - started) * 1000
    db.execute("rollback")
    assert row is not None
    return took, row[0]


def buffers(db: psycopg.Connection, step: str) -> tuple[int, float]:
    """Pages that a step about the queue's depth touches in a warm session, and its milliseconds (least of ten)."""
    pages, times = 0, []
    for _ in range(10):
        row = db.execute(f"explain (analyze, buffers, format json) select {step}".encode()).fetchone()
        assert row is not None
        plan = row[0][0]["Plan"]
        pages = int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])
        times.append(float(row[0][0]["Execution Time"]))
    return pages, min(times)


def clean(*databases: psycopg.Connection) -> None:
    """Remove the row versions that undone samples left, from the indexes as well."""
    for db in databases:
        # without index_cleanup a few dead entries of a large index are left where they are
        db.execute("vacuum (truncate off, index_cleanup on) public.items")
        db.execute("vacuum (truncate off) pyorch.item_state")


def rounds(
    small: psycopg.Connection, large: psycopg.Connection, given: argparse.Namespace, report: Report
) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """Take the samples; return all of them, and the medians of the rounds, by database."""
    databases = {"small": small, "large": large}
    samples: dict[str, list[float]] = {name: [] for name in databases}
    medians: dict[str, list[float]] = {name: [] for name in databases}
    for number in range(given.rounds):
        clean(small, large)
        # the first one of each warms its session up
        times: dict[str, list[float]] = {name: [] for name in databases}
        for turn in range(given.samples + 1):
            # neither always comes after the other
            for name in sorted(databases, reverse=bool((number + turn) % 2)):
                took, answer = sample(databases[name], "select pyorch.orchestrate()")
                times[name].append(took)
                worked = answer["success"] and answer["processors_triggered"] == ["drain"] and answer["unlocked"]
                report.must(f"{name}: {answer['errors']} {answer['unlocked']}", bool(worked))
        for name in databases:
            samples[name] += times[name][1:]
            medians[name].append(statistics.median(times[name][1:]))
    return samples, medians


def measure(small: psycopg.Connection, large: psycopg.Connection, given: argparse.Namespace, report: Report) -> None:
    """Take the samples, print and keep them, and note what missed its target."""
    samples, medians = rounds(small, large, given, report)
    for name, values in samples.items():
        median, p99 = statistics.median(values), percentile(values, 0.99)
        report.say(f"orchestrate(), {name}: median {median:.1f} ms, p99 {p99:.1f} ms, {len(values)} samples")
        report.keep(f"orchestrate {name}", median_ms=median, p99_ms=p99, samples=len(values), medians_ms=medians[name])
    ratio, low, high = ratio_interval(medians["small"], medians["large"])
    report.say(f"ratio of the medians {ratio:.2f}, 95 % interval {low:.2f} to {high:.2f}, {given.rounds} rounds")
    report.keep("ratio", ratio=ratio, low=low, high=high)
    report.must(f"ratio {low:.2f} to {high:.2f}, not below {LIMIT_RATIO}", high <= LIMIT_RATIO)
    report.must(f"p99 not under {LIMIT_P99_MS:.0f} ms", percentile(samples["large"], 0.99) <= LIMIT_P99_MS)
    clean(small, large)
    for label, step in STEPS.items():
        (few, fast), (many, slow) = buffers(small, step), buffers(large, step)
        report.say(f"metrics step of {label}: {few} pages {fast:.2f} ms small, {many} pages {slow:.2f} ms large")
        report.keep(f"metrics of {label}", small_pages=few, small_ms=fast, large_pages=many, large_ms=slow)
        report.must(f"metrics of {label}: pages {few} and {many}", many <= LIMIT_BUFFERS * few)
    for name, db in (("small", small), ("large", large)):
        naive = [sample(db, NAIVE)[0] for _ in range(given.naive)]
        if naive:
            report.say(f"naive, {name}: median {statistics.median(naive):.1f} ms of {len(naive)}")
            report.keep(f"naive {name}", median_ms=statistics.median(naive))


def main() -> int:
    """Run and print; 1 when an answer is wrong or a target is missed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--pending", type=int, default=10_000_000, help="items that wait in the large queue")
    options.add_argument("--rounds", type=int, default=25)
    options.add_argument("--samples", type=int, default=20, help="of each database in a round")
    options.add_argument("--naive", type=int, default=3, help="samples of the naive version")
    options.add_argument("--pg", type=int, default=18)
    given = options.parse_args()
    # the tables are vacuumed between the rounds, not within one
    settings = {"fsync": "on", "full_page_writes": "on", "max_wal_size": "8GB", "autovacuum": "off"}
    server = Server(given.pg, settings=settings)
    report = Report("orchestrate_large", given)
    try:
        server.start()
        report.server(server)
        small = build(server, "small", pending=1026, done=0, stuck=99)
        large = build(
            server, "large", pending=given.pending, done=given.pending // 10, stuck=max(99, given.pending // 100)
        )
        with small, large:
            measure(small, large, given, report)
    finally:
        server.remove()
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
