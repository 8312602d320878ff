"""pyorch.drop_endpoint: forgets an endpoint; its calls in the ledger stay, none of them open."""

import psycopg
import pytest


def test_ended_calls_stay_under_the_endpoints_name(world):
    world.scraper()
    world.tick()
    world.send()
    world.one("select pyorch.drop_endpoint('scrape')")
    assert [c["endpoint"] for c in world.calls()] == ["scrape"]
    assert world.rows("select * from pyorch.endpoint_status") == []


def test_no_call_stays_open(world):
    world.queue(items=100)
    world.processor(max_in_flight=2)
    world.tick()
    world.take(1)
    world.one("select pyorch.drop_endpoint('process')")
    assert sorted(c["outcome"] for c in world.calls()) == ["lost", "refused"]
    assert world.one("select count(*) from pyorch.call") == 0


def test_an_answer_that_comes_later_changes_nothing(world):
    world.scraper()
    world.tick()
    (call,) = world.take()
    world.one("select pyorch.drop_endpoint('scrape')")
    world.report(call["call_id"], 200)
    assert world.calls()[0]["outcome"] == "lost"


def test_the_queue_no_longer_wakes_anybody(world):
    world.queue()
    world.processor(wake_at_once=True)
    world.one("select pyorch.drop_endpoint('process')")
    assert world.one("select wake from pyorch.queue") is False


def test_items_of_a_push_come_back_by_their_lease(world):
    world.queue(items=2)
    world.processor(mode="push")
    world.tick()
    world.take()
    world.one("select pyorch.drop_endpoint('process')")
    world.clock.advance("1 hour")
    world.rows("select * from pyorch.unlock('work')")
    assert len(world.claim(10)) == 2


def test_an_unknown_one_is_refused_and_the_nearest_named(world):
    world.scraper()
    with pytest.raises(psycopg.Error) as caught:
        world.one("select pyorch.drop_endpoint('scrap')")
    assert caught.value.sqlstate == "PY003" and '"scrape"' in caught.value.diag.message_hint
