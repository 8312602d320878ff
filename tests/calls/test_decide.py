"""When calls are decided, how many, and why not: schedule, backlog, caps, high water, rate, transport."""

import psycopg
import pytest


def why(world, endpoint, kind="processor"):
    """Why the endpoint got no call in a run of that kind; None when it is not mentioned."""
    world.beat()
    return next((s["why"] for s in world.dispatch(kind)["skipped"] if s["endpoint"] == endpoint), None)


def test_a_new_scraper_is_due_at_once_and_then_every_interval(world):
    world.scraper(every="10 minutes")
    assert world.tick() == ["scrape"]
    world.send()
    assert world.tick() == []
    world.clock.advance("9 minutes 59 seconds")
    assert world.tick() == []
    world.clock.advance("1 second")
    assert world.tick() == ["scrape"]


def test_a_scraper_keeps_its_phase_however_late_a_tick_is(world):
    world.scraper(every="10 minutes")
    world.tick()
    world.send()
    world.clock.advance("17 minutes")
    assert world.tick() == ["scrape"]
    world.send()
    world.clock.advance("3 minutes")
    assert world.tick() == ["scrape"]


def test_slots_that_were_missed_are_made_up_once(world):
    world.scraper(every="10 minutes")
    world.tick()
    world.send()
    world.clock.advance("5 hours")
    assert world.tick() == ["scrape"]
    world.send()
    assert world.tick() == []


def test_a_cron_scraper_runs_at_its_minutes_and_not_before_the_first(world):
    world.scraper(cron="*/10 * * * *")
    world.clock.advance("3 minutes")
    assert world.tick() == []
    world.clock.advance("7 minutes")
    assert world.tick() == ["scrape"]
    world.send()
    world.clock.advance("9 minutes")
    assert world.tick() == []


def test_a_clock_that_is_set_back_does_not_stop_the_schedule(world):
    world.scraper("interval", every="7 minutes")
    world.scraper("cron", cron="0 * * * *")
    world.clock.advance("70 minutes")
    world.tick()
    world.send()
    world.clock.advance("-60 minutes")
    assert world.tick() == ["interval"]
    world.send()
    # 13:00 was dispatched before the clock was set back, and is not dispatched again
    world.clock.advance("50 minutes")
    assert world.tick() == ["interval"]
    world.send()
    world.clock.advance("60 minutes")
    assert sorted(world.tick()) == ["cron", "interval"]


def test_a_slot_that_another_scheduler_dispatched_is_not_dispatched_again(world):
    world.scraper(every="10 minutes")
    world.db.execute("insert into pyorch.slot select endpoint_id, pyorch._now() from pyorch.endpoint")
    assert why(world, "scrape", "scraper") == "this slot was dispatched already"
    assert world.calls() == []
    world.clock.advance("10 minutes")
    assert world.tick() == ["scrape"]


def test_a_busy_scraper_runs_as_soon_as_it_is_no_longer_busy(world):
    world.scraper(every="10 minutes", max_busy="15 minutes")
    world.tick()
    (call,) = world.send(202)
    world.clock.advance("10 minutes")
    assert why(world, "scrape", "scraper") == "busy"
    world.one("select pyorch.finish_call(%s)", call["call_id"])
    assert world.tick() == ["scrape"]


def test_a_scraper_waits_while_its_queue_is_at_its_high_water_mark(world):
    world.queue(items=10)
    world.scraper(queues=["work"], high_water=10)
    assert why(world, "scrape", "scraper") == "high water"
    world.claim()
    assert world.tick() == ["scrape"]


def test_a_scraper_waits_for_a_paused_queue_that_is_full(world):
    world.queue(items=10)
    world.scraper(queues=["work"], high_water=10)
    world.one("select pyorch.pause_queue('work')")
    assert why(world, "scrape", "scraper") == "high water"


def test_a_processor_is_called_only_when_enough_waits(world):
    world.queue()
    world.processor(min_pending=3)
    world.add(2)
    assert world.tick() == []
    world.add(1)
    assert world.tick() == ["process"]


def test_a_processor_without_work_is_not_called(world):
    world.queue()
    world.processor()
    assert world.tick() == []


def test_a_paused_queue_calls_nobody(world):
    world.queue(items=5)
    world.processor()
    world.one("select pyorch.pause_queue('work')")
    assert world.tick() == []


@pytest.mark.parametrize(
    ("items", "options", "calls"),
    [
        (1, {}, 1),
        (1000, {}, 1),
        (25, {"max_in_flight": 5}, 3),
        (1000, {"max_in_flight": 5}, 5),
        (1000, {"max_in_flight": 5, "fan_out": 2}, 2),
        (1, {"max_in_flight": 5, "fan_out": 5}, 1),
    ],
)
def test_calls_fan_out_by_the_backlog_and_no_further_than_their_caps(world, items, options, calls):
    world.queue(items=items)
    world.processor(**options)
    assert world.tick() == ["process"] * calls


def test_a_call_that_has_claimed_nothing_yet_is_not_counted_twice(world):
    world.queue(items=25)
    world.processor(max_in_flight=5)
    assert len(world.tick()) == 3
    world.take()
    assert why(world, "process") == "enough calls are on their way"
    # all three have claimed now, and more came in
    world.claim(25)
    world.add(11)
    assert len(world.tick()) == 2


def test_a_burst_of_ticks_decides_once(world):
    world.queue(items=100)
    world.processor()
    world.scraper()
    assert sorted(world.tick() + world.tick() + world.tick()) == ["process", "scrape"]


def test_a_rate_is_kept_and_fills_up_again(world):
    world.queue(items=1000)
    world.processor(rate="2/minute", max_in_flight=100, batch_size=1)
    assert len(world.tick()) == 2
    assert why(world, "process") == "rate"
    world.clock.advance("30 seconds")
    assert len(world.tick()) == 1
    world.clock.advance("1 hour")
    assert len(world.tick()) == 2


def test_a_paused_endpoint_is_not_called_and_what_waits_for_it_is_not_sent(world):
    world.queue(items=5)
    world.processor()
    world.tick()
    world.one("select pyorch.pause_endpoint('process')")
    assert world.take() == []
    assert why(world, "process") == "paused"
    world.one("select pyorch.resume_endpoint('process')")
    assert len(world.take()) == 1


def test_without_a_live_transport_nothing_is_decided_and_health_is_critical(world):
    world.queue(items=5)
    world.processor()
    world.scraper()
    assert world.dispatch()["skipped"] == [{"endpoint": "process", "why": "no live transport"}]
    assert world.dispatch("scraper")["triggered"] == []
    assert world.calls() == []
    assert [h["severity"] for h in world.health("no_transport")] == ["critical"]
    assert sorted(world.tick()) == ["process", "scrape"]
    assert world.health("no_transport") == []


def test_an_agent_that_fell_silent_is_no_transport(world):
    world.beat()
    assert world.one("select pyorch._transport()") == "agent"
    world.clock.advance("11 seconds")
    assert world.one("select pyorch._transport()") is None


def test_a_restored_copy_or_a_paused_database_decides_nothing_and_sends_nothing(world):
    world.queue(items=5)
    world.processor()
    world.tick()
    world.one("select pyorch.pause()")
    assert world.take() == []
    assert why(world, "process") == "paused"
    world.one("select pyorch.resume()")
    assert len(world.take()) == 1


def test_a_run_out_of_time_says_so_and_the_rest_comes_first_in_the_next(world):
    for name in ("a", "b"):
        world.scraper(name)
    world.beat()
    late = world.one("select pyorch._dispatch('scraper', null, clock_timestamp() - interval '1 second')")
    assert late["complete"] is False and late["triggered"] == []
    world.db.execute("update pyorch.endpoint_state set looked_at = pyorch._now() where endpoint_id = 1")
    done = world.dispatch("scraper")
    assert done["complete"] is True and done["triggered"] == ["b", "a"]


def test_an_endpoint_that_another_session_decides_is_skipped_without_waiting(world, connect):
    world.scraper()
    other = connect()
    other.execute("begin")
    other.execute("select 1 from pyorch.endpoint_state for update")
    world.db.execute("set statement_timeout = '30s'")
    assert why(world, "scrape", "scraper") == "another session decides"
    other.execute("rollback")
    assert world.tick() == ["scrape"]


def test_two_sessions_that_decide_at_once_make_one_call(world, connect):
    world.queue(items=100)
    world.processor()
    world.beat()
    first, second = connect(), connect()
    first.execute("begin")
    first.execute("select pyorch._dispatch('processor', null, null)")
    assert second.execute("select pyorch._dispatch('processor', null, null)").fetchone()[0]["triggered"] == []
    first.execute("commit")
    assert second.execute("select pyorch._dispatch('processor', null, null)").fetchone()[0]["triggered"] == []
    assert len(world.calls()) == 1


def test_the_deciding_transaction_writes_the_call_or_nothing(world):
    world.scraper()
    world.beat()
    with pytest.raises(psycopg.errors.DivisionByZero), world.db.transaction():
        world.dispatch("scraper")
        world.db.execute("select 1 / 0")
    assert world.calls() == []
    assert world.tick() == ["scrape"]


def test_a_run_is_named_in_the_ledger_and_the_headers(world):
    world.scraper()
    world.beat()
    world.dispatch("scraper", run_id=77)
    (call,) = world.take()
    assert call["headers"]["Pyorch-Run"] == "77"
    assert world.call(call["call_id"])["run_id"] == 77
