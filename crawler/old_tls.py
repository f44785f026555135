"""Portals whose TLS is older than today's rules.

Weaker ciphers are allowed, certificates are looked at as ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from twisted.internet.interfaces import IAcceptableCiphers
from twisted.internet.ssl import AcceptableCiphers, TLSVersion, optionsForClientTLS
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface import implementer

# OpenSSL takes a level among the names of ciphers; it can't be said in any other way here.
_ciphers: Any = AcceptableCiphers
_any = _ciphers.fromOpenSSLCipherString("ALL:!aNULL:!eNULL:@SECLEVEL=0")


@implementer(IAcceptableCiphers)
class _Old:
    def selectCiphers(self, available: Sequence[Any]) -> Sequence[Any]:  # noqa: N802
        chosen = tuple(_any.selectCiphers(available))
        return (*chosen, type(chosen[0])("@SECLEVEL=0"))


@implementer(IPolicyForHTTPS)
class _Policy:
    def creatorForNetloc(self, hostname: bytes, port: int) -> Any:  # noqa: N802
        extra = {
            "acceptableCiphers": _Old(),
            "fixBrokenPeers": True,
            "insecurelyLowerMinimumTo": TLSVersion.TLSv1_0,
        }
        return optionsForClientTLS(hostname.decode("ascii"), extraCertificateOptions=extra)


class OldTLSHandler(HTTP11DownloadHandler):
    """For a crawl of portals with `http: {tls: compatible}` alone."""

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)
        self._contextFactory: Any = _Policy()
