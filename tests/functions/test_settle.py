"""pyorch.settle: brings the ledger up to date; what it does for pg_net is tested in tests/calls/test_pg_net.py."""

import psycopg
import pytest


def settle(world, batch=None):
    return world.rows("select * from pyorch.settle(%s)", batch)[0]


def test_with_nothing_open_it_settles_nothing(world):
    assert settle(world) == {"ok": 0, "failed": 0, "timed_out": 0, "lost": 0}


def test_it_counts_what_it_settled_by_outcome(world):
    world.queue(items=100)
    world.processor(max_in_flight=3)
    world.tick()
    world.take()
    world.clock.advance("1 minute")
    assert settle(world) == {"ok": 0, "failed": 0, "timed_out": 0, "lost": 3}
    assert settle(world)["lost"] == 0


def test_it_keeps_to_its_batch(world):
    world.queue(items=100)
    world.processor(max_in_flight=3)
    world.tick()
    world.take()
    world.clock.advance("1 minute")
    assert settle(world, 2)["lost"] == 2
    assert settle(world, 2)["lost"] == 1


def test_a_batch_of_nothing_is_refused(world):
    with pytest.raises(psycopg.Error) as caught:
        settle(world, 0)
    assert caught.value.sqlstate == "PY001"


def test_a_call_that_another_session_holds_is_left_to_it(world, connect):
    world.scraper()
    world.tick()
    world.take()
    world.clock.advance("1 minute")
    other = connect()
    other.execute("begin")
    other.execute("select 1 from pyorch.call for update")
    world.db.execute("set statement_timeout = '30s'")
    assert settle(world)["lost"] == 0
    other.execute("rollback")
    assert settle(world)["lost"] == 1
