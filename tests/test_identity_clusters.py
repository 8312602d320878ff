"""Which copies of a cluster go on and which do not fire: dump, promoted standby, pg_upgrade, physical copy."""

from __future__ import annotations

import contextlib
import subprocess
import uuid
from pathlib import Path

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.conftest import INSTALL
from tests.orch import call, orchestrate
from tests.servers import Server, find_bin, free_port

APP = "app"


class Copy(Server):
    """A cluster that is made from another one instead of by initdb."""

    def made(self, name: str, *args: str | Path) -> None:
        """Run the tool that makes the data directory."""
        self._run(name, *args)

    def up(self, extra: str = "") -> None:
        """Start it on a port of its own."""
        with (self.data / "postgresql.conf").open("a") as conf:
            conf.write(f"\nunix_socket_directories = '{self.home}'\n{extra}")
        self.begin()

    def mine(self) -> None:
        """Let the server's user write to the directory of this copy."""
        if self.runs_as is not None:
            subprocess.run(["chown", "-R", self.runs_as, self.home], check=True)


@pytest.fixture(scope="module")
def version(request):
    version = request.config.getoption("--pg")
    if not (find_bin(version) / "pg_basebackup").exists():
        pytest.skip(f"PostgreSQL {version} comes without pg_basebackup and pg_upgrade here; --pg 15 has them")
    return version


@pytest.fixture
def clusters(version):
    """Makes servers; all are removed at the end."""
    with contextlib.ExitStack() as stack:

        def make(kind):
            server = kind(version, in_memory=True)
            stack.callback(server.remove)
            if isinstance(server, Copy):
                server.mine()
            return server

        yield make


@pytest.fixture
def original(clusters):
    """A cluster whose application has run once: a processor is called for each of its ticks."""
    server = clusters(Server)
    server.start()
    server.psql("postgres", "-c", f"create database {APP}")
    server.psql(APP, "-1", "-f", INSTALL)
    with psycopg.connect(server.dsn(APP), autocommit=True) as db:
        db.execute("create table public.items (id bigint generated always as identity primary key, status text)")
        db.execute("insert into public.items (status) select 'pending' from generate_series(1, 5)")
        db.execute("select pyorch.attach_queue('items', 'public.items')")
        options = {"queue": "items", "allow_http": True, "allow_private": True, "max_in_flight": 1000, "batch_size": 1}
        db.execute("select pyorch.set_endpoint('drain', 'processor', 'http://127.0.0.1:9/', %s)", [Jsonb(options)])
        db.execute("""select pyorch.configure('{"missed": {"pyorch_tick": "each"}}')""")
        db.execute("select pyorch._record_identity()")
        assert run(db)["processors_triggered"]
    return server


def run(db, how=orchestrate):
    """A run with an agent that lives and no call in the way."""
    db.execute("delete from pyorch.call")
    db.execute("update pyorch.endpoint_state set breaker = 'closed', looked_at = null")
    db.execute("select pyorch._agent_beat(%s, '{}')", [uuid.uuid4()])
    return how(db)


def refuses_until_adopted(db):
    """Nothing is sent, everybody says why; after adopt all runs."""
    for how in (orchestrate, call):
        answer = run(db, how)
        assert answer["success"] is False
        assert answer["processors_triggered"] == []
        assert "pyorch.adopt()" in answer["errors"][0]["hint"]
    assert db.execute("select count(*) from pyorch.call").fetchone() == (0,)
    assert ("critical", "identity_mismatch") in db.execute("select severity, code from pyorch.health").fetchall()
    checks = dict(db.execute('select "check", state from pyorch._checks()').fetchall())
    assert checks["identity"] == "failed"
    db.execute("select pyorch.adopt()")
    assert run(db)["processors_triggered"]


def test_a_dump_restored_in_another_cluster_does_not_fire_until_adopted(original, clusters):
    other = clusters(Server)
    other.start()
    other.psql("postgres", "-c", f"create database {APP}")
    globals_only = subprocess.run(
        [original.bin / "pg_dumpall", "-r", "-d", original.dsn("postgres")], capture_output=True, text=True, check=True
    ).stdout
    roles = "\n".join(line for line in globals_only.splitlines() if " postgres" not in line)
    other.psql("postgres", stdin=roles)
    dump = subprocess.run([original.bin / "pg_dump", original.dsn(APP)], capture_output=True, text=True, check=True)
    other.psql(APP, "-1", stdin=dump.stdout)
    with psycopg.connect(other.dsn(APP), autocommit=True) as db:
        refuses_until_adopted(db)
    with psycopg.connect(original.dsn(APP), autocommit=True) as db:
        assert run(db)["processors_triggered"]


def base_backup(original, clusters, *more):
    copy = clusters(Copy)
    source = original.dsn("postgres").replace("dbname=postgres", "")
    copy.made("pg_basebackup", "-D", copy.data, "-d", source, "-c", "fast", "-X", "stream", *more)
    return copy


def test_a_promoted_standby_goes_on(original, clusters):
    standby = base_backup(original, clusters, "-R")
    standby.up()
    original.crash()
    with psycopg.connect(standby.dsn(APP), autocommit=True) as db:
        assert db.execute("select pg_is_in_recovery()").fetchone() == (True,)
        db.execute("select count(*) from pyorch.health")
        assert db.execute("select pg_promote()").fetchone() == (True,)
        answer = run(db)
        assert answer["success"], answer["errors"]
        assert answer["processors_triggered"]
        assert run(db, call)["processors_triggered"]


def test_a_physical_copy_cannot_be_told_from_its_original(original, clusters):
    """Documented: there the guard is that functions_url and secrets are set for each environment."""
    copy = base_backup(original, clusters)
    copy.up()
    with psycopg.connect(copy.dsn(APP), autocommit=True) as db:
        assert db.execute("select pyorch._identity_ok()").fetchone() == (True,)
        assert run(db)["processors_triggered"]


@pytest.mark.parametrize("announced", [False, True])
def test_an_upgraded_cluster_waits_for_adopt_unless_it_was_announced(original, clusters, announced):
    if announced:
        with psycopg.connect(original.dsn(APP), autocommit=True) as db:
            db.execute("select pyorch.adopt(expect => '2 hours')")
    original.stop()
    new = clusters(Copy)
    new.made("initdb", "-D", new.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
    new.made(
        *("pg_upgrade", "-b", original.bin, "-B", new.bin, "-d", original.data, "-D", new.data, "-U", "postgres"),
        *("-s", new.home, "-p", str(free_port()), "-P", str(free_port())),
    )
    preloaded = ", ".join(original.preloaded)
    new.up(f"listen_addresses = '127.0.0.1'\nshared_preload_libraries = '{preloaded}'\njit = off\n")
    with psycopg.connect(new.dsn(APP), autocommit=True) as db:
        if announced:
            assert run(db)["processors_triggered"]
        else:
            refuses_until_adopted(db)
