"""pyorch.set_endpoint: creates or changes an endpoint, and refuses what does not fit with a hint."""

import psycopg
import pytest
from psycopg.types.json import Jsonb


def options(world, name="scrape"):
    return world.one("select options from pyorch.endpoint where endpoint = %s", name)


def error(world, *args, **given):
    with pytest.raises(psycopg.Error) as caught:
        world.one("select pyorch.set_endpoint(%s, %s, %s, %s)", *args, Jsonb(given))
    assert caught.value.diag.message_hint
    return caught.value


def test_it_creates_an_endpoint_with_defaults(world):
    world.scraper()
    row = world.rows("select * from pyorch.endpoint")[0]
    assert (row["method"], row["max_in_flight"], row["max_attempts"], row["mode"]) == ("POST", 1, 3, "wake")
    assert str(row["timeout"]) == "0:00:05" and str(row["max_busy"]) == "0:02:30" and str(row["every"]) == "0:10:00"


def test_named_options_change_null_resets_one_and_others_stay(world):
    world.scraper(every="1 hour", max_attempts=7)
    world.scraper(max_attempts=None, timeout="9 seconds")
    assert options(world) == {"every": "1 hour", "timeout": "9 seconds"}
    row = world.rows("select every, max_attempts from pyorch.endpoint")[0]
    assert str(row["every"]) == "1:00:00" and row["max_attempts"] == 3


def test_a_change_keeps_what_failures_have_built_up(world):
    world.scraper(max_attempts=1, breaker={"failures": 1})
    world.tick()
    world.send(500)
    world.scraper(url="https://other.example.com")
    assert world.status("scrape")["breaker"] == "open"


def test_one_schedule_replaces_the_other(world):
    world.scraper(every="1 hour")
    world.scraper(cron="*/5 * * * *")
    assert options(world) == {"cron": "*/5 * * * *"}
    assert str(world.status("scrape")["next_due_at"]) == "2026-03-01 12:05:00+00:00"
    world.scraper(every="1 hour")
    assert options(world) == {"every": "1 hour"}


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"evry": "1 hour"}, "every"),
        ({"timeout": "0"}, "timeout"),
        ({"timeout": "1 hour"}, "timeout"),
        ({"timeout": "soon"}, "timeout"),
        ({"every": "10 minutes", "cron": "* * * * *"}, "exclude"),
        ({"cron": "61 * * * *"}, "cron"),
        ({"max_in_flight": 0}, "max_in_flight"),
        ({"method": "BREW"}, "BREW"),
        ({"headers": ["a"]}, "headers"),
        ({"headers": {"a": 1}}, "headers"),
        ({"headers": {"Idempotency-Key": "x"}}, "header"),
        ({"headers": {"a b": "x"}}, "header"),
        ({"success_codes": ["all"]}, "success_codes"),
        ({"breaker": {"failure": 3}}, "failures"),
        ({"backoff": {"base": "x"}}, "base"),
        ({"rate": "much"}, "rate"),
        ({"mode": "pull"}, "pull"),
        ({"mode": "push"}, "push"),
        ({"allow_http": "perhaps"}, "allow_http"),
        ({"queues": [1]}, "queues"),
        ({"queue": "x"}, "queue"),
        ({"wake_at_once": True}, "wake_at_once"),
    ],
)
def test_an_option_that_does_not_fit_is_refused_and_named(world, given, word):
    caught = error(world, "e", "scraper", "https://x.example.com", **given)
    assert caught.sqlstate in ("PY001", "PY002")
    assert word in str(caught) + (caught.diag.message_hint or "")
    assert world.one("select count(*) from pyorch.endpoint") == 0


def test_a_processor_needs_a_queue_that_exists(world):
    assert error(world, "e", "processor", "https://x.example.com").sqlstate == "PY001"
    assert error(world, "e", "processor", "https://x.example.com", queue="none").sqlstate == "PY002"


@pytest.mark.parametrize(("name", "kind"), [("", "scraper"), ("a b", "scraper"), (None, "scraper"), ("a", "worker")])
def test_name_and_kind_are_checked(world, name, kind):
    assert error(world, name, kind, "https://x.example.com").sqlstate == "PY001"


@pytest.mark.parametrize(
    "url", ["http://x.example.com", "https://10.0.0.1", "https://localhost", "ftp://x.example.com"]
)
def test_a_target_that_is_not_allowed_is_refused_when_it_is_set(world, url):
    assert error(world, "e", "scraper", url).sqlstate == "PY015"


def test_options_that_are_no_object_are_refused(world):
    with pytest.raises(psycopg.Error) as caught:
        world.one("select pyorch.set_endpoint('e', 'scraper', 'https://x.example.com', '[]')")
    assert caught.value.sqlstate == "PY001"


def test_a_queue_learns_whether_anybody_wants_to_be_woken(world):
    world.queue()
    world.processor(wake_at_once=True)
    assert world.one("select wake from pyorch.queue") is True
    world.processor(wake_at_once=None)
    assert world.one("select wake from pyorch.queue") is False
