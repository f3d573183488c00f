"""Where a message may be sent. A phone names the address, and our server will post to it from inside the network: so
only to push services that are known, and never to an address that only somebody inside can reach.

Asked when a phone is kept and again when something is sent: a row outlives the rule it was let in by.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

KNOWN = (
    "fcm.googleapis.com",
    "jmt17.google.com",  # Chromium without Google's name
    "*.push.services.mozilla.com",
    "*.push.apple.com",
    "*.notify.windows.com",
)
WINDOWS = ".notify.windows.com"
LONGEST = 2_048
# Read by one pattern that leaves nothing to interpret: no name and password, no fragment, no spaces, no backslash.
ENDPOINT = re.compile(
    r"(https?)://((?:[a-z0-9-]{1,63}\.)*[a-z0-9-]{1,63})(?::([0-9]{1,5}))?(?:/[\w.~:/?=&%+,;@!$'()*-]*)", re.ASCII
)
HOST = re.compile(r"(\*\.)?([a-z0-9-]{1,63}\.)+[a-z][a-z0-9-]{1,62}")
ORIGIN = re.compile(r"https?://[a-z0-9.-]{1,253}(:[0-9]{1,5})?")
# What Python calls global and is not, or leads to what is not.
INSIDE = [
    ip_network(each)
    for each in ("224.0.0.0/4", "192.88.99.0/24", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")
] + [ip_network(each) for each in ("fec0::/10", "ff00::/8", "::/96")]


def origin_of(endpoint: str, more: Iterable[str] = ()) -> str | None:
    """The origin of an endpoint that may be sent to. `more` are the hosts and origins of PUSH_ALLOWED_HOSTS."""
    found = ENDPOINT.fullmatch(endpoint) if len(endpoint) <= LONGEST else None
    if found is None:
        return None
    scheme, host, port = found.groups()
    standing = "" if port is None or (scheme, port) == ("https", "443") else f":{port}"
    origin = f"{scheme}://{host}{standing}"
    hosts = [*KNOWN, *(each for each in more if "/" not in each)]
    is_known = scheme == "https" and not standing and any(_covers(each, host) for each in hosts)
    return origin if is_known or origin in more else None


def _covers(allowed: str, host: str) -> bool:
    return host.endswith(allowed[1:]) if allowed.startswith("*.") else host == allowed


def named(more: Iterable[str]) -> frozenset[str]:
    """Hosts that whoever runs the app wrote down with their scheme: they may be inside."""
    return frozenset(urlsplit(each).hostname or "" for each in more if "/" in each)


def is_public(address: str) -> bool:
    found: IPv4Address | IPv6Address = ip_address(address)
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return found.is_global and not any(found in each for each in INSIDE)


class PublicOnly(AbstractResolver):
    """Looks names up, and keeps what is outside. The connection is made to the very address that was looked at, so a
    name that answers something else the next time gains nothing."""

    def __init__(self, inside: frozenset[str], resolver: AbstractResolver | None = None) -> None:
        self._inside = inside
        self._resolver = resolver or ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        allowed = [each for each in found if host in self._inside or is_public(each["host"])]
        if not allowed:
            raise OSError("the name leads nowhere outside")
        return allowed

    async def close(self) -> None:
        await self._resolver.close()
