"""pyorch.pause_queue."""

import psycopg
import pytest

from tests.queues import claim, complete, create, enqueue, status


def test_claims_give_nothing_while_work_goes_on(db):
    create(db)
    enqueue(db, 1, 2)
    items = claim(db)
    db.execute("select pyorch.pause_queue('q')")
    db.execute("select pyorch.pause_queue('q')")
    assert claim(db) == []
    assert len(complete(db, items)) == 1
    assert db.execute("select paused from pyorch.queue_status").fetchone() == (True,)
    assert db.execute("select pyorch._queue_pending(pyorch._queue_id('q'))").fetchone() == (0,)
    assert status(db) == (1, 0, 0)


def test_an_unknown_queue_is_refused(db):
    with pytest.raises(psycopg.Error) as error:
        db.execute("select pyorch.pause_queue('q')")
    assert error.value.sqlstate == "PY002"


def test_another_session_in_mid_work_gets_nothing_from_the_commit_on(db, connect):
    create(db)
    enqueue(db, *range(10))
    worker = connect()
    assert all(len(claim(worker)) == 1 for _ in range(3))
    with db.transaction(force_rollback=True):
        db.execute("select pyorch.pause_queue('q')")
        assert claim(db) == []
        assert len(claim(worker)) == 1
    assert len(claim(worker)) == 1
    db.execute("select pyorch.pause_queue('q')")
    assert claim(worker) == []
    db.execute("select pyorch.resume_queue('q')")
    assert len(claim(worker)) == 1


def test_a_change_of_options_does_not_undo_it(db):
    create(db)
    enqueue(db, 1, 2)
    assert len(claim(db)) == 1
    db.execute("select pyorch.pause_queue('q')")
    db.execute("""select pyorch.alter_queue('q', '{"lease": "1 minute"}')""")
    assert claim(db) == []
    assert db.execute("select * from pyorch._queue_drift()").fetchall() == []
    db.execute("select pyorch.resume_queue('q')")
    assert len(claim(db)) == 1
    assert db.execute("select * from pyorch._queue_drift()").fetchall() == []
