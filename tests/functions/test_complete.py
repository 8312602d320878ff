"""pyorch.complete: what is done is done once."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from tests.queues import claim, complete, create, enqueue, explain, fail, payloads, receipts, release, status, unlock


def test_it_returns_what_it_accepted(db):
    create(db)
    enqueue(db, 1, 2)
    items = claim(db, 2)
    assert sorted(complete(db, items)) == sorted(receipts(items))
    assert status(db) == (0, 0, 0)


def test_a_second_time_changes_nothing(db):
    create(db)
    enqueue(db, 1)
    items = claim(db)
    complete(db, items)
    assert complete(db, items) == []


def test_the_same_receipt_twice_in_one_call_counts_once(db):
    create(db)
    enqueue(db, 1, 2)
    items = claim(db, 2)
    assert len(complete(db, [*items, *items])) == 2


@pytest.mark.parametrize("rubbish", ["", "x", "0.1.0", "1.2", "0.1.1.1", "0.99999999999999999999.1", "'; drop"])
def test_rubbish_is_stale_and_no_error(db, rubbish):
    create(db)
    enqueue(db, 1)
    (item,) = claim(db)
    assert db.execute("select pyorch.complete('q', %s)", [[rubbish]]).fetchall() == []
    got = db.execute("select pyorch.complete('q', %s)", [[rubbish, item.receipt, None]]).fetchall()
    assert got == [(item.receipt,)]


def test_a_pending_item_cannot_be_completed_by_guessing(db):
    create(db)
    enqueue(db, 1)
    assert db.execute("select pyorch.complete('q', array['0.1.0'])").fetchall() == []
    assert status(db) == (1, 0, 0)


def test_a_lease_that_merely_ran_out_is_not_stale_yet(db, clock):
    create(db, lease="1 minute")
    enqueue(db, 1)
    items = claim(db)
    clock.advance("5 minutes")
    assert complete(db, items) == receipts(items)


@pytest.mark.parametrize("how", ["unlocked", "claimed again", "released", "failed"])
def test_a_stale_receipt_changes_nothing(db, clock, how):
    create(db, lease="1 minute", backoff={"base": "0", "jitter": 0})
    enqueue(db, 1)
    stale = claim(db)
    if how in ("unlocked", "claimed again"):
        clock.advance("2 minutes")
        unlock(db)
    elif how == "released":
        db.execute("select pyorch.release('q', %s)", [receipts(stale)])
    else:
        fail(db, stale)
    if how == "claimed again":
        claim(db)
    before = status(db)
    assert complete(db, stale) == []
    assert status(db) == before


def test_strict_rolls_the_callers_work_back(db, clock):
    create(db, lease="1 minute")
    db.execute("create table work (x int)")
    enqueue(db, 1)
    stale = claim(db)
    clock.advance("2 minutes")
    unlock(db)
    with pytest.raises(psycopg.Error) as error, db.transaction():
        db.execute("insert into work values (1)")
        db.execute("select pyorch.complete('q', %s, strict => true)", [receipts(stale)])
    assert error.value.sqlstate == "PY005"
    assert stale[0].receipt in str(error.value)
    assert db.execute("select * from work").fetchall() == []


def test_strict_accepts_what_is_held(db):
    create(db)
    enqueue(db, 1)
    items = claim(db)
    got = db.execute("select pyorch.complete('q', %s, strict => true)", [receipts(items)]).fetchall()
    assert got == [(items[0].receipt,)]


def test_of_two_at_once_one_is_accepted(db, connect):
    create(db)
    enqueue(db, *range(20))
    items = claim(db, 20)
    with ThreadPoolExecutor(2) as pool:
        accepted = list(pool.map(lambda session: complete(session, items), [connect(), connect()]))
    assert sorted(accepted[0] + accepted[1]) == sorted(receipts(items))


def test_finished_items_are_kept_as_long_as_the_queue_says(db, clock):
    create(db, retention="7 days")
    (item_id,) = enqueue(db, {"n": 1})
    (item,) = claim(db)
    db.execute("select pyorch.complete('q', %s, array['{\"ok\": true}'::jsonb])", [[item.receipt]])
    assert explain(db, item_id)["status"] == "complete"
    assert db.execute("select payload, result from pyorch.done_q").fetchall() == [({"n": 1}, {"ok": True})]
    assert db.execute("select tableoid::regclass::text from pyorch.done_q").fetchone() == ("pyorch.part_q_20260301",)
    clock.advance("9 days")
    db.execute("call pyorch.maintain()")
    assert db.execute("select count(*) from pyorch.done_q").fetchone() == (0,)


def test_results_belong_to_their_receipts(db):
    create(db, retention="1 day")
    enqueue(db, 1, 2, 3)
    items = claim(db, 3)
    db.execute("select pyorch.complete('q', %s, array['\"one\"', '\"two\"', '\"three\"']::jsonb[])", [receipts(items)])
    assert db.execute("select payload, result from pyorch.done_q order by payload").fetchall() == [
        (1, "one"),
        (2, "two"),
        (3, "three"),
    ]


def test_the_key_is_free_again(db):
    create(db)
    (first,) = enqueue(db, 1, key="k")
    complete(db, claim(db))
    (second,) = enqueue(db, 2, key="k")
    assert second != first
    assert payloads(claim(db)) == [2]


def test_an_unknown_queue_is_refused(db):
    with pytest.raises(psycopg.Error) as error:
        db.execute("select pyorch.complete('nope', array['0.1.1'])")
    assert error.value.sqlstate == "PY002"


@pytest.mark.parametrize("order", [1, -1])
def test_a_stale_receipt_beside_a_good_one_of_another_claim_is_not_read_as_one_of_that(db, order):
    create(db)
    enqueue(db, 1, 2)
    (stale,) = claim(db)
    release(db, [stale])
    first, second = claim(db, 2)
    assert first.id == stale.id
    assert complete(db, [second, stale][::order]) == [second.receipt]
    assert complete(db, [first]) == [first.receipt]
