"""The ledger's past: daily partitions, made ahead, dropped whole, never in anybody's way."""


def partitions(world):
    return [
        r["relname"]
        for r in world.rows(
            "select relname from pg_inherits join pg_class on oid = inhrelid"
            " where inhparent = 'pyorch.call_history'::regclass order by 1"
        )
    ]


def one_call(world):
    world.scraper(every="1 second")
    world.tick()
    world.send()
    world.clock.advance("1 minute")


def test_partitions_are_made_ahead_once(world):
    assert world.one("select pyorch._call_partitions(2)") == 3
    assert world.one("select pyorch._call_partitions(2)") == 0
    assert partitions(world) == [
        "call_history_20260301",
        "call_history_20260302",
        "call_history_20260303",
        "call_history_default",
    ]


def test_calls_go_to_the_partition_of_their_day_whatever_the_time_zone(world):
    world.db.execute("set timezone = 'Pacific/Auckland'")
    world.one("select pyorch._call_partitions(1)")
    world.clock.set("2026-03-01 23:59:00+00")
    one_call(world)
    assert world.one("select count(*) from pyorch.call_history_20260301") == 1


def test_what_the_default_partition_caught_moves_to_its_day(world):
    one_call(world)
    assert world.one("select count(*) from pyorch.call_history_default") == 1
    world.one("select pyorch._call_partitions(1)")
    assert world.one("select count(*) from pyorch.call_history_default") == 0
    assert len(world.calls()) == 1


def test_old_days_are_dropped_whole_and_old_rows_of_the_default_one_deleted(world):
    one_call(world)
    world.one("select pyorch._call_partitions(1)")
    world.clock.advance("5 days")
    one_call(world)
    assert world.one("select pyorch._drop_call_partitions('3 days')") == 2
    assert partitions(world) == ["call_history_default"]
    assert len(world.calls()) == 1
    world.clock.advance("5 days")
    world.one("select pyorch._drop_call_partitions('3 days')")
    assert world.calls() == []


def test_a_day_is_kept_until_its_last_call_is_old_enough(world):
    world.clock.set("2026-03-01 23:00:00+00")
    one_call(world)
    world.one("select pyorch._call_partitions(0)")
    world.clock.set("2026-03-03 22:00:00+00")
    assert world.one("select pyorch._drop_call_partitions('1 day 23 hours')") == 0
    world.clock.set("2026-03-03 23:00:00+00")
    assert world.one("select pyorch._drop_call_partitions('1 day 23 hours')") == 1


def test_a_reader_in_the_way_costs_100_ms_and_the_next_run_goes_on(world, connect):
    world.one("select pyorch._call_partitions(0)")
    world.clock.advance("30 days")
    reader = connect()
    reader.execute("begin")
    reader.execute("select count(*) from pyorch.call_log")
    world.db.execute("set statement_timeout = '30s'")
    assert world.one("select pyorch._drop_call_partitions('1 day')") == 0
    assert world.one("select pyorch._call_partitions(0)") == 0
    reader.execute("commit")
    assert world.one("select pyorch._drop_call_partitions('1 day')") == 1
    assert world.one("select pyorch._call_partitions(0)") == 1


def test_nobody_gets_rights_on_a_new_partition_by_default_privileges(world):
    world.db.execute("alter default privileges in schema pyorch grant all on tables to public")
    world.one("select pyorch._call_partitions(0)")
    assert not world.one("select has_table_privilege('pyorch_viewer', 'pyorch.call_history_20260301', 'select')")


def test_maintain_makes_partitions_ahead_and_drops_what_is_older_than_its_retention(world):
    world.one("""select pyorch.configure('{"retention": {"calls": "3 days"}}')""")
    world.db.execute("call pyorch.maintain()")
    assert partitions(world)[0] == "call_history_20260301" and len(partitions(world)) > 2
    one_call(world)
    assert world.one("select count(*) from pyorch.call_history_20260301") == 1
    world.clock.advance("3 days")
    world.db.execute("call pyorch.maintain()")
    assert len(world.calls()) == 1
    world.clock.advance("1 day")
    world.db.execute("call pyorch.maintain()")
    assert world.calls() == []
    assert partitions(world)[0] > "call_history_20260301" and "call_history_20260305" in partitions(world)
    (run,) = world.rows("select success, steps from pyorch.run_log order by run_id desc limit 1")
    assert run["success"] and "partitions" in str(run["steps"])
