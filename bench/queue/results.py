"""The figures of bench-queue: kept as JSON by workload, shown as a page of tables, judged against the targets."""

from __future__ import annotations

import dataclasses
import json
import statistics
from typing import Any

from bench.queue.loads import LIMIT, TARGETS, WORKLOADS, Side, Target
from bench.queue.peers import PEERS
from bench.queue.run import Measured
from bench.report import RESULTS, ratio_interval

PAGE, FIGURES = RESULTS / "queue.md", RESULTS / "queue.json"
OURS = "pyorch"
ORDER = [peer.name for peer in PEERS]
# with fewer pairs an interval says little
ENOUGH = 9
# what a claim may touch at most
PAGES = 30
# a run of this length has a first and a last 10 s worth telling apart
LONG = 30


class Results:
    """What was measured so far: by workload and peer, one figure for each round (null: it took no part)."""

    def __init__(self, kept: bool) -> None:
        """kept: begin with what earlier runs have kept, and keep what is added."""
        self._kept = kept
        self.workloads: dict[str, dict[str, Any]] = {}
        if kept and FIGURES.exists():
            self.workloads = json.loads(FIGURES.read_text())

    def begin(self, workload: str, about: dict[str, Any]) -> None:
        """Forget the earlier figures of a workload; about: date, settings, versions, rounds of this run."""
        self.workloads[workload] = {"about": about, "peers": {}}

    def add(self, workload: str, peer: str, got: Measured) -> None:
        """Note the figure of one round."""
        self.workloads[workload]["peers"].setdefault(peer, []).append(dataclasses.asdict(got))

    def write(self) -> None:
        """Write the figures and the page."""
        if self._kept:
            RESULTS.mkdir(exist_ok=True)
            FIGURES.write_text(json.dumps(self.workloads, indent=1) + "\n")
            PAGE.write_text(self.page())

    def values(self, side: Side) -> list[float]:
        """Return the rates of one side of a ratio, a round each."""
        rounds = self.workloads.get(side.workload, {}).get("peers", {}).get(side.peer, [])
        return [one[side.part or "rate"] for one in rounds]

    def missed(self) -> list[str]:
        """Return the targets that were measured and not met."""
        missed = [t.text for t in TARGETS if (judged := self._judge(t)) and judged[2].startswith("missed")]
        return missed + [f"pages of a claim: {name}" for name, pages in self._single().items() if pages[1] > PAGES]

    def undecided(self) -> set[tuple[str, str]]:
        """Return the sides, workload and peer, of the targets that enough pairs have not decided."""
        open_ = [t for t in TARGETS if (judged := self._judge(t)) and judged[2] == "undecided"]
        return {(side.workload, side.peer) for t in open_ for side in (t.ours, t.base)}

    def page(self) -> str:
        """Return everything as Markdown."""
        lines = ["# Queues side by side", "", *self._about(), "## Targets", ""]
        lines += [
            "A ratio is that of the medians of runs that took turns, with the 95 % bootstrap interval of their pairs.",
            f"It is met when the lower end reaches the target; with fewer than {ENOUGH} pairs: so far.",
            "",
        ]
        lines += ["| ratio | measured | pairs | target | goal | |", "|---|--:|--:|--:|--:|---|"]
        for target in (*TARGETS, LIMIT):
            if judged := self._judge(target):
                ratio, pairs, verdict = judged
                least = "–" if target is LIMIT else f"{target.least} ×"
                goal = target.least if target is LIMIT else target.goal
                lines.append(
                    f"| {target.text} | {ratio} | {pairs} | {least} | {f'{goal} ×' if goal else '–'} | {verdict} |"
                )
        lines += ["", *self._about_pages(), ""]
        for load in WORKLOADS:
            if load.name in self.workloads:
                lines += self._table(load.name, long=load.seconds >= LONG)
        return "\n".join(lines)

    def _pages(self, workload: str, peer: str) -> tuple[int, int] | None:
        rounds = self.workloads[workload]["peers"].get(peer, [])
        return next((tuple(one["pages"]) for one in rounds if one["pages"]), None)

    def _single(self) -> dict[str, tuple[int, int]]:
        """The pages of a claim of one item of ours, by workload."""
        names = [load.name for load in WORKLOADS if load.batch == 1 and load.name in self.workloads]
        return {name: pages for name in names if (pages := self._pages(name, OURS))}

    def _about_pages(self) -> list[str]:
        single = self._single()
        if not single:
            return []
        verdict = "missed" if any(pages[1] > PAGES for pages in single.values()) else "met"
        return [
            f"A claim of one item touches at most {PAGES} pages in 99 of 100 claims: {verdict}. "
            + "; ".join(f"{name}: {middle} ({most})" for name, (middle, most) in single.items())
            + "."
        ]

    def _ratio(self, ours: Side, base: Side) -> str:
        mine, other = self.values(ours), self.values(base)
        pairs = min(len(mine), len(other))
        return "{:.2f} ({:.2f}–{:.2f})".format(*ratio_interval(other[:pairs], mine[:pairs])) if pairs else "–"

    def _judge(self, target: Target) -> tuple[str, int, str] | None:
        ours, base = self.values(target.ours), self.values(target.base)
        pairs = min(len(ours), len(base))
        if not pairs:
            return None
        _, low, high = ratio_interval(base[:pairs], ours[:pairs])
        verdict = "met" if low >= target.least else "missed" if high < target.least else "undecided"
        if pairs < ENOUGH:
            verdict += " so far"
        return self._ratio(target.ours, target.base), pairs, verdict

    def _table(self, workload: str, long: bool) -> list[str]:
        parts = ["first 10 s", "last 10 s"] if long else []
        head = [
            "queue",
            "items/s",
            "min–max",
            "pyorch ÷ this",
            *parts,
            "CPU µs/item",
            "WAL B/item",
            "commits/item",
            "pages/claim (p99)",
        ]
        lines = [f"## {workload}", "", f"| {' | '.join(head)} |", "|---" + "|--:" * (len(head) - 1) + "|"]
        measured = self.workloads[workload]["peers"]
        for peer in sorted(measured, key=ORDER.index):
            rounds = measured[peer]
            rates = [one["rate"] for one in rounds]
            cells = [peer, f"{statistics.median(rates):,.0f}", f"{min(rates):,.0f}–{max(rates):,.0f}"]
            cells.append("–" if peer == OURS else self._ratio(Side(workload, OURS), Side(workload, peer)))
            cells += [f"{statistics.median(one[part] for one in rounds):,.0f}" for part in ("first", "last") if long]
            for cost, form in (("cpu_us", ",.0f"), ("wal_bytes", ",.0f"), ("commits", ".2f")):
                known = [one[cost] for one in rounds if one[cost] is not None]
                cells.append(format(statistics.median(known), form) if known else "–")
            pages = self._pages(workload, peer)
            cells.append(f"{pages[0]} ({pages[1]})" if pages else "–")
            lines.append(f"| {' | '.join(cells)} |")
        rounds_of = max((len(rounds) for rounds in measured.values()), default=0)
        about = self.workloads[workload]["about"]
        notes = [
            f"{rounds_of} rounds of {about['seconds']} s.",
            *(f"Left out: {p} ({w})." for p, w in about["absent"].items()),
        ]
        return [*lines, "", " ".join(notes), ""]

    def _about(self) -> list[str]:
        abouts = {
            json.dumps(one["about"]["run"], sort_keys=True): one["about"]["run"] for one in self.workloads.values()
        }
        lines = []
        for run in sorted(abouts.values(), key=lambda run: str(run["at"])):
            lines += [f"{run['at']}: " + ", ".join(f"{k} {v}" for k, v in run.items() if k != "at") + ".", ""]
        return lines
