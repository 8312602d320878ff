"""pyorch._nearest: what a misspelt word most likely means, or nothing."""

import psycopg
import pytest

from tests.queues import create

KNOWN = ["lease", "max_attempts", "backoff", "retention", "rate", "import_queue", "q"]


@pytest.mark.parametrize(
    ("word", "nearest"),
    [
        ("leese", "lease"),
        ("laese", "lease"),
        ("LEASE", "lease"),
        ("rat", "rate"),
        ("max_attemp", "max_attempts"),
        ("retnetion", "retention"),
        ("import_queues", "import_queue"),
        ("Q", "q"),
        # nothing like any of them, whatever is the least far
        ("x", None),
        ("", None),
        ("colour", None),
        ("timeout", None),
        ("email_queue", None),
        ("leaseleaselease", None),
        (None, None),
    ],
)
def test_only_a_near_word_is_named(db, word, nearest):
    assert db.execute("select pyorch._nearest(%s, %s)", [word, KNOWN]).fetchone() == (nearest,)


def test_of_two_that_are_near_the_nearer_one_is_named_then_the_first(db):
    known = ["mails", "mail", "nail"]
    assert db.execute("select pyorch._nearest('mial', %s), pyorch._nearest('tail', %s)", [known, known]).fetchone() == (
        "mail",
        "mail",
    )


def test_a_word_of_any_length_costs_nothing(db):
    db.execute("set statement_timeout = '5s'")
    assert db.execute("select pyorch._nearest(repeat('lease', 100000), %s)", [KNOWN]).fetchone() == (None,)


def hint(db, query, *arguments):
    with pytest.raises(psycopg.Error) as refused:
        db.execute(query, arguments)
    return refused.value.diag.message_hint


@pytest.mark.parametrize(("name", "suggestion"), [("import", 'Did you mean "imports"? '), ("emails", ""), (None, "")])
def test_an_unknown_queue(db, name, suggestion):
    assert hint(db, "select pyorch.pause_queue(%s)", name).startswith("Make one: ")
    create(db, "imports")
    said = hint(db, "select pyorch.pause_queue(%s)", name)
    assert said == suggestion + "All: select queue from pyorch.queue_status;"


@pytest.mark.parametrize(("name", "suggestion"), [("scrap", 'Did you mean "scrape"? '), ("process", ""), (None, "")])
def test_an_unknown_endpoint(db, name, suggestion):
    assert hint(db, "select pyorch.pause_endpoint(%s)", name).startswith("There is none yet. ")
    db.execute("select pyorch.set_endpoint('scrape', 'scraper', 'https://a.example/x')")
    said = hint(db, "select pyorch.pause_endpoint(%s)", name)
    assert said == suggestion + "All: select endpoint from pyorch.endpoint_status;"


@pytest.mark.parametrize(
    ("name", "suggestion"), [("budgte", 'Did you mean "budget"? '), ("colour", ""), ("concurrency", "")]
)
def test_an_unknown_option(db, name, suggestion):
    said = hint(db, "select pyorch.configure(jsonb_build_object(%s::text, 1))", name)
    assert said.startswith(suggestion + "Known: scheduler, transport, tick, budget, ")
