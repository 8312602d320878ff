"""pyorch.alter_queue: only the named options change."""

import psycopg
import pytest

from tests.queues import claim, create, enqueue, fail


def alter(db, options):
    db.execute("select pyorch.alter_queue('q', %s)", [psycopg.types.json.Jsonb(options)])


def options(db):
    return db.execute("select options from pyorch.queue where queue = 'q'").fetchone()[0]


def test_the_others_stay_and_null_resets(db):
    create(db, max_attempts=2, lease="1 minute")
    alter(db, {"max_attempts": 1})
    assert options(db) == {"max_attempts": 1, "lease": "1 minute"}
    alter(db, {"lease": None})
    assert options(db) == {"max_attempts": 1}
    assert db.execute("select lease::text from pyorch.queue").fetchone() == ("00:15:00",)


def test_a_session_that_has_its_plans_follows(db):
    create(db)
    enqueue(db, 1)
    fail(db, claim(db), retry_in="0")
    alter(db, {"max_attempts": 1})
    assert fail(db, claim(db), retry_in="0") == ["failed"]


def test_a_limit_can_come_and_go(db):
    create(db)
    enqueue(db, *range(5))
    alter(db, {"concurrency": 2})
    assert len(claim(db, 5)) == 2
    alter(db, {"concurrency": None})
    assert len(claim(db, 5)) == 3


def test_retention_can_come_and_go(db):
    create(db)
    alter(db, {"retention": "2 days"})
    enqueue(db, 1)
    (item,) = claim(db)
    db.execute("select pyorch.complete('q', %s)", [[item.receipt]])
    assert db.execute("select count(*) from pyorch.done_q").fetchone() == (1,)
    alter(db, {"retention": None})
    assert db.execute("select count(*) from pyorch.done_q").fetchone() == (0,)


@pytest.mark.parametrize(("change", "state"), [({"lease": "x"}, "PY001"), ({"colour": 1}, "PY001")])
def test_a_wrong_change_changes_nothing(db, change, state):
    create(db, lease="1 minute")
    with pytest.raises(psycopg.Error) as error:
        alter(db, change)
    assert error.value.sqlstate == state
    assert options(db) == {"lease": "1 minute"}


def test_an_unknown_queue_is_refused(db):
    with pytest.raises(psycopg.Error) as error:
        alter(db, {})
    assert error.value.sqlstate == "PY002"
