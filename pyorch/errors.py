"""The SQLSTATE class PY: one table of codes, one exception class for each, and the way from psycopg to them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

# what each code means; SQL raises them with a message and a hint of its own
CODES: dict[str, str] = {
    "PY001": "bad or unknown option or argument",
    "PY002": "unknown queue",
    "PY003": "unknown endpoint",
    "PY004": "exists already",
    "PY005": "stale receipt (strict)",
    "PY006": "refused: unfinished data",
    "PY007": "not allowed (ownership, row security, privilege)",
    "PY008": "relation cannot be attached",
    "PY009": "paused",
    "PY010": "unknown secret or variable",
    "PY011": "identity mismatch",
    "PY012": "database and code differ in version",
    "PY013": "user SQL must come through the command line",
    "PY014": "duplicate key (refuse)",
    "PY015": "target not allowed",
    "PY016": "no such item or call",
    "PY017": "nothing can carry or schedule (no transport)",
    "PY018": "a call of it is open or busy",
}


class PyorchError(Exception):
    """An error that helps: `sqlstate` (PYxxx or PostgreSQL's own), `message`, and `hint`, the next thing to do."""

    def __init__(self, message: str, *, hint: str | None = None, sqlstate: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.sqlstate = sqlstate

    def __str__(self) -> str:
        return self.message if self.hint is None else f"{self.message}\nHint: {self.hint}"


class VersionMismatchError(PyorchError):
    """PY012: the database and this code differ in version."""

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message, hint=hint, sqlstate="PY012")


class ConnectError(PyorchError):
    """The database cannot be reached, or refuses us."""


def from_psycopg(error: psycopg.Error) -> PyorchError:
    """Return what the server said, with its hint, as a PyorchError (codes that are not ours keep their SQLSTATE)."""
    message = error.diag.message_primary or str(error).strip() or type(error).__name__
    hint = error.diag.message_hint
    if error.sqlstate == "PY012":
        return VersionMismatchError(message, hint=hint or "Run: pyorch install")
    return PyorchError(message, hint=hint, sqlstate=error.sqlstate)


@contextmanager
def translated() -> Iterator[None]:
    """Turn every psycopg error inside the block into a PyorchError; the original is its cause."""
    try:
        yield
    except psycopg.Error as error:
        raise from_psycopg(error) from error
