"""wake_trigger: the one thing that pyorch adds to a table, and only on request."""

from tests.attached.shapes import SHAPES, make, put

FULL = SHAPES["uuid id, enum status, all columns"]
TRIGGERS = "select count(*) from pg_trigger where tgrelid = 'import_queue'::regclass"


def test_it_is_there_only_when_asked_for_and_goes_on_request(db):
    make(db, FULL, 0, wake_trigger=True)
    assert db.execute(TRIGGERS).fetchone() == (1,)
    db.execute("select pyorch.alter_queue('q', '{\"wake_trigger\": false}')")
    assert db.execute(TRIGGERS).fetchone() == (0,)
    db.execute("select pyorch.alter_queue('q', '{\"wake_trigger\": true}')")
    db.execute("select pyorch.detach_queue('q')")
    assert db.execute(TRIGGERS).fetchone() == (0,)


def test_it_never_raises_in_the_users_statement(db):
    make(db, FULL, 0, wake_trigger=True)
    db.execute("update pyorch.queue set wake = true")
    db.execute("alter function pyorch._wake(integer) rename to _wake_elsewhere")
    put(db, FULL, 2)
    assert db.execute("select count(*) from import_queue").fetchone() == (2,)


def test_it_wakes_once_a_queue_is_drained_at_once(db):
    make(db, FULL, 0, wake_trigger=True)
    db.execute("create table woken (queue_id int)")
    db.execute(
        "create or replace function pyorch._wake(p_queue_id integer) returns void language plpgsql"
        " security definer set search_path = '' as $$ begin insert into public.woken values (p_queue_id); end $$"
    )
    put(db, FULL, 1)
    assert db.execute("select count(*) from woken").fetchone() == (0,)
    db.execute("update pyorch.queue set wake = true")
    put(db, FULL, 1)
    assert db.execute("select * from woken").fetchall() == [(1,)]
