"""`nianbao discover --province --hosts`: whose front pages some candidate hosts are."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

from nianbao.crawler.client import Client
from nianbao.crawler.discovering.provinces import (
    RANKS,
    CountyKnown,
    Known,
    Seen,
    candidates,
    known_of,
    look_at,
)
from nianbao.crawler.probe import converse
from nianbao.crawler.states import STATES
from nianbao.monitor.cli.bars import bar
from nianbao.monitor.cli.console import Screen
from nianbao.monitor.cli.exits import end
from nianbao.monitor.cli.language import one_of, reason, say
from nianbao.monitor.cli.screen import echo
from nianbao.storage.nation import County, counties

WORDS: Mapping[Known, tuple[str, str]] = {
    "proven": ("已证实", "proven"),
    "known": ("主机已知，未证实", "host known, not proven"),
    "blocked": ("拒绝访问", "blocked"),
    "unknown": ("未知", "unknown"),
}


def look_at_hosts(province: str, hosts: Path, client: Client, *, as_json: bool, anew: bool) -> None:
    """Every candidate once; what was seen is kept beside the list, and not asked for again."""
    among = [each for each in counties() if province in (each.code[:2], each.province)]
    if not among:
        end(2, f"{province}：没有这个省", f"{province}: no such province")
    try:
        text = hosts.read_text(encoding="utf-8-sig")
        kept = hosts.with_name(f"{hosts.name}.seen.jsonl")
        if anew:
            kept.unlink(missing_ok=True)
        seen = _looked(text, among, kept, client)
    except (OSError, UnicodeDecodeError) as error:
        end(2, f"{hosts}: {reason(error)}")
    told = known_of(among, seen)
    if as_json:
        echo(json.dumps([each._asdict() for each in told], ensure_ascii=False, indent=1))
    else:
        _show(told, client.count)


@dataclass(frozen=True)
class _Kept:
    """What was seen of hosts, a line each."""

    file: Path

    def read(self) -> Iterator[Seen]:
        if not self.file.exists():
            return
        for line in self.file.read_text(encoding="utf-8").splitlines():
            try:
                yield Seen(**json.loads(line))
            except (ValueError, TypeError):
                continue  # it was being written when it was broken off

    def add(self, seen: Seen) -> None:
        with self.file.open("a", encoding="utf-8") as out:
            out.write("\n" + json.dumps(seen._asdict(), ensure_ascii=False))


def _looked(text: str, among: Sequence[County], file: Path, client: Client) -> list[Seen]:
    kept = _Kept(file)
    known = {each.host: each for each in kept.read() if each.why not in AGAIN}
    waiting = [each for each in dict.fromkeys(candidates(text)) if each.host not in known]
    if not sys.stderr.isatty():
        for candidate in waiting:
            _look(kept, known, converse(look_at(candidate, among), client))
        return list(known.values())
    with bar() as moving:
        task = moving.add_task("", total=len(waiting))
        for candidate in waiting:
            moving.update(task, description=candidate.host)
            _look(kept, known, converse(look_at(candidate, among), client))
            moving.advance(task)
    return list(known.values())


AGAIN = ("unreachable", "unreachable_tls", "rate_limited", "truncated")


def _look(kept: _Kept, known: dict[str, Seen], seen: Seen) -> None:
    known[seen.host] = seen
    kept.add(seen)


def _show(told: Sequence[CountyKnown], requests: int) -> None:
    table = Table(box=None, padding=(0, 1))
    for zh, en in (("县", "County"), ("网站", "Portal"), ("主机", "Host"), ("说明", "Detail")):
        table.add_column(say(zh, en))
    for each in [each for each in told if each.host]:
        known = {str(state): words for state, words in STATES.items()}.get(each.why)
        why = say(*known) if known else one_of(each.why)
        table.add_row(each.county, say(*WORDS[each.state]), each.host, why)
    console = Screen()
    if table.rows:
        console.print(table)
    counted = Counter(each.state for each in told)
    parts = [f"{say(*WORDS[state])} {counted[state]}" for state in RANKS]
    zh = f"{len(told)} 个县：{'；'.join(parts)}；{requests} 次请求"
    console.print(say(zh, f"{len(told)} counties: {'; '.join(parts)}; {requests} requests"))
