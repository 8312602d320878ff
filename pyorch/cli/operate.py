"""Looking after an installation: status, verify, health, configure, pause, resume, adopt, harden, audit."""

from __future__ import annotations

from typing import Any

import click

from pyorch import audit as auditing
from pyorch import render, verify
from pyorch.cli.base import App, Failure, database, settings
from pyorch.cli.endpoints import COLUMNS as ENDPOINTS
from pyorch.cli.endpoints import UNKNOWN
from pyorch.cli.queues import COLUMNS as QUEUES


@click.command()
@database
def status(app: App) -> None:
    """Show who schedules, who carries, and how queues and endpoints stand.

    Example: pyorch status
    """
    parts = {
        "who": app.value("select pyorch._status()"),
        "queues": app.rows("select * from pyorch.queue_status order by queue"),
        "endpoints": app.rows("select * from pyorch.endpoint_status order by endpoint"),
        "health": app.rows("select * from pyorch.health where severity <> 'ok' order by severity, code, subject"),
    }
    if app.json:
        app.record(parts)
    else:
        shown = {"queues": QUEUES, "endpoints": ENDPOINTS}
        who = {name: "none" if value is None else value for name, value in parts["who"].items()}
        render.sections({**parts, "who": who}, shown)


@click.command()
@database
def health(app: App) -> None:
    """Show what is wrong, with what to do about it; exit 1 when something is critical.

    Example: pyorch health
    """
    rows = app.rows("select * from pyorch.health order by severity <> 'critical', severity <> 'warning', code, subject")
    app.table(rows, ("severity", "code", "subject", "since", "evidence", "advice"), "All is well.")
    if any(row["severity"] == "critical" for row in rows):
        raise click.exceptions.Exit(1)


@click.command("verify")
@click.option("--max-age", metavar="INTERVAL", help="Dead-man's switch: only the age of the last tick, such as 3m.")
@click.option("--cycles", type=click.IntRange(1), metavar="N", help="Watch N scheduled ticks and show what each did.")
@click.option("--markdown", is_flag=True, help="Write a page: how we know that it works.")
@click.option("--canary-url", metavar="URL", help="Send one call there and wait for its outcome.")
@click.option("--canary-endpoint", metavar="NAME", help="Trigger this endpoint and wait for the outcome.")
@database
def verify_(
    app: App,
    max_age: str | None,
    cycles: int | None,
    markdown: bool,
    canary_url: str | None,
    canary_endpoint: str | None,
) -> None:
    """Collect the evidence that pyorch works: what was checked, what was seen, what to do. Exit 1 when a check failed.

    Example: pyorch verify --cycles 3
    """
    if canary_url and not canary_url.startswith(("http://", "https://")):
        raise Failure(f'"{canary_url}" is no URL', "For example: https://example.com/health.", 2)
    if canary_endpoint:
        known = "select endpoint from pyorch.endpoint_status where endpoint = %s"
        app.row(known, UNKNOWN.format(canary_endpoint), canary_endpoint)
    checks = (
        verify.dead_man(app.dsn, max_age)
        if max_age is not None
        else verify.verify(
            app.dsn, cycles_wanted=cycles, canary_url=canary_url, canary_endpoint=canary_endpoint, say=app.say
        )
    )
    if markdown:
        click.echo(verify.page(checks))
    else:
        app.table([check.row() for check in checks], ("state", "check", "seen", "todo"))
    if verify.failed(checks):
        raise click.exceptions.Exit(1)


@click.command()
@settings
@database
def configure(app: App, options: dict[str, Any]) -> None:
    """Change settings; show all of them, the value in force and the default. KEY=null resets one.

    Example: pyorch configure --option 'skip=["metrics"]'
    """
    if options:
        app.value("select pyorch.configure(%s)", options)
    app.table(app.rows("select * from pyorch._settings()"))


@click.command()
@click.option("--all", "everything", is_flag=True, help="Every queue and endpoint as well: nothing is claimed either.")
@database
def pause(app: App, everything: bool) -> None:
    """Stop calling endpoints until resumed. Claims go on, unless --all.

    Example: pyorch pause
    """
    app.value("select pyorch.pause()")
    if everything:
        app.rows("select pyorch.pause_queue(queue) from pyorch.queue_status where not paused")
        app.rows("select pyorch.pause_endpoint(endpoint) from pyorch.endpoint_status where not paused")
    app.done("Paused.", paused=True)


@click.command()
@click.option("--all", "everything", is_flag=True, help="Every queue and endpoint as well.")
@database
def resume(app: App, everything: bool) -> None:
    """End the pause.

    Example: pyorch resume
    """
    app.value("select pyorch.resume()")
    if everything:
        app.rows("select pyorch.resume_queue(queue) from pyorch.queue_status where paused")
        app.rows("select pyorch.resume_endpoint(endpoint) from pyorch.endpoint_status where paused")
    app.done("Resumed.", paused=False)


@click.command()
@click.option(
    "--expect", metavar="INTERVAL", help="Adopt whatever cluster this becomes within that time: before pg_upgrade."
)
@database
def adopt(app: App, expect: str | None) -> None:
    """Say that this copy of the database is the one that calls endpoints (after a restore, after pg_upgrade).

    Example: pyorch adopt --expect '2 hours'
    """
    app.value("select pyorch.adopt(%s::interval)", expect)
    app.done("Adopted: this database dispatches." if expect is None else f"Expecting a new cluster within {expect}.")


@click.command()
@database
def harden(app: App) -> None:
    """Revoke from everyone the rights on pg_net's queue and answers that we may revoke; says which statements are left.

    Example: pyorch harden
    """
    app.table(app.rows("select * from pyorch.harden()"), empty="pg_net is not open to everyone.")


@click.command()
@click.option("--cron-dsn", metavar="DSN", help="Where pg_cron lives, when that is another database.")
@database
def audit(app: App, cron_dsn: str | None) -> None:
    """Read the cron jobs that exist and name those that call the same URLs, carry secrets, overlap or always fail.

    Changes nothing; offers the statements that retire them.

    Example: pyorch audit
    """
    if cron_dsn:
        app = App(cron_dsn, app.json)
    if app.value("select to_regclass('cron.job') is null"):
        raise Failure("pg_cron is not in this database", "Name the one where it lives: pyorch audit --cron-dsn …")
    there = app.connection
    findings = auditing.judge(auditing.jobs(there), auditing.runs(there), auditing.endpoints(there))
    app.table([finding.row() for finding in findings], empty="No cron job needs attention.")


COMMANDS = (status, health, verify_, configure, pause, resume, adopt, harden, audit)
