"""Wake at once, in SQL: marks and notifications inside other people's transactions, decisions after them."""

import psycopg
import pytest
from psycopg.types.json import Jsonb


@pytest.fixture
def native(world):
    """A native queue whose processor wants to be woken, and a live agent."""
    world.one("select pyorch.create_queue('work')")
    world.processor(wake_at_once=True)
    world.beat()
    return world


def enqueue(world, session=None):
    (session or world.db).execute("select pyorch.enqueue('work', %s)", [Jsonb({})])


def marks(world):
    return world.one("select count(*) from pyorch.wake_mark")


def test_work_for_an_idle_processor_leaves_a_mark_that_decides_a_call(native):
    enqueue(native)
    assert marks(native) == 1
    assert native.one("select pyorch._dispatch_wakes()") == 1
    assert marks(native) == 0
    assert [c["source"] for c in native.calls()] == ["wake"]
    assert len(native.take()) == 1


def test_a_transaction_notifies_once_however_much_it_enqueues(native, connect):
    listener = connect()
    listener.execute("listen pyorch_wake")
    with native.db.transaction():
        for _ in range(50):
            enqueue(native)
    assert marks(native) == 1
    assert len(list(listener.notifies(timeout=90, stop_after=1))) == 1
    assert list(listener.notifies(timeout=0.5)) == []


def test_a_rolled_back_savepoint_does_not_swallow_the_wake(native):
    with native.db.transaction():
        with pytest.raises(ZeroDivisionError), native.db.transaction():
            enqueue(native)
            raise ZeroDivisionError
        enqueue(native)
    assert marks(native) == 1


def test_a_busy_or_failing_or_paused_processor_is_not_woken(native):
    enqueue(native)
    native.one("select pyorch._dispatch_wakes()")
    enqueue(native)
    assert marks(native) == 0
    native.send(500)
    native.db.execute("update pyorch.call set outcome = 'lost', finished_at = now(); delete from pyorch.call")
    enqueue(native)
    assert marks(native) == 0
    native.one("select pyorch.resume_endpoint('process')")
    native.one("select pyorch.pause_endpoint('process')")
    enqueue(native)
    assert marks(native) == 0


def test_without_an_agent_nothing_is_marked(native):
    native.clock.advance("1 minute")
    enqueue(native)
    assert marks(native) == 0


def test_a_writer_waits_for_no_other_writer(native, connect):
    first, second = connect(), connect()
    first.execute("begin")
    enqueue(native, first)
    second.execute("set statement_timeout = '30s'")
    enqueue(native, second)
    first.execute("rollback")
    assert marks(native) == 1


def test_a_locked_ledger_costs_a_writer_nothing_but_the_wake(native, connect):
    locker = connect()
    locker.execute("begin")
    locker.execute("lock table pyorch.call, pyorch.wake_mark in access exclusive mode")
    native.db.execute("set statement_timeout = '30s'")
    enqueue(native)
    locker.execute("rollback")
    assert marks(native) == 0
    assert native.tick() == ["process"]


def test_wakes_are_decided_within_the_policy(native):
    native.processor(min_pending=3)
    enqueue(native)
    assert native.one("select pyorch._dispatch_wakes()") == 0
    enqueue(native)
    enqueue(native)
    assert native.one("select pyorch._dispatch_wakes()") == 1
    enqueue(native)
    assert native.one("select pyorch._dispatch_wakes()") == 0


def test_marks_that_another_session_takes_are_left_to_it(native, connect):
    enqueue(native)
    other = connect()
    other.execute("begin")
    assert other.execute("select pyorch._dispatch_wakes()").fetchone()[0] == 1
    native.db.execute("set statement_timeout = '30s'")
    assert native.one("select pyorch._dispatch_wakes()") == 0
    other.execute("commit")
    assert len(native.calls()) == 1


def test_marks_wait_while_another_session_decides_about_their_endpoint(native, connect):
    """A tick that looked before the work came must not cost the wake: the next tick may be a minute away."""
    tick = connect()
    tick.execute("begin")
    (answer,) = tick.execute("select pyorch._dispatch('processor', null, null)").fetchone()
    assert answer["triggered"] == []
    enqueue(native)
    assert native.one("select pyorch._dispatch_wakes()") is None
    assert marks(native) == 1
    tick.execute("commit")
    assert native.one("select pyorch._dispatch_wakes()") == 1
    assert marks(native) == 0


def test_marks_of_other_queues_do_not_wait_with_them(native, connect):
    native.one("select pyorch.create_queue('other')")
    native.processor("other", queue="other", wake_at_once=True)
    tick = connect()
    tick.execute("begin")
    tick.execute(
        "select from pyorch.endpoint_state s join pyorch.endpoint e using (endpoint_id)"
        " where e.endpoint = 'process' for update of s"
    )
    enqueue(native)
    native.one("select pyorch.enqueue('other', '{}')")
    assert native.one("select pyorch._dispatch_wakes()") is None
    assert [c["endpoint"] for c in native.calls()] == ["other"]
    assert marks(native) == 1


def test_a_call_that_worked_is_followed_at_once_while_work_waits(native):
    for _ in range(20):
        enqueue(native)
    native.one("select pyorch._dispatch_wakes()")
    (call,) = native.take()
    receipts = native.claim(10)
    native.complete(receipts)
    native.report(call["call_id"], 200)
    assert native.one("select pyorch._dispatch_wakes()") == 1


def test_finish_call_is_followed_at_once_too(native):
    for _ in range(20):
        enqueue(native)
    native.one("select pyorch._dispatch_wakes()")
    (call,) = native.send(202)
    native.claim(10)
    native.one("select pyorch.finish_call(%s)", call["call_id"])
    assert native.one("select pyorch._dispatch_wakes()") == 1


def test_finish_call_is_followed_even_when_its_transaction_has_enqueued_while_busy(native):
    enqueue(native)
    native.one("select pyorch._dispatch_wakes()")
    (call,) = native.send(202)
    native.complete(native.claim())
    with native.db.transaction():
        enqueue(native)
        native.one("select pyorch.finish_call(%s)", call["call_id"])
    assert native.one("select pyorch._dispatch_wakes()") == 1


def test_a_call_that_did_nothing_is_not_followed_at_once(native):
    enqueue(native)
    native.one("select pyorch._dispatch_wakes()")
    native.send(200)
    assert native.one("select pyorch._dispatch_wakes()") == 0
    assert native.tick() == ["process"]


def test_with_pg_net_or_no_transport_the_next_tick_decides(native):
    enqueue(native)
    native.clock.advance("1 minute")
    assert native.one("select pyorch._dispatch_wakes()") == 0
    assert native.calls() == []
    assert native.tick() == ["process"]


def test_a_worker_may_enqueue_and_wake_but_decide_nothing(native, connect):
    session = connect()
    session.execute("set role pyorch_worker")
    enqueue(native, session)
    assert marks(native) == 1
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        session.execute("select pyorch._dispatch_wakes()")
