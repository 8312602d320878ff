"""Checks of what lives: scheduler, transport, endpoints, budget, the server around. They change nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg

from pyorch import checks, render
from pyorch.checks import UNCHECKED, Check, rows, value

Connection = psycopg.Connection[Any]
SEVERITY = {"ok": "ok", "warning": "warning", "critical": "failed"}
# these have a check of their own, which also says when all is well
OWN_CHECK = {"old_snapshot", "old_prepared_transaction"}
# seconds that a transaction may be open
OLD = 600.0
INSTEAD = {
    "scheduler": "pyorch jobs reconcile; or pyorch configure --option scheduler=auto, and pyorch agent",
    "transport": "create extension pg_net; or pyorch configure --option transport=auto, and pyorch agent",
}


def health(connection: Connection) -> Iterator[Check]:
    """What the database itself says is wrong."""
    found = [row for row in rows(connection, "select * from pyorch.health") if row["severity"] != "ok"]
    for row in found:
        if row["code"] in OWN_CHECK:
            continue
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
    """Someone ticks, someone carries: the chosen one, and alive."""
    for part in ("scheduler", "transport"):
        chosen = value(connection, "select pyorch._setting(%s) #>> '{}'", part)
        alive = value(connection, f"select pyorch._{part}()")
        if alive is not None and chosen in ("auto", alive):
            yield Check(part, "ok", f"{alive} is alive (configured: {chosen})")
        else:
            nobody = "no agent is alive, and no extension does it"
            seen = nobody if chosen == "auto" else f"{chosen} is chosen and not alive"
            # the agent does not step in where the other one was asked for
            todo = "pyorch agent" if chosen in ("auto", "agent") else INSTEAD[part]
            yield Check(part, "failed", seen, todo)


def outcomes(connection: Connection) -> Iterator[Check]:
    """The newest outcome of each endpoint."""
    found = rows(
        connection,
        "select s.endpoint, s.last_outcome, s.last_call_at, s.failures_in_row, s.breaker, t.last_status, t.last_error,"
        " t.refused_why from pyorch.endpoint_status s join pyorch.endpoint e on e.endpoint = s.endpoint"
        " join pyorch.endpoint_state t on t.endpoint_id = e.endpoint_id where not s.paused order by s.endpoint",
    )
    for row in found:
        yield _outcome(row)


def _outcome(row: dict[str, Any]) -> Check:
    """One endpoint by its newest outcome."""
    name, outcome = f"endpoint {row['endpoint']}", row["last_outcome"]
    if outcome is None:
        return Check(name, "warning", "no call has an outcome yet", f"pyorch trigger {row['endpoint']}")
    if outcome == "ok":
        return Check(name, "ok", f"newest outcome: ok, called at {row['last_call_at']:%Y-%m-%d %H:%M:%S %Z}")
    status = f", status {row['last_status']}" if row["last_status"] else ""
    why = row["refused_why"] or row["last_error"]
    seen = f"newest outcome: {outcome}{status}{f', {why}' if why else ''}; {row['failures_in_row']} in a row"
    if row["last_status"] == 404 and outcome == "failed":
        return Check(name, "failed", seen, f"Nothing answers at this URL: pyorch endpoint show {row['endpoint']}")
    if outcome == "timed_out":
        return Check(name, "warning", seen, "Answer 202 at once and work on, then finish_call; or raise its timeout.")
    return Check(name, "failed", seen, f"pyorch call list --endpoint {row['endpoint']}")


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
    open_to_all = value(
        connection,
        "select string_agg(distinct c.oid::regclass::text, ', ')"
        " from pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) a"
        " where c.oid in ('net.http_request_queue'::regclass, 'net._http_response'::regclass) and a.grantee = 0",
    )
    if open_to_all:
        todo = (
            "pyorch harden takes the rights of PUBLIC away, where we may. Until then every role can read the resolved"
            " headers of a request, and change answers, until its batch ends: use a low-value secret, or the agent."
        )
        yield Check("pg_net is closed", "warning", f"open to every role: {open_to_all}", todo)
    else:
        yield Check("pg_net is closed", "ok", "no right for everyone on its queue and answers")


def horizon(connection: Connection, older_than: float = OLD) -> Iterator[Check]:
    """Nothing old holds back the cleaning of dead rows."""
    held = rows(
        connection,
        "select * from ("
        " select format('session %%s (%%s), in its transaction', pid,"
        "   coalesce(nullif(application_name, ''), usename::text, backend_type)) as what,"
        " extract(epoch from clock_timestamp() - coalesce(xact_start, query_start, backend_start))::float8 as age"
        " from pg_catalog.pg_stat_activity where backend_xmin is not null and pid <> pg_backend_pid()"
        " and coalesce(datname, current_database()) = current_database()"
        " union all select format('prepared transaction %%s', gid),"
        "   extract(epoch from clock_timestamp() - prepared)::float8"
        " from pg_catalog.pg_prepared_xacts"
        ") h where age > %s order by age desc limit 3",
        older_than,
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
    if not held and not value(connection, "select pg_catalog.pg_has_role('pg_read_all_stats', 'usage')"):
        yield Check(
            "xmin horizon",
            "warning",
            f"{UNCHECKED}: the server hides other roles' sessions from us",
            "grant pg_read_all_stats, as a superuser",
        )
    elif not held and not slots:
        yield Check("xmin horizon", "ok", f"no transaction older than {render.duration(older_than)}")


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


ALL: tuple[tuple[str, Callable[[Connection], Iterator[Check]]], ...] = (
    ("revision", checks.revision),
    ("functions equal the sources", checks.sources),
    ("generated functions", checks.generated),
    ("scheduler and transport", who),
    ("schedule", by_sql),
    ("health", health),
    ("endpoints", outcomes),
    ("orchestrator within its budget", budget),
    ("clock", clock),
    ("pg_net is closed", open_net),
    ("xmin horizon", horizon),
)
