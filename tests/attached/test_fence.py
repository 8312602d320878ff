"""What tells a claim from every other one: locked_at where the table can hold it, else the state row."""

import json

import pytest

from tests.attached.shapes import SHAPES, attach, claim, complete, fail, heartbeat, make, release, states, unlock

shapes = pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
fenced = pytest.mark.parametrize("shape", [s for s in SHAPES.values() if s.fenced], ids=lambda s: s.table)
FULL = SHAPES["uuid id, enum status, all columns"]
TABLE = (
    "create table t (id {id} primary key, status text default 'pending', attempts int default 0, locked_at timestamptz)"
)


def refused(db, receipt):
    """No verb accepts this receipt, alone or beside another one."""
    one = [*heartbeat(db, receipt), *fail(db, receipt), *release(db, receipt), *complete(db, receipt)]
    return one == [] and complete(db, receipt, receipt) == []


@fenced
def test_a_claim_of_a_table_that_can_hold_it_writes_no_state(db, shape):
    make(db, shape, 5)
    items = claim(db) + claim(db, 3)
    assert states(db) == {}
    assert complete(db, items[0][3]) == [items[0][3]]
    rest = [item[3] for item in items[1:]]
    assert sorted(complete(db, *rest)) == sorted(rest)
    assert states(db) == {}


@shapes
@pytest.mark.parametrize("back", ["release", "fail", "unlock", "other code"])
def test_every_claim_of_an_item_has_a_receipt_of_its_own_while_the_clock_stands_still(db, clock, shape, back):
    make(db, shape, 1, backoff={"base": "1 second"}, max_lease_losses=100, max_attempts=100)
    seen = []
    for _ in range(4):
        ((_, _, _, receipt, _),) = claim(db)
        assert all(refused(db, old) for old in seen)
        seen.append(receipt)
        if back == "release":
            assert release(db, receipt) == [receipt]
        elif back == "fail":
            db.execute("select pyorch.fail('q', %s, 'x', '0 seconds')", [[receipt]])
        elif back == "unlock":
            start = clock.now
            clock.advance("1 hour")
            assert unlock(db) == (1, 0)
            clock.set(start)
        else:
            db.execute(f"update {shape.table} set {shape.status} = %s", [shape.words[0]])
    assert all(refused(db, old) for old in seen)


@shapes
@pytest.mark.parametrize(("lease", "early", "late"), [("1 minute", "50 s", "20 s"), ("1 hour", "50 min", "20 min")])
def test_a_lease_of_its_own_holds_exactly_as_long(db, clock, shape, lease, early, late):
    make(db, shape, 3)
    items = claim(db, lease=lease) + claim(db, 2, lease=lease)
    assert db.execute("select max(l) - min(l) < '1 second' from unnest(%s::timestamptz[]) l", [
        [item[4] for item in items]]).fetchone() == (True,)  # fmt: skip
    clock.advance(early)
    assert unlock(db) == (0, 0)
    clock.advance(late)
    assert unlock(db) == (3, 0)
    assert all(refused(db, item[3]) for item in items)


@shapes
def test_more_time_holds_the_item_and_leaves_nothing_behind(db, clock, shape):
    make(db, shape, 3)
    items = [item[3] for item in claim(db, 3)]
    for _ in range(3):
        clock.advance("14 minutes")
        assert sorted(heartbeat(db, *items)) == sorted(items)
        assert unlock(db) == (0, 0)
    assert complete(db, items[0]) == [items[0]]
    assert release(db, items[1]) == [items[1]]
    assert states(db) == {"working": 1}
    clock.advance("16 minutes")
    assert unlock(db) == (1, 0)
    assert refused(db, items[2])


@shapes
def test_a_lease_of_its_own_leaves_nothing_behind(db, shape):
    make(db, shape, 3)
    for item in claim(db, lease="1 hour") + claim(db, 2, lease="1 hour"):
        assert complete(db, item[3]) == [item[3]]
    assert states(db) == {}


@shapes
@pytest.mark.parametrize("batch", [1, 2])
def test_the_longer_lease_of_an_earlier_holder_does_not_hold_the_next_claim(db, clock, shape, batch):
    make(db, shape, 1)
    (old,) = claim(db)
    assert heartbeat(db, old[3], lease="5 hours") == [old[3]]
    db.execute(f"update {shape.table} set {shape.status} = %s", [shape.words[0]])
    assert len(claim(db, batch)) == 1
    clock.advance("16 minutes")
    assert unlock(db) == (1, 0)


@shapes
def test_a_shorter_lease_for_the_queue_keeps_what_was_promised_before(db, clock, shape):
    make(db, shape, 2, lease="1 hour")
    (old,) = claim(db)
    db.execute("select pyorch.alter_queue('q', '{\"lease\": \"10 minutes\"}')")
    (new,) = claim(db)
    clock.advance("30 minutes")
    unlock(db)
    assert complete(db, old[3]) == [old[3]]
    clock.advance("31 minutes")
    unlock(db)
    assert refused(db, new[3])
    (again,) = claim(db)
    clock.advance("11 minutes")
    assert unlock(db) == (1, 0)
    assert refused(db, again[3])


@pytest.mark.parametrize(
    "value",
    ["date_trunc('hour', new.locked_at + interval '1 hour')", "null", "'2000-01-01'"],
    ids=["rounds", "empties", "replaces"],
)
def test_a_trigger_that_puts_another_time_there_costs_a_state_row_and_no_fence(db, clock, value):
    make(db, FULL, 4)
    db.execute(
        f"create function other() returns trigger language plpgsql as $$ begin new.locked_at := {value}; return new;"
        " end $$; create trigger other before update on import_queue for each row execute function other()"
    )
    items = claim(db) + claim(db, 2)
    assert states(db) == {"working": 3}
    (taken,) = claim(db)
    db.execute("alter table import_queue disable trigger other")
    db.execute("update import_queue set locked_at = '2026-02-28' where id::text = %s", [taken[0]])
    db.execute("alter table import_queue enable trigger other")
    assert refused(db, taken[3]), "other code took it over"
    clock.advance("10 minutes")
    db.execute("select pyorch.unlock('q')")
    assert heartbeat(db, items[0][3]) == [items[0][3]]
    assert release(db, items[0][3]) == [items[0][3]]
    (again,) = claim(db)
    assert refused(db, items[0][3])
    assert complete(db, again[3], items[1][3]) == [again[3], items[1][3]]
    assert fail(db, items[2][3]) == [(items[2][3], "pending")]


@fenced
def test_an_item_that_other_code_took_over_is_not_ours_any_more(db, clock, shape):
    columns = make(db, shape, 2)["mapping"]["columns"]
    items = [claim(db)[0][3], claim(db, lease="1 hour")[0][3]]
    db.execute(f"update {shape.table} set {columns['locked_at']} = %s::timestamptz + interval '1 s'", [clock.now])
    assert all(refused(db, receipt) for receipt in items)


@pytest.mark.parametrize(("kind", "ids"), [("smallint", "-5"), ("integer", "7"), ("bigint", "-1"), ("text", "''")])
def test_receipts_that_nobody_gave_change_nothing_and_raise_nothing(db, kind, ids):
    db.execute(TABLE.format(id=kind))
    db.execute(f"insert into t values ({ids})")
    attach(db, "t")
    ((item, _, _, receipt, _),) = claim(db)
    head = receipt[: receipt.index("-", 2) + 1]
    for forged in ("-", "--1", "1-1", "1.0", " 1", "", "x", "9" * 5, "9" * 12, "9" * 18, "9" * 19, "9" * 40, "é"):
        if forged != item:
            assert refused(db, head + forged), forged
    assert refused(db, receipt.replace("1-", "1-x", 1)) and refused(db, "2" + receipt[1:])
    assert refused(db, None)
    assert complete(db, receipt, "x") == [receipt]


def test_a_time_of_less_than_microseconds_is_no_fence(db):
    db.execute(TABLE.format(id="int").replace("timestamptz", "timestamptz(3)"))
    db.execute("insert into t values (1)")
    answer = attach(db, "t")
    assert any("each claim writes a row" in sentence for sentence in answer["degrades"])
    (item,) = claim(db)
    assert states(db) == {"working": 1}
    assert complete(db, item[3]) == [item[3]]


def test_a_condition_may_name_columns_that_state_rows_have_too(db, clock):
    db.execute(TABLE.format(id="int"))
    db.execute("insert into t select generate_series(1, 4)")
    options = {"where": "attempts < 3 and locked_at is distinct from '2000-01-01'", "order_by": "attempts, id"}
    db.execute("select pyorch._attach_checked('q', 't', %s)", [json.dumps(options)])
    items = claim(db) + claim(db, 3)
    assert [item[0] for item in items] == ["1", "2", "3", "4"]
    fail(db, items[0][3])
    heartbeat(db, items[1][3])
    clock.advance("1 hour")
    assert unlock(db) == (3, 0)
    assert db.execute("select pyorch._queue_pending(1)").fetchone() == (4,)
    assert db.execute("select pyorch.explain_item('q', '2') -> 'claimable'").fetchone() == (True,)
