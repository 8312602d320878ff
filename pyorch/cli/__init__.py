"""The command line. Each command: options, one call, render. Nobody imports this package; nobody else imports click."""

from __future__ import annotations

import click

from pyorch import __version__
from pyorch.cli import calls, drive, endpoints, operate, queues, schedule, secrets, setup
from pyorch.cli.base import CONTEXT, Commands


@click.group(cls=Commands, context_settings=CONTEXT)
@click.option("--dsn", metavar="DSN", help="Database, as URL or libpq keywords. Default: the PG* variables.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON, for programs.")
@click.version_option(__version__, "--version", prog_name="pyorch")
def main(dsn: str | None, as_json: bool) -> None:
    """pyorch: queues, endpoints and the orchestrator, inside your Postgres.

    Data goes to stdout, talk to stderr. Exit codes: 0 done, 1 failed or verify found something, 2 bad input.

    Example: pyorch --dsn postgresql://localhost/app install
    """


for module in (setup, operate, drive, queues, endpoints, calls, secrets, schedule):
    for command in module.COMMANDS:
        main.add_command(command)
