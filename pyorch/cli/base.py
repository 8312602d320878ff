"""What every command shares: the database and output options, one place for errors and exit codes.

Exit codes: 0 done, 1 failed (or verify found something), 2 bad input.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click
import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from pyorch import db, errors, render

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 120}


# the caller's mistake; every other code is a refusal or a failure
BAD_INPUT = {
    "PY001",
    "PY002",
    "PY003",
    "PY004",
    "PY008",
    "PY010",
    "PY013",
    "PY015",
    "PY016",
    "3F000",
    "42P01",
    "42602",
    "0A000",
}
# undefined schema, table, function, column
NOT_INSTALLED = {"3F000", "42P01", "42883", "42703"}


class Failure(click.ClickException):
    """What went wrong, what to do next, and the exit code (1 failure, 2 bad input)."""

    def __init__(self, message: str, hint: str | None = None, exit_code: int = 1) -> None:
        super().__init__(message)
        self.hint = hint
        self.exit_code = exit_code  # type: ignore[misc]

    def show(self, file: Any = None) -> None:
        """Print to stderr: the message, then the hint."""
        click.echo(f"Error: {self.message}", err=True)
        if self.hint:
            click.echo(f"Hint: {self.hint}", err=True)


class Commands(click.Group):
    """A group whose commands may raise database errors: each becomes a message, a hint and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; translate what the database says."""
        try:
            return super().invoke(ctx)
        except (psycopg.Error, errors.PyorchError) as error:
            raise failure(error) from error


def failure(error: Exception) -> Failure:
    """What an error means to the person at the terminal: message, hint, exit code."""
    said = errors.from_psycopg(error) if isinstance(error, psycopg.Error) else error
    if not isinstance(said, errors.PyorchError):
        return Failure(str(said))
    state = said.sqlstate or ""
    hint = said.hint
    if state in NOT_INSTALLED and "pyorch" in said.message:
        return Failure(said.message, "Is pyorch installed here, in this version? Run: pyorch install")
    if state == "42501":
        hint = hint or "Connect as the owner of pyorch, or as a member of the role for this part (pyorch install -h)."
    if state in ("3F000", "42P01"):
        hint = hint or "Name it with its schema, as in public.import_queue; psql's \\dt *.* lists what there is."
    if state == "22007" and "interval" in said.message:
        hint = hint or "For example: '10 seconds', '5 minutes', '2 hours'."
    return Failure(said.message, hint, 2 if state in BAD_INPUT or state.startswith("22") else 1)


def _warn(said: psycopg.errors.Diagnostic) -> None:
    """Pass on what the database warns of; its notices are for programmers."""
    if said.severity_nonlocalized == "WARNING":
        click.echo(f"Warning: {said.message_primary}", err=True)
        if said.message_hint:
            click.echo(f"Hint: {said.message_hint}", err=True)


class App:
    """One command's database and its two outputs. Connects when first asked to."""

    def __init__(self, dsn: str | None, as_json: bool) -> None:
        self.dsn = dsn
        self.json = as_json
        self._connection: psycopg.Connection[Any] | None = None

    @property
    def connection(self) -> psycopg.Connection[Any]:
        """The connection (autocommit), opened once and closed with the command."""
        if self._connection is None:
            self._connection = db.connect(self.dsn)
            self._connection.add_notice_handler(_warn)
            click.get_current_context().call_on_close(self._connection.close)
        return self._connection

    def rows(self, query: str, *arguments: Any) -> list[dict[str, Any]]:
        """Run one statement, give its rows as dictionaries."""
        with self.connection.cursor(row_factory=dict_row) as cursor:
            cursor.execute(query.encode(), [_adapt(argument) for argument in arguments] or None)
            return cursor.fetchall() if cursor.description else []

    def row(self, query: str, missing: str, *arguments: Any) -> dict[str, Any]:
        """The one row that the statement finds; else bad input, in the words of ``missing``."""
        found = self.rows(query, *arguments)
        if not found:
            raise Failure(missing, exit_code=2)
        return found[0]

    def value(self, query: str, *arguments: Any) -> Any:
        """The first column of the first row, or None."""
        found = self.rows(query, *arguments)
        return next(iter(found[0].values())) if found else None

    def owns(self, table: str) -> bool:
        """Whether we may read a table of pyorch's itself, which only its owner may."""
        return bool(self.value("select has_table_privilege(%s, 'select')", f"pyorch.{table}"))

    def complaints(self, subject: str) -> list[dict[str, Any]]:
        """What pyorch.health says about a queue or an endpoint."""
        return self.rows(
            "select severity, code, evidence, advice from pyorch.health where subject = %s and severity <> 'ok'",
            subject,
        )

    def table(
        self, rows: Sequence[Mapping[str, Any]], columns: Sequence[str] | None = None, empty: str = "None."
    ) -> None:
        """Print rows: JSON holds every column, the table those that people need."""
        if self.json:
            click.echo(render.to_json(rows))
        elif rows:
            render.console().print(render.table(rows, columns))
        else:
            self.say(empty)

    def record(self, row: Mapping[str, Any], title: str | None = None) -> None:
        """Print one row."""
        if self.json:
            click.echo(render.to_json(row))
        else:
            render.whole(row, title)

    def done(self, said: str, **data: Any) -> None:
        """Report a change: one line of talk for people, data for programs."""
        if self.json:
            click.echo(render.to_json({"done": True, **data}))
        else:
            self.say(said)

    def say(self, text: str) -> None:
        """Talk: to stderr."""
        click.echo(text, err=True)


def _adapt(argument: Any) -> Any:
    """Dictionaries travel as jsonb."""
    return Jsonb(argument) if isinstance(argument, dict) else argument


def database(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command ``--dsn`` and ``--json`` (accepted before the command, too) and its :class:`App` as argument."""

    @click.option("--dsn", metavar="DSN", help="Database, as URL or libpq keywords. Default: the PG* variables.")
    @click.option("--json", "as_json", is_flag=True, help="Answer in JSON, for programs.")
    @click.pass_context
    @functools.wraps(function)
    def command(ctx: click.Context, /, dsn: str | None, as_json: bool, **arguments: Any) -> Any:
        shared = ctx.find_root().params
        return function(App(dsn or shared.get("dsn"), as_json or bool(shared.get("as_json"))), **arguments)

    return command


def settings(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command ``--option KEY=VALUE`` and ``--options JSON``, merged into the argument ``options``."""

    @click.option(
        "--option", "pairs", metavar="KEY=VALUE", multiple=True, help="One option; a.b=1 reaches into a. Repeatable."
    )
    @click.option("--options", "whole", metavar="JSON", help="Options as one JSON object.")
    @functools.wraps(function)
    def command(*arguments: Any, pairs: tuple[str, ...], whole: str | None, **named: Any) -> Any:
        options = parse_object(whole) if whole else {}
        for pair in pairs:
            put(options, pair)
        return function(*arguments, options=options, **named)

    return command


def parse_object(text: str) -> dict[str, Any]:
    """A JSON object given on the command line."""
    try:
        parsed = json.loads(text)
    except json.JSONDecodeError as error:
        raise Failure(f"this is no JSON: {error}", 'Quote it for the shell: \'{"lease": "5 minutes"}\'.', 2) from error
    if not isinstance(parsed, dict):
        raise Failure("options must be a JSON object", 'For example: \'{"lease": "5 minutes"}\'.', 2)
    return parsed


def put(options: dict[str, Any], pair: str, inside: str | None = None) -> None:
    """Set KEY=VALUE in ``options``; the value is JSON where it is (5, true, null, [1]), else text; dots in KEY nest."""
    key, equals, text = pair.partition("=")
    if not equals or not key:
        raise Failure(f'"{pair}" is not KEY=VALUE', "For example: --option lease='5 minutes'.", 2)
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        value = text
    *path, last = ([inside] if inside else []) + key.split(".")
    for step in path:
        options = options.setdefault(step, {})
        if not isinstance(options, dict):
            raise Failure(f'"{step}" in "{pair}" is a value already', exit_code=2)
    options[last] = value
