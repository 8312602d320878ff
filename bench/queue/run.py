"""Runs one workload on one queue: lets pgbench work, says what was done and what each item cost."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from bench.queue.databases import Databases
from bench.queue.loads import Workload
from bench.queue.peers import Peer
from bench.queue.registries import AbsentError, worker_command
from tests.servers import Server

# so many tell the usual claim from the periodic exact look of a native queue
CLAIMS = 1000


@dataclass
class Measured:
    """Items each second, and what each of them cost on average."""

    rate: float
    wal_bytes: float
    commits: float
    # of all processes of the server; None where the system does not tell
    cpu_us: float | None
    # the rates of the first and the last 10 s
    first: float
    last: float
    # pages that a claim touches: the median, and what 99 of 100 stay below; measured once, after the load
    pages: tuple[int, int] | None = None
    by_second: list[float] = field(default_factory=list)


def pgbench() -> str:
    """Return a pgbench: any version talks to any server."""
    found = shutil.which("pgbench") or next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin/pgbench"))), None)
    if found is None:
        raise SystemExit("pgbench is not here: install postgresql-contrib, or put it on the path")
    return str(found)


@contextmanager
def snapshot(dsn: str) -> Iterator[None]:
    """Keep a snapshot open, as a long report or a slow batch of pg_net does."""
    with psycopg.connect(dsn) as holder:
        holder.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        holder.execute("select pg_current_xact_id()")
        yield


def cpu_seconds(server: Server) -> float | None:
    """Return the processor time of the server's processes so far, those that have ended included."""
    postmaster = (server.data / "postmaster.pid").read_text().split()[0]
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if stat.parent.name == postmaster:
            ticks += sum(map(int, words[11:15]))
        elif words[1] == postmaster:
            ticks += sum(map(int, words[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK") if ticks else None


class Costs:
    """What the server has spent between two moments."""

    def __init__(self, server: Server, dsn: str) -> None:
        self._server, self._dsn = server, dsn
        self._before = self._now()

    def per_item(self, items: float) -> dict[str, Any]:
        """Return WAL bytes, commits and processor time for each item since the beginning."""
        spent = [None if a is None or b is None else a - b for a, b in zip(self._now(), self._before, strict=True)]
        wal, commits, cpu = (None if value is None else value / items for value in spent)
        return {"wal_bytes": wal, "commits": commits, "cpu_us": None if cpu is None else cpu * 1e6}

    def _now(self) -> tuple[float, float, float | None]:
        with psycopg.connect(self._dsn, autocommit=True) as db:
            row = db.execute(
                "select pg_current_wal_insert_lsn() - '0/0'::pg_lsn, xact_commit::float8"
                " from pg_stat_database where datname = current_database()"
            ).fetchone()
        assert row is not None
        return float(row[0]), row[1], cpu_seconds(self._server)


def run(server: Server, databases: Databases, peer: Peer, load: Workload, seconds: int, explain: bool) -> Measured:
    """Prepare, run, measure. Warm-up counts: it is the same for all. explain: count the claims' pages, too."""
    if peer.worker:
        return run_worker(server, databases, peer, load, seconds)
    script = peer.script(load)
    assert script is not None
    with tempfile.TemporaryDirectory() as folder, databases.ready(peer, load) as dsn:
        path = Path(folder) / "script.sql"
        path.write_text(script)
        command = [
            pgbench(), "-n", "-M", "prepared", "-c", str(load.clients), "-j", "2", "-T", str(seconds),
            "-P", "1", "-f", str(path), "-D", f"batch={load.batch}", "-D", "r=" + ("{}" if load.batch > 1 else "0"),
            "-D", "n=-1", "-D", f"clients={load.clients}", dsn,
        ]  # fmt: skip
        with snapshot(dsn) if load.held else nullcontext():
            costs = Costs(server, dsn)
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode != 0 or "tps =" not in done.stdout:
                raise RuntimeError(f"{peer.name}, {load.name}: {done.stderr.strip()[-400:]}")
            items = float(done.stdout.split("processed: ")[1].split()[0]) * load.batch
            if load.what == "drain" and peer.left:
                # counted in the queue: a claim that found nothing inflates no figure
                items = load.items - load.leased - number(dsn, peer.left)
            each = costs.per_item(items)
            pages = claim_pages(dsn, peer, load) if explain and load.what != "enqueue" else None
    progress = [line.split(" s, ")[1] for line in done.stderr.splitlines() if line.startswith("progress:")]
    rates = [float(line.split()[0]) * load.batch for line in progress]
    return Measured(
        items / seconds,
        **each,
        first=statistics.mean(rates[:10]),
        last=statistics.mean(rates[-10:]),
        pages=pages,
        by_second=rates,
    )


def run_worker(server: Server, databases: Databases, peer: Peer, load: Workload, seconds: int) -> Measured:
    """Let a queue's own workers run, and count in the queue. They may start first: that takes them seconds."""
    with databases.ready(peer, load) as dsn, tempfile.TemporaryFile() as errors:
        workers = [
            subprocess.Popen(
                worker_command(peer.worker, "work"),
                env=databases.environment("bench"),
                stdout=subprocess.DEVNULL,
                stderr=errors,
            )
            for _ in range(peer.processes)
        ]
        try:
            until = time.monotonic() + 60
            while number(dsn, peer.left) == load.items:
                if time.monotonic() > until or any(worker.poll() is not None for worker in workers):
                    errors.seek(0)
                    raise AbsentError(f"its worker does not work: {errors.read().decode()[-400:]}")
                time.sleep(0.2)
            time.sleep(1)
            costs, left, begin = Costs(server, dsn), number(dsn, peer.left), time.monotonic()
            time.sleep(seconds)
            items, took = left - number(dsn, peer.left), time.monotonic() - begin
            each = costs.per_item(items)
        finally:
            for worker in workers:
                worker.kill()
                worker.wait()
    return Measured(items / took, **each, first=items / took, last=items / took)


def number(dsn: str, query: str) -> int:
    """Return the one number that a query gives."""
    with psycopg.connect(dsn, autocommit=True) as db:
        row = db.execute(query.encode()).fetchone()
    assert row is not None
    return int(row[0])


def claim_pages(dsn: str, peer: Peer, load: Workload) -> tuple[int, int] | None:
    """Return how many pages a claim touches: median and the 99th of 100, in a session that has warmed up."""
    verbs = peer.verbs(load)
    if verbs is None:
        return None
    empty = "{}" if load.batch > 1 else ""
    with psycopg.connect(dsn, autocommit=True) as db:

        def put(text: str, receipt: str) -> bytes:
            return text.replace(":batch", str(load.batch)).replace(":r", f"'{receipt}'").encode()

        def pages() -> int:
            receipt = empty
            if ":r" in verbs.claim:
                # completes the item before, too
                row = db.execute(put(verbs.claim, empty)).fetchone()
                receipt = "" if row is None else db_text(row[0])
            row = db.execute(b"explain (analyze, buffers, format json) " + put(verbs.claim, receipt)).fetchone()
            assert row is not None
            plan = row[0][0]["Plan"]
            return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])

        for _ in range(10):
            pages()
        counts = sorted(pages() for _ in range(CLAIMS))
    return counts[CLAIMS // 2], counts[CLAIMS * 99 // 100 - 1]


def db_text(value: Any) -> str:
    """Return a receipt, or an array of them, as SQL text."""
    return "{" + ",".join(value) + "}" if isinstance(value, list) else str(value)
