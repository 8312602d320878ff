"""Real sessions at once: nothing is lost, nothing is done twice, nothing waits."""

import json
import random
import threading
import time

import psycopg
import pytest

from tests.attached.shapes import SHAPES, claim, complete, fail, make, release, states, statuses, unlock

shapes = pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
FULL = SHAPES["uuid id, enum status, all columns"]


def together(*works):
    """Run functions in threads; raise what any of them raised."""
    faults = []

    def run(work):
        try:
            work()
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(240)
    if faults:
        raise faults[0]
    assert not any(thread.is_alive() for thread in threads)


@shapes
def test_every_item_is_done_exactly_once_by_workers_that_also_fail_release_and_forget(db, connect, shape):
    make(
        db,
        shape,
        120,
        backoff={"base": "1 millisecond", "cap": "2 milliseconds"},
        max_attempts=1000,
        max_lease_losses=1000,
        lease="1 second",
    )
    done: list[str] = []
    stop = threading.Event()

    def work(seed):
        session, rng = connect(), random.Random(seed)
        while not stop.is_set():
            items = claim(session, rng.choice([1, 1, 3, 10]), f"w{seed}")
            for item in items:
                turn = rng.random()
                if turn < 0.1:
                    fail(session, item[3])
                elif turn < 0.2:
                    release(session, item[3])
                elif turn < 0.25:
                    # its worker is lost: the lease is over at once
                    session.execute(
                        "update pyorch.item_state set lease_until = now() where item_id = %s and token ="
                        " split_part(%s, '-', 2)::bigint",
                        [item[0], item[3]],
                    )
                else:
                    done.extend(item[0] for _ in complete(session, item[3]))

    def sweep():
        session = connect()
        end = time.monotonic() + 200
        while len(done) < 120 and time.monotonic() < end:
            unlock(session)
            time.sleep(0.01)
        stop.set()

    together(*(lambda seed=seed: work(seed) for seed in range(4)), sweep)
    assert len(done) == len(set(done)) == 120
    assert statuses(db, shape) == {"complete": 120}
    assert states(db) == {}


def test_a_group_is_never_in_work_twice_and_in_order(db, connect):
    db.execute(
        "create table t (id bigint generated always as identity primary key, status text default 'pending',"
        " customer int)"
    )
    db.execute("insert into t (customer) select i % 5 from generate_series(1, 100) i")
    db.execute("""select pyorch.attach_queue('q', 't', '{"columns": {"group": "customer"}}')""")
    db.execute("create table history (n bigint generated always as identity, customer int, id bigint, what text)")

    def work():
        session = connect()
        empty = 0
        while empty < 20:
            items = claim(session, 2)
            empty = empty + 1 if not items else 0
            for item in items:
                session.execute(
                    "insert into history (customer, id, what) values (%s, %s, 'begin')", [item[1]["customer"], item[0]]
                )
                session.execute(
                    "insert into history (customer, id, what) values (%s, %s, 'end')", [item[1]["customer"], item[0]]
                )
                complete(session, item[3])

    together(*[work] * 4)
    for customer in range(5):
        rows = db.execute("select id, what from history where customer = %s order by n", [customer]).fetchall()
        assert rows == [(i, what) for i in sorted({row[0] for row in rows}) for what in ("begin", "end")]
    assert db.execute("select count(*) from t where status = 'complete'").fetchone() == (100,)


def grouped(db, **options):
    db.execute("create table t (id int primary key, status text default 'pending', customer text)")
    db.execute("insert into t values (2, 'pending', 'ada'), (3, 'pending', 'bob'), (4, 'pending', null)")
    db.execute("select pyorch._attach_checked('q', 't', %s)", [json.dumps({"group": "customer", **options})])


@pytest.mark.parametrize("batch", [1, 9])
def test_an_earlier_item_of_a_group_waits_for_a_claim_that_has_not_committed(db, connect, batch):
    grouped(db)
    first, second = connect(autocommit=False), connect()
    assert [item[0] for item in claim(first)] == ["2"]
    db.execute("insert into t values (1, 'pending', 'ada')")
    assert [item[0] for item in claim(second, batch)] == ["3", "4"][:batch], "others are not held up"
    first.commit()
    rest = claim(second, 9)
    assert "1" not in [item[0] for item in rest]
    db.execute("update t set status = 'complete' where id = 2")
    assert [item[0] for item in claim(second, batch)] == ["1"]


def test_a_claim_of_a_group_that_commits_during_a_look_is_seen_by_the_second_look(db, connect):
    # a condition that waits: a look has its snapshot and does not go on
    db.execute(
        "create function gate(id int) returns boolean language plpgsql as $$ begin"
        " if id = 1 then perform pg_advisory_xact_lock_shared(4711); end if; return true; end $$"
    )
    grouped(db, where="public.gate(id)")
    first, second, gate = connect(autocommit=False), connect(), connect()
    assert [item[0] for item in claim(first)] == ["2"]
    db.execute("delete from t where id > 2")
    db.execute("insert into t values (1, 'pending', 'ada')")
    gate.execute("select pg_advisory_lock(4711)")

    def open_the_gate():
        waiting = "select count(*) from pg_locks where locktype = 'advisory' and objid = 4711 and not granted"
        while db.execute(waiting).fetchone() == (0,):
            time.sleep(0.01)
        first.commit()
        gate.execute("select pg_advisory_unlock(4711)")

    got = []
    together(lambda: got.extend(claim(second)), open_the_gate)
    assert got == []


def test_a_row_that_somebody_holds_is_waited_for_by_nobody(db, connect, clock):
    make(db, FULL, 3)
    first = claim(db)
    clock.advance("1 hour")
    holder = connect(autocommit=False)
    holder.execute("select * from import_queue where payload in ('1', '2') for update")
    db.execute("set lock_timeout = '100ms'")
    assert unlock(db) == (0, 0)
    assert [item[1] for item in claim(db, 3)] == [3]
    assert statuses(db, FULL) == {"pending": 1, "processing": 2}, "the held orphan is left for the next time"
    holder.rollback()
    assert unlock(db) == (1, 0)
    assert complete(db, first[0][3]) == []


def test_a_table_that_somebody_alters_stops_neither_unlock_nor_depth(db, connect, clock):
    make(db, FULL, 3)
    claim(db)
    clock.advance("1 hour")
    holder = connect(autocommit=False)
    holder.execute("alter table import_queue add column more int")
    db.execute("set lock_timeout = '100ms'")
    assert unlock(db) == (0, 0)
    assert db.execute("select estimated from pyorch._queue_depth(1)").fetchone() == (True,)
    holder.rollback()
    assert unlock(db) == (1, 0)


def test_complete_races_with_unlock_and_only_one_wins(db, connect, clock):
    make(db, FULL, 60, max_attempts=1000, max_lease_losses=1000)
    accepted: list[str] = []
    for _ in range(3):
        receipts = [item[3] for item in claim(db, 60)]
        clock.advance("1 hour")
        left, right = connect(), connect()
        clock.set(clock.now)
        together(lambda: unlock(left), lambda: accepted.extend(complete(right, *receipts)))  # noqa: B023
    done = db.execute("select count(*) from import_queue where status = 'complete'").fetchone()[0]
    assert done == len(accepted)
    assert statuses(db, FULL).get("processing", 0) == 0


def test_a_claim_that_is_rolled_back_leaves_the_item(db, connect):
    make(db, FULL, 1)
    session = connect(autocommit=False)
    (lost,) = claim(session)
    assert claim(db) == []
    session.rollback()
    (item,) = claim(db)
    assert item[2] == 1
    assert complete(db, lost[3]) == []


def test_strict_completion_rolls_back_the_callers_own_writes(db, connect, clock):
    make(db, FULL, 1)
    db.execute("create table vehicle (id int)")
    (stale,) = claim(db)
    clock.advance("1 hour")
    unlock(db)
    claim(db)
    session = connect(autocommit=False)
    session.execute("insert into vehicle values (1)")
    with pytest.raises(psycopg.Error) as caught:
        session.execute("select pyorch.complete('q', %s, strict => true)", [[stale[3]]])
    assert caught.value.sqlstate == "PY005"
    session.rollback()
    assert db.execute("select count(*) from vehicle").fetchone() == (0,)


def test_uninstall_returns_what_is_in_work(db):
    make(db, FULL, 4)
    items = claim(db, 3)
    fail(db, items[0][3], permanent=True)
    assert db.execute("select pyorch._return_attached()").fetchone()[0] == {"q": 2}
    assert statuses(db, FULL) == {"pending": 3, "failed": 1}


def test_uninstall_passes_over_a_table_whose_column_is_gone_and_finds_one_that_was_renamed(db):
    make(db, FULL, 4)
    claim(db, 3)
    db.execute("alter table import_queue rename to moved")
    db.execute("create table broken (id int primary key, status text default 'pending')")
    db.execute("select pyorch.attach_queue('broken', 'broken')")
    db.execute("alter table broken drop column status")
    answer = db.execute("select pyorch._return_attached()").fetchone()[0]
    assert answer["q"] == 3
    assert "status" in answer["broken"]
    db.execute("alter table moved rename to import_queue")
    assert statuses(db, FULL) == {"pending": 4}
