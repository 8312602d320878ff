"""Throughput of queues, side by side.  make bench-queue   (or: python -m bench.queue --help)

All queues run on one server of our own, in a random order within each round. Each run works on a fresh copy of a filled
database, but for the workloads that keep their depth. What is not on this machine is fetched into bench/.peers; what
cannot be had is left out and named. The figures stay in bench/results/queue.json and queue.md; a run of some workloads
(--only, --targets) replaces theirs alone. A try with other rounds, seconds or peers keeps nothing.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import sys
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import psycopg

from bench.queue.databases import Databases
from bench.queue.loads import MOST_ROUNDS, ROUNDS, WORKLOADS, Workload, has_target
from bench.queue.peers import PEERS, Peer
from bench.queue.registries import AbsentError, pgmq_sql, versions, worker_command
from bench.queue.results import ENOUGH, Results
from bench.queue.run import Measured, run
from pyorch import __version__
from tests.servers import Server

SETTINGS = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "shared_buffers": "1GB",
    "max_wal_size": "8GB",
    "max_connections": "200",
    "autovacuum": "on",
}
Cell = tuple[Workload, Peer]


def parse() -> argparse.Namespace:
    """Return the options."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pg", type=int, default=18)
    parser.add_argument("--targets", action="store_true", help="only what has a target")
    parser.add_argument(
        "--only",
        default="",
        help="only these groups, comma separated: " + ", ".join(sorted({w.group for w in WORKLOADS})),
    )
    parser.add_argument("--rounds", type=int, help="of each workload, instead of 9, 3, 2 or 1, and no more")
    parser.add_argument("--seconds", type=int, help="of each run, instead of 5, 10, 60 or 90")
    parser.add_argument("--peers", help="comma separated: " + ",".join(peer.name for peer in PEERS))
    return parser.parse_args()


def cells(options: argparse.Namespace, peers: list[Peer]) -> list[Cell]:
    """Return which queue takes part in which workload."""
    return [
        (load, peer)
        for load in WORKLOADS
        for peer in peers
        if (not options.only or load.group in options.only.split(","))
        and (not load.peers or peer.name in load.peers)
        and (not options.targets or has_target(load, peer.name))
        and peer.script(load)
    ]


def rounds(options: argparse.Namespace, cell: Cell) -> int:
    """Return how often a cell is run."""
    load, peer = cell
    targeted, other = ROUNDS[load.rounds]
    return options.rounds or (targeted if has_target(load, peer.name) else other)


def due(
    options: argparse.Namespace, turns: list[Cell], results: Results, number: int, before: list[Cell]
) -> list[Cell]:
    """Return what runs in this round: each as often as it should, then the sides of undecided targets, nine by nine."""
    if number < max(rounds(options, cell) for cell in turns) or options.rounds:
        return [cell for cell in turns if number < rounds(options, cell)]
    if number % ENOUGH == 0:
        longer = results.undecided()
        return [(load, peer) for load, peer in turns if (load.name, peer.name) in longer]
    return before if number > ENOUGH else []


def about(server: Server, pg: int) -> dict[str, Any]:
    """Return the versions and settings of this run."""
    with psycopg.connect(server.dsn("postgres")) as db:
        row = db.execute("show server_version").fetchone()
    return {
        "at": f"{datetime.now(UTC):%Y-%m-%d %H:%M}",
        "pyorch": __version__,
        "PostgreSQL": row[0] if row else pg,
        "Python": platform.python_version(),
        "machine": f"{platform.machine()} with {os.cpu_count()} CPUs",
        **versions(),
        **SETTINGS,
    }


def here(options: argparse.Namespace, absent: dict[str, str]) -> list[Peer]:
    """Return the peers that are wanted and can be had; the others are noted in `absent`, with the reason."""
    wanted = options.peers.split(",") if options.peers else [peer.name for peer in PEERS]
    found = []
    for peer in PEERS:
        try:
            if peer.name in wanted:
                if peer.needs == "pgmq":
                    pgmq_sql()
                if peer.worker:
                    worker_command(peer.worker, "work")
                found.append(peer)
        except AbsentError as why:
            note_absent(absent, peer, why)
    return found


def say(line: str) -> None:
    """Print a line at once."""
    sys.stderr.write(line + "\n")


def main() -> int:
    """Run what was asked for, print and keep the tables; 1 when a target was missed."""
    options = parse()
    absent: dict[str, str] = {}
    todo = cells(options, here(options, absent))
    results = Results(kept=not (options.rounds or options.seconds or options.peers))
    server = Server(options.pg, settings=dict(SETTINGS))
    try:
        server.start()
        databases = Databases(server)
        run_about = about(server, options.pg)
        for _, group in groupby(todo, lambda cell: cell[0].group):
            turns = list(group)
            for load in dict.fromkeys(load for load, _ in turns):
                seconds = options.seconds or load.seconds
                results.begin(load.name, {"run": run_about, "absent": absent, "seconds": seconds})
            turn: list[Cell] = []
            for number in range(MOST_ROUNDS):
                if number > 0 and number % ENOUGH == 0:
                    # what comes now may take long, and be broken off
                    results.write()
                turn = due(options, turns, results, number, turn)
                for load, peer in random.sample(turn, len(turn)):
                    if peer.name in absent:
                        continue
                    last = number == rounds(options, (load, peer)) - 1
                    try:
                        got = run(server, databases, peer, load, options.seconds or load.seconds, explain=last)
                    except AbsentError as why:
                        note_absent(absent, peer, why)
                        continue
                    results.add(load.name, peer.name, got)
                    tell(number, load, peer, got)
            results.write()
    finally:
        server.remove()
    sys.stdout.write(results.page())
    return int(bool(results.missed()))


def note_absent(absent: dict[str, str], peer: Peer, why: AbsentError) -> None:
    """Leave a peer out, and name it."""
    absent[peer.name] = str(why)
    say(f"left out: {peer.name} ({why})")


def tell(number: int, load: Workload, peer: Peer, got: Measured) -> None:
    """Print one figure."""
    cpu = "" if got.cpu_us is None else f"{got.cpu_us:8,.0f} µs"
    say(f"{datetime.now():%H:%M:%S} {number + 1} {load.name:42} {peer.name:16} {got.rate:10,.0f}/s {cpu}")


if __name__ == "__main__":
    sys.exit(main())
