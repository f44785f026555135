"""Networks that nobody outside may lead us into, as data, and numbers however they are written."""

from __future__ import annotations

import ipaddress
import socket

from nianbao.parser.patterns import pattern_of

Number = ipaddress.IPv4Address | ipaddress.IPv6Address

# From IANA's registries of special-purpose addresses; what else is not 2000::/3 is nobody's.
CLOSED: dict[str, str] = {
    "0.0.0.0/8": "this host",
    "10.0.0.0/8": "private",
    "100.64.0.0/10": "a provider's inside, and clouds' services",
    "127.0.0.0/8": "loopback",
    "169.254.0.0/16": "link-local, and clouds' metadata",
    "172.16.0.0/12": "private",
    "192.0.0.0/24": "protocols",
    "192.0.2.0/24": "documentation",
    "192.88.99.0/24": "6to4 relays",
    "192.168.0.0/16": "private",
    "198.18.0.0/15": "benchmarks",
    "198.51.100.0/24": "documentation",
    "203.0.113.0/24": "documentation",
    "224.0.0.0/4": "multicast",
    "240.0.0.0/4": "reserved, and broadcast",
    "::/96": "unspecified, loopback, and IPv4 of old",
    "::ffff:0:0/96": "IPv4 in IPv6's clothes",
    "::ffff:0:0:0/96": "IPv4 translated",
    "64:ff9b::/96": "NAT64",
    "64:ff9b:1::/48": "NAT64 of a place's own",
    "100::/64": "thrown away",
    "2001::/23": "protocols, Teredo among them",
    "2001:db8::/32": "documentation",
    "3fff::/20": "documentation",
    "5f00::/16": "segment routing",
    "fc00::/7": "private",
    "fe80::/10": "link-local",
    "fec0::/10": "site-local of old",
    "ff00::/8": "multicast",
    "::/3": "nobody's",
    "4000::/2": "nobody's",
    "8000::/1": "nobody's",
}
NETWORKS = tuple(ipaddress.ip_network(written) for written in CLOSED)
# As inet_aton reads it: one to four numbers, decimal, octal or hexadecimal.
PART = r"(?:0[xX][0-9a-fA-F]*|[0-9]+)"
ODD = pattern_of(rf"{PART}(?:\.{PART}){{0,3}}\.?")


def number_of(host: str) -> Number | None:
    """The address that a host's name is in itself, however odd its spelling; None for a name."""
    bare = host.strip("[]").partition("%")[0]
    try:
        return ipaddress.ip_address(bare)
    except ValueError:
        pass
    if not ODD.fullmatch(bare):
        return None
    try:
        return ipaddress.ip_address(socket.inet_aton(bare.removesuffix(".")))
    except (OSError, ValueError):
        return None


def is_public(address: str) -> bool:
    """Whether a number may be asked; never what is none."""
    number = number_of(address)
    if number is None or any(number in network for network in NETWORKS):
        return False
    within = getattr(number, "sixtofour", None)  # IPv4 that a 6to4 relay would send it to
    return within is None or is_public(str(within))
