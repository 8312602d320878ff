"""Brings a database to a revision and back: the only importer of alembic.command and alembic.config."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from pyorch import assets, db
from pyorch.errors import PyorchError, VersionMismatchError, from_psycopg

# Alembic keeps the running migration in globals of its modules
_ALONE = threading.RLock()

# after the last downgrade, when Alembic needs its version table no more
_DROP_SCHEMA = """do $$
begin
  drop schema pyorch cascade;
exception
  -- somebody made the schema for us; then it stays, empty
  when insufficient_privilege then
    drop table pyorch.alembic_version;
end;
$$;"""


@dataclass(frozen=True)
class Revision:
    """One step of the schema: its id, its first line, and whether the database has it."""

    revision: str
    title: str
    applied: bool


def upgrade(dsn: str | None = None, revision: str = "head") -> list[str]:
    """Bring the database to a revision, in one transaction; who comes at the same time waits.

    Args:
        dsn: libpq connection string; None: PG* variables.
        revision: e.g. "head", "0001_initial".

    Returns:
        The revisions that were applied, oldest first; none when it was there already.

    Raises:
        VersionMismatchError: the database is ahead of this code, or was not made by revisions.
        PyorchError: PostgreSQL refused; with its SQLSTATE and a hint.
    """
    with _transaction(dsn) as (config, connection):
        _applied(config, connection)
        _run(command.upgrade, config, revision)
        return list(config.attributes["done"])


def downgrade(dsn: str | None = None, revision: str = "base") -> list[str]:
    """Take revisions back, in one transaction; "base" leaves nothing of ours.

    Returns:
        The revisions that were taken back, newest first.

    Raises:
        as upgrade; what a revision refuses (data would be lost) comes as PyorchError with its hint.
    """
    with _transaction(dsn) as (config, connection):
        if not _applied(config, connection):
            return []
        _run(command.downgrade, config, revision)
        if not _applied(config, connection):
            connection.exec_driver_sql(_DROP_SCHEMA)
        return list(config.attributes["done"])


def current(dsn: str | None = None) -> str | None:
    """Return the newest revision that the database has, or None."""
    with _transaction(dsn) as (config, connection):
        applied = _applied(config, connection)
        return next((one for one in _all(config) if one in applied), None)


def history(dsn: str | None = None) -> list[Revision]:
    """Return all revisions of this code, oldest first, with what the database has of them."""
    with _transaction(dsn) as (config, connection):
        applied = _applied(config, connection)
        scripts = ScriptDirectory.from_config(config).walk_revisions()
        found = [Revision(one.revision, one.doc.splitlines()[0], one.revision in applied) for one in scripts]
        return found[::-1]


def head() -> str:
    """Return the newest revision of this code. Connects to nothing."""
    return _all(_config())[0]


def offline_sql(start: str | None = None, revision: str = "head") -> str:
    """Return the SQL that brings a database from one revision to another: one transaction, the same text every time.

    Args:
        start: the revision that the database has; None: it is empty.
        revision: where to go.

    Raises:
        PyorchError: PY001, there is no such revision.
    """
    config = _config()
    config.output_buffer = out = io.StringIO()
    with _ALONE:
        _run(command.upgrade, config, revision if start is None else f"{start}:{revision}", sql=True)
    return out.getvalue()


def _config() -> Config:
    config = Config()
    # a percent sign in the path would be an interpolation of configparser
    config.set_main_option("script_location", str(assets.alembic_dir()).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    # env.py appends each revision that it applied or took back
    config.attributes["done"] = []
    return config


def _all(config: Config) -> list[str]:
    return [one.revision for one in ScriptDirectory.from_config(config).walk_revisions()]


def _applied(config: Config, connection: Connection) -> set[str]:
    """Return what the database has.

    Raises:
        VersionMismatchError: it has something that this code does not know.
    """
    # before the revisions: an upgrade that ends between the two looks has then recorded one
    there = connection.exec_driver_sql("select to_regclass('pyorch.config')").scalar() is not None
    context = MigrationContext.configure(connection, opts={"version_table_schema": "pyorch"})
    heads = context.get_current_heads()
    known = _all(config)
    for one in heads:
        if one not in known:
            raise VersionMismatchError(
                f"the database is at revision {one}, this pyorch knows only up to {known[0]}",
                hint="The database is ahead of the code. Run: pip install --upgrade pyorch",
            )
    if there and not heads:
        raise VersionMismatchError(
            "pyorch is in this database, but no revision is recorded: it was made by psql from sql/install.sql",
            hint="Such a database cannot be upgraded. Remove it with: psql -1 -f sql/uninstall.sql",
        )
    applied: set[str] = set()
    for one in heads:
        applied.update(known[known.index(one) :])
    return applied


@contextmanager
def _transaction(dsn: str | None) -> Iterator[tuple[Config, Connection]]:
    """Open one transaction, hand it to Alembic by the config, commit at the end; errors come as PyorchError."""

    def creator() -> psycopg.Connection:
        connection = db.connect(dsn, autocommit=False)
        # who waited for the lock must see what the one before did
        connection.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
        return connection

    engine = create_engine("postgresql+psycopg://", creator=creator, poolclass=NullPool)
    config = _config()
    try:
        with _ALONE, engine.begin() as connection:
            config.attributes["connection"] = connection
            yield config, connection
    except DBAPIError as error:
        if not isinstance(error.orig, psycopg.Error):
            raise
        raise _explained(error.orig) from error
    finally:
        engine.dispose()


def _explained(error: psycopg.Error) -> PyorchError:
    """Return the server's error with a hint where it has none."""
    found = from_psycopg(error)
    if found.hint is None and isinstance(error, psycopg.errors.InsufficientPrivilege):
        found.hint = "The role needs: grant create on database … to …; or schemas pyorch and pyorch_api of its own."
    if found.hint is None and isinstance(error, psycopg.errors.LockNotAvailable):
        found.hint = (
            "Another session is in the way (an install, or a lock on our tables). Nothing was changed: try again."
        )
    return found


def _run(alembic_command: object, config: Config, revision: str, **options: object) -> None:
    try:
        alembic_command(config, revision, **options)  # type: ignore[operator]
    except CommandError as error:
        raise PyorchError(
            str(error), hint=f"Known revisions: {', '.join(_all(config)[::-1])}", sqlstate="PY001"
        ) from error
