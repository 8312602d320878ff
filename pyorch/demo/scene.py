"""The scene: the queues are worked off, one worker is killed in the middle of its batch, and all is well in the end."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass, field
from typing import Any, Protocol

from pyorch.demo.stage import SCRAPERS, Stage

# seconds; with the agent's ticks the scene takes about 25, with pg_cron's minutes more; on a slow machine, too
LIMIT = {"agent": 290.0, "pg_cron": 290.0}
# seconds between two looks
PAUSE = 0.2
# items that a worker must have done, and must still hold, to be in the middle
DONE = 20
HELD = 10


class Show(Protocol):
    """Whoever shows the progress."""

    def say(self, text: str) -> None:
        """Something happened."""

    def progress(self, seen: dict[str, Any]) -> None:
        """The counts at this moment."""


class SceneError(Exception):
    """The scene did not come to its end in time; the message has the last counts."""


@dataclass
class Killed:
    """The worker that was killed: its name, and the items that it held."""

    worker: str
    items: list[str]
    vehicles: int
    # items of it that the unlock step has given back
    returned: set[str] = field(default_factory=set)


LOOK = """
    select
      (select count(*) from vehicles_demo.import_queue) as import_items,
      (select count(*) from vehicles_demo.import_queue where status = 'complete') as import_complete,
      (select count(*) from vehicles_demo.import_queue where status = 'processing') as import_processing,
      (select count(*) from vehicles_demo.bat_extraction_queue) as bat_items,
      (select count(*) from vehicles_demo.bat_extraction_queue where status = 'complete') as bat_complete,
      (select count(*) from vehicles_demo.bat_extraction_queue where status = 'processing') as bat_processing,
      (select count(*) from vehicles_demo.vehicles) as vehicles,
      (select count(distinct endpoint) from pyorch.call_log where outcome = 'ok' and endpoint = any (%s)) as scrapers,
      (select coalesce(sum(busy), 0)::int from pyorch.endpoint_status) as busy
"""

# a worker of import_queue that has done some of its items and still holds others
BUSY_WORKER = """
    select q.locked_by, count(*)
      from vehicles_demo.import_queue q
     where q.status = 'processing'
       and q.locked_by like 'import_queue-worker-%%'
       and (select count(*) from vehicles_demo.vehicles v where v.imported_by = q.locked_by) >= %s
     group by q.locked_by
    having count(*) >= %s
     order by count(*) desc
     limit 1
"""


class Scene:
    """Plays on a stage that is built and attached."""

    def __init__(self, stage: Stage, show: Show) -> None:
        self.stage = stage
        self.show = show
        self.killed: Killed | None = None

    def play(self) -> None:
        """Watch until every item is complete; kill one worker on the way.

        Raises:
            SceneError: it takes longer than LIMIT.
            ProcessError: the service or the agent has ended.
        """
        until = time.monotonic() + LIMIT[self.stage.scheduler]
        while True:
            seen = self.look()
            self.show.progress(seen)
            if self.killed is None:
                self._kill_one()
            elif len(self.killed.returned) < len(self.killed.items):
                self._watch_killed(self.killed)
            elif self._is_over(seen):
                return
            self.stage.processes.check()
            if time.monotonic() > until:
                raise SceneError(f"not done after {LIMIT[self.stage.scheduler]:.0f} s: {seen}")
            time.sleep(PAUSE)

    def look(self) -> dict[str, Any]:
        """Return the counts of this moment."""
        cursor = self.stage.db.execute(LOOK, [list(SCRAPERS)])
        assert cursor.description is not None
        row = cursor.fetchone()
        assert row is not None
        return dict(zip((column.name for column in cursor.description), row, strict=True))

    def _is_over(self, seen: dict[str, Any]) -> bool:
        return bool(
            seen["import_complete"] == seen["import_items"]
            and seen["bat_complete"] == seen["bat_items"]
            and seen["scrapers"] == len(SCRAPERS)
            and seen["busy"] == 0
        )

    def _kill_one(self) -> None:
        """Kill a worker in the middle of its batch, and note what it held."""
        found = self.stage.db.execute(BUSY_WORKER.encode(), [DONE, HELD]).fetchone()
        if found is None:
            return
        worker = found[0]
        pid = int(worker.rpartition("-")[2])
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        # its last transaction is rolled back when the server notices that the client is gone
        while self._value("select exists (select from pg_stat_activity where application_name = %s)", worker):
            time.sleep(0.02)
        rows = self.stage.db.execute(
            "select id::text from vehicles_demo.import_queue where status = 'processing' and locked_by = %s", [worker]
        ).fetchall()
        if not rows:
            # it came to the end of its batch at that very moment: another one, then
            return
        made = self._value("select count(*) from vehicles_demo.vehicles where imported_by = %s", worker)
        self.killed = Killed(worker, [item for (item,) in rows], made)
        self.show.say(f"killed {worker} (SIGKILL) in the middle of its batch: {len(rows)} items are stuck with it")

    def _watch_killed(self, killed: Killed) -> None:
        """Note which of the killed worker's items it holds no more: nobody else can have given them back."""
        rows = self.stage.db.execute(
            "select id::text from vehicles_demo.import_queue"
            " where id::text = any (%s) and (status <> 'processing' or locked_by is distinct from %s)",
            [killed.items, killed.worker],
        ).fetchall()
        killed.returned = {item for (item,) in rows}
        if len(killed.returned) == len(killed.items):
            self.show.say(f"unlocked the {len(killed.items)} items of the killed worker: their lease had run out")

    def _value(self, query: str, *arguments: Any) -> Any:
        row = self.stage.db.execute(query.encode(), list(arguments) or None).fetchone()
        return row[0] if row else None
