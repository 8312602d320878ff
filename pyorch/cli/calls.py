"""``pyorch call …`` and ``pyorch run …``: the two logs."""

from __future__ import annotations

import click

from pyorch.cli.base import App, Commands, database

CALL_COLUMNS = (
    "call_id",
    "endpoint",
    "attempt",
    "transport",
    "decided_at",
    "outcome",
    "status_code",
    "latency_ms",
    "work_ms",
    "error",
)
OUTCOMES = ("ok", "failed", "timed_out", "lost", "refused", "open")
RUN_COLUMNS = ("run_id", "source", "started_at", "duration_ms", "success", "errors")


@click.group(cls=Commands)
def call() -> None:
    """Calls: the ledger of every HTTP request, from decision to outcome.

    Example: pyorch call list --outcome failed
    """


@call.command("list")
@click.option("--endpoint", help="Only calls to this endpoint.")
@click.option("--outcome", type=click.Choice(OUTCOMES), metavar="OUTCOME", help=f"Only this: {', '.join(OUTCOMES)}.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1), help="The newest so many.")
@database
def call_list(app: App, endpoint: str | None, outcome: str | None, limit: int) -> None:
    """List the newest calls.

    Example: pyorch call list --endpoint drain --outcome timed_out
    """
    rows = app.rows(
        "select * from pyorch.call_log where (%s::text is null or endpoint = %s)"
        " and (%s::text is null or coalesce(outcome, 'open') = %s) order by call_id desc limit %s",
        endpoint,
        endpoint,
        outcome,
        outcome,
        limit,
    )
    app.table(rows, CALL_COLUMNS, "No such calls.")


@call.command("show")
@click.argument("call_id", type=int)
@database
def call_show(app: App, call_id: int) -> None:
    """Show all that is known about one call.

    Example: pyorch call show 4711
    """
    app.record(app.row("select * from pyorch.call_log where call_id = %s", f"no call {call_id}", call_id))


@call.command("retry")
@click.argument("call_id", type=int)
@database
def call_retry(app: App, call_id: int) -> None:
    """Call again what failed: a new row with the same idempotency key.

    Example: pyorch call retry 4711
    """
    again = app.value("select pyorch.retry_call(%s)", call_id)
    app.done(f"Call {call_id} is tried again as call {again}.", call_id=again)


@click.group(cls=Commands)
def run() -> None:
    """Runs: each execution of the orchestrator, its steps and errors.

    Example: pyorch run list
    """


@run.command("list")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1), help="The newest so many.")
@click.option("--failed", is_flag=True, help="Only runs that failed.")
@database
def run_list(app: App, limit: int, failed: bool) -> None:
    """List the newest runs.

    Example: pyorch run list --failed
    """
    rows = app.rows(
        "select * from pyorch.run_log where not (%s and success) order by run_id desc limit %s", failed, limit
    )
    app.table(rows, RUN_COLUMNS, "No such runs.")


@run.command("show")
@click.argument("run_id", type=int)
@database
def run_show(app: App, run_id: int) -> None:
    """Show one run with its steps.

    Example: pyorch run show 17
    """
    app.record(app.row("select * from pyorch.run_log where run_id = %s", f"no run {run_id}", run_id))


COMMANDS = (call, run)
