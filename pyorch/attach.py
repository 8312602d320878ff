"""Attaching a table of the user's: check his SQL, attach, show the mapping, create the advised indexes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from pyorch import render, usersql

Connection = psycopg.Connection[Any]
USER_SQL = ("where", "order_by")


def attach(
    connection: Connection,
    queue: str,
    relation: str,
    options: Mapping[str, Any],
    *,
    create_indexes: bool = False,
    say: Callable[[str], None] = lambda line: None,
) -> dict[str, Any]:
    """Attach a table as a queue; ``where`` and ``order_by`` are checked first.

    Args:
        connection: autocommit, as indexes are created concurrently.
        queue: the queue's name.
        relation: the table, as ``regclass`` reads it.
        options: as ``pyorch.attach_queue`` takes them, ``where`` and ``order_by`` included.
        create_indexes: run the advised statements now.
        say: called with a line of talk for each index.

    Returns:
        What ``pyorch.attach_queue`` answers: mapping, what degrades, advised statements.
    """
    for key in USER_SQL:
        if options.get(key):
            usersql.check_expression(connection, options[key], relation, key)
    function = "_attach_checked" if any(key in options for key in USER_SQL) else "attach_queue"
    row = connection.execute(
        f"select pyorch.{function}(%s, %s::regclass, %s)".encode(), [queue, relation, Jsonb(dict(options))]
    ).fetchone()
    report: dict[str, Any] = row[0] if row else {}
    if create_indexes:
        report["created"] = [create(connection, statement, say) for statement in report.get("advised", [])]
    return report


def create(connection: Connection, statement: str, say: Callable[[str], None]) -> str:
    """Run one advised statement, which must not stand in a transaction."""
    say(statement)
    connection.execute(statement.encode())
    return statement


def alter(connection: Connection, queue: str, options: Mapping[str, Any]) -> None:
    """Change options of a queue; ``where`` and ``order_by`` are checked first."""
    row = connection.execute("select relation::text from pyorch.queue where queue = %s", [queue]).fetchone()
    for key in USER_SQL:
        if options.get(key) and row:
            usersql.check_expression(connection, options[key], row[0], key)
    function = "_alter_checked" if any(key in options for key in USER_SQL) else "alter_queue"
    connection.execute(f"select pyorch.{function}(%s, %s)".encode(), [queue, Jsonb(dict(options))])


def show(report: Mapping[str, Any]) -> None:
    """Print the report as tables."""
    render.sections(report)
