"""DNS look-ups that never hold up anything but their own calls."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult


class DaemonResolver(AbstractResolver):
    """getaddrinfo in a daemon thread for each look-up.

    asyncio's own executor has a handful of threads, and a look-up into a DNS black hole keeps one for ten seconds: a
    few such endpoints would stop all others, and the exit of the process, too. aiohttp asks once for a host at a time
    and caches the answer, so threads stay as few as there are hosts in trouble.
    """

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Resolve a host name.

        Raises:
            OSError: (socket.gaierror) there is no such host, or no name server answers.
        """
        loop = asyncio.get_running_loop()
        found: asyncio.Future[list[Any]] = loop.create_future()

        def settle(infos: list[Any], error: OSError | None) -> None:
            if found.done():
                return
            if error is None:
                found.set_result(infos)
            else:
                found.set_exception(error)

        def look_up() -> None:
            infos: list[Any] = []
            error: OSError | None = None
            try:
                infos = socket.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)
            except OSError as exc:
                error = exc
            except UnicodeError:
                error = socket.gaierror(socket.EAI_NONAME, "not a host name")
            with contextlib.suppress(RuntimeError):  # the loop is gone: nobody waits any more
                loop.call_soon_threadsafe(settle, infos, error)

        threading.Thread(target=look_up, daemon=True, name=f"dns {host}").start()
        return [
            ResolveResult(
                hostname=host,
                host=_numeric(address),
                port=port,
                family=int(info_family),
                proto=protocol,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for info_family, _, protocol, _, address in await found
        ]

    async def close(self) -> None:
        """Nothing to release: threads end by themselves."""


def _numeric(address: tuple[Any, ...]) -> str:
    """Return the numeric host; a link-local IPv6 address keeps its zone."""
    if len(address) > 3 and address[3]:
        return f"{address[0]}%{address[3]}"
    return str(address[0])
