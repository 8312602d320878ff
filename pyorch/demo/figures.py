"""The figures at the end: read from the database, each with what it must be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row

from pyorch.demo.scene import Killed

Connection = psycopg.Connection[Any]

PENDING = 1026
STUCK = 99
SEEDED = PENDING + STUCK

FIGURES = """
    with item as (
      select 'import_queue' as queue, listing_url, status, created_at from vehicles_demo.import_queue
      union all
      select 'bat_extraction_queue', listing_url, status::text, created_at from vehicles_demo.bat_extraction_queue
    ),
    listing as (
      select i.listing_url, count(v.id) as vehicles
        from item i
        left join vehicles_demo.vehicles v using (listing_url)
       group by i.listing_url
    )
    select
      -- what was seeded is hours old, what the scrapers added is not
      count(*) filter (where queue = 'import_queue' and created_at < now() - interval '1 hour') as seeded,
      count(*) filter (where queue = 'import_queue' and created_at < now() - interval '1 hour'
                         and status = 'complete') as seeded_complete,
      count(*) filter (where queue = 'import_queue' and created_at > now() - interval '1 hour') as scraped,
      count(*) filter (where queue = 'import_queue' and created_at > now() - interval '1 hour'
                         and status = 'complete') as scraped_complete,
      count(*) filter (where queue = 'bat_extraction_queue') as bat,
      count(*) filter (where queue = 'bat_extraction_queue' and status = 'complete') as bat_complete,
      count(*) filter (where status = 'processing') as processing,
      (select count(*) from listing) as listings,
      (select count(*) from listing where vehicles = 1) as listings_with_one_vehicle,
      (select count(*) from vehicles_demo.vehicles) as vehicles
    from item
"""

RUNS = """
    select run_id, source, started_at, duration_ms, success, steps, errors
      from pyorch.run_log
     where run_id >= %s
       and job = 'pyorch_tick'
       and ended_at is not null
     order by run_id
"""

CALLS = """
    select endpoint, count(*) as calls, count(*) filter (where outcome = 'ok') as ok,
           count(*) filter (where outcome <> 'ok') as not_ok,
           max(latency_ms) as slowest_answer_ms, max(work_ms) as longest_work_ms
      from pyorch.call_log
     where endpoint = any (%s)
     group by endpoint
     order by endpoint
"""


@dataclass(frozen=True)
class Figure:
    """One line of the result: what, what was seen, what it must be, whether it is."""

    what: str
    seen: str
    must: str
    ok: bool


@dataclass
class Result:
    """All that the demo has to show."""

    figures: list[Figure]
    runs: list[dict[str, Any]]
    calls: list[dict[str, Any]]
    checks: list[dict[str, Any]]
    orchestrate_ms: list[float]
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether every figure is what it must be."""
        return all(figure.ok for figure in self.figures)


def rows(db: Connection, query: str, *arguments: Any) -> list[dict[str, Any]]:
    """Return the rows of a query as dictionaries."""
    with db.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query.encode(), list(arguments) or None).fetchall()


def figures(db: Connection, first: dict[str, Any], killed: Killed, failed_checks: int) -> list[Figure]:
    """Read the figures.

    Args:
        db: the demo's database.
        first: the answer of the first orchestrate().
        killed: the worker that was killed.
        failed_checks: how many checks of pyorch.verify failed.
    """
    (seen,) = rows(db, FIGURES)
    (mine,) = rows(
        db,
        "select count(*) filter (where status = 'complete' and locked_by is distinct from %s) as complete"
        " from vehicles_demo.import_queue where id::text = any (%s)",
        killed.worker,
        killed.items,
    )
    held = len(killed.items)
    triggered = sorted([*first["scrapers_triggered"], *first["processors_triggered"]])
    return [
        _equal("import_queue: seeded items complete", seen["seeded_complete"], SEEDED),
        _equal("import_queue: items that the scrapers added, complete", seen["scraped_complete"], seen["scraped"], 1),
        _equal("bat_extraction_queue: items complete", seen["bat_complete"], seen["bat"], 1),
        _equal("left in processing", seen["processing"], 0),
        _equal("vehicles, one for each listing", seen["listings_with_one_vehicle"], seen["listings"], 1),
        _equal("vehicles in all", seen["vehicles"], seen["listings"], 1),
        _equal("unlocked in the first run: stuck for an hour", first["unlocked"].get("import_queue"), STUCK),
        _equal("triggered in the first run", len(triggered), 4),
        _equal("unlocked later: held by the worker that was killed", len(killed.returned), held, 1),
        _equal("of those, completed by another worker", mine["complete"], held, 1),
        _equal("checks of pyorch verify that failed", failed_checks, 0),
    ]


def _equal(what: str, seen: Any, must: Any, least: int = 0) -> Figure:
    """Return a figure that must equal another one, and be at least so large."""
    ok = seen == must and must >= least
    return Figure(what, f"{seen:,}" if isinstance(seen, int) else str(seen), f"{must:,}", ok)


def run_lines(runs: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the runs as lines for people: what each step took."""
    return [
        {
            "run": run["run_id"],
            "source": run["source"],
            "started": f"{run['started_at']:%H:%M:%S}",
            "ms": round(run["duration_ms"] or 0, 1),
            "success": run["success"],
            "steps": "  ".join(
                f"{step['name']} {step['ms']:.1f}" if step["state"] == "ok" else f"{step['name']} {step['state']}"
                for step in run["steps"] or []
            ),
        }
        for run in runs
    ]
