"""pyorch.enqueue_batch: several items at once."""

import psycopg
import pytest

from tests.queues import claim, create, payloads


def test_ids_come_in_the_order_of_the_payloads(db):
    create(db)
    rows = db.execute("select pyorch.enqueue_batch('q', array['1', '2', '3']::jsonb[])").fetchall()
    ids = [row[0] for row in rows]
    items = claim(db, 3)
    assert payloads(items) == [1, 2, 3]
    assert [item.id for item in items] == ids


def test_each_has_its_key(db):
    create(db)
    rows = db.execute("select pyorch.enqueue_batch('q', array['1', '2', '3']::jsonb[], array['a', 'b', 'a'])")
    ids = [row[0] for row in rows.fetchall()]
    assert ids[0] == ids[2]
    assert payloads(claim(db, 5)) == [1, 2]


def test_all_share_priority_time_and_group(db, clock):
    create(db)
    db.execute(
        "select pyorch.enqueue_batch('q', array['1', '2']::jsonb[], priority => 4,"
        " run_at => pyorch._now() + interval '1 hour', \"group\" => 'g')"
    )
    assert claim(db, 5) == []
    clock.advance("61 minutes")
    assert payloads(claim(db, 5)) == [1]


def test_none_at_all_is_nothing(db):
    create(db)
    assert db.execute("select pyorch.enqueue_batch('q', '{}')").fetchall() == []


def test_keys_must_be_as_many_as_payloads(db):
    create(db)
    with pytest.raises(psycopg.Error) as error:
        db.execute("select pyorch.enqueue_batch('q', array['1', '2']::jsonb[], array['a'])")
    assert error.value.sqlstate == "PY001"


def test_a_time_that_never_comes_is_refused(db):
    create(db)
    with pytest.raises(psycopg.Error) as error:
        db.execute("select pyorch.enqueue_batch('q', array['1']::jsonb[], run_at => 'infinity')")
    assert error.value.sqlstate == "PY001"
    assert "infinity" in error.value.diag.message_primary and "finite" in error.value.diag.message_hint
