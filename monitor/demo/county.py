"""青川县 as the demo plays it: its townships, and what befalls their reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from nianbao.monitor.demo.reports import COUNTY, Filled, Mistake, as_docx, as_html, fill
from nianbao.monitor.pages import HTML, Page

CODE = "990824"


@dataclass(frozen=True)
class Life:
    """A township: what family its column is of, and when what happens."""

    town: str
    family: str  # trs, ucap, vsb
    out: date | None = None  # on the portal from this day on
    printed: date | None = None  # where its page says another day
    gone: date | None = None
    edited: date | None = None
    mistake: Mistake | None = None
    as_file: bool = False  # the page holds nothing but a Word file

    def shown(self, day: date) -> bool:
        return (
            self.out is not None
            and self.out <= day
            and not (self.gone is not None and self.gone <= day)
        )


class Season(NamedTuple):
    """What is planted, and what must come of it."""

    lives: tuple[Life, ...]
    blocked: tuple[date, date]  # one portal answers with a challenge
    expected: dict[str, str]  # standing of each town at the end
    rules: frozenset[str]  # rules that must have found something


def season_of(year: int) -> Season:
    def on(month: int, day: int) -> date:
        return date(year + 1, month, day)

    lives = (
        Life("东河镇", "trs", on(1, 12)),
        Life("西河镇", "trs", on(1, 15), mistake=Mistake(sum=1)),
        Life("南山乡", "trs", on(1, 20), edited=on(2, 16)),
        Life("北山乡", "trs", on(2, 4)),
        Life("柳林镇", "ucap", on(1, 13), mistake=Mistake(told=2)),
        Life("石桥镇", "ucap", on(1, 18), as_file=True),
        Life("梅岭乡", "ucap"),
        Life("竹园乡", "ucap", on(1, 22), gone=on(3, 2)),
        Life("大坪镇", "vsb", on(1, 26)),
        Life("小坪乡", "vsb", on(2, 12), printed=on(1, 29)),
        Life("清泉镇", "vsb", on(1, 16), mistake=Mistake(total=9)),
        Life("新民街道", "vsb"),
    )
    expected = {
        "东河镇": "on_time",
        "西河镇": "on_time",
        "南山乡": "on_time",
        "北山乡": "late",
        "柳林镇": "on_time",
        "石桥镇": "on_time",
        "梅岭乡": "missing",
        "竹园乡": "withdrawn",
        "大坪镇": "on_time",
        "小坪乡": "on_time",
        "清泉镇": "on_time",
        "新民街道": "exempt",
    }
    return Season(
        lives,
        (on(1, 24), on(2, 10)),
        expected,
        frozenset(("F01", "G01", "G03", "A02", "A05", "A09", "A10")),
    )


class Portal:
    """The county's portal on a day that the demo sets."""

    def __init__(self, season: Season, year: int, day: date) -> None:
        self.season, self.year, self.day = season, year, day
        self.requests = 0

    def report(self, life: Life) -> Filled:
        if life.edited is None or life.edited > self.day:
            return fill(life.town, self.year, life.mistake or Mistake())
        edit = Mistake(extra={"proactive.coercion.decisions": 21})
        return fill(life.town, self.year, life.mistake or edit, "另对公开目录作了修订。")

    def path(self, life: Life) -> str:
        n = self.season.lives.index(life)
        return {
            "trs": f"/trs/nb/202601/t20260101_{n}.html",
            "ucap": f"/ucap/{self.year}01/{n:032x}.shtml",
            "vsb": f"/info/1024/{n}.htm",
        }[life.family]

    def answer(self, path: str) -> Page:
        status, body = self._answer(path)
        kind = "application/octet-stream" if path.startswith("/files/") else HTML
        return Page(body, kind, status)

    def _answer(self, path: str) -> tuple[int, bytes]:
        self.requests += 1
        blocked = self.season.blocked[0] <= self.day < self.season.blocked[1]
        columns = {"/trs/nb/": "trs", "/ucap/list.shtml": "ucap", "/vsb/gknb.htm": "vsb"}
        if path == "/":
            return 200, _page(f"<h1>{COUNTY}人民政府</h1>", COUNTY)
        if path in columns:
            family = columns[path]
            if family == "vsb" and blocked:
                return 412, b"<script>$_ts={}</script>"
            return 200, self.listing([life for life in self.season.lives if life.family == family])
        for n, life in enumerate(self.season.lives):
            file = f"/files/{n}.docx"
            if life.as_file and path == file:
                return 200, as_docx(self.report(life))
            if life.shown(self.day) and path == self.path(life):
                if life.as_file:
                    return 200, self.cover(life, file)
                return 200, as_html(self.report(life), str(self.printed(life)))
        return 404, _page("<h1>404</h1>", "404")

    def cover(self, life: Life, file: str) -> bytes:
        """The page of a report that is attached to it."""
        title = self.report(life).title
        body = f"<h1>{title}</h1><p>发布日期：{self.printed(life)}</p><p>全文见附件。</p>"
        return _page(f"{body}<a href='{file}'>附件：年度报告.docx</a>", title)

    def printed(self, life: Life) -> date:
        return life.printed or life.out or self.day

    def listing(self, lives: Sequence[Life]) -> bytes:
        shown = [life for life in lives if life.shown(self.day)]
        rows = "".join(map(self._row, sorted(shown, key=self.printed, reverse=True)))
        listed = "<p>暂无相关信息</p>"
        if rows:
            listed = f"<ul>{rows}</ul>"
        menu = "".join(f"<li><a href='/c{n}/'>栏目{n}</a></li>" for n in range(8))
        body = f"<ul>{menu}</ul><div>首页 &gt; 政府信息公开年报</div>{listed}"
        return _page(body, "政府信息公开年报")

    def _row(self, life: Life) -> str:
        title = self.report(life).title
        link = f"<a href='{self.path(life)}' title='{title}'>{title}</a>"
        return f"<li>{link}<span>{self.printed(life)}</span></li>"

    def config(self, url: str) -> str:
        host = url.partition("://")[2]
        lines = [
            f"county: {COUNTY}",
            f'code: "{CODE}"',
            f"host: {host}",
            'deadline: "01-31"',
            "recipients: [ogi@qingchuan.example]",
            "columns:",
            f"  - {{url: {url}/trs/nb/, preset: trs-index}}",
            f"  - {{url: {url}/ucap/list.shtml, preset: ucap-list}}",
            f"  - {{url: {url}/vsb/gknb.htm, preset: vsb}}",
            "units:",
        ]
        for n, life in enumerate(self.season.lives):
            is_town = not life.town.endswith("街道")
            kind, body = ("town", "人民政府") if is_town else ("subdistrict", "办事处")
            known = f'name: {life.town}, code: "{CODE}{100 + n}", kind: {kind}'
            lines.append(f"  - {{{known}, aliases: [{life.town}{body}]}}")
        return "\n".join(lines) + "\n"


def _page(body: str, title: str) -> bytes:
    head = f"<meta charset='utf-8'><title>{title}</title>"
    return f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>".encode()
