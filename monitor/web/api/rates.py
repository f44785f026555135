"""How often one and the same may ask."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from starlette.requests import Request

from nianbao.monitor.web.sessions import address_of
from nianbao.monitor.web.visitor import who


@dataclass
class Rates:
    """Counted in this process, by who is signed in, else by the address."""

    per_minute: int
    _limiter: SlidingWindowCounterRateLimiter = field(
        default_factory=lambda: SlidingWindowCounterRateLimiter(MemoryStorage())
    )

    def wait(self, request: Request) -> int:
        """Seconds for which to wait; 0: it may be answered, and was counted."""
        visitor, rate = who(request), RateLimitItemPerMinute(self.per_minute)
        asker = visitor.name if visitor.is_signed_in else address_of(request)
        if self._limiter.hit(rate, asker):
            return 0
        left = self._limiter.get_window_stats(rate, asker).reset_time - time.time()
        return max(1, int(left) + 1)
