"""Addresses as pages print them: joined as a browser does it, taken apart, compared.

A page may hold anything: what is no address is an empty one, and nothing raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import SplitResult, quote, quote_plus, unquote_to_bytes, urljoin, urlsplit

from nianbao.parser.patterns import pattern_of

LONGEST = 4000
NOTHING = SplitResult("", "", "", "", "")
# As browsers write it: a name or a number, maybe a port; nobody's name and password.
NETLOC = pattern_of(r"(?:[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?\.?|\[[0-9a-f:.]+\])(?::\d{1,5})?")
DEFAULT_PORTS = {"http": ":80", "https": ":443"}
# What a browser writes with percent signs, in a path and in a query.
UNSAFE = pattern_of("[^!#-;=?-~]+")


def split(url: str) -> SplitResult:
    """The parts of an address; all are empty where it is none."""
    try:
        parts = urlsplit(url)
        return parts if (parts.port or 0) >= 0 else NOTHING
    except ValueError:
        return NOTHING


def host_of(url: str) -> str:
    """The name of the host, without its port."""
    return split(url).hostname or ""


def is_address(url: str) -> bool:
    """Whether it can be asked for."""
    parts = split(url)
    bounded = len(url) <= LONGEST and not UNSAFE.search(url)
    return bounded and parts.scheme in DEFAULT_PORTS and _netloc(parts) != ""


def joined(base: str, href: str, encoding: str = "utf-8") -> str:
    """Where a link leads, as it is printed; empty where it leads nowhere.

    A browser writes the query's characters in the page's encoding and all others in UTF-8.
    """
    try:
        full = urljoin(base, _tidy(href))
    except ValueError:
        return ""
    return as_asked(full, encoding)


def as_asked(url: str, encoding: str = "utf-8") -> str:
    """An address as it is asked for; empty where it can't be."""
    parts = split(url.strip())
    netloc = _netloc(parts)
    if not netloc or parts.scheme not in DEFAULT_PORTS:
        return ""
    path = _percent(parts.path, "utf-8") or "/"
    full = f"{parts.scheme}://{netloc}{path}"
    if parts.query or "?" in url.partition("#")[0]:
        full += f"?{_percent(parts.query, encoding)}"
    if len(full) > LONGEST:
        return ""
    return full


def _tidy(href: str) -> str:
    """Without line ends and blanks around; a Windows path's strokes turned."""
    printed = re.sub(r"[\t\r\n]", "", href).strip("".join(map(chr, range(33))))
    path, mark, query = printed.partition("?")
    return path.replace("\\", "/") + mark + query


def _netloc(parts: SplitResult) -> str:
    """The host and its port as they are asked for; empty where there is none."""
    netloc = parts.netloc.lower()
    if not netloc.isascii():
        name, colon, port = netloc.partition(":")
        try:
            netloc = name.encode("idna").decode() + colon + port
        except UnicodeError:
            return ""
    if not NETLOC.fullmatch(netloc):
        return ""
    return netloc.removesuffix(DEFAULT_PORTS.get(parts.scheme, ""))


def _percent(text: str, encoding: str) -> str:
    def written(match: re.Match[str]) -> str:
        return quote(match[0].encode(encoding, "xmlcharrefreplace"), safe="")

    return UNSAFE.sub(written, text)


def key_of(url: str) -> str:
    """The same for all addresses of one article, in whatever way each is written.

    No fragment, no mobile twin, no default port.
    """
    parts = split(url)
    if not parts.netloc:
        return url
    netloc = parts.netloc.lower().removesuffix(DEFAULT_PORTS.get(parts.scheme, ":443"))
    path = re.sub(r"_wap(?=\.s?html?$)", "", _percent(parts.path, "utf-8") or "/")
    key = f"{parts.scheme}://{netloc}{path}"
    if pairs := "&".join(_pairs(parts.query)):
        key += f"?{pairs}"
    return key


def _pairs(query: str) -> Iterator[str]:
    for pair in filter(None, query.split("&")):
        name, _, value = pair.partition("=")
        if name.lower() != "ismobile":
            yield f"{_requoted(name)}={_requoted(value)}"


def _requoted(text: str) -> str:
    """In one way of writing, whatever encoding its bytes are in."""
    plain = text.replace("+", " ").encode("utf-8", "xmlcharrefreplace")
    return quote_plus(unquote_to_bytes(plain))


def lost_key_of(url: str) -> str:
    """How addresses were once written down: what is not UTF-8 in them was lost."""
    return re.sub("(?:%[0-9A-F]{2})+", _lost, key_of(url))


def _lost(match: re.Match[str]) -> str:
    return quote(unquote_to_bytes(match[0]).decode("utf-8", "replace"), safe="")
