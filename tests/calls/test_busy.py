"""Busy calls: what keeps a slow processor from being called twice."""

import pytest


@pytest.fixture
def busy(world):
    """A processor with much work that has answered 202."""
    world.queue(items=1000)
    world.processor()
    world.tick()
    (call,) = world.send(202)
    return call["call_id"]


def test_a_202_keeps_the_call_busy(world, busy):
    assert world.call(busy)["outcome"] == "ok" and world.call(busy)["finished_at"] is None
    assert world.status("process")["busy"] == 1
    for _ in range(10):
        world.clock.advance("10 seconds")
        assert world.tick() == []


def test_finish_call_ends_it(world, busy):
    world.clock.advance("42 seconds")
    world.one("select pyorch.finish_call(%s)", busy)
    call = world.call(busy)
    assert call["work_ms"] == 42000 and call["latency_ms"] == 12.5
    assert world.tick() == ["process"]


def test_max_busy_ends_it(world, busy):
    world.clock.advance("149 seconds")
    assert world.tick() == []
    world.clock.advance("1 second")
    assert world.tick() == ["process"]
    assert world.call(busy)["work_ms"] == 150000


def test_a_queue_at_rest_for_five_seconds_after_a_claim_ends_it(world, busy):
    receipts = world.claim(10)
    world.clock.advance("30 seconds")
    assert world.tick() == []
    world.complete(receipts)
    assert world.tick() == []
    world.clock.advance("4 seconds")
    assert world.tick() == []
    world.clock.advance("1 second")
    assert world.tick() == ["process"]
    assert world.call(busy)["work_ms"] == 30000


def test_a_next_batch_within_five_seconds_keeps_it_busy(world, busy):
    for _ in range(3):
        world.complete(world.claim(10))
        assert world.tick() == []
        world.clock.advance("4 seconds")
        receipts = world.claim(10)
        assert world.tick() == []
        world.clock.advance("4 seconds")
        world.complete(receipts)


def test_an_idle_queue_that_nobody_claimed_from_does_not_end_it(world, busy):
    world.clock.advance("60 seconds")
    assert world.tick() == []


def test_items_that_were_claimed_before_the_hand_over_do_not_matter(world):
    world.queue(items=1000)
    old = world.claim(5)
    world.processor()
    world.tick()
    world.send(202)
    world.claim(5)
    world.complete(old)
    world.clock.advance("20 seconds")
    assert world.tick() == []


def test_a_timeout_keeps_the_call_busy_and_is_not_retried(world):
    world.queue(items=1000)
    world.processor()
    world.tick()
    (call,) = world.send(None, timed_out=True, error="timeout")
    assert world.call(call["call_id"])["outcome"] == "timed_out"
    world.clock.advance("100 seconds")
    assert world.tick() == [] and world.take() == []
    assert len(world.calls()) == 1


def test_a_200_after_the_whole_work_frees_the_processor_at_once(world):
    world.queue(items=1000)
    world.processor(timeout="90 seconds")
    world.tick()
    (call,) = world.take()
    receipts = world.claim(10)
    world.clock.advance("60 seconds")
    assert world.tick() == []
    world.complete(receipts)
    world.report(call["call_id"], 200)
    assert world.tick() == ["process"]


def test_an_open_call_whose_work_is_over_is_no_longer_busy(world):
    world.queue(items=1000)
    world.processor(timeout="90 seconds")
    world.tick()
    (call,) = world.take()
    world.one("select pyorch.finish_call(%s)", call["call_id"])
    assert world.call(call["call_id"])["outcome"] is None
    assert world.tick() == ["process"]
    world.report(call["call_id"], 200)
    assert world.call(call["call_id"])["outcome"] == "ok"


@pytest.mark.parametrize("answer", [{"status": 500}, {"status": None, "error": "refused"}])
def test_any_other_outcome_is_not_busy(world, answer):
    world.queue(items=1000)
    world.processor()
    world.tick()
    world.send(**answer)
    assert world.status("process")["busy"] == 0


def test_max_in_flight_counts_busy_calls(world):
    world.queue(items=1000)
    world.processor(max_in_flight=3)
    assert len(world.tick()) == 3
    calls = world.send(202)
    assert world.tick() == []
    world.one("select pyorch.finish_call(%s)", calls[0]["call_id"])
    world.claim(1)
    assert len(world.tick()) == 1


def test_work_by_code_of_the_users_own_counts_as_progress(world, busy):
    world.db.execute(
        "update public.work set status = 'processing', locked_at = pyorch._now(), updated_at = pyorch._now()"
        " where id <= 5"
    )
    assert world.tick() == []
    world.db.execute("update public.work set status = 'complete' where id <= 5")
    assert world.tick() == []
    world.clock.advance("5 seconds")
    assert world.tick() == ["process"]


@pytest.mark.parametrize("first", [{"status": 202}, {"status": None, "timed_out": True, "error": "timeout"}])
def test_a_second_report_of_a_busy_call_changes_nothing(world, first):
    world.queue(items=1000)
    world.processor()
    world.tick()
    (call,) = world.send(**first)
    before = world.call(call["call_id"])
    world.report(call["call_id"], 500)
    assert world.call(call["call_id"]) == before
