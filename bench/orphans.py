"""How fast a million orphans return, and what that does to triggers and claims.  python -m bench.orphans

Three queues, one after the other, each with a million orphans: native; attached and claimed through pyorch;
attached and left in processing by other code. Ticks follow each other as a scheduler's would, until nothing is left.
Rate: orphans for each second of the ticks' run time. Meanwhile a session claims and completes single items of another
queue at a fixed rate (open loop: each latency counts from when the claim was due), before and during the ticks.
The server has WAL segments to write over, as one at work has.
Targets: 50,000/s; a trigger within 2 s of its tick's start; p99 of the claims at most twice the undisturbed one.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from bench.orchestrate_large import TABLE
from bench.report import Report, percentile
from pyorch import migrate
from tests.servers import Server

LIMIT_RATE, LIMIT_TRIGGER_S, LIMIT_P99 = 50_000, 2.0, 2.0
WAL_SEGMENTS = 128
LEASE = Jsonb({"lease": "1 second"})
HOOK = {"queue": "side", "allow_http": True, "allow_private": True, "max_in_flight": 1000, "batch_size": 1}


class Claims(threading.Thread):
    """A session that claims and completes single items at a fixed rate until it is told to stop."""

    def __init__(self, dsn: str, rate: int) -> None:
        super().__init__(daemon=True)
        self._dsn, self._rate = dsn, rate
        self._over = threading.Event()
        self.waited: list[float] = []
        # ms for each claim and its complete() in which its server process was ready, but no CPU was free
        self.queued = 0.0

    def run(self) -> None:
        with psycopg.connect(self._dsn, autocommit=True) as db:
            queued = run_queue(db.info.backend_pid)
            started = time.perf_counter()
            number = 0
            while not self._over.is_set():
                due = started + number / self._rate
                time.sleep(max(0.0, due - time.perf_counter()))
                row = db.execute("select receipt from pyorch.claim('side', 'w')", prepare=True).fetchone()
                self.waited.append((time.perf_counter() - due) * 1000)
                if row is not None:
                    db.execute("select pyorch.complete('side', %s)", [[row[0]]], prepare=True)
                number += 1
            self.queued = (run_queue(db.info.backend_pid) - queued) / max(number, 1)

    def stop(self) -> list[float]:
        """End, and return the milliseconds from when each claim was due to its answer."""
        self._over.set()
        self.join()
        return self.waited


def run_queue(pid: int) -> float:
    """Return the ms that a process has waited for a CPU in its life; 0 where the system does not tell."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e6
    except OSError:
        return 0.0


def fill_native(db: psycopg.Connection, items: int) -> None:
    """A native queue whose items were all claimed."""
    db.execute("select pyorch.create_queue('orphans', %s)", [LEASE])
    add = "select count(*) from pyorch.enqueue_batch('orphans', array(select '{}'::jsonb from generate_series(1, %s)))"
    for _ in range(items // 10_000):
        db.execute(add, [10_000])
    claim_all(db, items)


def fill_claimed(db: psycopg.Connection, items: int) -> None:
    """An attached queue whose items were all claimed through pyorch."""
    attach(db, f"insert into public.items (status) select 'pending' from generate_series(1, {items})")
    claim_all(db, items)


def fill_left(db: psycopg.Connection, items: int) -> None:
    """An attached queue whose items other code left in processing."""
    attach(
        db,
        "insert into public.items (status, attempts, locked_at)"
        f" select 'processing', 1, now() - interval '1 day' from generate_series(1, {items})",
    )


def claim_all(db: psycopg.Connection, items: int) -> None:
    """Claim all items of the queue: their leases have run out when the first tick comes."""
    for _ in range(items // 10_000):
        db.execute("select count(*) from pyorch.claim('orphans', 'w', 10000)")


def attach(db: psycopg.Connection, fill: str) -> None:
    """Make the table, attach it, make the advised indexes."""
    db.execute(TABLE)
    db.execute(fill.encode())
    row = db.execute("select pyorch.attach_queue('orphans', 'public.items', %s)", [LEASE]).fetchone()
    assert row is not None
    for statement in row[0].get("advised", []):
        db.execute(statement.encode())


def build(server: Server, name: str, fill: Callable[[psycopg.Connection, int], None], items: int) -> str:
    """Make a database with the orphans, a queue beside it that has a due processor, and items to claim."""
    server.psql("postgres", "-c", f"create database {name}")
    dsn = server.dsn(name)
    migrate.upgrade(dsn)
    with psycopg.connect(dsn, autocommit=True) as db:
        db.execute("""select pyorch.configure('{"missed": {"pyorch_tick": "each"}}')""")
        fill(db, items)
        db.execute("select pyorch.create_queue('side')")
        side = "array(select '{}'::jsonb from generate_series(1, 50000))"
        db.execute(f"select count(*) from pyorch.enqueue_batch('side', {side})")
        db.execute("select pyorch.set_endpoint('drain', 'processor', 'http://127.0.0.1:9/', %s)", [Jsonb(HOOK)])
        db.execute("vacuum analyze")
        # a server that has been at work has used segments of WAL to write over; a fresh one stops every session for
        # 12 ms to 45 ms whenever it makes one
        for _ in range(WAL_SEGMENTS):
            db.execute("select pg_logical_emit_message(false, 'bench', ''), pg_switch_wal()")
        db.execute("checkpoint")
    return dsn


def ticks(dsn: str) -> tuple[int, float, list[float]]:
    """Tick until no orphan is left: how many returned, seconds of run time, seconds from a tick's start to its call."""
    returned, took = 0, 0.0
    with psycopg.connect(dsn, autocommit=True) as db:
        while True:
            db.execute("select pyorch._agent_beat(%s, '{}')", [uuid.UUID(int=1)])
            row = db.execute("call pyorch.tick()").fetchone()
            assert row is not None
            answer: dict[str, Any] = row[0]
            assert answer["success"], answer["errors"]
            returned += answer["unlocked"].get("orphans", 0) + answer.get("dead", {}).get("orphans", 0)
            took += answer["duration_ms"] / 1000
            if not answer["unlocked"] and not answer.get("dead"):
                break
        late = db.execute(
            "select extract(epoch from c.decided_at - r.started_at)::float"
            " from pyorch.call_log c join pyorch.run_log r using (run_id)"
        ).fetchall()
    return returned, took, [seconds for (seconds,) in late]


def main() -> int:
    """Run and print; 1 when a target is missed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--items", type=int, default=1_000_000, help="orphans of each queue, a multiple of 10,000")
    options.add_argument("--claims", type=int, default=200, help="claims each second beside the ticks")
    options.add_argument("--calm", type=float, default=10.0, help="seconds of undisturbed claims")
    options.add_argument("--pg", type=int, default=18)
    given = options.parse_args()
    server = Server(
        given.pg,
        settings={
            "fsync": "on",
            "full_page_writes": "on",
            "max_wal_size": "8GB",
            "min_wal_size": "4GB",
            "shared_buffers": "1GB",
        },
    )
    report = Report("orphans", given)
    try:
        server.start()
        report.server(server)
        kinds = {"native": fill_native, "attached_claimed": fill_claimed, "attached_left": fill_left}
        for name, fill in kinds.items():
            dsn = build(server, name, fill, given.items)
            calm = Claims(dsn, given.claims)
            calm.start()
            time.sleep(given.calm)
            before = percentile(calm.stop(), 0.99)
            beside = Claims(dsn, given.claims)
            beside.start()
            returned, took, late = ticks(dsn)
            during = percentile(beside.stop(), 0.99)
            rate = returned / took
            report.say(
                f"{name}: {returned} orphans at {rate:.0f}/s of run time; triggers after"
                f" {statistics.median(late):.2f} s, at most {max(late):.2f} s; claims' p99 {before:.1f} ms before,"
                f" {during:.1f} ms meanwhile (each waited {calm.queued:.2f} and {beside.queued:.2f} ms for a CPU)"
            )
            report.keep(name, rate=rate, trigger_s=max(late), p99_before_ms=before, p99_during_ms=during)
            report.keep(f"{name}: wait for a CPU", before_ms=calm.queued, during_ms=beside.queued)
            report.must(f"{name}: all return", returned == given.items)
            report.must(f"{name}: {LIMIT_RATE}/s", rate >= LIMIT_RATE)
            report.must(f"{name}: triggers within {LIMIT_TRIGGER_S} s", max(late) <= LIMIT_TRIGGER_S)
            report.must(f"{name}: p99 of claims at most {LIMIT_P99} times", during <= LIMIT_P99 * before)
            server.psql("postgres", "-c", f"drop database {name}")
    finally:
        server.remove()
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
