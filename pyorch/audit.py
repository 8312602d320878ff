"""What is wrong with the cron jobs that exist already: same URLs, secrets in commands, overlaps, mere failures.

:func:`judge` is a pure function on rows; it never repeats a secret that it finds.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import psycopg
from psycopg.rows import dict_row

Row = Mapping[str, Any]
ORDER = ("role is gone", "always fails", "secret in the command", "same URL", "pyorch calls it", "overlaps")

# literal credentials; what is put together by || or looked up is none
SECRETS = (
    ("a JSON web token", re.compile(r"eyJ[\w-]{8,}\.eyJ[\w-]{8,}(\.[\w-]+)?")),
    ("a bearer token", re.compile(r"bearer\s+(?!eyJ)[\w~+/.=-]{12,}", re.IGNORECASE)),
    ("a basic credential", re.compile(r"basic\s+[A-Za-z0-9+/=]{12,}", re.IGNORECASE)),
    ("an API key", re.compile(r"\b(sb_secret_|sbp_|sk_live_|sk_test_|rk_live_|ghp_|xox[bap]-|AKIA)[\w-]{8,}")),
    (
        "a key in a header",
        re.compile(
            r"""["'](?:x-)?(?:api[-_]?key|secret|password|token)["']\s*[:,]\s*["'](?!\s*\|\|)[^"'{}]{8,}["']""",
            re.IGNORECASE,
        ),
    ),
    ("a password in a URL", re.compile(r"\w+://[^\s/:@']+:[^\s/@']+@")),
    ("a password", re.compile(r"\bpassword\s*=\s*(?!\s*\|\|)[^\s'|]{4,}", re.IGNORECASE)),
)
URL = re.compile(r"https?://[^\s'\"\\),;]+")
# 'https://…' may be put together from a setting: then the path alone tells
PATH = re.compile(r"'(/[\w./-]{3,})'")


@dataclass(frozen=True)
class Finding:
    """One job and what is wrong with it; ``statement`` retires it, reversibly."""

    jobid: int
    job: str
    problem: str
    evidence: str
    statement: str

    def row(self) -> dict[str, Any]:
        """As a row to print."""
        return {
            "jobid": self.jobid,
            "job": self.job,
            "problem": self.problem,
            "evidence": self.evidence,
            "statement": self.statement,
        }


def jobs(connection: psycopg.Connection[Any]) -> list[dict[str, Any]]:
    """The cron jobs that we may see (pg_cron hides those of other roles from non-superusers)."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(
            "select jobid, jobname, schedule, command, database, username, active,"
            " exists (select from pg_catalog.pg_roles where rolname = username) as role_exists"
            " from cron.job order by jobid"
        ).fetchall()


def runs(connection: psycopg.Connection[Any], newest: int = 5000) -> list[dict[str, Any]]:
    """The newest runs that ended or started, newest first."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(
            "select jobid, status, return_message, start_time, end_time from cron.job_run_details"
            " where start_time is not null order by runid desc limit %s",
            [newest],
        ).fetchall()


def endpoints(connection: psycopg.Connection[Any]) -> dict[str, str]:
    """URL of each endpoint of pyorch in this database, by name; none where it is not installed."""
    if connection.execute("select to_regclass('pyorch.endpoint') is null").fetchone() == (True,):
        return {}
    return dict(connection.execute("select endpoint, url from pyorch.endpoint").fetchall())


def judge(jobs: Sequence[Row], runs: Iterable[Row], endpoints: Mapping[str, str] | None = None) -> list[Finding]:
    """Name what is wrong.

    Args:
        jobs: rows of :func:`jobs`.
        runs: rows of :func:`runs`, newest first.
        endpoints: URLs that pyorch calls itself, by endpoint.

    Returns:
        Findings, the gravest kind first.
    """
    history: dict[int, list[Row]] = defaultdict(list)
    for run in runs:
        history[run["jobid"]].append(run)
    found: list[Finding] = []
    for job in jobs:
        found += _of_one(job, history[job["jobid"]], endpoints or {})
    found += _same_urls(jobs, history)
    return sorted(found, key=lambda finding: (ORDER.index(finding.problem), finding.jobid))


def urls(command: str) -> set[str]:
    """What a command calls: URLs without query, or the paths of URLs that it puts together."""
    whole = {url.split("?")[0].rstrip("/") for url in URL.findall(command)}
    return whole or ({path.rstrip("/") for path in PATH.findall(command)} if "http_" in command else set())


def _of_one(job: Row, history: list[Row], endpoints: Mapping[str, str]) -> list[Finding]:
    found = []
    if not job.get("role_exists", True):
        found.append(_finding(job, "role is gone", f"role {job['username']} does not exist: pg_cron stops all jobs"))
    ended = [run for run in history if run["status"] in ("succeeded", "failed")]
    if len(ended) >= 3 and all(run["status"] == "failed" for run in ended):
        said = _masked(str(ended[0]["return_message"] or "")).splitlines()[:1]
        found.append(
            _finding(job, "always fails", f"its last {len(ended)} runs failed: {said[0] if said else 'no message'}")
        )
    kinds = [kind for kind, pattern in SECRETS if pattern.search(job["command"])]
    if kinds:
        found.append(
            _finding(job, "secret in the command", f"{' and '.join(kinds)}, readable in cron.job and its history")
        )
    for name, url in endpoints.items():
        tail = re.sub(r"^\{\{\w+\}\}", "", url).split("?")[0].rstrip("/")
        if job["active"] and tail and any(called.endswith(tail) for called in urls(job["command"])):
            found.append(_finding(job, "pyorch calls it", f"endpoint {name} calls the same URL under a policy"))
    overlaps = _overlaps(history)
    if overlaps:
        found.append(
            _finding(job, "overlaps", f"{overlaps} of {len(history)} runs began before the one before had ended")
        )
    return found


def _same_urls(jobs: Sequence[Row], history: Mapping[int, list[Row]]) -> list[Finding]:
    """Of the active jobs that call one URL, keep the one that works best; the others can go."""
    callers: dict[str, list[Row]] = defaultdict(list)
    for job in jobs:
        if job["active"]:
            for url in urls(job["command"]):
                callers[url].append(job)
    found = []
    for url, same in sorted(callers.items()):
        if len(same) < 2:
            continue
        keep = max(same, key=lambda job: (_successes(history[job["jobid"]]), -job["jobid"]))
        for job in same:
            if job is not keep:
                found.append(_finding(job, "same URL", f"{_masked(url)} is called by job {keep['jobid']}, too"))
    return found


def _successes(history: Sequence[Row]) -> float:
    ended = [run for run in history if run["status"] in ("succeeded", "failed")]
    return sum(run["status"] == "succeeded" for run in ended) / len(ended) if ended else 0.0


def _overlaps(history: Sequence[Row]) -> int:
    """How many runs began before the one before them had ended."""
    known = sorted((run for run in history if run["start_time"] and run["end_time"]), key=lambda run: run["start_time"])
    return sum(later["start_time"] < earlier["end_time"] for earlier, later in pairwise(known))


def _finding(job: Row, problem: str, evidence: str) -> Finding:
    """A finding with the statement that retires the job: off first, so that it can come back."""
    jobid = job["jobid"]
    statement = f"select cron.alter_job({jobid}, active := false); -- later: select cron.unschedule({jobid});"
    return Finding(jobid, job["jobname"] or f"job {jobid}", problem, evidence, statement)


def _masked(text: str) -> str:
    """The text without anything that looks like a credential."""
    for _, pattern in SECRETS:
        text = pattern.sub("***", text)
    return text
