"""Runs the torture of a queue: worker processes, some of them killed, an unlocker, and the judgement at the end."""

from __future__ import annotations

import multiprocessing
import random
import sys
import time
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import psycopg

from tests import history
from tests.history_worker import IDLE, main
from tests.torture_kinds import KINDS, QUEUE

# what a worker enqueues, and for how many rounds it works; a few keep their session for long
SHARE = 1000
LIVES = (25,) * 9 + (500,)


def torture(
    dsn: str,
    folder: Path,
    items: int,
    sessions: int,
    killed: float,
    slow: float = 0.02,
    seed: int = 1,
    limit: float = float("inf"),
    kind: str = "native",
) -> list[str]:
    """Let workers in `sessions` sessions work off a little more than `items` items.

    A worker is a process with a session of its own; when its life is over, or it is killed, another one takes its
    place. killed: the share of workers that SIGKILL ends, at any moment of their work; what such a one had to enqueue
    is enqueued by others once more. slow: in how many batches of 1 a worker sleeps beyond its lease. limit: seconds of
    work after which all workers are killed: with a fault planted they may never come to an end. kind: one of KINDS. An
    error in a worker ends the run, too. Returns what is wrong in the history of the folder: runs with other seeds in
    the same folder and database are part of it.
    """
    context = multiprocessing.get_context("forkserver")
    # a worker is a fork of a process that has imported everything
    context.set_forkserver_preload(["tests.history_worker"])
    chance = random.Random(seed)
    begin = time.monotonic()
    to_enqueue, started, kills, losses = items, 0, 0, 0
    # each place: its worker, and what that one has to enqueue
    places: list[tuple[ForkServerProcess, int]] = []

    def start() -> tuple[ForkServerProcess, int]:
        nonlocal started, to_enqueue
        started += 1
        share = min(SHARE, to_enqueue, -(-items // sessions))
        to_enqueue -= share
        log = folder / f"worker-{seed}-{started}.log"
        values = (dsn, log, seed * 1_000_000 + started, share, chance.choice(LIVES), slow, kind)
        worker = context.Process(target=main, args=values, daemon=True)
        worker.start()
        return worker, share

    with psycopg.connect(dsn, autocommit=True) as db:
        places = [start() for _ in range(sessions)]
        end, next_unlock = None, 0.0
        while places:
            now = time.monotonic()
            if now > next_unlock:
                losses += sum(row[0] for row in db.execute("select unlocked + dead from pyorch.unlock(%s)", [QUEUE]))
                next_unlock = time.monotonic() + 0.2
            if end is None and len(list(folder.glob(f"worker-{seed}-*.log"))) >= sessions:
                end = now + limit
            ended = [n for n, (worker, _) in enumerate(places) if worker.exitcode is not None]
            failed = any(places[n][0].exitcode not in (0, IDLE) for n in ended)
            if failed or (end is not None and now > end):
                for worker, _ in places:
                    worker.kill()
                    worker.join()
                break
            for n in reversed(ended):
                # one that found nothing has no follower, unless there is more to enqueue
                if places[n][0].exitcode == IDLE and to_enqueue == 0:
                    places.pop(n)
                else:
                    places[n] = start()
            # none is killed near the end, when nobody might be left to finish
            if kills + 1 <= killed * started and len(places) == sessions:
                kills += 1
                n = chance.randrange(sessions)
                worker, share = places[n]
                worker.kill()
                worker.join()
                to_enqueue += share
                places[n] = start()
            time.sleep(0.02)
        seconds = time.monotonic() - begin
        dead, left = ({str(row[0]) for row in db.execute(query)} for query in (KINDS[kind].dead, KINDS[kind].left))
    calls = history.read(sorted(folder.glob("worker-*.log")))
    # a worker that is killed says nothing
    wrong = [f"error: {log.stem}: {said}" for log in sorted(folder.glob("*.err")) if (said := log.read_text().strip())]
    wrong += history.judge(calls, dead, left)
    done = sum(len(c.rows) for c in calls if c.op == "enqueue")
    sys.stdout.write(
        f"{done} items, {sessions} sessions, {len(calls)} calls; {kills} of {started} workers killed"
        f" ({kills / started:.1%}), {losses} leases lost; {len(dead)} dead, {len(left)} left; {seconds:.0f} s,"
        f" {done / seconds:.0f} items/s; judged in {time.monotonic() - begin - seconds:.0f} s: {len(wrong)} faults\n"
    )
    return wrong
