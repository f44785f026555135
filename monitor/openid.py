"""Signing in at a provider by OpenID Connect: what is asked of it, and whether its answer holds.

Authorization code with PKCE. What binds an answer to who began is made of one secret, which that
browser alone holds: nothing of it is kept here.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import quote, unquote, urlencode

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from requests.adapters import HTTPAdapter

from nianbao.monitor.settings import Oidc
from nianbao.monitor.sign_in import is_kept_secret

SKEW = 60  # seconds by which its clock and ours may differ
WITHIN = timedelta(minutes=10)  # somebody signs in there
KEPT = 3600.0  # seconds that what it says of itself holds
REST = 10.0  # after it could not be asked, and between two questions for keys
TIMES = (3.0, 5.0)  # to connect, and for each part of an answer
WHOLE = 6.0  # for all of it
MOST = 512 * 1024
LONGEST_SUBJECT = 255
AT_ONCE = 8
# Signed with a key that the provider alone has: neither `none` nor one that we hold, too.
ALGORITHMS: tuple[str, ...] = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "Ed25519", "EdDSA"),
)


class OpenIdError(Exception):
    """Why nobody is signed in: the word that says so, and what the log is told."""

    def __init__(self, word: str, why: str = "", status: int = 403) -> None:
        self.word, self.why, self.status = word, why[:200], status
        super().__init__(f"{word}: {self.why}")


# ---- what binds an answer to who began. Pure


class Begun(NamedTuple):
    """Somebody began to sign in; their browser keeps it."""

    secret: str
    at: int  # seconds
    goes_to: str  # a page of ours

    def made(self, what: str) -> str:
        """Of 43 letters; another for each use, time and page."""
        said = f"{what}\n{self.at}\n{self.goes_to}"
        digest = hmac.digest(self.secret.encode(), said.encode(), hashlib.sha256)
        return urlsafe_b64encode(digest).rstrip(b"=").decode()

    @property
    def state(self) -> str:
        return self.made("state")

    @property
    def nonce(self) -> str:
        return self.made("nonce")

    @property
    def verifier(self) -> str:
        return self.made("verifier")

    def as_cookie(self) -> str:
        return f"{self.secret}.{self.at}.{quote(self.goes_to, safe='')}"


def begun_at(now: datetime, goes_to: str) -> Begun:
    return Begun(secrets.token_urlsafe(32), int(now.timestamp()), goes_to)


def begun_in(cookie: str, state: str, now: datetime) -> Begun:
    """What a browser kept. Raises OpenIdError where it is not what it began, or long ago."""
    secret, _, left = cookie.partition(".")
    at, _, goes_to = left.partition(".")
    if len(secret) < 40 or not (at.isascii() and at.isdigit() and len(at) < 12):
        raise OpenIdError("oidc_not_begun", "no cookie", 400)
    begun = Begun(secret, int(at), unquote(goes_to))
    if not hmac.compare_digest(begun.state.encode(), state.encode()):
        raise OpenIdError("oidc_not_begun", "state", 400)
    if not -SKEW <= now.timestamp() - begun.at <= WITHIN.total_seconds():
        raise OpenIdError("oidc_not_begun", "expired", 400)
    return begun


# ---- whether what it says of somebody holds. Pure


def claims_in(token: object, keys: KeySet, oidc: Oidc, nonce: str, now: datetime) -> dict[str, Any]:
    """What an ID token says. Raises OpenIdError, and InvalidKeyIdError where none of the keys is
    meant.
    """
    if not isinstance(token, str) or not token.isascii():
        raise OpenIdError("oidc_odd", "no id_token", 502)
    try:
        claims: dict[str, Any] = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
    except InvalidKeyIdError:
        raise
    except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise OpenIdError("oidc_forged", f"id_token: {type(error).__name__}") from None
    if wrong := wrong_in(claims, oidc, nonce, now):
        raise OpenIdError("oidc_late" if wrong in TIMELY else "oidc_forged", wrong)
    return claims


TIMELY = ("exp", "iat", "nbf")


def wrong_in(claims: Mapping[str, Any], oidc: Oidc, nonce: str, now: datetime) -> str:
    """The claim that does not hold; empty where all do."""
    of = claims.get("aud")
    audience = [of] if isinstance(of, str) else of
    moment = now.timestamp()
    if claims.get("iss") != oidc.issuer:
        return "iss"
    if not isinstance(audience, list) or oidc.client_id not in audience:
        return "aud"
    is_shared = "azp" in claims or len(audience) > 1  # it was made for somebody else, too
    if is_shared and claims.get("azp") != oidc.client_id:
        return "azp"
    said = claims.get("nonce")
    if not isinstance(said, str) or not hmac.compare_digest(said.encode(), nonce.encode()):
        return "nonce"
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
        return "sub"
    for name, needed in (("exp", True), ("iat", True), ("nbf", False)):
        at = claims.get(name)
        if at is None and not needed:
            continue
        if not isinstance(at, int | float) or isinstance(at, bool):
            return name
        if not (moment < at + SKEW if name == "exp" else at - SKEW <= moment):
            return name
    return ""


def name_of(claims: Mapping[str, Any], claim: str) -> str:
    """Whose account may be meant; an email only where the provider has verified it."""
    said = claims.get(claim)
    is_known = claim != "email" or claims.get("email_verified") is True
    return said if isinstance(said, str) and is_known else ""


# ---- what is asked of it


class Bounded(HTTPAdapter):
    """Neither long nor much: an answer comes in time and is small, or is none."""

    def send(self, request: requests.PreparedRequest, **more: Any) -> requests.Response:  # type: ignore[override]
        ends = time.monotonic() + WHOLE
        answer = super().send(request, **{**more, "stream": True, "timeout": TIMES})
        body = bytearray()
        for part in answer.iter_content(8192):
            body += part
            if len(body) > MOST or time.monotonic() > ends:
                answer.close()
                raise requests.Timeout("too long or too much")
        answer._content = bytes(body)
        answer._content_consumed = True  # type: ignore[attr-defined]
        return answer


def bounded(session: requests.Session) -> requests.Session:
    for begins in ("https://", "http://"):
        session.mount(begins, Bounded())
    return session


@contextmanager
def asking() -> Iterator[None]:
    """Whatever may go wrong with a provider is one of these."""
    try:
        yield
    except AuthlibBaseError as error:
        ours = error.error in ("invalid_client", "unauthorized_client", "invalid_scope")
        word = "oidc_client" if ours else "oidc_code"
        raise OpenIdError(word, f"token: {error.error}", 502 if ours else 403) from None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise OpenIdError("oidc_odd", type(error).__name__, 502) from None
    except requests.RequestException as error:
        raise OpenIdError("oidc_down", type(error).__name__, 503) from None


class Heard(NamedTuple):
    """What a provider says of itself, and when it did."""

    about: Mapping[str, Any]
    keys: KeySet
    at: float


@dataclass
class Provider:
    """A provider, with what it said of itself and its keys; asked again after an hour."""

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _waiting: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(AT_ONCE))
    _busy: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(AT_ONCE))
    _heard: Heard | None = None
    _failed: float = float("-inf")

    def about(self, oidc: Oidc) -> Mapping[str, Any]:
        """Raises OpenIdError."""
        return self._known(oidc)[0]

    def _known(self, oidc: Oidc, *, anew: bool = False) -> tuple[Mapping[str, Any], KeySet]:
        holds = REST if anew else KEPT
        if (known := self._heard) is not None and time.monotonic() - known.at < holds:
            return known.about, known.keys
        with self._once():
            if (known := self._heard) is not None and time.monotonic() - known.at < holds:
                return known.about, known.keys
            if time.monotonic() - self._failed < REST:
                raise OpenIdError("oidc_down", "it was not there just now", 503)
            try:
                about = _about(oidc)
                keys = _keys(about)
            except OpenIdError:
                self._failed = time.monotonic()
                raise
            self._heard = Heard(about, keys, time.monotonic())
            return about, keys

    @contextmanager
    def _once(self) -> Iterator[None]:
        """One asks, some wait for what it hears; whoever comes then is told so at once, that pages
        which ask nobody are answered.
        """
        with self._bounded(self._waiting), self._lock:
            yield

    @contextmanager
    def _bounded(self, few: threading.Semaphore) -> Iterator[None]:
        if not few.acquire(blocking=False):
            raise OpenIdError("oidc_down", "too many at once", 503)
        try:
            yield
        finally:
            few.release()

    def address(self, oidc: Oidc, begun: Begun, back: str) -> str:
        """Where somebody signs in. Raises OpenIdError."""
        about = self.about(oidc)
        with (
            asking(),
            OAuth2Session(
                oidc.client_id, scope=SCOPE, redirect_uri=back, code_challenge_method="S256"
            ) as session,
        ):
            where, _ = session.create_authorization_url(
                about["authorization_endpoint"],
                state=begun.state,
                code_verifier=begun.verifier,
                nonce=begun.nonce,
            )
        return str(where)

    def signed_in(
        self, oidc: Oidc, secret: str, begun: Begun, code: str, back: str, now: datetime
    ) -> dict[str, Any]:
        """What it says of who has signed in: `sub`, and the claim that names them, if it may be
        told. Raises OpenIdError.
        """
        with self._bounded(self._busy):
            about, keys = self._known(oidc)
            with asking():
                token = _token(about, oidc, secret, begun, code, back)
                try:
                    claims = claims_in(token.get("id_token"), keys, oidc, begun.nonce, now)
                except InvalidKeyIdError:
                    claims = self._with_new_keys(token, oidc, begun, now)
                if not name_of(claims, oidc.claim):
                    claims = {**_more(about, token, claims["sub"]), "sub": claims["sub"]}
                return claims

    def _with_new_keys(
        self, token: Mapping[str, Any], oidc: Oidc, begun: Begun, now: datetime
    ) -> dict[str, Any]:
        """It changes its keys; they are asked for again, not at everybody's wish."""
        _, keys = self._known(oidc, anew=True)
        try:
            return claims_in(token.get("id_token"), keys, oidc, begun.nonce, now)
        except InvalidKeyIdError:
            raise OpenIdError("oidc_forged", "id_token: kid") from None

    def leaving(self, oidc: Oidc, back: str) -> str:
        """Where somebody signs out there, too; empty where it can't be done, or is not known."""
        said = self._heard.about.get("end_session_endpoint") if self._heard is not None else ""
        if not isinstance(said, str) or not is_kept_secret(said):
            return ""
        told = urlencode({"client_id": oidc.client_id, "post_logout_redirect_uri": back})
        return f"{said}{'&' if '?' in said else '?'}{told}"


SCOPE = "openid profile email"
NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")
WELL_KNOWN = "/.well-known/openid-configuration"


def _about(oidc: Oidc) -> Mapping[str, Any]:
    with asking():
        about = _json(f"{oidc.issuer.rstrip('/')}{WELL_KNOWN}")
        if about.get("issuer") != oidc.issuer:
            called = str(about.get("issuer"))[:100]
            raise OpenIdError("oidc_odd", f"it calls itself {called!r}", 502)
        for name in NEEDED:
            if not is_kept_secret(str(about[name])):
                raise OpenIdError("oidc_odd", f"{name} is not https", 502)
        return about


def _keys(about: Mapping[str, Any]) -> KeySet:
    with asking():
        said = _json(about["jwks_uri"])
        signing = [each for each in said["keys"] if each.get("use", "sig") == "sig"]
        try:
            keys = KeySet.import_key_set({"keys": [each for each in signing if "k" not in each]})
        except JoseError as error:
            raise OpenIdError("oidc_odd", f"keys: {type(error).__name__}", 502) from None
        if not keys.keys:
            raise OpenIdError("oidc_odd", "no keys", 502)
        return keys


def _json(url: str, **headers: str) -> dict[str, Any]:
    with bounded(requests.Session()) as session:
        answer = session.get(url, headers=headers, allow_redirects=False)
    if answer.status_code != 200:
        raise requests.RequestException(f"{answer.status_code}")
    said = answer.json()
    if not isinstance(said, dict):
        raise ValueError("no object")
    return said


def _token(
    about: Mapping[str, Any], oidc: Oidc, secret: str, begun: Begun, code: str, back: str
) -> Mapping[str, Any]:
    ways = about.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    way = next((each for each in WAYS if each in ways), WAYS[0])
    with OAuth2Session(
        oidc.client_id, secret, redirect_uri=back, token_endpoint_auth_method=way
    ) as session:
        bounded(session)
        token = session.fetch_token(
            about["token_endpoint"],
            grant_type="authorization_code",
            code=code,
            code_verifier=begun.verifier,
            allow_redirects=False,
        )
        if not isinstance(token, Mapping):
            raise ValueError("no token")
        return token


WAYS = ("client_secret_basic", "client_secret_post")


def _more(about: Mapping[str, Any], token: Mapping[str, Any], subject: str) -> dict[str, Any]:
    """What it says of the same person where it is asked for it."""
    where, bearer = about.get("userinfo_endpoint"), token.get("access_token")
    if not isinstance(where, str) or not is_kept_secret(where) or not isinstance(bearer, str):
        return {}
    said = _json(where, Authorization=f"Bearer {bearer}")
    if said.get("sub") != subject:
        raise OpenIdError("oidc_forged", "userinfo: sub")
    return said
