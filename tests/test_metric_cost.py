"""What metrics cost: the same for few items and for many, by the pages that they touch."""

import psycopg
import pytest

FEW, MANY = 1_000, 200_000


def attached(db, name, items):
    db.execute(
        f"create table public.{name} (id bigint generated always as identity primary key, status text not null,"
        " attempts integer not null default 0, locked_at timestamptz, created_at timestamptz not null default now())"
    )
    db.execute(
        f"insert into public.{name} (status, attempts, locked_at)"
        " select case when i % 4 = 0 then 'processing' else 'pending' end, 0, now()"
        f" from generate_series(1, {items}) i"
    )
    answer = db.execute("select pyorch.attach_queue(%s, %s::text::regclass)", [name, f"public.{name}"]).fetchone()[0]
    for statement in answer["advised"]:
        db.execute(statement)
    db.execute(f"vacuum analyze public.{name}")


def native(db, name, items):
    db.execute("select pyorch.create_queue(%s)", [name])
    db.execute(
        "select count(*) from pyorch.enqueue_batch(%s, array(select '{}'::jsonb from generate_series(1, %s)))",
        [name, items],
    )
    for start in range(0, items // 4, 10_000):
        batch = min(10_000, items // 4 - start)
        db.execute("select count(*) from pyorch.claim(%s, 'w', %s)", [name, batch])
    db.execute("select pg_stat_force_next_flush()")
    db.execute(f"vacuum analyze pyorch.native_{name}")


def pages(db, query, *values):
    """Pages that a query touches in a warm session."""
    for _ in range(4):
        row = db.execute(f"explain (analyze, buffers, format json) {query}", values).fetchone()
    plan = row[0][0]["Plan"]
    return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]


@pytest.fixture(params=[attached, native], ids=lambda make: make.__name__)
def machine(db, request):
    request.param(db, "few", FEW)
    request.param(db, "many", MANY)
    return db


def depth(db, queue):
    row = db.execute(
        "select pending, processing, estimated from pyorch._queue_depth(pyorch._queue_id(%s))", [queue]
    ).fetchone()
    assert row is not None
    return row


def test_many_items_cost_at_most_twice_as_many_pages_as_few(machine):
    few, many = (pages(machine, "select pyorch._collect_queue(%s)", name) for name in ("few", "many"))
    assert many <= 2 * few, (few, many)
    look = "select pyorch._look_at_queue(pyorch._queue_id(%s))"
    few, many = (pages(machine, look, name) for name in ("few", "many"))
    assert many <= 2 * few, (few, many)


def test_few_are_counted_and_many_estimated_well(machine):
    assert depth(machine, "few") == (750, 250, False)
    pending, processing, estimated = depth(machine, "many")
    assert estimated
    assert (pending, processing) == pytest.approx((150_000, 50_000), rel=0.1)


def test_statistics_that_may_be_wrong_by_now_are_not_believed(db):
    attached(db, "many", 60_000)
    db.execute("alter table public.many set (autovacuum_enabled = off)")
    db.execute("update public.many set status = 'complete' where id > 8000 and status = 'pending'")
    db.execute("select pg_stat_force_next_flush()")
    with psycopg.connect(db.info.dsn, autocommit=True) as fresh:
        assert fresh.execute("select pending from pyorch._queue_depth(1)").fetchone() == (6_000,)


def test_a_dropped_index_is_noticed_at_once(db):
    attached(db, "many", 1_000)
    assert db.execute("select pyorch._attached_facts(1) -> 'indexed'").fetchone() == (True,)
    db.execute("drop index public.many_pyorch_claim_idx")
    assert db.execute("select pyorch._attached_facts(1) -> 'indexed'").fetchone() == (False,)


def test_in_a_read_only_transaction_it_looks_and_keeps_nothing(db):
    attached(db, "few", 10)
    db.execute("update pyorch.attached set facts = null")
    db.execute("set default_transaction_read_only = on")
    assert db.execute("select pending from pyorch._queue_depth(1)").fetchone() == (8,)
