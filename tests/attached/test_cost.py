"""What a call costs, in buffers: the same whatever stands in the table and whatever the statistics say."""

import json
import time

import psycopg
import pytest

from tests.attached.shapes import SHAPES, attach, claim, complete, fail, heartbeat, make, put, release

FULL = SHAPES["uuid id, enum status, all columns"]
# a claim and the tuple versions it makes touch the table, its four indexes and the state's two
LIMIT = 70


def buffers(db, query, *values):
    """Run a query; return how many buffers it touched, functions within it too."""
    plan = db.execute("explain (analyze, buffers, format json) " + query, values).fetchone()[0][0]
    return plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"]


def crowd(db, *, pending, leased):
    """A queue with all advised indexes whose statistics were taken while it was empty."""
    for statement in make(db, FULL)["advised"]:
        db.execute(statement)
    db.execute("vacuum analyze import_queue")
    db.execute("vacuum analyze pyorch.item_state")
    # the plans of this session are made now, while the tables are as good as empty
    put(db, FULL, 6)
    for end in (complete, fail, release, heartbeat):
        end(db, claim(db)[0][3])
    claim(db, 2)
    complete(db, *(item[3] for item in claim(db, 2)))
    db.execute("select * from pyorch.unlock()")
    db.execute("delete from import_queue")
    db.execute("delete from pyorch.item_state")
    db.execute("alter table import_queue set (autovacuum_enabled = false)")
    db.execute("alter table pyorch.item_state set (autovacuum_enabled = false)")
    fill = "insert into import_queue (payload) select to_jsonb(i) from generate_series(1, %s) i"
    db.execute(fill, [pending + leased])
    if leased:
        claim(db, leased)


@pytest.mark.parametrize(("pending", "leased"), [(1000, 0), (20000, 0), (20000, 5000)])
def test_claim_complete_and_unlock_of_one_item_touch_few_buffers(db, pending, leased):
    crowd(db, pending=pending, leased=leased)
    (item,) = claim(db)
    query = "select * from pyorch.complete('q', %s)"
    assert buffers(db, query, [item[3]]) < LIMIT
    costs = sorted(buffers(db, "select * from pyorch.claim('q', 'w')") for _ in range(20))
    assert costs[-2] < LIMIT, costs
    receipts = [item[3] for item in claim(db, 3)]
    assert buffers(db, "select * from pyorch.fail('q', %s, 'boom')", receipts[:1]) < LIMIT
    assert buffers(db, "select * from pyorch.release('q', %s)", receipts[1:2]) < LIMIT
    assert buffers(db, "select * from pyorch.heartbeat('q', %s)", receipts[2:]) < LIMIT
    db.execute(
        "update pyorch.item_state set lease_until = now() - interval '1 hour' where item_id = %s",
        [receipts[2].split("-", 2)[2]],
    )
    db.execute("select * from pyorch.unlock('q')")
    assert buffers(db, "select * from pyorch.unlock('q')") < 300


# what a claim may touch at most, as of a native queue; where order is one of time
BOUND = 30
TIMED = ", created_at timestamptz not null default clock_timestamp(), updated_at timestamptz, locked_by text"
ORDERS = {
    "by number": "",
    "by time": TIMED,
    "by priority": ", priority integer default 0",
    "by a priority that none has": ", priority integer",
    "by priority, then time": ", priority smallint not null default 0" + TIMED,
}


@pytest.fixture(params=ORDERS.values(), ids=ORDERS.keys())
def table(db, request):
    db.execute(
        "create table t (id bigint generated always as identity primary key, status text not null default 'pending',"
        f" attempts integer not null default 0, locked_at timestamptz, payload jsonb not null{request.param})"
        " with (autovacuum_enabled = false)"
    )
    for statement in attach(db, "t")["advised"]:
        db.execute(statement)
    return lambda items: db.execute(
        "insert into t (payload) select to_jsonb(repeat('x', 90)) from generate_series(1, %s)", [items]
    )


# a busy session's looks from the start come by the clock, more of them among so many claims the slower the machine is
NO_LOOK = """
  select set_config(s.name, %s || substr(p.place, strpos(p.place, '|')), false)
    from (select pyorch._attached_pieces(1) ->> 'setting') s (name),
         lateral (select nullif(current_setting(s.name, true), '')) p (place)
   where p.place is not null
     and p.place not like '0|%%'
"""


def usual(session, claims=300):
    """Return what 99 of 100 claims stay below, after the first one; the periodic look from the start told apart."""
    costs = []
    for _ in range(claims + 1):
        costs.append(buffers(session, "select * from pyorch.claim('q', 'w')"))
        session.execute(NO_LOOK, [str(time.time() + 10)])
    return sorted(costs[1:])[-1 - claims // 100]


def churn(session, items):
    """Claim and complete, so that as many dead rows stay behind."""
    for _ in range(items // 1000):
        complete(session, *(item[3] for item in claim(session, 1000)))


@pytest.mark.parametrize("items", [1000, 30000])
def test_a_claim_costs_the_same_at_any_depth(db, table, items):
    table(items)
    db.execute("vacuum analyze t")
    assert usual(db) <= BOUND


def test_a_claim_costs_the_same_with_statistics_of_an_empty_table(db, table):
    db.execute("analyze t")
    table(20000)
    assert usual(db) <= BOUND


@pytest.mark.parametrize("index", ["(status)", "(status, attempts)", "(locked_at)"])
def test_a_claim_and_its_completion_cost_the_same_with_an_index_that_suits_an_empty_table(db, index):
    db.execute(
        "create table t (id bigint generated always as identity primary key, status text not null default 'pending',"
        " attempts integer not null default 0, locked_at timestamptz) with (autovacuum_enabled = false);"
        f"create index on t {index}; analyze t"
    )
    attach(db, "t")
    db.execute("insert into t select from generate_series(1, 20000)")
    assert usual(db) <= BOUND
    costs = [
        buffers(db, f"select pyorch.complete('q', array['{item[3]}'])")
        for item in [item for _ in range(9) for item in claim(db)]
    ]
    assert max(costs[1:]) <= BOUND


def test_a_claim_costs_the_same_where_ids_have_gaps(db, table):
    table(20000)
    db.execute("alter table t alter id drop identity")
    db.execute("update t set id = id * 1000 + 100000000")
    db.execute("vacuum analyze t")
    assert usual(db) <= BOUND


def test_a_claim_costs_the_same_behind_items_in_work(db, table, connect):
    table(20000)
    holder = connect()
    for _ in range(5):
        claim(holder, 1000)
    assert usual(holder) <= BOUND
    assert usual(connect()) <= BOUND


def test_a_claim_costs_the_same_behind_dead_rows_that_a_snapshot_keeps(db, table, connect):
    table(30000)
    holder = connect(autocommit=False)
    holder.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    holder.execute("select 1")
    session = connect()
    churn(session, 20000)
    assert usual(session) <= BOUND
    assert usual(connect()) <= BOUND
    holder.rollback()


def place(session):
    """Name the setting in which a session keeps where it stands."""
    return session.execute("select pyorch._attached_pieces(1) ->> 'setting'").fetchone()[0]


def move(session, due):
    """A busy session: its next look from the start is due in so many seconds."""
    session.execute(
        "select set_config(s, regexp_replace(current_setting(s, true), '^[^|]*[|][^|]*', %s), false)"
        " from cast(%s as text) s",
        [f"{time.time() + due}|64", place(session)],
    )


# with priorities a batch looks from the start each time
@pytest.mark.parametrize(
    ("table", "batch"),
    [(ddl, batch) for ddl in ORDERS.values() for batch in (1, 2) if batch == 1 or "priority" not in ddl],
    indirect=["table"],
)
def test_what_came_back_behind_a_busy_session_is_found_by_the_next_look_from_the_start(db, table, batch):
    table(8)
    claim(db, 3)
    db.execute("update t set status = 'pending' where id in (1, 2)")
    move(db, 9)
    assert [item[0] for item in claim(db, batch)] == ["4", "5"][:batch]
    move(db, -1)
    assert [item[0] for item in claim(db, batch)] == ["1", "2"][:batch]


@pytest.mark.parametrize("batch", [1, 3])
def test_it_is_found_at_once_where_there_is_too_little_ahead(db, table, batch):
    table(3)
    claim(db, 2)
    db.execute("update t set status = 'pending' where id in (1, 2)")
    if batch == 1:
        claim(db)
        db.execute("update t set status = 'complete' where id = 3")
    move(db, 9)
    assert sorted(item[0] for item in claim(db, batch)) == (["1", "2", "3"] if batch == 3 else ["2"])
    assert claim(db, 3) == [] if batch == 3 else True


PRIORITIES = [ddl for ddl in ORDERS.values() if "priority" in ddl]


@pytest.mark.parametrize("table", PRIORITIES, indirect=True)
def test_a_larger_priority_goes_before_the_place_of_a_busy_session_which_then_goes_on(db, table):
    table(6)
    claim(db, 3)
    db.execute("update t set status = 'pending' where id = 1")
    db.execute("insert into t (payload, priority) values ('1', 5), ('2', 7)")
    move(db, 9)
    assert [claim(db)[0][0] for _ in range(4)] == ["8", "7", "4", "5"]
    # what came back behind it waits, whatever its priority
    db.execute("update t set priority = 9 where id = 1")
    assert claim(db)[0][0] == "6"
    move(db, -1)
    assert claim(db)[0][0] == "1"


@pytest.mark.parametrize("table", PRIORITIES, indirect=True)
def test_a_busy_session_at_the_end_of_a_priority_goes_on_with_the_next_one(db, table):
    table(4)
    db.execute("update t set priority = case id when 2 then 9 when 3 then 5 else 0 end")
    claim(db)
    move(db, 9)
    assert [claim(db)[0][0] for _ in range(3)] == ["3", "1", "4"]
    assert claim(db) == []


def test_items_without_a_priority_come_last_and_a_session_goes_on_among_them(db):
    db.execute(
        "create table t (id bigint primary key, status text not null default 'pending', priority integer,"
        " attempts integer not null default 0, locked_at timestamptz)"
    )
    attach(db, "t")
    db.execute("insert into t (id, priority) values (1, null), (2, null), (3, null), (4, -5), (5, null)")
    assert claim(db)[0][0] == "4"
    move(db, 9)
    assert [claim(db)[0][0] for _ in range(2)] == ["1", "2"]
    db.execute("insert into t (id, priority) values (6, -9), (7, null)")
    db.execute("update t set status = 'pending' where id = 1")
    move(db, 9)
    assert [claim(db)[0][0] for _ in range(2)] == ["6", "3"]
    move(db, -1)
    assert [claim(db)[0][0] for _ in range(3)] == ["1", "5", "7"]
    assert claim(db) == []


def test_a_busy_session_goes_on_when_the_queue_gains_or_loses_its_priorities(db):
    db.execute(
        "create table t (id bigint primary key, status text not null default 'pending', priority integer default 0,"
        " attempts integer not null default 0, locked_at timestamptz)"
    )
    attach(db, "t")
    db.execute("insert into t (id) select generate_series(1, 9)")
    assert claim(db)[0][0] == "1"
    for name, item in ((None, 2), ("priority", 4)):
        move(db, 9)
        db.execute(
            "select pyorch.alter_queue('q', jsonb_build_object('columns', %s::jsonb))", [json.dumps({"priority": name})]
        )
        assert [claim(db)[0][0] for _ in range(2)] == [str(item), str(item + 1)]
