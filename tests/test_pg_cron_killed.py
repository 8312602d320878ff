"""pg_cron killed in the middle of a tick: one dispatch for each due slot, a red verify, and the agent takes over."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time

import psycopg
import pytest

from tests.agents import AgentProcess, endpoint
from tests.conftest import CRON_DATABASE, INSTALL, ROOT
from tests.orch import break_step, wait_until
from tests.servers import Server

pytestmark = [pytest.mark.pg_cron, pytest.mark.waits]
LAUNCHER = "select pid from pg_stat_activity where backend_type like 'pg_cron%'"
TICKING = "exists (select from pyorch.run_lock where job = 'pyorch_tick' and until is not null)"
# somebody has to carry, or nothing is decided: an agent that is there whenever a tick looks
CARRIER = "insert into pyorch.agent select gen_random_uuid(), now(), now(), 'x', 1, false, '{}'"
CARRIES = "update pyorch.agent set seen_at = pyorch._now();"
ASLEEP = "select pid from pg_stat_activity where wait_event = 'PgSleep' and pid <> pg_backend_pid()"
# the nth call is decided for ever, inside the transaction that decides it; not so once a run is known to have died
SLOWLY = """
create function public.slowly() returns trigger language plpgsql as $$
begin
  if (select count(*) from pyorch.call) = {nth} and not exists (select from pyorch.run where not success) then
    perform pg_sleep(600);
  end if;
  return new;
end $$;
create trigger slowly after insert on pyorch.call for each row execute function public.slowly();
"""


@pytest.fixture
def own_server(server):
    """A server whose launcher may die."""
    own = Server(server.version, in_memory=True)
    try:
        own.start()
        yield own
    finally:
        own.remove()


def verify(dsn):
    command = [sys.executable, "-m", "pyorch", "--dsn", dsn, "verify", "--max-age", "3m"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=os.environ)


def test_the_launcher_dies_and_the_agent_takes_over(own_server):
    dsn = own_server.dsn(CRON_DATABASE)
    with psycopg.connect(dsn, autocommit=True) as db:
        db.execute("create extension if not exists pg_cron schema pg_catalog")
        own_server.psql(CRON_DATABASE, "-1", "-f", INSTALL)
        db.execute("select pyorch._record_identity()")
        endpoint(db, "hourly", "http://127.0.0.1:9/", every="1 hour")
        db.execute(CARRIER)
        break_step(db, "settle", f"{CARRIES} perform pg_catalog.pg_sleep(3);")
        db.execute("select * from pyorch.reconcile_jobs()")
        wait_until(db, TICKING, timeout=180)
        (pid,) = db.execute(LAUNCHER).fetchone()
        db.execute("select pg_terminate_backend(%s, 5000)", [pid])
        # libpq mode: the session of the job is one of its own and ends its tick
        wait_until(db, f"not {TICKING}", timeout=180)
        calls = db.execute("select count(*) from pyorch.call_log").fetchone()
        assert calls == (1,), db.execute("select steps, errors from pyorch.run").fetchall()
        break_step(db, "settle", "perform 1;")

        if db.execute("select extversion < '1.6' from pg_extension where extname = 'pg_cron'").fetchone()[0]:
            # 1.4 stays dead
            assert db.execute(LAUNCHER).fetchone() is None
            db.execute("update pyorch.heartbeat set beat_at = beat_at - interval '5 minutes'")
            db.execute("update pyorch.job set scheduled_at = scheduled_at - interval '5 minutes'")
            done = verify(dsn)
            assert done.returncode != 0
            assert "ago" in done.stdout + done.stderr
            db.execute("delete from pyorch.agent")
            agent = AgentProcess(dsn).ready()
            try:
                wait_until(db, "exists (select from pyorch.heartbeat where source = 'agent')", timeout=180)
                assert db.execute("select pyorch._scheduler()").fetchone() == ("agent",)
            finally:
                agent.stop()
        else:
            wait_until(db, "(select count(*) from pyorch.run where job = 'pyorch_tick' and success) >= 3", timeout=180)
        assert db.execute("select count(distinct idempotency_key) from pyorch.call_log").fetchone() == (1,)


def prepare(server, nth):
    """A scraper that is due, a processor whose only item is an orphan; the nth call is decided for ever."""
    with psycopg.connect(server.dsn(CRON_DATABASE), autocommit=True) as db:
        db.execute("create extension if not exists pg_cron schema pg_catalog")
        server.psql(CRON_DATABASE, "-1", "-f", INSTALL)
        db.execute("select pyorch._record_identity()")
        endpoint(db, "hourly", "http://127.0.0.1:9/", every="1 hour")
        db.execute("select pyorch.create_queue('q')")
        db.execute("select pyorch.enqueue('q', '{}')")
        db.execute("select pyorch.claim('q', 'w', 1, '1 millisecond')")
        options = '{"queue": "q", "allow_http": true, "allow_private": true}'
        db.execute("select pyorch.set_endpoint('drain', 'processor', 'http://127.0.0.1:9/', %s)", [options])
        db.execute(CARRIER)
        break_step(db, "settle", CARRIES)
        db.execute(SLOWLY.format(nth=nth))
        db.execute("select * from pyorch.reconcile_jobs()")


def kill_backend(server, decided):
    """Kill the session of the job while it decides one more call, and wait until the server has started again."""
    with psycopg.connect(server.dsn(CRON_DATABASE), autocommit=True) as db:
        wait_until(db, f"exists ({ASLEEP})", timeout=180)
        (pid,) = db.execute(ASLEEP).fetchone()
        assert db.execute("select count(*) from pyorch.call").fetchone() == (decided,)
        os.kill(pid, signal.SIGKILL)
        # one killed session, and the server ends all others
        with pytest.raises(psycopg.OperationalError):
            db.execute("select pg_sleep(60)")
    until = time.monotonic() + 180
    while time.monotonic() < until:
        with contextlib.suppress(psycopg.OperationalError):
            psycopg.connect(server.dsn(CRON_DATABASE)).close()
            return
    raise AssertionError("the server did not start again")


def test_the_session_of_a_job_dies_with_the_whole_server_and_the_next_tick_goes_on(server):
    # killed before anything is decided for good; and when the scraper's call is, but not the processor's
    workers = {"cron.use_background_workers": "on"}
    servers = {nth: Server(server.version, settings=how, in_memory=True) for nth, how in ((1, {}), (2, workers))}
    try:
        for nth, own in servers.items():
            own.start()
            prepare(own, nth)
        for nth, own in servers.items():
            kill_backend(own, decided=nth - 1)
        for own in servers.values():
            with psycopg.connect(own.dsn(CRON_DATABASE), autocommit=True) as db:
                wait_until(db, "exists (select from pyorch.run where job = 'pyorch_tick' and success)", timeout=180)
                calls = db.execute("select endpoint, attempt from pyorch.call_log order by call_id").fetchall()
                assert calls == [("hourly", 1), ("drain", 1)]
                status = db.execute("select pending, processing, dead from pyorch.queue_status").fetchone()
                assert status == (1, 0, 0)
                (errors,) = db.execute("select errors from pyorch.run where not success").fetchone()
                assert errors[0]["message"] == "ended without an answer: its session was killed or timed out"
    finally:
        for own in servers.values():
            own.remove()
