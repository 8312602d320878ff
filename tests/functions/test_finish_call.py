"""pyorch.finish_call: the processor says that its work for a call is over."""

import psycopg
import pytest


@pytest.fixture
def busy(world):
    world.queue(items=100)
    world.processor(breaker={"failures": 100})
    world.tick()
    (call,) = world.send(202)
    return call["call_id"]


def finish(world, number, error=None):
    world.one("select pyorch.finish_call(%s, %s)", number, error)


def test_the_call_is_no_longer_busy_and_its_work_time_is_known(world, busy):
    world.clock.advance("10 seconds")
    finish(world, busy)
    assert world.call(busy)["work_ms"] == 10000
    assert world.status("process")["busy"] == 0


def test_an_error_makes_it_failed_and_is_retried(world, busy):
    finish(world, busy, "out of memory")
    first, second = world.calls()
    assert (first["outcome"], first["error"], first["status_code"]) == ("failed", "out of memory", 202)
    assert second["attempt"] == 2
    assert world.status("process")["failures_in_row"] == 1


def test_before_the_answer_an_error_outweighs_the_200_that_follows(world):
    world.scraper(max_attempts=1)
    world.tick()
    (call,) = world.take()
    finish(world, call["call_id"], "nothing found")
    world.report(call["call_id"], 200)
    assert world.call(call["call_id"])["outcome"] == "failed"
    assert world.call(call["call_id"])["error"] == "nothing found"


def test_twice_or_late_is_harmless(world, busy):
    finish(world, busy)
    before = world.call(busy)
    world.clock.advance("10 seconds")
    finish(world, busy, "late")
    assert world.call(busy) == before


def test_a_call_that_does_not_exist_is_refused_with_a_hint(world):
    with pytest.raises(psycopg.Error) as caught:
        finish(world, 12345)
    assert caught.value.sqlstate == "PY016" and "Pyorch-Call" in caught.value.diag.message_hint


def test_a_worker_may(world, busy, connect):
    session = connect()
    session.execute("set role pyorch_worker")
    session.execute("select pyorch.finish_call(%s)", [busy])
