"""Send one call over HTTP: keep-alive, TLS verified, the address checked, nothing read without a bound."""

from __future__ import annotations

import asyncio
import time
from typing import Self

import aiohttp
from yarl import URL

from pyorch import __version__
from pyorch.agent.addresses import public_socket
from pyorch.agent.call import DRAIN, KEEP, Answer, Call, harmless
from pyorch.agent.reasons import reason
from pyorch.agent.resolver import DaemonResolver

# a connection that idles longer is not used again: many servers close it after 5 s, and a request on its way at that
# moment would fail although nobody is at fault
KEEP_ALIVE = 4.0
DNS_CACHE = 10
MAX_HOPS = 5
# 303 asks for a GET instead: the work would silently not be done, so it is reported as it is
REDIRECTS = (301, 302, 307, 308)


class Sender:
    """The connection pools; a context manager. Calls that may reach private addresses have a pool of their own."""

    async def __aenter__(self) -> Self:
        self._public = _session(allow_private=False)
        self._private = _session(allow_private=True)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._public.close()
        await self._private.close()

    async def send(self, call: Call) -> Answer:
        """Send a call and read its answer; the call's timeout is for all of it. Never raises, except CancelledError."""
        answer = Answer(call.call_id)
        started = time.perf_counter()
        try:
            async with asyncio.timeout(call.timeout_ms / 1000):
                await self._exchange(call, answer)
        except TimeoutError:
            answer.timed_out = True
            answer.error = f"no complete answer within {call.timeout_ms} ms"
        except Exception as exc:
            answer.error, answer.refused = reason(exc)
        answer.latency_ms = (time.perf_counter() - started) * 1000
        return answer

    async def _exchange(self, call: Call, answer: Answer) -> None:
        session = self._private if call.allow_private else self._public
        url = URL(call.url)
        headers = dict(call.headers)
        for _ in range(MAX_HOPS):
            async with session.request(
                call.method,
                url,
                headers=headers,
                data=None if call.body is None else call.body.encode(),
                allow_redirects=False,
            ) as response:
                answer.status_code = response.status
                answer.retry_after = response.headers.get("Retry-After")
                target = response.headers.get("Location")
                if target is None or not call.follow_redirects or response.status not in REDIRECTS:
                    kept = bytearray()
                    try:
                        await _read(response, kept)
                    finally:
                        # what came before a timeout or a broken connection says most about it
                        answer.content = call.masked(bytes(kept))
                    return
            further = url.join(URL(target))
            if url.scheme == "https" and further.scheme != "https":
                raise ValueError("redirect from https to another scheme refused")
            if further.host != url.host:
                # allowed_hosts was asked about the first host alone, and an endpoint may not widen it
                raise ValueError("redirect to another host refused")
            if further.origin() != url.origin():
                # what another origin may still see; all else can hold a secret
                headers = {name: value for name, value in headers.items() if harmless(name)}
            url = further
        raise ValueError(f"more than {MAX_HOPS} redirects")


def _session(allow_private: bool) -> aiohttp.ClientSession:
    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            # how many at a time is decided by SQL for each endpoint, and by the agent's concurrency
            limit=0,
            resolver=DaemonResolver(),
            ttl_dns_cache=DNS_CACHE,
            keepalive_timeout=KEEP_ALIVE,
            socket_factory=None if allow_private else public_socket,
        ),
        headers={"User-Agent": f"pyorch/{__version__}", "Accept-Encoding": "identity"},
        cookie_jar=aiohttp.DummyCookieJar(),
        # the head is kept as it came, and no answer can blow up
        auto_decompress=False,
        # one timeout for each call, around all of this
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),
        trust_env=False,
    )
    # aiohttp would send a GET or PUT again when a kept connection breaks: an arrival that no ledger row stands for
    session._retry_connection = False
    return session


async def _read(response: aiohttp.ClientResponse, kept: bytearray) -> None:
    """Read the answer to its end, or to a bound that closes the connection; keep its first bytes."""
    total = 0
    async for piece in response.content.iter_any():
        total += len(piece)
        if len(kept) < KEEP:
            kept += piece[: KEEP - len(kept)]
        if total > DRAIN:
            response.close()
            break
