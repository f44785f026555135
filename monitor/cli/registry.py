"""`nianbao init`, `nianbao units import`, `nianbao config check`: the county's own file."""

from __future__ import annotations

import contextlib
import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, cast

import typer
from python_calamine import CalamineWorkbook

from nianbao.monitor.cli.exits import end, tell
from nianbao.monitor.cli.language import reason, say
from nianbao.monitor.cli.places import COUNTIES, Folder, folder_of
from nianbao.monitor.cli.screen import echo
from nianbao.monitor.cli.settling import ForServer, settle
from nianbao.monitor.cli.whole import write_whole
from nianbao.monitor.counties import CountyFileError, free_file, the_county
from nianbao.monitor.files import MOST_TABLE, bytes_in
from nianbao.storage.kinds import UnitKind
from nianbao.storage.nation import County
from nianbao.storage.registry import (
    ConfigError,
    UnitEntry,
    county_yaml,
    load_counties,
    load_county,
)
from nianbao.storage.rewriting import with_units


def init(
    context: typer.Context,
    county: Annotated[
        str,
        typer.Argument(
            metavar="[COUNTY]", help="繁峙县, 北京市朝阳区 or a code; asked for if absent."
        ),
    ] = "",
    host: Annotated[
        str, typer.Option(help="The portal's host name, such as www.fanshi.gov.cn.")
    ] = "",
    folder: Folder = COUNTIES,
    force: Annotated[
        bool, typer.Option("--force", help="Write over a file that is there.")
    ] = False,
    for_server: ForServer = False,
) -> None:
    """Write a county's file with all its townships, their codes and aliases, from the packed
    national list.
    """
    if for_server:
        settle(context)
        return
    wanted = county or typer.prompt(say("县（市、区）名称", "county"))
    chosen = the_one(wanted)
    if not county and not host:
        asked = say("门户网站主机名，不知道可留空", "host name of the portal, empty if unknown")
        host = typer.prompt(asked, default="", show_default=False)
    target = file_of(chosen, folder)
    if target.exists() and not force:
        end(1, f"{target} 已存在，加 --force 覆盖", f"{target} exists; --force writes over it")
    folder.mkdir(parents=True, exist_ok=True)
    text = county_yaml(chosen, host=host)
    write_whole(target, text.encode())
    units = text.count("{name:")
    echo(
        say(
            f"{target}：{chosen.full_name}，{units} 个乡镇（街道）",
            f"{target}: {chosen.full_name}, {units} townships and subdistricts",
        )
    )
    echo(
        say(
            f"下一步：nianbao discover {chosen.name} 网站首页",
            f"next: nianbao discover {chosen.name} FRONT_PAGE",
        )
    )


def file_of(chosen: County, folder: Path) -> Path:
    """Its own where there is one, else one that no other county has."""
    for file in (folder / f"{chosen.name}.yaml", folder / f"{chosen.full_name}.yaml"):
        with contextlib.suppress(ConfigError, OSError):
            if load_county(file).code == chosen.code:
                return file
    usual = folder / f"{chosen.name}.yaml"
    return free_file(chosen, folder) if _is_of_another(usual, chosen) else usual


def _is_of_another(file: Path, chosen: County) -> bool:
    with contextlib.suppress(ConfigError, OSError):
        return load_county(file).code != chosen.code
    return False


def the_one(named: str) -> County:
    """The county of that name; ends the command where there is none, or are several."""
    try:
        return the_county(named)
    except CountyFileError as error:
        end(2, error.zh, error.en)


def import_units(
    ledger: Annotated[
        Path,
        typer.Argument(metavar="LEDGER", help="xlsx, xls or csv with a column 单位名称 or 名称."),
    ],
    county: Annotated[
        Path, typer.Option("--county", help="The county's file that the units are added to.")
    ],
    kind: Annotated[
        str,
        typer.Option(
            help="What they are where the list does not say: town, subdistrict, department."
        ),
    ] = "",
) -> None:
    """Add the units of the supervisor's own list to a county's file. Units that it has stay as
    they are.

    Columns: 单位名称 (needed), 代码, 别名 (several parted by 、), 类型.
    """
    try:
        rows = _rows(ledger)
        text = county.read_text(encoding="utf-8-sig")
    except OSError as error:
        end(1, f"{error.filename}: {reason(error)}")
    except ValueError as error:
        end(1, str(error))
    entries = _entries(rows, kind)
    if entries is None:
        end(2, f"{ledger}：没有“单位名称”一列", f"{ledger}: no column 单位名称 or 名称")
    changed, added = with_units(text, entries)
    write_whole(county, changed.encode())
    stood = len(entries) - len(added)
    zh, en = f"新增 {len(added)} 个，已有 {stood} 个", f"{len(added)} added, {stood} stood there"
    if added:
        zh, en = f"{zh}：{'、'.join(added)}", f"{en}: {', '.join(added)}"
    echo(say(f"{county}：{zh}", f"{county}: {en}"))


def _rows(path: Path) -> list[list[str]]:
    data = bytes_in(path, MOST_TABLE)
    if data[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return _stripped(book.get_sheet_by_index(0).to_python())
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return _stripped(csv.reader(io.StringIO(data.decode(encoding))))
        except UnicodeDecodeError:
            continue
    raise ValueError(f"{path}：不是表格或 CSV 文件 / {path}: neither a workbook nor CSV")


def _stripped(table: Iterable[Iterable[object]]) -> list[list[str]]:
    rows = []
    for row in table:
        rows.append([str(cell).strip() for cell in row])
    return rows


NAME_COLUMNS = ("单位名称", "单位", "名称", "乡镇", "乡镇（街道）", "部门", "name")
CODE_COLUMNS = ("代码", "区划代码", "单位代码", "code")
ALIAS_COLUMNS = ("别名", "曾用名", "简称", "aliases")
KIND_COLUMNS = ("类型", "类别", "kind")
KINDS = {
    "乡镇": "town",
    "镇": "town",
    "乡": "town",
    "街道": "subdistrict",
    "部门": "department",
    "县": "county",
}


def _entries(rows: Sequence[list[str]], kind: str) -> list[UnitEntry] | None:
    """The units of a list; None where none of its first rows has a column of names."""
    for n, head in enumerate(rows[:10]):
        if any(name in head for name in NAME_COLUMNS):
            return list(_units(_Lines(head, rows[n + 1 :]), kind))
    return None


@dataclass(frozen=True, slots=True)
class _Lines:
    """The lines under a head."""

    head: list[str]
    lines: Sequence[list[str]]

    def cell(self, line: list[str], names: tuple[str, ...]) -> str:
        """What stands under the first of these names that the head has; a code may have become
        140924101.0.
        """
        for name in names:
            if name in self.head:
                at = self.head.index(name)
                return "".join(line[at : at + 1])
        return ""


def _units(table: _Lines, kind: str) -> Iterator[UnitEntry]:
    for line in table.lines:
        name = table.cell(line, NAME_COLUMNS)
        if not name or name in ("合计", "总计"):
            continue
        said = table.cell(line, KIND_COLUMNS).removesuffix(".0")
        code = table.cell(line, CODE_COLUMNS).removesuffix(".0")
        listed = table.cell(line, ALIAS_COLUMNS).removesuffix(".0")
        aliases = tuple(alias for alias in listed.replace("，", "、").split("、") if alias)
        told = KINDS.get(said, said) or kind or _kind_of(name)
        yield UnitEntry(
            name, code, aliases, cast(UnitKind, told)
        )  # a wrong one is told with its line


def _kind_of(name: str) -> str:
    if "街道" in name:
        return "subdistrict"
    return "town" if name.endswith(("镇", "乡", "苏木", "人民政府")) else "department"


def check_config(
    folder: Annotated[
        Path,
        typer.Argument(
            callback=folder_of, show_default=False, help="The folder with the counties' files."
        ),
    ] = COUNTIES,
) -> None:
    """Check the counties' files: each fault with its file, line and what was probably meant."""
    try:
        counties = load_counties(folder)
    except ConfigError as error:
        for fault in error.faults:
            tell(fault)
        raise typer.Exit(1) from None
    units = sum(len(county.units) for county in counties)
    columns = sum(len(county.columns) for county in counties)
    zh = f"{len(counties)} 个县，{units} 个单位，{columns} 个栏目"
    en = f"{len(counties)} counties, {units} units, {columns} columns"
    bare = [county.county for county in counties if not county.columns]
    if not bare:
        echo(say(f"{zh}，没有问题", f"{en}: sound"))
        return
    echo(say(f"{zh}，格式没有问题", f"{en}: well-formed"))
    named = say("、", ", ").join(bare[:MOST_NAMED]) + (" …" if len(bare) > MOST_NAMED else "")
    tell(
        f"没有栏目、不会巡检的县 {len(bare)} 个：{named}；用 nianbao probe 网址 填写 columns",
        f"{len(bare)} counties without columns, which nobody will look at: {named}; "
        "`nianbao probe URL` says what to write",
    )


MOST_NAMED = 8  # counties of a list
