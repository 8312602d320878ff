"""pyorch.unlock: orphans go back to pending, or to dead."""

import threading
import time

import psycopg
import pytest

from tests.queues import claim, complete, create, enqueue, explain, payloads, status, unlock


def test_it_returns_only_what_has_no_lease_any_more(db, clock):
    create(db, lease="1 minute")
    enqueue(db, 1, 2)
    claim(db)
    clock.advance("50 seconds")
    claim(db)
    clock.advance("20 seconds")
    assert unlock(db) == (1, 0)
    assert payloads(claim(db, 5)) == [1]


def test_lease_losses_are_counted_apart_and_bounded(db, clock):
    create(db, lease="1 minute", max_lease_losses=3, max_attempts=10)
    (item_id,) = enqueue(db, 1)
    for loss in range(1, 4):
        assert len(claim(db)) == 1
        clock.advance("2 minutes")
        assert unlock(db) == ((1, 0) if loss < 3 else (0, 1))
        assert explain(db, item_id)["lease_losses"] == loss
    told = explain(db, item_id)
    assert (told["status"], told["error"]) == ("failed", "lease ran out")


def test_used_up_attempts_end_an_orphan(db, clock):
    create(db, lease="1 minute", max_attempts=1)
    enqueue(db, 1)
    claim(db)
    clock.advance("2 minutes")
    assert unlock(db) == (0, 1)
    assert status(db) == (0, 0, 1)


def test_a_batch_bounds_it_and_the_next_goes_on(db, clock):
    create(db, lease="1 minute")
    enqueue(db, *range(10))
    claim(db, 10)
    clock.advance("2 minutes")
    assert [unlock(db, batch=4) for _ in range(4)] == [(4, 0), (4, 0), (2, 0), (0, 0)]
    assert payloads(claim(db, 10)) == list(range(10))


def test_it_finds_orphans_in_every_priority(db, clock):
    create(db, lease="1 minute")
    for priority in (-5, 0, 9):
        enqueue(db, priority, priority=priority)
    claim(db, 3)
    clock.advance("2 minutes")
    assert unlock(db, batch=2) == (2, 0)
    assert unlock(db, batch=2) == (1, 0)
    assert payloads(claim(db, 3)) == [9, 0, -5]


def test_it_finds_what_was_claimed_far_from_the_others(db, clock, connect):
    create(db, lease="1 minute")
    db.execute("select pyorch.enqueue_batch('q', array_agg(to_jsonb(i))) from generate_series(1, 5000) i")
    claim(db, 2000)
    claim(connect(), 2)
    clock.advance("2 minutes")
    claimed = claim(db, 10)
    assert unlock(db) == (2002, 0)
    assert complete(db, claimed) != []


def test_all_queues_are_unlocked_when_none_is_named(db, clock):
    for queue in ("a", "b"):
        create(db, queue, lease="1 minute")
        enqueue(db, 1, queue=queue)
        claim(db, queue=queue)
    clock.advance("2 minutes")
    assert db.execute("select * from pyorch.unlock()").fetchall() == [("a", 1, 0), ("b", 1, 0)]


def test_two_at_once_neither_wait_nor_count_twice(db, clock, connect):
    create(db, lease="1 minute")
    enqueue(db, *range(20))
    claim(db, 20)
    clock.advance("2 minutes")
    other = connect(autocommit=False)
    assert unlock(other, batch=5) == (5, 0)
    got = []
    thread = threading.Thread(target=lambda: got.append(unlock(db)))
    thread.start()
    thread.join(90)
    assert got == [(15, 0)]
    other.commit()
    assert status(db) == (20, 0, 0)


def test_what_committed_late_and_was_lost_is_found(db, clock, connect):
    create(db, lease="1 minute")
    late = connect(autocommit=False)
    enqueue(late, "late")
    db.execute("select pyorch.enqueue_batch('q', array_agg(to_jsonb(i))) from generate_series(1, 200) i")
    while items := claim(db, 50):
        complete(db, items)
    unlock(db)
    late.commit()
    while not claim(db):
        pass
    clock.advance("2 minutes")
    # the next look at the very start is due after 100 times the duration of the last one
    until = time.monotonic() + 300
    while (found := unlock(db)) == (0, 0) and time.monotonic() < until:
        pass
    assert found == (1, 0)


def test_it_brings_in_what_waited(db, clock):
    create(db)
    enqueue(db, 1, run_at="2026-03-01 13:00:00+00")
    clock.advance("2 hours")
    unlock(db)
    assert db.execute("select count(*) from pyorch.native_q").fetchone() == (1,)


def test_an_unknown_queue_is_refused(db):
    with pytest.raises(psycopg.Error) as error:
        unlock(db, "nope")
    assert error.value.sqlstate == "PY002"


def test_what_a_session_claims_that_remembers_an_earlier_installation_comes_back(db, clock):
    create(db, lease="1 minute")
    enqueue(db, 1)
    # position, when to look again, up to where claims are known to unlock: as a pool keeps them through a new install
    db.execute(
        "select set_config(format('pyorch.q%s_100000', queue_id), '{600,0,768,2,2,704}', false) from pyorch.queue"
    )
    claim(db)
    clock.advance("2 minutes")
    assert unlock(db) == (1, 0)


def test_of_all_queues_one_that_cannot_be_unlocked_is_a_warning_and_the_others_are(db, clock):
    create(db, lease="1 minute")
    enqueue(db, 1)
    claim(db)
    db.execute("create table public.t (id int primary key, status text, locked_at timestamptz)")
    db.execute("select pyorch.attach_queue('broken', 'public.t')")
    db.execute("alter table public.t drop column status")
    clock.advance("2 minutes")
    said = []
    db.add_notice_handler(lambda notice: said.append(notice.message_primary))
    rows = db.execute("select queue, unlocked, dead from pyorch.unlock()").fetchall()
    assert rows == [("broken", 0, 0), ("q", 1, 0)]
    assert any('queue "broken" cannot be unlocked: ' in text for text in said)
    with pytest.raises(psycopg.errors.UndefinedColumn):
        db.execute("select pyorch.unlock('broken')")
