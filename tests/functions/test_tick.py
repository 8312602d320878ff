"""pyorch.tick()"""

import psycopg
import pytest

from tests.orch import (
    AT_THE_GATE,
    Beside,
    break_step,
    call,
    dispatched,
    open_gate,
    shut_gate,
    states,
    wait_until,
    watch_dispatch,
)

ASLEEP = "exists (select from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database())"


@pytest.fixture(autouse=True)
def _watched(db):
    watch_dispatch(db)


def test_a_tick_runs_its_steps_and_leaves_metrics_to_their_job(db):
    answer = call(db)
    assert states(answer) == {"unlock": "ok", "settle": "ok", "scrapers": "ok", "processors": "ok"}
    assert answer["success"] is True
    assert dispatched(db) == ["scraper", "processor"]


def cancel_asleep(db, victim, statement):
    """Cancel a statement, as a timeout does, when it has come to its sleep."""
    work = Beside(lambda: victim.execute(statement))
    wait_until(db, ASLEEP)
    db.execute("select pg_cancel_backend(%s)", [victim.info.backend_pid])
    with pytest.raises(psycopg.errors.QueryCanceled):
        work.result()


def test_what_is_decided_stands_although_a_later_step_is_killed(db, connect):
    watch_dispatch(db, body="if p_kind = 'processor' then perform pg_catalog.pg_sleep(600); end if;")
    cancel_asleep(db, connect(), "call pyorch.tick()")
    assert dispatched(db) == ["scraper"]
    assert [step["name"] for step in db.execute("select steps from pyorch.run_log").fetchone()[0]] == [
        "unlock",
        "settle",
        "scrapers",
    ]


def test_one_transaction_for_all_steps_would_have_lost_them(db, connect):
    """The negative control of the test above: orchestrate() is one transaction."""
    watch_dispatch(db, body="if p_kind = 'processor' then perform pg_catalog.pg_sleep(600); end if;")
    cancel_asleep(db, connect(), "select pyorch.orchestrate()")
    assert dispatched(db) == []


def test_five_at_once_dispatch_once(db, connect, clock):
    watch_dispatch(db, body="perform pg_catalog.pg_sleep(0.1);")
    sessions = [connect() for _ in range(5)]
    answers = [work.result() for work in [Beside(lambda s=s: call(s)) for s in sessions]]
    assert dispatched(db) == ["scraper", "processor"]
    losers = [answer for answer in answers if answer.get("skipped")]
    assert len(losers) == 4
    assert all(answer["success"] for answer in answers)


def test_a_replay_burst_yields_one_run(db, clock):
    assert call(db)["skipped"] is None
    clock.advance("12 milliseconds")
    assert call(db)["skipped"] == "this slot has run already"
    assert call(db)["skipped"] == "this slot has run already"
    assert dispatched(db) == ["scraper", "processor"]


def test_the_next_slot_runs(db, clock):
    call(db)
    clock.advance("10 seconds")
    assert call(db)["skipped"] is None


def test_with_each_missed_slot_made_up_every_replay_runs(db, clock):
    db.execute("""select pyorch.configure('{"missed": {"pyorch_tick": "each"}}')""")
    for _ in range(3):
        assert call(db)["skipped"] is None


def test_it_keeps_its_hold_over_its_commits(db, connect):
    shut_gate(db)
    break_step(db, "settle", AT_THE_GATE)
    first = connect()
    work = Beside(lambda: call(first))
    wait_until(db, ASLEEP)
    answer = db.execute("select pyorch.orchestrate()").fetchone()[0]
    open_gate(db)
    assert answer["skipped"] == "another run is in progress"
    assert answer["run_id"] == work.result()["run_id"]
    assert db.execute("select count(*) from pyorch.run_lock where until is not null").fetchone() == (0,)


def test_a_dead_holder_is_forgotten_when_its_time_has_passed(db, connect, clock):
    break_step(db, "settle", "perform pg_catalog.pg_sleep(600);")
    victim = connect()
    work = Beside(lambda: call(victim))
    wait_until(db, ASLEEP)
    db.execute("select pg_terminate_backend(pid) from pyorch.run_lock where pid is not null")
    with pytest.raises(psycopg.OperationalError):
        work.result()
    break_step(db, "settle", "perform 1;")
    db.execute("select set_config('pyorch.fake_now', %s, false)", [clock.now])
    assert call(db)["skipped"] == "another run is in progress"
    clock.advance("21 seconds")
    assert call(db)["skipped"] is None
    killed = db.execute("select success, errors from pyorch.run_log order by run_id limit 1").fetchone()
    assert killed[0] is False
    assert "killed" in killed[1][0]["message"]


def test_a_clock_set_back_silences_nobody(db, clock):
    call(db)
    clock.advance("-5 minutes")
    assert call(db)["skipped"] is None
    db.execute("update pyorch.run_lock set until = pyorch._now() + interval '1 hour'")
    clock.advance("10 seconds")
    assert call(db)["skipped"] is None


def test_a_sleeper_that_was_overtaken_does_nothing_more(db, connect):
    shut_gate(db)
    break_step(db, "settle", AT_THE_GATE)
    sleeper = connect()
    work = Beside(lambda: call(sleeper))
    wait_until(db, ASLEEP)
    db.execute("update pyorch.run_lock set run_id = -1 where job = 'pyorch_tick'")
    open_gate(db)
    work.result()
    assert dispatched(db) == []


def test_a_step_that_fails_does_not_stop_the_others(db):
    break_step(db, "settle", "perform 1 / 0;")
    answer = call(db)
    assert states(answer) == {"unlock": "ok", "settle": "failed", "scrapers": "ok", "processors": "ok"}
    assert answer["success"] is False


def test_it_leaves_a_heartbeat_by_source(db, clock):
    db.execute("set pyorch.source = 'agent'")
    call(db)
    clock.advance("7 seconds")
    assert db.execute("select pyorch._heartbeat_age()::text").fetchone() == ("00:00:07",)
    assert db.execute("select pyorch._heartbeat_age('pg_cron')").fetchone() == (None,)


def test_runs_by_hand_do_not_count_as_the_schedule(db):
    call(db)
    assert db.execute("select pyorch._heartbeat_age()").fetchone() == (None,)


def test_it_cannot_run_inside_a_transaction(db):
    with db.transaction(), pytest.raises(psycopg.errors.InvalidTransactionTermination):
        call(db)


def test_procedures_that_commit_have_neither_a_path_nor_definers_rights(db):
    rows = db.execute(
        "select proname, proconfig, prosecdef from pg_proc where pronamespace = 'pyorch'::regnamespace"
        " and proname in ('tick', '_tick_loop', '_run_due', 'collect_metrics', 'maintain') order by 1"
    ).fetchall()
    assert rows == [(name, None, False) for name in ("_run_due", "_tick_loop", "collect_metrics", "maintain", "tick")]


def test_an_operator_may_tick(db, connect):
    operator = connect()
    operator.execute("set role pyorch_operator")
    assert call(operator)["success"]
