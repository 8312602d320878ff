"""make bench-calls: the agent against pg_net, on one server of PostgreSQL 15, ledger included.

    python -m bench.calls [--rounds 9]

1. calls a second to a fast endpoint, from the commit that decided them to the last outcome in the ledger:
   the agent, pg_net at its default batch of 200, pg_net at a batch of 2,000, one after the other in each round;
2. p99 of a fast endpoint's dispatch-to-arrival while another endpoint sleeps 10 s, over its value without;
3. enqueue to arrival with wake_at_once (agent);
4. whether the transport's sessions hold a transaction, and with it xmin, while a call is in flight.

Timings of two processes are compared by the wall clock of one machine. fsync is on, as it would be. A ratio is met when
the far end of its 95 % bootstrap interval over the rounds reaches the bound.
"""

from __future__ import annotations

import argparse
import statistics
import sys

from bench.carriers import Bench
from bench.report import Report, percentile, ratio_interval
from tests.agents import AgentProcess
from tests.conftest import INSTALL
from tests.http_receiver import Receiver
from tests.servers import CRON_DATABASE, NoServerError, Server

AGENT_CALLS = 8000
# bursts of pg_net, by its batch size: some seconds each
NET_CALLS = {200: 600, 2000: 6000}
# the agent's rate over pg_net's, at least
WANTED_OVER = {200: 8.0, 2000: 1.0}
WANTED_BESIDE = 1.5
WANTED_P50_MS, WANTED_P99_MS = 20.0, 100.0
# 50 calls a second for so long: at least 200 samples
DELAY_SECONDS = 4.5
WAKES = 300


def rates(bench: Bench, report: Report, rounds: int, batch: int | None) -> None:
    """Bursts of calls: the agent and pg_net at one batch size in turn; the agent alone without pg_net.

    pg_net is restarted once for each batch size: one that starts again and again counts as broken.
    """
    if batch is not None:
        bench.net_batch(batch)
    agent, net = [], []
    for _ in range(rounds):
        bench.carry("agent")
        agent.append(bench.throughput(AGENT_CALLS))
        if batch is not None:
            bench.carry("pg_net")
            net.append(bench.throughput(NET_CALLS[batch]))
    for name, values in (("agent", agent), (f"pg_net at {batch}", net)):
        if values:
            spread = f"({min(values):,.0f}–{max(values):,.0f})"
            report.say(f"{name}: median {statistics.median(values):,.0f} calls/s {spread} of {len(values)}")
            report.keep(f"{name}, beside {batch}: calls/s", values=[round(value) for value in values])
    if batch is not None:
        over, low, high = ratio_interval(net, agent)
        line = f"agent over pg_net at {batch}: {over:.2f} ({low:.2f}–{high:.2f}), wanted ≥ {WANTED_OVER[batch]}"
        report.say(line)
        report.keep(f"agent over pg_net at {batch}", ratio=over, low=low, high=high)
        report.must(line, low >= WANTED_OVER[batch])


def slowness(bench: Bench, report: Report, transport: str, rounds: int) -> None:
    """p99 of dispatch to arrival without and beside an endpoint that sleeps."""
    bench.carry(transport)
    without, beside = [], []
    for _ in range(rounds):
        without.append(percentile(bench.delays(DELAY_SECONDS, slow=False), 0.99))
        beside.append(percentile(bench.delays(DELAY_SECONDS, slow=True), 0.99))
    ratio, low, high = ratio_interval(without, beside)
    line = (
        f"{transport}: p99 {statistics.median(without):.1f} ms, beside an endpoint that sleeps 10 s "
        f"{statistics.median(beside):.1f} ms: {ratio:.2f} × ({low:.2f}–{high:.2f})"
    )
    report.say(line)
    report.keep(f"{transport}: p99 beside a slow endpoint", without=without, beside=beside, low=low, high=high)
    if transport == "agent":
        report.must(f"{line}, wanted ≤ {WANTED_BESIDE}", high <= WANTED_BESIDE)


def wakes(bench: Bench, report: Report) -> None:
    """Enqueue to arrival, when the work wakes its processor."""
    bench.carry("agent")
    delays = bench.wake(WAKES)
    p50, p99 = percentile(delays, 0.5), percentile(delays, 0.99)
    line = f"agent: enqueue to arrival p50 {p50:.1f} ms, p99 {p99:.1f} ms of {len(delays)}"
    report.say(line)
    report.keep("agent: enqueue to arrival", p50=p50, p99=p99, samples=len(delays))
    report.must(
        f"{line}, wanted ≤ {WANTED_P50_MS} and ≤ {WANTED_P99_MS}", p50 <= WANTED_P50_MS and p99 <= WANTED_P99_MS
    )


def holding(bench: Bench, report: Report, transport: str) -> None:
    """Whether xmin is held while a call is in flight."""
    bench.carry(transport)
    held, samples = bench.held(transport)
    line = f"{transport}: xmin held while a call is in flight: {held} of {samples} samples"
    report.say(line)
    report.keep(f"{transport}: xmin held", held=held, samples=samples)
    if transport == "agent":
        report.must(f"{line}, wanted 0", held == 0)


def measure(server: Server, report: Report, rounds: int) -> None:
    extension = server.has("pg_net")
    if extension:
        server.psql(CRON_DATABASE, "-c", "create extension pg_net")
    else:
        report.say(f"pg_net is not installed on PostgreSQL {server.version}: its figures are left out")
    server.psql(CRON_DATABASE, "-1", "-f", INSTALL)
    with Receiver.start("--lean") as receiver:
        bench = Bench(server.dsn(CRON_DATABASE), receiver)
        agent = AgentProcess(bench.dsn).ready()
        try:
            bench.carry("agent")
            bench.throughput(500)
            for batch in NET_CALLS if extension else [None]:
                rates(bench, report, rounds, batch)
            slowness(bench, report, "agent", rounds)
            wakes(bench, report)
            holding(bench, report, "agent")
        finally:
            agent.stop()
        if extension:
            bench.net_batch(200)
            slowness(bench, report, "pg_net", 1)
            holding(bench, report, "pg_net")


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.calls")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--pg", type=int, default=15, help="major version of PostgreSQL (pg_net must be there)")
    given = parser.parse_args()
    report = Report("calls", given)
    try:
        server = Server(given.pg, settings={"fsync": "on", "full_page_writes": "on", "max_wal_size": "'4GB'"})
    except NoServerError as why:
        print(why, file=sys.stderr)
        return 2
    try:
        server.start()
        report.server(server)
        measure(server, report, given.rounds)
        return report.end()
    finally:
        server.remove()


if __name__ == "__main__":
    sys.exit(main())
