"""The agent as scheduler: one leads, the next takes over, and a slow job delays nothing."""

from __future__ import annotations

import signal
from typing import Any

import psycopg
import pytest

from tests.agents import endpoint, trigger, until
from tests.http_receiver import Receiver

LEADERS = "select count(*) from pyorch.agent where leader"
TICKS = "select count(*) from pyorch.run where source = 'agent'"


@pytest.fixture(autouse=True)
def often(db: psycopg.Connection) -> None:
    """Every job is due every second."""
    db.execute("update pyorch.job set every = '1 second'")


def count(db: psycopg.Connection, query: str) -> int:
    row = db.execute(query).fetchone()
    assert row is not None
    return int(row[0])


def test_without_pg_cron_the_agent_ticks(db: psycopg.Connection, receiver: Receiver, start_agent: Any) -> None:
    start_agent()
    until(lambda: count(db, TICKS) >= 1)
    endpoint(db, "due", receiver.url("/ok"), every="1 second")
    # the tick decides the call, and the agent carries it
    until(lambda: receiver.arrivals("/ok"))


def test_of_several_agents_one_leads(db: psycopg.Connection, start_agent: Any) -> None:
    agents = [start_agent() for _ in range(3)]
    assert count(db, LEADERS) == 1
    assert sum(any("agent.leads" in line for line in agent.log) for agent in agents) == 1


def test_when_the_leader_leaves_the_next_one_takes_over(db: psycopg.Connection, start_agent: Any) -> None:
    first = start_agent()
    second = start_agent()
    second.said("agent.follows")
    assert first.stop() == 0
    second.said("agent.leads")
    ticks = count(db, TICKS)
    until(lambda: count(db, TICKS) > ticks)


def test_a_leader_that_waits_for_its_last_calls_leads_no_more(
    db: psycopg.Connection, receiver: Receiver, start_agent: Any
) -> None:
    first = start_agent(grace=600)
    endpoint(db, "slow", receiver.url("/hang"), timeout="10 minutes")
    trigger(db, "slow")
    until(lambda: receiver.arrivals("/hang"))
    second = start_agent()
    second.said("agent.follows")
    first.signal(signal.SIGTERM)
    # long before the call ends
    second.said("agent.leads")


def test_when_the_leader_dies_the_next_one_takes_over(db: psycopg.Connection, start_agent: Any) -> None:
    first = start_agent()
    second = start_agent()
    second.said("agent.follows")
    first.kill()
    # as if the time after which it counts as dead had passed
    db.execute("update pyorch.agent set seen_at = seen_at - interval '1 minute' where leader")
    second.said("agent.leads")


def test_a_slow_metrics_job_delays_no_tick(db: psycopg.Connection, start_agent: Any) -> None:
    db.execute("update pyorch.job set command = 'select pg_sleep(600)' where job = 'pyorch_metrics'")
    agent = start_agent(grace=1)
    slow = "select count(*) from pg_stat_activity where query like '%pg_sleep(600)%' and pid <> pg_backend_pid()"
    until(lambda: count(db, slow) == 1)
    ticks = count(db, TICKS)
    until(lambda: count(db, TICKS) >= ticks + 3)
    # one at a time per name, although it was due several times meanwhile
    assert count(db, slow) == 1
    assert agent.stop() == 0
    # what outlasts the grace is cancelled at the server, too
    until(lambda: count(db, slow) == 0)


def test_a_job_that_fails_is_said_and_comes_again(db: psycopg.Connection, start_agent: Any) -> None:
    db.execute("update pyorch.job set command = 'select 1/0' where job = 'pyorch_tick'")
    agent = start_agent()
    assert "job.failed job=pyorch_tick" in agent.said("division by zero")
    db.execute("update pyorch.job set command = 'call pyorch.tick()' where job = 'pyorch_tick'")
    until(lambda: count(db, TICKS) >= 1)
