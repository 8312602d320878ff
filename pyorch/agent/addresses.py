"""Which network addresses a call may go to: checked on the address that is connected to, so that DNS cannot lie."""

from __future__ import annotations

import errno
import ipaddress
import socket
from collections.abc import Callable
from typing import Any

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# IPv6 ranges that carry an IPv4 address inside: the inner address decides
NAT64 = ipaddress.ip_network("64:ff9b::/96")


class TargetNotAllowedError(OSError):
    """The resolved address is private, link-local, loopback or the like, and the endpoint has no allow_private."""

    def __init__(self, address: str, kind: str) -> None:
        super().__init__(errno.EACCES, f"target not allowed: {address} is {kind}")


def why_refused(address: str) -> str | None:
    """Say why an address is not public ("loopback", "private", …); None when it is public.

    Args:
        address: a numeric IPv4 or IPv6 address, an IPv6 one with or without a zone (`fe80::1%eth0`).
    """
    return _why(ipaddress.ip_address(address.partition("%")[0]))


def _why(ip: Address) -> str | None:
    inner = _inner(ip)
    if inner is not None:
        return _why(inner)
    for kind in ("loopback", "link_local", "multicast", "unspecified"):
        if getattr(ip, f"is_{kind}"):
            return kind.replace("_", "-")
    # the rest that is not routed on the internet: RFC 1918, shared (100.64/10), documentation, reserved, ULA …
    return None if ip.is_global and not ip.is_reserved else "private"


def _inner(ip: Address) -> ipaddress.IPv4Address | None:
    if isinstance(ip, ipaddress.IPv4Address):
        return None
    if ip in NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    if ip.teredo is not None:
        return ip.teredo[1]
    return ip.ipv4_mapped or ip.sixtofour


def public_socket(info: tuple[Any, ...]) -> socket.socket:
    """Make the socket for one resolved address, or refuse the address. For aiohttp's `socket_factory`.

    Raises:
        TargetNotAllowedError: the address is not public.
    """
    family, kind, protocol, _, target = info
    why = why_refused(target[0])
    if why is not None:
        raise TargetNotAllowedError(target[0], why)
    return socket.socket(family, kind, protocol)


SocketFactory = Callable[[tuple[Any, ...]], socket.socket]
