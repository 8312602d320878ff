"""pyorch.resume()"""

from tests.orch import dispatched, orchestrate, watch_dispatch


def test_dispatch_goes_on_after_a_pause(db):
    watch_dispatch(db)
    db.execute("select pyorch.pause(), pyorch.resume()")
    orchestrate(db)
    assert dispatched(db) == ["scraper", "processor"]


def test_resume_without_a_pause_is_harmless(db):
    db.execute("select pyorch.resume()")
    assert db.execute("select pyorch._dispatch_allowed()").fetchone() == (None,)
