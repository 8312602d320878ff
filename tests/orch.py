"""Helpers for the tests of the orchestrator: steps that are replaced, sessions at work beside the test."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import psycopg

DISPATCH = """
create or replace function pyorch._dispatch(p_kind text, p_run_id bigint, p_deadline timestamptz)
  returns jsonb language plpgsql security invoker set search_path = '' as $$
begin
  insert into public.dispatched (kind, run_id) values (p_kind, p_run_id);
  {body}
  return pg_catalog.jsonb_build_object('triggered', array[p_kind], 'skipped', array[]::text[], 'complete', {complete});
end $$
"""


def watch_dispatch(db: psycopg.Connection, body: str = "", complete: str = "true") -> None:
    """Replace the decision about calls by one that notes in public.dispatched that it was made; body: more PL/pgSQL."""
    db.execute(
        "create table if not exists public.dispatched"
        " (kind text, run_id bigint, at timestamptz default clock_timestamp())"
    )
    db.execute(DISPATCH.format(body=body, complete=complete))


def dispatched(db: psycopg.Connection) -> list[str]:
    """The kinds for which calls were decided, in order."""
    return [kind for (kind,) in db.execute("select kind from public.dispatched order by at").fetchall()]


def break_step(db: psycopg.Connection, step: str, body: str) -> None:
    """Let a step of a run (settle, metrics) do something else; body: PL/pgSQL statements."""
    db.execute(
        f"create or replace function pyorch._step_{step}(p_run jsonb) returns jsonb language plpgsql"
        f" set search_path = '' as $$ begin {body} return '{{}}'; end $$"
    )


# PL/pgSQL that goes on when `open_gate` was called, however long that takes
AT_THE_GATE = "while (select shut from public.gate) loop perform pg_catalog.pg_sleep(0.01); end loop;"


def shut_gate(db: psycopg.Connection) -> None:
    """Let everybody who comes to AT_THE_GATE wait there."""
    db.execute("create table public.gate as select true as shut")


def open_gate(db: psycopg.Connection) -> None:
    """Let them go on."""
    db.execute("update public.gate set shut = false")


def orchestrate(db: psycopg.Connection, arguments: str = "") -> dict[str, Any]:
    """The answer of pyorch.orchestrate()."""
    row = db.execute(f"select pyorch.orchestrate({arguments})").fetchone()
    assert row is not None
    return row[0]


def call(db: psycopg.Connection, procedure: str = "tick") -> dict[str, Any]:
    """The answer of a procedure: tick, collect_metrics, maintain."""
    row = db.execute(f"call pyorch.{procedure}()").fetchone()
    assert row is not None
    return row[0]


def states(answer: dict[str, Any]) -> dict[str, str]:
    """The state of each step, in the order in which they ran."""
    return {step["name"]: step["state"] for step in answer["steps"]}


class Beside:
    """Runs a function in a thread of its own; .result() waits for what it returned or raised."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self._answer: Any = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, args=(work,), daemon=True)
        self._thread.start()

    def _run(self, work: Callable[[], Any]) -> None:
        try:
            self._answer = work()
        except BaseException as error:  # handed to whoever waits
            self._error = error

    def at_work(self) -> bool:
        return self._thread.is_alive()

    def result(self, timeout: float = 90.0) -> Any:
        self._thread.join(timeout)
        assert not self._thread.is_alive(), "still at work"
        if self._error is not None:
            raise self._error
        return self._answer


def wait_until(db: psycopg.Connection, query: str, timeout: float = 90.0) -> None:
    """Wait until a query answers true."""
    db.execute(
        f"do $$ begin for i in 1 .. {int(timeout * 50)} loop perform pg_stat_clear_snapshot();"
        f" if ({query}) then return; end if; perform pg_sleep(0.02); end loop; raise 'never true'; end $$"
    )
