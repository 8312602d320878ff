"""Calls by hand: the fallback when scheduler or transport are dead. Same HTTP, same ledger, sent from here."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from psycopg import Error
from psycopg.rows import DictRow

from pyorch.agent.call import Answer, Call
from pyorch.agent.link import Backoff, Link, Trouble
from pyorch.agent.log import Log, trouble
from pyorch.agent.reporter import Reporter
from pyorch.agent.sender import Sender

ALL = "select endpoint from pyorch.endpoint_status where not paused order by endpoint"
DECIDE = "select * from pyorch._direct_call(%s)"
LEDGER = (
    "select call_id, endpoint, outcome, status_code, error, latency_ms from pyorch.call_log where call_id = any(%s)"
)
TRIES = 5


def direct(dsn: str | None, names: Sequence[str] | None = None, *, log: Log | None = None) -> list[dict[str, Any]]:
    """Call endpoints straight from here, all at a time, and write the ledger.

    Args:
        dsn: libpq connection string; None: the PG* variables.
        names: endpoints; None: all that are not paused.

    Returns:
        For each name, in order: endpoint, call_id, outcome, status_code, error, latency_ms. An endpoint that may not be
        called now has outcome 'refused', the reason in error, and a call_id only where the ledger recorded it.

    Raises:
        psycopg.Error: the ledger cannot be read or written; nothing was sent unless its call stands there.
    """
    return asyncio.run(_direct(dsn, names, log or Log()))


async def _direct(dsn: str | None, names: Sequence[str] | None, log: Log) -> list[dict[str, Any]]:
    link = Link(dsn)
    try:
        if names is None:
            names = [row["endpoint"] for row in await link.rows(ALL)]
        outcomes: list[dict[str, Any]] = []
        async with Sender() as sender:
            flights: list[asyncio.Task[Answer]] = []
            for name in names:
                await _decide(link, sender, name, outcomes, flights)
            answers = await asyncio.gather(*flights)
        await _report(Reporter(None, link, log), answers, log)
        ids = [outcome["call_id"] for outcome in outcomes if outcome["call_id"] is not None]
        ledger = {row["call_id"]: row for row in await link.rows(LEDGER, (ids,))}
        return [dict(ledger.get(outcome["call_id"], outcome)) for outcome in outcomes]
    finally:
        await link.drop()


async def _decide(
    link: Link, sender: Sender, name: str, outcomes: list[dict[str, Any]], flights: list[asyncio.Task[Answer]]
) -> None:
    """Let SQL decide about one endpoint; when it gives a call, start to send it at once."""
    outcome: dict[str, Any] = {
        "call_id": None, "endpoint": name, "outcome": None, "status_code": None, "error": None, "latency_ms": None,
    }  # fmt: skip
    outcomes.append(outcome)
    try:
        rows: list[DictRow] = await link.rows(DECIDE, (name,))
    except Error as exc:
        # what was sent before must be reported all the same
        if not flights and not (exc.sqlstate or "").startswith("PY"):
            raise
        outcome |= {"outcome": "refused", "error": trouble(exc)}
        return
    if not rows:
        outcome |= {"outcome": "refused", "error": "not called: see pyorch call list"}
        return
    outcome["call_id"] = rows[0]["call_id"]
    flights.append(asyncio.create_task(sender.send(Call.of(rows[0]))))


async def _report(reporter: Reporter, answers: list[Answer], log: Log) -> None:
    if not answers:
        return
    backoff = Backoff()
    for attempt in range(1, TRIES + 1):
        try:
            await reporter.report(answers)
            return
        except Trouble as exc:
            log.warning("answers.not_reported", waiting=len(answers), why=trouble(exc))
            if attempt == TRIES:
                raise
            await backoff.wait(asyncio.Event())
