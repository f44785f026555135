"""Forms of somebody who is signed in come from a page that was drawn for them: each holds a token.

It is drawn into every form of every page, and looked for before the router: no page and no act
can forget it. It is made of a secret that their browser alone holds.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from base64 import urlsafe_b64encode

from starlette.types import Message, Receive

FIELD = "form_token"
SESSION = "nianbao_session"  # the cookie of who has signed in here
BROWSER = "nianbao_form"  # that of who is signed in by a proxy
SAFE = ("GET", "HEAD", "OPTIONS")  # nothing is done
SALT = 11  # letters
HEAD = 64 * 1024  # bytes of a form within which its token stands: browsers send it first
DRAINED = 64 * 1024 * 1024  # of one that is refused: who sends it is told
# Each form that does something; one that goes elsewhere is told nothing.
FORM = re.compile(r"""<form\b(?=[^>]*\bmethod="post")(?![^>]*\baction="(?!/(?!/)))[^>]*>""", re.I)
# A button by which a form that only asks is sent to do something.
BUTTON = re.compile(
    r"""<button\b(?=[^>]*\bformmethod="post")(?![^>]*\bformaction="(?!/(?!/)))[^>]*(?=>)""", re.I
)
SAID = re.compile(
    rb'(?:(?:^|&)form_token=|name="form_token"\r\n\r\n)([A-Za-z0-9_-]{54})(?=&|\r\n|$)'
)


def new_secret() -> str:
    return secrets.token_urlsafe(32)


def token_of(secret: str, name: str, salt: str = "") -> str:
    """Another for each page: what is told of a compressed page's length tells nothing of it. Empty
    where the browser holds no secret.
    """
    if not secret:
        return ""
    salt = salt or secrets.token_urlsafe(8)
    digest = hmac.digest(secret.encode(), f"form\n{salt}\n{name}".encode(), hashlib.sha256)
    return f"{salt}{urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def is_token(said: str, secret: str, name: str) -> bool:
    """Pure."""
    told = token_of(secret, name, said[:SALT])
    return bool(told) and hmac.compare_digest(said.encode(), told.encode())


def with_token(page: str, token: str) -> str:
    """A page whose forms hold it. Pure."""
    if not token:
        return page
    field = f'<input type="hidden" name="{FIELD}" value="{token}">'
    page = BUTTON.sub(lambda button: f'{button[0]} name="{FIELD}" value="{token}"', page)
    return FORM.sub(lambda form: f"{form[0]}{field}", page)


class Held:
    """A form, read so far that its token is seen; it is read again from its beginning."""

    def __init__(self, receive: Receive) -> None:
        self.receive = receive
        self.read: list[Message] = []

    async def __call__(self) -> Message:
        return self.read.pop(0) if self.read else await self.receive()

    async def says(self, secret: str, name: str) -> bool:
        """Whether the token of somebody's page is in it."""
        head = b""
        while True:
            message = await self.receive()
            self.read.append(message)
            head += message.get("body", b"")
            is_all = not message.get("more_body")
            for told in SAID.finditer(head[:HEAD]):
                if is_token(told[1].decode(), secret, name):
                    return True
            if is_all or len(head) >= HEAD:
                return False

    async def drain(self) -> None:
        """What is left of it, so that whoever sends it hears the answer."""
        left = DRAINED
        message = self.read[-1] if self.read else await self.receive()
        while message.get("more_body") and left > 0:
            message = await self.receive()
            left -= len(message.get("body", b""))
