"""The commands by noun: what they do, print and refuse."""

import json
import re
import subprocess
import sys

import pytest

from tests.cli.conftest import Shell
from tests.http_receiver import Receiver

SECRET = "s3cr3t-value-of-the-key"


def test_json_is_taken_before_and_after_the_command(shell):
    assert json.loads(shell("--json queue list").stdout) == json.loads(shell("queue list --json").stdout) == []


def test_the_database_is_taken_after_the_command_and_from_the_environment(shell, monkeypatch, installed_dsn):
    from click.testing import CliRunner

    from pyorch.cli import main

    assert CliRunner().invoke(main, ["queue", "list", "--dsn", installed_dsn]).exit_code == 0
    for part in installed_dsn.split():
        name, value = part.split("=")
        monkeypatch.setenv({"dbname": "PGDATABASE"}.get(name, "PG" + name.upper()), value)
    assert CliRunner().invoke(main, ["queue", "list"]).exit_code == 0


def test_talk_goes_to_stderr_and_data_to_stdout(shell):
    created = shell("queue create emails")
    assert created.stdout == "" and "emails created" in created.stderr
    listed = shell("queue list")
    assert "emails" in listed.stdout and listed.stderr == ""


def test_a_queue_is_created_shown_altered_paused_and_dropped(shell):
    shell("queue create emails --option max_attempts=9 --option backoff.base='5 seconds'")
    shown = shell.json("queue show emails")
    assert shown["options"] == {"max_attempts": 9, "backoff": {"base": "5 seconds"}}
    shell("queue alter emails --option lease='10 minutes'")
    shell("queue pause emails")
    assert shell.json("queue list")[0]["paused"] is True
    shell("queue resume emails")
    assert shell.json("queue list")[0]["paused"] is False
    shell("queue drop emails --yes")
    assert shell.json("queue list") == []


def test_an_unknown_queue_is_bad_input_with_a_hint(shell):
    for line in ("queue show nosuch", "queue pause nosuch", "queue redrive nosuch", "queue drop nosuch --yes"):
        result = shell(line, exit_code=2)
        assert result.stderr.startswith("Error: ") and "nosuch" in result.stderr, line


def test_an_unknown_option_names_the_nearest(shell):
    result = shell("queue create emails --option max_attemps=3", exit_code=2)
    assert 'Did you mean "max_attempts"?' in result.stderr


@pytest.mark.parametrize(
    "more", ["--option nonsense", "--options '{'", "--options '[1]'", "--option a.b=1 --option a=1 --option a.c=2"]
)
def test_options_that_cannot_be_read_are_bad_input(shell, more):
    assert "Error: " in shell(f"queue create emails {more}", exit_code=2).stderr


def test_dropping_a_queue_with_unfinished_items_is_refused_unless_forced(shell, app):
    shell("queue create emails")
    app.execute("select pyorch.enqueue('emails', '{}')")
    shell("queue drop emails --yes", exit_code=1)
    shell("queue drop emails --yes --force")


def test_items_are_explained_unlocked_and_redriven(shell, app, imports):
    shell("queue attach imports public.imports --option max_attempts=1")
    (item, receipt) = app.execute("select item_id, receipt from pyorch.claim('imports', 'w')").fetchone()
    assert shell.json(f"queue explain imports {item}")["status"] == "processing"
    app.execute("select pyorch.fail('imports', array[%s], 'broken', permanent => true)", [receipt])
    assert shell.json("queue list")[0]["dead"] == 1
    assert shell.json("queue redrive imports")["redriven"] == 1
    shell("queue unlock imports")
    shell(f"queue explain imports {item}9999", exit_code=2)


def test_attach_shows_the_mapping_what_degrades_and_the_indexes(shell, imports):
    result = shell("queue attach imports public.imports")
    assert "locked_at" in result.stdout and "create index" in result.stdout


def test_attach_creates_the_advised_indexes_and_advises_none_afterwards(shell, app, imports):
    before = app.execute("select count(*) from pg_index where indrelid = 'public.imports'::regclass").fetchone()[0]
    report = shell.json("queue attach imports public.imports --create-indexes")
    after = app.execute("select count(*) from pg_index where indrelid = 'public.imports'::regclass").fetchone()[0]
    assert after > before and len(report["created"]) == after - before
    shell("queue detach imports")
    again = shell.json("queue attach imports public.imports --create-indexes")
    assert again["created"] == []


def test_attach_takes_columns_and_statuses(shell, app):
    app.execute("create table public.odd (id int primary key, how text not null, what jsonb)")
    app.execute("insert into public.odd values (1, 'todo')")
    shell("queue attach odd public.odd --column status=how --column payload=what"
          " --status pending=todo --status processing=doing --status complete=done --status failed=broken")  # fmt: skip
    assert app.execute("select item_id from pyorch.claim('odd', 'w')").fetchone() == ("1",)
    assert app.execute("select how from public.odd").fetchone() == ("doing",)


def test_attach_checks_the_users_sql_and_takes_it(shell, app, imports):
    refused = shell("queue attach imports public.imports --where 'random() > 0.5'", exit_code=2)
    assert "volatile" in refused.stderr and shell.json("queue list") == []
    shell("queue attach imports public.imports", "--where", "payload ->> 'n' <> '1'", "--order-by", "id desc")
    claimed = [row[0] for row in app.execute("select item_id from pyorch.claim('imports', 'w', 9)").fetchall()]
    assert sorted(claimed) == ["2", "3", "4", "5"]


def test_attaching_what_is_not_there_is_bad_input(shell):
    assert "Error: " in shell("queue attach nosuch public.nosuch", exit_code=2).stderr


def test_an_endpoint_is_set_shown_paused_and_dropped(shell, imports):
    shell("queue attach imports public.imports")
    shell("variable set functions_url https://example.org/functions/v1")
    shell("endpoint set drain processor '{{functions_url}}/drain' --queue imports --option timeout='4 seconds'")
    shell("endpoint set fill scraper '{{functions_url}}/fill' --fills imports --every '10 minutes'"
          " --header 'apikey={{service_key}}'")  # fmt: skip
    assert [row["endpoint"] for row in shell.json("endpoint list")] == ["drain", "fill"]
    shown = shell.json("endpoint show fill")
    assert shown["url"] == "{{functions_url}}/fill" and shown["options"]["headers"] == {"apikey": "{{service_key}}"}
    shell("endpoint pause drain")
    shell("endpoint resume drain")
    shell("endpoint drop drain")
    shell("endpoint show drain", exit_code=2)
    shell("endpoint set bad scraper not-a-url", exit_code=2)
    shell("endpoint set bad nonsense https://example.org", exit_code=2)


def test_a_call_is_triggered_listed_shown_and_retried(shell, app):
    with Receiver.start() as receiver:
        shell("endpoint set gone scraper", receiver.url("/status/500"), "--option", "allow_http=true",
              "--option", "allow_private=true", "--option", "max_attempts=1")  # fmt: skip
        (done,) = json.loads(shell("--json trigger gone --direct", exit_code=1).stdout)
        assert (done["endpoint"], done["outcome"], done["status_code"]) == ("gone", "failed", 500)
        (listed,) = shell.json("call list --endpoint gone --outcome failed")
        assert listed["call_id"] == done["call_id"] and listed["transport"] == "direct"
        shown = shell.json(f"call show {done['call_id']}")
        assert "pyorch agent" in shell(f"call retry {done['call_id']}", exit_code=1).stderr
        app.execute("select pyorch._agent_beat(gen_random_uuid(), '{}')")
        again = shell.json(f"call retry {done['call_id']}")
        retried = shell.json(f"call show {again['call_id']}")
        assert retried["idempotency_key"] == shown["idempotency_key"] and retried["attempt"] == shown["attempt"] + 1
        assert shell.json("call list --outcome ok") == []
        shell("call show 999999", exit_code=2)
        shell("call retry 999999", exit_code=2)


def test_all_endpoints_are_called_directly_when_nothing_else_lives(shell):
    with Receiver.start() as receiver:
        for name in ("one", "two"):
            shell(f"endpoint set {name} scraper", receiver.url(f"/ok?{name}"), "--option", "allow_http=true",
                  "--option", "allow_private=true")  # fmt: skip
        outcomes = shell.json("trigger --all --direct")
        assert [(call["endpoint"], call["outcome"]) for call in outcomes] == [("one", "ok"), ("two", "ok")]
        assert len(receiver.arrivals("/ok")) == 2


def test_trigger_wants_names_or_all(shell):
    shell("trigger", exit_code=2)
    shell("trigger one --all", exit_code=2)
    shell("trigger nosuch", exit_code=2)


def test_a_secret_is_read_from_stdin_and_never_shown(shell, app):
    said = shell("secret set service_key", stdin=f"{SECRET}\n")
    listed, as_json = shell("secret list"), shell("--json secret list")
    dropped = shell("secret drop service_key")
    for result in (said, listed, as_json, dropped):
        assert SECRET not in result.stdout + result.stderr
    assert "service_key" in listed.stdout
    shell("secret drop service_key", exit_code=2)


def test_a_secret_that_is_refused_is_not_repeated_in_the_error(shell):
    refused = shell("secret set 'bad name!'", stdin=SECRET, exit_code=2)
    with_break = shell("secret set service_key", stdin=f"{SECRET}\r\nX: y", exit_code=None)
    for result in (refused, with_break):
        assert SECRET not in result.stdout + result.stderr
    assert "empty" in shell("secret set service_key", stdin="", exit_code=2).stderr


def test_a_secret_cannot_be_given_as_an_argument(shell):
    result = shell(f"secret set service_key {SECRET}", exit_code=2)
    assert shell.json("secret list") == [] and "Usage" in result.stderr


def test_variables_are_set_listed_and_dropped(shell):
    shell("variable set functions_url https://example.org")
    (row,) = shell.json("variable list")
    assert (row["variable"], row["value"]) == ("functions_url", "https://example.org")
    shell("variable drop functions_url")
    shell("variable drop functions_url", exit_code=2)


def test_orchestrate_answers_and_leaves_a_run_by_the_cli(shell):
    answer = shell.json("orchestrate --skip metrics --budget '2 seconds'")
    assert answer["success"] and {"steps", "queue_depths", "processors_triggered"} <= answer.keys()
    (run, *_) = shell.json("run list")
    assert run["run_id"] == answer["run_id"] and run["source"] == "cli"
    assert shell.json(f"run show {answer['run_id']}")["run_id"] == answer["run_id"]
    shell("run show 999999", exit_code=2)
    shell("orchestrate --skip nonsense", exit_code=2)
    shell("orchestrate --budget soon", exit_code=2)


def test_a_tick_can_be_run_by_hand(shell):
    shell("tick")
    assert shell.json("run list")[0]["success"] is True


def test_pause_and_resume_also_of_everything(shell, app):
    shell("queue create emails")
    shell("pause")
    assert "paused" in shell.json("status")["who"]["dispatching"]
    assert shell.json("queue list")[0]["paused"] is False
    shell("resume")
    shell("pause --all")
    assert shell.json("queue list")[0]["paused"] is True
    shell("resume --all")
    assert shell.json("queue list")[0]["paused"] is False and shell.json("status")["who"]["dispatching"] == "yes"


def test_status_and_health_print_for_people_and_programs(shell):
    shell("queue create emails")
    assert "Queues" in shell("status").stdout
    assert {"who", "queues", "endpoints", "health"} == shell.json("status").keys()
    rows = json.loads(shell("--json health", exit_code=None).stdout)
    assert all(row["severity"] in ("ok", "warning", "critical") for row in rows)


def in_force(shell, line):
    """The settings that a command answers: name, value in force and default."""
    return {row["setting"]: (row["value"], row["default"]) for row in shell.json(line)}


def test_settings_are_changed_shown_and_reset(shell):
    assert in_force(shell, "configure --option 'skip=[\"metrics\"]'")["skip"] == (["metrics"], [])
    assert in_force(shell, "configure")["skip"] == (["metrics"], [])
    assert in_force(shell, "configure --option skip=null")["skip"] == ([], [])
    shell("configure --option nonsense=1", exit_code=2)


def test_every_setting_is_shown_with_its_value_and_its_default(shell, app):
    fresh = in_force(shell, "configure")
    assert fresh["budget"] == ("10 seconds", "10 seconds")
    assert fresh["tick"] == ("00:00:10", None)
    assert fresh["ping"] == (None, None)
    known = shell("configure --option nonsense=1", exit_code=2).stderr.partition("Known: ")[2].rstrip(".\n")
    assert list(fresh) == known.split(", ")
    app.execute("select pyorch.configure(%s)", ['{"tick": "1 minute", "retention": {"runs": "1 day"}}'])
    app.execute("select pyorch._plan_jobs(true)")
    changed = in_force(shell, "configure")
    assert changed["tick"] == ("1 minute", None)
    assert changed["retention"][0] == {**fresh["retention"][1], "runs": "1 day"}
    # and nothing that pyorch keeps for itself
    assert changed.keys() == fresh.keys()
    lines = shell("configure").stdout.splitlines()
    assert lines[0].split() == ["setting", "value", "default"]
    assert len(lines) == 1 + len(fresh)
    assert "budget          10 seconds " in shell("configure").stdout


def test_metrics_are_set_checked_listed_and_dropped(shell, imports):
    assert "volatile" in shell("metric set slow 'select pg_sleep(60)'", exit_code=2).stderr
    shell("metric set waiting 'select count(*) from public.imports' --every '1 minute'")
    assert shell.json("metric list --metric waiting") == []
    shell("metric drop waiting")
    shell("metric drop waiting", exit_code=2)


def test_jobs_are_listed_and_reconciled(shell):
    assert {row["job"] for row in shell.json("jobs list")} == {"pyorch_tick", "pyorch_metrics", "pyorch_maintain"}
    assert {row["job"] for row in shell.json("jobs reconcile")} >= {"pyorch_tick"}


def test_adopt_takes_an_expectation(shell):
    shell("adopt")
    shell("adopt --expect '2 hours'")
    shell("adopt --expect '2 years'", exit_code=2)
    shell("adopt --expect soon", exit_code=2)


def test_harden_says_what_it_did(shell):
    shell("harden")


def test_audit_needs_pg_cron(shell, server):
    if server.has("pg_cron"):
        pytest.skip("pg_cron is on this server")
    assert "--cron-dsn" in shell("audit", exit_code=1).stderr


@pytest.mark.pg_cron
def test_audit_names_jobs_and_leaks_nothing(shell, bare_cron_dsn, connect):
    there = connect(bare_cron_dsn)
    command = f"select net.http_post('https://a.example/x', headers := '{{\"apikey\": \"{SECRET}\"}}')"
    for name in ("one", "two"):
        there.execute("select cron.schedule(%s, '* * * * *', %s)", [name, command])
    result = shell("audit", "--cron-dsn", bare_cron_dsn)
    assert "same URL" in result.stdout and "secret in the command" in result.stdout and SECRET not in result.stdout


def test_it_runs_as_a_module(installed_dsn):
    done = subprocess.run(
        [sys.executable, "-m", "pyorch", "--json", "queue", "list", "--dsn", installed_dsn],
        capture_output=True,
        text=True,
    )
    assert (done.returncode, json.loads(done.stdout), done.stderr) == (0, [], "")


def test_a_viewer_sees_and_may_not_change(shell, installed_dsn):
    from tests.cli.conftest import Shell

    shell("queue create emails")
    viewer = Shell(installed_dsn + " options='-c role=pyorch_viewer'")
    assert viewer.json("queue list")[0]["queue"] == "emails"
    assert viewer.json("queue show emails")["queue"] == "emails"
    viewer("status")
    viewer("call list")
    viewer("run list")
    refused = viewer("queue pause emails", exit_code=1)
    assert "permission denied" in refused.stderr and "Hint: " in refused.stderr


@pytest.mark.parametrize(
    "line",
    [
        "endpoint set x scraper https://a.example/ --header nonsense",
        "trigger nosuch --direct",
        "trigger --all nosuch",
        "call list --outcome nonsense",
        "queue attach imports nosuch.imports",
        "orchestrate --budget soon",
        "adopt --expect soon",
        "metric set m 'select'",
        "metric set m \"select 'no number'\"",
        "metric set m 'select 1, 2'",
        "verify --canary-endpoint nosuch",
        "verify --canary-url nonsense",
        "sql upgrade --from nosuch",
        "configure --option tick=soon",
    ],
)
def test_wrong_input_says_what_would_be_right(shell, line):
    said = shell(line, exit_code=2).stderr
    assert "Error: " in said and ("Hint: " in said or "--help" in said or "shows those" in said), said
    assert 'such as ""' not in said


def test_the_upgrade_from_a_revision_is_printed(shell):
    from pyorch import migrate

    assert "alembic_version" in shell("sql upgrade").stdout
    assert "create table" not in shell(f"sql upgrade --from {migrate.head()}").stdout


def test_a_member_of_the_admin_role_configures_and_lists_without_being_the_owner(shell, app):
    app.execute("create role t_administers login in role pyorch_admin")
    try:
        dsn = re.sub(r"user=\S+", "user=t_administers", shell.dsn)
        administers = Shell(dsn)
        administers("variable set functions_url https://a.example")
        assert administers.json("variable list")[0]["variable"] == "functions_url"
        assert in_force(administers, "configure --option tick='2 minutes'")["tick"] == ("2 minutes", None)
        administers("jobs list")
    finally:
        app.execute("drop role t_administers")


def test_what_the_database_warns_of_is_passed_on_and_its_notices_are_not(shell, app, imports):
    shell("queue attach imports public.imports")
    app.execute("select pyorch.claim('imports', 'worker', 2)")
    done = shell("queue detach imports")
    assert "Warning: " in done.stderr and "stay in processing" in done.stderr and "Hint: " in done.stderr
    assert "NOTICE" not in done.stderr and "skipping" not in done.stderr
    assert done.stdout == "" or "Warning" not in done.stdout
