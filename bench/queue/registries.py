"""Fetches the other queues from their registries into bench/.peers, once, at the versions named here."""

from __future__ import annotations

import functools
import json
import shutil
import subprocess
import sys
from pathlib import Path

HOME = Path(__file__).parent.parent / ".peers"
PYTHON = {"pgmq": "1.1.4", "procrastinate": "3.10.0", "pgqueuer": "1.6.0", "asyncpg": "0.32.0", "uvloop": "0.23.0"}
NODE = {"graphile-worker": "0.18.0"}


class AbsentError(Exception):
    """A peer cannot be had here; the message says why."""


def install(name: str, wanted: dict[str, str], commands: list[list[str]], cwd: Path) -> None:
    """Run the commands that install `wanted`, unless that was done before."""
    mark = HOME / f"{name}.json"
    if mark.exists() and json.loads(mark.read_text()) == wanted:
        return
    for command in commands:
        try:
            done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300)
        except (OSError, subprocess.TimeoutExpired) as why:
            raise AbsentError(f"{command[0]}: {why}") from None
        if done.returncode != 0:
            raise AbsentError(f"{Path(command[0]).name}: {(done.stderr.strip() or 'failed').splitlines()[-1]}")
    mark.write_text(json.dumps(wanted))


@functools.cache
def python() -> Path:
    """Return a Python that has the peers of PyPI."""
    HOME.mkdir(exist_ok=True)
    there = HOME / "python" / "bin" / "python"
    pins = [f"{name}=={version}" for name, version in PYTHON.items()]
    # our own pip: a bare Debian makes environments only without one
    make = [sys.executable, "-m", "venv", "--without-pip", str(HOME / "python")]
    fill = [sys.executable, "-m", "pip", "--python", str(there), "install", "-q", *pins]
    install("python", PYTHON, [make, fill], HOME)
    return there


@functools.cache
def node() -> Path:
    """Return the folder of the peers of npm, below which Node finds them."""
    there = HOME / "node"
    there.mkdir(parents=True, exist_ok=True)
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise AbsentError("Node.js is not here")
    (there / "package.json").write_text(json.dumps({"private": True, "type": "module", "dependencies": NODE}))
    install("node", NODE, [["npm", "install", "--silent", "--no-fund", "--no-audit"]], there)
    return there


def worker_command(worker: str, what: str) -> list[str]:
    """Return how to run a worker of bench/queue/workers; what: schema or work."""
    path = str(Path(__file__).parent / "workers" / worker)
    if worker.endswith(".mjs"):
        return ["node", path, str(node()), what]
    return [str(python()), path, str(HOME), what]


def pgmq_folder() -> Path:
    """Return the folder with the SQL of pgmq, out of its PyPI package."""
    return next((python().parent.parent / "lib").glob("python*/site-packages/pgmq/sql"))


def pgmq_sql() -> str:
    """Return what installs pgmq into a database."""
    return (pgmq_folder() / "pgmq.sql").read_text()


def versions() -> dict[str, str]:
    """Return the versions of the peers that are installed."""
    found: dict[str, str] = {}
    if (HOME / "python.json").exists():
        found |= PYTHON | {"pgmq": (pgmq_folder() / "VERSION").read_text().strip()}
    if (HOME / "node.json").exists():
        node_is = subprocess.run(["node", "--version"], capture_output=True, text=True).stdout
        found |= NODE | {"node": node_is.strip().removeprefix("v")}
    return found
