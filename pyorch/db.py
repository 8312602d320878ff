"""The one place that connects: a libpq connection string, or the PG* variables when there is none."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from pyorch.errors import ConnectError


def connect(dsn: str | None = None, **options: Any) -> psycopg.Connection:
    """Return an autocommit connection, named `pyorch` in pg_stat_activity.

    Autocommit, since procedures that commit (tick, maintain, …) cannot run inside a transaction of ours; and no server
    side prepared statements, so that a pooler in transaction mode is no obstacle.

    Args:
        dsn: libpq connection string or URL; None or empty: PGHOST, PGDATABASE, PGSERVICE, …
        options: further psycopg.connect parameters; they win over the defaults here.

    Raises:
        ConnectError: the server cannot be reached or refuses us; the hint says how to name another one.
    """
    defaults: dict[str, Any] = {"prepare_threshold": None, "client_encoding": "UTF8"}
    autocommit = options.pop("autocommit", True)
    conninfo = dsn or ""
    if "application_name" not in conninfo:
        defaults["application_name"] = "pyorch"
    try:
        connection = psycopg.connect(conninfo, autocommit=True, **(defaults | options))
        if needed := formats(connection.info):
            connection.execute(needed)
        connection.autocommit = autocommit
        return connection
    except psycopg.OperationalError as error:
        raise ConnectError(
            f"cannot connect: {str(error).strip()}",
            hint="Give --dsn 'postgresql://user@host/database', or set PGHOST, PGDATABASE, PGUSER.",
            sqlstate=error.sqlstate,
        ) from error
    except psycopg.ProgrammingError as error:
        raise _unreadable(error) from error


def formats(info: psycopg.ConnectionInfo) -> bytes:
    """Statements for a session whose database prints times in a way that psycopg cannot read; mostly none.

    Not asked for at the connection: a pooler need not know such parameters.
    """
    wrong = []
    if not (info.parameter_status("DateStyle") or "ISO").startswith("ISO"):
        wrong.append(b"set datestyle = iso")
    if info.parameter_status("IntervalStyle") not in ("postgres", None):
        wrong.append(b"set intervalstyle = postgres")
    return b"; ".join(wrong)


def check(dsn: str | None) -> None:
    """Read a connection string, without connecting.

    Raises:
        ConnectError: nobody can read it.
    """
    try:
        conninfo_to_dict(dsn or "")
    except psycopg.ProgrammingError as error:
        raise _unreadable(error) from error


def _unreadable(error: psycopg.Error) -> ConnectError:
    return ConnectError(
        f"cannot read the connection string: {str(error).strip()}",
        hint="It looks like 'postgresql://user@host/database' or 'host=… dbname=…'.",
        sqlstate="PY001",
    )
