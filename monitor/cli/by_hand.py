"""`nianbao look --saved`: a look with pages that a person saved (人工查看)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import typer

from nianbao.crawler.addresses import as_asked
from nianbao.crawler.by_hand import EARLIEST
from nianbao.crawler.saved import MOST_BYTES, Saved, SavedError, saved_in
from nianbao.monitor.cli.asking import some_of
from nianbao.monitor.cli.exits import end, tell
from nianbao.monitor.cli.language import current, reason, say
from nianbao.monitor.cli.places import settings_here
from nianbao.monitor.cli.screen import echo
from nianbao.monitor.cli.visiting import Opened, change_row, look_row, show_looks, tell_busy
from nianbao.monitor.files import bytes_in, regular
from nianbao.monitor.manners import now
from nianbao.monitor.paper.sentences import what
from nianbao.monitor.saved_looks import Said, Shown, look_with
from nianbao.monitor.standing import BEIJING
from nianbao.storage.lease import HeldError


def look_by_hand(
    place: Opened,
    named: Sequence[str],
    url: str,
    when: str,
    who: str,
    wait: float,
    *,
    as_json: bool,
) -> None:
    if not who:
        end(2, "请注明保存人 --who", "who saved them? --who")
    address, said = as_asked(url), _moment(when)
    if url and not address:
        end(2, f"--url {url}：不是网址", f"--url {url}: that is no address")
    try:
        shown = look_with(
            list(_read(named)),
            Said(who, address, said),
            place.registry,
            place.engine,
            place.evidence,
            patience=wait,
            waits=lambda county: tell_busy(place, county),
            clock=now,
            memory=settings_here().daemon.reader_memory * 1024**2,
        )
    except SavedError as error:
        end(1, error.zh, error.en)
    except HeldError as error:
        end(1, str(error))
    _show(shown, as_json=as_json)
    if shown.unused or not all(look.complete for look in shown.looks):
        raise typer.Exit(1)


def _read(named: Sequence[str]) -> Iterator[Saved]:
    for name in named:
        try:
            yield saved_in(Path(name).name, bytes_in(regular(Path(name)), MOST_BYTES))
        except OSError as error:
            end(1, f"{name}：{reason(error)}", f"{name}: {reason(error)}")
        except SavedError as error:
            end(1, f"{name}：{error.zh}", f"{name}: {error.en}")


def _moment(when: str) -> datetime | None:
    if not when:
        return None
    try:
        moment = datetime.strptime(when, "%Y-%m-%d %H:%M").replace(tzinfo=BEIJING)
    except ValueError:
        end(2, f"{when}：时间应写作 YYYY-MM-DD HH:MM", f"{when}: say YYYY-MM-DD HH:MM")
    if not EARLIEST <= moment <= LATEST:
        end(2, f"--when {when}：不会是那一年", f"--when {when}: it can't be that year")
    return moment


LATEST = datetime(2100, 1, 1, tzinfo=BEIJING)


def _show(shown: Shown, *, as_json: bool) -> None:
    for page in shown.unused:
        tell(
            f"没有用到：{page.name}（{page.url}）",
            f"not used: {page.name} ({page.url})",
        )
    if as_json:
        told = {
            "looks": [look_row(each) for each in shown.looks],
            "changes": [{"unit": each.name, **change_row(each)} for each in shown.happened],
            "unused": [page.name for page in shown.unused],
            "lacking": [{"column": each.url, "units": list(each.units)} for each in shown.lacking],
        }
        echo(json.dumps(told, ensure_ascii=False, indent=1))
        return
    show_looks(shown.looks)
    for event in shown.happened:
        told_of = f"{event.name} {event.year or ''} {what(event, current())}"
        echo(say(f"变化：{told_of}", f"changed: {told_of}"))
    if not shown.happened:
        echo(say("没有变化", "nothing changed"))
    for column in shown.lacking:
        names = some_of(column.units)
        echo(
            say(
                f"还须保存栏目 {column.url}：{names}的年报也可能在那里，未看之前不能认定",
                f"save the column {column.url}, too: reports may stand there, and until it is "
                f"seen nothing can be told of {names}",
            )
        )
