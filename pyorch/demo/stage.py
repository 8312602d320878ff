"""The stage: the team's tables, service and agent, set up in one database and taken down again."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from pyorch import db, install
from pyorch.demo.processes import Processes

EXAMPLE = "vehicles"
SCHEMA = "vehicles_demo"
QUEUES = ("import_queue", "bat_extraction_queue")
SCRAPERS = ("sync-active-auctions", "extract-all-orgs-inventory")
PROCESSORS = ("process-import-queue-fast", "process-bat-extraction-queue")
# how often the agent ticks in the demo (it beats every two seconds)
TICK = "2 seconds"
# what attach.sql says of max_busy, and seconds by scheduler: where ticks come each minute only, a worker runs longer
MAX_BUSY = '"max_busy": "15 seconds"'
WALL_CLOCK = {"agent": 12, "pg_cron": 45}


class StageError(Exception):
    """The demo cannot be set up here; the message says why and what to do."""


def example_dir() -> Path:
    """Return examples/vehicles: inside the wheel, or beside the package in a checkout."""
    package = Path(__file__).resolve().parent.parent
    for place in (package / "_examples" / EXAMPLE, package.parent / "examples" / EXAMPLE):
        if place.is_dir():
            return place
    raise StageError("pyorch is incomplete: examples/vehicles is missing; install it again")


class Stage:
    """Everything that the scene needs; `build`, then `attach`, at the end `clear`."""

    def __init__(self, dsn: str | None, *, own_server: bool) -> None:
        self.dsn = dsn or ""
        self.own_server = own_server
        self.db = db.connect(dsn)
        self.processes = Processes()
        self.example = example_dir()
        self.site = ""
        self.scheduler = ""
        self.transport = ""
        self._built = False
        self._tick: Any = None

    def build(self) -> None:
        """Install pyorch, make and fill the team's tables, start service and agent.

        Raises:
            StageError: something of the demo's names is there already.
            PyorchError: pyorch cannot be installed here.
            ProcessError: a process did not start.
        """
        found = install.install(self.dsn or None)
        self._choose(found)
        self._refuse_what_is_there()
        self._tick = self._value("select pyorch._setting('tick')")
        self._built = True
        self.db.execute((self.example / "tables.sql").read_bytes())
        key = secrets.token_urlsafe(24)
        service = self.processes.start(
            "service", [str(self.example / "service.py")],
            {"DEMO_DSN": self.dsn, "DEMO_SERVICE_KEY": key, "DEMO_WALL_CLOCK": str(WALL_CLOCK[self.scheduler])},
            speaks=True,
        )  # fmt: skip
        self.site = self.processes.first_line("service", service)
        # bound by the client: several statements in one go take no parameters from the server
        seed = (self.example / "seed.sql").read_bytes()
        psycopg.ClientCursor(self.db).execute(seed, {"site": self.site})
        self.db.execute("analyze vehicles_demo.import_queue, vehicles_demo.bat_extraction_queue")
        self.db.execute("select pyorch.set_variable('vehicles_url', %s)", [self.site])
        self.db.execute("select pyorch.set_secret('vehicles_key', %s)", [key])
        if self.scheduler == "agent":
            self._start_agent()

    def attach(self) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """Tell pyorch about tables and endpoints, and run the orchestrator for the first time.

        All in one transaction, so that no tick of the scheduler gets in between and the first run is this one.

        Returns:
            What attach_queue answered for each queue, and what orchestrate() answered.
        """
        script = (self.example / "attach.sql").read_text(encoding="utf-8")
        script = script.replace(MAX_BUSY, f'"max_busy": "{WALL_CLOCK[self.scheduler] + 3} seconds"')
        while True:
            with self.db.transaction():
                attached = []
                for statement in script.split(";\n"):
                    if statement.strip():
                        cursor = self.db.execute(statement.encode())
                        row = cursor.fetchone() if cursor.description else None
                        if "attach_queue" in statement and row is not None:
                            attached.append(row[0])
                answer = self._value("select pyorch.orchestrate()")
                if answer.get("skipped"):
                    # a tick of the scheduler is at work this very moment: again, after it
                    raise psycopg.Rollback
                return attached, answer

    def create_indexes(self, attached: list[dict[str, Any]]) -> None:
        """Make the indexes that attach_queue advised, as `pyorch queue attach --create-indexes` does."""
        for answer in attached:
            for statement in answer["advised"]:
                self.db.execute(statement.encode())

    def clear(self) -> None:
        """Stop the processes; on a server that is not ours, remove what the demo made (pyorch itself stays)."""
        self.processes.stop()
        if self._built and not self.own_server and not self.db.closed:
            self._forget()
        self.db.close()

    def _choose(self, found: dict[str, Any]) -> None:
        """Let pg_cron and pg_net do the work where both are here and can reach us; else it will be an agent."""
        both = found["pg_cron"].get("state") == "here" and bool(found["pg_net"].get("here"))
        self.scheduler, self.transport = ("pg_cron", "pg_net") if both and self._is_local() else ("agent", "agent")

    def _start_agent(self) -> None:
        """Start an agent and wait until it is alive."""
        self.db.execute("select pyorch.configure(%s)", [Jsonb({"tick": TICK})])
        self.processes.start("agent", ["-m", "pyorch", "agent", *(["--dsn", self.dsn] if self.dsn else [])], {})
        self.processes.wait_for("agent", lambda: self._value("select pyorch._transport()") == "agent")

    def _is_local(self) -> bool:
        """Return whether the server can reach our service at 127.0.0.1."""
        address = "select coalesce(host(inet_server_addr()), '127.0.0.1') in ('127.0.0.1', '::1')"
        return bool(self._value(address))

    def _refuse_what_is_there(self) -> None:
        if self._value("select to_regnamespace(%s) is not null", SCHEMA):
            raise StageError(
                f"the schema {SCHEMA} is there already: drop schema {SCHEMA} cascade, or take another --dsn"
            )
        queues = self._value("select count(*) from pyorch.queue where queue = any (%s)", list(QUEUES))
        endpoints = self._value(
            "select count(*) from pyorch.endpoint where endpoint = any (%s)", [*SCRAPERS, *PROCESSORS]
        )
        if queues or endpoints:
            raise StageError("this database has queues or endpoints of the demo's names already: take another --dsn")

    def _forget(self) -> None:
        for endpoint in (*SCRAPERS, *PROCESSORS):
            if self._value("select exists (select from pyorch.endpoint where endpoint = %s)", endpoint):
                self.db.execute("select pyorch.drop_endpoint(%s)", [endpoint])
        for queue in QUEUES:
            if self._value("select exists (select from pyorch.queue where queue = %s)", queue):
                self.db.execute("select pyorch.detach_queue(%s)", [queue])
        # what broke off early has neither
        self.db.execute(
            "select pyorch.drop_secret(s.secret) from pyorch.secret_names() s where s.secret = 'vehicles_key'"
        )
        self.db.execute(
            "select pyorch.set_variable(v.variable, null) from pyorch.variable v where v.variable = 'vehicles_url'"
        )
        if self.scheduler == "agent":
            self.db.execute("select pyorch.configure(%s)", [Jsonb({"tick": self._tick})])
        self.db.execute(sql.SQL("drop schema {} cascade").format(sql.Identifier(SCHEMA)))

    def _value(self, query: str, *arguments: Any) -> Any:
        row = self.db.execute(query.encode(), list(arguments) or None).fetchone()
        return row[0] if row else None
