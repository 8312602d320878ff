"""Evidence, not hope: what was checked, what was seen, and what to do where it is not as it should be."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import psycopg

from pyorch import canary, checks, cycles, db, evidence, render
from pyorch.checks import UNCHECKED, Check
from pyorch.errors import PyorchError

Connection = psycopg.Connection[Any]
GUARDED = (psycopg.Error, PyorchError)
NOT_ALLOWED = "42501"


def verify(
    dsn: str | None = None,
    *,
    cycles_wanted: int | None = None,
    canary_url: str | None = None,
    canary_endpoint: str | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> list[Check]:
    """Run every check; one that breaks is a failed check, and the others go on.

    What only the owner of pyorch may see is a warning for other roles: unchecked, neither ok nor bad.

    Args:
        dsn: the database; None: libpq's PG* variables.
        cycles_wanted: watch so many scheduled ticks as well.
        canary_url: send one call there and wait for its outcome.
        canary_endpoint: trigger this endpoint and wait for its outcome.
        say: called with a line of talk while something takes its time.

    Raises:
        PyorchError: the database cannot be reached.
    """
    with db.connect(dsn) as connection:
        seen = _guarded("server", checks.server, connection)
        if not checks.installed(connection):
            return [*seen, Check("installation", "failed", "pyorch is not in this database", "pyorch install")]
        for name, check in evidence.ALL:
            seen += _guarded(name, check, connection)
        seen += _guarded("canary item", canary.item, connection)
        if canary_url:
            seen += _guarded("canary call", lambda there: canary.call_url(there, canary_url), connection)
        if canary_endpoint:
            seen += _guarded("canary call", lambda there: canary.call_endpoint(there, canary_endpoint), connection)
        if cycles_wanted:
            seen += _guarded("cycles", lambda there: cycles.watch(there, cycles_wanted, say), connection)
    return seen


def dead_man(dsn: str | None, max_age: str) -> list[Check]:
    """The dead-man's switch: only how old the last tick is; quick, and failed when it is older than ``max_age``.

    Raises:
        PyorchError: the database cannot be reached (which is failure enough); PY001 ``max_age`` is no age.
    """
    with db.connect(dsn) as connection:
        return [heartbeat(connection, max_age)]


def heartbeat(connection: Connection, max_age: str) -> Check:
    """How old the last tick of a scheduler is."""
    limit = _seconds(connection, max_age)
    if not checks.installed(connection):
        return Check("heartbeat", "failed", "pyorch is not in this database", "pyorch install")
    age = checks.value(connection, "select extract(epoch from pyorch._heartbeat_age())::double precision")
    if age is None:
        return Check("heartbeat", "failed", "no scheduler has ever ticked", "pyorch agent, or pyorch jobs reconcile")
    seen = f"last tick {render.duration(age)} ago, {render.duration(limit)} allowed"
    if age > limit:
        return Check(
            "heartbeat", "failed", seen, "pyorch verify names the cause; pyorch orchestrate runs it once by hand"
        )
    return Check("heartbeat", "ok", seen)


def stale(connection: Connection, max_age: str) -> bool:
    """Whether no scheduler has ticked for so long."""
    return heartbeat(connection, max_age).state != "ok"


def failed(seen: Iterable[Check]) -> bool:
    """Whether one of them failed."""
    return any(check.state == "failed" for check in seen)


def page(seen: Sequence[Check], moment: datetime | None = None) -> str:
    """The same as a page in Markdown."""
    count = {state: sum(check.state == state for check in seen) for state in ("ok", "warning", "failed")}
    verdict = "It works."
    if count["failed"]:
        verdict = "It does not work as it should."
    elif any(check.seen.startswith(UNCHECKED) for check in seen):
        verdict = "Nothing is wrong with what could be checked."
    lines = [
        "# How we know that it works",
        "",
        f"{verdict} {count['ok']} checks ok, {count['warning']} warnings, {count['failed']} failed;"
        f" written by `pyorch verify --markdown` at {(moment or datetime.now(UTC)):%Y-%m-%d %H:%M:%S %Z}.",
        "",
        "| | checked | seen | what to do |",
        "|---|---|---|---|",
    ]
    lines += [
        "| " + " | ".join(_escaped(text) for text in (check.state, check.check, check.seen, check.todo)) + " |"
        for check in seen
    ]
    return "\n".join(lines)


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", "<br>")


def _guarded(name: str, check: Callable[[Connection], Iterable[Check]], connection: Connection) -> list[Check]:
    """What a check saw; an error of the database is what it saw, too."""
    try:
        return list(check(connection))
    except GUARDED as error:
        said = str(error).strip().splitlines()[0]
        owner = checks.owner(connection)
        if error.sqlstate == NOT_ALLOWED and owner is not None:
            return [Check(name, "warning", f"{UNCHECKED}: {said}", f"Connect as {owner}, the owner of pyorch.")]
        return [Check(name, "failed", f"could not be checked: {said}", "The log of the server says more.")]


def _seconds(connection: Connection, interval: str) -> float:
    """An interval in seconds; PostgreSQL knows '3 minutes', and '3m' is made into that."""
    text = interval.strip()
    if text[-1:] == "m" and text[:-1].strip().isdigit():
        text = text[:-1] + " minutes"
    try:
        row = connection.execute("select extract(epoch from %s::interval)::double precision", [text]).fetchone()
    except psycopg.DataError as error:
        raise PyorchError(f'"{interval}" is no interval', hint="For example: 3m, 90s, 2h.", sqlstate="PY001") from error
    seconds = float(row[0]) if row else 0.0
    if not 0 <= seconds < math.inf:
        raise PyorchError(f'"{interval}" is no age', hint="Give one from 0 on, such as 3m, 90s, 2h.", sqlstate="PY001")
    return seconds
