"""pyorch._health_schedule()"""

import uuid

import pytest

from tests.orch import break_step, orchestrate, watch_dispatch


@pytest.fixture(autouse=True)
def _watched(db):
    watch_dispatch(db)


def codes(db):
    return {(severity, code) for severity, code in db.execute("select severity, code from pyorch._health_schedule()")}


def beat(db):
    db.execute("select pyorch._agent_beat(%s, '{}')", [uuid.UUID(int=7)])


def test_nobody_ticks(db):
    assert codes(db) == {("critical", "no_scheduler")}


def test_a_live_agent_that_ticks_is_healthy(db, clock):
    db.execute("set pyorch.source = 'agent'")
    beat(db)
    db.execute("call pyorch.tick()")
    assert codes(db) == set()


def test_an_agent_that_lives_and_does_not_tick_is_critical(db, clock):
    db.execute("set pyorch.source = 'agent'")
    db.execute("call pyorch.tick()")
    clock.advance("5 minutes")
    beat(db)
    assert ("critical", "ticks_stale") in codes(db)


def test_runs_that_fail_three_times_are_critical_and_one_is_not(db, clock):
    beat(db)
    break_step(db, "settle", "perform 1 / 0;")
    orchestrate(db)
    assert ("critical", "runs_fail") not in codes(db)
    orchestrate(db)
    orchestrate(db)
    row = db.execute("select subject, evidence from pyorch._health_schedule() where code = 'runs_fail'").fetchone()
    assert row == ("settle", "the last three runs: division by zero")


def test_a_step_that_never_fits_is_named(db, clock):
    db.execute("insert into pyorch.step_debt values ('metrics', pyorch._now() - interval '6 minutes')")
    assert ("warning", "step_never_fits") in codes(db)


def test_when_the_agent_took_over_from_pg_cron_it_says_so(db, clock):
    db.execute("update pyorch.job set scheduled_at = pyorch._now() - interval '1 hour'")
    beat(db)
    assert ("warning", "pg_cron_silent") in codes(db)


def test_every_row_says_what_was_seen_and_what_to_do(db, clock):
    db.execute("select pyorch.pause()")
    for evidence, advice in db.execute("select evidence, advice from pyorch._health_schedule()").fetchall():
        assert evidence
        assert advice


def test_the_view_joins_what_all_areas_find(db):
    assert db.execute("select severity from pyorch.health").fetchone() == ("critical",)
