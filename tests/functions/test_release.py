"""pyorch.release: back unharmed."""

from tests.queues import claim, create, enqueue, payloads, receipts


def test_it_is_pending_at_once_and_the_attempt_does_not_count(db):
    create(db)
    enqueue(db, 1, 2)
    items = claim(db)
    assert db.execute("select pyorch.release('q', %s)", [receipts(items)]).fetchall() == [(items[0].receipt,)]
    again = claim(db)
    assert payloads(again) == [1]
    assert again[0].attempt == 1


def test_a_released_receipt_is_stale(db):
    create(db)
    enqueue(db, 1)
    items = claim(db)
    db.execute("select pyorch.release('q', %s)", [receipts(items)])
    claim(db)
    assert db.execute("select pyorch.release('q', %s)", [receipts(items)]).fetchall() == []


def test_a_session_far_ahead_finds_what_was_released_behind_it(db, connect):
    create(db)
    db.execute("select pyorch.enqueue_batch('q', array_agg(to_jsonb(i))) from generate_series(1, 500) i")
    first = claim(connect())
    while claim(db, 50):
        pass
    db.execute("select pyorch.release('q', %s)", [receipts(first)])
    assert payloads(claim(db)) == [1]
