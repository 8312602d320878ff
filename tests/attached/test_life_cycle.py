"""Every shape of table goes through every step of an item's life."""

import pytest

from tests.attached.shapes import (
    SHAPES,
    claim,
    complete,
    fail,
    heartbeat,
    make,
    put,
    release,
    states,
    statuses,
    unlock,
)

shapes = pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())


@shapes
def test_attaching_finds_id_status_and_words(db, shape):
    answer = make(db, shape)
    mapping = answer["mapping"]
    assert mapping["columns"]["status"] == shape.status.strip('"')
    assert mapping["columns"]["id"] == shape.id.strip('"')
    assert tuple(mapping["statuses"][w] for w in ("pending", "processing", "complete", "failed")) == shape.words


@shapes
def test_attaching_changes_nothing_in_the_table(db, shape):
    db.execute(shape.ddl)
    put(db, shape, 3)
    look = """
      select (select array_agg(to_jsonb(a) - 'attrelid' order by attnum) from pg_attribute a where attrelid = t.oid),
             (select count(*) from pg_index where indrelid = t.oid),
             (select count(*) from pg_trigger where tgrelid = t.oid),
             (select count(*) from pg_constraint where conrelid = t.oid),
             (select reloptions from pg_class where oid = t.oid)
        from (select %s::regclass::oid as oid) t"""
    rows = f"select to_jsonb(t) from {shape.table} t order by 1"
    before = db.execute(look, [shape.table]).fetchall(), db.execute(rows).fetchall()
    db.execute("select pyorch.attach_queue('q', %s)", [shape.table])
    assert (db.execute(look, [shape.table]).fetchall(), db.execute(rows).fetchall()) == before


@shapes
def test_items_are_claimed_and_completed_once(db, shape):
    make(db, shape, 5)
    first = claim(db)
    rest = claim(db, 10)
    assert len(first) == 1 and len(rest) == 4
    assert len({row[0] for row in first + rest}) == 5
    assert claim(db) == []
    assert statuses(db, shape) == {"processing": 5} and states(db) == ({} if shape.fenced else {"working": 5})
    receipts = [row[3] for row in first + rest]
    assert complete(db, receipts[0]) == [receipts[0]]
    assert sorted(complete(db, *receipts)) == sorted(receipts[1:])
    assert complete(db, *receipts) == []
    assert statuses(db, shape) == {"complete": 5} and states(db) == {}


@shapes
def test_the_first_attempt_is_one_and_grows_with_each_failure_until_the_item_is_dead(db, clock, shape):
    make(db, shape, 1, max_attempts=3, backoff={"base": "1 minute", "jitter": 0})
    for attempt, status in ((1, "pending"), (2, "pending"), (3, "failed")):
        (item,) = claim(db)
        assert item[2] == attempt
        assert fail(db, item[3]) == [(item[3], status)]
        assert claim(db) == [], "it waits for its backoff"
        clock.advance("10 minutes")
    assert statuses(db, shape) == {"failed": 1} and states(db) == {"dead": 1}
    assert db.execute("select pyorch.redrive('q')").fetchone() == (1,)
    (item,) = claim(db)
    assert item[2] == 1, "a dead letter that was sent back has all its attempts again"
    assert complete(db, item[3]) == [item[3]]


@shapes
def test_release_costs_no_attempt_and_leaves_no_state(db, shape):
    make(db, shape, 2)
    for batch in (1, 2):
        items = claim(db, batch)
        assert [item[2] for item in items] == [1] * batch
        receipts = [item[3] for item in items]
        assert sorted(release(db, *receipts)) == sorted(receipts)
        assert release(db, *receipts) == []
        assert statuses(db, shape) == {"pending": 2} and states(db) == {}


@shapes
def test_release_after_a_failure_keeps_the_attempts_that_count(db, clock, shape):
    make(db, shape, 1)
    fail(db, claim(db)[0][3])
    clock.advance("1 hour")
    (item,) = claim(db)
    assert item[2] == 2
    release(db, item[3])
    assert claim(db)[0][2] == 2


@shapes
def test_orphans_return_after_their_lease_and_their_old_receipt_is_void(db, clock, shape):
    make(db, shape, 3, lease="10 minutes")
    old = claim(db, 3)
    kept = old[0][3]
    clock.advance("9 minutes")
    assert unlock(db) == (0, 0)
    assert heartbeat(db, kept) == [kept]
    clock.advance("2 minutes")
    assert unlock(db) == (2, 0)
    assert statuses(db, shape) == {"pending": 2, "processing": 1}
    new = claim(db, 3)
    assert len(new) == 2 and all(item[2] == 2 for item in new)
    assert complete(db, *(item[3] for item in old)) == [kept]
    assert fail(db, old[1][3]) == [] and release(db, old[1][3]) == [] and heartbeat(db, old[1][3]) == []
    assert statuses(db, shape) == {"complete": 1, "processing": 2}


@shapes
def test_a_lease_that_ran_out_is_not_stale_before_it_is_unlocked(db, clock, shape):
    make(db, shape, 1)
    (item,) = claim(db)
    clock.advance("1 day")
    assert complete(db, item[3]) == [item[3]]


@shapes
def test_an_item_that_loses_lease_after_lease_is_dead(db, clock, shape):
    make(db, shape, 1, max_lease_losses=2)
    claim(db)
    clock.advance("1 hour")
    assert unlock(db) == (1, 0)
    claim(db)
    clock.advance("1 hour")
    assert unlock(db) == (0, 1)
    assert statuses(db, shape) == {"failed": 1} and states(db) == {"dead": 1}


@shapes
def test_a_permanent_failure_is_dead_at_once(db, shape):
    make(db, shape, 2)
    items = claim(db, 2)
    assert fail(db, items[0][3], permanent=True) == [(items[0][3], "failed")]
    assert statuses(db, shape) == {"failed": 1, "processing": 1}
    assert db.execute("select pyorch.redrive('q', %s)", [[items[0][0], "no such id", None]]).fetchone() == (1,)
    assert statuses(db, shape) == {"pending": 1, "processing": 1}


@shapes
def test_depth_counts_and_explain_tells(db, shape):
    make(db, shape, 4)
    items = claim(db, 2)
    fail(db, items[0][3], error="the page is gone", permanent=True)
    depth = db.execute("select pending, processing, dead, estimated from pyorch._queue_depth(1)").fetchone()
    assert depth == (2, 1, 1, False)
    assert db.execute("select pyorch._queue_pending(1), pyorch._queue_pending(1, 1)").fetchone() == (2, 1)
    dead = db.execute("select pyorch.explain_item('q', %s)", [items[0][0]]).fetchone()[0]
    assert (dead["status"], dead["attempts"], dead["error"]) == ("failed", 1, "the page is gone")
    held = db.execute("select pyorch.explain_item('q', %s)", [items[1][0]]).fetchone()[0]
    assert held["status"] == "processing" and not held["claimable"]
    assert held["lease_until"] is not None and held["why"] == "a worker has it until lease_until"
    assert held.get("worker") == ("w" if shape.named or not shape.fenced else None)


@shapes
def test_items_in_work_are_known_until_they_are_done(db, clock, shape):
    make(db, shape, 1)
    in_work = "select pyorch._queue_in_work(1, %s, %s)"
    token = db.execute("select pyorch._queue_token(1)").fetchone()[0]
    since = clock.now
    clock.advance("1 second")
    assert db.execute(in_work, [token, since]).fetchone() == (False,)
    (item,) = claim(db)
    assert db.execute("select pyorch._queue_token(1)").fetchone()[0] > token
    assert db.execute(in_work, [token, since]).fetchone() == (True,)
    clock.advance("1 second")
    assert db.execute(in_work, [token + 1000, clock.now]).fetchone() == (False,)
    complete(db, item[3])
    assert db.execute(in_work, [token, since]).fetchone() == (False,)


@shapes
def test_garbage_and_foreign_receipts_change_nothing(db, shape):
    make(db, shape, 1)
    (item,) = claim(db)
    for receipt in (
        "",
        "x",
        "1-1",
        item[3] + "x",
        "9" + item[3],
        item[3].replace("1-", "2-", 1),
        "1-99999999999999999999-a",
    ):
        assert complete(db, receipt) == [] and complete(db, receipt, receipt) == []
        assert fail(db, receipt) == [] and release(db, receipt) == [] and heartbeat(db, receipt) == []
    assert statuses(db, shape) == {"processing": 1}
