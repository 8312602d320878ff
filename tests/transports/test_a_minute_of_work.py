"""1,000 items wait, and a processor works a minute on each call, in real time: it is never at work more often than
`max_in_flight`, whether it answers 202 at once or 200 after the minute."""

from __future__ import annotations

import json
import time
from typing import Any

import psycopg
import pytest

from tests.http_receiver import Receiver
from tests.transports.conftest import Carried

ROOM = 2
BATCH = 10
# seconds of work, and for how long ticks come: over the end of the first calls, and into the work of the next ones
WORK, WATCH = 60, 85
# name: what it does, and how long its caller waits for it
PROCESSORS = {
    "accepts": (f"/work/{WORK}", "5 seconds"),
    "answers-late": (f"/slow/{WORK}?timeout=5", "5 seconds"),
    "answers-in-time": (f"/slow/{WORK}?timeout=100", "100 seconds"),
}


class Work:
    """The part of the receivers that is done in the database: claim at arrival, heartbeat, complete at the end."""

    def __init__(self, db: psycopg.Connection) -> None:
        self.db = db
        self.claimed: dict[str, tuple[str, float, list[str]]] = {}

    def go_on(self, arrivals: list[dict[str, Any]], names: dict[tuple[str, str], str]) -> None:
        for arrival in arrivals:
            call = arrival["headers"]["pyorch-call"]
            queue = names[arrival["path"], arrival["query"].get("timeout", "")]
            if call not in self.claimed:
                rows = self.db.execute("select receipt from pyorch.claim(%s, %s, %s)", (queue, call, BATCH))
                self.claimed[call] = (queue, arrival["at"] + WORK, [row[0] for row in rows])
        for call, (queue, end, receipts) in self.claimed.items():
            if receipts and time.time() >= end:
                self.db.execute("select pyorch.complete(%s, %s)", (queue, receipts))
                self.claimed[call] = (queue, end, [])


@pytest.mark.torture
def test_a_minute_of_work_is_never_done_more_often_than_allowed(carried: Carried, own_receiver: Receiver) -> None:
    if carried.name == "direct":
        pytest.skip("calls by hand are nobody's schedule")
    db = carried.db
    db.execute("update pyorch.job set enabled = false")
    names = {}
    # pg_net takes no timeout that long: its worker would hold everybody's answers back
    some = {k: v for k, v in PROCESSORS.items() if carried.name == "agent" or k != "answers-in-time"}
    for name, (path, timeout) in some.items():
        db.execute("select pyorch.create_queue(%s)", (name.replace("-", "_"),))
        db.execute("select pyorch.enqueue(%s, '{}') from generate_series(1, 1000)", (name.replace("-", "_"),))
        options = {
            "queue": name.replace("-", "_"),
            "batch_size": BATCH,
            "max_in_flight": ROOM,
            "timeout": timeout,
            "allow_http": True,
            "allow_private": True,
        }
        db.execute(
            "select pyorch.set_endpoint(%s, 'processor', %s, %s)", (name, own_receiver.url(path), json.dumps(options))
        )
        names[path.partition("?")[0], path.partition("timeout=")[2]] = name.replace("-", "_")
    work = Work(db)
    end = time.monotonic() + WATCH
    while time.monotonic() < end:
        db.execute("select pyorch.orchestrate(skip => '{metrics}')")
        work.go_on(own_receiver.arrivals(), names)
        time.sleep(0.25)
    seen = {name: (own_receiver.peak(path), len(arrived(own_receiver, path))) for name, (path, _) in some.items()}
    print(f"\npeak at work and arrivals in {WATCH} s: {seen}")
    # never more than allowed, and all of that; when the first were done the next ones came
    assert {peak for peak, _ in seen.values()} == {ROOM}
    assert {number for _, number in seen.values()} == {2 * ROOM}


def arrived(receiver: Receiver, path: str) -> list[dict[str, Any]]:
    bare, _, timeout = path.partition("?timeout=")
    return [a for a in receiver.arrivals(bare) if a["query"].get("timeout", "") == timeout]
