"""pyorch.create_queue: tables of our own."""

import psycopg
import pytest

from tests.queues import claim, create, enqueue


def test_it_can_be_used_at_once(db):
    create(db, "mails")
    enqueue(db, 1, queue="mails")
    assert len(claim(db, queue="mails")) == 1
    assert db.execute("select kind, relation from pyorch.queue_status").fetchall() == [
        ("native", "pyorch.native_mails")
    ]


def test_names_that_are_words_of_sql_or_end_alike_do_not_collide(db):
    names = ["select", "user", "a", "a_rest", "token", "token_a", "_", "x" * 40]
    for name in names:
        create(db, name)
        enqueue(db, name, queue=name)
    for name in names:
        assert [item.payload for item in claim(db, queue=name)] == [name]


@pytest.mark.parametrize("name", ["", "A", "a b", "a-b", "1a", "x" * 41, "a;drop", None])
def test_a_name_that_is_none_is_refused(db, name):
    with pytest.raises(psycopg.Error) as error:
        create(db, name)
    assert error.value.sqlstate == "PY001"


def test_a_name_that_is_taken_is_refused(db):
    create(db)
    with pytest.raises(psycopg.Error) as error:
        create(db)
    assert error.value.sqlstate == "PY004"


@pytest.mark.parametrize(
    "options",
    [
        {"lease": "soon"},
        {"lease": "0"},
        {"max_attempts": 0},
        {"max_attempts": "many"},
        {"backoff": {"bass": "1 s"}},
        {"backoff": 3},
        {"rate": "often"},
        {"rate": "20000/minute"},
        {"concurrency": 0},
        {"key_conflict": "merge"},
        {"durability": "none"},
        {"retention": "for ever"},
        {"objective": {"youngest": "1 s"}},
        {"columns": {"id": "id"}},
        {"maxattempts": 3},
    ],
    ids=str,
)
def test_an_option_that_is_wrong_is_refused_and_nothing_stays(db, options):
    with pytest.raises(psycopg.Error) as error:
        create(db, **options)
    assert error.value.sqlstate == "PY001"
    assert error.value.diag.message_hint
    assert db.execute("select to_regclass('pyorch.native_q'), to_regclass('pyorch.q_id_q')").fetchone() == (
        None,
        None,
    )


def test_nobody_has_rights_on_what_it_makes(db):
    db.execute("create role hostile_defaults")
    db.execute("alter default privileges grant all on tables to hostile_defaults")
    db.execute("alter default privileges grant all on sequences to hostile_defaults")
    db.execute("alter default privileges grant execute on functions to hostile_defaults")
    try:
        create(db, retention="1 day")
        given = db.execute(
            "select c.oid::regclass::text from pg_class c, aclexplode(c.relacl) a"
            " where c.relname ~ '_q(_|$)' and a.grantee <> c.relowner"
            " union all select p.oid::regprocedure::text"
            "   from pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a"
            "  where p.proname ~ '^_q_' and a.grantee <> p.proowner"
        ).fetchall()
        assert given == []
    finally:
        db.execute("drop owned by hostile_defaults")
        db.execute("drop role hostile_defaults")


def test_only_an_admin_may(connect):
    session = connect()
    session.execute("set role pyorch_operator")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        create(session)
