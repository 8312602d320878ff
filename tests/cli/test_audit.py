"""The audit of cron jobs: a pure function on rows."""

from datetime import UTC, datetime, timedelta

import pytest

from pyorch import audit

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
TOKEN = "eyJhbGciOiJIUzI1NiIs.eyJyb2xlIjoic2VydmljZSJ9.c2lnbmF0dXJl"
POST = "select net.http_post(url := 'https://a.example/functions/v1/{}', headers := '{{}}')"


def job(jobid, command, **facts):
    return {"jobid": jobid, "jobname": f"job-{jobid}", "schedule": "* * * * *", "command": command, "database": "app",
            "username": "app", "active": True, "role_exists": True, **facts}  # fmt: skip


def run(jobid, minute, status="succeeded", seconds=1.0, message="1 row"):
    start = START + timedelta(minutes=minute)
    return {"jobid": jobid, "status": status, "return_message": message, "start_time": start,
            "end_time": start + timedelta(seconds=seconds)}  # fmt: skip


def problems(jobs, runs=(), endpoints=None):
    return [(found.jobid, found.problem) for found in audit.judge(jobs, runs, endpoints)]


def test_an_ordinary_job_is_left_alone():
    assert problems([job(1, "vacuum"), job(2, POST.format("a"))], [run(1, 0), run(2, 0)]) == []


def test_jobs_that_call_one_url_are_named_but_for_the_one_that_works():
    jobs = [job(1, POST.format("drain")), job(2, POST.format("drain?x=1")), job(3, POST.format("other"))]
    runs = [run(1, minute, "failed") for minute in range(2)] + [run(2, 0)]
    found = audit.judge(jobs, runs)
    assert [(one.jobid, one.problem) for one in found] == [(1, "same URL")]
    assert found[0].statement == "select cron.alter_job(1, active := false); -- later: select cron.unschedule(1);"
    assert "job 2" in found[0].evidence


def test_an_inactive_job_calls_nothing():
    assert problems([job(1, POST.format("a")), job(2, POST.format("a"), active=False)]) == []


def test_urls_that_are_put_together_are_compared_by_path():
    command = "select net.http_post(url := (select base from config) || '/functions/v1/drain')"
    assert problems([job(1, command), job(2, command)]) == [(2, "same URL")]


@pytest.mark.parametrize(
    ("command", "kind"),
    [
        (
            f"""select net.http_post('https://x', headers := '{{"Authorization": "Bearer {TOKEN}"}}')""",
            "JSON web token",
        ),
        ("""select f('{"Authorization": "Bearer abcdef0123456789"}')""", "bearer token"),
        ("""select f('{"apikey": "0123456789abcdef"}')""", "key in a header"),
        ("select f('sb_secret_0123456789abcdef')", "API key"),
        ("select dblink('host=x password=verysecret', 'x')", "password"),
        ("select f('postgres://app:verysecret@db/app')", "password in a URL"),
    ],
)
def test_a_secret_in_a_command_is_named_and_never_repeated(command, kind):
    (found,) = audit.judge([job(1, command)], [])
    assert found.problem == "secret in the command" and kind in found.evidence
    for secret in (TOKEN, "abcdef0123456789", "0123456789abcdef", "verysecret"):
        assert secret not in str(found.row())


@pytest.mark.parametrize(
    "command",
    [
        "call pyorch.tick()",
        "select f(headers := jsonb_build_object('Authorization', 'Bearer ' || current_setting('app.key')))",
        "select f(jsonb_build_object('apikey', (select decrypted_secret from vault.decrypted_secrets)))",
        """select f('{"apikey": "{{service_key}}"}')""",
    ],
)
def test_a_secret_that_is_looked_up_is_none(command):
    assert problems([job(1, command)]) == []


def test_a_job_that_always_fails_is_named_with_its_message():
    runs = [run(1, minute, "failed", message=f"ERROR: no function\ntoken {TOKEN}") for minute in range(3)]
    (found,) = audit.judge([job(1, "select nosuch()")], runs)
    assert found.problem == "always fails" and "no function" in found.evidence and TOKEN not in found.evidence
    assert problems([job(1, "select nosuch()")], [*runs, run(1, 9)]) == []


def test_a_job_that_failed_only_twice_is_not_judged_yet():
    assert problems([job(1, "select 1")], [run(1, minute, "failed") for minute in range(2)]) == []


def test_overlapping_runs_are_counted():
    (found,) = audit.judge([job(1, "select slow()")], [run(1, 0, seconds=90), run(1, 1, seconds=90), run(1, 2)])
    assert found.problem == "overlaps" and found.evidence.startswith("2 of 3")


def test_a_job_of_a_dropped_role_comes_first():
    jobs = [job(1, POST.format("a")), job(2, POST.format("a")), job(3, "select 1", role_exists=False)]
    assert problems(jobs)[0] == (3, "role is gone")


def test_a_job_that_does_what_pyorch_does_is_named():
    endpoints = {"drain": "{{functions_url}}/drain"}
    assert problems([job(1, POST.format("drain"))], endpoints=endpoints) == [(1, "pyorch calls it")]
    assert problems([job(1, POST.format("other"))], endpoints=endpoints) == []


@pytest.mark.pg_cron
def test_it_reads_the_jobs_of_the_real_pg_cron(cron_dsn, connect):
    there = connect(cron_dsn)
    there.execute("select cron.schedule('one', '* * * * *', 'select 1')")
    (found,) = audit.jobs(there)
    assert found["jobname"] == "one" and found["role_exists"]
    assert audit.runs(there) == []
