"""What robots.txt allows.

Where it may not be read nothing may; where it can't be had now, nothing may now.
"""

from __future__ import annotations

from protego import Protego

from nianbao.crawler.addresses import split
from nianbao.crawler.answers import Answer

NAME = "nianbao"
# Seconds between two requests; a host that wants longer ones is left alone.
LONGEST_PAUSE = 60.0
MOST_TEXT = 512 * 1024
NOBODY = Protego.parse("User-agent: *\nDisallow: /")
CHALLENGES = (512, 521)  # the page itself will say so, too


class Rules:
    """The rules of one host."""

    def __init__(self, answer: Answer) -> None:
        self.protego: Protego | None = None
        self.later = answer.error
        if not self.later and answer.status >= 500 and answer.status not in CHALLENGES:
            self.later = "robots_unreachable"
        if answer.status in (401, 403):
            self.protego = NOBODY
        elif answer.status == 200 and "<html" not in answer.text[:500].lower():
            self.protego = Protego.parse(answer.text[:MOST_TEXT])

    def refused(self, url: str) -> str:
        """Why an address is not asked for now; empty if it may be."""
        if self.later:
            return self.later
        if self.pause > LONGEST_PAUSE:
            return "crawl_delay"
        if self.protego is None or self.protego.can_fetch(url, NAME):
            return ""
        return "robots"

    @property
    def pause(self) -> float:
        """Seconds between two requests, as the host asks for."""
        if self.protego is None:
            return 0.0
        pause = self.protego.crawl_delay(NAME) or 0.0
        rate = self.protego.request_rate(NAME)
        if rate is not None and rate.requests > 0:
            pause = max(pause, rate.seconds / rate.requests)
        return float(pause)


def robots_url(url: str) -> str:
    parts = split(url)
    return f"{parts.scheme}://{parts.netloc}/robots.txt"
