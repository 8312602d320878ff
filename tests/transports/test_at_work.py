"""A processor is never at work more often than `max_in_flight` says, also when its answers come early or not at all."""

from __future__ import annotations

import json
import time

import pytest

from tests.http_receiver import Receiver
from tests.transports.conftest import Carried

ROOM = 2
# seconds of work, and for how long runs come: the answers are there long before, the work is not
WORK, WATCH = 2.5, 4.0


@pytest.mark.parametrize("path", [f"/work/{WORK}", f"/slow/{WORK}"], ids=["202 and goes on", "times out and goes on"])
def test_with_a_thousand_items_waiting_a_busy_processor_is_left_alone(
    carried: Carried, receiver: Receiver, path: str
) -> None:
    if carried.name == "direct":
        pytest.skip("calls by hand are nobody's schedule")
    db = carried.db
    db.execute("update pyorch.job set enabled = false")
    db.execute("select pyorch.create_queue('work')")
    db.execute("select pyorch.enqueue('work', '{}') from generate_series(1, 1000)")
    options = {
        "queue": "work",
        "batch_size": 10,
        "max_in_flight": ROOM,
        "max_busy": "60 seconds",
        "timeout": "1 second",
        "breaker": {"failures": 1000},
        "allow_http": True,
        "allow_private": True,
    }
    db.execute("select pyorch.set_endpoint('worker', 'processor', %s, %s)", (receiver.url(path), json.dumps(options)))
    end = time.monotonic() + WATCH
    while time.monotonic() < end:
        db.execute("select pyorch.orchestrate(skip => '{metrics}')")
        time.sleep(0.1)
    assert receiver.peak(path) == ROOM
    assert len(receiver.arrivals()) == ROOM
    # the processor says so: only now the next one goes out
    done = int(receiver.arrivals()[0]["headers"]["pyorch-call"])
    db.execute("select pyorch.finish_call(%s)", (done,))
    end = time.monotonic() + 2
    while time.monotonic() < end and len(receiver.arrivals()) == ROOM:
        db.execute("select pyorch.orchestrate(skip => '{metrics}')")
        time.sleep(0.1)
    assert len(receiver.arrivals()) == ROOM + 1
