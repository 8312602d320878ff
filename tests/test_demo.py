"""The demo, end to end: `pyorch demo` on an embedded PostgreSQL and on a server of one's own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest

from pyorch.demo import run
from pyorch.demo.figures import SEEDED, STUCK
from pyorch.demo.processes import ProcessError, Processes
from pyorch.demo.stage import SCHEMA
from pyorch.install import install
from tests.conftest import ROOT


def demo(temporary: Path, *arguments: str) -> tuple[int, dict[str, Any], str]:
    """Run `pyorch demo --json`; return exit code, answer, and what it said on the way. It leaves no file."""
    command = [sys.executable, "-m", "pyorch", "demo", "--json", *arguments]
    env = os.environ | {"TMPDIR": str(temporary)}
    with subprocess.Popen(
        command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            answer, said = process.communicate(timeout=600)
        except BaseException:
            process.kill()
            raise
    assert answer, said
    assert list(temporary.iterdir()) == []
    # where its server lives, for the sake of short paths; another demo may be at work on this machine
    assert list(Path("/tmp").glob(f"pyorch-demo-{process.pid}-*")) == []
    return process.returncode, json.loads(answer), said


def seen(answer: dict[str, Any]) -> dict[str, str]:
    return {figure["what"]: figure["seen"] for figure in answer["figures"]}


def test_the_demo_ends_with_every_figure_as_it_must_be_and_leaves_nothing_behind(tmp_path: Path) -> None:
    code, answer, said = demo(tmp_path)
    wrong = [figure for figure in answer["figures"] if not figure["ok"]]
    failed = [check for check in answer["checks"] if check["state"] == "failed"]
    assert (wrong, failed, code) == ([], [], 0), said
    figures = seen(answer)
    assert figures["import_queue: seeded items complete"] == f"{SEEDED:,}"
    assert figures["left in processing"] == "0"
    assert figures["unlocked in the first run: stuck for an hour"] == str(STUCK)
    assert figures["vehicles in all"] == figures["vehicles, one for each listing"]
    assert "killed import_queue-worker-" in said
    assert len(answer["runs"]) > 1
    assert answer["orchestrate_ms"][0] > 0


def test_on_a_server_of_ones_own_the_demo_removes_what_it_made(empty_dsn: str, tmp_path: Path) -> None:
    code, answer, said = demo(tmp_path, "--dsn", empty_dsn)
    assert ([figure for figure in answer["figures"] if not figure["ok"]], code) == ([], 0), said
    with psycopg.connect(empty_dsn) as db:
        assert db.execute("select to_regnamespace(%s)", [SCHEMA]).fetchone() == (None,)
        assert db.execute("select count(*) from pyorch.queue").fetchone() == (0,)
        assert db.execute("select count(*) from pyorch.endpoint").fetchone() == (0,)


def test_the_demo_refuses_a_database_that_has_its_names_already(empty_dsn: str) -> None:
    with psycopg.connect(empty_dsn, autocommit=True) as db:
        db.execute("create schema vehicles_demo")
        db.execute("create table vehicles_demo.mine ()")
    command = [sys.executable, "-m", "pyorch", "demo", "--dsn", empty_dsn]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 1
    assert "vehicles_demo" in done.stderr
    with psycopg.connect(empty_dsn) as db:
        assert db.execute("select to_regclass('vehicles_demo.mine')::text").fetchone() == ("vehicles_demo.mine",)


def test_a_demo_that_breaks_off_early_says_why_and_leaves_nothing(
    empty_dsn: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    install(empty_dsn)
    with psycopg.connect(empty_dsn, autocommit=True) as db:
        db.execute("""select pyorch.configure('{"tick": "30 seconds"}')""")

        def broken(*_: object, **__: object) -> None:
            raise ProcessError("the service said nothing")

        monkeypatch.setattr(Processes, "start", broken)
        assert run(empty_dsn) == 1
        assert "the service said nothing" in capsys.readouterr().err
        assert db.execute("select to_regnamespace(%s)", [SCHEMA]).fetchone() == (None,)
        assert db.execute("select pyorch._setting('tick')").fetchone() == ("30 seconds",)
