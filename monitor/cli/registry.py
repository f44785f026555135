"""`nianbao init`, `nianbao units import`, `nianbao config check`: the county's own file."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Annotated, cast

import typer

from nianbao.monitor.cli.places import COUNTIES, Folder, folder_of
from nianbao.monitor.cli.settling import ForServer, settle
from nianbao.storage.kinds import UnitKind
from nianbao.storage.registry import UnitEntry

units_app = typer.Typer(help="The units that must publish.", no_args_is_help=True)
config_app = typer.Typer(help="The configuration.", no_args_is_help=True)


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
    """Write a county's file with all its townships, their codes and aliases, from the packed national list.

    Exit codes: 0 written, 1 the file is there already, 2 no such county, or several of that name.
    With --settings: 0 each file is there now, written or as it stood, 2 one can't be written.
    """
    if for_server:
        settle(context)
        return
    from nianbao.storage.nation import counties_named
    from nianbao.storage.registry import county_yaml

    wanted = county or typer.prompt("县（市、区）名称 / county")
    found = counties_named(wanted)
    if len(found) != 1:
        several = "、".join(each.full_name for each in found[:12])
        said = (
            f"有 {len(found)} 个：{several}。请写全称 / several, give the full name"
            if found
            else "没有找到 / not found"
        )
        typer.echo(f"{wanted}：{said}", err=True)
        raise typer.Exit(2)
    (chosen,) = found
    if not county and not host:
        host = typer.prompt(
            "门户网站主机名，不知道可留空 / host name of the portal", default="", show_default=False
        )
    target = folder / f"{chosen.name}.yaml"
    if target.exists() and not force:
        typer.echo(f"{target} 已存在，加 --force 覆盖 / exists; --force writes over it", err=True)
        raise typer.Exit(1)
    folder.mkdir(parents=True, exist_ok=True)
    text = county_yaml(chosen, host=host)
    target.write_text(text, encoding="utf-8")
    typer.echo(f"{target}：{chosen.full_name}，{text.count('{name:')} 个乡镇（街道）")
    typer.echo("下一步 / next: nianbao probe 栏目网址")


@units_app.command("import")
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
    """Add the units of the supervisor's own list to a county's file. Units that it has stay as they are.

    Columns: 单位名称 (needed), 代码, 别名 (several parted by 、), 类型.
    Exit codes: 0 done, 1 a file can't be read, 2 no such column.
    """
    from nianbao.storage.registry import with_units

    try:
        rows = _rows(ledger)
        text = county.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        typer.echo(f"{error}", err=True)
        raise typer.Exit(1) from None
    entries = _entries(rows, kind)
    if entries is None:
        typer.echo(f"{ledger}：没有“单位名称”一列 / no column 单位名称 or 名称", err=True)
        raise typer.Exit(2)
    changed, added = with_units(text, entries)
    county.write_text(changed, encoding="utf-8")
    names = f"：{'、'.join(added)}" if added else ""
    typer.echo(f"{county}：新增 {len(added)} 个，已有 {len(entries) - len(added)} 个{names}")


def _rows(path: Path) -> list[list[str]]:
    data = path.read_bytes()
    if data[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        from python_calamine import CalamineWorkbook

        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return [
            [str(cell).strip() for cell in row] for row in book.get_sheet_by_index(0).to_python()
        ]
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return [
                [cell.strip() for cell in row]
                for row in csv.reader(io.StringIO(data.decode(encoding)))
            ]
        except UnicodeDecodeError:
            continue
    raise ValueError(f"{path}：不是表格或 CSV 文件 / not a workbook and not CSV")


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


def _entries(rows: list[list[str]], kind: str) -> list[UnitEntry] | None:
    for n, row in enumerate(rows[:10]):
        named = next((row.index(name) for name in NAME_COLUMNS if name in row), None)
        if named is None:
            continue

        def cell(line: list[str], names: tuple[str, ...], head: list[str] = row) -> str:
            at = next((head.index(name) for name in names if name in head), None)
            return line[at].removesuffix(".0") if at is not None and at < len(line) else ""

        found: list[UnitEntry] = []
        for line in rows[n + 1 :]:
            name = line[named] if named < len(line) else ""
            if not name or name in ("合计", "总计"):
                continue
            told = (
                KINDS.get(cell(line, KIND_COLUMNS), cell(line, KIND_COLUMNS))
                or kind
                or _kind_of(name)
            )
            aliases = tuple(
                part for part in cell(line, ALIAS_COLUMNS).replace("，", "、").split("、") if part
            )
            kind_told = cast(UnitKind, told)  # what is none is refused with its line
            found.append(UnitEntry(name, cell(line, CODE_COLUMNS), aliases, kind_told))
        return found
    return None


def _kind_of(name: str) -> str:
    if "街道" in name:
        return "subdistrict"
    return "town" if name.endswith(("镇", "乡", "苏木", "人民政府")) else "department"


@config_app.command("check")
def check_config(
    folder: Annotated[
        Path,
        typer.Argument(
            callback=folder_of, show_default=False, help="The folder with the counties' files."
        ),
    ] = COUNTIES,
) -> None:
    """Check the counties' files: each fault with its file, line and what was probably meant.

    Exit codes: 0 sound, 1 faults.
    """
    from nianbao.storage.registry import ConfigError, load_counties

    try:
        found = load_counties(folder)
    except ConfigError as error:
        for fault in error.faults:
            typer.echo(fault, err=True)
        raise typer.Exit(1) from None
    units = sum(len(county.units) for county in found)
    typer.echo(
        f"{len(found)} 个县，{units} 个单位，{sum(len(county.columns) for county in found)} 个栏目 / sound"
    )
