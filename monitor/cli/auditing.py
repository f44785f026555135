"""`nianbao audit`: the log of what people decided."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from nianbao.monitor.cli.exits import end, tell
from nianbao.monitor.cli.language import reason, say
from nianbao.monitor.cli.places import DATABASE, Store
from nianbao.monitor.cli.screen import echo
from nianbao.monitor.cli.whole import write_whole
from nianbao.storage.audit import entries, faults, saying_less
from nianbao.storage.store import looking, open_store


def verify(
    against: Annotated[
        Path | None,
        typer.Option("--against", help="An earlier export: all of it must still be there."),
    ] = None,
    store: Store = DATABASE,
) -> None:
    """Check the log of decisions: that no entry was changed, taken out or moved, and that each
    decision is as it was written down.

    Whoever may write to the database may write all of it anew: keep exports elsewhere, and check
    against them.
    """
    exported = _exported(against) if against is not None else []
    with looking(open_store(store, asks=True)) as s:
        told = list(entries(s))
        wrong = faults(s, exported)
    for fault in wrong:
        if fault.number:
            tell(f"第 {fault.number} 条：{fault.zh}", f"entry {fault.number}: {fault.en}")
        else:
            tell(fault.zh, fault.en)
    last = told[-1]["digest"] if told else "—"
    echo(
        say(
            f"{len(told)} 条，问题 {len(wrong)} 个，末条指纹 {last}",
            f"{len(told)} entries, {len(wrong)} problems, the last one's hash is {last}",
        )
    )
    if less := saying_less(told):
        echo(
            say(
                f"其中 {less} 条由旧版本写入，未记单位、问题和时刻，只核对其所记内容",
                f"{less} of them were written by an older version, without unit, finding and "
                "moment: they were checked as far as they say",
            )
        )
    if wrong:
        raise typer.Exit(1)


def _exported(file: Path) -> list[Mapping[str, Any]]:
    try:
        lines = file.read_text("utf-8").split("\n")  # a text may hold other ends of lines
        found = [json.loads(line) for line in lines if line.strip()]
    except OSError as error:
        end(2, f"{file}: {reason(error)}")
    except (ValueError, RecursionError):
        found = [None]
    if not all(_is_entry(each) for each in found):
        end(2, f"{file} 不是决定日志的导出文件", f"{file} is no export of the log")
    return found


def _is_entry(told: object) -> bool:
    return (
        isinstance(told, dict)
        and type(told.get("number")) is int
        and all(isinstance(told.get(key), str) for key in ("previous", "digest"))
    )


def export(
    target: Annotated[Path, typer.Argument(help="The file to write, a line of JSON each.")],
    store: Store = DATABASE,
) -> None:
    """Write the log of decisions, each with its hash and that of the one before."""
    with looking(open_store(store, asks=True)) as s:
        lines = [json.dumps(entry, ensure_ascii=False, sort_keys=True) for entry in entries(s)]
    write_whole(target, "".join(f"{line}\n" for line in lines).encode())
    echo(say(f"{target}：{len(lines)} 条", f"{target}: {len(lines)} entries"))
