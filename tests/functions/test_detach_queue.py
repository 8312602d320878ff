"""pyorch.detach_queue: the mapping is forgotten, the table is not touched."""

import psycopg
import pytest

from tests.attached.shapes import SHAPES, attach, claim, fail, make, statuses

FULL = SHAPES["uuid id, enum status, all columns"]


def test_it_forgets_everything_and_touches_no_row(db):
    make(db, FULL, 3)
    items = claim(db, 2)
    fail(db, items[0][3])
    rows = "select to_jsonb(t) from import_queue t order by 1"
    before = db.execute(rows).fetchall()
    notices = []
    db.add_notice_handler(lambda notice: notices.append(notice.message_primary))
    answer = db.execute("select pyorch.detach_queue('q')").fetchone()[0]
    assert answer == {"queue": "q", "relation": "public.import_queue", "left_in_processing": 1}
    # and no word about functions that only a native queue has
    (notice,) = notices
    assert "1 items of public.import_queue stay in processing" in notice
    assert db.execute(rows).fetchall() == before
    for table in ("queue", "attached", "item_state"):
        assert db.execute(f"select count(*) from pyorch.{table}").fetchone() == (0,)
    left = "select count(*) from pg_proc where pronamespace = 'pyorch'::regnamespace and proname ~ '^_q_(?!to_)'"
    assert db.execute(left).fetchone() == (0,)
    assert db.execute("select to_regclass('pyorch.q_token_q')").fetchone() == (None,)


def test_the_table_can_be_attached_again_and_what_was_left_is_unlocked_by_age(db, clock):
    make(db, FULL, 1)
    claim(db)
    db.execute("select pyorch.detach_queue('q')")
    attach(db, "import_queue")
    clock.advance("1 hour")
    assert db.execute("select unlocked from pyorch.unlock('q')").fetchone() == (1,)
    assert statuses(db, FULL) == {"pending": 1}


def test_a_dropped_table_can_be_detached(db):
    make(db, FULL, 1, wake_trigger=True)
    db.execute("drop table import_queue")
    db.execute("select pyorch.detach_queue('q')")
    assert db.execute("select count(*) from pyorch.queue").fetchone() == (0,)


def test_a_native_or_unknown_queue_is_refused(db):
    db.execute("select pyorch.create_queue('n')")
    for queue, sqlstate in (("n", "PY001"), ("nowhere", "PY002")):
        with pytest.raises(psycopg.Error) as caught:
            db.execute("select pyorch.detach_queue(%s)", [queue])
        assert caught.value.sqlstate == sqlstate and caught.value.diag.message_hint
