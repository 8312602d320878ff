"""The schedule under a real pg_cron: 1.4, which knows only minutes, or newer ones, which know seconds."""

from __future__ import annotations

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.conftest import CRON_DATABASE, INSTALL
from tests.orch import Beside, wait_until, watch_dispatch
from tests.servers import Server

pytestmark = pytest.mark.pg_cron
JOBS = ["pyorch_maintain", "pyorch_metrics", "pyorch_tick"]


@pytest.fixture
def cron(cron_dsn):
    with psycopg.connect(cron_dsn, autocommit=True) as db:
        yield db


@pytest.fixture
def scheduled(cron):
    reconcile(cron)
    return cron


def reconcile(db):
    rows = db.execute("select job, done, state from pyorch.reconcile_jobs()").fetchall()
    return {job: (done, state) for job, done, state in rows}


def jobs(db):
    return db.execute("select jobname, schedule, command, active from cron.job order by jobname").fetchall()


def findings(db):
    return db.execute("select code, subject, severity from pyorch._cron_findings() order by 1, 2").fetchall()


@pytest.fixture
def seconds(cron):
    """Does this pg_cron know schedules in seconds?"""
    try:
        with cron.transaction(force_rollback=True):
            cron.execute("select cron.schedule('probe', '1 second', 'select 1')")
    except psycopg.Error:
        return False
    return True


def test_three_jobs_are_scheduled_each_a_single_call(seconds, scheduled):
    assert jobs(scheduled) == [
        ("pyorch_maintain", "2-59/5 * * * *", "call pyorch._run_due('pyorch_maintain')", True),
        ("pyorch_metrics", "* * * * *", "call pyorch.collect_metrics()", True),
        ("pyorch_tick", "10 seconds" if seconds else "* * * * *", "call pyorch.tick()", True),
    ]
    assert findings(scheduled) == []


def test_twice_is_harmless(scheduled):
    before = scheduled.execute("select jobid from cron.job order by 1").fetchall()
    assert {done.split(":")[0] for done, _ in reconcile(scheduled).values()} == {"unchanged"}
    assert scheduled.execute("select jobid from cron.job order by 1").fetchall() == before


def test_a_tick_nobody_set_comes_every_minute_or_every_ten_seconds(seconds, scheduled):
    every = scheduled.execute("select pyorch._tick_every()::text").fetchone()
    assert every == ("00:00:10" if seconds else "00:01:00",)


def test_a_tick_below_a_minute_becomes_a_loop_where_there_are_only_minutes(seconds, scheduled):
    scheduled.execute("select pyorch.configure(%s)", [Jsonb({"tick": "20 seconds"})])
    expected = ("20 seconds", "call pyorch.tick()") if seconds else ("* * * * *", "call pyorch._tick_loop()")
    assert ("pyorch_tick", *expected, True) in jobs(scheduled)


def test_ticks_in_seconds_come_as_often(seconds, scheduled):
    if not seconds:
        pytest.skip("this pg_cron knows only minutes")
    scheduled.execute("select pyorch.configure(%s)", [Jsonb({"tick": "2 seconds"})])
    # by the minute four would take three of them; each has a slot of its own
    wait_until(scheduled, "(select count(*) from pyorch.run where job = 'pyorch_tick' and success) >= 4")
    (slots,) = scheduled.execute(
        "select count(*) - count(distinct date_bin('2 seconds', started_at, 'epoch')) from pyorch.run"
        " where job = 'pyorch_tick'"
    ).fetchone()
    assert slots == 0


@pytest.mark.parametrize(
    "change",
    [
        "select cron.alter_job(jobid, active := false) from cron.job where jobname = 'pyorch_tick'",
        "select cron.alter_job(jobid, schedule := '0 0 * * *') from cron.job where jobname = 'pyorch_tick'",
        "select cron.alter_job(jobid, command := 'select 1') from cron.job where jobname = 'pyorch_tick'",
        "select cron.unschedule('pyorch_tick')",
        "update cron.job set nodeport = 1 where jobname = 'pyorch_tick'",
    ],
)
def test_drift_is_critical_and_mended(scheduled, change):
    scheduled.execute(change)
    assert findings(scheduled) == [("cron_job_drifted", "pyorch_tick", "critical")]
    done, state = reconcile(scheduled)["pyorch_tick"]
    assert done.split(":")[0] in ("changed", "scheduled")
    assert state == "ok"
    assert findings(scheduled) == []
    assert [row[0] for row in jobs(scheduled)] == JOBS


def test_a_second_job_for_the_same_work_is_named_with_the_statement_that_removes_it(scheduled):
    scheduled.execute("select cron.schedule('mine', '*/5 * * * *', 'select orchestrate()')")
    code, subject, advice = scheduled.execute("select code, subject, advice from pyorch._cron_findings()").fetchone()
    assert (code, subject) == ("cron_job_duplicate", "mine")
    scheduled.execute(advice)
    assert findings(scheduled) == []


def test_the_same_job_of_another_role_is_a_duplicate(scheduled):
    with scheduled.transaction(force_rollback=True):
        scheduled.execute(
            "insert into cron.job (jobname, schedule, command, username)"
            " values ('pyorch_tick', '* * * * *', 'call pyorch.tick()', 'pg_monitor')"
        )
        assert findings(scheduled) == [("cron_job_duplicate", "pyorch_tick", "warning")]


def test_a_job_of_a_dropped_role_is_critical_since_it_stops_all(scheduled):
    # never committed: the launcher would stop
    with scheduled.transaction(force_rollback=True):
        scheduled.execute(
            "insert into cron.job (jobname, schedule, command, username)"
            " values ('old', '* * * * *', 'select 1', 'gone')"
        )
        assert findings(scheduled) == [("cron_job_of_dropped_role", "old", "critical")]


def test_jobs_of_others_are_left_alone(scheduled):
    scheduled.execute("select cron.schedule('theirs', '0 3 * * *', 'select 1')")
    scheduled.execute("select pyorch.configure(%s)", [Jsonb({"scheduler": "agent"})])
    assert [row[0] for row in jobs(scheduled)] == ["theirs"]


def test_with_the_agent_chosen_no_job_stays_and_back_again(scheduled):
    scheduled.execute("select pyorch.configure(%s)", [Jsonb({"scheduler": "agent"})])
    assert jobs(scheduled) == []
    assert scheduled.execute("select pyorch._scheduler()").fetchone() == (None,)
    scheduled.execute("select pyorch.configure(%s)", [Jsonb({"scheduler": "auto"})])
    assert [row[0] for row in jobs(scheduled)] == JOBS


def test_pg_cron_is_believed_right_after_it_was_told_and_then_by_its_ticks(scheduled):
    assert scheduled.execute("select pyorch._scheduler()").fetchone() == ("pg_cron",)
    scheduled.execute("update pyorch.job set scheduled_at = scheduled_at - interval '4 minutes'")
    assert scheduled.execute("select pyorch._scheduler()").fetchone() == (None,)
    codes = scheduled.execute("select severity, code from pyorch._health_schedule()").fetchall()
    assert ("critical", "no_scheduler") in codes


def test_uninstall_removes_our_jobs_alone(scheduled):
    scheduled.execute("select cron.schedule('theirs', '0 3 * * *', 'select 1')")
    scheduled.execute("select pyorch._before_uninstall()")
    assert [row[0] for row in jobs(scheduled)] == ["theirs"]


def test_the_history_of_our_jobs_goes_and_that_of_others_stays(scheduled):
    scheduled.execute(
        # below zero: the launcher dies of an id that is taken
        """insert into cron.job_run_details (jobid, runid, database, username, command, status, start_time, end_time)
           select 1, i - 10, 'd', current_user::text, command, status, start_time, end_time
             from (values
               (1, 'call pyorch.tick()', 'succeeded', now() - interval '8 days', now() - interval '8 days'),
               (2, 'call pyorch.tick()', 'failed', now() - interval '8 days', null),
               (3, 'call pyorch.tick()', 'starting', null, null),
               (4, 'select theirs()', 'succeeded', now() - interval '8 days', now() - interval '8 days'),
               (5, 'call pyorch.tick()', 'running', now() - interval '7 days 1 hour', null),
               (6, 'call pyorch.maintain()', 'succeeded', now() - interval '8 days', now() - interval '8 days'),
               (7, 'call pyorch.tick()', 'succeeded', now() - interval '6 days', now() - interval '6 days'),
               (8, 'call pyorch.tick()', 'starting', null, null)
             ) v (i, command, status, start_time, end_time)"""
    )
    answer = scheduled.execute("call pyorch.maintain()").fetchone()[0]
    assert answer["success"], answer["errors"]
    rows = scheduled.execute("select runid from cron.job_run_details where runid < 0 order by 1").fetchall()
    assert [runid for (runid,) in rows] == [-6, -5, -3, -2]


@pytest.mark.waits
def test_pg_cron_ticks_and_is_the_scheduler(scheduled, server):
    watch_dispatch(scheduled)
    try:
        wait_until(scheduled, "exists (select from pyorch.heartbeat where source = 'pg_cron')", timeout=180)
    except psycopg.errors.RaiseException:
        history = scheduled.execute("select command, status, return_message, start_time from cron.job_run_details")
        said = [line for line in server.log.read_text().splitlines() if "launcher" in line]
        pytest.fail(f"no tick; pg_cron says {history.fetchall()}; {said}")
    assert scheduled.execute("select distinct source from pyorch.run_log").fetchall() == [("pg_cron",)]
    assert scheduled.execute("select pyorch._scheduler()").fetchone() == ("pg_cron",)
    wait_until(
        scheduled,
        "exists (select from cron.job_run_details where command = 'call pyorch.tick()' and status = 'succeeded')",
    )
    assert sorted(kind for (kind,) in scheduled.execute("select kind from public.dispatched")) == [
        "processor",
        "scraper",
    ]


@pytest.mark.waits
def test_as_background_workers_too(server):
    own = Server(server.version, settings={"cron.use_background_workers": "on"}, in_memory=True)
    try:
        own.start()
        with psycopg.connect(own.dsn(CRON_DATABASE), autocommit=True) as db:
            db.execute("create extension if not exists pg_cron")
            own.psql(CRON_DATABASE, "-1", "-f", INSTALL)
            reconcile(db)
            wait_until(db, "exists (select from pyorch.heartbeat where source = 'pg_cron')", timeout=180)
            wait_until(db, "exists (select from pyorch.run where job = 'pyorch_metrics' and success)", timeout=180)
    finally:
        own.remove()


def test_a_plain_owner_schedules_where_it_was_granted_the_schema(bare_cron_dsn, server):
    with psycopg.connect(bare_cron_dsn, autocommit=True) as root:
        root.execute("create role plain_cron login")
        try:
            root.execute(f"grant create on database {CRON_DATABASE} to plain_cron")
            server.psql(f"{bare_cron_dsn} options='-c role=plain_cron'", "-1", "-f", INSTALL)
            with psycopg.connect(bare_cron_dsn, autocommit=True) as db:
                db.execute("set role plain_cron")
                found = db.execute("select state, statement from pyorch.reconcile_jobs() limit 1").fetchone()
                assert found == ("warning", "grant usage on schema cron to plain_cron;")
                root.execute(found[1])
                assert {state for _, state in reconcile(db).values()} == {"ok"}
                assert [row[0] for row in jobs(db)] == JOBS
                # row security shows it its own jobs alone: a duplicate of another role may be there
                state, seen = db.execute(
                    "select state, seen from pyorch._checks() where \"check\" = 'jobs are scheduled'"
                ).fetchone()
                assert state == "warning"
                assert "unchecked" in seen
                db.execute("select pyorch._before_uninstall()")
        finally:
            root.execute("delete from cron.job")
            root.execute("drop owned by plain_cron cascade")
            root.execute("drop role plain_cron")


def test_the_loop_ticks_in_its_slots_and_pins_no_snapshot(scheduled, cron_dsn):
    watch_dispatch(scheduled)
    scheduled.execute("select pyorch.configure(%s)", [Jsonb({"tick": "1 second"})])
    with psycopg.connect(cron_dsn, autocommit=True) as looping:
        # it ends at half of that
        looping.execute("set statement_timeout = '9s'")
        pid = looping.info.backend_pid
        work = Beside(lambda: looping.execute("call pyorch._tick_loop()"))
        snapshots = set()
        while work.at_work():
            # every look takes a transaction id, so that each snapshot that is new has a horizon of its own
            _, horizon = scheduled.execute(
                "select txid_current(), backend_xmin::text from pg_stat_activity where pid = %s", [pid]
            ).fetchone()
            snapshots.add(horizon)
            scheduled.execute("select pg_sleep(0.1)")
        work.result()
    ticks = scheduled.execute("select count(*) from pyorch.run_log where job = 'pyorch_tick'").fetchone()[0]
    assert 3 <= ticks <= 6
    # a new one for each slice of its sleep, and there are five of them from tick to tick
    assert len(snapshots - {None}) > 2 * ticks
