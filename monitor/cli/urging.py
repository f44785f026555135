"""`nianbao missing --text`: what is said to those who have not published."""

from __future__ import annotations

from pathlib import Path

from nianbao.monitor.cli.asking import Asked
from nianbao.monitor.cli.exits import tell
from nianbao.monitor.cli.language import current, say
from nianbao.monitor.cli.screen import echo
from nianbao.monitor.cli.whole import write_whole
from nianbao.monitor.ledger.present import lines_at, lines_now
from nianbao.monitor.ledger.scope import phones_of
from nianbao.monitor.mail.urging import urgings
from nianbao.monitor.standing import StandingName
from nianbao.storage.scope import Scope

MISSING: tuple[StandingName, ...] = ("missing",)


def urge(asked: Asked, as_of: str, output: Path | None) -> None:
    """The texts, parted by empty lines; on a terminal or in a file."""
    s, year, now, registry = asked.s, asked.year, asked.now, asked.registry
    answer = lines_at if as_of else lines_now
    missing = answer(s, asked.scope, year, now, registry, MISSING)
    scope = Scope((), tuple(line.unit for line in missing), tuple(line.county for line in missing))
    # Worked out anew: only then it is known when each was last looked for.
    lines = lines_at(s, scope, year, now, registry, asked=asked.asked) if scope else []
    called = phones_of(s, scope, now, registry) if scope else {}
    texts = urgings(lines, called, asked.names, now, current())
    if not texts:
        tell("没有需要催办的单位", "there is nobody to urge")
    if output is None:
        for text in texts:
            echo(f"{text}\n")
        return
    write_whole(output, "".join(f"{text}\n\n" for text in texts).encode())
    echo(say(f"{output}：{len(texts)} 段", f"{output}: {len(texts)} texts"))
