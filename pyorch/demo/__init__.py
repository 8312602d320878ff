"""The demo: the scene that pyorch comes from, played on a PostgreSQL that it brings along, or on yours.

`run` is what `pyorch demo` calls.
"""

from __future__ import annotations

import contextlib
import signal
import sys
from types import FrameType

from pyorch import verify
from pyorch.demo import figures
from pyorch.demo.embedded import Embedded, EmbeddedError
from pyorch.demo.processes import ProcessError
from pyorch.demo.scene import Scene, SceneError
from pyorch.demo.show import LiveShow, report
from pyorch.demo.stage import PROCESSORS, QUEUES, SCRAPERS, Stage, StageError

__all__ = ["run"]


def run(dsn: str | None = None, *, as_json: bool = False) -> int:
    """Play the demo and print its result.

    Args:
        dsn: libpq connection string of a server of yours (pg_cron and pg_net are used where both are present); None:
            an embedded PostgreSQL in a temporary directory, removed at the end.
        as_json: print the result as JSON.

    Returns:
        0: every figure is what it must be. 1: one is not, or the scene broke off; stderr says why.
    """
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        with contextlib.ExitStack() as exits:
            show = exits.enter_context(LiveShow())
            result = _play(dsn, show, exits)
    except (EmbeddedError, StageError, SceneError, ProcessError) as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    finally:
        signal.signal(signal.SIGTERM, before)
    report(result, as_json=as_json)
    return 0 if result.ok else 1


def _play(dsn: str | None, show: LiveShow, exits: contextlib.ExitStack) -> figures.Result:
    """Set the stage, play the scene, gather the result; `exits` takes the stage down."""
    if dsn is None:
        show.say("starting an embedded PostgreSQL")
        server = exits.enter_context(Embedded())
    stage = Stage(server.dsn if dsn is None else dsn, own_server=dsn is None)
    exits.callback(stage.clear)
    stage.build()
    show.say(f"pyorch is installed; scheduler: {stage.scheduler}, transport: {stage.transport}")
    show.say(f"import_queue: {figures.PENDING:,} items pending, {figures.STUCK} stuck in processing for an hour")
    attached, first = stage.attach()
    for queue, answer in zip(QUEUES, attached, strict=True):
        show.say(f"attached {queue}; columns found: {', '.join(answer['mapping']['columns'].values())}")
    unlocked = ", ".join(f"{count} of {queue}" for queue, count in first["unlocked"].items())
    calls = [*first["scrapers_triggered"], *first["processors_triggered"]]
    show.say(f"orchestrate() in {first['duration_ms']:.0f} ms: unlocked {unlocked}; triggered {', '.join(calls)}")
    stage.create_indexes(attached)
    scene = Scene(stage, show)
    scene.play()
    assert scene.killed is not None
    show.say("every item is complete; asking pyorch verify for the evidence")
    checks = verify.verify(stage.dsn)
    runs = figures.rows(stage.db, figures.RUNS, first["run_id"])
    if dsn is not None:
        show.say("removing what the demo made; pyorch itself stays (pyorch uninstall --yes)")
    failed = sum(check.state == "failed" for check in checks)
    return figures.Result(
        figures=figures.figures(stage.db, first, scene.killed, failed),
        runs=runs,
        calls=figures.rows(stage.db, figures.CALLS, [*SCRAPERS, *PROCESSORS]),
        checks=[check.row() for check in checks],
        orchestrate_ms=[first["duration_ms"], *(run["duration_ms"] for run in runs[1:] if run["duration_ms"])],
        seconds=show.seconds,
    )


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    """End by SIGTERM as by Ctrl-C: what was started is stopped."""
    raise KeyboardInterrupt
