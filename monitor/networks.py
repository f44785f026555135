"""Whose word is taken of who asks: the addresses of proxies. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network
MOST_HOPS = 20  # proxies, one behind the other
# As proxies write them: 10.0.0.7, 10.0.0.7:5123, 2001:db8::7, [2001:db8::7], [2001:db8::7]:5123
WITH_PORT = re.compile(r"\[([^\[\]]+)\](?::\d+)?|([\d.]+):\d+")


def networks_of(said: str) -> tuple[Network, ...]:
    """Addresses and networks, parted by commas. Raises ValueError, where one is everybody's too."""
    found = tuple(ip_network(part.strip()) for part in said.split(",") if part.strip())
    if any(each.prefixlen == 0 for each in found):
        raise ValueError(said)
    return found


def are_networks(said: str) -> bool:
    try:
        networks_of(said)
    except ValueError:
        return False
    return True


def address_in(said: str) -> IPv4Address | IPv6Address | None:
    """An address, with a port or without; None where it is none."""
    bare = said.strip()
    if parts := WITH_PORT.fullmatch(bare):
        bare = parts[1] or parts[2]
    try:
        found = ip_address(bare)
    except ValueError:
        return None
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        return found.ipv4_mapped
    return found


def is_within(said: str, networks: Iterable[Network]) -> bool:
    found = address_in(said)
    return found is not None and any(
        found.version == each.version and found in each for each in networks
    )


def is_this_machine(said: str) -> bool:
    found = address_in(said)
    return found is not None and found.is_loopback


def asker(near: str, forwarded: Sequence[str], proxies: Sequence[Network]) -> str:
    """Who asks, by the lines of `X-Forwarded-For`: each proxy adds at the end whom it heard, and
    only a proxy is believed. What somebody wrote there before the first of them is nobody's word.
    """
    heard = ",".join(forwarded).rsplit(",", MOST_HOPS)[-MOST_HOPS:]
    at = near
    for told in reversed(heard):
        found = address_in(told)
        if found is None or not is_within(at, proxies):
            break
        at = str(found)
    return at
