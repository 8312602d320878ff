"""pyorch._run_due(text): what pg_cron starts where missed slots are made up"""

import pytest
from psycopg.types.json import Jsonb

from tests.orch import watch_dispatch


@pytest.fixture(autouse=True)
def _watched(db, clock):
    watch_dispatch(db)
    clock.set("2026-03-01 12:02:00+00")


def runs(db, job):
    """Let pg_cron start it; how many runs that made."""
    count = "select count(*) from pyorch.run where job = %s and success"
    (before,) = db.execute(count, [job]).fetchone()
    db.execute(f"call pyorch._run_due('{job}')")
    return db.execute(count, [job]).fetchone()[0] - before


def missed(db, **policies):
    db.execute("select pyorch.configure(%s)", [Jsonb({"missed": policies})])


@pytest.mark.parametrize(("policy", "made_up"), [("once", 1), ("each", 5)])
def test_after_a_gap_the_first_look_makes_up_what_the_policy_says(db, clock, policy, made_up):
    missed(db, pyorch_maintain=policy)
    assert runs(db, "pyorch_maintain") == 1
    clock.set("2026-03-01 17:07:00+00")
    assert runs(db, "pyorch_maintain") == made_up
    clock.advance("5 minutes")
    assert runs(db, "pyorch_maintain") == 0
    clock.set("2026-03-01 18:02:00+00")
    assert runs(db, "pyorch_maintain") == 1


@pytest.mark.parametrize(("job", "gap"), [("pyorch_tick", "1 minute"), ("pyorch_metrics", "6 minutes")])
def test_it_runs_the_job_it_is_told(db, clock, job, gap):
    missed(db, **{job: "each"})
    assert runs(db, job) == 1
    clock.advance(gap)
    assert runs(db, job) == 6


def test_a_gap_of_any_length_makes_at_most_a_hundred_runs_up(db, clock):
    missed(db, pyorch_tick="each")
    runs(db, "pyorch_tick")
    clock.advance("1 day")
    assert runs(db, "pyorch_tick") == 100
    assert runs(db, "pyorch_tick") <= 1


def test_it_leaves_a_run_in_progress_alone(db, clock, connect):
    missed(db, pyorch_tick="each")
    other = connect()
    with other.transaction():
        other.execute("select from pyorch.run_lock where job = 'pyorch_tick' for update")
        assert runs(db, "pyorch_tick") == 0
    assert runs(db, "pyorch_tick") == 1
