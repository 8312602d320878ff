"""procrastinate, as its users run it: python procrastinate_worker.py PEERS schema|work   (database: PG* variables)"""

import asyncio
import sys

import procrastinate

CONCURRENCY = 4
app = procrastinate.App(connector=procrastinate.PsycopgConnector(min_size=CONCURRENCY, max_size=CONCURRENCY + 2))


@app.task(name="work")
async def work(**payload: object) -> None:
    """Do nothing: the queue is measured."""


async def main(what: str) -> None:
    """Make the tables, or work until killed."""
    async with app.open_async():
        if what == "schema":
            await app.schema_manager.apply_schema_async()
        else:
            await app.run_worker_async(concurrency=CONCURRENCY, install_signal_handlers=False)


asyncio.run(main(sys.argv[2]))
