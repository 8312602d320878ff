"""pyorch._grant: a right is recorded for a part and for those that include it, and given where the role exists."""

import psycopg
import pytest


@pytest.fixture
def thing(db):
    db.execute("create function pyorch.thing(integer) returns integer language sql as 'select 1'")
    db.execute("revoke all on function pyorch.thing(integer) from public")
    return "pyorch.thing(int)"


def grantees(db):
    return [
        name
        for (name,) in db.execute("""
          select a.grantee::regrole::text
            from pg_proc p, aclexplode(p.proacl) a
           where p.oid = 'pyorch.thing(int)'::regprocedure and a.grantee <> p.proowner order by 1""")
    ]


@pytest.mark.parametrize(
    ("part", "roles"),
    [
        ("viewer", ["pyorch_admin", "pyorch_operator", "pyorch_viewer"]),
        ("operator", ["pyorch_admin", "pyorch_operator"]),
        ("worker", ["pyorch_admin", "pyorch_worker"]),
        ("admin", ["pyorch_admin"]),
    ],
)
def test_a_part_includes_the_lesser_ones(db, thing, part, roles):
    db.execute("call pyorch._grant(%s, 'execute', 'function', %s)", [part, thing])
    assert grantees(db) == roles


def test_twice_is_harmless(db, thing):
    for _ in range(2):
        db.execute("call pyorch._grant('worker', 'execute', 'function', %s)", [thing])
    assert grantees(db) == ["pyorch_admin", "pyorch_worker"]


def test_for_a_role_that_does_not_exist_the_right_is_recorded_and_waits(db, thing):
    db.execute("update pyorch.role_map set role_name = 'comes_later' where part = 'worker'")
    db.execute("call pyorch._grant('worker', 'execute', 'function', %s)", [thing])
    assert grantees(db) == ["pyorch_admin"]
    recorded = db.execute("select part from pyorch.wanted_grant where object_name = 'pyorch.thing(integer)' order by 1")
    assert recorded.fetchall() == [("admin",), ("worker",)]


def test_an_object_that_does_not_exist_is_refused(db):
    with pytest.raises(psycopg.errors.UndefinedFunction):
        db.execute("call pyorch._grant('worker', 'execute', 'function', 'pyorch.not_there(int)')")
