"""What a claim of a native queue costs, in pages: it must not grow with anything. Independent of the machine."""

import time

import psycopg
import pytest

from tests.queues import claim, complete, create, enqueue

BOUND = 30


def pages(session, batch=1, queue="q"):
    """Return how many buffers one claim touches."""
    return touched(session, "claim(%s, 'w', %s)", queue, batch)


def touched(session, call, *values):
    """Return how many buffers a call touches."""
    (plan,) = session.execute(f"explain (analyze, buffers, format json) select * from pyorch.{call}", values).fetchone()
    return plan[0]["Plan"]["Shared Hit Blocks"] + plan[0]["Plan"]["Shared Read Blocks"]


# a session's exact looks come by the clock, more of them among so many claims the slower the machine is
NO_LOOK = """
  select set_config(s.name, array_replace(p.place, p.place[2], %s)::text, false)
    from pyorch.queue q, lateral (select format('pyorch.q%%s_100000', q.queue_id)) s (name),
         lateral (select nullif(current_setting(s.name, true), '')::bigint[]) p (place)
   where p.place is not null
"""


def usual_pages(session):
    """Return how many buffers a claim touches, told apart from the periodic exact look."""
    session.execute(NO_LOOK, [int(time.time() * 1000) + 80000])
    return pages(session)


def usual(session):
    """Return what 99 of 100 claims stay below, after the first one; high marks are among the rest."""
    pages(session)
    return sorted(usual_pages(session) for _ in range(400))[-5]


def fill(db, items, queue="q"):
    db.execute(
        "select count(*) from pyorch.enqueue_batch(%s, (select array_agg(to_jsonb(repeat('x', 90)))"
        " from generate_series(1, %s)))",
        [queue, items],
    )


def churn(session, items):
    """Claim and complete, so that as many dead rows stay behind."""
    done = []
    for _ in range(items // 1000):
        rows = session.execute("select receipt from pyorch.next('q', 'w', 1000, %s)", [done]).fetchall()
        done = [row[0] for row in rows]
    session.execute("select pyorch.complete('q', %s)", [done])


@pytest.mark.parametrize("items", [1000, 50000])
def test_at_any_depth(db, items):
    create(db)
    fill(db, items)
    db.execute("vacuum analyze pyorch.native_q")
    assert usual(db) <= BOUND


def test_with_statistics_of_an_empty_queue(db):
    create(db)
    db.execute("analyze pyorch.native_q")
    fill(db, 20000)
    assert usual(db) <= BOUND


def test_in_a_session_that_was_at_work_when_the_queue_was_empty(db):
    create(db)
    db.execute("analyze pyorch.native_q")
    for number in range(10):
        enqueue(db, number)
        complete(db, claim(db))
    fill(db, 20000)
    assert pages(db) <= BOUND
    (item,) = claim(db)
    assert touched(db, "complete('q', %s)", [item.receipt]) <= BOUND


def test_behind_items_in_work(db, connect):
    create(db)
    fill(db, 20000)
    holder = connect()
    for _ in range(5):
        holder.execute("select count(*) from pyorch.claim('q', 'w', 1000)")
    assert usual(holder) <= BOUND
    assert usual(connect()) <= BOUND


def test_a_session_that_lags_sends_no_other_back(db, connect):
    create(db)
    fill(db, 3000)
    came_back = "select last_value, is_called from pyorch.q_back_q"
    before = db.execute(came_back).fetchone()
    lagging, ahead = connect(), connect()
    claim(lagging, 10)
    for _ in range(20):
        claim(ahead, 100)
    claim(lagging, 300)
    claim(lagging, 300)
    assert db.execute(came_back).fetchone() == before


def test_a_look_back_is_one_for_all_sessions(db, connect):
    create(db)
    fill(db, 5000)
    # as if many had enqueued at once: neighbours stand in other pages
    db.execute("create temp table items as select * from pyorch.native_q")
    db.execute("truncate pyorch.native_q")
    db.execute("insert into pyorch.native_q select * from items order by md5(id::text)")
    db.execute("analyze pyorch.native_q")
    sessions = [connect() for _ in range(8)]
    for session in sessions:
        pages(session)
    counts = sorted(usual_pages(session) for _ in range(100) for session in sessions)
    # high marks are among the rest
    assert counts[len(counts) * 95 // 100] <= BOUND


def test_behind_dead_rows_that_a_snapshot_keeps(db, connect):
    create(db)
    fill(db, 30000)
    holder = connect(autocommit=False)
    holder.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    holder.execute("select 1")
    session = connect()
    churn(session, 20000)
    assert usual(session) <= BOUND
    assert usual(connect()) <= BOUND
    holder.rollback()


def test_a_new_session_starts_near_the_others(db, connect):
    create(db)
    fill(db, 30000)
    holder = connect(autocommit=False)
    holder.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    holder.execute("select 1")
    churn(connect(), 20000)
    # the first claim of a session reads the catalog, too, and may pass what was claimed since the mark was moved
    db.execute("select pyorch.unlock('q')")
    assert pages(connect()) < 4000
    holder.rollback()


RECEIPTS = {
    "heartbeat": "heartbeat('q', %s)",
    "release": "release('q', %s)",
    "fail": "fail('q', %s, 'x', '1 hour')",
    "complete": "complete('q', %s)",
}


@pytest.mark.parametrize("verb", RECEIPTS)
@pytest.mark.parametrize("planned", ["while the queue was empty", "at this depth"])
def test_receipts_of_several_claims_cost_the_same_at_any_depth(db, connect, verb, planned):
    create(db)
    db.execute("vacuum analyze pyorch.native_q")
    session = connect()
    if planned == "while the queue was empty":
        session.execute(f"select * from pyorch.{RECEIPTS[verb]}", [["0.1.1", "0.2.2"]])
    fill(db, 20000)
    for _ in range(2):
        receipts = [item.receipt for _ in range(2) for item in claim(session, 5)]
        cost = touched(session, RECEIPTS[verb], receipts)
    # each: found twice by the index, locked, changed, with its entry elsewhere
    assert cost <= 20 * len(receipts)


def test_a_claim_leaves_nothing_in_the_index(db):
    create(db)
    fill(db, 5000)
    size = "select pg_relation_size('pyorch.native_q_pkey')"
    before = db.execute(size).fetchone()
    for _ in range(5):
        db.execute("select count(*) from pyorch.claim('q', 'w', 1000)")
    db.execute("select pg_stat_force_next_flush()") if db.info.server_version >= 150000 else None
    hot, all_of_them = db.execute(
        "select n_tup_hot_upd, n_tup_upd from pg_stat_user_tables where relname = 'native_q'"
    ).fetchone()
    assert hot == all_of_them == 5000
    assert db.execute(size).fetchone() == before


def test_plans_use_the_index_and_nothing_else(db):
    create(db)
    fill(db, 5000)
    db.execute("load 'auto_explain'")
    db.execute("set auto_explain.log_min_duration = 0")
    db.execute("set auto_explain.log_nested_statements = on")
    db.execute("set client_min_messages = log")
    seen: list[str] = []
    db.add_notice_handler(lambda notice: seen.append(notice.message_primary or ""))
    for _ in range(3):
        (receipts,) = db.execute("select array_agg(receipt) from pyorch.claim('q', 'w', 10)").fetchone()
        db.execute("select pyorch.heartbeat('q', %s)", [receipts])
        db.execute("select pyorch.release('q', %s)", [receipts[:2]])
        db.execute("select pyorch.fail('q', %s, 'x')", [receipts[2:4]])
        db.execute("select pyorch.complete('q', %s)", [receipts[4:]])
        db.execute("select pyorch.unlock('q')")
        db.execute("select * from pyorch.queue_status")
    plans = "\n".join(seen)
    assert "native_q_pkey" in plans
    assert "Seq Scan on native_q" not in plans
    assert "JIT" not in plans


def test_a_million_orphans_would_go_back_in_bounded_steps(db, clock):
    create(db, lease="1 minute")
    fill(db, 30000)
    for _ in range(3):
        db.execute("select count(*) from pyorch.claim('q', 'w', 10000)")
    clock.advance("2 minutes")
    steps = []
    while (got := db.execute("select unlocked from pyorch.unlock('q')").fetchone()[0]) > 0:
        steps.append(got)
    assert steps == [10000, 10000, 10000]


def test_depth_beyond_the_cap_is_an_estimate_that_says_so(db):
    create(db)
    fill(db, 30000)
    db.execute("select count(*) from pyorch.claim('q', 'w', 500)")
    db.execute("select pg_stat_force_next_flush()") if db.info.server_version >= 150000 else None
    pending, processing, estimated = db.execute(
        "select pending, processing, estimated from pyorch.queue_status"
    ).fetchone()
    assert (processing, estimated) == (500, True)
    assert 10000 <= pending <= 31000
