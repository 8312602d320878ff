"""Rights and safety of what is installed, read from the catalog: the style guide's security rules as tests."""

import re

import psycopg
import pytest

from tests.conftest import INSTALL

# made for the queues that there are, called by ours alone
GENERATED = "pyorch._q_"
OURS = "('pyorch'::regnamespace, 'pyorch_api'::regnamespace)"

# who may do what besides the owner, object by object, as the server sees it
LIVE = """
  select o.kind, o.name, case when a.grantee = 0 then 'public' else a.grantee::regrole::text end,
         lower(a.privilege_type), a.is_grantable
    from (
      select 'routine' as kind, oid::regprocedure::text as name, proowner as owner,
             coalesce(proacl, acldefault('f', proowner)) as acl
        from pg_proc where pronamespace in ('pyorch'::regnamespace, 'pyorch_api'::regnamespace)
      union all
      select 'table', oid::regclass::text, relowner,
             coalesce(relacl, acldefault(case when relkind = 'S' then 's'::"char" else 'r'::"char" end, relowner))
        from pg_class where relnamespace in ('pyorch'::regnamespace, 'pyorch_api'::regnamespace)
                        and relkind in ('r', 'p', 'v', 'm', 'S', 'f')
      union all
      select 'schema', nspname::text, nspowner, coalesce(nspacl, acldefault('n', nspowner))
        from pg_namespace where nspname in ('pyorch', 'pyorch_api')
    ) o, aclexplode(o.acl) a
   where a.grantee <> o.owner
"""

WANTED = """
  select replace(w.object_kind, 'function', 'routine'), w.object_name, m.role_name::text, w.privilege, false
    from pyorch.wanted_grant w join pyorch.role_map m using (part)
"""


@pytest.fixture
def hostile(server, empty_dsn):
    """A database as on Supabase, where default privileges hand all that is new to others, and then pyorch in it."""
    with psycopg.connect(empty_dsn, autocommit=True) as db:
        for role in ("anon", "service_role"):
            db.execute(f"create role {role}")
        db.execute("set search_path = ''")
        for kind in ("functions", "tables", "sequences", "schemas", "types"):
            db.execute(f"alter default privileges grant all on {kind} to anon, service_role with grant option")
            db.execute(f"alter default privileges grant all on {kind} to public")
        server.psql(empty_dsn, "-1", "-f", INSTALL)
        yield db
        for role in ("anon", "service_role"):
            db.execute(f"drop owned by {role}")
            db.execute(f"drop role {role}")


def rows(db, query):
    return db.execute(query).fetchall()


def test_who_may_do_what_is_exactly_the_list_even_under_hostile_default_privileges(hostile):
    live, wanted = set(rows(hostile, LIVE)), set(rows(hostile, WANTED))
    assert {"too much": sorted(live - wanted), "missing": sorted(wanted - live)} == {"too much": [], "missing": []}


def test_the_list_is_not_empty(hostile):
    assert len(rows(hostile, WANTED)) > 20


def test_nobody_gets_rights_on_single_columns(hostile):
    assert (
        rows(
            hostile,
            f"""
      select c.oid::regclass::text, a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid
       where c.relnamespace in {OURS} and a.attacl is not null""",
        )
        == []
    )


def test_everything_belongs_to_the_role_that_installed(hostile):
    assert (
        rows(
            hostile,
            f"""
      select oid::regprocedure::text from pg_proc where pronamespace in {OURS} and proowner <> current_user::regrole
      union all
      select oid::regclass::text from pg_class where relnamespace in {OURS} and relowner <> current_user::regrole""",
        )
        == []
    )


def routines(db):
    """Return (name, code without comments, security definer, settings) of each routine of ours."""
    found = rows(
        db,
        f"""
      select oid::regprocedure::text, prosrc, prosecdef, coalesce(proconfig, '{{}}')
        from pg_proc where pronamespace in {OURS} order by 1""",
    )
    return [(name, re.sub(r"--.*", "", code), definer, settings) for name, code, definer, settings in found]


def commits(code):
    # itself, or by a procedure that it calls
    end = r"(commit|rollback)\s*;|call pyorch\.(tick|collect_metrics|maintain|_run_due)\b"
    return re.search(rf"(^|;|\bthen|\bloop|\belse)\s*({end})", code) is not None


def pinned(settings):
    # an attached queue's functions have the path of their table; where pg_temp is not named, it comes first for types
    return any(re.search("^search_path=.*, pg_temp$", setting) for setting in settings)


def test_security_definer_pins_the_search_path(db):
    assert [name for name, _, definer, settings in routines(db) if definer and not pinned(settings)] == []


def test_a_procedure_that_commits_has_neither_settings_nor_security_definer(db):
    assert [name for name, code, definer, settings in routines(db) if commits(code) and (definer or settings)] == []


def test_every_other_routine_finds_the_names_of_postgres_alone(db):
    unpinned = [
        name
        for name, code, _, settings in routines(db)
        if not commits(code) and "search_path=pg_catalog, pg_temp" not in settings and not name.startswith(GENERATED)
    ]
    assert unpinned == []


def test_every_routine_and_view_and_schema_has_a_comment(db):
    assert (
        rows(
            db,
            f"""
      select oid::regprocedure::text from pg_proc
       where pronamespace in {OURS} and proname !~ '^_q_' and obj_description(oid, 'pg_proc') is null
      union all
      select oid::regclass::text from pg_class
       where relnamespace in {OURS} and relkind = 'v' and obj_description(oid, 'pg_class') is null
      union all
      select nspname from pg_namespace
       where nspname in ('pyorch', 'pyorch_api') and obj_description(oid, 'pg_namespace') is null""",
        )
        == []
    )


def test_every_foreign_key_and_constraint_is_valid_and_every_index_too(db):
    assert (
        rows(
            db,
            f"""
      select conname from pg_constraint where connamespace in {OURS} and not convalidated
      union all
      select c.relname from pg_index i join pg_class c on c.oid = i.indexrelid
       where c.relnamespace in {OURS} and not i.indisvalid""",
        )
        == []
    )


def test_a_role_without_grants_can_run_and_read_nothing(db):
    db.execute("begin")
    db.execute("create role nobody_of_ours")
    assert (
        rows(
            db,
            f"""
      select oid::regprocedure::text from pg_proc
       where pronamespace in {OURS} and has_function_privilege('nobody_of_ours', oid, 'execute')
      union all
      select oid::regclass::text from pg_class
       where relnamespace in {OURS} and relkind in ('r', 'v', 'p', 'm')
         and has_table_privilege('nobody_of_ours', oid, 'select')
      union all
      select nspname from pg_namespace
       where nspname in ('pyorch', 'pyorch_api') and has_schema_privilege('nobody_of_ours', oid, 'usage')""",
        )
        == []
    )
    db.execute("rollback")
