"""The catalog: what it sees, what it leaves out, and that the golden one is what the sources make."""

import psycopg
import pytest

from pyorch import catalog
from tests import golden

FUNCTION = "pyorch._backoff(jsonb,integer)"


@pytest.fixture
def differences(db):
    """Compare the test's database with itself as it was before the test touched it."""
    parts = catalog.roles(db)
    expected = catalog.by_part(catalog.read(db), parts)
    return lambda: [str(found) for found in catalog.diff(expected, catalog.read(db), catalog.roles(db))]


def test_the_golden_catalog_is_what_the_sources_make(dsn):
    assert golden.text(golden.read(dsn)) == catalog.golden_path().read_text(), "run: make catalog"


def test_an_untouched_database_has_no_difference(differences):
    assert differences() == []


def test_a_function_changed_by_hand_is_seen(db, differences):
    source = db.execute("select pg_get_functiondef(%s::regprocedure)", [FUNCTION]).fetchone()[0]
    db.execute(source.replace("10 seconds", "11 seconds").encode())
    assert differences() == [f"routine {FUNCTION}: its body is not the source's"]


def test_a_function_that_lost_its_search_path_is_seen(db, differences):
    db.execute(f"alter function {FUNCTION} reset search_path".encode())
    assert differences() == [f"routine {FUNCTION}: its settings (search_path) differ"]


def test_a_dropped_and_a_foreign_function_are_seen(db, differences):
    db.execute(f"drop function {FUNCTION} cascade".encode())
    db.execute("create function pyorch.mine() returns int language sql as 'select 1'")
    assert differences() == [
        f"routine {FUNCTION}: is missing",
        "routine pyorch.mine(): is not ours: no source defines it",
    ]


def test_a_right_that_nobody_asked_for_is_seen(db, differences):
    db.execute(f"grant execute on function {FUNCTION} to public".encode())
    assert differences() == [f"routine {FUNCTION}: public may execute, which nobody asked for"]


def test_a_right_that_is_missing_is_seen(db, differences):
    db.execute("revoke execute on function pyorch.version() from pyorch_viewer")
    assert differences() == ["routine pyorch.version(): pyorch_viewer may not execute, but should"]


def test_roles_that_play_a_part_elsewhere_are_no_difference(db, differences):
    db.execute("create role t_service nologin")
    try:
        db.execute("update pyorch.role_map set role_name = 't_service' where part = 'worker'")
        db.execute("call pyorch._apply_grants()")
        assert differences() == []
    finally:
        db.execute("drop owned by t_service")
        db.execute("drop role t_service")


def test_a_role_of_our_name_that_another_database_made_since_is_no_difference(db, differences):
    db.execute("create role t_later nologin")
    try:
        db.execute("update pyorch.role_map set role_name = 't_later' where part = 'worker'")
        db.execute("revoke all on all routines in schema pyorch, pyorch_api from pyorch_worker")
        db.execute("revoke all on all tables in schema pyorch, pyorch_api from pyorch_worker")
        db.execute("revoke all on schema pyorch, pyorch_api from pyorch_worker")
        assert differences() == []
        assert catalog.latecomers(db) == ["t_later"]
    finally:
        db.execute("drop role t_later")


def test_a_table_altered_by_hand_is_seen(db, differences):
    db.execute("alter table pyorch.config add mine int, alter value drop not null")
    assert sorted(differences()) == [
        "column pyorch.config.mine: is not ours: no source defines it",
        "column pyorch.config.value: its not null differs",
    ]


def test_a_disabled_trigger_and_a_new_index_are_seen(db, differences):
    db.execute("create index mine on pyorch.config (value)")
    assert differences() == ["index pyorch.mine: is not ours: no source defines it"]


def test_what_is_generated_for_a_queue_is_left_out(db, differences):
    db.execute("create function pyorch._q_1_claim() returns int language sql as 'select 1'")
    db.execute("create function pyorch_api.claim_imports() returns int language sql as 'select 1'")
    db.execute("create table pyorch.q_1 (id int primary key)")
    assert differences() == []


def test_two_databases_with_the_same_pyorch_have_the_same_fingerprint(server, template, dsn):
    with psycopg.connect(dsn, autocommit=True) as one, psycopg.connect(server.dsn(template), autocommit=True) as other:
        assert catalog.fingerprint(catalog.read(one)) == catalog.fingerprint(catalog.read(other))
        one.execute("comment on table pyorch.config is 'changed'")
        assert catalog.fingerprint(catalog.read(one)) != catalog.fingerprint(catalog.read(other))
