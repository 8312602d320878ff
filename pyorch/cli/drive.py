"""What makes it move: orchestrate, tick, agent, demo."""

from __future__ import annotations

import click

from pyorch import db, verify
from pyorch.cli.base import App, Failure, database

ORDER = (
    "success", "skipped", "run_id", "timestamp", "duration_ms", "unlocked", "settled", "scrapers_triggered",
    "processors_triggered", "not_triggered", "queue_depths", "steps", "errors",
)  # fmt: skip


@click.command()
@click.option(
    "--skip", multiple=True, metavar="STEP", help="unlock, settle, scrapers, processors or metrics. Repeatable."
)
@click.option(
    "--budget", metavar="INTERVAL", help="Time that the run may take; what does not fit comes first next time."
)
@click.option("--if-stale", metavar="INTERVAL", help="Only when no tick ran for so long, such as 15m.")
@database
def orchestrate(app: App, skip: tuple[str, ...], budget: str | None, if_stale: str | None) -> None:
    """Run the orchestrator once, now; exit 1 when it says success: false.

    Example: pyorch orchestrate --skip metrics --if-stale 15m
    """
    if if_stale is not None and not verify.stale(app.connection, if_stale):
        app.done("The schedule is alive: nothing to do.", skipped="not stale")
        return
    # local to the transaction: a pooler may hand the session on
    with app.connection.transaction():
        app.value("select set_config('pyorch.source', 'cli', true)")
        answer = app.value("select pyorch.orchestrate(%s::text[], %s::interval)", list(skip), budget)
    app.record({key: answer[key] for key in sorted(answer, key=_rank)})
    if not answer["success"]:
        raise click.exceptions.Exit(1)


@click.command()
@database
def tick(app: App) -> None:
    """Run one tick as the scheduler does, with a commit after each step.

    Example: pyorch tick
    """
    app.rows("call pyorch.tick()")
    app.done("Ticked: pyorch run list")


@click.command()
@click.option("--grace", default=10.0, show_default=True, metavar="SECONDS", help="Time to end after the signal.")
@click.option("--max-calls", default=1000, show_default=True, type=click.IntRange(1), help="Calls in flight at most.")
@click.option("--once", is_flag=True, help="Run what is due and send what waits now, then end.")
@database
def agent(app: App, grace: float, max_calls: int, once: bool) -> None:
    """Carry the calls, and run the schedule where pg_cron is missing or silent. Ends cleanly on SIGTERM.

    Several may run side by side.

    Example: pyorch agent --dsn postgresql://localhost/app
    """
    from pyorch import agent as carrier

    # the agent waits for a database that is away; for one that nobody can name it would wait for ever
    db.check(app.dsn)
    raise click.exceptions.Exit(carrier.run(app.dsn, once=once, grace=grace, max_calls=max_calls))


@click.command()
@database
def demo(app: App) -> None:
    """Play the whole story on a throw-away server (or on --dsn): queues, scrapers, a killed processor, the evidence.

    Example: pyorch demo
    """
    try:
        from pyorch import demo as scene
    except ImportError as error:
        raise Failure(f"the demo needs more: {error}", "pip install 'pyorch[demo]'") from error
    raise click.exceptions.Exit(scene.run(app.dsn, as_json=app.json))


def _rank(key: str) -> tuple[int, str]:
    """Where a key of the answer stands: jsonb has forgotten the order."""
    return (ORDER.index(key) if key in ORDER else len(ORDER), key)


COMMANDS = (orchestrate, tick, agent, demo)
