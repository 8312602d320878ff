"""pyorch._ping(jsonb): the dead-man's switch"""

import uuid

import pytest
from psycopg.types.json import Jsonb

from tests.orch import break_step, call


@pytest.fixture
def pinged(db, clock):
    """A database whose good ticks call the endpoint `alive`."""
    db.execute(
        "select pyorch.set_endpoint('alive', 'scraper', 'https://example.com/ping', %s)", [Jsonb({"every": "1 day"})]
    )
    db.execute("select pyorch._agent_beat(%s, '{}')", [uuid.uuid4()])
    db.execute("select pyorch.configure(%s)", [Jsonb({"ping": "alive", "skip": ["scrapers"]})])
    return db


def pings(db):
    return db.execute("select count(*) from pyorch.call_log where endpoint = 'alive'").fetchone()[0]


def test_a_good_tick_calls_the_endpoint(pinged):
    assert call(pinged)["success"]
    assert pings(pinged) == 1


def test_not_more_often_than_asked_for(pinged, clock):
    for _ in range(7):
        call(pinged)
        clock.advance("10 seconds")
        agent = pinged.execute("update pyorch.agent set seen_at = pyorch._now() returning agent_id").fetchone()[0]
        answers = [
            {"call_id": row[0], "status_code": 200, "timed_out": False, "latency_ms": 5}
            for row in pinged.execute("select call_id from pyorch._take_calls(%s, 10)", [agent]).fetchall()
        ]
        pinged.execute("select pyorch._report_calls(%s, %s)", [agent, Jsonb(answers)])
    assert pings(pinged) == 2


def test_a_tick_that_failed_stays_silent(pinged):
    break_step(pinged, "settle", "perform 1 / 0;")
    assert not call(pinged)["success"]
    assert pings(pinged) == 0


def test_a_ping_that_cannot_go_out_does_not_fail_the_tick(pinged):
    pinged.execute("select pyorch.drop_endpoint('alive')")
    assert call(pinged)["success"]
