"""An agent that is killed in the middle of a tick: each due slot is dispatched once, and the next agent goes on."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from tests.agents import endpoint, until
from tests.http_receiver import Receiver
from tests.orch import AT_THE_GATE, open_gate, shut_gate

ASLEEP = "select pid from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()"
# the first call ever is decided slowly: inside the transaction that decides it
SLOWLY = f"""
create function public.slowly() returns trigger language plpgsql as $$
begin
  if nextval('public.decided') = 1 then {AT_THE_GATE} end if;
  return new;
end $$;
create sequence public.decided;
create trigger slowly after insert on pyorch.call for each row execute function public.slowly();
grant all on sequence public.decided to public;
grant select on public.gate to public;
"""


@pytest.mark.parametrize("backend", ["lives on", "dies too"])
def test_a_slot_is_dispatched_once_although_its_agent_is_killed(
    db: psycopg.Connection, receiver: Receiver, start_agent: Any, backend: str
) -> None:
    db.execute("update pyorch.job set every = '1 second' where job = 'pyorch_tick'")
    shut_gate(db)
    db.execute(SLOWLY.encode())
    endpoint(db, "hourly", receiver.url("/ok"), every="1 hour")
    first = start_agent()
    (pid,) = until(lambda: db.execute(ASLEEP.encode()).fetchone())
    first.kill()
    if backend == "dies too":
        assert db.execute("select pg_terminate_backend(%s, 90000)", [pid]).fetchone() == (True,)
        # as if the time that its run may be away had passed
        db.execute("update pyorch.run_lock set until = pyorch._now()")
    db.execute("update pyorch.agent set seen_at = seen_at - interval '1 minute'")
    second = start_agent()
    second.said("agent.leads")
    open_gate(db)
    until(lambda: receiver.arrivals("/ok"))
    good = "select count(*) >= 3 from pyorch.run where job = 'pyorch_tick' and success"
    until(lambda: db.execute(good.encode()).fetchone() == (True,))
    assert db.execute("select count(*) from pyorch.call_log").fetchone() == (1,)
    assert len(receiver.arrivals("/ok")) == 1
    runs = db.execute("select success, errors from pyorch.run where not success").fetchall()
    assert len(runs) == (backend == "dies too")
