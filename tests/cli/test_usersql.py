"""SQL that users hand over: what passes, and what is refused with which words."""

import pytest

from pyorch import usersql
from pyorch.errors import PyorchError

TABLE = """
create table public.jobs (
  id bigint primary key, status text, "Odd" text, region text, created_at timestamptz, size int, tags text[], data jsonb
);
create function public.shaky(text) returns text language sql volatile as 'select $1';
create function public.steady(text) returns text language sql immutable as 'select $1';
"""


@pytest.fixture
def jobs(db):
    db.execute(TABLE)
    return db


GOOD_WHERE = [
    "region = 'eu'",
    "region in ('eu', 'us') and size < 10",
    "size between 1 and 5 or tags @> array['x']",
    "data ->> 'kind' = 'a;b'",
    "data ? 'kind'",
    "lower(region) = 'eu'",
    "created_at > '2026-01-01'::timestamptz",
    'upper("Odd") is not null',
    "public.steady(region) = 'x'",
    "coalesce(size, 0) > 0",
    "case when size > 3 then true else false end",
    "region like 'e%'",
    "created_at < now()",
    "SIZE > 1",
]


@pytest.mark.parametrize("text", GOOD_WHERE)
def test_a_condition_over_the_columns_passes_unchanged(jobs, text):
    assert usersql.check_expression(jobs, text, "public.jobs", "where") == text


BAD_WHERE = {
    "": "is empty",
    "1 = 1; drop table jobs": "cannot be read|more than one statement",
    "true) or (true": ".",
    "true); delete from jobs where (true": "cannot be read",
    "size > 1 -- and more": "comment",
    "size > 1 /* hm */": "comment",
    "/* hm */ size > 1": "comment",
    "size > '1": "cannot be read",
    "size > 1 order by 1": ".",
    "size > 1 limit 1": ".",
    "size in (select 1)": "subquery",
    "exists (select from jobs)": "subquery",
    "(select true)": "subquery",
    "random() > 0.5": "volatile",
    "pg_sleep(1) is null": "volatile",
    "clock_timestamp() > created_at": "volatile",
    "public.shaky(region) = 'x'": "volatile",
    "shaky(region) = 'x'": "volatile",
    "gen_random_uuid() is null": "volatile",
    '"pg_sleep"(1) is null': "volatile",
    "nextval('s') > 1": "volatile",
    "set_config('a', 'b', false) = 'b'": "volatile",
    "colour = 'red'": 'names "colour"',
    "jobs.size > 1": "qualifies",
    "count(*) > 1": "aggregate",
    "row_number() over () > 1": "window",
    "size": "refused by PostgreSQL",
    "size = 'x'": "refused by PostgreSQL",
    "nosuch(size)": "refused by PostgreSQL",
    "size = $1": "parameter|placeholder",
    "size >": "cannot be read",
    "true union select true": ".",
}


@pytest.mark.parametrize("text", BAD_WHERE)
def test_anything_else_is_refused_as_a_condition(jobs, text):
    with pytest.raises(PyorchError, match=BAD_WHERE[text]) as refused:
        usersql.check_expression(jobs, text, "public.jobs", "where")
    assert refused.value.sqlstate == "PY001" and refused.value.hint
    assert refused.value.message.startswith("where ")


@pytest.mark.parametrize("text", ["created_at", "size desc nulls last, created_at", "lower(region)", "data ->> 'rank'"])
def test_an_order_passes(jobs, text):
    assert usersql.check_expression(jobs, text, "public.jobs", "order_by") == text


@pytest.mark.parametrize(
    "text", ["random()", "size limit 1", "(select 1)", "size; select 1", "colour", "size for update"]
)
def test_anything_else_is_refused_as_an_order(jobs, text):
    with pytest.raises(PyorchError, match="order_by "):
        usersql.check_expression(jobs, text, "public.jobs", "order_by")


GOOD_SELECT = [
    "select count(*) from public.jobs",
    "select count(*) from public.jobs;",
    "select region, count(*) from public.jobs group by region",
    "with x as (select 1 as n) select n from x",
    "select avg(size) from public.jobs where created_at > now() - interval '1 day'",
]


@pytest.mark.parametrize("text", GOOD_SELECT)
def test_a_reading_select_passes_as_a_metric(jobs, text):
    assert usersql.check_select(jobs, text) == text.rstrip(";")


BAD_SELECT = {
    "delete from public.jobs": "not a SELECT",
    "with x as (delete from public.jobs returning 1) select count(*) from x": "writes",
    "select 1 into public.copy": "writes",
    "select 1 from public.jobs for update": "writes or locks",
    "select pg_sleep(60)": "volatile",
    "select random()": "volatile",
    "select public.shaky('x')": "volatile",
    "select 1; select 2": "more than one",
    "select nosuch from public.jobs": "cannot be planned",
    "call pyorch.tick()": ".",
    "vacuum": ".",
    "": "is empty",
}


@pytest.mark.parametrize("text", BAD_SELECT)
def test_anything_else_is_refused_as_a_metric(jobs, text):
    with pytest.raises(PyorchError, match=BAD_SELECT[text]) as refused:
        usersql.check_select(jobs, text)
    assert refused.value.sqlstate == "PY001"


def test_a_check_leaves_nothing_behind(jobs):
    usersql.check_select(jobs, "select count(*) from public.jobs")
    assert jobs.info.transaction_status == 0
    jobs.execute("insert into public.jobs (id) values (1)")
