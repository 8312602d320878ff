"""pyorch.set_secret: stores a secret that only the owner reads; with Vault see tests/calls/test_secrets.py."""

import psycopg
import pytest


def put(world, name, value):
    world.one("select pyorch.set_secret(%s, %s)", name, value)


def test_the_last_value_counts(world):
    put(world, "key", "one")
    put(world, "key", "two")
    assert world.one("select pyorch._secret_value('key')") == "two"


@pytest.mark.parametrize("name", ["", "1a", "a b", "a-b", None, "x" * 64])
def test_a_name_that_could_not_stand_in_a_header_is_refused(world, name):
    with pytest.raises(psycopg.Error) as caught:
        put(world, name, "value")
    assert caught.value.sqlstate == "PY001"


@pytest.mark.parametrize("value", ["", None, "secret-value\n", "secret-value\r\nX: 1", "secret\tvalue"])
def test_a_value_with_a_line_break_is_refused_and_no_error_shows_it(world, value):
    with pytest.raises(psycopg.Error) as caught:
        put(world, "key", value)
    assert caught.value.sqlstate == "PY001"
    assert "secret-value" not in str(caught.value) + str(caught.value.diag.context) + str(
        caught.value.diag.message_hint
    )


def test_only_admins_may(world, connect):
    session = connect()
    session.execute("set role pyorch_operator")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        session.execute("select pyorch.set_secret('key', 'value')")


def test_given_as_a_parameter_the_value_stands_in_no_statement_text(world, connect):
    put(world, "key", "never-seen-again")
    text = connect().execute("select query from pg_stat_activity where datname = current_database()").fetchall()
    assert "never-seen-again" not in str(text)
