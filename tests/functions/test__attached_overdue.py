"""pyorch._attached_overdue(): items of the user's table that hang in work while nobody unlocks."""

import pytest

TABLE = """
create table public.imports (id int primary key, status text not null, attempts int default 0, locked_at timestamptz,
  updated_at timestamptz)
"""


@pytest.fixture
def overdue(db, clock):
    db.execute(TABLE)
    db.execute("insert into public.imports select n, 'pending' from generate_series(1, 5) n")
    db.execute("select pyorch.attach_queue('imports', 'public.imports')")
    return lambda: db.execute("select code, subject, evidence from pyorch._attached_overdue(pyorch._now())").fetchall()


def test_a_healthy_queue_has_none(db, overdue, clock):
    db.execute("select pyorch.claim('imports', 'w', 2)")
    assert overdue() == []


def test_items_whose_lease_ran_out_a_while_ago_are_found(db, overdue, clock):
    db.execute("select pyorch.claim('imports', 'w', 2)")
    clock.advance("15 minutes 30 seconds")
    assert overdue() == []
    clock.advance("1 minute")
    ((code, subject, evidence),) = overdue()
    assert (code, subject) == ("orphans", "imports") and "at least 2 items" in evidence


def test_items_that_other_code_left_in_processing_are_found(db, overdue, clock):
    db.execute("update public.imports set status = 'processing', locked_at = pyorch._now() where id < 4")
    assert overdue() == []
    clock.advance("17 minutes")
    assert "at least 3 items" in overdue()[0][2]
    db.execute("select pyorch.unlock()")
    assert overdue() == []


def test_without_locked_at_the_time_of_the_last_change_tells(db, overdue, clock):
    db.execute("update public.imports set status = 'processing', updated_at = pyorch._now() where id = 1")
    clock.advance("17 minutes")
    assert "at least 1 items" in overdue()[0][2]


def test_a_lock_on_the_table_is_not_waited_for(db, overdue, clock, connect):
    other = connect(autocommit=False)
    other.execute("lock table public.imports in access exclusive mode")
    assert overdue() == []
    other.rollback()
