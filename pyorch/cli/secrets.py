"""``pyorch secret …`` and ``pyorch variable …``. A secret's value is read from a prompt or stdin, and never printed."""

from __future__ import annotations

import sys

import click
import psycopg

from pyorch.cli.base import App, Commands, Failure, database


@click.group(cls=Commands)
def secret() -> None:
    """Secrets: values that headers name ({{service_key}}) and that are resolved only when a call is sent.

    Example: pyorch secret set service_key
    """


@secret.command("set")
@click.argument("name")
@database
def secret_set(app: App, name: str) -> None:
    """Set a secret. Its value is asked for, or read from stdin; it cannot be given as an argument.

    Example: pyorch secret set service_key < key.txt
    """
    value = click.prompt("Value", hide_input=True, err=True) if sys.stdin.isatty() else sys.stdin.read().rstrip("\r\n")
    if not value:
        raise Failure("the value is empty", f'For example: printf %s "$KEY" | pyorch secret set {name}', 2)
    _store(app, name, value)
    app.done(f"Secret {name} set.", secret=name)


def _store(app: App, name: str, value: str) -> None:
    """Hand the value over by COPY: of all ways in, the one whose data a server with `log_statement` does not log."""
    db = app.connection
    try:
        with db.transaction():
            db.execute("create temporary table pyorch_value (value text) on commit drop")
            with db.cursor() as cursor, cursor.copy("copy pg_temp.pyorch_value from stdin") as copy:
                copy.write_row([value])
            db.execute("select pyorch.set_secret(%s, value) from pg_temp.pyorch_value", [name])
    except psycopg.errors.InsufficientPrivilege as why:
        if "temporary" not in str(why):
            raise
        # no right to temporary tables here: a bind parameter, which is in no statement's text
        app.value("select pyorch.set_secret(%s, %s)", name, value)


@secret.command("list")
@database
def secret_list(app: App) -> None:
    """List the names of the secrets; never a value.

    Example: pyorch secret list
    """
    app.table(app.rows("select * from pyorch.secret_names()"), empty="No secret yet.")


@secret.command("drop")
@click.argument("name")
@database
def secret_drop(app: App, name: str) -> None:
    """Drop a secret; calls that name it are refused from now on.

    Example: pyorch secret drop service_key
    """
    app.value("select pyorch.drop_secret(%s)", name)
    app.done(f"Secret {name} dropped.", secret=name)


@click.group(cls=Commands)
def variable() -> None:
    """Variables of this database alone, such as functions_url; url, headers and body may name them.

    Example: pyorch variable set functions_url https://abc.supabase.co/functions/v1
    """


@variable.command("set")
@click.argument("name")
@click.argument("value")
@database
def variable_set(app: App, name: str, value: str) -> None:
    """Set a variable.

    Example: pyorch variable set functions_url https://abc.supabase.co/functions/v1
    """
    app.value("select pyorch.set_variable(%s, %s)", name, value)
    app.done(f"Variable {name} set.", variable=name)


@variable.command("list")
@database
def variable_list(app: App) -> None:
    """List the variables and their values.

    Example: pyorch variable list
    """
    app.table(app.rows("select * from pyorch.variable order by 1"), empty="No variable yet.")


@variable.command("drop")
@click.argument("name")
@database
def variable_drop(app: App, name: str) -> None:
    """Drop a variable; calls that name it are refused from now on.

    Example: pyorch variable drop functions_url
    """
    app.value("select pyorch.set_variable(%s, null)", name)
    app.done(f"Variable {name} dropped.", variable=name)


COMMANDS = (secret, variable)
