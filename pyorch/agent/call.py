"""What goes between the ledger and the wire: a call to send, and the answer to report."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# bytes of the answer: read and perhaps reported (push), kept in the ledger, and read on for a clean end. What goes on
# beyond that is cut off: its status is known, and reading it would only run into the timeout
KEEP = 65_536
HEAD = 200
DRAIN = 1_048_576
# headers that never hold a secret, beside pyorch's own (Pyorch-Call …)
HARMLESS = ("content-type", "accept", "user-agent", "accept-encoding", "idempotency-key")
# bytes from which on a word of another header may be a secret; shorter ones would mask half of any text
SECRET = 12


@dataclass(frozen=True, slots=True)
class Call:
    """One request, as `pyorch._take_calls` hands it out: secrets and variables are resolved."""

    call_id: int
    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: str | None = field(repr=False)
    timeout_ms: int
    follow_redirects: bool
    allow_private: bool
    # time.monotonic() when it was taken
    taken: float = field(default_factory=time.monotonic)

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Call:
        """Make a call of a row; columns that are not known here are ignored, so that SQL may grow first."""
        return cls(
            call_id=row["call_id"],
            method=row["method"],
            url=row["url"],
            headers=row["headers"] or {},
            body=row["body"],
            timeout_ms=row["timeout_ms"],
            follow_redirects=bool(row["follow_redirects"]),
            allow_private=bool(row["allow_private"]),
        )

    def masked(self, content: bytes) -> bytes:
        """Return an answer without what our headers said: some endpoints echo it, and a server may log what we report.

        The ledger masks by the secrets themselves, which are not known here.
        """
        for name, value in self.headers.items():
            if harmless(name):
                continue
            for word in value.encode("utf-8", "replace").split():
                if len(word) >= SECRET:
                    content = content.replace(word, b"***")
        return content


@dataclass(slots=True)
class Answer:
    """What became of a call: one object of the array that `pyorch._report_calls` reads."""

    call_id: int
    status_code: int | None = None
    error: str | None = None
    timed_out: bool = False
    # nothing was sent: the target is not allowed
    refused: bool = False
    # from the first look-up to the last byte that was read
    latency_ms: float = 0.0
    content: bytes = b""
    retry_after: str | None = None

    def report(self, with_content: bool = True) -> dict[str, Any]:
        """Return the answer as jsonb can hold it: no NUL, no broken UTF-8. Without content when it made trouble."""
        # only an answer that is a JSON object can say anything to SQL (push: which items failed)
        text = _text(self.content) if with_content and self.content.lstrip()[:1] == b"{" else None
        return {
            "call_id": self.call_id,
            "status_code": self.status_code,
            "error": None if self.error is None else _clean(self.error),
            "timed_out": self.timed_out,
            "refused": self.refused,
            "latency_ms": round(self.latency_ms, 1),
            "head": self.content[:HEAD].hex() if with_content and self.content else None,
            "body": text,
            "retry_after": None if self.retry_after is None else _clean(self.retry_after)[:100],
        }


def harmless(header: str) -> bool:
    """Say whether everybody may see this header's value."""
    return header.lower() in HARMLESS or header.lower().startswith("pyorch-")


def _text(content: bytes) -> str | None:
    try:
        return _clean(content.decode("utf-8"))
    except UnicodeDecodeError:
        return None


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8").replace("\x00", "\N{REPLACEMENT CHARACTER}")
