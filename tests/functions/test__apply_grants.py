"""pyorch._apply_grants: whoever is not on the list has nothing, whoever is on it has it."""

import pytest


@pytest.fixture
def thing(db):
    """A function on whose list the workers stand."""
    db.execute("create function pyorch.thing(integer) returns integer language sql as 'select 1'")
    db.execute("revoke all on function pyorch.thing(integer) from public")
    db.execute("call pyorch._grant('worker', 'execute', 'function', 'pyorch.thing(int)')")


def may(db, role):
    return db.execute("select has_function_privilege(%s, 'pyorch.thing(int)', 'execute')", [role]).fetchone()[0]


def test_who_is_not_on_the_list_loses_what_he_got(db, thing):
    db.execute("grant all on function pyorch.thing(integer) to public")
    db.execute("grant all on function pyorch.thing(integer) to pyorch_viewer with grant option")
    db.execute("grant all on table pyorch.role_map to pyorch_viewer")
    db.execute("call pyorch._apply_grants()")
    assert not may(db, "pyorch_viewer")
    assert db.execute("select has_table_privilege('pyorch_viewer', 'pyorch.role_map', 'select')").fetchone() == (False,)


def test_who_is_on_the_list_gets_back_what_he_lost(db, thing):
    db.execute("revoke all on function pyorch.thing(integer) from pyorch_worker")
    db.execute("call pyorch._apply_grants()")
    assert may(db, "pyorch_worker")


def test_who_is_on_the_list_may_not_hand_it_on(db, thing):
    db.execute("grant execute on function pyorch.thing(integer) to pyorch_worker with grant option")
    db.execute("call pyorch._apply_grants()")
    acl = db.execute("select proacl::text from pg_proc where oid = 'pyorch.thing(int)'::regprocedure").fetchone()[0]
    assert "pyorch_worker=X/" in acl


def test_another_role_for_a_part_takes_its_rights_over(db, thing):
    db.execute("begin")
    db.execute("create role service_role")
    db.execute("update pyorch.role_map set role_name = 'service_role' where part = 'worker'")
    db.execute("call pyorch._apply_grants()")
    assert may(db, "service_role")
    assert not may(db, "pyorch_worker")
    db.execute("rollback")
