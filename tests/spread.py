"""In which order tests are run side by side, so that nobody waits for the last one."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from itertools import groupby
from typing import TypeVar

T = TypeVar("T")
Group = TypeVar("Group", bound=Hashable)


def spread(
    items: Sequence[T],
    group_of: Callable[[T], Group],
    seconds: Mapping[Group, float],
    workers: int,
) -> list[T]:
    """Each worker is first given as many as any other, one after another, and takes from others' ends
    when it is done. So what takes long begins the shares, about as long in each; a group stays whole,
    since its tests share what they are held against.
    """
    groups = [(group, list(of)) for group, of in groupby(items, group_of)]
    long = [each for each in groups if each[0] in seconds]
    long.sort(key=lambda each: -seconds[each[0]])
    taken = [0.0] * workers
    shares: list[list[T]] = [[] for _ in range(workers)]
    for group, of in long:
        least = taken.index(min(taken))
        taken[least] += seconds[group]
        shares[least] += of
    rest = [item for group, of in groups if group not in seconds for item in of]
    room = len(items)
    for n, share in enumerate(shares):
        size = max(len(share), room // (workers - n))
        room -= size
        free = size - len(share)
        share += rest[:free]
        del rest[:free]
    return [item for share in shares for item in share] + rest
