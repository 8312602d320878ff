"""pyorch.collect_metrics()"""

import psycopg
import pytest

from tests.orch import Beside, call, wait_until, watch_dispatch


def set_metric(db, name, query, limit="5 seconds"):
    db.execute("select pyorch._set_custom_metric(%s, %s, %s)", [name, query, limit])


def samples(db, metric):
    return db.execute(
        "select subject, value from pyorch.metric_log where metric = %s order by at, subject", [metric]
    ).fetchall()


def collect(db):
    return call(db, "collect_metrics")


def test_it_samples_pyorch_itself(db):
    db.execute("select pyorch.orchestrate()")
    answer = collect(db)
    assert answer["success"]
    assert [step["name"] for step in answer["steps"]] == ["endpoints", "self"]
    assert samples(db, "tick_ms")[0][1] > 0


def test_a_custom_metric_is_one_number(db):
    set_metric(db, "answer", "select 42 as n -- a comment at the end")
    collect(db)
    assert samples(db, "answer") == [("", 42)]


def test_a_custom_metric_may_have_subjects(db):
    set_metric(db, "sizes", "select * from (values ('a', 1), ('b', 2)) v (name, size)")
    collect(db)
    assert samples(db, "sizes") == [("a", 1), ("b", 2)]


def test_names_in_a_custom_metric_mean_the_users_tables(db):
    db.execute("create table public.vehicles as select generate_series(1, 7)")
    set_metric(db, "vehicles", "select count(*) from vehicles")
    collect(db)
    assert samples(db, "vehicles") == [("", 7)]


def test_a_custom_metric_that_fails_stays_alone_with_it(db):
    set_metric(db, "a_bad", "select 1 / 0")
    set_metric(db, "b_good", "select 1")
    answer = collect(db)
    assert answer["errors"] == [{"step": "custom:a_bad", "message": "division by zero"}]
    assert samples(db, "b_good") == [("", 1)]
    assert ("metric_fails", "a_bad") in db.execute("select code, subject from pyorch._health_schedule()").fetchall()


@pytest.mark.parametrize(
    "how", ["insert into public.t values (1)", "create table public.t2 ()", "delete from public.t"]
)
def test_a_custom_metric_cannot_write(db, how):
    db.execute("create table public.t as select 1 as a")
    db.execute(f"create function public.writes() returns integer language plpgsql as $$ begin {how}; return 1; end $$")
    set_metric(db, "writes", "select public.writes()")
    collect(db)
    assert "read-only" in db.execute("select error from pyorch.custom_metric").fetchone()[0]
    assert db.execute("select count(*) from public.t").fetchone() == (1,)


def test_a_slow_custom_metric_is_cancelled_by_the_next_tick_and_the_others_still_run(db, connect):
    watch_dispatch(db)
    set_metric(db, "a_slow", "select 1 from pg_sleep(600)", limit="200 milliseconds")
    set_metric(db, "b_good", "select 1")
    collector = connect()
    work = Beside(lambda: collect(collector))
    wait_until(
        db, "exists (select from pyorch.custom_metric where running_since < clock_timestamp() - interval '0.3 s')"
    )
    assert call(db)["success"]
    answer = work.result()
    assert "cancelled" in answer["errors"][0]["message"]
    assert samples(db, "b_good") == [("", 1)]


def test_a_tick_does_not_wait_for_a_slow_metric(db, connect):
    set_metric(db, "slow", "select 1 from pg_sleep(600)", limit="1 minute")
    collector = connect()
    work = Beside(lambda: collect(collector))
    wait_until(db, "exists (select from pyorch.custom_metric where pid is not null)")
    answer = call(db)
    assert answer["skipped"] is None
    assert db.execute("select pg_cancel_backend(pid) from pyorch.custom_metric").fetchall() == [(True,)]
    work.result()


def test_a_custom_metric_is_not_sampled_more_often_than_it_asks_for(db, clock):
    db.execute("select pyorch._set_custom_metric('rare', 'select 1', null, '1 hour')")
    for _ in range(3):
        collect(db)
        clock.advance("1 minute")
    assert len(samples(db, "rare")) == 1


def test_two_at_once_do_not_sample_twice(db, connect, clock):
    set_metric(db, "slow", "select 1 from pg_sleep(0.5)")
    sessions = [connect(), connect()]
    for session in sessions:
        session.execute("select set_config('pyorch.fake_now', %s, false)", [clock.now])
    answers = [work.result() for work in [Beside(lambda s=s: collect(s)) for s in sessions]]
    assert sorted(str(answer.get("skipped")) for answer in answers)[0] == "None"
    assert len(samples(db, "slow")) == 1


def test_a_counter_becomes_a_rate_per_minute(db, clock):
    def rate(value):
        return db.execute("select pyorch._per_minute('queue', 'q', 'claims', %s)", [value]).fetchone()[0]

    assert rate(10) is None
    clock.advance("30 seconds")
    assert rate(25) == 30
    clock.advance("1 minute")
    assert rate(5) is None


@pytest.mark.parametrize("name", ["", "a b", "x;y", "a" * 64])
def test_a_metric_needs_a_name(db, name):
    with pytest.raises(psycopg.Error) as error:
        set_metric(db, name, "select 1")
    assert error.value.sqlstate == "PY001"
