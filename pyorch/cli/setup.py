"""``pyorch install``, ``uninstall`` and ``sql``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from pyorch import install as installing
from pyorch import migrate, render
from pyorch.cli.base import App, Commands, Failure, database

ROLES = {
    "admin": "Role that administers. Default: pyorch_admin, made if allowed.",
    "operator": "Role that operates. Default: pyorch_operator.",
    "worker": "Role that works on items, such as service_role.",
    "viewer": "Role that looks. Default: pyorch_viewer.",
}
AGENT_OR = {"scheduler": ["auto", "pg_cron", "agent"], "transport": ["auto", "pg_net", "agent"]}


def roles_of(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that name the role of each part."""
    for part, help_text in reversed(ROLES.items()):
        command = click.option(f"--{part}-role", metavar="ROLE", help=help_text)(command)
    return command


@click.command()
@roles_of
@click.option("--scheduler", type=click.Choice(AGENT_OR["scheduler"]), help="Who starts ticks.")
@click.option("--transport", type=click.Choice(AGENT_OR["transport"]), help="Who carries the calls.")
@click.option("--cron-dsn", metavar="DSN", help="Where pg_cron lives, when that is another database.")
@click.option("--create-extensions", is_flag=True, help="Create pg_cron and pg_net where they are available.")
@database
def install(
    app: App,
    cron_dsn: str | None,
    create_extensions: bool,
    scheduler: str | None,
    transport: str | None,
    **roles: str | None,
) -> None:
    """Install pyorch, or bring it up to date. Says what it found, what it chose and what to do next; twice is harmless.

    Example: pyorch install --dsn postgresql://postgres@localhost/app --worker-role service_role
    """
    report = installing.install(
        app.dsn,
        roles=roles,
        scheduler=scheduler,
        transport=transport,
        cron_dsn=cron_dsn,
        create_extensions=create_extensions,
        say=app.say,
    )
    if app.json:
        app.record(report)
    else:
        render.console().print(render.record(installing.summary(report)))
        for step in report["next"]:
            app.say(f"Next: {step}")


@click.command()
@click.option("--yes", is_flag=True, help="Really.")
@click.option("--drop-data", is_flag=True, help="Even while native queues hold unfinished items: they are lost.")
@click.option("--cron-dsn", metavar="DSN", help="Where pg_cron lives, when that is another database.")
@database
def uninstall(app: App, yes: bool, drop_data: bool, cron_dsn: str | None) -> None:
    """Remove everything of pyorch and nothing of yours; leased items of attached queues return to pending first.

    Example: pyorch uninstall --yes
    """
    if not yes:
        raise Failure("this removes pyorch, its queues and its ledger", "Say so: pyorch uninstall --yes", 2)
    report = installing.uninstall(app.dsn, drop_data=drop_data, cron_dsn=cron_dsn)
    app.done("pyorch is gone.", **report)
    for note in report["notes"]:
        app.say(note)


@click.group(cls=Commands)
def sql() -> None:
    """Print SQL; never connects. For psql, and for migrations that other tools run.

    Example: pyorch sql install > supabase/migrations/20260101000000_pyorch.sql
    """


@sql.command("install")
@roles_of
def sql_install(**roles: str | None) -> None:
    """Print what a fresh installation is: one transaction, the sources as they are.

    Example: pyorch sql install --worker-role service_role > supabase/migrations/20260101000000_pyorch.sql
    """
    click.echo(installing.script(roles), nl=False)


@sql.command("upgrade")
@click.option("--from", "start", metavar="REVISION", help="The revision that the database has; default: none.")
def sql_upgrade(start: str | None) -> None:
    """Print the migrations from a revision to the newest, as Alembic would run them.

    Example: pyorch sql upgrade --from 0001_initial | psql "$DATABASE_URL"
    """
    click.echo(migrate.offline_sql(start), nl=False)


COMMANDS = (install, uninstall, sql)
