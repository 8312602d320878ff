"""The fixtures keep what they promise, above all the one database that cannot be dropped."""

import psycopg
import pytest


def test_an_empty_database_has_no_pyorch(empty_dsn):
    with psycopg.connect(empty_dsn) as db:
        assert db.execute("select to_regnamespace('pyorch')").fetchone() == (None,)


@pytest.mark.parametrize("_time", [1, 2])
def test_each_test_has_a_database_of_its_own(db, _time):
    db.execute("create table public.mine ()")


@pytest.mark.pg_cron
@pytest.mark.parametrize("_time", [1, 2])
def test_the_database_of_pg_cron_comes_back_clean(cron_dsn, server, _time):
    with psycopg.connect(cron_dsn, autocommit=True) as db:
        assert db.execute("select count(*) from cron.job").fetchone() == (0,)
        db.execute("create table public.mine ()")
        db.execute("select cron.schedule('left', '* * * * *', 'select 1')")
        # the launcher lives on: it is never terminated
        assert db.execute(
            "select count(*) from pg_stat_activity where backend_type = 'pg_cron launcher'"
        ).fetchone() == (1,)


@pytest.mark.pg_net
@pytest.mark.parametrize("_time", [1, 2])
def test_the_database_of_pg_net_comes_back_clean(cron_dsn, _time):
    with psycopg.connect(cron_dsn, autocommit=True) as db:
        assert db.execute("select count(*) from net.http_request_queue").fetchone() == (0,)
        db.execute("select net.http_get('http://127.0.0.1:1/')")
