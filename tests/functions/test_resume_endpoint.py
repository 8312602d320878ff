"""pyorch.resume_endpoint."""

import psycopg
import pytest


def test_it_ends_a_pause(world):
    world.scraper()
    world.one("select pyorch.pause_endpoint('scrape')")
    world.one("select pyorch.resume_endpoint('scrape')")
    assert world.tick() == ["scrape"]


def test_it_resets_breaker_backoff_and_count(world):
    world.scraper(breaker={"failures": 1, "cool_off": "1 day"})
    world.tick()
    world.send(500)
    world.one("select pyorch.resume_endpoint('scrape')")
    status = world.status("scrape")
    assert (status["breaker"], status["failures_in_row"], status["hold_until"]) == ("closed", 0, None)
    assert world.rows("select * from pyorch._endpoint_health()") == []
    # the retry that waited goes out now
    assert len(world.take()) == 1


def test_an_unknown_one_is_refused(world):
    with pytest.raises(psycopg.Error) as caught:
        world.one("select pyorch.resume_endpoint('none')")
    assert caught.value.sqlstate == "PY003"
