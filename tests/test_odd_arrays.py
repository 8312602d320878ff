"""Arrays whose first element is not number 1, as PL/pgSQL makes them (`list[0] := …`): each verb takes all of them."""

from __future__ import annotations

import json

import psycopg
import pytest
from psycopg.rows import dict_row

from tests import queues
from tests.attached import shapes


def array(values: list[str], first: int) -> str:
    """An array in PostgreSQL's words, with the number of its first element."""
    return f"[{first}:{first + len(values) - 1}]={{{','.join(json.dumps(value) for value in values)}}}"


def native(db: psycopg.Connection) -> None:
    # the priorities differ, so that no receipt tells anything about another one
    queues.create(db)
    for number in range(6):
        queues.enqueue(db, number, priority=number)


def kept(db: psycopg.Connection) -> None:
    queues.create(db, retention="1 day")
    queues.enqueue(db, *range(6))


def limited(db: psycopg.Connection) -> None:
    queues.create(db, concurrency=4)
    queues.enqueue(db, *range(6))


def attached(db: psycopg.Connection) -> None:
    shapes.make(db, shapes.SHAPES["uuid id, enum status, all columns"], 6)


def bare(db: psycopg.Connection) -> None:
    shapes.make(db, shapes.SHAPES["id and status alone"], 6)


@pytest.fixture(params=[native, kept, limited, attached, bare], ids=lambda make: make.__name__)
def queue(request: pytest.FixtureRequest, db: psycopg.Connection) -> psycopg.Connection:
    request.param(db)
    return db


def counts(db: psycopg.Connection) -> tuple[int, ...]:
    """(pending, processing, dead) now."""
    db.execute("call pyorch.collect_metrics()")
    return queues.status(db)


odd = pytest.mark.parametrize(("number", "first"), [(1, 0), (1, 5), (2, 0), (3, -1)])


@odd
@pytest.mark.parametrize("strict", [False, True])
def test_complete(queue, number, first, strict):
    receipts = queues.receipts(queues.claim(queue, number))
    query = "select pyorch.complete('q', %s::text[], null, %s)"
    done = queue.execute(query, [array(receipts, first), strict]).fetchall()
    assert sorted(receipt for (receipt,) in done) == sorted(receipts)
    assert counts(queue) == (6 - number, 0, 0)


@odd
@pytest.mark.parametrize("batch", [1, 2])
def test_next(queue, number, first, batch):
    receipts = queues.receipts(queues.claim(queue, number))
    given = queue.execute("select item_id from pyorch.next('q', 'w', %s, %s::text[])", [batch, array(receipts, first)])
    assert len(given.fetchall()) == batch
    assert counts(queue) == (6 - number - batch, batch, 0)


@odd
def test_heartbeat(queue, number, first):
    receipts = queues.receipts(queues.claim(queue, number))
    held = queue.execute("select pyorch.heartbeat('q', %s::text[], '1 hour')", [array(receipts, first)]).fetchall()
    assert sorted(receipt for (receipt,) in held) == sorted(receipts)


@odd
def test_fail(queue, number, first):
    receipts = queues.receipts(queues.claim(queue, number))
    query = "select receipt, status from pyorch.fail('q', %s::text[], 'boom', permanent => true)"
    assert sorted(queue.execute(query, [array(receipts, first)]).fetchall()) == sorted((r, "failed") for r in receipts)
    assert counts(queue) == (6 - number, 0, number)


@odd
def test_release(queue, number, first):
    receipts = queues.receipts(queues.claim(queue, number))
    released = queue.execute("select pyorch.release('q', %s::text[])", [array(receipts, first)]).fetchall()
    assert sorted(receipt for (receipt,) in released) == sorted(receipts)
    assert counts(queue) == (6, 0, 0)


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize(("first", "of_results"), [(0, 0), (1, 0), (5, 1), (1, 5)])
def test_each_result_stays_with_its_receipt(db, number, first, of_results):
    kept(db)
    items = queues.claim(db, number)
    results = [json.dumps({"of": item.payload}) for item in items]
    db.execute(
        "select pyorch.complete('q', %s::text[], %s::jsonb[])",
        [array(queues.receipts(items), first), array(results, of_results)],
    )
    rows = db.cursor(row_factory=dict_row).execute("select payload, result from pyorch.done_q").fetchall()
    assert len(rows) == number
    assert all(row["result"] == {"of": row["payload"]} for row in rows)
