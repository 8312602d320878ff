"""The team's HTTP service: two scrapers, two processors, and the listing pages that the workers read.

    DEMO_DSN=… DEMO_SERVICE_KEY=… python service.py --port 8099

Prints its address as its first line, then serves until SIGTERM.
"""

from __future__ import annotations

import argparse
import asyncio
import hmac
import os
import signal
import sys
from pathlib import Path

import psycopg
from aiohttp import web
from pages import cars, page

# listings that the scrapers find, beyond those already in the queues
NEW_AUCTIONS = range(121, 161)
NEW_LISTINGS = range(1126, 1151)
NEW_INVENTORY = range(1151, 1201)
# seconds that a listing's page takes, as pages elsewhere do
PAGE_LATENCY = 0.012
# every so many listings, the page fails at its first request: what a retry is for
FLAKY_EVERY = 100

# listing_url is unique in both tables, so a scraper may run twice
ADD = "insert into vehicles_demo.{} (listing_url) select unnest(%s::text[]) on conflict do nothing"


class Service:
    """State of the service: who may call it, its database, its worker processes."""

    def __init__(self, dsn: str, key: str) -> None:
        self.dsn = dsn
        self.key = key.encode()
        self.site = ""
        self.seen: set[str] = set()
        self.workers: set[asyncio.Task[int]] = set()
        self.processes: list[asyncio.subprocess.Process] = []

    def routes(self) -> list[web.RouteDef]:
        """Return the paths that are served."""
        return [
            web.get("/{kind:listings|auctions}/{number:\\d+}", self.show_page),
            web.post("/sync-active-auctions", self.sync_active_auctions),
            web.post("/extract-all-orgs-inventory", self.extract_all_orgs_inventory),
            web.post("/process-import-queue-fast", self.process_import_queue),
            web.post("/process-bat-extraction-queue", self.process_bat_extraction_queue),
        ]

    @web.middleware
    async def check_key(self, request: web.Request, handler: web.Handler) -> web.StreamResponse:
        """Let POSTs through that show the service key; compared in constant time."""
        given = request.headers.get("apikey", "").encode()
        if request.method == "POST" and not hmac.compare_digest(given, self.key):
            raise web.HTTPUnauthorized
        return await handler(request)

    async def show_page(self, request: web.Request) -> web.Response:
        """Answer with the page of a listing."""
        await asyncio.sleep(PAGE_LATENCY)
        number = int(request.match_info["number"])
        if number % FLAKY_EVERY == 0 and request.path not in self.seen:
            self.seen.add(request.path)
            raise web.HTTPServiceUnavailable
        return web.Response(text=page(number), content_type="text/html")

    async def sync_active_auctions(self, request: web.Request) -> web.Response:
        """Scraper: finds auctions, and a few listings beside them."""
        return await self._add(
            {"bat_extraction_queue": ("auctions", NEW_AUCTIONS), "import_queue": ("listings", NEW_LISTINGS)}
        )

    async def extract_all_orgs_inventory(self, request: web.Request) -> web.Response:
        """Scraper: finds what dealers offer."""
        return await self._add({"import_queue": ("listings", NEW_INVENTORY)})

    async def process_import_queue(self, request: web.Request) -> web.Response:
        """Processor of import_queue."""
        return await self._start_worker("import_queue", request)

    async def process_bat_extraction_queue(self, request: web.Request) -> web.Response:
        """Processor of bat_extraction_queue."""
        return await self._start_worker("bat_extraction_queue", request)

    async def _add(self, found: dict[str, tuple[str, range]]) -> web.Response:
        added = {}
        async with await psycopg.AsyncConnection.connect(self.dsn, autocommit=True) as db:
            for queue, (path, numbers) in found.items():
                urls = [f"{self.site}/{path}/{number}" for number in numbers]
                added[queue] = (await db.execute(ADD.format(queue), [urls])).rowcount
        return web.json_response({"added": added})

    async def _start_worker(self, queue: str, request: web.Request) -> web.Response:
        """Answer 202 at once; the work goes on in a process of its own, which ends with finish_call."""
        asked = await request.json()
        worker = await asyncio.create_subprocess_exec(
            sys.executable,
            str(Path(__file__).with_name("worker.py")),
            queue,
            "--call-id",
            request.headers["Pyorch-Call"],
            "--batch",
            str(asked.get("batch", 25)),
            env={**os.environ, "DEMO_DSN": self.dsn},
        )
        self.processes.append(worker)
        waiting = asyncio.create_task(worker.wait())
        self.workers.add(waiting)
        waiting.add_done_callback(self.workers.discard)
        return web.json_response({"worker": worker.pid}, status=202)

    async def stop(self) -> None:
        """Ask the workers that still run to stop, and wait for them."""
        for worker in self.processes:
            if worker.returncode is None:
                worker.terminate()
        if self.workers:
            await asyncio.wait(self.workers, timeout=5)


async def serve(port: int) -> None:
    """Serve on 127.0.0.1 until SIGTERM; port 0 picks a free one."""
    # without them every listing would fail, and its item end dead
    cars()
    service = Service(os.environ["DEMO_DSN"], os.environ["DEMO_SERVICE_KEY"])
    app = web.Application(middlewares=[service.check_key])
    app.add_routes(service.routes())
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    service.site = f"http://127.0.0.1:{runner.addresses[0][1]}"
    print(service.site, flush=True)
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    await ended.wait()
    await service.stop()
    await runner.cleanup()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="the HTTP service of the vehicles example")
    parser.add_argument("--port", type=int, default=0)
    asyncio.run(serve(parser.parse_args().port))
