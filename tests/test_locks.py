"""A lock on one queue: triggers go out for all others, on time, whoever runs the orchestrator."""

from __future__ import annotations

import uuid

import pytest
from psycopg.types.json import Jsonb

from tests.orch import call, orchestrate

NAMES = ("exports", "imports", "zoo")


@pytest.fixture
def machine(db):
    """Three attached queues with work, each with its processor, and a live agent as transport."""
    for name in NAMES:
        db.execute(
            f"create table public.{name} (id bigint generated always as identity primary key,"
            " status text not null default 'pending', attempts integer not null default 0, locked_at timestamptz,"
            " created_at timestamptz not null default now())"
        )
        db.execute(f"insert into public.{name} select from generate_series(1, 5)")
        db.execute("select pyorch.attach_queue(%s, %s::text::regclass)", [name, f"public.{name}"])
        db.execute(
            "select pyorch.set_endpoint(%s, 'processor', 'http://127.0.0.1:9/', %s)",
            [f"process-{name}", Jsonb({"queue": name, "allow_http": True, "allow_private": True})],
        )
    db.execute("select pyorch._agent_beat(%s, '{}')", [uuid.uuid4()])
    db.execute("call pyorch.collect_metrics()")
    return db


@pytest.fixture
def blind_machine(machine):
    """The same, but nobody collected metrics, and nothing is known but what runs saw by themselves."""
    machine.execute("truncate pyorch.queue_depth")
    return machine


def by_tick(db):
    return call(db)


def by_orchestrate(db):
    db.execute("set statement_timeout = '30s'")
    return orchestrate(db)


def nobody_waited(answer):
    """No step says why it did less: one that waits for a lock gives up after 100 ms, and says so."""
    return answer["errors"] == [] and not any("why" in step for step in answer["steps"])


@pytest.mark.parametrize("run", [by_tick, by_orchestrate])
def test_with_nothing_locked_all_are_triggered(machine, run):
    assert sorted(run(machine)["processors_triggered"]) == [f"process-{name}" for name in NAMES]


@pytest.mark.parametrize("run", [by_tick, by_orchestrate])
def test_a_locked_row_delays_nobody(machine, connect, run):
    other = connect()
    with other.transaction():
        other.execute("select from public.imports where id = 1 for update")
        answer = run(machine)
    assert sorted(answer["processors_triggered"]) == [f"process-{name}" for name in NAMES]
    assert nobody_waited(answer)


@pytest.mark.parametrize("run", [by_tick, by_orchestrate])
def test_a_locked_table_is_decided_by_its_last_known_depth(machine, connect, run):
    other = connect()
    with other.transaction():
        other.execute("lock table public.imports")
        answer = run(machine)
    assert sorted(answer["processors_triggered"]) == [f"process-{name}" for name in NAMES], answer["errors"]
    step = next(step for step in answer["steps"] if step["name"] == "processors")
    assert step["why"] == "locked, decided by the last known depth: imports"


@pytest.mark.parametrize("run", [by_tick, by_orchestrate])
def test_a_metric_that_sleeps_for_a_minute_delays_nothing(machine, run):
    machine.execute("select pyorch._set_custom_metric('slow', 'select 1 from pg_sleep(600)', '1 minute')")
    answer = run(machine)
    assert sorted(answer["processors_triggered"]) == [f"process-{name}" for name in NAMES]
    assert answer["duration_ms"] < 30_000


@pytest.mark.parametrize("run", [by_tick, by_orchestrate])
def test_a_run_remembers_what_it_saw_itself(blind_machine, connect, clock, run):
    blind_machine.execute("select pyorch._agent_beat(%s, '{}')", [uuid.uuid4()])
    assert "process-imports" in run(blind_machine)["processors_triggered"]
    blind_machine.execute("delete from pyorch.call")
    clock.advance("1 minute")
    blind_machine.execute("select pyorch._agent_beat(%s, '{}')", [uuid.uuid4()])
    other = connect()
    with other.transaction():
        other.execute("lock table public.imports")
        answer = run(blind_machine)
    assert sorted(answer["processors_triggered"]) == [f"process-{name}" for name in NAMES], answer
    step = next(step for step in answer["steps"] if step["name"] == "processors")
    assert step["why"] == "locked, decided by the last known depth: imports"
    if run is by_orchestrate:
        assert answer["queue_depths"]["imports"]["pending"] == 5
        assert "as_of" in answer["queue_depths"]["imports"]


def test_a_session_that_holds_the_remembered_depth_delays_nothing(machine, connect):
    other = connect()
    with other.transaction():
        other.execute("select from pyorch.queue_depth for update")
        answer = by_orchestrate(machine)
    assert answer["success"], answer["errors"]
    assert nobody_waited(answer)
