"""What a call costs, in buffers: the same whatever stands in the table and whatever the statistics say."""

import pytest

from tests.attached.shapes import SHAPES, claim, complete, fail, heartbeat, make, put, release

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
