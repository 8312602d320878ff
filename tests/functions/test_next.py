"""pyorch.next: complete the last batch and claim the next one, in one transaction."""

import pytest

from tests.queues import (
    Item,
    attached,
    claim,
    create,
    enqueue,
    intervals_know_infinity,
    native,
    payloads,
    receipts,
    refusal,
    status,
)


def next_(db, done=(), batch=1):
    rows = db.execute("select * from pyorch.next('q', 'w', %s, %s)", [batch, list(done)]).fetchall()
    return [Item(*row) for row in rows]


def test_it_drains_a_queue_by_itself(db):
    create(db)
    enqueue(db, *range(5))
    got, done = [], []
    while items := next_(db, done, 2):
        got += payloads(items)
        done = receipts(items)
    assert got == list(range(5))
    assert status(db) == (0, 0, 0)


def test_it_is_one_transaction(db, connect):
    create(db)
    enqueue(db, 1, 2)
    items = claim(db)
    other = connect(autocommit=False)
    next_(other, receipts(items))
    other.rollback()
    assert status(db) == (1, 1, 0)


def test_a_stale_receipt_does_not_stop_it(db):
    create(db)
    enqueue(db, 1)
    assert payloads(next_(db, ["0.999.1"])) == [1]


def test_done_items_free_their_places_for_the_next(db):
    create(db, concurrency=1)
    enqueue(db, 1, 2)
    items = next_(db)
    assert payloads(next_(db, receipts(items))) == [2]


def test_a_paused_queue_still_takes_what_is_done(db):
    create(db)
    enqueue(db, 1, 2)
    items = next_(db)
    db.execute("select pyorch.pause_queue('q')")
    assert next_(db, receipts(items)) == []
    assert status(db) == (1, 0, 0)


@pytest.mark.parametrize("make", [native, attached])
@pytest.mark.parametrize("lease", ["0", "-1 second", "30 days 1 microsecond", "100 years", "infinity"])
@pytest.mark.parametrize("batch", [1, 2])
def test_a_lease_that_is_over_at_once_or_no_queue_could_have_is_refused(db, make, lease, batch):
    if lease == "infinity" and not intervals_know_infinity(db):
        pytest.skip("an interval has no infinity before PostgreSQL 17")
    make(db)
    done = receipts(claim(db))
    state, message, hint = refusal(db, "select * from pyorch.next('q', 'w', %s, %s, %s)", batch, done, lease)
    assert (state, message.partition(":")[0]) == ("PY001", '"lease" is no interval that fits')
    assert "to 30 days" in hint
    # all or nothing
    assert status(db) == (1, 1, 0)


@pytest.mark.parametrize("make", [native, attached])
def test_a_lease_of_thirty_days_is_given(db, make):
    make(db)
    for batch in (1, 2):
        query = "select * from pyorch.next('q', 'w', %s, lease => '30 days')"
        assert len(db.execute(query, [batch]).fetchall()) == 1
