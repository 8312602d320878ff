"""pg_cron in another database: the same desired jobs, brought there over its own connection."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import psycopg

from pyorch.errors import PyorchError

Connection = psycopg.Connection[Any]


def knows_seconds(there: Connection) -> bool:
    """Whether this pg_cron knows '10 seconds' (1.5 and newer); raises PyorchError where there is no pg_cron."""
    row = there.execute("select extversion from pg_catalog.pg_extension where extname = 'pg_cron'").fetchone()
    if row is None:
        raise PyorchError(
            f'pg_cron is not in database "{there.info.dbname}"',
            hint="Name the database of cron.database_name; there: create extension pg_cron;",
            sqlstate="PY017",
        )
    # Debian calls its own "1.4-1"
    return [int(number) for number in re.findall(r"\d+", row[0])[:2]] >= [1, 5]


def reconcile(there: Connection, wanted: Sequence[Mapping[str, Any]], database: str) -> list[dict[str, str]]:
    """Schedule what is wanted, correct what drifted, remove what is not wanted any more.

    Args:
        there: the database where pg_cron lives.
        wanted: ``{"job", "schedule", "command"}``, schedules in the words of this pg_cron.
        database: where the jobs shall run.

    Returns:
        ``{"job", "done"}`` for each job: scheduled | changed | as it should be | removed.
    """
    done = []
    with there.transaction():
        rows = there.execute(
            "select jobname, jobid, schedule, command, active from cron.job"
            " where database = %s and starts_with(jobname, 'pyorch_') and username = current_user order by jobid",
            [database],
        ).fetchall()
        live = {name: facts for name, *facts in rows if name.endswith(f"_{database}")}
        names = {_name(job["job"], database): job for job in wanted}
        for name, job in names.items():
            should = [job["schedule"], job["command"], True]
            if name not in live or live[name][1:] != should:
                if name in live:
                    there.execute("select cron.unschedule(%s::bigint)", [live[name][0]])
                there.execute(
                    "select cron.schedule_in_database(%s, %s, %s, %s)",
                    [name, job["schedule"], job["command"], database],
                )
                done.append({"job": name, "done": "changed" if name in live else "scheduled"})
            else:
                done.append({"job": name, "done": "as it should be"})
        for name in sorted(live.keys() - names.keys()):
            there.execute("select cron.unschedule(%s::bigint)", [live[name][0]])
            done.append({"job": name, "done": "removed"})
    return done


def unschedule(there: Connection, database: str) -> int:
    """Remove our jobs for that database; returns how many there were."""
    return len(
        there.execute(
            "select cron.unschedule(jobid) from cron.job where database = %s and username = current_user"
            " and starts_with(jobname, 'pyorch_') and right(jobname, length(%s) + 1) = '_' || %s",
            [database, database, database],
        ).fetchall()
    )


def _name(job: str, database: str) -> str:
    """One pg_cron serves many databases, and a job's name is unique for its role: the database tells them apart."""
    return f"{job}_{database}"
