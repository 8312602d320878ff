"""pyorch.heartbeat: leases run from now again."""

import pytest

from tests.queues import (
    attached,
    claim,
    create,
    enqueue,
    intervals_know_infinity,
    native,
    receipts,
    refusal,
    unlock,
)


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


@pytest.mark.parametrize("make", [native, attached])
@pytest.mark.parametrize("lease", ["0", "-1 second", "30 days 1 microsecond", "100 years", "infinity"])
def test_a_lease_that_is_over_at_once_or_no_queue_could_have_is_refused(db, make, lease):
    if lease == "infinity" and not intervals_know_infinity(db):
        pytest.skip("an interval has no infinity before PostgreSQL 17")
    make(db)
    items = claim(db)
    state, message, hint = refusal(db, "select pyorch.heartbeat('q', %s, %s)", receipts(items), lease)
    assert (state, message.partition(":")[0]) == ("PY001", '"lease" is no interval that fits')
    assert "to 30 days" in hint


@pytest.mark.parametrize("make", [native, attached])
def test_a_lease_of_thirty_days_is_given(db, make):
    make(db)
    items = claim(db)
    assert beat(db, items, "30 days") == receipts(items)
