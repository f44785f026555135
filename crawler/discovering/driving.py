"""Who asks for what a search wants: politely, at most so often, and nothing twice.

Every answer is kept in a file until the search has ended and what it found is written: one that
was broken off goes on where it was, and one that was only shown is not made again to be written,
for the same answers lead to the same place.
"""

from __future__ import annotations

import base64
import gzip
import json
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from nianbao.crawler.answers import Answer, Ask, Task, number_in
from nianbao.crawler.client import Client
from nianbao.crawler.discovering.found import MOST_ASKED
from nianbao.crawler.discovering.searching import ENOUGH

Result = TypeVar("Result")
OLDEST = timedelta(days=2)  # a search that was broken off longer ago begins anew
FRESH = timedelta(hours=1)  # what an ended one has seen is looked at again after that
ENDED = "ended"


class Kept(NamedTuple):
    """The answers of a search, in the order in which they were asked for."""

    file: Path
    answers: dict[str, tuple[Answer, int]]  # by the request; and how many requests it took

    def has(self, ask: Ask) -> bool:
        return _key(ask) in self.answers


def kept_in(file: Path, now: datetime) -> Kept:
    """What was answered before; nothing where that is old, or of another time."""
    if not file.exists():
        return Kept(file, {})
    ended = file.read_text(encoding="utf-8").endswith(f"\n{ENDED}")
    age = timedelta(seconds=now.timestamp() - file.stat().st_mtime)
    if age > (FRESH if ended else OLDEST):
        file.unlink()
        return Kept(file, {})
    return Kept(file, dict(_lines(file)))


def keep_ended(kept: Kept) -> None:
    """What an ended search has seen stays for a while: a person may want it written."""
    if kept.answers:
        with kept.file.open("a", encoding="utf-8") as out:
            out.write(f"\n{ENDED}")


def forget(kept: Kept) -> None:
    kept.file.unlink(missing_ok=True)
    with suppress(OSError):
        kept.file.parent.rmdir()


def _lines(file: Path) -> Iterator[tuple[str, tuple[Answer, int]]]:
    for line in file.read_text(encoding="utf-8").splitlines():
        try:
            told = json.loads(line)
            body = gzip.decompress(base64.b64decode(told["body"]))
        except (ValueError, KeyError, EOFError, OSError):
            continue  # a line that was being written when it was broken off
        answer = Answer(
            told["url"], told["status"], told["headers"], body, told["error"], told["asked"]
        )
        yield told["key"], (answer, told["cost"])


def _key(ask: Ask) -> str:
    return f"{ask.method} {ask.url.partition('#')[0]} {ask.body}".strip()


def _keep(kept: Kept, ask: Ask, answer: Answer, cost: int) -> None:
    kept.answers[_key(ask)] = (answer, cost)
    told = {
        "key": _key(ask),
        "url": answer.url,
        "status": answer.status,
        "headers": dict(answer.headers),
        "error": answer.error,
        "asked": answer.asked,
        "cost": cost,
        "body": base64.b64encode(gzip.compress(answer.body, 1, mtime=0)).decode(),
    }
    kept.file.parent.mkdir(parents=True, exist_ok=True)
    with kept.file.open("a", encoding="utf-8") as out:
        out.write("\n" + json.dumps(told, ensure_ascii=False))


def drive(
    conversation: Generator[Ask | Task, Any, Result],
    client: Client,
    kept: Kept,
    *,
    most: int = MOST_ASKED,
    changed: Callable[[], None] = lambda: None,
) -> Result:
    """Until the conversation is over. Past `most` requests of this run nothing is asked for."""
    said: Any = None
    try:
        while True:
            step = conversation.send(said)
            if isinstance(step, Task):
                said = step.run()
            else:
                said = _answer(step, client, kept, most)
                changed()
    except StopIteration as end:
        result: Result = end.value
        return result


MOST_FOR_ONE = 8  # requests that one answer may take: robots.txt, and redirects


PATIENCE = 2  # times that a host that is busy is asked again
WAIT, LONGEST_WAIT = 5, 60  # seconds, where it does not say, and at the most


def _answer(ask: Ask, client: Client, kept: Kept, most: int) -> Answer:
    if kept.has(ask):
        return kept.answers[_key(ask)][0]
    if client.count + MOST_FOR_ONE > most:
        return Answer(ask.url, error=ENOUGH, asked=ask.url)
    before = client.count
    answer = client.fetch(ask)
    for _ in range(PATIENCE):
        if answer.status not in (429, 503) or client.count + MOST_FOR_ONE > most:
            break
        time.sleep(min(number_in(answer.headers.get("retry-after", "")) or WAIT, LONGEST_WAIT))
        answer = client.fetch(ask)
    _keep(kept, ask, answer, client.count - before)
    return answer
