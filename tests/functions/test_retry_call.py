"""pyorch.retry_call: the same call again, as its next attempt."""

import psycopg
import pytest
from psycopg.types.json import Jsonb


def error(world, number):
    with pytest.raises(psycopg.Error) as caught:
        world.one("select pyorch.retry_call(%s)", number)
    return caught.value.sqlstate


def test_it_keeps_key_and_body_and_counts_on(world):
    world.scraper(max_attempts=1)
    world.beat()
    first = world.one("select pyorch.trigger('scrape', %s)", Jsonb({"only": "this"}))
    world.send(500)
    second = world.one("select pyorch.retry_call(%s)", first)
    (call,) = world.send(200)
    assert call["call_id"] == second and call["body"] == '{"only": "this"}'
    assert call["headers"]["Pyorch-Attempt"] == "2"
    assert call["headers"]["Idempotency-Key"] == world.call(first)["idempotency_key"]
    assert world.call(second)["outcome"] == "ok"


def test_the_first_one_retried_twice_counts_on(world):
    world.scraper(max_attempts=1)
    world.tick()
    (first,) = world.send(500)
    for _ in range(2):
        world.one("select pyorch.retry_call(%s)", first["call_id"])
        world.send(500)
    assert [c["attempt"] for c in world.calls()] == [1, 2, 3]


def test_one_that_is_open_or_busy_or_unknown_is_refused(world):
    world.scraper()
    world.tick()
    (call,) = world.take()
    assert error(world, call["call_id"]) == "PY018"
    world.report(call["call_id"], 202)
    assert error(world, call["call_id"]) == "PY018"
    assert error(world, 999) == "PY016"


def test_of_an_endpoint_that_is_gone_it_is_refused(world):
    world.scraper()
    world.tick()
    (call,) = world.send()
    world.one("select pyorch.drop_endpoint('scrape')")
    assert error(world, call["call_id"]) == "PY003"


def test_without_a_live_transport_it_is_refused(world):
    world.scraper()
    world.tick()
    (call,) = world.send()
    world.clock.advance("1 minute")
    assert error(world, call["call_id"]) == "PY017"
