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
