"""Arrays whose first element is not number 1, as PL/pgSQL makes them (`list[0] := …`), and arrays of arrays, as
`array_agg` of arrays and nested JSON lists make them: each verb takes every receipt in them."""

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


def nested(values: list[str], wide: int) -> str:
    """An array of arrays in PostgreSQL's words, `wide` values in each."""
    rows = [values[n : n + wide] for n in range(0, len(values), wide)]
    return f"{{{','.join('{' + ','.join(map(json.dumps, row)) + '}' for row in rows)}}}"


def written(values: list[str], shape: tuple[str, int]) -> str:
    """The values as an array of that shape: what it is made by, and its number."""
    make, number = shape
    return {"first": array, "wide": nested}[make](values, number)


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


ODD = {
    "one, number 0": (1, ("first", 0)),
    "one, number 5": (1, ("first", 5)),
    "two, from 0": (2, ("first", 0)),
    "three, from -1": (3, ("first", -1)),
    "[[a]]": (1, ("wide", 1)),
    "[[a], [b]]": (2, ("wide", 1)),
    "[[a, b]]": (2, ("wide", 2)),
    "[[a, b], [c, d]]": (4, ("wide", 2)),
}
odd = pytest.mark.parametrize(("number", "shape"), ODD.values(), ids=ODD.keys())


@odd
@pytest.mark.parametrize("strict", [False, True])
def test_complete(queue, number, shape, strict):
    receipts = queues.receipts(queues.claim(queue, number))
    query = "select pyorch.complete('q', %s::text[], null, %s)"
    done = queue.execute(query, [written(receipts, shape), strict]).fetchall()
    assert sorted(receipt for (receipt,) in done) == sorted(receipts)
    assert counts(queue) == (6 - number, 0, 0)


@odd
@pytest.mark.parametrize("batch", [1, 2])
def test_next(queue, number, shape, batch):
    receipts = queues.receipts(queues.claim(queue, number))
    given = queue.execute(
        "select item_id from pyorch.next('q', 'w', %s, %s::text[])", [batch, written(receipts, shape)]
    )
    assert len(given.fetchall()) == batch
    assert counts(queue) == (6 - number - batch, batch, 0)


@odd
def test_heartbeat(queue, number, shape):
    receipts = queues.receipts(queues.claim(queue, number))
    held = queue.execute("select pyorch.heartbeat('q', %s::text[], '1 hour')", [written(receipts, shape)]).fetchall()
    assert sorted(receipt for (receipt,) in held) == sorted(receipts)


@odd
def test_fail(queue, number, shape):
    receipts = queues.receipts(queues.claim(queue, number))
    query = "select receipt, status from pyorch.fail('q', %s::text[], 'boom', permanent => true)"
    assert sorted(queue.execute(query, [written(receipts, shape)]).fetchall()) == sorted(
        (r, "failed") for r in receipts
    )
    assert counts(queue) == (6 - number, 0, number)


@odd
def test_release(queue, number, shape):
    receipts = queues.receipts(queues.claim(queue, number))
    released = queue.execute("select pyorch.release('q', %s::text[])", [written(receipts, shape)]).fetchall()
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


@odd
@pytest.mark.parametrize("make", [kept, attached], ids=["kept", "attached"])
def test_results_in_one_row_stay_with_receipts_of_any_shape(db, make, number, shape):
    make(db)
    items = queues.claim(db, number)
    results = [json.dumps({"of": item.payload}) for item in items]
    db.execute(
        "select pyorch.complete('q', %s::text[], %s::jsonb[])",
        [written(queues.receipts(items), shape), array(results, 1)],
    )
    table = "pyorch.done_q" if make is kept else "import_queue where status = 'complete'"
    rows = db.execute(f"select payload, result from {table}").fetchall()
    assert len(rows) == number
    assert all(result == {"of": payload} for payload, result in rows)


@pytest.mark.parametrize(("number", "wide"), [(1, 1), (1, 2), (2, 1), (2, 2)])
@pytest.mark.parametrize("strict", [False, True])
def test_results_that_are_an_array_of_arrays_are_refused_and_no_item_is_done(queue, number, wide, strict):
    receipts = queues.receipts(queues.claim(queue, number))
    query = "select pyorch.complete('q', %s::text[], %s::jsonb[], %s)"
    results = nested(["1"] * number * wide, wide)
    state, message, hint = queues.refusal(queue, query, receipts, results, strict)
    assert (state, message) == ("PY001", "results is an array of arrays")
    assert "one jsonb for each receipt" in hint
    assert counts(queue) == (6 - number, number, 0)
    assert len(queue.execute("select pyorch.complete('q', %s)", [receipts]).fetchall()) == number
