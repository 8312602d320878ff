"""pyorch._status(): who is who."""


def status(db):
    return db.execute("select pyorch._status()").fetchone()[0]


def test_on_a_fresh_database_nobody_ticks_and_nobody_carries(db):
    now = status(db)
    assert (now["scheduler"], now["transport"], now["agents"], now["last_tick_seconds"]) == (None, None, 0, None)
    assert now["scheduler_chosen"] == now["transport_chosen"] == "auto"
    assert now["version"] == db.execute("select pyorch.version()").fetchone()[0]


def test_a_live_agent_is_both(db):
    db.execute("select pyorch._agent_beat(gen_random_uuid(), '{}')")
    now = status(db)
    assert (now["scheduler"], now["transport"], now["agents"]) == ("agent", "agent", 1)


def test_a_pause_is_said(db):
    db.execute("select pyorch.pause()")
    assert "paused" in status(db)["dispatching"]
