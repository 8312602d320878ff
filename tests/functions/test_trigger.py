"""pyorch.trigger: a call now, whatever is due."""

import json

import psycopg
import pytest
from psycopg.types.json import Jsonb


def error(world, *args):
    with pytest.raises(psycopg.Error) as caught:
        world.one("select pyorch.trigger(%s)", *args)
    assert caught.value.diag.message_hint
    return caught.value.sqlstate


def test_it_answers_the_id_of_a_call_that_goes_out(world):
    world.scraper(cron="0 0 1 1 *")
    world.beat()
    number = world.one("select pyorch.trigger('scrape')")
    assert [c["call_id"] for c in world.send()] == [number]
    assert world.call(number)["source"] == "trigger" and world.call(number)["outcome"] == "ok"


def test_a_processor_is_called_even_without_work(world):
    world.queue()
    world.processor()
    world.beat()
    world.one("select pyorch.trigger('process')")
    assert len(world.take()) == 1


def test_a_body_replaces_the_endpoints_own(world):
    world.scraper(body={"a": 1})
    world.beat()
    world.one("select pyorch.trigger('scrape', %s)", Jsonb({"b": "{{call_id}}"}))
    assert json.loads(world.take()[0]["body"]) == {"b": "{{call_id}}"}


def test_it_passes_over_backoff_and_the_open_breaker_as_its_probe(world):
    world.scraper(max_attempts=1, breaker={"failures": 1, "cool_off": "1 day"})
    world.tick()
    world.send(500)
    world.one("select pyorch.trigger('scrape')")
    assert len(world.send(200)) == 1
    assert world.status("scrape")["breaker"] == "closed"


def test_a_busy_endpoint_is_not_called_twice(world):
    world.scraper()
    world.tick()
    assert error(world, "scrape") == "PY018"
    world.send(202)
    assert error(world, "scrape") == "PY018"


def test_two_sessions_that_trigger_at_once_make_one_call(world, connect):
    world.scraper()
    world.beat()
    first, second = connect(), connect()
    first.execute("begin")
    first.execute("select pyorch.trigger('scrape')")
    second.execute("set lock_timeout = '200ms'")
    with pytest.raises(psycopg.errors.LockNotAvailable):
        second.execute("select pyorch.trigger('scrape')")
    first.execute("commit")
    with pytest.raises(psycopg.Error) as caught:
        second.execute("select pyorch.trigger('scrape')")
    assert caught.value.sqlstate == "PY018"


def test_one_whose_snapshot_is_older_than_the_call_that_is_out_makes_no_second_one(world, connect):
    world.scraper()
    world.beat()
    old = connect()
    old.execute("begin isolation level repeatable read")
    old.execute("select from pyorch.endpoint")
    world.one("select pyorch.trigger('scrape')")
    with pytest.raises(psycopg.errors.SerializationFailure):
        old.execute("select pyorch.trigger('scrape')")


def test_without_a_live_transport_it_is_refused_with_the_way_out(world):
    world.scraper()
    with pytest.raises(psycopg.Error) as caught:
        world.one("select pyorch.trigger('scrape')")
    assert caught.value.sqlstate == "PY017" and "--direct" in caught.value.diag.message_hint


def test_paused_and_unknown_are_refused(world):
    world.scraper()
    world.beat()
    world.one("select pyorch.pause_endpoint('scrape')")
    assert error(world, "scrape") == "PY009"
    world.one("select pyorch.resume_endpoint('scrape')")
    world.one("select pyorch.pause()")
    assert error(world, "scrape") == "PY009"
    assert error(world, "none") == "PY003"


def test_what_may_not_be_sent_is_recorded_as_refused(world):
    world.scraper(headers={"apikey": "{{none}}"})
    world.beat()
    number = world.one("select pyorch.trigger('scrape')")
    assert world.call(number)["outcome"] == "refused"


def test_a_push_takes_no_body(world):
    world.queue(items=1)
    world.processor(mode="push")
    world.beat()
    with pytest.raises(psycopg.Error) as caught:
        world.one("select pyorch.trigger('process', '{}')")
    assert caught.value.sqlstate == "PY001"
