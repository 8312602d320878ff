"""What makes it move: orchestrate, tick, agent, demo."""

from __future__ import annotations

import click

from pyorch import verify
from pyorch.cli.base import App, Failure, database


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
    if if_stale and not verify.stale(app.connection, if_stale):
        app.done("The schedule is alive: nothing to do.", skipped="not stale")
        return
    app.rows("set application_name = 'pyorch cli'")
    answer = app.value("select pyorch.orchestrate(%s::text[], %s::interval)", list(skip), budget)
    app.record(answer)
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
@click.option(
    "--grace", default=25.0, show_default=True, metavar="SECONDS", help="Time for calls in flight at the end."
)
@click.option("--max-calls", default=500, show_default=True, type=click.IntRange(1), help="Calls in flight at most.")
@database
def agent(app: App, grace: float, max_calls: int) -> None:
    """Carry the calls, and run the schedule where pg_cron is missing or silent. Ends cleanly on SIGTERM.

    Several may run side by side.

    Example: pyorch agent --dsn postgresql://localhost/app
    """
    from pyorch import agent as carrier

    carrier.run(app.dsn, grace=grace, max_calls=max_calls)


@click.command()
@click.option("--quick", is_flag=True, help="A smaller scene.")
@database
def demo(app: App, quick: bool) -> None:
    """Play the whole story on a throw-away server (or on --dsn): queues, scrapers, a killed processor, the evidence.

    Example: pyorch demo
    """
    try:
        from pyorch import demo as scene
    except ImportError as error:
        raise Failure(f"the demo needs more: {error}", "pip install 'pyorch[demo]'") from error
    raise click.exceptions.Exit(scene.run(dsn=app.dsn, quick=quick))


COMMANDS = (orchestrate, tick, agent, demo)
