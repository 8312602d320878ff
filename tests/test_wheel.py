"""The wheel, built and installed into an environment of its own outside the checkout, installs and removes pyorch."""

import json
import os
import subprocess
import sys
import venv
import zipfile

import psycopg
import pytest

from tests.conftest import ROOT
from tests.freeze import SQL, VERSIONS


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Build the sdist, and from it the wheel, as a release does: what the sdist forgets is then missing."""
    out = tmp_path_factory.mktemp("dist")
    done = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", out, ROOT], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def outside(wheel, tmp_path_factory):
    """Return a function that runs `pyorch` from an environment with the wheel, in an empty directory.

    The libraries that it depends on are those of the running environment, so that no index is asked again.
    """
    home = tmp_path_factory.mktemp("outside")
    venv.create(home / "venv", with_pip=False)
    (site,) = (home / "venv" / "lib").glob("python*/site-packages")
    libraries = next(path for path in sys.path if path.endswith("site-packages"))
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(site)
    (site / "libraries.pth").write_text(f"{libraries}\n")
    empty = home / "empty"
    empty.mkdir()

    def run(*args, dsn=None):
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "PYTHON"))}
        env = clean | ({} if dsn is None else {"PYORCH_DSN": dsn})
        command = [home / "venv" / "bin" / "python", "-m", "pyorch", *args]
        return subprocess.run(command, cwd=empty, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL)

    where = subprocess.run(
        [home / "venv" / "bin" / "python", "-c", "import pyorch; print(pyorch.__file__)"],
        cwd=empty, capture_output=True, text=True,
    ).stdout  # fmt: skip
    assert str(site) in where, f"not the wheel's pyorch: {where}"
    return run


def test_the_wheel_holds_the_sql_and_the_revisions_below_pyorch_only(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"pyorch"}
    example = (ROOT / "examples" / "vehicles", "pyorch/_examples/vehicles")
    for folder, packed in ((SQL, "pyorch/_sql"), (VERSIONS.parent, "pyorch/_alembic"), example):
        files = {
            f"{packed}/{path.relative_to(folder)}"
            for path in folder.rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }
        assert files <= set(names)
    assert not [name for name in names if "__pycache__" in name]


def test_the_wheel_has_a_command(wheel):
    with zipfile.ZipFile(wheel) as packed:
        (entry,) = [name for name in packed.namelist() if name.endswith("entry_points.txt")]
        assert "pyorch = pyorch.cli:main" in packed.read(entry).decode()


@pytest.mark.parametrize("who", ["empty_dsn", "plain_dsn"], ids=["superuser", "plain owner"])
def test_outside_the_checkout_it_installs_verifies_and_uninstalls(outside, request, who):
    dsn = request.getfixturevalue(who)
    installed = outside("install", "--dsn", dsn)
    assert installed.returncode == 0, installed.stdout + installed.stderr
    again = outside("install", "--dsn", dsn)
    assert again.returncode == 0, again.stdout + again.stderr

    verified = outside("verify", "--dsn", dsn, "--json")
    checks = json.loads(verified.stdout)
    failed = [check for check in checks if "source" in json.dumps(check) and check.get("state") == "failed"]
    assert not failed, failed

    asked = outside("uninstall", "--dsn", dsn)
    assert asked.returncode == 2
    gone = outside("uninstall", "--yes", "--dsn", dsn)
    assert gone.returncode == 0, gone.stdout + gone.stderr
    with psycopg.connect(dsn) as db:
        assert db.execute("select nspname from pg_namespace where nspname like 'pyorch%'").fetchall() == []


def test_outside_the_checkout_it_prints_the_sql(outside):
    printed = outside("sql", "install")
    assert printed.returncode == 0, printed.stderr
    assert "create or replace function pyorch._now()" in printed.stdout
