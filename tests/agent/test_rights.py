"""What the agent's role needs: pyorch_admin and nothing else."""

from __future__ import annotations

from typing import Any

import psycopg

from tests.agents import endpoint, until
from tests.http_receiver import Receiver


def test_a_role_with_nothing_but_pyorch_admin_runs_the_schedule(
    db: psycopg.Connection, dsn: str, receiver: Receiver, start_agent: Any
) -> None:
    db.execute("update pyorch.job set every = '1 second'")
    db.execute("create role only_admin login in role pyorch_admin")
    try:
        endpoint(db, "due", receiver.url("/ok"), every="1 second")
        agent = start_agent(dsn.replace("user=postgres", "user=only_admin"))
        until(lambda: receiver.arrivals("/ok"))
        for job in ("pyorch_tick", "pyorch_metrics", "pyorch_maintain"):
            good = f"select count(*) > 0 from pyorch.run where job = '{job}' and success and source = 'agent'"
            until(lambda good=good: db.execute(good.encode()).fetchone() == (True,))
        assert not [line for line in agent.log if "failed" in line]
        assert agent.stop() == 0
    finally:
        db.execute("drop role only_admin")
