"""Errors of the wire in words for the ledger: short, stable, no url, header or body (they can hold secrets)."""

from __future__ import annotations

import os
import ssl

import aiohttp

from pyorch.agent.addresses import TargetNotAllowedError

NOT_ALLOWED = "target not allowed"


def reason(exc: Exception) -> tuple[str, bool]:
    """Return what went wrong, and whether the call was refused: never sent, since its target is not allowed."""
    if isinstance(exc, aiohttp.ClientConnectorDNSError):
        return f"could not resolve host {exc.host}", False
    if isinstance(exc, aiohttp.ClientConnectorCertificateError):
        return f"certificate of {exc.host} not accepted: {_certificate(exc.certificate_error)}", False
    if isinstance(exc, aiohttp.ClientSSLError):
        return f"no TLS with {exc.host}:{exc.port}: {_ssl(exc.os_error)}", False
    if isinstance(exc, aiohttp.ClientConnectorError):
        # of several addresses, aiohttp tells all errors in one text
        if isinstance(exc.os_error, TargetNotAllowedError) or NOT_ALLOWED in str(exc.os_error):
            where = str(exc.os_error.strerror or exc.os_error)
            return f"{where} (host {exc.host}); allow_private permits it", True
        why = os.strerror(exc.os_error.errno) if exc.os_error.errno else "no reason given"
        return f"could not connect to {exc.host}:{exc.port}: {why}", False
    if isinstance(exc, aiohttp.ServerDisconnectedError):
        return "server closed the connection without an answer", False
    if isinstance(exc, aiohttp.ClientPayloadError):
        return "the answer broke off", False
    if isinstance(exc, aiohttp.ClientResponseError):
        return "the answer is not HTTP", False
    if isinstance(exc, aiohttp.NonHttpUrlClientError | aiohttp.InvalidURL):
        return "the url is not a valid http or https url", True
    if isinstance(exc, aiohttp.ClientOSError):
        return f"connection lost: {exc.strerror or 'no reason given'}", False
    if isinstance(exc, ValueError):
        # yarl and aiohttp name what they refuse, a header for one; our own texts are safe
        text = str(exc)
        return (text if text.startswith(("redirect", "more than")) else "malformed url or header"), False
    return type(exc).__name__, False


def _certificate(error: Exception) -> str:
    return getattr(error, "verify_message", "") or type(error).__name__


def _ssl(error: OSError) -> str:
    return str(getattr(error, "reason", None) or (type(error).__name__ if isinstance(error, ssl.SSLError) else error))
