"""Bring pyorch into a database, and out of it again: migrate, let SQL choose scheduler and transport, report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from pyorch import assets, cron, db, migrate
from pyorch.errors import PyorchError

Connection = psycopg.Connection[Any]
EXTENSIONS = ("pg_cron", "pg_net")
OLDEST = 150000


def install(
    dsn: str | None = None,
    *,
    roles: Mapping[str, str | None] | None = None,
    scheduler: str | None = None,
    transport: str | None = None,
    cron_dsn: str | None = None,
    create_extensions: bool = False,
    say: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Install pyorch or bring it up to date; twice is harmless.

    Args:
        dsn: the database; None: libpq's PG* variables.
        roles: ``{"worker_role": "service_role", …}`` (admin, operator, worker, viewer): which role plays which part.
        scheduler: ``auto`` | ``pg_cron`` | ``agent``; None leaves what is configured.
        transport: ``auto`` | ``pg_net`` | ``agent``; None leaves what is configured.
        cron_dsn: the database where pg_cron lives, when it is another one.
        create_extensions: create pg_cron and pg_net where they are available; never done unasked.
        say: called with a line of talk before each step.

    Returns:
        What ``pyorch._after_install`` found and chose, and ``next``: what to do now, in order.

    Raises:
        PyorchError: this server or role cannot have it; the hint says what would mend that.
    """
    tell = say or (lambda line: None)
    with db.connect(dsn) as connection:
        _preflight(connection)
        before = migrate.current(dsn)
        created = [_create_extension(connection, name) for name in EXTENSIONS] if create_extensions else []
        if before != migrate.head():
            tell(f"Migrating {connection.info.dbname} from {before or 'nothing'} to {migrate.head()}.")
        migrate.upgrade(dsn)
        options = {name: role for name, role in (roles or {}).items() if role}
        options |= {name: what for name, what in (("scheduler", scheduler), ("transport", transport)) if what}
        report: dict[str, Any] = _value(connection, "select pyorch._after_install(%s)", Jsonb(options))
        report["database"] = connection.info.dbname
        report["revision"] = {"before": before, "now": migrate.head()}
        report["notes"] = [*(note for note in created if note), *report.get("notes", []), *_offers(connection, report)]
        if cron_dsn:
            report["jobs"] = reconcile(connection, cron_dsn)
        report["next"] = _next(connection, report)
    return report


def uninstall(dsn: str | None = None, *, drop_data: bool = False, cron_dsn: str | None = None) -> dict[str, Any]:
    """Remove everything of ours and nothing of the user's; leased items of attached queues return to pending first.

    Args:
        dsn: the database; None: libpq's PG* variables.
        drop_data: go on while native queues hold unfinished items (they are lost).
        cron_dsn: the database where pg_cron lives, when it is another one.

    Returns:
        ``{"returned": …, "notes": […]}``.

    Raises:
        PyorchError: PY006 while native queues hold unfinished items and ``drop_data`` is not given.
    """
    with db.connect(dsn) as connection:
        if _value(connection, "select to_regclass('pyorch.config') is null"):
            return {"returned": {}, "notes": ["pyorch is not installed here."]}
        _refuse_dependents(connection)
        returned = _value(connection, "select pyorch._uninstall_prepare(%s)", drop_data)
        if cron_dsn:
            with db.connect(cron_dsn) as there:
                cron.unschedule(there, connection.info.dbname)
        taken_back = _value(connection, "select pyorch._before_uninstall()")
        migrate.downgrade(dsn, "base")
        elsewhere = [] if cron_dsn else taken_back["notes"]
        stay = [
            f"queue {queue}: its items in work stay so: {why}" for queue, why in returned.items() if type(why) is str
        ]
        return {"returned": returned, "notes": [*stay, *elsewhere, *_leftovers(connection)]}


def reconcile(connection: Connection, cron_dsn: str | None = None) -> list[dict[str, Any]]:
    """Bring pg_cron in line with the desired jobs: in this database by SQL, in another one through ``cron_dsn``."""
    with connection.cursor(row_factory=dict_row) as cursor:
        if cron_dsn is None:
            return cursor.execute("select * from pyorch.reconcile_jobs()").fetchall()
        with db.connect(cron_dsn) as there:
            seconds = cron.knows_seconds(there)
            jobs = cursor.execute("select * from pyorch._plan_jobs(%s)", [seconds]).fetchall()
            return cron.reconcile(there, jobs, connection.info.dbname)


def script(roles: Mapping[str, str | None] | None = None) -> str:
    """A fresh installation as one SQL text: the sources, verbatim, in one transaction, at the newest revision.

    Args:
        roles: as for :func:`install`.
    """
    options = Jsonb({name: role for name, role in (roles or {}).items() if role})
    parts = [f"-- pyorch {migrate.head()}: a fresh installation. Made by: pyorch sql install", "begin;"]
    parts += [file.read_text(encoding="utf-8").rstrip() for file in assets.manifest(assets.sql_dir() / "install.sql")]
    parts += [
        "create table pyorch.alembic_version (\n  version_num varchar(32) not null,\n"
        "  constraint alembic_version_pkc primary key (version_num)\n);",
        f"insert into pyorch.alembic_version (version_num) values ('{migrate.head()}');",
        f"select pyorch._after_install({sql.Literal(options).as_string()});",
        "commit;",
    ]
    return "\n\n".join(parts) + "\n"


def summary(report: Mapping[str, Any]) -> dict[str, Any]:
    """The report of :func:`install` in the few lines that people read."""
    before, now = report["revision"]["before"], report["revision"]["now"]
    cron_facts, net_facts = report.get("pg_cron") or {}, report.get("pg_net") or {}
    return {
        "database": f"{report['database']} (PostgreSQL {report.get('server_version')})",
        "revision": "{} → {}".format(before or "none", now) if before != now else f"{now}, as before",
        "pg_cron": _extension(
            cron_facts, f"in database {cron_facts.get('database') or 'unknown: this role cannot see it'}"
        ),
        "pg_net": _extension(net_facts, "serves this database" if net_facts.get("here") else "serves another database"),
        "scheduler": report.get("scheduler") or "none yet",
        "transport": report.get("transport") or "none yet",
        "roles": ", ".join(f"{part}: {role or 'none'}" for part, role in sorted((report.get("roles") or {}).items())),
        **({"notes": "\n".join(map(str, report["notes"]))} if report["notes"] else {}),
    }


def _extension(facts: Mapping[str, Any], where: str) -> str:
    return f"{facts.get('version') or 'present'}, {where}" if facts.get("present") else "not here"


def _preflight(connection: Connection) -> None:
    """Refuse what cannot work, before anything is changed."""
    version = connection.info.server_version
    if version < OLDEST:
        raise PyorchError(f"PostgreSQL 15 or newer is needed, this is {version // 10000}", hint="Upgrade the server.")
    encoding = connection.info.parameter_status("server_encoding")
    if encoding not in ("UTF8", "SQL_ASCII"):
        hint = "create database … encoding 'UTF8' template template0;"
        raise PyorchError(f"the encoding of this database is {encoding}, and pyorch needs UTF8", hint=hint)
    if _value(connection, "select pg_catalog.pg_is_in_recovery()"):
        raise PyorchError("this server is a standby: read only", hint="Connect to the primary.")
    missing = _value(connection, "select to_regnamespace('pyorch') is null or to_regnamespace('pyorch_api') is null")
    if missing and not _value(connection, "select has_database_privilege(current_database(), 'create')"):
        database, user = connection.info.dbname, _value(connection, "select current_user::text")
        raise PyorchError(
            f'{user} may not create schemas in database "{database}"',
            hint=f"Run as its owner: grant create on database {database} to {user};",
            sqlstate="PY007",
        )


def _create_extension(connection: Connection, name: str) -> str | None:
    """Create an extension that is available here; else give the reason as a note."""
    if not _value(connection, "select exists (select from pg_available_extensions where name = %s)", name):
        return f"{name} is not available on this server."
    try:
        connection.execute(sql.SQL("create extension if not exists {}").format(sql.Identifier(name)))
    except psycopg.Error as error:
        return f"create extension {name} failed: {error.diag.message_primary}"
    return None


def _offers(connection: Connection, report: Mapping[str, Any]) -> list[str]:
    """Statements that the user may run to get more: extensions that lie there unused."""
    cron = report.get("pg_cron") or {}
    if cron.get("state") == "elsewhere":
        # it can be created in one database of the server only
        where = (
            f"belongs to database {cron['database']}" if cron.get("database") else "is loaded, for a database unknown"
        )
        there = cron.get("database") or "…"
        notes, names = [f"pg_cron {where}. To use it: pyorch install --cron-dsn 'dbname={there} …'"], ["pg_net"]
    else:
        notes, names = [], list(EXTENSIONS)
    offered = connection.execute(
        "select name from pg_available_extensions where name = any (%s) and installed_version is null order by name",
        [names],
    ).fetchall()
    return notes + [f"{name} is available but not created. To use it: create extension {name};" for (name,) in offered]


def _next(connection: Connection, report: Mapping[str, Any]) -> list[str]:
    """What to do now, the most urgent first."""
    steps = []
    if not report.get("scheduler") or not report.get("transport"):
        lacks = [what for what in ("scheduler", "transport") if not report.get(what)]
        for what in lacks:
            chosen = _value(connection, "select pyorch._setting(%s) #>> '{}'", what)
            if chosen not in ("auto", "agent"):
                steps.append(
                    f"pyorch configure --option {what}=auto   ({chosen} is chosen as {what}, and is not there)"
                )
        steps.append(f"pyorch agent   (there is no {' and no '.join(lacks)} yet: the agent is both)")
    if not _value(connection, "select exists (select from pyorch.queue)"):
        steps.append("pyorch queue attach NAME TABLE   (or: pyorch queue create NAME)")
    if not _value(connection, "select exists (select from pyorch.endpoint)"):
        steps.append("pyorch endpoint set NAME processor URL --queue QUEUE")
    return [*steps, "pyorch verify"]


def _refuse_dependents(connection: Connection) -> None:
    """Refuse while objects of the user's are built on ours: dropping ours would take them along."""
    rows = connection.execute((Path(__file__).parent / "queries" / "dependents.sql").read_text().encode()).fetchall()
    if rows:
        raise PyorchError(
            f"built on pyorch and not ours: {', '.join(name for (name,) in rows)}",
            hint="Drop or change them first; uninstall touches nothing of yours.",
            sqlstate="PY006",
        )


def _leftovers(connection: Connection) -> list[str]:
    """What could not be removed, and why it may stay."""
    roles = connection.execute(
        "select rolname::text from pg_catalog.pg_roles"
        " where rolname in ('pyorch_admin', 'pyorch_operator', 'pyorch_worker', 'pyorch_viewer')"
        " and pg_catalog.shobj_description(oid, 'pg_authid') = 'pyorch: group role' order by 1"
    ).fetchall()
    schemas = connection.execute(
        "select nspname::text from pg_catalog.pg_namespace where nspname in ('pyorch', 'pyorch_api') order by 1"
    ).fetchall()
    return [f"role {role} stays: another database uses it, or we may not drop it" for (role,) in roles] + [
        f"schema {schema} stays, empty: it was made for us" for (schema,) in schemas
    ]


def _value(connection: Connection, query: str, *arguments: Any) -> Any:
    row = connection.execute(query.encode(), list(arguments) or None).fetchone()
    return row[0] if row else None
