"""Many agents, processors and ticks at once: every call in one hand, every call to one end, and no deadlock."""

from __future__ import annotations

import threading
import time
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb

ENOUGH = "select count(*) >= 100 from pyorch.call_log where outcome is not null"


def side_by_side(*works: Any) -> None:
    """Run functions in threads; the first error fails the test."""
    errors: list[BaseException] = []

    def guarded(work: Any) -> None:
        try:
            work()
        except BaseException as exc:
            errors.append(exc)

    threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(240)
    if errors:
        raise errors[0]
    assert not any(thread.is_alive() for thread in threads)


def test_agents_that_take_at_once_never_take_the_same_call(db, dsn):
    db.execute("select pyorch._record_identity()")
    agents = [uuid4() for _ in range(4)]
    db.execute("select pyorch._agent_beat(%s, '{}')", [agents[0]])
    db.execute(
        "select pyorch.set_endpoint('e', 'scraper', 'https://x.example.com', %s)", [Jsonb({"max_in_flight": 1000})]
    )
    db.execute(
        "select pyorch._new_calls(e, 400, null, 'schedule', 'agent', null, false, pyorch._now()) from pyorch.endpoint e"
    )
    taken: list[int] = []

    def carry(agent: Any) -> None:
        with psycopg.connect(dsn, autocommit=True) as session:
            while rows := session.execute("select call_id from pyorch._take_calls(%s, 7)", [agent]).fetchall():
                taken.extend(row[0] for row in rows)
                answers = [{"call_id": row[0], "status_code": 200, "timed_out": False} for row in reversed(rows)]
                session.execute("select pyorch._report_calls(%s, %s)", [agent, Jsonb(answers)])

    side_by_side(*[lambda agent=agent: carry(agent) for agent in agents])
    assert len(taken) == len(set(taken)) == 400
    assert db.execute("select outcome, count(*) from pyorch.call_log group by 1").fetchall() == [("ok", 400)]
    assert db.execute("select count(*) from pyorch.call").fetchone() == (0,)


def test_ticks_agents_and_processors_get_along(db, dsn):
    db.execute("select pyorch._record_identity()")
    db.execute("select pyorch.create_queue('work')")
    agent = uuid4()
    for name in ("a", "b", "c"):
        options = {"queue": "work", "max_in_flight": 3, "batch_size": 1, "backoff": {"base": "0 seconds"},
                   "breaker": {"failures": 1000000}, "wake_at_once": True}  # fmt: skip
        db.execute("select pyorch.set_endpoint(%s, 'processor', 'https://x.example.com', %s)", [name, Jsonb(options)])
    stop = threading.Event()
    latest = time.monotonic() + 200
    over: list[int] = []

    def tick() -> None:
        with psycopg.connect(dsn, autocommit=True) as session:
            while not stop.is_set() and time.monotonic() < latest:
                session.execute("select pyorch._agent_beat(%s, '{}')", [agent])
                session.execute("select pyorch.enqueue('work', '{}')")
                session.execute("select pyorch.settle()")
                session.execute("select pyorch._dispatch('processor', null, null)")
                session.execute("select pyorch._dispatch_wakes()")
                busy = session.execute("select max(busy + waiting) from pyorch.endpoint_status").fetchone()[0]
                over.extend([busy] if busy > 3 else [])
                if session.execute(ENOUGH).fetchone()[0]:
                    break
        stop.set()

    def carry() -> None:
        codes = [200, 202, 500, 503, 404]
        with psycopg.connect(dsn, autocommit=True) as session:
            while not stop.is_set():
                rows = session.execute("select call_id from pyorch._take_calls(%s, 5)", [agent]).fetchall()
                answers = [{"call_id": r[0], "status_code": codes[r[0] % 5], "timed_out": False} for r in rows[::-1]]
                session.execute("select pyorch._report_calls(%s, %s)", [agent, Jsonb(answers)])
                session.execute("select pyorch.complete('work', array(select receipt from pyorch.claim('work', 'w')))")
                for row in rows:
                    session.execute("select pyorch.finish_call(%s)", [row[0]])

    side_by_side(tick, tick, carry, carry)
    assert over == []
    many = db.execute("select count(*), count(distinct (idempotency_key, attempt)) from pyorch.call_log").fetchone()
    assert many[0] == many[1] >= 100


@pytest.fixture
def taken(world, connect):
    """A retry that one agent is about to take, when another session opens the endpoint's breaker."""
    world.scraper(max_attempts=3)
    world.tick()
    world.send(500)
    agent = connect()
    agent.execute("begin")
    (ids,) = agent.execute("select pyorch._due_calls(10, pyorch._now() + interval '1 day')").fetchone()
    assert len(ids) == 1
    world.db.execute("update pyorch.endpoint_state set breaker = 'open', breaker_until = pyorch._now()")
    return agent, ids


@pytest.mark.parametrize(
    "meanwhile", ["select pyorch._promote_probes(pyorch._now())", "select pyorch.resume_endpoint('scrape')"]
)
def test_who_holds_the_state_of_an_endpoint_waits_for_no_call(world, connect, taken, meanwhile):
    """The agent that took the call goes on to the state when it has to refuse it: each would wait for the other."""
    agent, ids = taken
    other = connect()
    other.execute("set statement_timeout = '30s'")
    other.execute("begin")
    other.execute(meanwhile)
    refuse = "select pyorch._refuse_calls(%s, array['why'], pyorch._now())"
    waiting = threading.Thread(target=agent.execute, args=(refuse, [ids]))
    waiting.start()
    other.execute("commit")
    waiting.join(90)
    assert not waiting.is_alive()
    agent.execute("commit")
    assert world.call(ids[0])["outcome"] == "refused"


def test_an_open_transaction_that_triggered_keeps_up_neither_other_endpoints_nor_the_agent(world, connect):
    """An application that triggers and commits much later: answers are written, and the agent does not look dead."""
    for name in ("held", "other"):
        world.scraper(name, max_attempts=3, max_in_flight=2)
    world.tick()
    first, second = world.take()
    application = connect()
    application.execute("begin")
    application.execute("select pyorch.trigger('held')")
    world.db.execute("set statement_timeout = '30s'")
    answers = [{"call_id": call["call_id"], "status_code": 500, "timed_out": False} for call in (first, second)]
    world.one("select pyorch._report_calls(%s, %s)", world.agent, Jsonb(answers))
    assert world.beat()["leader"]
    # both answers stand in the ledger; what follows from that of the held one has to wait
    assert [call["outcome"] for call in world.calls() if call["attempt"] == 1] == ["failed", "failed"]
    assert world.status("other")["failures_in_row"] == 1
    assert world.status("held")["failures_in_row"] == 0
    application.execute("rollback")
    world.beat()
    assert world.status("held")["failures_in_row"] == 1
    assert sorted(call["endpoint"] for call in world.calls() if call["attempt"] == 2) == ["held", "other"]
    world.beat()
    assert world.status("held")["failures_in_row"] == 1
