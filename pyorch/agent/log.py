"""Log lines for people and programs: one line an event, `key=value`, to stderr. Never a secret, url, header or dsn."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import Any, TextIO

import psycopg


class Log:
    """`2026-03-01T12:00:00.000Z info agent.ready agent=… leader=true`"""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr

    def info(self, event: str, **fields: Any) -> None:
        self._line("info", event, fields)

    def warning(self, event: str, **fields: Any) -> None:
        self._line("warning", event, fields)

    def error(self, event: str, **fields: Any) -> None:
        self._line("error", event, fields)

    def _line(self, level: str, event: str, fields: dict[str, Any]) -> None:
        moment = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        words = [moment, level, event, *(f"{key}={_word(value)}" for key, value in fields.items())]
        print(" ".join(words), file=self._stream, flush=True)


def trouble(exc: BaseException) -> str:
    """Say what an error is, in one line that shows no parameter and no part of a connection string."""
    if isinstance(exc, psycopg.ProgrammingError) and exc.sqlstate is None:
        return "the connection string cannot be read"
    if isinstance(exc, psycopg.Error):
        first = exc.diag.message_primary or (str(exc).strip().splitlines() or [type(exc).__name__])[0]
        return f"{first} ({exc.sqlstate})" if exc.sqlstate else first
    return str(exc) or type(exc).__name__


def _word(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    bare = text and not any(c in text for c in ' "=\\') and text.isprintable()
    return text if bare else json.dumps(text, ensure_ascii=False)
