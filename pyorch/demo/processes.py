"""The processes of the demo: the HTTP service with its workers, and the agent. Each ends with the demo."""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

# seconds that a process has to start, and to stop before it is killed
START = 60.0
STOP = 15.0


class ProcessError(Exception):
    """A process of the demo did not start, or died; the message has the end of its log."""


class Processes:
    """Starts Python processes and stops them in reverse order; their output goes to files in a temporary directory."""

    def __init__(self) -> None:
        self._logs = tempfile.TemporaryDirectory(prefix=f"pyorch-demo-{os.getpid()}-log-")
        self._running: list[tuple[str, subprocess.Popen[bytes]]] = []

    def start(
        self, name: str, command: list[str], environment: dict[str, str], *, speaks: bool = False
    ) -> subprocess.Popen[bytes]:
        """Start `python COMMAND` with more environment. What it says goes to its log; if it `speaks`, to a pipe."""
        with self._log(name).open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, *command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if speaks else log,
                stderr=log,
                env={**os.environ, **environment},
                # Ctrl-C is for the demo, which stops the others in order
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )
        self._running.append((name, process))
        return process

    def first_line(self, name: str, process: subprocess.Popen[bytes]) -> str:
        """Wait for a process's first line of output and return it.

        Raises:
            ProcessError: it ended, or said nothing within START seconds.
        """
        assert process.stdout is not None
        ready, _, _ = select.select([process.stdout], [], [], START)
        line = process.stdout.readline().decode().strip() if ready else ""
        if not line:
            raise self.failure(name, "said nothing")
        return line

    def wait_for(self, name: str, reached: Callable[[], bool]) -> None:
        """Wait until a condition holds that a process brings about.

        Raises:
            ProcessError: the process ended before, or START seconds went by.
        """
        until = time.monotonic() + START
        while not reached():
            self.check()
            if time.monotonic() > until:
                raise self.failure(name, f"is not ready after {START:.0f} s")
            time.sleep(0.05)

    def check(self) -> None:
        """Raise ProcessError when one of the processes has ended by itself."""
        for name, process in self._running:
            if process.poll() is not None:
                raise self.failure(name, f"ended with exit code {process.returncode}")

    def failure(self, name: str, what: str) -> ProcessError:
        """Return the error to raise for a process, with the end of its log."""
        log = self._log(name).read_text(errors="replace").strip()
        return ProcessError(f"the {name} {what}\n{log[-3000:]}".strip())

    def stop(self) -> None:
        """Stop them all, the youngest first; then forget their logs."""
        for _, process in reversed(self._running):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(timeout=STOP)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
            if process.stdout is not None:
                process.stdout.close()
        self._running.clear()
        self._logs.cleanup()

    def _log(self, name: str) -> Path:
        return Path(self._logs.name) / f"{name}.log"


def _die_with_parent() -> None:
    """Ask Linux to stop this process when the demo dies, even by SIGKILL."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)
