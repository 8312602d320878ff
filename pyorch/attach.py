"""Attaching a table of the user's: check his SQL, attach, show the mapping, create the advised indexes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
        report["created"] = create_advised(connection, relation, report["advised"], say)
        report["advised"] = []
    return report


def create_advised(
    connection: Connection, relation: str, statements: Sequence[str], say: Callable[[str], None]
) -> list[str]:
    """Run the advised statements one by one, outside any transaction; returns those that were run.

    What a concurrent build that died left behind is dropped first: `if not exists` would take it for the index.
    """
    left = connection.execute(
        "select i.indexrelid::regclass::text from pg_catalog.pg_index i"
        " join pg_catalog.pg_class c on c.oid = i.indexrelid"
        " where i.indrelid = %s::regclass and not i.indisvalid and c.relname ~ '_pyorch_[a-z]+_idx$'"
        " and not exists (select from pg_catalog.pg_stat_progress_create_index p where p.index_relid = i.indexrelid)",
        [relation],
    ).fetchall()
    for statement in [*(f"drop index concurrently {name}" for (name,) in left), *statements]:
        say(f"{statement};")
        connection.execute(statement.encode())
    return list(statements)


def show(report: Mapping[str, Any]) -> None:
    """Print the report: the mapping and what degrades as tables, statements so that they can be copied."""
    out = render.console()
    mapping = report.get("mapping", {})
    title = f"{report.get('relation')} as queue {report.get('queue')}"
    out.print(render.record(mapping.get("columns", {}), f"{title}: columns"))
    out.print(render.record(mapping.get("statuses", {}), "\nStatuses"))
    for heading, lines in (("What degrades", report.get("degrades")), ("Notes", report.get("notes"))):
        if lines:
            out.print(render.bullets(lines, f"\n{heading}"))
    for heading, statements in (
        ("Advised indexes (or --create-indexes)", report.get("advised")),
        ("Created indexes", report.get("created")),
    ):
        if statements:
            out.print(f"\n[bold]{heading}[/]")
            for statement in statements:
                out.print(f"{statement};", markup=False, soft_wrap=True)
