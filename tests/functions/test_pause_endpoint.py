"""pyorch.pause_endpoint."""

import psycopg
import pytest


def test_nothing_is_decided_or_sent_until_it_is_resumed(world):
    world.queue(items=100)
    world.processor(max_in_flight=2)
    world.tick()
    (out, _waiting) = world.calls()
    taken = world.take(1)
    world.one("select pyorch.pause_endpoint('process')")
    assert world.tick() == [] and world.take() == []
    # what is out goes on
    world.report(taken[0]["call_id"], 200)
    assert world.call(out["call_id"])["outcome"] == "ok"
    assert world.status("process")["paused"] is True


def test_health_says_that_it_is_paused_and_not_that_it_fails(world):
    world.scraper()
    world.tick()
    world.send(500)
    world.one("select pyorch.pause_endpoint('scrape')")
    assert [r["code"] for r in world.rows("select code from pyorch._endpoint_health()")] == ["endpoint_paused"]


def test_twice_is_harmless_and_an_unknown_one_refused(world):
    world.scraper()
    world.one("select pyorch.pause_endpoint('scrape')")
    world.one("select pyorch.pause_endpoint('scrape')")
    with pytest.raises(psycopg.Error) as caught:
        world.one("select pyorch.pause_endpoint('none')")
    assert caught.value.sqlstate == "PY003"


def test_where_there_is_no_endpoint_the_hint_makes_one_and_suggests_none(db):
    with pytest.raises(psycopg.Error) as caught:
        db.execute("select pyorch.pause_endpoint('any')")
    assert "set_endpoint" in caught.value.diag.message_hint
    assert '""' not in caught.value.diag.message_hint
