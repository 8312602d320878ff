"""pg_cron killed in the middle of a tick: one dispatch for each due slot, a red verify, and the agent takes over."""

from __future__ import annotations

import os
import subprocess
import sys

import psycopg
import pytest

from tests.agents import AgentProcess, endpoint
from tests.conftest import CRON_DATABASE, INSTALL, ROOT
from tests.orch import break_step, wait_until
from tests.servers import Server

pytestmark = pytest.mark.pg_cron
LAUNCHER = "select pid from pg_stat_activity where backend_type like 'pg_cron%'"
TICKING = "exists (select from pyorch.run_lock where job = 'pyorch_tick' and until is not null)"


@pytest.fixture
def own_server():
    """A server whose launcher may die."""
    server = Server(15)
    try:
        server.start()
        yield server
    finally:
        server.remove()


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
        # somebody has to carry, or nothing is decided
        carrier = (
            "insert into pyorch.agent select gen_random_uuid(), now(), now() + interval '5 seconds', 'x', 1, false"
        )
        db.execute(f"{carrier}, '{{}}'")
        db.execute("update pyorch.agent set seen_at = pyorch._now() + interval '9 seconds'")
        break_step(db, "settle", "update pyorch.agent set seen_at = pyorch._now(); perform pg_catalog.pg_sleep(3);")
        db.execute("select * from pyorch.reconcile_jobs()")
        wait_until(db, TICKING, timeout=75)
        (pid,) = db.execute(LAUNCHER).fetchone()
        db.execute("select pg_terminate_backend(%s, 5000)", [pid])
        # libpq mode: the session of the job is one of its own and ends its tick
        wait_until(db, f"not {TICKING}", timeout=30)
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
                wait_until(db, "exists (select from pyorch.heartbeat where source = 'agent')", timeout=75)
                assert db.execute("select pyorch._scheduler()").fetchone() == ("agent",)
            finally:
                agent.stop()
        else:
            wait_until(db, "(select count(*) from pyorch.run where job = 'pyorch_tick' and success) >= 3", timeout=60)
        assert db.execute("select count(distinct idempotency_key) from pyorch.call_log").fetchone() == (1,)
