"""A queue that cannot be looked at (its table dropped, renamed, altered, locked) stops no other endpoint."""

import pytest

BROKEN = {
    "dropped": "drop table public.work",
    "renamed": "alter table public.work rename to elsewhere",
    "its status renamed": "alter table public.work rename column status to state",
}


@pytest.fixture
def two(world):
    """Two processors, each with its own queue and work in it, and a scraper that fills the first queue."""
    for name in ("work", "other"):
        world.queue(name, items=100)
    world.processor("process")
    world.processor("second", queue="other")
    world.scraper(every="10 minutes", queues=["work"], high_water=5000)
    return world


@pytest.mark.parametrize("statement", BROKEN.values(), ids=BROKEN)
def test_calls_of_the_others_are_settled_and_made(two, statement):
    two.tick()
    two.send(202)
    two.complete(two.claim(10, "other"), "other")
    two.db.execute(statement)
    two.clock.advance("5 seconds")
    assert two.tick() == []
    two.clock.advance("5 seconds")
    # its queue has come to rest: the next batch is due
    assert two.tick() == ["second"]
    assert two.status("process")["busy"] == 1


@pytest.mark.parametrize("statement", BROKEN.values(), ids=BROKEN)
def test_the_endpoints_of_the_broken_queue_are_not_called_and_the_run_says_why(two, statement):
    two.db.execute(statement)
    two.beat()
    assert two.dispatch("processor") == {
        "triggered": ["second"],
        "skipped": [{"endpoint": "process", "why": "its queue cannot be read"}],
        "complete": True,
    }
    assert two.dispatch("scraper")["skipped"] == [{"endpoint": "scrape", "why": "its queue cannot be read"}]


@pytest.mark.parametrize("statement", BROKEN.values(), ids=BROKEN)
def test_the_busy_time_of_its_own_call_ends_with_max_busy(two, statement):
    two.tick()
    two.send(202)
    two.db.execute(statement)
    two.clock.advance("150 seconds")
    two.tick()
    assert two.status("process")["busy"] == 0


def test_a_locked_table_keeps_no_call_of_another_queue_open(two, connect):
    two.tick()
    two.send(202)
    other = connect()
    with other.transaction():
        other.execute("lock table public.work")
        two.complete(two.claim(10, "other"), "other")
        two.db.execute("set lock_timeout = '100ms'")
        two.clock.advance("5 seconds")
        two.tick()
        two.clock.advance("5 seconds")
        assert two.tick() == ["second"]
        assert two.status("process")["busy"] == 1


@pytest.mark.parametrize("statement", BROKEN.values(), ids=BROKEN)
def test_a_push_whose_queue_is_broken_by_its_hand_over_keeps_no_other_call_back(two, statement):
    two.processor("push", mode="push")
    two.tick()
    two.db.execute(statement)
    assert {call["headers"]["Pyorch-Call"] for call in two.take()} >= {str(two.calls("second")[0]["call_id"])}
    (pushed,) = two.calls("push")
    assert pushed["outcome"] == "refused"
    assert pushed["error"].startswith("its items cannot be claimed: ")
