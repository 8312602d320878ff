"""pyorch._canary_item()"""


def test_an_item_goes_through_the_whole_machine_and_leaves_nothing(db):
    before = db.execute("select count(*) from pg_class").fetchone()
    report = db.execute("select pyorch._canary_item()").fetchone()[0]
    assert report["ok"] is True, report
    assert "stale receipt refused" in report["seen"]
    assert db.execute("select count(*) from pg_class").fetchone() == before
    assert db.execute("select count(*) from pyorch.queue").fetchone() == (0,)


def test_it_says_where_it_stopped(db):
    db.execute(
        "create or replace function pyorch.unlock(inout queue text default null, batch integer default null,"
        " out unlocked bigint, out dead bigint) returns setof record language sql security definer"
        " set search_path = '' as $$ select queue, 0, 0 $$"
    )
    report = db.execute("select pyorch._canary_item()").fetchone()[0]
    assert report == {"ok": False, "seen": "the orphan was not unlocked"}
