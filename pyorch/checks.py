"""The single checks of ``pyorch verify``: each looks at one thing and says what it saw. They change nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row

from pyorch import catalog, migrate, render
from pyorch.errors import VersionMismatchError

Connection = psycopg.Connection[Any]
MANY = 5
SEVERITY = {"ok": "ok", "warning": "warning", "critical": "failed"}


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
        yield Check("functions equal the sources", "failed", str(difference), "pyorch sql install shows the source")
    if len(found) > MANY:
        yield Check("functions equal the sources", "failed", f"and {len(found) - MANY} differences more")
    if not found:
        count = ", ".join(
            f"{len(live[kind])} {kind}" for kind in ("routines", "relations", "columns", "constraints", "indexes")
        )
        yield Check("functions equal the sources", "ok", f"{count}: all as in the sources")


def generated(connection: Connection) -> Iterator[Check]:
    """What was generated for each queue is what would be generated now."""
    drifted = rows(connection, "select * from pyorch._queue_drift()")
    for row in drifted:
        seen = "; ".join(f"{name}: {render.cell(fact)}" for name, fact in row.items())
        yield Check("generated functions", "failed", seen, "select pyorch._regenerate_queue(queue) for that queue")
    if not drifted:
        yield Check("generated functions", "ok", "those of every queue are as they would be generated now")


def health(connection: Connection) -> Iterator[Check]:
    """What the database itself says is wrong."""
    found = [row for row in rows(connection, "select * from pyorch.health") if row["severity"] != "ok"]
    for row in sorted(found, key=lambda row: row["severity"]):
        subject = f" {row['subject']}" if row["subject"] else ""
        yield Check(
            f"health: {row['code']}{subject}", SEVERITY[row["severity"]], row["evidence"] or "", row["advice"] or ""
        )
    if not found:
        yield Check("health", "ok", "pyorch.health names nothing")


def by_sql(connection: Connection) -> Iterator[Check]:
    """Checks that SQL makes itself: jobs, scheduler, transport, identity, budget."""
    for row in rows(connection, "select * from pyorch._checks()"):
        yield Check(row["check"], row["state"], row["seen"] or "", row["todo"] or "")


def who(connection: Connection) -> Iterator[Check]:
    """Someone ticks, someone carries: the chosen one, and alive. Without a queue or endpoint nothing has to yet."""
    idle = value(
        connection, "select not exists (select from pyorch.queue) and not exists (select from pyorch.endpoint)"
    )
    for part in ("scheduler", "transport"):
        chosen = value(connection, "select pyorch._setting(%s) #>> '{}'", part)
        alive = value(connection, f"select pyorch._{part}()")
        if alive is not None and chosen in ("auto", alive):
            yield Check(part, "ok", f"{alive} is alive (configured: {chosen})")
        else:
            what = (
                f"the {chosen} is chosen and not alive"
                if chosen != "auto"
                else "neither an agent nor an extension is alive"
            )
            yield Check(part, "warning" if idle else "failed", what, "pyorch agent")


def outcomes(connection: Connection) -> Iterator[Check]:
    """The newest outcome of each endpoint."""
    found = rows(
        connection,
        "select distinct on (l.endpoint) l.* from pyorch.call_log l"
        " join pyorch.endpoint_status s using (endpoint)"
        " where l.outcome is not null and not s.paused and l.decided_at > pyorch._now() - interval '7 days'"
        " order by l.endpoint, l.call_id desc",
    )
    for row in found:
        name = f"endpoint {row['endpoint']}"
        answer = row["error"] or (f"status {row['status_code']}" if row["status_code"] else "no answer")
        seen = f"newest call {row['call_id']}: {row['outcome']}, {answer}"
        if row["outcome"] == "ok":
            yield Check(name, "ok", seen)
        elif row["outcome"] == "timed_out":
            yield Check(
                name, "warning", seen, "Answer 202 at once and work on, then finish_call; or raise its timeout."
            )
        elif row["status_code"] == 404:
            yield Check(
                name,
                "failed",
                f"{seen}: nothing answers at this URL",
                f"Deploy it, or: pyorch endpoint show {row['endpoint']}",
            )
        else:
            yield Check(name, "failed", seen, f"pyorch call show {row['call_id']}")
    never = rows(
        connection,
        "select s.endpoint from pyorch.endpoint_status s where not paused"
        " and not exists (select from pyorch.call_log l where l.endpoint = s.endpoint and l.outcome is not null)"
        " order by 1",
    )
    if never:
        seen = f"without any outcome yet: {', '.join(row['endpoint'] for row in never)}"
        yield Check("endpoints", "warning", seen, "pyorch trigger NAME calls one now")


def clock(connection: Connection) -> Iterator[Check]:
    """Time is real."""
    if value(connection, "select exists (select from pyorch.fake_clock)"):
        yield Check("clock", "failed", "sessions may fake the time (a test was here)", "delete from pyorch.fake_clock;")
    else:
        yield Check(
            "clock", "ok", f"the server's: {value(connection, 'select clock_timestamp()'):%Y-%m-%d %H:%M:%S %Z}"
        )


def open_net(connection: Connection) -> Iterator[Check]:
    """pg_net's queue and answers: open to every role unless somebody closed them."""
    if value(connection, "select to_regclass('net.http_request_queue') is null"):
        return
    rights = value(
        connection,
        "select string_agg(format('%s on %s', lower(a.privilege_type), c.oid::regclass), ', ')"
        " from pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) a"
        " where c.oid in ('net.http_request_queue'::regclass, 'net._http_response'::regclass) and a.grantee = 0",
    )
    if rights:
        seen = f"every role has {rights}: resolved headers can be read until their batch ends"
        yield Check("pg_net is closed", "warning", seen, "pyorch harden; or carry calls by the agent")
    else:
        yield Check("pg_net is closed", "ok", "no right for everyone on its queue and answers")


def horizon(connection: Connection) -> Iterator[Check]:
    """Nothing old holds back the cleaning of dead rows."""
    held = rows(
        connection,
        "select * from ("
        " select format('session %s (%s), in its transaction', pid,"
        "   coalesce(nullif(application_name, ''), usename::text, backend_type)) as what,"
        " extract(epoch from clock_timestamp() - coalesce(xact_start, query_start, backend_start))::float8 as age"
        " from pg_catalog.pg_stat_activity where backend_xmin is not null and pid <> pg_backend_pid()"
        " and coalesce(datname, current_database()) = current_database()"
        " union all select format('prepared transaction %s', gid),"
        "   extract(epoch from clock_timestamp() - prepared)::float8"
        " from pg_catalog.pg_prepared_xacts"
        ") h where age > 600 order by age desc limit 3",
    )
    slots = rows(
        connection,
        "select slot_name::text from pg_catalog.pg_replication_slots"
        " where not active and (age(xmin) > 10000000 or age(catalog_xmin) > 10000000)",
    )
    for row in held:
        seen = f"{row['what']} for {render.duration(row['age'])}: no vacuum can clean behind it"
        yield Check("xmin horizon", "warning", seen, "End it, or set idle_in_transaction_session_timeout.")
    for row in slots:
        yield Check(
            "xmin horizon", "warning", f"replication slot {row['slot_name']} is inactive and old", "Drop it if unused."
        )
    if not held and not slots:
        yield Check("xmin horizon", "ok", "no transaction older than ten minutes")


def budget(connection: Connection) -> Iterator[Check]:
    """The orchestrator keeps to its budget."""
    row = rows(
        connection,
        "select count(*) as runs, percentile_cont(0.5) within group (order by duration_ms) as median,"
        " max(duration_ms) as worst,"
        " count(*) filter (where not success) as failures,"
        " extract(epoch from (pyorch._setting('budget') #>> '{}')::interval) * 1000 as budget"
        " from (select * from pyorch.run_log where duration_ms is not null order by run_id desc limit 100) r",
    )[0]
    if not row["runs"]:
        yield Check("orchestrator within its budget", "warning", "no run yet", "pyorch orchestrate")
        return
    seen = (
        f"last {row['runs']} runs: median {row['median']:.0f} ms, longest {row['worst']:.0f} ms,"
        f" budget {row['budget']:.0f} ms, {row['failures']} without success"
    )
    late = row["worst"] > float(row["budget"]) * 1.5
    state = "failed" if late else "warning" if row["failures"] else "ok"
    yield Check("orchestrator within its budget", state, seen, "pyorch run list --failed" if state != "ok" else "")


def _dsn(connection: Connection) -> str:
    """The connection string of an open connection, its password included."""
    password = connection.info.password
    return connection.info.dsn + (f" password='{_quoted(password)}'" if password else "")


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'")


ALL: tuple[tuple[str, Callable[[Connection], Iterator[Check]]], ...] = (
    ("revision", revision),
    ("functions equal the sources", sources),
    ("generated functions", generated),
    ("scheduler and transport", who),
    ("schedule", by_sql),
    ("health", health),
    ("endpoints", outcomes),
    ("orchestrator within its budget", budget),
    ("clock", clock),
    ("pg_net is closed", open_net),
    ("xmin horizon", horizon),
)
