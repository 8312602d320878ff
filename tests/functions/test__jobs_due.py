"""pyorch._jobs_due(uuid): the schedule as the leading agent runs it"""

import uuid

import pytest
from psycopg.types.json import Jsonb

from tests.orch import call, watch_dispatch

ALL = ["pyorch_tick", "pyorch_metrics", "pyorch_maintain"]


@pytest.fixture
def agent(db, clock):
    watch_dispatch(db)
    db.execute("set pyorch.source = 'agent'")
    return Agent(db)


class Agent:
    """An agent that beats when the test says so."""

    def __init__(self, db):
        self.db, self.id = db, uuid.uuid4()

    def beat(self):
        answer = self.db.execute("select pyorch._agent_beat(%s, '{}')", [self.id]).fetchone()[0]
        self.leader = answer["leader"]
        return answer["jobs_due"]


def configure(db, **options):
    db.execute("select pyorch.configure(%s)", [Jsonb(options)])


def test_at_a_slot_all_that_is_due_and_the_tick_first(agent, clock):
    clock.set("2026-03-01 13:00:00+00")
    assert agent.beat() == ALL


def test_a_slot_runs_once(agent, db, clock):
    assert "pyorch_tick" in agent.beat()
    call(db)
    assert "pyorch_tick" not in agent.beat()
    clock.advance("9.9 seconds")
    assert "pyorch_tick" not in agent.beat()
    clock.advance("0.1 seconds")
    assert "pyorch_tick" in agent.beat()


def test_only_the_leader_gets_jobs_and_another_takes_over_when_it_is_silent(agent, db, clock):
    second = Agent(db)
    assert agent.beat()
    clock.advance("1 second")
    assert second.beat() == []
    clock.advance("11 seconds")
    assert "pyorch_tick" in second.beat()


def test_while_pg_cron_ticks_the_agent_does_not(agent, db, clock):
    db.execute("set pyorch.source = 'pg_cron'")
    call(db)
    clock.advance("30 seconds")
    # the interval is ten seconds here: three of them
    db.execute("update pyorch.job set every = '1 minute' where job = 'pyorch_tick'")
    assert agent.beat() == []
    assert db.execute("select pyorch._scheduler()").fetchone() == ("pg_cron",)
    clock.advance("2 minutes 31 seconds")
    assert "pyorch_tick" in agent.beat()
    assert db.execute("select pyorch._scheduler()").fetchone() == ("agent",)


def test_with_pg_cron_chosen_the_agent_never_ticks(agent, db):
    configure(db, scheduler="pg_cron")
    assert agent.beat() == []
    assert db.execute("select pyorch._scheduler()").fetchone() == (None,)


def test_with_the_agent_chosen_it_ticks_although_pg_cron_does(agent, db, clock):
    db.execute("set pyorch.source = 'pg_cron'")
    call(db)
    configure(db, scheduler="agent")
    clock.advance("10 seconds")
    assert "pyorch_tick" in agent.beat()


def test_a_job_that_runs_is_not_due_again(agent, db, clock):
    db.execute("update pyorch.run_lock set until = pyorch._now() + interval '20 seconds' where job = 'pyorch_tick'")
    assert "pyorch_tick" not in agent.beat()
    clock.advance("21 seconds")
    db.execute("update pyorch.job set missed = 'once' where job = 'pyorch_tick'")
    assert "pyorch_tick" in agent.beat()


@pytest.mark.parametrize(("missed", "due"), [("skip", False), ("once", True), ("each", True)])
def test_a_missed_slot(agent, db, clock, missed, due):
    configure(db, missed={"pyorch_maintain": missed})
    call(db, "maintain")
    clock.set("2026-03-01 15:30:00+00")
    assert ("pyorch_maintain" in agent.beat()) is due


def test_each_makes_up_every_slot_and_once_only_one(agent, db, clock):
    for missed, runs in (("each", 3), ("once", 1)):
        configure(db, missed={"pyorch_maintain": missed})
        call(db, "maintain")
        clock.advance("3 hours")
        done = 0
        while "pyorch_maintain" in agent.beat():
            assert call(db, "maintain")["skipped"] is None
            done += 1
        assert done == runs


def test_a_clock_set_back_does_not_stop_the_schedule(agent, db, clock):
    call(db)
    clock.advance("-1 hour")
    assert "pyorch_tick" in agent.beat()
