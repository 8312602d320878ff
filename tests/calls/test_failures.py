"""Failures: retries with backoff, Retry-After, the breaker, and how loud it is."""

from itertools import pairwise

import pytest

FLAT = {"base": "10 seconds", "factor": 2, "cap": "1 hour", "jitter": 0}


@pytest.fixture
def failing(world):
    """A processor with work, without jitter."""
    world.queue(items=1000)
    world.processor(backoff=FLAT, max_attempts=3, breaker={"failures": 100})
    return "process"


def test_a_retry_is_a_new_row_with_the_same_key_and_the_next_attempt(world, failing):
    world.tick()
    world.send(500)
    first, second = world.calls()
    assert (first["outcome"], first["status_code"], first["error"]) == ("failed", 500, "HTTP 500")
    assert second["idempotency_key"] == first["idempotency_key"]
    assert (second["attempt"], second["outcome"], second["sent_at"]) == (2, None, None)


def test_retries_wait_for_their_backoff_and_end_after_max_attempts(world, failing):
    world.tick()
    world.send(500)
    assert world.take() == []
    world.clock.advance("10 seconds")
    (retry,) = world.send(500)
    assert retry["headers"]["Pyorch-Attempt"] == "2"
    world.clock.advance("19 seconds")
    assert world.take() == []
    world.clock.advance("1 second")
    assert len(world.send(500)) == 1
    assert [c["attempt"] for c in world.calls()] == [1, 2, 3]
    # the next chain goes on where the backoff was
    world.clock.advance("39 seconds")
    assert world.tick() == []
    world.clock.advance("1 second")
    assert world.tick() == ["process"]


def test_while_a_retry_waits_no_other_call_goes_out(world, failing):
    world.tick()
    world.send(500)
    for _ in range(9):
        world.clock.advance("1 second")
        assert world.tick() == [] and world.take() == []


def test_a_success_forgets_the_backoff(world, failing):
    world.tick()
    world.send(500)
    world.clock.advance("10 seconds")
    world.send(200)
    assert world.status(failing)["failures_in_row"] == 0
    assert world.tick() == ["process"]


@pytest.mark.parametrize("status", [400, 401, 404, 410, 422])
def test_what_the_same_request_cannot_mend_is_not_retried_but_counts(world, failing, status):
    world.tick()
    world.send(status)
    assert len(world.calls()) == 1
    assert world.status(failing)["failures_in_row"] == 1
    assert world.tick() == []
    world.clock.advance("10 seconds")
    assert world.tick() == ["process"]


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 302])
def test_what_may_pass_is_retried(world, failing, status):
    world.tick()
    world.send(status)
    assert len(world.calls()) == 2


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("header", ["120", "Sun, 01 Mar 2026 12:02:00 GMT"])
def test_retry_after_is_obeyed(world, failing, status, header):
    world.tick()
    world.send(status, retry_after=header)
    world.clock.advance("119 seconds")
    assert world.take() == [] and world.tick() == []
    world.clock.advance("1 second")
    assert len(world.take()) == 1


def test_retry_after_of_another_status_is_not(world, failing):
    world.tick()
    world.send(500, retry_after="3600")
    world.clock.advance("10 seconds")
    assert len(world.take()) == 1


def test_an_endpoint_that_is_down_for_five_minutes_gets_what_its_backoff_allows(world):
    world.queue(items=1000)
    world.processor(backoff=FLAT, breaker={"failures": 1000})
    sent = 0
    for _ in range(30):
        world.tick()
        sent += len(world.send(503))
        world.clock.advance("10 seconds")
    # 0, 10, 30, 70, 150 s; the next one would be at 310 s
    assert sent == 5


def test_503_for_five_minutes_with_ticks_and_defaults_is_named_by_health_and_never_hammered(world):
    """Whole ticks and the defaults: backoff with jitter, breaker, health as everybody reads it."""
    world.queue(items=1000)
    world.processor()
    sent = []
    for second in range(0, 300, 10):
        world.beat()
        world.db.execute("call pyorch.tick()")
        sent += [second for _ in world.send(503)]
        named = world.rows("select * from pyorch.health where subject = 'process' and severity <> 'ok'")
        # within the tick in which it failed
        assert named != [] and "503" in named[0]["evidence"]
        world.clock.advance("10 seconds")
    # 10 s, doubled, less a fifth of jitter: 0, 10, 30, 70, 140; then the breaker is open, a probe each minute: 200, 260
    assert 2 <= len(sent) <= 7
    gaps = [after - before for before, after in pairwise(sent)]
    assert gaps[-1] > gaps[0]


def test_while_nobody_carries_no_attempt_is_burnt_and_no_failure_counted(world, failing):
    world.tick()
    world.send(503)
    (_, waiting) = world.calls()
    before = world.status(failing)
    # the agent dies; an hour of ticks goes by
    for _ in range(60):
        world.clock.advance("1 minute")
        world.db.execute("call pyorch.tick()")
    (_, still) = world.calls()
    assert (still["attempt"], still["outcome"], still["sent_at"]) == (2, None, None)
    assert still["call_id"] == waiting["call_id"]
    assert world.status(failing)["failures_in_row"] == before["failures_in_row"] == 1
    assert world.status(failing)["breaker"] == before["breaker"]
    critical = world.rows("select code from pyorch.health where severity = 'critical'")
    assert "no_transport" in {row["code"] for row in critical}
    # it comes back: that very attempt goes out
    (call,) = world.send(200)
    assert (call["call_id"], call["headers"]["Pyorch-Attempt"]) == (waiting["call_id"], "2")


def test_the_breaker_opens_and_lets_one_probe_through_each_interval(world):
    world.queue(items=1000)
    world.processor(
        backoff={"base": "0 seconds", "jitter": 0}, max_in_flight=5, breaker={"failures": 5, "cool_off": "1 minute"}
    )
    world.tick()
    assert len(world.send(503)) == 5
    assert world.status("process")["breaker"] == "open"
    assert [h["severity"] for h in world.health("breaker_open")] == ["critical"]
    for minute in range(5):
        for _ in range(5):
            world.tick()
            assert world.send(503) == [], minute
            world.clock.advance("10 seconds")
        world.clock.advance("10 seconds")
        world.tick()
        assert world.status("process")["breaker"] == "half_open"
        assert len(world.send(503)) == 1
        assert world.status("process")["breaker"] == "open"


def test_a_probe_that_is_answered_well_closes_the_breaker(world):
    world.queue(items=1000)
    world.processor(backoff={"base": "0 seconds", "jitter": 0}, breaker={"failures": 1, "cool_off": "1 minute"})
    world.tick()
    world.send(500)
    world.clock.advance("1 minute")
    world.tick()
    assert len(world.send(200)) == 1
    assert world.status("process")["breaker"] == "closed"
    assert world.tick() == ["process"]
    assert world.health("breaker_open") == []


def test_without_a_retry_the_next_decision_is_the_probe(world):
    world.scraper(every="1 second", max_attempts=1, breaker={"failures": 1, "cool_off": "1 minute"})
    world.tick()
    world.send(500)
    world.clock.advance("59 seconds")
    assert world.tick() == []
    world.clock.advance("1 second")
    assert world.tick() == ["scrape"]
    assert world.status("scrape")["breaker"] == "half_open"
    world.take()
    world.clock.advance("10 seconds")
    assert world.tick() == []


def test_a_probe_that_was_lost_is_followed_by_another_one(world):
    world.scraper(every="1 second", max_attempts=1, breaker={"failures": 1, "cool_off": "1 minute"})
    world.tick()
    world.send(500)
    world.clock.advance("1 minute")
    world.tick()
    world.take()
    world.clock.advance("1 minute")
    world.tick()
    assert world.calls()[-1]["outcome"] == "lost"
    world.clock.advance("1 minute")
    assert world.tick() == ["scrape"]


def test_resume_endpoint_resets_the_breaker_by_hand(world):
    world.queue(items=1000)
    world.processor(breaker={"failures": 1, "cool_off": "1 hour"})
    world.tick()
    world.send(500)
    assert world.take() == []
    world.one("select pyorch.resume_endpoint('process')")
    assert world.status("process")["breaker"] == "closed"
    assert len(world.take()) == 1


def test_a_timeout_does_not_count_when_the_queue_moved(world):
    world.queue(items=1000)
    world.processor(breaker={"failures": 1})
    world.tick()
    world.send(None, timed_out=True, error="timeout")
    world.claim(1)
    world.clock.advance("150 seconds")
    world.tick()
    assert world.status("process")["breaker"] == "closed"
    assert world.calls()[0]["outcome"] == "timed_out"


def test_a_timeout_counts_when_the_queue_did_not_move(world):
    world.queue(items=1000)
    world.processor(breaker={"failures": 1})
    world.tick()
    world.send(None, timed_out=True, error="timeout")
    assert world.status("process")["breaker"] == "closed"
    world.clock.advance("150 seconds")
    world.tick()
    assert world.status("process")["breaker"] == "open"


def test_a_timeout_that_finish_call_ends_is_a_success(world):
    world.scraper(breaker={"failures": 1})
    world.tick()
    (call,) = world.send(None, timed_out=True, error="timeout")
    world.clock.advance("30 seconds")
    world.one("select pyorch.finish_call(%s)", call["call_id"])
    assert world.status("scrape")["failures_in_row"] == 0
    assert len(world.calls()) == 1


def test_a_call_that_nobody_reports_is_lost_and_retried_without_blame(world, failing):
    world.tick()
    world.take()
    world.clock.advance("19 seconds")
    world.tick()
    assert world.calls()[0]["outcome"] is None
    world.clock.advance("1 second")
    world.tick()
    first, second = world.calls()
    assert first["outcome"] == "lost" and second["attempt"] == 2
    assert world.status(failing)["failures_in_row"] == 0


def test_a_late_answer_never_overrules_a_newer_attempt(world, failing):
    world.tick()
    (call,) = world.take()
    world.clock.advance("1 minute")
    world.tick()
    world.report(call["call_id"], 200)
    assert [c["outcome"] for c in world.calls()] == ["lost", None]


def test_an_answer_that_is_reported_twice_counts_once(world, failing):
    world.tick()
    (call,) = world.take()
    world.report(call["call_id"], 500)
    world.report(call["call_id"], 500)
    world.report(call["call_id"], 200)
    assert [c["outcome"] for c in world.calls()] == ["failed", None]
    assert world.status(failing)["failures_in_row"] == 1


def test_an_answer_of_another_agent_changes_nothing(world, failing):
    world.tick()
    (call,) = world.take()
    mine, world.agent = world.agent, "00000000-0000-0000-0000-00000000dead"
    world.report(call["call_id"], 200)
    assert world.call(call["call_id"])["outcome"] is None
    world.agent = mine
    world.report(call["call_id"], 200)
    assert world.call(call["call_id"])["outcome"] == "ok"


def test_success_codes_can_be_changed(world):
    world.queue(items=1000)
    world.processor(success_codes=["200..204", 304])
    world.tick()
    world.send(304)
    assert world.calls()[0]["outcome"] == "ok"
    world.clock.advance("5 seconds")
    world.tick()
    world.send(205)
    assert world.calls()[1]["outcome"] == "failed"


def test_an_endpoint_that_answers_404_is_named_by_health_within_one_tick(world, failing):
    world.tick()
    world.send(404)
    (row,) = world.health("endpoint_failing")
    assert row["subject"] == "process" and "404" in row["evidence"] and "deployed" in row["advice"]


def test_calls_that_succeed_while_nothing_is_claimed_are_a_silent_stall(world):
    world.queue(items=1000)
    world.processor()
    for _ in range(3):
        assert world.tick() == ["process"]
        world.send(200)
    (row,) = world.health("silent_stall")
    assert row["subject"] == "process" and row["severity"] == "warning"
    world.tick()
    (call,) = world.take()
    world.claim(1)
    world.report(call["call_id"], 200)
    assert world.health("silent_stall") == []


def test_the_agents_own_failure_to_send_is_nobodys_failure(world, failing):
    world.tick()
    world.send(None, error="not sent: the agent was asleep")
    assert world.calls()[0]["outcome"] == "lost"
    assert world.status(failing)["failures_in_row"] == 0


def test_a_retry_never_adds_to_a_full_endpoint(world, failing):
    world.tick()
    (first,) = world.take()
    # its place was given to the next call before its answer came
    world.one("select pyorch.finish_call(%s)", first["call_id"])
    assert world.tick() == ["process"]
    world.report(first["call_id"], 500)
    assert [c["attempt"] for c in world.calls()] == [1, 1]
    assert world.status(failing)["busy"] + world.status(failing)["waiting"] == 1
