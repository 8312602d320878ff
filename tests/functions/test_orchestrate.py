"""pyorch.orchestrate(text[], interval)"""

import psycopg
import pytest

from tests.orch import Beside, break_step, dispatched, orchestrate, states, wait_until, watch_dispatch

# a step that takes all the time that its run has
SPEND_ALL = (
    "perform pg_catalog.pg_sleep(extract(epoch from"
    " (p_run ->> 'deadline')::timestamptz - pg_catalog.clock_timestamp())::double precision);"
)


@pytest.fixture(autouse=True)
def _watched(db):
    watch_dispatch(db)


def test_the_steps_run_in_their_order_and_the_answer_has_every_part(db):
    answer = orchestrate(db)
    assert list(states(answer)) == ["unlock", "settle", "scrapers", "processors", "metrics"]
    assert set(states(answer).values()) == {"ok"}
    assert answer["success"] is True
    assert answer["skipped"] is None
    assert answer["errors"] == []
    assert answer["unlocked"] == {}
    assert answer["queue_depths"] == {}
    assert answer["settled"] == {"ok": 0, "failed": 0, "timed_out": 0, "lost": 0}
    assert (answer["scrapers_triggered"], answer["processors_triggered"]) == (["scraper"], ["processor"])
    assert answer["duration_ms"] > 0
    assert answer["timestamp"].startswith("20")


def test_a_run_is_logged_with_its_source(db):
    answer = orchestrate(db)
    db.execute("set pyorch.source = 'cli'")
    second = orchestrate(db)
    rows = db.execute("select run_id, source, success, steps, errors from pyorch.run_log").fetchall()
    assert [row[:3] for row in rows] == [(second["run_id"], "cli", True), (answer["run_id"], "sql", True)]
    assert rows[1][3] == answer["steps"]


def test_steps_can_be_skipped(db):
    answer = orchestrate(db, "skip => '{scrapers,queues,metrics}'")
    assert list(states(answer)) == ["unlock", "settle"]
    assert dispatched(db) == []


def test_an_unknown_step_is_refused(db):
    with pytest.raises(psycopg.Error) as error:
        orchestrate(db, "skip => '{everything}'")
    assert error.value.sqlstate == "PY001"
    assert "unlock" in error.value.diag.message_hint


@pytest.mark.parametrize("step", ["settle", "metrics"])
def test_a_step_that_fails_takes_nothing_along(db, step):
    break_step(db, step, "perform 1 / 0;")
    answer = orchestrate(db)
    assert states(answer).pop(step) == "failed"
    assert {state for name, state in states(answer).items() if name != step} == {"ok"}
    assert answer["success"] is False
    assert answer["errors"] == [{"step": step, "code": "22012", "message": "division by zero"}]
    assert dispatched(db) == ["scraper", "processor"]


def test_what_does_not_fit_into_the_budget_is_said_and_comes_first_next_time(db):
    break_step(db, "settle", SPEND_ALL)
    answer = orchestrate(db, "budget => '1 second'")
    assert states(answer) == {
        "unlock": "ok",
        "settle": "ok",
        "scrapers": "skipped",
        "processors": "skipped",
        "metrics": "skipped",
    }
    assert {step.get("why") for step in answer["steps"] if step["state"] == "skipped"} == {"budget"}
    assert answer["success"] is True

    break_step(db, "settle", "perform 1;")
    assert list(states(orchestrate(db))) == ["scrapers", "processors", "metrics", "unlock", "settle"]
    assert list(states(orchestrate(db))) == ["unlock", "settle", "scrapers", "processors", "metrics"]


def test_what_came_first_for_ten_minutes_and_never_ended_loses_its_turn(db, clock):
    db.execute("insert into pyorch.step_debt values ('metrics', pyorch._now())")
    clock.advance("11 minutes")
    assert next(iter(states(orchestrate(db)))) == "unlock"


def test_calls_that_did_not_fit_leave_a_debt(db):
    watch_dispatch(db, complete="p_kind <> 'processor'")
    orchestrate(db)
    assert db.execute("select step from pyorch.step_debt").fetchall() == [("processors",)]


def test_it_ends_before_the_callers_statement_timeout(db):
    break_step(db, "settle", SPEND_ALL)
    db.execute("set statement_timeout = '4s'")
    answer = orchestrate(db)
    assert states(answer)["scrapers"] == "skipped"
    assert db.execute("select count(*) from pyorch.run_log").fetchone() == (1,)


def test_the_timeout_counts_from_the_start_of_the_statement(db):
    db.execute("set statement_timeout = '4s'")
    answer = db.execute("select pyorch.orchestrate() from (select pg_sleep(3.3) offset 0) s").fetchone()[0]
    assert set(states(answer).values()) == {"skipped"}


def test_a_budget_of_nothing_is_refused(db):
    with pytest.raises(psycopg.Error) as error:
        orchestrate(db, "budget => '0'")
    assert error.value.sqlstate == "PY001"


def test_only_one_runs_at_a_time_and_the_other_does_not_wait(db, connect):
    first, second = connect(), connect()
    with first.transaction():
        orchestrate(first)
        answer = orchestrate(second)
        assert answer["success"] is True
        assert answer["skipped"] == "another run is in progress"
        assert "steps" not in answer
    assert orchestrate(second)["skipped"] is None
    assert dispatched(db) == ["scraper", "processor"] * 2


def test_the_loser_of_an_open_transaction_holds_nobody_up(db, connect):
    first, second = connect(), connect()
    first.execute("begin")
    orchestrate(first)
    second.execute("begin")
    assert orchestrate(second)["skipped"]
    first.execute("commit")
    assert orchestrate(first)["skipped"] is None
    second.execute("commit")


def test_a_run_that_was_killed_leaves_the_way_free(db, connect):
    break_step(db, "settle", "perform pg_catalog.pg_sleep(600);")
    victim = connect()
    pid = victim.info.backend_pid
    work = Beside(lambda: orchestrate(victim))
    wait_until(db, f"exists (select from pg_stat_activity where pid = {pid} and wait_event = 'PgSleep')")
    db.execute("select pg_terminate_backend(%s)", [pid])
    with pytest.raises(psycopg.OperationalError):
        work.result()
    break_step(db, "settle", "perform 1;")
    assert orchestrate(db)["skipped"] is None


def test_it_waits_for_a_lock_no_longer_than_100_ms(db, connect):
    db.execute("create table public.mine ()")
    break_step(db, "settle", "lock table public.mine;")
    other = connect()
    with other.transaction():
        other.execute("lock table public.mine")
        answer = orchestrate(db)
    step = next(step for step in answer["steps"] if step["name"] == "settle")
    assert step["state"] == "failed"
    assert answer["errors"][0]["code"] == "55P03"
    assert dispatched(db) == ["scraper", "processor"]
    break_step(db, "settle", "raise '%', pg_catalog.current_setting('lock_timeout');")
    assert orchestrate(db)["errors"][0]["message"] == "100ms"


def test_an_operator_may_and_a_viewer_may_not(db):
    db.execute("set role pyorch_operator")
    assert orchestrate(db)["success"]
    db.execute("set role pyorch_viewer")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        orchestrate(db)
