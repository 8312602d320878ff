"""rpc: whole rows through pyorch_api, and nothing that holds the user's table otherwise."""

import psycopg
import pytest

from tests.attached.shapes import SHAPES, attach, claim, make

shapes = pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
FULL = SHAPES["uuid id, enum status, all columns"]


@shapes
def test_without_rpc_the_table_can_be_dropped(db, shape):
    make(db, shape, 1)
    db.execute(f"drop table {shape.table}")
    assert db.execute("select code from pyorch._attached_health()").fetchall() == [("attached_table_gone",)]


@shapes
def test_claim_over_rpc_returns_whole_rows_as_they_are_now(db, shape):
    make(db, shape, 3, rpc=True)
    rows = db.execute("select to_jsonb(item), receipt, attempt from pyorch_api.claim_q('w', 2)").fetchall()
    assert [row[0][shape.status.strip('"')] for row in rows] == [shape.words[1]] * 2
    assert [row[2] for row in rows] == [1, 1]
    receipts = [row[1] for row in rows]
    assert sorted(r[0] for r in db.execute("select pyorch_api.complete('q', %s)", [receipts])) == sorted(receipts)


def test_a_worker_may_call_it_and_nobody_else(db, connect):
    make(db, FULL, 2, rpc=True)
    db.execute("create role att_worker_1 login in role pyorch_worker")
    db.execute("create role att_nobody_1 login")
    try:
        worker = connect(user="att_worker_1")
        assert len(worker.execute("select * from pyorch_api.claim_q('w', 1)").fetchall()) == 1
        assert len(worker.execute("select * from pyorch_api.claim('q', 'w')").fetchall()) == 1
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            worker.execute("select * from import_queue")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connect(user="att_nobody_1").execute("select * from pyorch_api.claim_q('w', 1)")
    finally:
        db.execute("drop role att_worker_1, att_nobody_1")


@pytest.mark.parametrize("way", ["detach", "alter"])
def test_detach_and_rpc_off_let_the_table_go(db, way):
    make(db, FULL, 1, rpc=True)
    with pytest.raises(psycopg.errors.DependentObjectsStillExist):
        db.execute("drop table import_queue")
    db.execute(
        "select pyorch.detach_queue('q')" if way == "detach" else "select pyorch.alter_queue('q', '{\"rpc\": false}')"
    )
    db.execute("drop table import_queue")
    db.execute("call pyorch._apply_grants()")


def test_a_dropped_table_stops_neither_orchestrate_nor_unlock_of_the_others(db, clock):
    make(db, FULL, 1)
    db.execute("create table other (id int primary key, status text, locked_at timestamptz)")
    db.execute("insert into other values (1, 'pending', null)")
    attach(db, "other", "r")
    db.execute("select * from pyorch.claim('r', 'w')")
    db.execute("drop table import_queue")
    clock.advance("1 hour")
    assert dict(db.execute("select queue, unlocked from pyorch.unlock()").fetchall()) == {"q": 0, "r": 1}
    assert db.execute("select estimated from pyorch._queue_depth(1)").fetchone() == (True,)
    answer = db.execute("select pyorch.orchestrate()").fetchone()[0]
    assert answer["success"], answer
    with pytest.raises(psycopg.errors.UndefinedTable):
        claim(db)
