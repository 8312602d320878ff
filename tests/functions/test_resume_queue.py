"""pyorch.resume_queue."""

import psycopg
import pytest

from tests.queues import claim, complete, create, enqueue, status


def test_claims_give_items_again(db):
    create(db)
    enqueue(db, 1)
    db.execute("select pyorch.pause_queue('q')")
    db.execute("select pyorch.resume_queue('q')")
    assert len(complete(db, claim(db))) == 1
    assert status(db) == (0, 0, 0)


def test_an_unknown_queue_is_refused(db):
    with pytest.raises(psycopg.Error) as error:
        db.execute("select pyorch.resume_queue('q')")
    assert error.value.sqlstate == "PY002"
