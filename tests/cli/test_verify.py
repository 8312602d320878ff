"""verify: green when all is well, and red with the right line for everything that is not."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from pyorch import evidence, install, verify
from pyorch.checks import Check
from tests.cli.conftest import NOBODY, Shell
from tests.http_receiver import Receiver
from tests.orch import wait_until


def failures(shell, exit_code=1, ignore=()):
    """The failed checks by name."""
    return {
        check["check"]: f"{check['seen']} → {check['todo']}"
        for check in shell.json("verify", exit_code=exit_code)
        if check["state"] == "failed" and check["check"] not in ignore
    }


class Agent:
    """A real `pyorch agent` in its own process."""

    def __init__(self, dsn):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "pyorch", "agent", "--dsn", dsn],
            stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )

    def stop(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            os.kill(self.process.pid, how)
            self.process.wait(90)


@pytest.fixture
def agent(shell, app):
    """A live agent that has ticked at least once."""
    app.execute("""select pyorch.configure('{"tick": "1 second"}')""")
    running = Agent(shell.dsn)
    try:
        wait_until(app, "exists (select from pyorch.heartbeat where source = 'agent')")
        yield running
    finally:
        running.stop()


@pytest.fixture
def receiver():
    with Receiver.start() as running:
        yield running


def test_on_a_fresh_installation_only_scheduler_and_transport_are_missing(shell):
    states = {check["check"]: check["state"] for check in shell.json("verify", exit_code=1)}
    assert {name for name, state in states.items() if state == "failed"} <= NOBODY
    for name in ("server", "revision", "functions equal the sources", "generated functions", "clock", "canary item"):
        assert states[name] == "ok", states


def test_a_working_installation_is_green(shell, imports, agent, receiver):
    shell("queue attach imports public.imports --create-indexes")
    shell("endpoint set drain processor", receiver.url("/ok"), "--queue", "imports", "--option", "allow_http=true",
          "--option", "allow_private=true", "--option", "every=1 second")  # fmt: skip
    shell("trigger drain --direct")
    checks = {check["check"]: check for check in shell.json("verify")}
    assert checks["scheduler"]["state"] == checks["transport"]["state"] == "ok"
    assert checks["endpoint drain"]["state"] == "ok"


def test_a_function_changed_by_hand_is_red(shell, app):
    app.execute(
        "create or replace function pyorch.version() returns text language sql immutable parallel safe"
        " security definer set search_path = '' as $$ select '9.9.9' $$"
    )
    found = failures(shell, ignore=NOBODY)
    assert list(found) == ["functions equal the sources"] and "pyorch.version()" in found["functions equal the sources"]


def test_a_generated_function_changed_by_hand_is_red(shell, app):
    shell("queue create emails")
    source = app.execute("select pg_get_functiondef(oid) from pg_proc where proname = '_q_complete_emails'").fetchone()[
        0
    ]
    app.execute(source.replace("begin", "begin perform 1;", 1).encode())
    seen, _, todo = failures(shell)["generated functions"].partition(" → ")
    assert "_q_complete_emails" in seen
    app.execute(todo)
    assert "generated functions" not in failures(shell)


def test_a_generated_function_without_a_queue_is_red_until_it_is_dropped_as_is_said(shell, app):
    app.execute("create function pyorch._q_claim_gone() returns int language sql as 'select 1'")
    app.execute(failures(shell)["generated functions"].partition(" → ")[2])
    assert "generated functions" not in failures(shell)


def test_rights_that_a_restore_left_out_come_back_by_what_is_said(shell, app):
    app.execute("grant execute on function pyorch.unlock(text, integer) to public")
    app.execute("revoke execute on function pyorch.claim(text, text, integer, interval) from pyorch_worker")
    found = [check for check in shell.json("verify", exit_code=1) if check["check"] == "functions equal the sources"]
    assert [check["todo"] for check in found] == ["pyorch install"] * 2
    shell("install")
    assert "functions equal the sources" not in failures(shell)


def test_a_queue_whose_functions_all_changed_is_one_line(shell, app, imports):
    shell("queue attach imports public.imports")
    app.execute("alter table public.imports rename to moved")
    found = [check for check in shell.json("verify", exit_code=1) if check["check"] == "generated functions"]
    assert len(found) == 1 and found[0]["seen"].startswith("queue imports: changed: _q_")
    app.execute(found[0]["todo"])
    assert "generated functions" not in failures(shell)


def test_settings_of_the_database_are_no_difference(shell, app, imports):
    app.execute("select pyorch.attach_queue('imports', 'public.imports')")
    for setting in ("quote_all_identifiers = on", "intervalstyle = 'iso_8601'", "datestyle = 'German'"):
        app.execute(f"alter database {app.info.dbname} set {setting}".encode())
    with psycopg.connect(shell.dsn, autocommit=True) as other:
        # a function that is made by one session and checked by another
        other.execute("""select pyorch.alter_queue('imports', '{"lease": "10 minutes"}')""")
    assert failures(shell, ignore=NOBODY) == {}


def test_a_table_that_is_gone_is_said_once(shell, app, imports):
    shell("queue attach imports public.imports")
    app.execute("drop table public.imports")
    found = failures(shell, ignore=NOBODY)
    assert list(found) == ["health: attached_table_gone imports"]


def test_an_agent_that_is_chosen_and_stopped_is_red(shell, agent):
    shell("configure --option scheduler=agent --option transport=agent")
    shell("queue create emails")
    assert not {"scheduler", "transport"} & failures(shell, exit_code=None).keys()
    agent.stop()
    found = failures(shell)
    assert "agent" in found["scheduler"] and "agent" in found["transport"]


def test_an_agent_that_was_killed_is_red_when_its_beat_is_old(shell, agent, app):
    shell("configure --option scheduler=agent --option transport=agent")
    shell("queue create emails")
    agent.stop(signal.SIGKILL)
    app.execute("update pyorch.agent set seen_at = seen_at - interval '11 seconds'")
    assert {"scheduler", "transport"} <= failures(shell).keys()


def test_an_endpoint_that_answers_404_is_red(shell, receiver):
    shell("endpoint set gone scraper", receiver.url("/status/404"), "--every", "1 minute",
          "--option", "allow_http=true", "--option", "allow_private=true")  # fmt: skip
    shell("trigger gone --direct", exit_code=1)
    found = failures(shell)
    assert "404" in found["endpoint gone"] and "endpoint show gone" in found["endpoint gone"]


def test_a_queue_whose_items_are_stuck_is_red(shell, app, imports):
    app.execute("update public.imports set status = 'processing', locked_at = now() - interval '3 hours'")
    shell("queue attach imports public.imports")
    found = failures(shell)
    assert any("imports" in name for name in found), found


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("alter column created_at drop not null", "attached_column_nullable"),
        ("drop column created_at", "attached_column_gone"),
    ],
)
def test_a_table_that_does_not_fit_its_mapping_any_more_is_red(shell, app, change, code):
    app.execute(
        "create table public.orders (id bigint primary key, status text not null default 'pending',"
        " created_at timestamptz not null default now())"
    )
    shell("queue attach orders public.orders")
    app.execute(f"alter table public.orders {change}".encode())
    found = failures(shell)
    assert "created_at" in found[f"health: {code} orders"]


@pytest.mark.pg_cron
def test_a_job_that_was_unscheduled_is_red(bare_cron_dsn):
    install.install(bare_cron_dsn)
    shell = Shell(bare_cron_dsn)
    shell("queue create emails")
    with psycopg.connect(bare_cron_dsn, autocommit=True) as there:
        there.execute("select cron.unschedule('pyorch_tick')")
    found = failures(shell)
    assert any("pyorch_tick" in name + seen for name, seen in found.items()), found


def test_a_faked_clock_is_red(shell, app):
    app.execute("insert into pyorch.fake_clock values (true)")
    assert "clock" in failures(shell)


def test_an_identity_that_does_not_fit_is_red(shell, app):
    app.execute("update pyorch.identity set database_oid = 1")
    assert any("adopt" in seen for seen in failures(shell).values())


def test_without_pyorch_it_is_red(empty_dsn):
    assert list(failures(Shell(empty_dsn))) == ["installation"]


def test_a_database_that_is_behind_is_red(shell, app):
    app.execute("delete from pyorch.alembic_version")
    assert "revision" in failures(shell)


def test_a_check_that_breaks_is_red_and_the_others_go_on(shell, app):
    app.execute("drop view pyorch.health cascade")
    found = failures(shell)
    assert "could not be checked" in found["health"] and "functions equal the sources" in found


@pytest.mark.parametrize(
    "part, blind",
    [
        ("viewer", {"revision", "functions equal the sources", "clock", "xmin horizon", "endpoints", "canary item"}),
        ("worker", {"generated functions", "schedule", "health", "endpoints", "scheduler and transport"}),
    ],
)
def test_what_a_role_may_not_see_is_unchecked_and_neither_ok_nor_bad(app, installed_dsn, part, blind):
    app.execute(f"create role a_{part} login in role pyorch_{part}")
    try:
        checks = Shell(make_conninfo(installed_dsn, user=f"a_{part}")).json("verify", exit_code=None)
    finally:
        app.execute(f"drop role a_{part}")
    unchecked = {c["check"] for c in checks if c["state"] == "warning" and c["seen"].startswith("unchecked: ")}
    assert blind <= unchecked
    assert {c["check"] for c in checks if c["state"] == "failed"} <= NOBODY
    assert "postgres, the owner" in next(c["todo"] for c in checks if c["check"] == "clock")


def test_an_owner_who_may_not_look_is_red(app, shell):
    app.execute("create role an_owner login; alter schema pyorch owner to an_owner")
    try:
        checks = Shell(make_conninfo(shell.dsn, user="an_owner")).json("verify", exit_code=1)
    finally:
        app.execute("alter schema pyorch owner to postgres; drop role an_owner")
    assert {c["check"] for c in checks if c["state"] == "failed"} >= {"clock", "canary item"}


def test_an_old_transaction_is_a_warning(app, installed_dsn):
    with psycopg.connect(installed_dsn) as other:
        other.execute("set transaction isolation level repeatable read")
        other.execute("select 1 from pg_class limit 1")
        # its age cannot be faked: look with a limit of nothing instead
        assert [check.state for check in evidence.horizon(app, older_than=-1.0)] == ["warning"]
        assert [check.state for check in evidence.horizon(app)] == ["ok"]


def test_the_dead_mans_switch_goes_by_the_age_of_the_last_tick(shell, app):
    assert shell("verify --max-age 3m", exit_code=1)
    app.execute(
        "insert into pyorch.heartbeat (source, run_id, beat_at)"
        " values ('agent', 1, pyorch._now() - interval '2 minutes')"
    )
    assert shell.json("verify --max-age 3m")[0]["state"] == "ok"
    assert shell.json("verify --max-age 90s", exit_code=1)[0]["state"] == "failed"


@pytest.mark.parametrize("age", ["soon", "-3m", "-90s", "-1 hour", "infinity", ""])
@pytest.mark.parametrize("command", ["verify --max-age", "orchestrate --if-stale"])
def test_an_age_that_is_none_is_refused_and_nothing_is_run(shell, app, command, age):
    app.execute("insert into pyorch.heartbeat (source, run_id, beat_at) values ('agent', 1, pyorch._now())")
    said = shell(command, age, exit_code=2)
    assert f'Error: "{age}" is no ' in said.stderr and "Hint: " in said.stderr
    assert said.stdout == ""
    assert app.execute("select count(*) from pyorch.run_log").fetchone() == (0,)


def test_a_tick_by_hand_does_not_calm_the_dead_mans_switch(shell):
    shell("tick")
    shell("orchestrate")
    shell("verify --max-age 3m", exit_code=1)


def test_the_fallback_acts_only_when_the_schedule_is_dead(shell, app):
    assert shell.json("orchestrate --if-stale 15m")["success"]
    app.execute("insert into pyorch.heartbeat (source, run_id, beat_at) values ('pg_cron', 1, pyorch._now())")
    assert shell.json("orchestrate --if-stale 15m")["skipped"] == "not stale"


def test_a_page_is_written_as_markdown(shell):
    page = shell("verify --markdown", exit_code=1).stdout
    assert page.startswith("# How we know that it works\n") and "| ok | canary item |" in page


def test_a_page_of_failures_does_not_say_that_it_works():
    page = verify.page([Check("a|b", "failed", "x\ny", "do")], datetime(2026, 3, 1, tzinfo=UTC))
    assert (
        "It does not work" in page and "| failed | a\\|b | x<br>y | do |" in page and "2026-03-01 00:00:00 UTC" in page
    )


def test_a_page_of_what_could_not_be_checked_does_not_say_that_it_works():
    page = verify.page([Check("a", "warning", "unchecked: permission denied", "do")])
    assert "It works." not in page and "Nothing is wrong with what could be checked." in page


def test_cycles_show_what_each_tick_did(shell, agent, imports):
    shell("queue attach imports public.imports")
    cycles = [check for check in shell.json("verify --cycles 2", exit_code=None) if check["check"].startswith("cycle ")]
    assert [check["check"] for check in cycles] == ["cycle 1", "cycle 2"], cycles
    assert all("imports: 5 pending" in check["seen"] and "calls" in check["seen"] for check in cycles)


def test_cycles_without_a_scheduler_are_red(shell, monkeypatch):
    monkeypatch.setattr("pyorch.cycles.LEAST", 0.2)
    monkeypatch.setattr("pyorch.cycles.INTERVALS", 0.0)
    assert "cycle 1" in {check["check"] for check in shell.json("verify --cycles 3", exit_code=1)}


def test_a_canary_call_goes_through_the_transport(shell, agent, receiver):
    checks = {check["check"]: check for check in shell.json("verify", "--canary-url", receiver.url("/ok"))}
    assert checks["canary call"]["state"] == "ok" and "by agent" in checks["canary call"]["seen"]
    assert [arrival["path"] for arrival in receiver.arrivals("/ok")] == ["/ok"]
    assert shell.json("endpoint list") == []


def test_a_canary_call_that_nobody_answers_is_red(shell, agent, receiver):
    checks = shell.json("verify", "--canary-url", receiver.url("/status/500"), exit_code=1)
    assert [check["state"] for check in checks if check["check"] == "canary call"] == ["failed"]
