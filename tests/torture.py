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

    slow: in how many batches of 1 a worker sleeps beyond its lease. limit: seconds after which all workers are killed:
    with a fault planted they may never come to an end. Returns what is wrong.
    """
    chance = random.Random(seed)
    started = 0

    def start(share: int) -> subprocess.Popen[bytes]:
        nonlocal started
        started += 1
        log = folder / f"worker-{started}.log"
        values = [dsn, log, seed * 1000 + started, share, slow]
        command = [sys.executable, "-m", "tests.history_worker", *map(str, values)]
        return subprocess.Popen(command, cwd=ROOT)

    with psycopg.connect(dsn, autocommit=True) as db:
        shares = [items // sessions] * sessions
        workers = [start(share) for share in shares]
        next_kill = time.monotonic() + kill_each
        end = time.monotonic() + limit
        while any(worker.poll() is None for worker in workers):
            db.execute("select * from pyorch.unlock(%s)", [QUEUE])
            if time.monotonic() > end:
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
        failed = [worker.returncode for worker in workers if worker.returncode != 0]
        dead = {str(row[0]) for row in db.execute(f"select id from pyorch.dead_{QUEUE}")}
        left = {
            str(row[0])
            for table in ("native", "waiting")
            for row in db.execute(f"select id from pyorch.{table}_{QUEUE}")
        }
    calls = history.read(sorted(folder.glob("worker-*.log")))
    wrong = history.judge(calls, dead, left)
    if failed:
        wrong.append(f"workers ended with {failed}")
    sys.stdout.write(
        f"{sum(len(c.rows) for c in calls if c.op == 'enqueue')} items, {len(calls)} calls,"
        f" {started - sessions} of {started} workers killed, {len(dead)} dead, {len(left)} left, {len(wrong)} faults\n"
    )
    return wrong
