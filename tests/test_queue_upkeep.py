"""What stands around queues: drift of generated functions, health, the way out."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from tests.queues import claim, create, enqueue, fail, unlock


def drift(db):
    return db.execute("select queue, routine, problem from pyorch._queue_drift()").fetchall()


def health(db):
    return {row[0]: row[1] for row in db.execute("select code, severity from pyorch._health_queues()")}


def test_generated_functions_are_what_their_templates_say(db):
    create(db, "a", retention="1 day", durability="claims_may_be_lost", key_conflict="replace")
    create(db, "b", concurrency=2, rate="5/second")
    assert drift(db) == []


def test_a_change_by_hand_is_drift_and_rebuilding_mends_it(db):
    create(db)
    body = db.execute("select pg_get_functiondef('pyorch._q_pending_q(integer)'::regprocedure)").fetchone()[0]
    db.execute(body.replace("bigint := 0", "bigint := 1"))
    assert drift(db) == [("q", "pyorch._q_pending_q(integer)", "changed")]
    db.execute("drop function pyorch._q_ready_q(integer, timestamptz)")
    assert ("q", "pyorch._q_ready_q(integer, timestamp with time zone)", "missing") in [
        (queue, db.execute("select %s", [routine.replace("timestamptz", "timestamp with time zone")]).fetchone()[0], p)
        for queue, routine, p in drift(db)
    ]
    db.execute("select pyorch._rebuild_queue(pyorch._queue_id('q'))")
    assert drift(db) == []


def test_what_belongs_to_no_queue_is_drift(db):
    db.execute("create function pyorch._q_claim_gone() returns int language sql as 'select 1'")
    assert drift(db) == [(None, "pyorch._q_claim_gone()", "belongs to no queue")]


def test_a_healthy_queue_says_nothing(db):
    create(db)
    enqueue(db, 1)
    claim(db)
    assert health(db) == {}


def test_orphans_that_nobody_unlocks_are_critical(db, clock):
    create(db, lease="1 minute")
    enqueue(db, 1)
    claim(db)
    clock.advance("1 minute")
    assert health(db) == {}
    clock.advance("2 minutes")
    assert health(db) == {"orphans": "critical"}
    unlock(db)
    assert health(db) == {}


def test_dead_letters_pauses_and_missed_objectives_are_told(db, clock):
    create(db, objective={"oldest_pending": "1 hour"}, max_attempts=1)
    enqueue(db, 1, 2)
    fail(db, claim(db))
    clock.advance("2 hours")
    assert health(db) == {"dead_letters": "warning", "objective_missed": "warning"}
    db.execute("select pyorch.pause_queue('q')")
    assert health(db) == {"dead_letters": "warning", "queue_paused": "warning"}


def test_uninstall_is_refused_while_items_are_unfinished(db):
    create(db)
    assert db.execute("select pyorch._uninstall_prepare(false)").fetchone() == ({},)
    enqueue(db, 1)
    with pytest.raises(psycopg.Error) as error:
        db.execute("select pyorch._uninstall_prepare(false)")
    assert error.value.sqlstate == "PY006"
    assert db.execute("select pyorch._uninstall_prepare(true)").fetchone() == ({},)


def test_the_status_of_a_queue_can_be_seen_by_a_viewer(db, connect):
    create(db)
    enqueue(db, 1)
    viewer = connect()
    viewer.execute("set role pyorch_viewer")
    assert viewer.execute("select queue, pending from pyorch.queue_status").fetchall() == [("q", 1)]


def test_in_work_is_told_by_the_claim_counter(db):
    create(db)
    enqueue(db, 1, 2)
    (queue_id,) = db.execute("select pyorch._queue_id('q')").fetchone()
    token = "select pyorch._queue_token(%s)"
    (before,) = db.execute(token, [queue_id]).fetchone()
    items = claim(db)
    (after,) = db.execute(token, [queue_id]).fetchone()
    assert after > before
    in_work = "select pyorch._queue_in_work(%s, %s, now())"
    assert db.execute(in_work, [queue_id, before]).fetchone() == (True,)
    assert db.execute(in_work, [queue_id, after]).fetchone() == (False,)
    db.execute("select pyorch.complete('q', %s)", [[item.receipt for item in items]])
    assert db.execute(in_work, [queue_id, before]).fetchone() == (False,)


def test_every_queue_is_led_to_its_own_function(db):
    names = [f"q{n}" for n in range(9)]
    for name in names:
        create(db, name)
        enqueue(db, name, queue=name)
    db.execute("select pyorch.drop_queue('q4', true)")
    for name in names[:4] + names[5:]:
        (item,) = claim(db, queue=name)
        assert item.payload == name
        assert db.execute("select pyorch.complete(%s, %s)", [name, [item.receipt]]).fetchall() == [(item.receipt,)]
    assert drift(db) == []


def test_a_queue_that_the_way_does_not_know_yet_is_found_by_its_name(db):
    create(db)
    create(db, "other")
    db.execute("select pyorch._rebuild_dispatch('q')")
    enqueue(db, 1)
    (item,) = claim(db)
    assert db.execute("select pyorch.complete('q', %s)", [[item.receipt]]).fetchall() == [(item.receipt,)]
    assert {problem for _, _, problem in drift(db)} == {"changed"}


def test_queues_made_at_the_same_time_are_all_known(db, connect):
    sessions = [connect() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda s: [create(s, f"q{s.info.backend_pid}_{n}") for n in range(3)], sessions))
    assert drift(db) == []
