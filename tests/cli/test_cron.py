"""pg_cron in another database: the jobs are brought there, corrected and removed."""

import pytest

from pyorch import cron
from pyorch.errors import PyorchError

TICK = {"job": "pyorch_tick", "schedule": "* * * * *", "command": "call pyorch.tick()"}
MAINTAIN = {"job": "pyorch_maintain", "schedule": "17 * * * *", "command": "call pyorch.maintain()"}


@pytest.fixture
def there(bare_cron_dsn, connect):
    return connect(bare_cron_dsn)


def jobs(there):
    return there.execute("select jobname, schedule, command, database, active from cron.job order by jobid").fetchall()


@pytest.mark.pg_cron
def test_jobs_are_scheduled_for_the_template1_database_and_the_second_time_left_alone(there):
    assert cron.reconcile(there, [TICK], "postgres") == [{"job": "pyorch_tick_postgres", "done": "scheduled"}]
    assert cron.reconcile(there, [TICK], "postgres") == [{"job": "pyorch_tick_postgres", "done": "as it should be"}]
    assert jobs(there) == [("pyorch_tick_postgres", "* * * * *", "call pyorch.tick()", "postgres", True)]


@pytest.mark.pg_cron
def test_a_job_that_drifted_or_was_switched_off_is_corrected(there):
    cron.reconcile(there, [TICK, MAINTAIN], "postgres")
    there.execute("select cron.alter_job(jobid, active := false) from cron.job where jobname = 'pyorch_tick_postgres'")
    there.execute("select cron.alter_job(jobid, schedule := '0 0 * * *') from cron.job where jobname ~ 'maintain'")
    assert [row["done"] for row in cron.reconcile(there, [TICK, MAINTAIN], "postgres")] == ["changed", "changed"]
    assert [(row[1], row[4]) for row in jobs(there)] == [("* * * * *", True), ("17 * * * *", True)]


@pytest.mark.pg_cron
def test_what_is_not_wanted_any_more_goes_and_what_is_not_ours_stays(there):
    there.execute("select cron.schedule('mine', '* * * * *', 'select 1')")
    cron.reconcile(there, [TICK, MAINTAIN], "postgres")
    cron.reconcile(there, [TICK], "template1")
    done = {row["job"]: row["done"] for row in cron.reconcile(there, [TICK], "postgres")}
    assert done == {"pyorch_tick_postgres": "as it should be", "pyorch_maintain_postgres": "removed"}
    assert cron.unschedule(there, "postgres") == 1
    assert [row[0] for row in jobs(there)] == ["mine", "pyorch_tick_template1"]


@pytest.mark.pg_cron
def test_it_knows_what_this_pg_cron_can(there):
    version = there.execute("select extversion from pg_extension where extname = 'pg_cron'").fetchone()[0]
    assert cron.knows_seconds(there) == (not version.startswith(("1.3", "1.4")))


def test_a_database_without_pg_cron_is_refused(empty_dsn, connect):
    with pytest.raises(PyorchError, match="pg_cron is not in database") as refused:
        cron.knows_seconds(connect(empty_dsn))
    assert refused.value.sqlstate == "PY017" and refused.value.hint
