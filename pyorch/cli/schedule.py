"""``pyorch jobs …`` and ``pyorch metric …``."""

from __future__ import annotations

import click

from pyorch import install as installing
from pyorch import usersql
from pyorch.cli.base import App, Commands, Failure, database


@click.group(cls=Commands)
def jobs() -> None:
    """Jobs: the schedule as it should be, and as it is.

    Example: pyorch jobs reconcile
    """


@jobs.command("list")
@database
def jobs_list(app: App) -> None:
    """List the jobs that should run.

    Example: pyorch jobs list
    """
    app.table(app.rows("select * from pyorch.job order by job"))


@jobs.command("reconcile")
@click.option("--cron-dsn", metavar="DSN", help="Where pg_cron lives, when that is another database.")
@database
def jobs_reconcile(app: App, cron_dsn: str | None) -> None:
    """Bring pg_cron in line with the jobs that should run, and say what was done.

    Example: pyorch jobs reconcile
    """
    app.table(installing.reconcile(app.connection, cron_dsn))


@click.group(cls=Commands)
def metric() -> None:
    """Metrics: the time series of queues and endpoints, and your own.

    Example: pyorch metric list --subject imports
    """


@metric.command("list")
@click.option("--metric", "name", help="Only this metric.")
@click.option("--subject", help="Only of this queue or endpoint.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1), help="The newest so many.")
@database
def metric_list(app: App, name: str | None, subject: str | None, limit: int) -> None:
    """List the newest values.

    Example: pyorch metric list --metric pending
    """
    rows = app.rows(
        "select * from pyorch.metric_log where (%s::text is null or metric = %s) and (%s::text is null or subject = %s)"
        " order by at desc limit %s",
        name,
        name,
        subject,
        subject,
        limit,
    )
    app.table(rows, empty="No values yet: they are collected by their own job.")


@metric.command("set")
@click.argument("name")
@click.argument("select")
@click.option("--every", metavar="INTERVAL", help="How often; default: 1 minute.")
@click.option("--time-limit", metavar="INTERVAL", help="How long it may take; default: 5 seconds.")
@database
def metric_set(app: App, name: str, select: str, **limits: str | None) -> None:
    """Measure by a SELECT of your own: one statement, read-only, no volatile function; it is checked first.

    Example: pyorch metric set vehicles_today 'select count(*) from vehicles where created_at >= current_date'
    """
    query = usersql.check_select(app.connection, select)
    app.value(
        "select pyorch._set_custom_metric(%s, %s, %s::interval, %s::interval)",
        name, query, limits["time_limit"], limits["every"],
    )  # fmt: skip
    app.done(f"Metric {name} set.", metric=name)


@metric.command("drop")
@click.argument("name")
@database
def metric_drop(app: App, name: str) -> None:
    """Stop measuring by your own SELECT; its values stay until their retention.

    Example: pyorch metric drop vehicles_today
    """
    if app.value("select pyorch._drop_custom_metric(%s)", name) is False:
        raise Failure(f'no metric "{name}" of yours', exit_code=2)
    app.done(f"Metric {name} dropped.", metric=name)


COMMANDS = (jobs, metric)
