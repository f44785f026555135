"""`nianbao site`: what is public of some counties, as files for any web server."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from nianbao.monitor.cli.asking import Asked, County, asking
from nianbao.monitor.cli.bars import bar
from nianbao.monitor.cli.exits import end
from nianbao.monitor.cli.language import reason, say
from nianbao.monitor.cli.places import (
    COUNTIES,
    DATABASE,
    TOML,
    Config,
    SettingsFile,
    Store,
    settings_in,
)
from nianbao.monitor.cli.screen import echo
from nianbao.monitor.cli.whole_folder import NotOursError, whole_folder
from nianbao.monitor.ledger.scope import Registry, names_apart
from nianbao.monitor.ledger.words import Lang
from nianbao.monitor.paper.public_pages import Face, county_of, public_counties, shorts_of
from nianbao.monitor.settings import Public


class Langs(StrEnum):
    zh = "zh"
    en = "en"
    both = "both"


LANGS: dict[Langs, tuple[Lang, ...]] = {
    Langs.zh: ("zh",),
    Langs.en: ("en",),
    Langs.both: ("zh", "en"),
}


def site(
    out: Annotated[
        Path,
        typer.Argument(
            help="The folder to write; one that holds anything else is left as it is.",
            metavar="OUT",
        ),
    ],
    county: County = None,
    lang: Annotated[
        Langs,
        typer.Option(
            "--lang", help="The language of the pages; both: Chinese at the top, English under en/."
        ),
    ] = Langs.both,
    as_json: Annotated[
        bool, typer.Option("--json", help="What was written, for a program.")
    ] = False,
    config: Config = COUNTIES,
    settings: SettingsFile = TOML,
    store: Store = DATABASE,
) -> None:
    """What everybody may see, as plain files: each county, unit and year at its fixed address, with
    JSON and CSV.

    Public are the counties that `[public]` of nianbao.toml names. The folder is there whole or
    stays as it was. It needs no program to serve it, and its links work under any path.
    """
    told = settings_in(settings)
    with asking(store, config, county, files_needed=True) as asked:
        codes = _asked_for(asked, told.public, named=bool(county))
        face = Face(told, asked.now, LANGS[lang])
        try:
            made = _written(out, asked, codes, face)
        except NotOursError as error:
            some = "、".join(error.names[:3])
            end(
                2,
                f"{out} 中有不是本命令写的文件，未改动：{some}；请另选一个空文件夹",
                f"{out} holds what this command did not write, nothing was changed: {some}; "
                "name an empty folder",
            )
        except OSError as error:
            why = reason(error)
            end(
                1,
                f"{out} 无法写入，未改动：{why}",
                f"{out} can't be written, it is as it was: {why}",
            )
    echo(json.dumps(made._asdict(), ensure_ascii=False) if as_json else _done(made))


def _asked_for(asked: Asked, public: Public, *, named: bool) -> list[str]:
    """The public counties that were asked for; ends the command where another one was named."""
    codes = public_in(asked.registry, public)
    touched = [code for code in asked.registry.names if asked.scope.touches(code)]
    others = [asked.names[code] for code in touched if named and code not in codes]
    if others:
        listed = "、".join(others)
        end(
            2,
            f"未在 [public] 中公开：{listed}",
            f"not public in [public] of nianbao.toml: {listed}",
        )
    return [code for code in codes if asked.scope.touches(code)]


def _written(out: Path, asked: Asked, codes: list[str], face: Face) -> Made:
    """All counties, one after the other, then what stands above them."""
    made = Made(str(out), len(codes))
    paths: list[str] = []
    with whole_folder(out) as folder, bar() as progress:
        task = progress.add_task("", total=len(codes) + 1)
        for code in codes:
            progress.update(task, description=asked.names[code])
            tells = face.settings.public.findings
            one = county_of(asked.s, asked.registry, code, asked.now, tells_findings=tells)
            for path in face.of_county(one):
                body = face.page_of(path, one)
                assert body is not None
                folder.write(path, body)
                made = made.with_file(path, len(body))
                paths.append(path)
            made = made._replace(units=made.units + len(one.units))
            progress.update(task, advance=1)
        shorts = shorts_of(asked.s, asked.registry, codes, asked.now)
        for path in face.top():
            body = face.page_of_top(path, shorts, paths)
            folder.write(path, body)
            made = made.with_file(path, len(body))
    return made


class Made(NamedTuple):
    """What was written."""

    out: str
    counties: int
    units: int = 0
    pages: int = 0
    files: int = 0
    bytes: int = 0

    def with_file(self, path: str, size: int) -> Made:
        return self._replace(
            pages=self.pages + path.endswith(".html"),
            files=self.files + 1,
            bytes=self.bytes + size,
        )


def _done(made: Made) -> str:
    size = made.bytes / 1024**2
    return say(
        f"{made.out}：{made.counties} 个县，{made.units} 个单位，{made.pages} 页，"
        f"{made.files} 个文件，{size:.1f} MB",
        f"{made.out}: {made.counties} counties, {made.units} units, {made.pages} pages, "
        f"{made.files} files, {size:.1f} MB",
    )


def public_in(registry: Registry, told: Public) -> list[str]:
    """The counties that are public; ends the command where none is named, or a code means none."""
    if not told.counties:
        end(
            2,
            '没有公开任何县，请在 nianbao.toml 的 [public] 中写 counties = ["县代码"]；'
            "以前写出的文件夹没有改动，不再公开的请自行删除",
            'no county is public: set counties = ["CODE"] in [public] of nianbao.toml; '
            "what was written before is as it was, delete it yourself",
        )
    refuse_unknown(registry, told)
    return public_counties(registry, told.counties)


def refuse_unknown(registry: Registry, told: Public) -> None:
    """Ends the command where a code of `[public]` means none of the counties that are watched."""
    unknown = [code for code in told.counties if not public_counties(registry, [code])]
    if unknown:
        known = [f"{code} {name}" for code, name in names_apart(registry.names).items()]
        listed, there = "、".join(unknown), "、".join(known[:8]) or "—"
        end(
            2,
            f"[public] counties 中的 {listed} 不是任何已登记的县；已登记：{there}",
            f"[public] counties: {listed} means no county that is watched; there are: {there}",
        )
