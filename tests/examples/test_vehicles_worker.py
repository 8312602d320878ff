"""examples/vehicles/worker.py: what a worker leaves behind, however its item ends."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import psycopg
import pytest

from tests.conftest import ROOT, Clock

EXAMPLE = ROOT / "examples" / "vehicles"


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The worker's module, imported beside its pages as the process does it."""
    monkeypatch.syspath_prepend(str(EXAMPLE))
    spec = importlib.util.spec_from_file_location("vehicles_worker", EXAMPLE / "worker.py")
    assert spec is not None and spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, loaded)
    spec.loader.exec_module(loaded)
    return loaded


@pytest.fixture
def queue(db: psycopg.Connection) -> psycopg.Connection:
    """The team's tables with three listings, attached; the pages are nowhere."""
    db.execute((EXAMPLE / "tables.sql").read_bytes())
    db.execute(
        "insert into vehicles_demo.import_queue (listing_url) select 'http://127.0.0.1:9/listings/' || n"
        " from generate_series(1, 3) n"
    )
    db.execute("""select pyorch.attach_queue('import_queue', 'vehicles_demo.import_queue', '{"lease": "5 seconds"}')""")
    return db


@pytest.fixture
def worker(module: ModuleType, queue: psycopg.Connection, dsn: str) -> Iterator[Callable[[], Any]]:
    """Make workers whose pages come from pages.page, without HTTP."""
    made = []

    class Pages:
        def fetch(self, url: str) -> str:
            return str(module_pages.page(int(url.rpartition("/")[2])))

    module_pages = sys.modules["pages"]

    def make() -> Any:
        one = module.Worker(dsn, "import_queue", None)
        one.pages = Pages()
        made.append(one)
        return one

    yield make
    for one in made:
        one.db.close()


def states(db: psycopg.Connection) -> list[tuple[str, int]]:
    return db.execute(
        "select status, count(*) from vehicles_demo.import_queue group by status order by status"
    ).fetchall()


def vehicles(db: psycopg.Connection) -> int:
    row = db.execute("select count(*) from vehicles_demo.vehicles").fetchone()
    assert row is not None
    return int(row[0])


def test_every_item_becomes_one_vehicle(queue: psycopg.Connection, worker: Callable[[], Any]) -> None:
    worker().run(2)
    assert states(queue) == [("complete", 3)]
    assert vehicles(queue) == 3


def test_a_page_that_cannot_be_read_fails_its_item_with_the_reason(
    queue: psycopg.Connection, worker: Callable[[], Any], module: ModuleType
) -> None:
    one = worker()
    one.pages = module.Pages()
    one.run(2)
    assert vehicles(queue) == 0
    reasons = queue.execute("select distinct status, error_message from vehicles_demo.import_queue").fetchall()
    assert {status for status, _ in reasons} == {"pending"}
    assert all("refused" in reason for _, reason in reasons)


def test_a_worker_that_lost_its_lease_rolls_its_vehicle_back(
    queue: psycopg.Connection, worker: Callable[[], Any], module: ModuleType, clock: Clock
) -> None:
    slow, other = worker(), worker()
    for one in (slow, other):
        one.db.execute("select set_config('pyorch.fake_now', %s, false)", [clock.now])
    claimed = dict(
        slow.db.execute(
            "select receipt, payload ->> 'listing_url' from pyorch.claim('import_queue', 'slow', 3)"
        ).fetchall()
    )
    now = clock.advance("6 seconds")
    for one in (slow, other):
        one.db.execute("select set_config('pyorch.fake_now', %s, false)", [now])
    queue.execute("select pyorch.unlock()")
    other.run(10)
    assert vehicles(queue) == 3
    slow._work(claimed)
    assert vehicles(queue) == 3
    assert states(queue) == [("complete", 3)]


def test_a_worker_without_time_gives_back_what_it_has_claimed(
    queue: psycopg.Connection, worker: Callable[[], Any]
) -> None:
    one = worker()
    claimed = one.db.execute("select receipt, '' from pyorch.claim('import_queue', 'w', 3)").fetchall()
    one.stop()
    one._work(dict(claimed))
    assert states(queue) == [("pending", 3)]
    assert vehicles(queue) == 0
