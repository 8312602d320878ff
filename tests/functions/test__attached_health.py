"""_attached_health: what is wrong with attached queues, and advice that mends it."""

import pytest

from tests.attached.shapes import attach, claim

COLUMNS = "status text not null default 'pending', attempts integer not null default 0, locked_at timestamptz"
TIME = "created_at timestamptz not null default clock_timestamp()"


def make(db, ddl=f"id bigint primary key, {COLUMNS}, {TIME}", **options):
    db.execute(f"create table t ({ddl})")
    for statement in attach(db, "t", **options)["advised"]:
        db.execute(statement)


def found(db, code):
    """The findings with this code: (severity, subject, evidence, advice)."""
    return db.execute(
        "select severity, subject, evidence, advice from pyorch.health where code = %s", [code]
    ).fetchall()


def lose(db, column="created_at", table="t"):
    db.execute(f"alter table {table} alter column {column} drop not null")


def test_a_created_at_that_lost_its_not_null_is_named_until_it_has_it_again(db):
    make(db)
    assert found(db, "attached_column_nullable") == []
    lose(db)
    ((severity, subject, evidence, advice),) = found(db, "attached_column_nullable")
    assert (severity, subject) == ("critical", "q")
    assert "without created_at" in evidence
    mend, _, _ = advice.partition(" or, ")
    db.execute(mend)
    assert found(db, "attached_column_nullable") == []


@pytest.mark.parametrize("columns", [None, {"payload": None, "created_at": "added"}])
def test_the_other_advice_has_rows_without_it_claimed_last(db, columns):
    name = "added" if columns else "created_at"
    make(
        db,
        f"id bigint primary key, {COLUMNS}, {name} timestamptz not null default now()",
        **({"columns": columns} if columns else {}),
    )
    lose(db, name)
    db.execute(f"insert into t (id, {name}) values (1, null), (2, now())")
    assert [item[0] for item in claim(db, 3)] == ["2"]
    ((_, _, _, advice),) = found(db, "attached_column_nullable")
    db.execute(advice.partition("claimed last: ")[2])
    assert found(db, "attached_column_nullable") == []
    assert [item[0] for item in claim(db, 3)] == ["1"]
    kept = db.execute("select options -> 'columns' from pyorch.queue").fetchone()[0]
    assert kept == (columns or {})


def test_an_id_that_lost_its_not_null_is_named(db):
    make(db, f"id bigint not null unique, {COLUMNS}")
    lose(db, "id")
    ((severity, _, evidence, advice),) = found(db, "attached_column_nullable")
    assert severity == "critical"
    assert "without id" in evidence
    db.execute(advice)
    assert found(db, "attached_column_nullable") == []


def test_a_table_that_inherits_without_the_not_null_is_named(db, server):
    make(db)
    db.execute("create table below () inherits (t)")
    db.execute("create table lowest () inherits (below)")
    assert found(db, "attached_column_nullable") == []
    if server.version >= 18:
        # there a not null that is inherited cannot be dropped
        db.execute("alter table t alter constraint t_created_at_not_null no inherit")
        db.execute("alter table below alter constraint t_created_at_not_null no inherit")
    lose(db, table="lowest")
    db.execute("insert into lowest (id, created_at) values (1, null)")
    assert claim(db) == []
    ((severity, subject, evidence, advice),) = found(db, "attached_column_nullable")
    assert (severity, subject) == ("critical", "q")
    assert evidence == "public.lowest may have rows without created_at: they are never claimed"
    db.execute("update lowest set created_at = now()")
    db.execute(advice)
    assert found(db, "attached_column_nullable") == []
    assert [item[0] for item in claim(db)] == ["1"]


@pytest.mark.parametrize(
    ("more", "options"),
    [(", priority integer default 0", {}), (", shop text", {"group": "shop"}), ("", {"columns": {"created_at": None}})],
    ids=["by priority", "in groups", "by id"],
)
def test_where_rows_without_a_created_at_are_claimed_nothing_is_said(db, more, options):
    make(db, f"id bigint primary key, {COLUMNS}, {TIME}{more}", **options)
    lose(db)
    db.execute("insert into t (id, created_at) values (1, null), (2, null)")
    assert [item[0] for item in claim(db) + claim(db)] == ["1", "2"]
    assert found(db, "attached_column_nullable") == []


def test_a_not_null_that_older_rows_were_not_checked_for_is_none(db, server):
    if server.version < 18:
        pytest.skip("NOT NULL … NOT VALID came with PostgreSQL 18")
    db.execute(f"create table t (id bigint primary key, {COLUMNS}, created_at timestamptz)")
    db.execute("insert into t (id) values (1)")
    db.execute("alter table t add constraint filled not null created_at not valid")
    attach(db, "t")
    assert claim(db) == []
    ((_, _, _, advice),) = found(db, "attached_column_nullable")
    db.execute("update t set created_at = now()")
    db.execute(advice)
    assert found(db, "attached_column_nullable") == []
    assert [item[0] for item in claim(db)] == ["1"]


def test_a_queue_whose_column_is_gone_can_be_detached_as_is_advised(db):
    make(db)
    db.execute("insert into t (id) values (1)")
    claim(db)
    db.execute("alter table t drop column created_at")
    ((severity, subject, _, advice),) = found(db, "attached_column_gone")
    assert (severity, subject) == ("critical", "q")
    assert db.execute("select queue, pending, estimated from pyorch.queue_status").fetchall() == [("q", None, True)]
    answer = db.execute(advice.partition(" and attach")[0]).fetchone()[0]
    assert answer["left_in_processing"] is None
    assert attach(db, "t")["queue"] == "q"
    assert found(db, "attached_column_gone") == []


@pytest.mark.parametrize("change", ["alter table t rename to moved", "alter table t set schema other"])
def test_a_table_that_was_renamed_is_named_until_the_queue_has_followed(db, change):
    make(db)
    db.execute("create schema other")
    assert found(db, "attached_table_renamed") == []
    db.execute(change)
    ((severity, subject, evidence, advice),) = found(db, "attached_table_renamed")
    assert (severity, subject) == ("critical", "q")
    now = "public.moved" if "rename" in change else "other.t"
    assert now in evidence
    db.execute(f"insert into {now} (id) values (1)")
    db.execute(advice.removeprefix("if the queue goes with that table: ").partition("; else")[0])
    assert found(db, "attached_table_renamed") == []
    assert [item[0] for item in claim(db)] == ["1"]


def test_a_table_that_took_the_name_of_a_queues_table_is_told_from_it(db):
    make(db)
    db.execute("alter table t rename to old")
    db.execute("create table t (like old including all)")
    ((_, subject, _, advice),) = found(db, "attached_table_renamed")
    assert subject == "q"
    db.execute(advice.partition("else: ")[2].partition(" and attach")[0])
    attach(db, "t")
    db.execute("insert into t (id) values (7)")
    assert [item[0] for item in claim(db)] == ["7"]
    assert found(db, "attached_table_renamed") == []
