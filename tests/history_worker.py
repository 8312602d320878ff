"""One worker of the torture: a process of its own that enqueues, claims, heartbeats, completes, fails, releases.

It writes a line before each call and one after it, so that of a call during which it was killed at least the intention
is known. Times are of the monotonic clock, which all processes of a machine share.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from pathlib import Path
from typing import Any

import psycopg

from tests.torture_kinds import KINDS, QUEUE

LEASE = "1 second"
GROUPS = 3
# exit code of a worker that found nothing for a while
IDLE = 3


class Worker:
    """A session that records what it asks and what it is told."""

    def __init__(self, dsn: str, log: Path, seed: int, slow: float, kind: str) -> None:
        self.kind = KINDS[kind]
        self.seed = seed
        self.db = psycopg.connect(dsn, autocommit=True)
        self.log = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self.random = random.Random(seed)
        self.number = 0
        self.slow = slow

    def write(self, **event: Any) -> None:
        os.write(self.log, (json.dumps(event) + "\n").encode())

    def call(self, op: str, query: str, values: list[Any], **said: Any) -> list[tuple[Any, ...]]:
        """Run one call between its two lines; returns its rows."""
        self.number += 1
        call = f"{self.seed}-{self.number}"
        self.write(call=call, op=op, at=time.monotonic(), **said)
        rows = self.db.execute(query, values).fetchall()
        self.write(call=call, end=time.monotonic(), rows=[[str(v) for v in row] for row in rows])
        return rows

    def enqueue(self, most: int) -> int:
        """Plain items in one call, or a few of a group, or one that is urgent; returns how many."""
        what = self.random.random()
        if what < 0.1 and self.kind.group:
            group = f"g{self.random.randrange(GROUPS)}-{self.seed}"
            rows = self.call("enqueue", self.kind.group, [group], group=group)
        elif 0.1 <= what < 0.2 and self.kind.urgent:
            rows = self.call("enqueue", self.kind.urgent, [], priority=5)
        else:
            rows = self.call("enqueue", self.kind.plain, [min(most, self.random.choice([1, 10, 100]))])
        return len(rows)

    def work(self) -> bool:
        """Claim a few items and bring each to some end; returns whether there were any."""
        batch = self.random.choice([1, 1, 5, 20])
        rows = self.call(
            "claim", "select item_id, receipt, extract(epoch from lease_until) - extract(epoch from clock_timestamp())"
            f" from pyorch.claim('{QUEUE}', 'w', %s, '{LEASE}')", [batch],
        )  # fmt: skip
        receipts = [row[1] for row in rows]
        self.random.shuffle(receipts)
        if receipts and self.random.random() < self.slow:
            # a worker that is too slow: it comes back when its lease is over, and may find everything lost
            time.sleep(1.3)
        while receipts:
            some = [receipts.pop() for _ in range(min(len(receipts), self.random.choice([1, 5, 20])))]
            what = self.random.random()
            if what < 0.05:
                self.end("heartbeat", f"select pyorch.heartbeat('{QUEUE}', %s, '{LEASE}')", some)
                receipts += some
            elif what < 0.10:
                self.end("fail", f"select receipt from pyorch.fail('{QUEUE}', %s, 'x', '0.1 seconds')", some)
            elif what < 0.15:
                self.end("release", f"select pyorch.release('{QUEUE}', %s)", some)
            else:
                self.end("complete", f"select pyorch.complete('{QUEUE}', %s)", some)
        return bool(rows)

    def end(self, op: str, query: str, receipts: list[str]) -> None:
        self.call(op, query, [receipts], receipts=receipts)


def main(dsn: str, log: Path, seed: int, items: int, rounds: int, slow: float, kind: str) -> None:
    """Work for so many rounds, and until so many items are enqueued; leave earlier when there is nothing to do."""
    os.dup2(os.open(log.with_suffix(".err"), os.O_WRONLY | os.O_CREAT), sys.stderr.fileno())
    worker = Worker(dsn, log, seed, slow, kind)
    idle = 0
    while items > 0 or rounds > 0:
        rounds -= 1
        if items > 0:
            items -= worker.enqueue(items)
        if worker.work():
            idle = 0
        elif items <= 0:
            idle += 1
            if idle == 15:
                sys.exit(IDLE)
            time.sleep(0.1)
