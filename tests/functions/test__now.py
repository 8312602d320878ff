"""pyorch._now: the wall clock, unless an owner allowed a fake one."""


def test_it_is_the_wall_clock(db):
    assert db.execute("select abs(extract(epoch from pyorch._now() - clock_timestamp())) < 1").fetchone() == (True,)


def test_a_setting_alone_does_not_fake_it(db):
    db.execute("set pyorch.fake_now = '2001-01-01'")
    assert db.execute("select pyorch._now() > '2020-01-01'").fetchone() == (True,)


def test_the_clock_moves_all_sessions_of_a_test(db, connect, clock):
    other = connect()
    clock.advance("5 minutes")
    for session in (db, other, connect()):
        assert session.execute("select pyorch._now()::text").fetchone() == ("2026-03-01 12:05:00+00",)
