"""pyorch._after_install(jsonb) and pyorch._before_uninstall()"""

import psycopg
import pytest
from psycopg.types.json import Jsonb


def after_install(db, **options):
    return db.execute("select pyorch._after_install(%s)", [Jsonb(options)]).fetchone()[0]


def test_it_says_what_was_found_and_chosen(db):
    report = after_install(db)
    assert set(report) == {
        "server_version",
        "pg_cron",
        "pg_net",
        "scheduler",
        "transport",
        "jobs",
        "roles",
        "notes",
    }
    assert report["roles"] == {part: f"pyorch_{part}" for part in ("admin", "operator", "worker", "viewer")}
    assert {row["job"] for row in report["jobs"]} == {"pyorch_tick", "pyorch_metrics", "pyorch_maintain"}


def test_orchestrate_works_without_the_schema_and_only_for_those_who_may(db):
    after_install(db)
    after_install(db)
    db.execute("set role pyorch_operator")
    assert db.execute("select orchestrate()").fetchone()[0]["success"] is True
    db.execute("set role pyorch_worker")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.execute("select orchestrate()")


def test_a_function_of_that_name_of_somebody_else_stays(db):
    db.execute("create function public.orchestrate() returns text language sql as $$ select 'mine' $$")
    assert "another function" in after_install(db)["notes"][0]
    db.execute("select pyorch._before_uninstall()")
    assert db.execute("select public.orchestrate()").fetchone() == ("mine",)


def test_without_the_right_to_create_in_public_there_is_no_alias(db):
    db.execute("revoke create on schema public from public")
    db.execute("create role plain_alias")
    try:
        db.execute("grant usage on schema pyorch to plain_alias")
        db.execute("grant execute on function pyorch._make_alias() to plain_alias")
        db.execute("set role plain_alias")
        assert "may not create" in db.execute("select pyorch._make_alias()").fetchone()[0]
    finally:
        db.execute("reset role")
        db.execute("drop owned by plain_alias")
        db.execute("drop role plain_alias")


def test_uninstall_drops_the_alias(db):
    after_install(db)
    db.execute("select pyorch._before_uninstall()")
    assert db.execute("select to_regproc('public.orchestrate')").fetchone() == (None,)


def test_a_given_role_plays_a_part(db):
    db.execute("create role service_given")
    try:
        assert after_install(db, worker_role="service_given")["roles"]["worker"] == "service_given"
        allowed = db.execute(
            "select has_function_privilege('service_given', 'pyorch.claim(text,text,integer,interval)', 'execute'),"
            " has_function_privilege('pyorch_worker', 'pyorch.claim(text,text,integer,interval)', 'execute'),"
            " has_schema_privilege('service_given', 'pyorch', 'usage')"
        ).fetchone()
        assert allowed == (True, False, True)
    finally:
        db.execute("drop owned by service_given")
        db.execute("drop role service_given")


def test_a_role_that_does_not_exist_is_refused(db):
    with pytest.raises(psycopg.Error) as error:
        after_install(db, worker_role="nobody_here")
    assert error.value.sqlstate == "PY001"
    assert "create role" in error.value.diag.message_hint


def test_settings_come_along(db):
    after_install(db, scheduler="agent", transport="agent")
    assert db.execute("select pyorch._setting('scheduler'), pyorch._setting('transport')").fetchone() == (
        "agent",
        "agent",
    )
