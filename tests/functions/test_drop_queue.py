"""pyorch.drop_queue: gone, with all that belonged to it."""

import psycopg
import pytest

from tests.queues import claim, complete, create, enqueue, fail


def drop(db, force=False):
    db.execute("select pyorch.drop_queue('q', %s)", [force])


def leftovers(db):
    return db.execute(
        "select relname from pg_class where relnamespace = 'pyorch'::regnamespace and relname ~ '_q(_|$)'"
        " union all select proname from pg_proc where pronamespace = 'pyorch'::regnamespace and proname ~ '^_q_(?!to_)'"
        " union all select queue from pyorch.queue"
        " union all select 'slot' from pyorch.queue_slot"
    ).fetchall()


def test_nothing_stays(db):
    create(db, retention="1 day", concurrency=2)
    enqueue(db, 1)
    complete(db, claim(db))
    drop(db)
    assert leftovers(db) == []


@pytest.mark.parametrize("state", ["pending", "in work", "waiting", "dead"])
def test_unfinished_items_are_not_lost_unasked(db, state):
    create(db)
    enqueue(db, 1, run_at="2100-01-01" if state == "waiting" else None)
    if state in ("in work", "dead"):
        items = claim(db)
        if state == "dead":
            fail(db, items, permanent=True)
    with pytest.raises(psycopg.Error) as error:
        drop(db)
    assert error.value.sqlstate == "PY006"
    drop(db, force=True)
    assert leftovers(db) == []


def test_the_name_can_be_used_again_by_sessions_that_knew_it(db):
    create(db)
    enqueue(db, *range(200))
    complete(db, claim(db, 200))
    drop(db)
    create(db)
    enqueue(db, "new")
    assert [item.payload for item in claim(db)] == ["new"]


def test_a_processor_goes_on_with_a_new_queue_of_that_name(world):
    create(world.db)
    world.processor(queue="q")
    drop(world.db)
    assert [row["subject"] for row in world.health("queue_gone")] == ["process"]
    create(world.db)
    enqueue(world.db, 1)
    assert world.health("queue_gone") == []
    assert world.tick() == ["process"]


def test_a_transaction_with_one_snapshot_is_refused(db, connect):
    create(db)
    other = connect()
    other.execute("begin isolation level repeatable read")
    with pytest.raises(psycopg.Error) as refused:
        other.execute("select pyorch.drop_queue('q')")
    assert refused.value.sqlstate == "PY006"
    other.execute("rollback")
    db.execute("select pyorch.drop_queue('q')")
