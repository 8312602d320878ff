"""One worker process: what runs behind a processor endpoint after it has answered 202.

    python worker.py QUEUE --call-id 17 --batch 50        (DSN from $DEMO_DSN)

Claims a batch, fetches each item's page over HTTP, makes the vehicle and completes the item in one transaction, keeps
its leases alive by heartbeats, and stops before its wall clock, giving back what it has not begun.
"""

from __future__ import annotations

import argparse
import http.client
import os
import signal
import sys
import time
from types import FrameType
from urllib.parse import urlsplit

import psycopg
from pages import Listing, PageError, parse

# seconds that one worker may run, as an edge function has them; the endpoint's max_busy stands a little above
WALL_CLOCK = float(os.environ.get("DEMO_WALL_CLOCK", "12"))
# seconds between heartbeats; the lease of the demo's queues is 5 seconds
HEARTBEAT = 1.5

INSERT = """
    insert into vehicles_demo.vehicles (
      listing_url, title, make, model, year, origin, cylinders, horsepower, weight_lbs, miles_per_gallon,
      price_usd, imported_by
    )
    values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


class Pages:
    """Fetches pages over one kept-alive HTTP connection."""

    def __init__(self) -> None:
        self._connection: http.client.HTTPConnection | None = None

    def fetch(self, url: str) -> str:
        """Return a page's text.

        Raises:
            PageError: the answer was not 200, or there was none.
        """
        parts = urlsplit(url)
        if self._connection is None:
            self._connection = http.client.HTTPConnection(parts.netloc, timeout=5)
        try:
            self._connection.request("GET", parts.path)
            answer = self._connection.getresponse()
            text = answer.read().decode()
        except (OSError, http.client.HTTPException) as why:
            self._connection.close()
            self._connection = None
            raise PageError(f"{url}: {why}") from why
        if answer.status != 200:
            raise PageError(f"{url}: HTTP {answer.status}")
        return text


class Worker:
    """Works on one queue for one call."""

    def __init__(self, dsn: str, queue: str, call_id: int | None) -> None:
        self.queue = queue
        self.call_id = call_id
        self.name = f"{queue}-worker-{os.getpid()}"
        self.stop_at = time.monotonic() + WALL_CLOCK
        self.db = psycopg.connect(dsn, autocommit=True, application_name=self.name)
        self.pages = Pages()

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """Ask the worker to stop before the next item (also the handler of SIGTERM)."""
        self.stop_at = 0

    def run(self, batch: int) -> None:
        """Work until the queue has nothing more, or the time is over; then say that this call is finished."""
        while self._has_time():
            items = self.db.execute(
                "select receipt, payload ->> 'listing_url' from pyorch.claim(%s, %s, %s)",
                [self.queue, self.name, batch],
            ).fetchall()
            if not items:
                break
            self._work(dict(items))
        if self.call_id is not None:
            self.db.execute("select pyorch.finish_call(%s)", [self.call_id])
        self.db.close()

    def _has_time(self) -> bool:
        return time.monotonic() < self.stop_at

    def _work(self, urls: dict[str, str]) -> None:
        """Work off one claimed batch: receipts and the addresses of their pages."""
        beat = time.monotonic()
        while urls and self._has_time():
            if time.monotonic() - beat > HEARTBEAT:
                held = self.db.execute("select pyorch.heartbeat(%s, %s)", [self.queue, list(urls)]).fetchall()
                # who is not named lost its lease: someone else has the item now
                urls = {receipt: urls[receipt] for (receipt,) in held}
                beat = time.monotonic()
                continue
            receipt, url = urls.popitem()
            try:
                self._import(receipt, url, parse(self.pages.fetch(url)))
            except PageError as why:
                self.db.execute(
                    "select pyorch.fail(%s, %s, %s, retry_in => interval '1 second')",
                    [self.queue, [receipt], str(why)],
                )
            except psycopg.Error as why:
                # PY005, a stale receipt: the vehicle was rolled back, so that its new owner makes the one that counts
                if why.sqlstate != "PY005":
                    raise
        if urls:
            self.db.execute("select pyorch.release(%s, %s)", [self.queue, list(urls)])

    def _import(self, receipt: str, url: str, car: Listing) -> None:
        """Make the vehicle and complete the item: both or neither."""
        with self.db.transaction():
            self.db.execute(
                INSERT,
                [
                    url,
                    car.title,
                    car.make,
                    car.model,
                    car.year,
                    car.origin,
                    car.cylinders,
                    car.horsepower,
                    car.weight_lbs,
                    car.miles_per_gallon,
                    car.price_usd,
                    self.name,
                ],
            )
            self.db.execute("select pyorch.complete(%s, %s, strict => true)", [self.queue, [receipt]])


def main(arguments: list[str]) -> None:
    """Read the command line and work."""
    parser = argparse.ArgumentParser(description="work on one queue of the vehicles example")
    parser.add_argument("queue")
    parser.add_argument("--call-id", type=int, help="the call to finish at the end (header Pyorch-Call)")
    parser.add_argument("--batch", type=int, default=25, help="items for each claim")
    given = parser.parse_args(arguments)
    worker = Worker(os.environ["DEMO_DSN"], given.queue, given.call_id)
    signal.signal(signal.SIGTERM, worker.stop)
    worker.run(given.batch)


if __name__ == "__main__":
    main(sys.argv[1:])
