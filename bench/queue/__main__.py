"""Throughput of queues, side by side.  make bench-queue   (or: python -m bench.queue --help)

All peers run on one server of our own, interleaved in a random order, each time on a fresh queue. A ratio is the median
over the rounds of pyorch's figure by the peer's of the same round, with its 95 % bootstrap interval; it is met when the
lower end reaches the target. The last run stays in bench/results/queue.md.
"""

from __future__ import annotations

import argparse
import platform
import random
import statistics
import sys
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

from bench.queue.load import SETTINGS, Measured, Workload, run
from bench.queue.peers import PEERS, pgmq_sql
from tests.servers import Server

RESULTS = Path(__file__).parent.parent / "results" / "queue.md"
WORKLOADS = [
    Workload("one at a time, C = 8"),
    Workload("one at a time, C = 1", clients=1),
    Workload("one at a time, C = 32", clients=32),
    Workload("batches of 50, C = 8", batch=50, items=1_000_000),
    Workload("5,000 in work at the head, C = 8", leased=5000),
    Workload("held snapshot, C = 8", held=True),
    Workload("enqueue 1, C = 8", enqueue=True, items=0),
    Workload("enqueue 100, C = 8", batch=100, enqueue=True, items=0),
]
Figures = dict[tuple[str, str], list[Measured]]


def interval(pairs: list[float]) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of the median of some ratios."""
    chance = random.Random(1)
    medians = sorted(statistics.median(chance.choices(pairs, k=len(pairs))) for _ in range(2000))
    return medians[50], medians[-51]


def report(figures: Figures, loads: list[Workload], peers: list[str], about: str) -> str:
    """Return the page with all tables."""
    lines = ["# Queues side by side", "", about, ""]
    for load in loads:
        lines += [
            f"## {load.name}",
            "",
            "| queue | items/s | min–max | WAL bytes/item | commits/item | pyorch ÷ this |",
        ]
        lines += ["|---|--:|--:|--:|--:|--:|"]
        ours = [m.per_second for m in figures.get((load.name, "pyorch"), [])]
        for peer in peers:
            runs = figures.get((load.name, peer))
            if not runs:
                continue
            speed = [m.per_second for m in runs]
            ratio = "–"
            if ours and peer != "pyorch":
                pairs = [a / b for a, b in zip(ours, speed, strict=False)]
                low, high = interval(pairs)
                ratio = f"{statistics.median(pairs):.2f} ({low:.2f}–{high:.2f})"
            lines.append(
                f"| {peer} | {statistics.median(speed):,.0f} | {min(speed):,.0f}–{max(speed):,.0f}"
                f" | {statistics.median(m.wal_bytes for m in runs):,.0f}"
                f" | {statistics.median(m.commits for m in runs):.2f} | {ratio} |"
            )
        lines.append("")
    return "\n".join(lines)


def main() -> None:
    """Run what was asked for, print and keep the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pg", type=int, default=18)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--peers", default=",".join(peer.name for peer in PEERS))
    parser.add_argument("--only", default="", help="workloads whose name holds this")
    options = parser.parse_args()
    wanted = options.peers.split(",")
    peers = [peer for peer in PEERS if peer.name in wanted and (peer.name != "pgmq" or pgmq_sql())]
    loads = [load for load in WORKLOADS if options.only in load.name]
    figures: Figures = defaultdict(list)
    server = Server(options.pg, settings=dict(SETTINGS))
    try:
        server.start()
        for number in range(options.rounds):
            for load in loads:
                for peer in random.sample(peers, len(peers)):
                    if not (peer.enqueue if load.enqueue else peer.work if load.batch == 1 else peer.work_batch):
                        continue
                    if peer.name == "limit" and (load.leased or load.held):
                        continue
                    got = run(server, peer, load, options.seconds)
                    figures[load.name, peer.name].append(got)
                    sys.stderr.write(f"{number + 1}  {load.name:36} {peer.name:16} {got.per_second:10,.0f}/s\n")
    finally:
        server.remove()
    about = (
        f"{datetime.now(UTC):%Y-%m-%d}, PostgreSQL {options.pg}, {platform.machine()}, {options.rounds} rounds of"
        f" {options.seconds} s, interleaved. " + ", ".join(f"{k} = {v}" for k, v in SETTINGS.items()) + "."
    )
    page = report(figures, loads, [peer.name for peer in peers], about)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(page)
    sys.stdout.write(page)


if __name__ == "__main__":
    main()
