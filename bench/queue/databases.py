"""Databases for the runs: each kind of queue is filled once, and copied for every run."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from bench.queue.loads import Workload
from bench.queue.peers import Peer
from bench.queue.registries import AbsentError, pgmq_sql, worker_command
from tests.conftest import INSTALL
from tests.servers import Server

CHUNK = 50_000


class Databases:
    """The filled databases of one server."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._made: set[str] = set()

    def dsn(self, name: str) -> str:
        """Return how to connect: by the Unix socket, as workers on the same machine would."""
        return f"host={self._server.home} port={self._server.port} user={self._server.user} dbname={name}"

    def environment(self, name: str) -> dict[str, str]:
        """Return the variables by which workers find a database."""
        host, port, user = str(self._server.home), str(self._server.port), self._server.user
        url = f"postgresql://{user}@/{name}?host={host}&port={port}"
        return os.environ | {"PGHOST": host, "PGPORT": port, "PGUSER": user, "PGDATABASE": name, "PEER_URL": url}

    def filled(self, peer: Peer, items: int) -> str:
        """Return the name of the one database with a queue of so many items, vacuumed and analyzed."""
        name = f"{peer.template}_{items}"
        if name not in self._made:
            self._admin(f"create database {name}")
            if peer.needs == "pyorch":
                self._server.psql(name, "-1", "-f", INSTALL)
            if peer.worker:
                done = subprocess.run(
                    worker_command(peer.worker, "schema"), env=self.environment(name), capture_output=True, text=True
                )
                if done.returncode != 0:
                    raise AbsentError(done.stderr.strip()[-400:])
            with psycopg.connect(self.dsn(name), autocommit=True) as db:
                if peer.needs == "pgmq":
                    db.execute("create schema pgmq")
                    db.execute(pgmq_sql().encode())
                for statement in peer.make:
                    db.execute(statement.encode())
                for _ in range(0, items, CHUNK):
                    db.execute((peer.fill % {"items": min(CHUNK, items)}).encode())
                db.execute("vacuum analyze")
            self._made.add(name)
        return name

    @contextmanager
    def ready(self, peer: Peer, load: Workload) -> Iterator[str]:
        """Give the dsn of a database with a fresh queue for one run, after a checkpoint."""
        source = self.filled(peer, load.items)
        name = source if load.reused else "bench"
        if not load.reused:
            self._admin(f"create database {name} template {source} strategy file_copy")
        with psycopg.connect(self.dsn(name), autocommit=True) as db:
            db.execute("vacuum")
            if load.leased:
                verbs = peer.many
                assert verbs is not None
                for _ in range(load.leased // 1000):
                    db.execute(verbs.claim.replace(":batch", "1000").encode())
            db.execute("checkpoint")
        try:
            yield self.dsn(name)
        finally:
            if not load.reused:
                self._admin(f"drop database {name} with (force)")

    def _admin(self, statement: str) -> None:
        self._server.psql("postgres", "-c", statement)
