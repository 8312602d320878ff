"""What tests of queues share: short words for the calls that they make again and again."""

from __future__ import annotations

from typing import Any, NamedTuple

import psycopg


class Item(NamedTuple):
    """One row of a claim."""

    id: str
    payload: Any
    attempt: int
    receipt: str
    lease_until: Any


def create(db: psycopg.Connection, queue: str = "q", **options: Any) -> str:
    """Make a native queue; returns its name."""
    db.execute("select pyorch.create_queue(%s, %s)", [queue, psycopg.types.json.Jsonb(options)])
    return queue


def attached(db: psycopg.Connection, queue: str = "q") -> str:
    """Attach a table with two items; returns the queue's name."""
    db.execute("create table public.things (id bigint primary key, status text not null default 'pending')")
    db.execute("insert into public.things select generate_series(1, 2)")
    db.execute("select pyorch.attach_queue(%s, 'public.things')", [queue])
    return queue


def native(db: psycopg.Connection, queue: str = "q") -> str:
    """Make a native queue with two items; returns its name."""
    create(db, queue)
    enqueue(db, 1, 2, queue=queue)
    return queue


def refusal(db: psycopg.Connection, query: str, *values: Any) -> tuple[str | None, str | None, str]:
    """SQLSTATE, message and hint with which a statement is refused."""
    try:
        db.execute(query, values)
    except psycopg.Error as error:
        return error.sqlstate, error.diag.message_primary, error.diag.message_hint or ""
    raise AssertionError(f"not refused: {query}")


def intervals_know_infinity(db: psycopg.Connection) -> bool:
    """Before PostgreSQL 17 there is no infinite interval, and the cast refuses it."""
    return db.info.server_version >= 170000


def enqueue(db: psycopg.Connection, *payloads: Any, queue: str = "q", **more: Any) -> list[str]:
    """Enqueue payloads one by one; more: key, priority, run_at, group. Returns their ids."""
    extra = "".join(f', "{name}" => %s' for name in more)
    return [
        db.execute(
            f"select pyorch.enqueue(%s, %s{extra})", [queue, psycopg.types.json.Jsonb(p), *more.values()]
        ).fetchone()[0]
        for p in payloads
    ]


def claim(db: psycopg.Connection, batch: int = 1, queue: str = "q", worker: str = "w", lease: Any = None) -> list[Item]:
    """Claim; returns the items."""
    rows = db.execute("select * from pyorch.claim(%s, %s, %s, %s)", [queue, worker, batch, lease]).fetchall()
    return [Item(*row) for row in rows]


def payloads(items: list[Item]) -> list[Any]:
    """Return the payloads alone."""
    return [item.payload for item in items]


def receipts(items: list[Item]) -> list[str]:
    """Return the receipts alone."""
    return [item.receipt for item in items]


def complete(db: psycopg.Connection, items: list[Item], queue: str = "q") -> list[str]:
    """Complete; returns the accepted receipts."""
    rows = db.execute("select pyorch.complete(%s, %s)", [queue, receipts(items)]).fetchall()
    return [row[0] for row in rows]


def fail(
    db: psycopg.Connection, items: list[Item], error: str = "boom", retry_in: Any = None, permanent: bool = False
) -> list[str]:
    """Fail items of queue q; returns their statuses."""
    rows = db.execute(
        "select status from pyorch.fail('q', %s, %s, %s, %s)", [receipts(items), error, retry_in, permanent]
    ).fetchall()
    return [row[0] for row in rows]


def unlock(db: psycopg.Connection, queue: str = "q", batch: int | None = None) -> tuple[int, int]:
    """Unlock one queue; returns (unlocked, dead)."""
    row = db.execute("select unlocked, dead from pyorch.unlock(%s, %s)", [queue, batch]).fetchone()
    assert row is not None
    return row


def status(db: psycopg.Connection, queue: str = "q") -> tuple[int, int, int]:
    """Return (pending, processing, dead)."""
    row = db.execute("select pending, processing, dead from pyorch.queue_status where queue = %s", [queue]).fetchone()
    assert row is not None
    return row


def explain(db: psycopg.Connection, item_id: str, queue: str = "q") -> dict[str, Any]:
    """Return explain_item's answer."""
    row = db.execute("select pyorch.explain_item(%s, %s)", [queue, item_id]).fetchone()
    assert row is not None
    return row[0]


def release(db: psycopg.Connection, items: list[Item], queue: str = "q") -> list[str]:
    """Release; returns the accepted receipts."""
    rows = db.execute("select pyorch.release(%s, %s)", [queue, receipts(items)]).fetchall()
    return [row[0] for row in rows]


def heartbeat(db: psycopg.Connection, items: list[Item], queue: str = "q") -> list[str]:
    """Extend the leases; returns the accepted receipts."""
    rows = db.execute("select pyorch.heartbeat(%s, %s)", [queue, receipts(items)]).fetchall()
    return [row[0] for row in rows]
