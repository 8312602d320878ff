"""pyorch.set_variable: values for {{names}}, of this database alone."""

import psycopg
import pytest


def put(world, name, value):
    world.one("select pyorch.set_variable(%s, %s)", name, value)


def test_the_last_value_counts_and_null_forgets_it(world):
    put(world, "v", "1")
    put(world, "v", "2")
    assert world.one("select value from pyorch.variable") == "2"
    put(world, "v", None)
    assert world.one("select count(*) from pyorch.variable") == 0


@pytest.mark.parametrize("name", ["", "a b", None, "batch_size", "call_id", "run_id", "queue"])
def test_a_name_that_is_none_or_ours_is_refused(world, name):
    with pytest.raises(psycopg.Error) as caught:
        put(world, name, "x")
    assert caught.value.sqlstate == "PY001"


def test_forgetting_what_is_not_there_is_refused(world):
    with pytest.raises(psycopg.Error) as caught:
        put(world, "v", None)
    assert caught.value.sqlstate == "PY010"
