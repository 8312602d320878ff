"""pyorch._look_at_calls: decisions start to read where pyorch.call begins to hold anything."""

import psycopg


def look(db):
    """A look although the last one was a moment ago; returns the mark."""
    db.execute("update pyorch.call_mark set looked_at = '-infinity'")
    db.execute("select pyorch._look_at_calls()")
    return db.execute("select low from pyorch.call_mark").fetchone()[0]


def send(world, count):
    world.scraper(max_in_flight=1000, every="1 second")
    for _ in range(count):
        world.tick()
        world.send()
        world.clock.advance("1 second")


def test_the_mark_follows_one_look_behind(world):
    send(world, 5)
    look(world.db)
    assert look(world.db) == 5
    world.tick()
    world.take()
    assert look(world.db) == 5
    assert look(world.db) == 6


def test_an_id_that_was_taken_long_ago_and_comes_late_is_found_again(world, connect):
    world.scraper("late")
    other = connect()
    other.execute("begin")
    world.beat()
    other.execute("select pyorch._dispatch('scraper', null, null)")
    send(world, 5)
    look(world.db)
    assert look(world.db) > 1
    other.execute("commit")
    look(world.db)
    assert [c["call_id"] for c in world.take()] == [1]


def test_a_look_within_ten_seconds_of_another_does_nothing_and_nobody_waits(world, connect):
    world.db.execute("select pyorch._look_at_calls()")
    before = world.rows("select * from pyorch.call_mark")
    world.db.execute("select pyorch._look_at_calls()")
    assert world.rows("select * from pyorch.call_mark") == before
    other = connect()
    other.execute("begin")
    other.execute("update pyorch.call_mark set looked_at = '-infinity'")
    world.db.execute("set statement_timeout = '30s'")
    world.db.execute("select pyorch._look_at_calls()")
    other.execute("rollback")


def buffers(db: psycopg.Connection) -> int:
    """Pages that a look for calls to hand over touches."""
    plan = db.execute(
        "explain (analyze, buffers, format json)"
        " select call_id from pyorch.live_call where sent_at is null and outcome is null order by call_id limit 100"
    ).fetchone()[0][0]["Plan"]
    return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]


def test_dead_rows_that_a_long_transaction_keeps_cost_nothing(world, connect):
    holder = connect()
    holder.execute("begin isolation level repeatable read")
    holder.execute("select 1 from pyorch.call")
    send(world, 1)
    world.db.execute(
        "select pyorch._new_calls(e, 20000, null, 'schedule', 'agent', null, false, pyorch._now())"
        " from pyorch.endpoint e"
    )
    world.db.execute("update pyorch.call set outcome = 'ok', finished_at = decided_at")
    world.db.execute("select pyorch._archive_calls(array(select call_id from pyorch.call))")
    look(world.db)
    look(world.db)
    world.clock.advance("1 second")
    world.tick()
    assert buffers(world.db) < 20
    assert len(world.take()) == 1
    holder.execute("rollback")
