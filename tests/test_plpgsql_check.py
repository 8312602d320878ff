"""plpgsql_check over every PL/pgSQL routine of ours: columns, types and functions that do not exist, dead variables."""

import re

import psycopg
import pytest

# an unused parameter is one of a common signature; an untyped literal as a default is text for plpgsql_check alone;
# what dynamic SQL returns it cannot know
IGNORED = (
    "unused parameter",
    "target type is different type than source type",
    "OUT variable",
    "composite OUT variable",
    'name of parameter "group" is reserved keyword',
    "cannot determinate a result of dynamic SQL",
)
# the templates of a queue's routines declare what some shape of queue needs; `next` assigns what it need not know,
# since PERFORM would be a query of its own
TOLERATED = re.compile(r'pyorch\._q_.* · (unused|never read) variable |pyorch\.next\(.* · never read variable "v_done"')

CHECK = """
  select p.oid::regprocedure::text, c.lineno, c.level, c.message, coalesce(c.detail, ''), coalesce(c.query, '')
    from pg_proc p
    join pg_language l on l.oid = p.prolang and l.lanname = 'plpgsql'
    left join lateral (
      select tgrelid from pg_trigger t where t.tgfoid = p.oid limit 1
    ) t on true,
    lateral plpgsql_check_function_tb(
      p.oid, coalesce(t.tgrelid, 0), fatal_errors => false, performance_warnings => false
    ) c
   where p.pronamespace in ('pyorch'::regnamespace, 'pyorch_api'::regnamespace)
     and (p.prorettype <> 'trigger'::regtype or t.tgrelid is not null)
   order by 1, 2
"""


@pytest.fixture
def checked(server, request):
    """A database with pyorch and plpgsql_check; the one of pg_cron and pg_net where both are here."""
    if not server.has("plpgsql_check"):
        pytest.skip(f"plpgsql_check is not installed on this PostgreSQL {server.version}")
    with_both = server.has("pg_cron") and server.has("pg_net")
    dsn = request.getfixturevalue("cron_dsn" if with_both else "dsn")
    with psycopg.connect(dsn, autocommit=True) as db:
        db.execute("create extension plpgsql_check")
        yield db
        db.execute("drop extension plpgsql_check")


def test_plpgsql_check_finds_nothing(checked):
    db = checked
    # routines that pyorch generates for each queue are code of ours, too
    db.execute("select pyorch.create_queue('checked')")
    db.execute("create table public.checked (id bigint primary key, status text not null, updated_at timestamptz)")
    db.execute("select pyorch.attach_queue('attached', 'public.checked', '{\"rpc\": true}')")
    # public.orchestrate() is made here, and read elsewhere
    db.execute("select pyorch._after_install('{}')")
    findings = [" · ".join(map(str, row)) for row in db.execute(CHECK).fetchall() if not row[3].startswith(IGNORED)]
    assert [finding for finding in findings if not TOLERATED.match(finding)] == []
