"""pyorch.claim: the next items, each to one worker, the most important and the oldest first."""

import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from tests.queues import (
    Item,
    attached,
    claim,
    complete,
    create,
    enqueue,
    explain,
    fail,
    heartbeat,
    intervals_know_infinity,
    native,
    payloads,
    receipts,
    refusal,
    release,
    status,
    unlock,
)


def test_it_takes_the_oldest_first(db):
    create(db)
    enqueue(db, 1, 2, 3)
    assert payloads(claim(db, 2)) == [1, 2]
    assert payloads(claim(db, 2)) == [3]
    assert claim(db) == []


def test_a_larger_priority_goes_first(db):
    create(db)
    enqueue(db, "low", priority=-3)
    enqueue(db, "plain")
    enqueue(db, "high", priority=7)
    assert payloads(claim(db, 10)) == ["high", "plain", "low"]


def test_a_priority_that_is_new_is_seen_at_once(db):
    create(db)
    enqueue(db, 1, 2)
    claim(db)
    enqueue(db, "urgent", priority=5)
    assert payloads(claim(db)) == ["urgent"]


def test_each_item_comes_with_its_lease_and_attempt(db, clock):
    create(db, lease="10 minutes")
    enqueue(db, {"a": 1})
    (item,) = claim(db)
    assert item.attempt == 1
    assert db.execute("select %s - pyorch._now() = '10 minutes'", [item.lease_until]).fetchone() == (True,)
    enqueue(db, 2)
    (other,) = claim(db, lease="1 minute")
    assert db.execute("select %s - pyorch._now() = '1 minute'", [other.lease_until]).fetchone() == (True,)


def test_an_expired_lease_is_not_claimable_before_unlock(db, clock):
    create(db, lease="1 minute")
    enqueue(db, 1)
    claim(db)
    clock.advance("2 minutes")
    assert claim(db) == []
    assert unlock(db) == (1, 0)
    assert [item.attempt for item in claim(db)] == [2]


def test_a_paused_queue_gives_nothing(db):
    create(db)
    enqueue(db, 1)
    db.execute("select pyorch.pause_queue('q')")
    assert claim(db) == []
    db.execute("select pyorch.resume_queue('q')")
    assert payloads(claim(db)) == [1]


def test_what_waits_for_its_time_comes_when_it_is_due(db, clock):
    create(db)
    enqueue(db, "later", run_at="2026-03-01 13:00:00+00")
    enqueue(db, "now")
    assert payloads(claim(db, 5)) == ["now"]
    clock.advance("2 hours")
    assert payloads(claim(db, 5)) == ["later"]


def test_sessions_never_get_the_same_item(db, connect):
    create(db)
    db.execute("select pyorch.enqueue_batch('q', array_agg(to_jsonb(i))) from generate_series(1, 600) i")

    def drain(session: psycopg.Connection) -> list[Item]:
        got: list[Item] = []
        while len(got) < 600:
            some = claim(session, 1 + len(got) % 3)
            if not some:
                break
            got += some
        return got

    sessions = [connect() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        drained = [item for got in pool.map(drain, sessions) for item in got]
    # a session that lost every race may have found nothing for once: the rest is still there
    drained += claim(db, 1000)
    assert sorted(payloads(drained)) == list(range(1, 601))
    assert len(set(receipts(drained))) == 600


def test_a_claim_passes_over_what_another_transaction_holds(db, connect):
    create(db)
    enqueue(db, 1, 2)
    other = connect(autocommit=False)
    assert payloads(claim(other)) == [1]
    assert payloads(claim(db)) == [2]
    other.rollback()
    assert payloads(claim(other)) == [1]
    other.commit()


def test_a_rolled_back_claim_never_was(db, connect):
    create(db)
    enqueue(db, 1, 2, 3)
    other = connect(autocommit=False)
    (item,) = claim(other)
    other.rollback()
    assert complete(db, [item]) == []
    assert payloads(claim(db, 3)) == [1, 2, 3]


def test_what_commits_late_behind_the_others_is_found(db, connect):
    create(db)
    late = connect(autocommit=False)
    enqueue(late, "late")
    db.execute("select pyorch.enqueue_batch('q', array_agg(to_jsonb(i))) from generate_series(1, 300) i")
    while claim(db, 50):
        pass
    late.commit()
    found = []
    while not found:
        found = claim(db)
    assert payloads(found) == ["late"]


def test_what_came_back_is_found_by_a_session_that_is_far_ahead(db, connect, clock):
    create(db, lease="1 minute")
    db.execute("select pyorch.enqueue_batch('q', array_agg(to_jsonb(i))) from generate_series(1, 3000) i")
    lost = claim(connect(), 3)
    clock.advance("30 seconds")
    ahead = claim(db, 2000)
    complete(db, ahead)
    clock.advance("40 seconds")
    assert unlock(db) == (3, 0)
    rest = []
    while some := claim(db, 700):
        rest += some
    assert set(payloads(lost)) <= set(payloads(rest))
    assert len(rest) == 1000


def test_what_was_left_behind_is_found_when_little_else_is_there(db, connect):
    create(db)
    db.execute("select pyorch.enqueue_batch('q', array_agg(to_jsonb(i))) from generate_series(1, 600) i")
    other = connect(autocommit=False)
    assert payloads(claim(other)) == [1]
    assert payloads(claim(db)) == [2]
    # no exact look is due, here or in a new session
    soon = int(time.time() * 1000) + 80000
    db.execute("select setval('pyorch.q_look_q', %s)", [soon])
    db.execute("select set_config(format('pyorch.q%%s_100000', queue_id), %s, false) from pyorch.queue",
               [f"{{2,{soon},256,1,1,162}}"])  # fmt: skip
    for _ in range(550):
        assert len(claim(db)) == 1
    other.rollback()
    marks = db.execute("select l.last_value > 200, s.last_value from pyorch.q_low_q l, pyorch.q_sure_q s").fetchone()
    assert marks == (True, 0)
    assert payloads(claim(connect(), 100)) == [*range(553, 601), 1]
    assert db.execute("select last_value from pyorch.q_sure_q").fetchone() == (600,)


def test_a_new_session_does_not_look_at_what_is_gone(db, connect):
    create(db)
    db.execute("select pyorch.enqueue_batch('q', array_agg(to_jsonb(i))) from generate_series(1, 5000) i")
    for _ in range(4):
        complete(db, claim(db, 1000))
    db.execute("select pyorch.unlock('q')")
    assert int(db.execute("select last_value from pyorch.q_low_q").fetchone()[0]) >= 2900


def test_a_queue_with_priorities_is_not_looked_at_from_the_start_when_little_is_there(db):
    create(db)
    enqueue(db, "high", priority=7)
    db.execute("select pyorch.enqueue_batch('q', array_agg(to_jsonb(i))) from generate_series(1, 5000) i")
    while some := claim(db, 1000):
        complete(db, some)
    db.execute("select pyorch.unlock('q')")
    assert db.execute("select pyorch._queue_left('q') >= 2900").fetchone() == (True,)


def test_concurrency_bounds_what_is_in_work(db, connect, clock):
    create(db, concurrency=3, lease="1 minute")
    enqueue(db, *range(6))
    first = claim(db, 2)
    assert len(claim(connect(), 5)) == 1
    assert claim(db, 5) == []
    complete(db, first[:1])
    assert len(claim(db, 5)) == 1
    # a lease that ran out counts no more
    clock.advance("2 minutes")
    unlock(db)
    assert len(claim(db, 5)) == 3


def test_concurrency_holds_among_many_sessions(db, connect):
    create(db, concurrency=5)
    enqueue(db, *range(40))
    sessions = [connect() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        got = list(pool.map(lambda session: [claim(session, 2) for _ in range(5)], sessions))
    assert sum(len(items) for batches in got for items in batches) <= 5
    assert status(db)[1] <= 5


def test_a_failed_or_released_item_frees_its_place(db):
    create(db, concurrency=1)
    enqueue(db, 1, 2, 3)
    fail(db, claim(db))
    (item,) = claim(db)
    db.execute("select pyorch.release('q', %s)", [[item.receipt]])
    assert payloads(claim(db)) == [2]


def test_a_rate_bounds_claims_in_any_window(db, clock):
    create(db, rate="3/minute")
    enqueue(db, *range(9))
    assert len(claim(db, 2)) == 2
    clock.advance("30 seconds")
    assert len(claim(db, 5)) == 1
    assert claim(db) == []
    clock.advance("31 seconds")
    assert len(claim(db, 5)) == 2


def test_one_of_a_group_at_a_time_in_order(db):
    create(db)
    enqueue(db, "a1", "a2", "a3", group="a")
    enqueue(db, "b1", "b2", group="b")
    first = claim(db, 10)
    assert payloads(first) == ["a1", "b1"]
    assert claim(db, 10) == []
    complete(db, first[:1])
    second = claim(db, 10)
    assert payloads(second) == ["a2"]
    complete(db, second)
    assert payloads(claim(db, 10)) == ["a3"]


def test_a_group_waits_for_the_retry_of_its_head(db, clock):
    create(db, backoff={"base": "1 minute", "jitter": 0})
    enqueue(db, "a1", "a2", group="a")
    fail(db, claim(db))
    assert claim(db, 5) == []
    clock.advance("2 minutes")
    assert payloads(claim(db, 5)) == ["a1"]


def test_a_group_goes_on_after_its_head_died(db):
    create(db, max_attempts=1)
    enqueue(db, "a1", "a2", group="a")
    assert fail(db, claim(db)) == ["failed"]
    assert payloads(claim(db, 5)) == ["a2"]


def test_a_group_survives_an_enqueue_in_an_open_transaction(db, connect):
    create(db)
    enqueue(db, "a1", group="a")
    head = claim(db)
    other = connect(autocommit=False)
    enqueue(other, "a2", group="a")
    # must not wait for the enqueue
    complete(db, head)
    other.commit()
    unlock(db)
    assert payloads(claim(db)) == ["a2"]


def test_the_worker_is_kept_for_people(db):
    create(db)
    (item_id,) = enqueue(db, 1)
    claim(db, worker="host-7")
    assert explain(db, item_id)["worker"] == "host-7"


def test_claims_that_may_be_lost_do_not_wait_for_the_disk_but_only_on_their_own(db, connect):
    create(db, durability="claims_may_be_lost")
    enqueue(db, 1, 2)
    other = connect(autocommit=False)
    other.execute("select 1")
    claim(other)
    assert other.execute("show synchronous_commit").fetchone() == ("on",)
    other.rollback()
    # its token cannot come again, even if the counter went back
    token = int(claim(db)[0].receipt.rpartition(".")[2])
    assert token >> 28 > 0
    assert db.execute("select pyorch._queue_in_work(pyorch._queue_id('q'), 1, now())").fetchone() == (True,)
    before = db.execute("select pyorch._queue_token(pyorch._queue_id('q'))").fetchone()[0]
    assert db.execute("select pyorch._queue_in_work(pyorch._queue_id('q'), %s, now())", [before]).fetchone() == (False,)


@pytest.mark.parametrize("batch", [0, -1, 10001, None])
def test_a_batch_that_is_none_is_refused(db, batch):
    create(db)
    with pytest.raises(psycopg.Error) as error:
        claim(db, batch)
    assert error.value.sqlstate == "PY001"


def test_an_unknown_queue_gets_the_nearest_name(db):
    create(db, "imports")
    with pytest.raises(psycopg.Error) as error:
        claim(db, queue="import")
    assert error.value.sqlstate == "PY002"
    assert "imports" in error.value.diag.message_hint


def test_workers_may_and_viewers_may_not(db, connect):
    create(db)
    enqueue(db, 1)
    worker = connect()
    worker.execute("set role pyorch_worker")
    assert payloads(claim(worker)) == [1]
    viewer = connect()
    viewer.execute("set role pyorch_viewer")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        claim(viewer)


def test_a_type_of_the_callers_own_does_not_stand_in_for_one_of_postgres(db, connect):
    create(db)
    enqueue(db, *range(5))
    worker = connect()
    worker.execute("set role pyorch_worker")
    for name in ("text", "jsonb", "tid", "timestamptz", "regclass"):
        # its check would run with the rights of the owner of pyorch
        worker.execute(f"create domain pg_temp.{name} as pg_catalog.{name} check (value is null)")
    assert payloads(claim(worker)) == [0]
    (second, third, fourth) = claim(worker, 3)
    assert complete(worker, [second]) == [second.receipt]
    assert release(worker, [third]) == [third.receipt]
    assert heartbeat(worker, [fourth]) == [fourth.receipt]
    assert fail(worker, [fourth], retry_in="1 hour") == ["pending"]
    enqueue(worker, 5)
    assert len(worker.execute("select * from pyorch.next('q', 'w', 10)").fetchall()) == 3


@pytest.mark.parametrize("make", [native, attached])
@pytest.mark.parametrize("lease", ["0", "-1 second", "30 days 1 microsecond", "100 years", "infinity"])
@pytest.mark.parametrize("batch", [1, 2])
def test_a_lease_that_is_over_at_once_or_no_queue_could_have_is_refused(db, make, lease, batch):
    if lease == "infinity" and not intervals_know_infinity(db):
        pytest.skip("an interval has no infinity before PostgreSQL 17")
    make(db)
    state, message, hint = refusal(db, "select * from pyorch.claim('q', 'w', %s, %s)", batch, lease)
    assert (state, message.partition(":")[0]) == ("PY001", '"lease" is no interval that fits')
    assert "to 30 days" in hint
    assert len(claim(db, 2)) == 2


@pytest.mark.parametrize("make", [native, attached])
def test_a_lease_of_thirty_days_is_given(db, make):
    make(db)
    for batch in (1, 2):
        assert len(claim(db, batch, lease="30 days")) == 1
