"""Checks of what is installed: server, revision, sources. Each says what it saw; none changes anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import psycopg
from psycopg.rows import dict_row

from pyorch import assets, catalog, migrate
from pyorch.errors import VersionMismatchError

Connection = psycopg.Connection[Any]
MANY = 5
# how a warning begins that says nothing about how things are: this role may not see it
UNCHECKED = "unchecked"


@dataclass(frozen=True)
class Check:
    """What was checked, ``state`` (ok | warning | failed), what was seen, what to do."""

    check: str
    state: str
    seen: str
    todo: str = ""

    def row(self) -> dict[str, Any]:
        """As a row to print."""
        return {"state": self.state, "check": self.check, "seen": self.seen, "todo": self.todo}


def rows(connection: Connection, query: str, *arguments: Any) -> list[dict[str, Any]]:
    """Rows of a query as dictionaries."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query.encode(), list(arguments) or None).fetchall()


def value(connection: Connection, query: str, *arguments: Any) -> Any:
    """The first column of the first row."""
    row = connection.execute(query.encode(), list(arguments) or None).fetchone()
    return row[0] if row else None


def installed(connection: Connection) -> bool:
    """Whether the database holds pyorch at all."""
    return bool(value(connection, "select to_regclass('pyorch.config') is not null"))


def owner(connection: Connection) -> str | None:
    """The role that owns pyorch, when we are not a member of it."""
    found: str | None = value(
        connection,
        "select pg_catalog.pg_get_userbyid(nspowner)::text from pg_catalog.pg_namespace"
        " where nspname = 'pyorch' and not pg_catalog.pg_has_role(nspowner, 'usage')",
    )
    return found


def server(connection: Connection) -> Iterator[Check]:
    """Which server this is, and that it may be written to."""
    version = value(connection, "select current_setting('server_version')")
    where = f"PostgreSQL {version}, database {connection.info.dbname}"
    if value(connection, "select pg_catalog.pg_is_in_recovery()"):
        yield Check("server", "failed", f"{where}: a standby, read only", "Verify the primary.")
    else:
        yield Check("server", "ok", where)


def revision(connection: Connection) -> Iterator[Check]:
    """The database is at the revision that this code carries."""
    head = migrate.head()
    try:
        there = migrate.current(_dsn(connection))
    except VersionMismatchError as error:
        yield Check("revision", "failed", error.message, error.hint or "")
        return
    if there == head:
        yield Check("revision", "ok", f"at {head}, the newest this pyorch knows")
    else:
        yield Check("revision", "failed", f"at {there}, this pyorch brings {head}", "pyorch install")


def sources(connection: Connection) -> Iterator[Check]:
    """What is installed equals the sources, object by object, grants included."""
    live = catalog.read(connection)
    found = catalog.diff(catalog.golden(), live, catalog.roles(connection))
    for difference in found[:MANY]:
        yield Check("functions equal the sources", "failed", str(difference), _mend(difference))
    if len(found) > MANY:
        yield Check("functions equal the sources", "failed", f"and {len(found) - MANY} differences more")
    if not found:
        count = ", ".join(
            f"{len(live[kind])} {kind}" for kind in ("routines", "relations", "columns", "constraints", "indexes")
        )
        yield Check("functions equal the sources", "ok", f"{count}: all as in the sources")
    for role in catalog.latecomers(connection):
        yield Check(
            "roles", "warning", f"{role} exists and has no right in this database", "pyorch install grants them"
        )


def _mend(difference: catalog.Difference) -> str:
    """How the source comes back: an installation grants anew, the file of a routine can be run again at any time."""
    if difference.is_right:
        return "pyorch install"
    name = difference.name.partition("(")[0].removeprefix("pyorch.")
    file = assets.sql_dir() / "functions" / f"{name}.sql"
    if difference.kind == "routine" and file.exists():
        return f"psql -1 -f {file}"
    return "pyorch sql install shows the source"


def generated(connection: Connection) -> Iterator[Check]:
    """What was generated for each queue is what would be generated now."""
    drifted = rows(connection, "select * from pyorch._queue_drift()")
    for (queue, problem), alike in groupby(drifted, lambda row: (row["queue"], row["problem"])):
        drift = list(alike)
        # all of a queue are made anew together; the others have nothing in common
        for few in [drift] if queue else [[row] for row in drift]:
            names = ", ".join(row["routine"].removeprefix("pyorch.") for row in few[:MANY])
            more = f" and {len(few) - MANY} more" if len(few) > MANY else ""
            of_queue = f"queue {queue}: " if queue else ""
            yield Check("generated functions", "failed", f"{of_queue}{problem}: {names}{more}", _remake(few[0]))
    if not drifted:
        yield Check("generated functions", "ok", "those of every queue are as they would be generated now")


def _remake(drift: dict[str, Any]) -> str:
    """How a generated function becomes what it should be."""
    if drift["problem"] == "belongs to no queue":
        return f"drop function {drift['routine']};"
    if drift["queue"] is None:
        return "select pyorch._rebuild_dispatch();"
    return f"select pyorch.alter_queue('{drift['queue']}', '{{}}');"


def _dsn(connection: Connection) -> str:
    """The connection string of an open connection, its password included."""
    password = connection.info.password
    return connection.info.dsn + (f" password='{_quoted(password)}'" if password else "")


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'")
