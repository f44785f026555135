"""What a channel is: how alerts are put into a receiver's own form."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from nianbao.monitor.settings import Alerts

JSON = {"Content-Type": "application/json; charset=utf-8"}


class Post(NamedTuple):
    url: str
    body: bytes
    headers: Mapping[str, str]


class Message(NamedTuple):
    """What is to be posted, before it has a receiver's form."""

    url: str  # as it is configured
    texts: Sequence[str]  # an alert each
    mark: str  # the same if it is posted twice
    settings: Alerts

    @property
    def text(self) -> str:
        return "\n".join(self.texts)


@dataclass(frozen=True, slots=True)
class Channel:
    key: str  # of [alerts], and the kind of its rows in the outbox
    form: Callable[[Message], Post]
    says_code: bool = True  # robots answer 200 and say in a code whether they took it


def as_json(body: Mapping[str, object]) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()
