"""pyorch.db and pyorch.errors: how we connect, and what an error says."""

import re

import psycopg
import pytest

from pyorch import db as connecting
from pyorch import errors
from pyorch.errors import ConnectError, PyorchError


def one(connection, query):
    return connection.execute(query).fetchone()[0]


def test_a_connection_is_autocommit_and_has_our_name(dsn):
    with connecting.connect(dsn) as connection:
        assert connection.autocommit
        assert one(connection, "show application_name") == "pyorch"


def test_a_name_in_the_connection_string_wins(dsn):
    with connecting.connect(f"{dsn} application_name=mine") as connection:
        assert one(connection, "show application_name") == "mine"


@pytest.mark.parametrize("empty", [None, ""])
def test_without_a_connection_string_the_variables_of_libpq_hold(dsn, monkeypatch, empty):
    for name, value in psycopg.conninfo.conninfo_to_dict(dsn).items():
        variable = {"dbname": "PGDATABASE"}.get(name, f"PG{name.upper()}")
        monkeypatch.setenv(variable, str(value))
    with connecting.connect(empty) as connection:
        assert connection.info.dbname in dsn


def test_statements_are_never_prepared_on_the_server_so_that_a_pooler_is_no_obstacle(dsn):
    with connecting.connect(dsn) as connection:
        for _ in range(8):
            connection.execute("select %s::int", [1])
        assert one(connection, "select count(*) from pg_prepared_statements") == 0


def test_times_are_read_however_the_database_prints_them(dsn, db):
    for setting in ("datestyle = 'SQL, DMY'", "intervalstyle = 'iso_8601'", "timezone = 'Asia/Kolkata'"):
        db.execute(f"alter database {db.info.dbname} set {setting}".encode())
    for autocommit in (True, False):
        with connecting.connect(dsn, autocommit=autocommit) as connection:
            assert connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
            assert connection.autocommit == autocommit
            assert one(connection, "select timestamptz '2026-03-01 12:00:00+00'").hour == 17
            assert one(connection, "select interval '90 minutes'").total_seconds() == 5400


@pytest.mark.parametrize("wrong", ["host=127.0.0.1 port=1 dbname=x", "host=127.0.0.1 connect_timeout=no", "gibberish"])
def test_who_cannot_connect_is_told_how(wrong):
    with pytest.raises(ConnectError) as refused:
        connecting.connect(wrong)
    assert "postgresql://" in refused.value.hint


def test_a_password_never_stands_in_the_message(server):
    with pytest.raises(ConnectError) as refused:
        connecting.connect(f"postgresql://postgres:s3cret@{server.host}:{server.port}/not_there")
    assert "s3cret" not in str(refused.value)


def test_an_error_of_ours_comes_with_its_code_and_hint(db):
    with pytest.raises(PyorchError) as raised, errors.translated():
        db.execute(
            "do $$ begin raise exception using errcode = 'PY002', message = 'no queue', hint = 'make it'; end $$"
        )
    assert (raised.value.sqlstate, raised.value.message, raised.value.hint) == ("PY002", "no queue", "make it")
    assert str(raised.value) == "no queue\nHint: make it"


def test_every_code_that_sql_raises_is_in_the_table(db):
    bodies = db.execute("select prosrc from pg_proc where pronamespace = 'pyorch'::regnamespace").fetchall()
    raised = {code for (body,) in bodies for code in re.findall(r"\bPY\d{3}\b", body)}
    assert raised <= errors.CODES.keys()
