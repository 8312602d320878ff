"""Install and uninstall: what they report, what they leave, what they refuse."""

import psycopg
import pytest

from pyorch import catalog, install, migrate
from pyorch.errors import PyorchError
from tests.cli.conftest import IMPORTS, NOBODY, Shell


@pytest.fixture
def empty(empty_dsn):
    """Run commands against a database without pyorch."""
    return Shell(empty_dsn)


def value(dsn, query):
    with psycopg.connect(dsn, autocommit=True) as connection:
        return connection.execute(query).fetchone()[0]


def fingerprint(dsn):
    with psycopg.connect(dsn, autocommit=True) as connection:
        return catalog.fingerprint(catalog.read(connection))


OURS = """
select (select count(*) from pg_namespace where nspname in ('pyorch', 'pyorch_api'))
     + (select count(*) from pg_proc where proname = 'orchestrate')
"""


def test_it_reports_what_it_found_and_chose_and_what_comes_next(empty):
    report = empty.json("install")
    assert report["revision"] == {"before": None, "now": migrate.head()}
    assert {"server_version", "pg_cron", "pg_net", "scheduler", "transport", "jobs", "roles", "notes", "next"} <= set(
        report
    )
    assert report["next"][-1] == "pyorch verify"
    assert any(step.startswith("pyorch agent") for step in report["next"])


def test_people_get_a_table_on_stdout_and_the_next_steps_on_stderr(empty):
    result = empty("install")
    assert "scheduler" in result.stdout and "Next: pyorch verify" in result.stderr


def test_twice_is_harmless(empty):
    empty("install")
    before = fingerprint(empty.dsn)
    again = empty.json("install")
    assert again["revision"]["before"] == again["revision"]["now"] and fingerprint(empty.dsn) == before


def test_a_role_of_yours_can_play_a_part(empty, server):
    server.psql("postgres", "-c", "create role t_service nologin")
    try:
        report = empty.json("install --worker-role t_service")
        assert report["roles"]["worker"] == "t_service"
        claim = "pyorch.claim(text,text,integer,interval)"
        assert value(empty.dsn, f"select has_function_privilege('t_service', '{claim}', 'execute')")
        assert not value(empty.dsn, "select has_function_privilege('t_service', 'pyorch.pause()', 'execute')")
        empty("uninstall --yes")
    finally:
        server.psql("postgres", "-c", "drop role t_service")


def test_scheduler_and_transport_can_be_chosen(empty):
    empty("install --scheduler agent --transport agent")
    chosen = {row["setting"]: row["value"] for row in empty.json("configure")}
    assert chosen["scheduler"] == "agent" and chosen["transport"] == "agent"


def test_a_role_that_may_not_create_schemas_is_told_what_it_needs(plain_dsn, server):
    database = plain_dsn.split("dbname=")[1].split()[0]
    server.psql("postgres", "-c", f"alter database {database} owner to postgres")
    result = Shell(plain_dsn)("install", exit_code=1)
    assert "grant create on database" in result.stderr and value(plain_dsn, OURS) == 0


def test_a_plain_owner_installs_verifies_and_uninstalls(plain_dsn):
    shell = Shell(plain_dsn)
    shell("install")
    failed = {check["check"] for check in shell.json("verify", exit_code=1) if check["state"] == "failed"}
    assert failed <= NOBODY
    shell("uninstall --yes")
    assert value(plain_dsn, OURS) == 0


def test_uninstall_asks_for_yes(shell):
    result = shell("uninstall", exit_code=2)
    assert "--yes" in result.stderr and value(shell.dsn, "select pyorch.version()")


def test_uninstall_leaves_nothing_of_ours_and_all_of_yours(shell, imports, app):
    app.execute("create function public.mine() returns int language sql as 'select 1'")
    shell("queue attach imports public.imports")
    shell("queue create emails")
    app.execute("select pyorch.claim('imports', 'w', 2)")
    before = app.execute("select array_agg(i order by id) from (select id, payload from public.imports) i").fetchone()
    columns = app.execute("select count(*) from pg_attribute where attrelid = 'public.imports'::regclass").fetchone()
    shell("uninstall --yes")
    assert app.execute(OURS).fetchone() == (0,)
    assert (
        app.execute("select array_agg(i order by id) from (select id, payload from public.imports) i").fetchone()
        == before
    )
    assert (
        app.execute("select count(*) from pg_attribute where attrelid = 'public.imports'::regclass").fetchone()
        == columns
    )
    assert app.execute("select count(*) from public.imports where status = 'pending'").fetchone() == (5,)
    assert app.execute("select count(*) from pg_trigger where tgrelid = 'public.imports'::regclass").fetchone() == (0,)
    assert app.execute("select public.mine()").fetchone() == (1,)


def test_uninstall_says_which_items_it_could_not_return(shell, imports, app):
    shell("queue attach imports public.imports")
    app.execute("select pyorch.claim('imports', 'w', 2)")
    app.execute("alter table public.imports rename column locked_at to taken_at")
    done = shell("uninstall --yes")
    assert "queue imports: its items in work stay so: " in done.stderr
    assert app.execute(OURS).fetchone() == (0,)


def test_uninstall_refuses_while_a_native_queue_holds_unfinished_items(shell, app):
    shell("queue create emails")
    app.execute("""select pyorch.enqueue('emails', '{"n": 1}')""")
    refused = shell("uninstall --yes", exit_code=1)
    assert "--drop-data" in refused.stderr
    assert app.execute("select count(*) from pyorch.claim('emails', 'w')").fetchone() == (1,)
    shell("uninstall --yes --drop-data")
    assert app.execute(OURS).fetchone() == (0,)


def test_uninstall_refuses_while_something_of_yours_is_built_on_it(shell, app):
    app.execute("create view public.mine as select * from pyorch.health")
    refused = shell("uninstall --yes", exit_code=1)
    assert "view mine" in refused.stderr and app.execute("select pyorch.version()").fetchone()
    app.execute("drop view public.mine")
    shell("uninstall --yes")


def test_uninstall_of_nothing_is_harmless(empty):
    assert "not installed" in empty("uninstall --yes").stderr


def test_it_comes_back_after_an_uninstall(shell):
    before = fingerprint(shell.dsn)
    shell("uninstall --yes")
    shell("install")
    assert fingerprint(shell.dsn) == before


def test_the_printed_sql_makes_the_same_database(empty_dsn, installed_dsn, server, tmp_path):
    script = tmp_path / "install.sql"
    script.write_text(Shell("host=/nowhere")("sql install").stdout)
    server.psql(empty_dsn.split("dbname=")[1].split()[0], "-f", script)
    assert fingerprint(empty_dsn) == fingerprint(installed_dsn)
    assert Shell(empty_dsn).json("install")["revision"]["before"] == migrate.head()


def test_the_printed_upgrade_is_deterministic_and_needs_no_database():
    nowhere = Shell("host=/nowhere")
    assert nowhere("sql upgrade").stdout == nowhere("sql upgrade").stdout != ""


@pytest.mark.parametrize("command", ["status", "install", "verify", "verify --max-age 3m", "trigger x --direct"])
def test_a_database_that_cannot_be_reached_is_a_failure_with_a_hint(command):
    """Nothing may be wrong with what was typed, and a dead-man's switch has to be red."""
    result = Shell("host=127.0.0.1 port=1 dbname=x")(command, exit_code=1)
    assert result.stderr.startswith("Error: cannot connect") and "Hint: " in result.stderr


@pytest.mark.parametrize(
    "command", ["status", "install", "verify", "verify --max-age 3m", "trigger x --direct", "agent"]
)
def test_a_connection_string_that_makes_no_sense_is_bad_input_with_a_hint(command):
    assert "Hint: " in Shell("nonsense")(command, exit_code=2).stderr


def test_without_pyorch_a_command_says_how_to_get_it(empty):
    assert "pyorch install" in empty("queue list", exit_code=1).stderr


def test_extensions_are_offered_not_created(empty, server):
    if not server.has("pg_net"):
        pytest.skip("pg_net is not on this server")
    report = empty.json("install")
    assert any("create extension pg_net;" in note for note in report["notes"])
    assert value(empty.dsn, "select count(*) from pg_extension where extname = 'pg_net'") == 0


def test_python_can_install_too(empty_dsn):
    with psycopg.connect(empty_dsn, autocommit=True) as connection:
        connection.execute(IMPORTS)
    report = install.install(empty_dsn)
    assert report["revision"]["now"] == migrate.head()
    assert install.uninstall(empty_dsn)["returned"] == {}


def test_an_old_server_and_a_standby_are_refused(monkeypatch, empty_dsn):
    monkeypatch.setattr(install, "OLDEST", 999999)
    with pytest.raises(PyorchError, match="PostgreSQL 15 or newer"):
        install.install(empty_dsn)


@pytest.mark.pg_cron
def test_pg_cron_in_another_database_gets_the_jobs_and_loses_them_again(empty, bare_cron_dsn):
    database = value(empty.dsn, "select current_database()")
    jobs = "select coalesce(json_agg(json_build_array(database, command) order by jobid), '[]') from cron.job"

    report = empty.json("install", "--cron-dsn", bare_cron_dsn)
    assert {row["done"] for row in report["jobs"]} == {"scheduled"}
    assert [database, "call pyorch.tick()"] in value(bare_cron_dsn, jobs)
    assert {row["done"] for row in empty.json("jobs reconcile", "--cron-dsn", bare_cron_dsn)} == {"as it should be"}
    (unchecked,) = [one for one in empty.json("verify", exit_code=1) if one["check"] == "jobs are scheduled"]
    assert unchecked["state"] == "warning" and "unchecked" in unchecked["seen"]
    empty("uninstall --yes", "--cron-dsn", bare_cron_dsn)
    assert value(bare_cron_dsn, jobs) == []


@pytest.mark.pg_cron
def test_extensions_are_created_when_asked_for_and_what_fails_is_a_note(empty):
    report = empty.json("install --create-extensions")
    assert any(note.startswith("create extension pg_cron failed") for note in report["notes"])
    empty("uninstall --yes")


@pytest.mark.pg_cron
def test_in_the_database_of_pg_cron_it_schedules_and_takes_back_its_jobs(bare_cron_dsn):
    shell = Shell(bare_cron_dsn)
    names = "select coalesce(json_agg(jobname order by jobname), '[]') from cron.job"
    with psycopg.connect(bare_cron_dsn, autocommit=True) as there:
        there.execute("select cron.schedule('mine', '* * * * *', 'select 1')")
    shell("install")
    assert value(bare_cron_dsn, names) == ["mine", "pyorch_maintain", "pyorch_metrics", "pyorch_tick"]
    shell("install")
    assert value(bare_cron_dsn, names) == ["mine", "pyorch_maintain", "pyorch_metrics", "pyorch_tick"]
    shell("uninstall --yes")
    assert value(bare_cron_dsn, names) == ["mine"]


@pytest.fixture
def encoded(server):
    """Make an empty database in an encoding, and a shell on it."""
    names = []

    def make(encoding: str) -> Shell:
        names.append(f"in_{encoding.lower()}")
        server.psql(
            "postgres", "-c", f"create database {names[-1]} encoding '{encoding}' locale 'C' template template0"
        )
        return Shell(server.dsn(names[-1]))

    yield make
    for name in names:
        server.psql("postgres", "-c", f"drop database {name} with (force)")


def test_a_database_in_another_encoding_is_refused_with_what_to_do(encoded):
    refused = encoded("LATIN1")("install", exit_code=1)
    assert "LATIN1" in refused.stderr and "Hint: create database" in refused.stderr


def test_a_database_without_an_encoding_is_as_good(encoded):
    # what initdb makes without a locale
    shell = encoded("SQL_ASCII")
    shell("install")
    shell("queue create emails")
    assert {check["check"] for check in shell.json("verify", exit_code=1) if check["state"] == "failed"} <= NOBODY
