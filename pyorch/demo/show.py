"""What people see: talk and progress on stderr while it runs, the result on stdout at the end."""

from __future__ import annotations

import dataclasses
import time
from types import TracebackType
from typing import Any

from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from pyorch import render
from pyorch.demo.figures import Result, run_lines

# seconds between two lines of progress where no terminal is looking
QUIET = 5.0
BARS = {
    "import_queue": ("import_complete", "import_items"),
    "bat_extraction_queue": ("bat_complete", "bat_items"),
}


class LiveShow:
    """Bars on a terminal, a line now and then elsewhere."""

    def __init__(self) -> None:
        self._console = render.console(stderr=True)
        self._began = time.monotonic()
        self._said = 0.0
        self._progress = Progress(
            TextColumn("{task.description:<22}"),
            BarColumn(bar_width=40),
            MofNCompleteColumn(),
            TextColumn("{task.fields[more]}"),
            TimeElapsedColumn(),
            console=self._console,
            disable=not self._console.is_terminal,
        )
        self._tasks = {name: self._progress.add_task(name, total=None, visible=False, more="") for name in BARS}

    def __enter__(self) -> LiveShow:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    @property
    def seconds(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self._began

    def say(self, text: str) -> None:
        """Say that something happened, with the time."""
        self._console.print(f"[dim]{self.seconds:5.1f} s[/]  {escape(text)}")

    def progress(self, seen: dict[str, Any]) -> None:
        """Show the counts."""
        for name, (complete, items) in BARS.items():
            processing = seen[complete.replace("complete", "processing")]
            self._progress.update(
                self._tasks[name], completed=seen[complete], total=seen[items], visible=True,
                more=f"{processing} in work",
            )  # fmt: skip
        if not self._console.is_terminal and self.seconds - self._said > QUIET:
            self._said = self.seconds
            self.say(
                f"import_queue {seen['import_complete']}/{seen['import_items']},"
                f" bat_extraction_queue {seen['bat_complete']}/{seen['bat_items']}, vehicles {seen['vehicles']}"
            )


def report(result: Result, *, as_json: bool) -> None:
    """Print the result on stdout: tables for people, JSON for programs."""
    if as_json:
        print(render.to_json({**dataclasses.asdict(result), "ok": result.ok}))
        return
    out = render.console()
    out.print(render.table(run_lines(_interesting(result.runs)), title="Run log (the first runs and the last)"))
    out.print()
    out.print(render.table(result.calls, title="Calls"))
    out.print()
    out.print(render.table(result.checks, title="Evidence (pyorch verify)"))
    out.print()
    lines = [
        {"result": "ok" if figure.ok else "failed", "what": figure.what, "seen": figure.seen, "must be": figure.must}
        for figure in result.figures
    ]
    out.print(render.table(lines, title="Figures"))
    out.print()
    median = sorted(result.orchestrate_ms)[len(result.orchestrate_ms) // 2]
    verdict = "[green]All of it holds.[/]" if result.ok else "[red]It does not hold, see above.[/]"
    out.print(
        f"orchestrate() took {result.orchestrate_ms[0]:.0f} ms in the first run (99 stuck, four calls due),"
        f" {median:.0f} ms in the median of {len(result.orchestrate_ms)} runs."
    )
    out.print(f"{verdict} The demo took {result.seconds:.0f} s.")


def _interesting(runs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the first ten runs and the last three."""
    return runs if len(runs) <= 13 else [*runs[:10], *runs[-3:]]
