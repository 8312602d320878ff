"""What benchmarks print and keep: every line at once, versions and settings, what missed its target."""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import random
import statistics
import sys
from pathlib import Path
from typing import Any

import psycopg

from pyorch import __version__
from tests.servers import Server

RESULTS = Path(__file__).parent / "results"
SETTINGS = ["server_version", "shared_buffers", "fsync", "synchronous_commit", "full_page_writes", "max_wal_size"]


class Report:
    """The lines and figures of one run; end() writes bench/results/<name>.json and says what missed its target."""

    def __init__(self, name: str, given: argparse.Namespace) -> None:
        self._name = name
        self._missed: list[str] = []
        self._figures: dict[str, Any] = {
            "options": vars(given),
            "at": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            "pyorch": __version__,
            "python": platform.python_version(),
            "cpus": os.cpu_count(),
        }

    def server(self, server: Server) -> None:
        """Print and keep the server's version and settings."""
        with psycopg.connect(server.dsn("postgres")) as db:
            rows = db.execute("select name, setting from pg_settings where name = any (%s)", [SETTINGS]).fetchall()
        self._figures["settings"] = dict(rows)
        self.say(", ".join(f"{name} {value}" for name, value in rows) + f", {os.cpu_count()} cpus")

    def say(self, line: str) -> None:
        """Print a line at once: a large run takes minutes."""
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    def keep(self, name: str, **figures: Any) -> None:
        """Keep figures."""
        self._figures.setdefault("figures", {})[name] = figures

    def must(self, text: str, holds: bool) -> None:
        """Note a target, and whether it was met."""
        if not holds:
            self._missed.append(text)

    def end(self) -> int:
        """Write the figures; print what was missed; 1 when something was."""
        self._figures["missed"] = self._missed
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / f"{self._name}.json").write_text(json.dumps(self._figures, indent=2) + "\n")
        for fault in self._missed:
            self.say(f"MISSED: {fault}")
        return int(bool(self._missed))


def percentile(values: list[float], share: float) -> float:
    """The value below which that share of the values lies."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def ratio_interval(small: list[float], large: list[float], rounds: int = 2000) -> tuple[float, float, float]:
    """Ratio of the medians of pairs that took turns, and its 95 % bootstrap interval (pairs are drawn together)."""
    draw = random.Random(1)
    pairs = list(zip(small, large, strict=True))
    ratios = []
    for _ in range(rounds):
        drawn = draw.choices(pairs, k=len(pairs))
        ratios.append(statistics.median(b for _, b in drawn) / statistics.median(a for a, _ in drawn))
    ratios.sort()
    return statistics.median(large) / statistics.median(small), ratios[rounds // 40], ratios[-rounds // 40]
