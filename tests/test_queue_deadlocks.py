"""Native queues: a call with receipts that are no longer its own waits for the new holder, and never in a circle."""

from __future__ import annotations

import itertools
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import psycopg
import pytest

from tests.queues import claim, complete, create, enqueue, fail, heartbeat, release, unlock

VERBS = {
    "complete": complete,
    "fail": fail,
    "heartbeat": heartbeat,
    "release": release,
    "next": lambda session, items: session.execute(
        "select from pyorch.next('q', 'w', 1, %s)", [[item.receipt for item in items]]
    ),
}


def until_it_waits(db: psycopg.Connection, session: psycopg.Connection, call: Future[Any]) -> None:
    """Return when the call of a session waits for a lock, or has ended."""
    waits = "select from pg_locks where pid = %s and not granted"
    while not call.done() and not db.execute(waits, [session.info.backend_pid]).fetchall():
        time.sleep(0.01)


def hold(session: psycopg.Connection, item_id: str) -> None:
    """Keep one row of the queue locked until the session commits."""
    session.execute("begin")
    session.execute("select from pyorch.native_q where id = %s for update", [item_id])


@pytest.mark.parametrize(("late", "new"), list(itertools.product(VERBS, VERBS)))
def test_a_late_call_and_the_new_holders_call_in_another_order(db, dsn, clock, late, new):
    create(db)
    enqueue(db, 1, 2, 3, 4)
    first = claim(db, 3)
    # not by the fixture connect: the clock would set these, too, and wait for a session that waits
    with ExitStack() as stack, ThreadPoolExecutor(2) as pool:
        one, two, beginning, middle = (stack.enter_context(psycopg.connect(dsn, autocommit=True)) for _ in range(4))
        # the late one has begun, and still sees all items as its own
        hold(beginning, first[0].id)
        late_call = pool.submit(VERBS[late], one, first)
        until_it_waits(db, one, late_call)
        # meanwhile the others change hands
        clock.advance("1 hour")
        assert unlock(db) == (2, 0)
        second = claim(db, 3)
        assert [item.id for item in second[:2]] == [item.id for item in first[1:]]
        # the new holder is in the midst of them
        hold(middle, second[2].id)
        new_call = pool.submit(VERBS[new], two, [second[1], second[2], second[0]])
        until_it_waits(db, two, new_call)
        beginning.execute("commit")
        until_it_waits(db, one, late_call)
        middle.execute("commit")
        late_call.result()
        new_call.result()
