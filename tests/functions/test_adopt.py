"""pyorch.adopt(interval) and the identity guard"""

import psycopg
import pytest

from tests.orch import call, dispatched, orchestrate, states, watch_dispatch

ELSEWHERE = "update pyorch.identity set system_identifier = '1'"


@pytest.fixture
def copy(db):
    """A database that knows that it is a copy."""
    watch_dispatch(db)
    orchestrate(db)
    db.execute(ELSEWHERE)
    db.execute("delete from public.dispatched")
    return db


def test_the_first_run_records_where_it_is(db):
    orchestrate(db)
    row = db.execute(
        "select i.database_oid = d.oid, i.system_identifier = s.system_identifier::text"
        "  from pyorch.identity i, pg_database d, pg_control_system() s where d.datname = current_database()"
    ).fetchone()
    assert row == (True, True)


def test_a_copy_dispatches_nothing_says_so_and_does_the_rest(copy):
    answer = orchestrate(copy)
    assert dispatched(copy) == []
    assert not answer["success"]
    assert answer["errors"][0]["code"] == "PY011"
    assert states(answer)["unlock"] == states(answer)["settle"] == states(answer)["metrics"] == "ok"
    assert states(answer)["processors"] == "skipped"


def test_a_tick_of_a_copy_dispatches_nothing(copy):
    assert call(copy)["errors"][0]["code"] == "PY011"
    assert dispatched(copy) == []


def test_a_copy_is_critical(copy):
    codes = copy.execute("select severity, code from pyorch._health_schedule()").fetchall()
    assert ("critical", "identity_mismatch") in codes


def test_another_database_of_the_same_cluster_is_a_copy(db):
    orchestrate(db)
    db.execute("update pyorch.identity set database_oid = 1")
    assert db.execute("select pyorch._dispatch_allowed()").fetchone() == ("identity mismatch",)


def test_adopt_lets_it_fire(copy):
    copy.execute("select pyorch.adopt()")
    assert orchestrate(copy)["success"]
    assert dispatched(copy) == ["scraper", "processor"]


def test_an_expected_identity_is_adopted_by_the_next_run(db, clock):
    watch_dispatch(db)
    orchestrate(db)
    db.execute("select pyorch.adopt(expect => '2 hours')")
    db.execute(ELSEWHERE)
    clock.advance("119 minutes")
    assert call(db)["success"]
    assert db.execute("select expect_until from pyorch.identity").fetchone() == (None,)


def test_what_was_expected_too_long_ago_is_not_adopted(db, clock):
    orchestrate(db)
    db.execute("select pyorch.adopt(expect => '2 hours')")
    db.execute(ELSEWHERE)
    clock.advance("121 minutes")
    assert not orchestrate(db)["success"]


def test_expecting_in_a_copy_is_refused(copy):
    with pytest.raises(psycopg.Error) as error:
        copy.execute("select pyorch.adopt(expect => '2 hours')")
    assert error.value.sqlstate == "PY011"


@pytest.mark.parametrize("expect", ["0", "-1 hour", "8 days"])
def test_it_cannot_be_expected_for_ever(db, expect):
    with pytest.raises(psycopg.Error) as error:
        db.execute("select pyorch.adopt(%s::interval)", [expect])
    assert error.value.sqlstate == "PY001"
