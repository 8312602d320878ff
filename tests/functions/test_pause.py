"""pyorch.pause()"""

from tests.orch import break_step, dispatched, orchestrate, states, watch_dispatch


def test_nothing_is_dispatched_while_paused_and_the_rest_goes_on(db):
    watch_dispatch(db)
    db.execute("select pyorch.pause()")
    answer = orchestrate(db)
    assert dispatched(db) == []
    assert states(answer) == {
        "unlock": "ok",
        "settle": "ok",
        "scrapers": "skipped",
        "processors": "skipped",
        "metrics": "ok",
    }
    assert [step.get("why") for step in answer["steps"]] == [None, None, "paused", "paused", None]
    assert answer["success"]


def test_the_first_pause_is_the_one_that_counts(db, clock):
    db.execute("select pyorch.pause()")
    clock.advance("1 hour")
    db.execute("select pyorch.pause()")
    since = db.execute("select since from pyorch._health_schedule() where code = 'paused'").fetchone()[0]
    assert db.execute("select %s = '2026-03-01 12:00:00+00'", [since]).fetchone() == (True,)


def test_a_pause_is_named_as_the_reason(db):
    break_step(db, "settle", "perform 1;")
    db.execute("select pyorch.pause()")
    assert db.execute("select pyorch._dispatch_allowed()").fetchone() == ("paused",)
