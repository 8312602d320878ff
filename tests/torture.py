"""Runs the torture of a queue: worker processes, some of them killed, an unlocker, and the judgement at the end."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import psycopg

from tests import history
from tests.history_worker import QUEUE

ROOT = Path(__file__).parent.parent


def torture(
    dsn: str,
    folder: Path,
    items: int,
    sessions: int,
    kill_each: float,
    slow: float = 0.02,
    seed: int = 1,
    limit: float = float("inf"),
) -> list[str]:
    """Let `sessions` workers work off about `items` items, kill one each `kill_each` seconds.

    slow: in how many batches of 1 a worker sleeps beyond its lease. limit: seconds of work after which all workers are
    killed: with a fault planted they may never come to an end. An error in a worker ends the run, too. Returns what is
    wrong in the history of the folder: runs with other seeds in the same folder and database are part of it.
    """
    chance = random.Random(seed)
    started = 0

    def start(share: int) -> subprocess.Popen[bytes]:
        nonlocal started
        started += 1
        log = folder / f"worker-{seed}-{started}.log"
        values = [dsn, log, seed * 1000 + started, share, slow]
        command = [sys.executable, "-m", "tests.history_worker", *map(str, values)]
        with log.with_suffix(".err").open("wb") as errors:
            return subprocess.Popen(command, cwd=ROOT, stderr=errors)

    with psycopg.connect(dsn, autocommit=True) as db:
        shares = [items // sessions] * sessions
        workers = [start(share) for share in shares]
        next_kill = time.monotonic() + kill_each
        end = None
        while any(worker.poll() is None for worker in workers):
            db.execute("select * from pyorch.unlock(%s)", [QUEUE])
            if end is None and len(list(folder.glob(f"worker-{seed}-*.log"))) >= sessions:
                end = time.monotonic() + limit
            if (end is not None and time.monotonic() > end) or any(worker.poll() for worker in workers):
                for worker in workers:
                    worker.kill()
                    worker.wait()
                break
            # none is killed near the end, when nobody might be left to finish
            if time.monotonic() > next_kill and sum(worker.poll() is None for worker in workers) == sessions:
                next_kill = time.monotonic() + kill_each
                victim = chance.randrange(sessions)
                workers[victim].kill()
                workers[victim].wait()
                # about what it had left to enqueue
                shares[victim] = shares[victim] * 2 // 3
                workers[victim] = start(shares[victim])
            time.sleep(0.2)
        dead = {str(row[0]) for row in db.execute(f"select id from pyorch.dead_{QUEUE}")}
        left = {
            str(row[0])
            for table in ("native", "waiting")
            for row in db.execute(f"select id from pyorch.{table}_{QUEUE}")
        }
    calls = history.read(sorted(folder.glob("worker-*.log")))
    # a worker that is killed says nothing
    wrong = [f"error: {log.stem}: {said}" for log in sorted(folder.glob("*.err")) if (said := log.read_text().strip())]
    wrong += history.judge(calls, dead, left)
    killed = started - sessions
    sys.stdout.write(
        f"{sum(len(c.rows) for c in calls if c.op == 'enqueue')} items, {len(calls)} calls,"
        f" {killed} of {started} workers killed ({killed / started:.0%}), {len(dead)} dead, {len(left)} left,"
        f" {len(wrong)} faults\n"
    )
    return wrong
