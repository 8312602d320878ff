"""pyorch.heartbeat: leases run from now again."""

import psycopg
import pytest

from tests.queues import claim, create, enqueue, receipts, unlock


def beat(db, items, lease=None):
    rows = db.execute("select pyorch.heartbeat('q', %s, %s)", [receipts(items), lease]).fetchall()
    return [row[0] for row in rows]


def test_it_keeps_an_item_from_being_unlocked(db, clock):
    create(db, lease="1 minute")
    enqueue(db, 1)
    items = claim(db)
    clock.advance("50 seconds")
    assert beat(db, items) == receipts(items)
    clock.advance("50 seconds")
    assert unlock(db) == (0, 0)
    clock.advance("20 seconds")
    assert unlock(db) == (1, 0)


def test_it_can_still_save_a_lease_that_ran_out(db, clock):
    create(db, lease="1 minute")
    enqueue(db, 1)
    items = claim(db)
    clock.advance("2 minutes")
    assert beat(db, items, "1 hour") == receipts(items)
    assert unlock(db) == (0, 0)


def test_what_is_lost_is_not_among_the_answers(db, clock):
    create(db, lease="1 minute")
    enqueue(db, 1, 2)
    items = claim(db, 2)
    db.execute("select pyorch.release('q', %s)", [[items[0].receipt]])
    assert beat(db, items) == [items[1].receipt]


def test_places_of_a_concurrency_limit_are_held_as_long(db, clock):
    create(db, lease="1 minute", concurrency=1)
    enqueue(db, 1, 2)
    items = claim(db)
    clock.advance("50 seconds")
    beat(db, items)
    clock.advance("50 seconds")
    assert claim(db) == []


def test_a_lease_of_nothing_is_refused(db):
    create(db)
    with pytest.raises(psycopg.Error) as error:
        db.execute("select pyorch.heartbeat('q', '{}', '-1 second')")
    assert error.value.sqlstate == "PY001"
