"""pyorch.enqueue: one item, in the caller's transaction."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from tests.queues import claim, complete, create, enqueue, fail, payloads, status


def test_it_is_part_of_the_callers_transaction(db, connect):
    create(db)
    other = connect(autocommit=False)
    enqueue(other, 1)
    assert claim(db) == []
    other.rollback()
    assert status(db) == (0, 0, 0)


def test_the_same_key_is_the_same_item(db):
    create(db)
    assert enqueue(db, 1, key="k") == enqueue(db, 2, key="k")
    assert payloads(claim(db, 5)) == [1]


def test_the_same_key_in_work_is_the_same_item(db):
    create(db)
    (first,) = enqueue(db, 1, key="k")
    claim(db)
    assert enqueue(db, 2, key="k") == [first]


def test_replace_takes_the_new_payload(db, clock):
    create(db, key_conflict="replace")
    (first,) = enqueue(db, 1, key="k")
    assert enqueue(db, 2, key="k", priority=3) == [first]
    assert payloads(claim(db, 5)) == [2]


def test_replace_of_one_that_waits(db, clock):
    create(db, key_conflict="replace")
    (first,) = enqueue(db, 1, key="k", run_at="2026-03-02 00:00:00+00")
    assert enqueue(db, 2, key="k") == [first]
    assert payloads(claim(db, 5)) == [2]


def test_replace_of_one_in_work_follows_it(db):
    create(db, key_conflict="replace")
    (first,) = enqueue(db, 1, key="k")
    items = claim(db)
    (second,) = enqueue(db, 2, key="k")
    assert second != first
    complete(db, items)
    assert enqueue(db, 3, key="k") == [second]
    assert payloads(claim(db, 5)) == [3]


def test_replace_keeps_the_place_in_a_group(db):
    create(db, key_conflict="replace")
    enqueue(db, "a1", group="a", key="k1")
    enqueue(db, "a2", group="a", key="k2")
    enqueue(db, "a1 new", group="a", key="k1")
    enqueue(db, "a2 new", group="a", key="k2")
    items = claim(db, 5)
    assert payloads(items) == ["a1 new"]
    complete(db, items)
    assert payloads(claim(db, 5)) == ["a2 new"]


def test_replace_can_leave_its_group(db):
    create(db, key_conflict="replace")
    enqueue(db, "a1", group="a", key="k1")
    enqueue(db, "a2", group="a")
    enqueue(db, "free", key="k1")
    assert sorted(payloads(claim(db, 5))) == ["a2", "free"]


def test_refuse_raises(db):
    create(db, key_conflict="refuse")
    enqueue(db, 1, key="k")
    with pytest.raises(psycopg.Error) as error:
        enqueue(db, 2, key="k")
    assert error.value.sqlstate == "PY014"


def test_a_key_that_waits_for_a_retry_is_still_taken(db):
    create(db)
    (first,) = enqueue(db, 1, key="k")
    fail(db, claim(db), retry_in="1 hour")
    assert enqueue(db, 2, key="k") == [first]


def test_the_same_key_from_many_sessions_is_one_item(db, connect):
    create(db)
    with ThreadPoolExecutor(6) as pool:
        ids = [ids[0] for ids in pool.map(lambda s: enqueue(s, 1, key="k"), [connect() for _ in range(6)])]
    assert len(ids) == 6
    assert len(set(ids)) == 1


def test_a_listener_hears_of_it_when_the_queue_says_so(db, connect):
    create(db, notify=True)
    listener = connect()
    listener.execute("listen pyorch_queue_q")
    enqueue(db, 1)
    heard = next(listener.notifies(timeout=90))
    assert heard.channel == "pyorch_queue_q"


@pytest.mark.parametrize("priority", [10001, -10001, None])
def test_a_priority_out_of_range_is_refused(db, priority):
    create(db)
    with pytest.raises(psycopg.Error) as error:
        enqueue(db, 1, priority=priority)
    assert error.value.sqlstate == "PY001"


def test_null_is_no_payload(db):
    create(db)
    with pytest.raises(psycopg.Error) as error:
        db.execute("select pyorch.enqueue('q', null)")
    assert error.value.sqlstate == "PY001"


def test_an_unknown_queue_is_refused(db):
    with pytest.raises(psycopg.Error) as error:
        enqueue(db, 1)
    assert error.value.sqlstate == "PY002"


@pytest.mark.parametrize("more", ["", ", key => 'k'", ", \"group\" => 'g'"])
def test_a_time_that_never_comes_is_refused_and_a_far_one_is_not(db, more):
    create(db)
    query = f"select pyorch.enqueue('q', '1', run_at => %s{more})"
    with pytest.raises(psycopg.Error) as error:
        db.execute(query, ["infinity"])
    assert error.value.sqlstate == "PY001"
    assert "infinity" in error.value.diag.message_primary and "finite" in error.value.diag.message_hint
    db.execute(query, ["9999-12-31 00:00:00+00"])
    assert claim(db) == []
