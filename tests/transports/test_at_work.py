"""A processor is never at work more often than `max_in_flight` says, also when its answers come early or not at all."""

from __future__ import annotations

import json

import pytest

from tests.agents import until
from tests.http_receiver import Receiver
from tests.transports.conftest import Carried

ROOM = 2
# seconds of work; the caller waits for two
WORK = 4


@pytest.mark.parametrize("path", [f"/work/{WORK}", f"/slow/{WORK}"], ids=["202 and goes on", "times out and goes on"])
def test_with_a_thousand_items_waiting_a_busy_processor_is_left_alone(
    carried: Carried, own_receiver: Receiver, path: str
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
        "max_busy": "10 minutes",
        "timeout": "2 seconds",
        "breaker": {"failures": 1000},
        "allow_http": True,
        "allow_private": True,
    }
    url = own_receiver.url(path)
    db.execute("select pyorch.set_endpoint('worker', 'processor', %s, %s)", (url, json.dumps(options)))

    def run() -> int:
        db.execute("select pyorch.orchestrate(skip => '{metrics}')")
        return len(own_receiver.arrivals())

    answered = "select count(*) from pyorch.call_log where outcome is not null"
    until(lambda: run() >= ROOM and db.execute(answered).fetchone() >= (ROOM,))
    # the answers are there, the end of the work is not known
    for _ in range(10):
        assert run() == ROOM
    assert own_receiver.peak(path) == ROOM
    # the processor says so: only now the next one goes out
    done = int(own_receiver.arrivals()[0]["headers"]["pyorch-call"])
    db.execute("select pyorch.finish_call(%s)", (done,))
    until(lambda: run() > ROOM)
    for _ in range(10):
        assert run() == ROOM + 1
