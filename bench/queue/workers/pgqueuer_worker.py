"""pgqueuer, as its users run it: python pgqueuer_worker.py PEERS schema|work   (database: PG* variables)"""

import sys

import asyncpg
import uvloop
from pgqueuer import AsyncpgDriver, PgQueuer, Queries

BATCH = 50


async def main(what: str) -> None:
    """Make the tables, or work until killed."""
    driver = AsyncpgDriver(await asyncpg.connect())
    if what == "schema":
        await Queries(driver).install()
        return
    pgq = PgQueuer(driver)

    @pgq.entrypoint("work")
    async def work(job: object) -> None:
        """Do nothing: the queue is measured."""

    await pgq.run(batch_size=BATCH)


uvloop.run(main(sys.argv[2]))
