"""pyorch.fail: tried again later, or dead with its history."""

import pytest

from tests.queues import (
    attached,
    claim,
    create,
    enqueue,
    explain,
    fail,
    intervals_know_infinity,
    native,
    payloads,
    receipts,
    refusal,
    status,
)


def test_it_waits_for_the_backoff_of_the_queue(db, clock):
    create(db, backoff={"base": "1 minute", "factor": 3, "cap": "5 minutes", "jitter": 0})
    enqueue(db, 1)
    for wait in ("1 minute", "3 minutes", "5 minutes"):
        assert fail(db, claim(db)) == ["pending"]
        clock.advance(wait)
        clock.advance("-1 second")
        assert claim(db) == []
        clock.advance("2 seconds")
    assert [item.attempt for item in claim(db)] == [4]


def test_an_own_retry_time_wins(db, clock):
    create(db)
    enqueue(db, 1)
    fail(db, claim(db), retry_in="2 hours")
    clock.advance("119 minutes")
    assert claim(db) == []
    clock.advance("2 minutes")
    assert payloads(claim(db)) == [1]


def test_at_once_is_at_once(db):
    create(db)
    enqueue(db, 1, 2)
    fail(db, claim(db), retry_in="0")
    assert payloads(claim(db)) == [1]


def test_used_up_attempts_are_the_end(db):
    create(db, max_attempts=2)
    (item_id,) = enqueue(db, 1)
    assert fail(db, claim(db), "first", retry_in="0") == ["pending"]
    assert fail(db, claim(db, worker="w2"), "second", retry_in="0") == ["failed"]
    assert claim(db) == []
    assert status(db) == (0, 0, 1)
    told = explain(db, item_id)
    assert (told["status"], told["error"], told["attempts"]) == ("failed", "second", 2)
    assert [(h["attempt"], h["error"], h["worker"]) for h in told["history"]] == [
        (1, "first", "w"),
        (2, "second", "w2"),
    ]


def test_a_permanent_failure_is_the_end_at_once(db):
    create(db)
    enqueue(db, 1)
    assert fail(db, claim(db), permanent=True) == ["failed"]


def test_history_is_bounded(db):
    create(db, max_attempts=1000)
    (item_id,) = enqueue(db, 1)
    for n in range(25):
        fail(db, claim(db), str(n), retry_in="0")
    history = explain(db, item_id)["history"]
    assert [h["error"] for h in history] == [str(n) for n in range(5, 25)]


def test_a_batch_gets_each_its_own_status(db):
    create(db, max_attempts=2)
    enqueue(db, "old")
    fail(db, claim(db), retry_in="0")
    enqueue(db, "new")
    items = claim(db, 2)
    rows = db.execute("select * from pyorch.fail('q', %s, 'x')", [receipts(items)]).fetchall()
    assert dict(rows) == {items[0].receipt: "failed", items[1].receipt: "pending"}


def test_a_stale_receipt_changes_nothing(db):
    create(db)
    enqueue(db, 1)
    items = claim(db)
    fail(db, items, retry_in="0")
    assert fail(db, items) == []
    assert status(db) == (1, 0, 0)


def test_a_retry_keeps_its_place_in_the_order(db):
    create(db)
    enqueue(db, 1, 2, 3)
    fail(db, claim(db), retry_in="0")
    assert payloads(claim(db, 3)) == [1, 2, 3]


def test_a_dead_item_gives_its_key_free(db):
    create(db)
    (first,) = enqueue(db, 1, key="k")
    fail(db, claim(db), permanent=True)
    assert enqueue(db, 2, key="k") != [first]


@pytest.mark.parametrize("make", [native, attached])
@pytest.mark.parametrize("wait", ["-1 second", "30 days 1 microsecond", "100 years", "infinity"])
def test_a_retry_time_that_no_backoff_could_reach_is_refused(db, make, wait):
    if wait == "infinity" and not intervals_know_infinity(db):
        pytest.skip("an interval has no infinity before PostgreSQL 17")
    make(db)
    items = claim(db)
    state, message, hint = refusal(db, "select * from pyorch.fail('q', %s, 'x', %s)", receipts(items), wait)
    assert (state, message.partition(":")[0]) == ("PY001", '"retry_in" is no interval that fits')
    assert "to 30 days" in hint
    assert fail(db, items, retry_in="30 days") == ["pending"]
