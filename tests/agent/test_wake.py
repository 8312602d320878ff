"""Wake at once: work in a queue reaches its idle processor without waiting for a tick."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from pyorch.agent.carrier import TAKE, WAKES, Carrier
from pyorch.agent.log import Log
from tests.agents import PATIENCE, until
from tests.http_receiver import Receiver


@pytest.fixture
def woken(db: psycopg.Connection, receiver: Receiver, no_poll: None) -> str:
    """A queue whose processor is woken at once, and otherwise not due for an hour; no tick and no poll helps."""
    db.execute("update pyorch.job set enabled = false")
    db.execute("select pyorch.create_queue('woken')")
    options = {"queue": "woken", "wake_at_once": True, "every": "1 hour", "allow_http": True, "allow_private": True}
    db.execute("select pyorch.set_endpoint('worker', 'processor', %s, %s)", (receiver.url("/ok"), json.dumps(options)))
    return "woken"


def work(db: psycopg.Connection, queue: str) -> int:
    """Do what the processor would do; return the number of items."""
    receipts = [row[0] for row in db.execute("select receipt from pyorch.claim(%s, 'test', 10)", (queue,))]
    db.execute("select pyorch.complete(%s, %s)", (queue, receipts))
    return len(receipts)


def test_an_enqueued_item_reaches_its_processor_at_once(
    db: psycopg.Connection, receiver: Receiver, start_agent: Any, woken: str
) -> None:
    start_agent()
    for _ in range(5):
        receiver.reset()
        db.execute("select pyorch.enqueue(%s, '{}')", (woken,))
        until(lambda: receiver.arrivals("/ok"))
        assert work(db, woken) == 1
        until(lambda: db.execute("select count(*) from pyorch.call where finished_at is null").fetchone() == (0,))


def test_a_processor_that_did_nothing_is_not_called_in_a_loop(
    db: psycopg.Connection, receiver: Receiver, start_agent: Any, woken: str
) -> None:
    start_agent()
    db.execute("select pyorch.enqueue(%s, '{}')", (woken,))
    until(lambda: receiver.arrivals("/ok"))
    time.sleep(2.5)
    assert len(receiver.arrivals("/ok")) == 1


def test_many_items_at_once_make_one_call(
    db: psycopg.Connection, receiver: Receiver, start_agent: Any, woken: str
) -> None:
    start_agent()
    db.execute("select pyorch.enqueue(%s, '{}') from generate_series(1, 100)", (woken,))
    until(lambda: receiver.arrivals("/ok"))
    time.sleep(0.5)
    assert len(receiver.arrivals("/ok")) == 1


def test_two_agents_wake_a_processor_once(
    db: psycopg.Connection, receiver: Receiver, start_agent: Any, woken: str
) -> None:
    start_agent()
    start_agent()
    db.execute("select pyorch.enqueue(%s, '{}')", (woken,))
    until(lambda: receiver.arrivals("/ok"))
    time.sleep(0.5)
    assert len(receiver.arrivals("/ok")) == 1


def test_a_plain_insert_into_an_attached_table_wakes_its_processor_when_it_asked_for_that(
    db: psycopg.Connection, receiver: Receiver, start_agent: Any, no_poll: None
) -> None:
    """The app knows nothing of pyorch: its own statement, in a transaction of its own, is enough."""
    db.execute("update pyorch.job set enabled = false")
    db.execute(
        "create table public.orders (id bigint generated always as identity primary key,"
        " status text not null default 'pending', attempts int not null default 0, locked_at timestamptz)"
    )
    db.execute("select pyorch.attach_queue('orders', 'public.orders')")
    options = {"queue": "orders", "wake_at_once": True, "every": "1 hour", "allow_http": True, "allow_private": True}
    db.execute("select pyorch.set_endpoint('worker', 'processor', %s, %s)", (receiver.url("/ok"), json.dumps(options)))
    start_agent()
    # without the trigger nothing is noticed
    db.execute("insert into public.orders select from generate_series(1, 3)")
    time.sleep(1.5)
    assert receiver.arrivals() == []
    assert work(db, "orders") == 3
    db.execute("select pyorch.alter_queue('orders', '{\"wake_trigger\": true}')")
    for _ in range(5):
        receiver.reset()
        with db.transaction():
            db.execute("insert into public.orders select from generate_series(1, 3)")
            time.sleep(0.3)
            # nothing goes out before the commit
            assert receiver.arrivals() == []
        until(lambda: receiver.arrivals("/ok"))
        assert work(db, "orders") == 3
        until(lambda: db.execute("select count(*) from pyorch.call where finished_at is null").fetchone() == (0,))


def test_a_wake_that_is_notified_during_the_look_is_looked_for_again() -> None:
    """The look may have missed it; without a second one it would wait for the next poll."""
    looks: list[str] = []

    class Ledger:
        """A link to a ledger without calls; it notifies a wake while the first look is on its way."""

        async def rows(self, query: str, _: Any = ()) -> list[dict[str, Any]]:
            looks.append(query)
            if looks == [WAKES]:
                carrier.nudge(wakes=True)
            if len(looks) == 4:
                await carrier.stop(0)
            return [{"waiting": False}] if query == WAKES else []

    carrier = Carrier(uuid4(), Ledger(), None, None, Log(), most=1, batch=1)  # type: ignore[arg-type]
    carrier.poll = lambda: 600.0
    asyncio.run(asyncio.wait_for(carrier.forever(), PATIENCE))
    assert looks == [WAKES, TAKE, WAKES, TAKE]


def test_work_that_comes_while_another_session_decides_about_its_processor_waits_for_that_one_alone(
    db: psycopg.Connection, connect: Any, receiver: Receiver, start_agent: Any, woken: str
) -> None:
    start_agent()
    other = connect()
    other.execute("begin")
    other.execute("select from pyorch.endpoint_state for update")
    (enqueued,) = db.execute("select clock_timestamp() from pyorch.enqueue(%s, '{}')", (woken,)).fetchone()
    # the agent has looked at the marks, and went on to take calls
    looked = (
        "select exists (select from pg_stat_activity where application_name = 'pyorch agent' and state = 'idle'"
        " and query like '%%_take_calls%%' and query_start > %s)"
    )
    until(lambda: db.execute(looked, (enqueued,)).fetchone() == (True,))
    assert receiver.arrivals("/ok") == []
    other.execute("commit")
    until(lambda: receiver.arrivals("/ok"))
