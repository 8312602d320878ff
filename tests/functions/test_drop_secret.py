"""pyorch.drop_secret: forgets a secret."""

import psycopg
import pytest


def test_it_is_gone(world):
    world.one("select pyorch.set_secret('key', 'value')")
    world.one("select pyorch.drop_secret('key')")
    assert world.one("select pyorch._secret_value('key')") is None


def test_an_unknown_one_is_refused_with_a_hint(world):
    with pytest.raises(psycopg.Error) as caught:
        world.one("select pyorch.drop_secret('key')")
    assert caught.value.sqlstate == "PY010" and caught.value.diag.message_hint
