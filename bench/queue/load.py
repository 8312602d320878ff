"""Runs one load on one fresh queue: fills it, lets pgbench work, says what was done and what it cost."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bench.queue.peers import CLAIM_BATCH, Peer, pgmq_sql
from tests.conftest import INSTALL
from tests.servers import Server

SETTINGS = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "shared_buffers": "1GB",
    "max_wal_size": "8GB",
    "max_connections": "200",
    "autovacuum": "on",
}


@dataclass(frozen=True)
class Workload:
    """What is measured."""

    name: str
    clients: int = 8
    batch: int = 1
    # items in the queue at the beginning
    items: int = 200_000
    enqueue: bool = False
    # a snapshot is open all the time
    held: bool = False
    # so many items are in work at the head of the queue
    leased: int = 0


@dataclass(frozen=True)
class Measured:
    """Items each second, and what each of them cost."""

    per_second: float
    wal_bytes: float
    commits: float


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


def prepare(server: Server, peer: Peer, load: Workload) -> str:
    """Make the database `bench` with one queue that is filled, vacuumed and analyzed; returns its dsn."""
    server.psql("postgres", "-c", "drop database if exists bench with (force)", "-c", "create database bench")
    dsn = server.dsn("bench")
    if peer.name.startswith("pyorch"):
        server.psql("bench", "-1", "-f", INSTALL)
    with psycopg.connect(dsn, autocommit=True) as db:
        if peer.name == "pgmq":
            db.execute("create schema if not exists pgmq")
            db.execute((pgmq_sql() or "").encode())
        for statement in peer.make:
            db.execute(statement.encode())
        for _ in range(0, load.items, 50_000):
            db.execute((peer.fill % {"items": min(50_000, load.items)}).encode())
        db.execute("vacuum analyze")
        if load.leased:
            script = CLAIM_BATCH if peer.name.startswith("pyorch") else peer.work_batch.splitlines()[0]
            claim = script.strip().removesuffix("\\gset").replace(":batch", "1000")
            for _ in range(load.leased // 1000):
                db.execute(claim.encode())
        db.execute("checkpoint")
    return dsn


def run(server: Server, peer: Peer, load: Workload, seconds: int) -> Measured:
    """Prepare, run, measure. Warm-up counts: it is the same for all."""
    dsn = prepare(server, peer, load)
    script = peer.enqueue if load.enqueue else (peer.work if load.batch == 1 else peer.work_batch)
    with tempfile.TemporaryDirectory() as folder, psycopg.connect(dsn, autocommit=True) as db:
        path = Path(folder) / "script.sql"
        path.write_text(script or "")
        command = [
            pgbench(), "-n", "-M", "prepared", "-c", str(load.clients), "-j", "2", "-T", str(seconds), "-f", str(path),
            "-D", f"batch={load.batch}", "-D", f"items={load.items}", "-D", "r=" + ("{}" if load.batch > 1 else "0"),
            "-h", server.host, "-p", str(server.port), "-U", server.user, "bench",
        ]  # fmt: skip
        with snapshot(dsn) if load.held else nullcontext():
            left, wal, commits = state(db, peer)
            done = subprocess.run(command, capture_output=True, text=True)
            left_after, wal_after, commits_after = state(db, peer)
        if done.returncode != 0 or "tps =" not in done.stdout:
            raise RuntimeError(f"{peer.name}, {load.name}: {done.stderr.strip()[-400:]}")
    tps = float(done.stdout.split("tps = ")[1].split()[0])
    if load.enqueue:
        items = tps * seconds * load.batch
    elif peer.name == "limit":
        items = tps * seconds
    else:
        # counted in the queue: a claim that found nothing inflates no figure
        items = max(left - left_after, 1)
    return Measured(items / seconds, (wal_after - wal) / items, (commits_after - commits) / items)


def state(db: psycopg.Connection, peer: Peer) -> tuple[int, int, int]:
    """Return items left, WAL position in bytes, commits so far."""
    row = db.execute(
        f"select ({peer.left}), pg_current_wal_insert_lsn() - '0/0'::pg_lsn,"
        " (select xact_commit from pg_stat_database where datname = current_database())".encode()
    ).fetchone()
    assert row is not None
    return int(row[0]), int(row[1]), int(row[2])
