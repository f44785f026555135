"""A printed report as a web page, in the ways that content systems and Word leave it."""

from __future__ import annotations

import html

from tests.reportkit.printed import Box, Printed, Table, Text


def write_html(
    printed: Printed,
    *,
    encoding: str = "utf-8",
    declared: str | None = "utf-8",
    word: bool = False,
    layout_table: bool = False,
    hidden: str = "",
    split_rows: int = 0,
    fragment: bool = False,
    published: str = "2024-01-15",
) -> bytes:
    """`hidden` puts the body into a "textarea" or "script"; `split_rows` cuts tables into pieces of that many rows."""
    body = "\n".join(
        _table(block, word, split_rows) if isinstance(block, Table) else _text(block, word)
        for block in printed
    )
    if layout_table:
        body = f"<table width=1000><tr><td class=left>栏目导航</td><td class=main>{body}</td></tr></table>"
    if hidden == "textarea":
        body = f'<textarea id="c" style="display:none">{html.escape(body)}</textarea><div id="show"></div>'
    elif hidden == "script":
        quoted = (
            body.replace("\\", "\\\\")
            .replace("'", "\\'")
            .replace("\n", "\\n")
            .replace("</", "<\\/")
        )
        body = f"<div id='show'></div><script>document.getElementById('show').innerHTML='{quoted}';</script>"
    if fragment:
        return body.encode(encoding, "replace")
    title = next(
        (block.text for block in printed if isinstance(block, Text) and block.style == "title"), ""
    )
    meta = (
        f'<meta http-equiv="Content-Type" content="text/html; charset={declared}">'
        if declared
        else ""
    )
    page = (
        f"<!DOCTYPE html><html><head>{meta}<title>{html.escape(title)}</title>"
        f'<meta name="ArticleTitle" content="{html.escape(title)}"><meta name="PubDate" content="{published} 09:00">'
        f"</head><body><div class='nav'><a href='/'>首页</a> &gt; <a href='/nb/'>政府信息公开年报</a></div>"
        f"<div class='article'>{body}</div><div class='foot'>打印 关闭</div></body></html>"
    )
    return page.encode(encoding, "replace")


def _text(block: Text, word: bool) -> str:
    inner = html.escape(block.text)
    if word:
        inner = f'<span lang="EN-US" style="font-size:16.0pt;mso-bidi-font-family:宋体">{inner}<o:p></o:p></span>'
        return (
            f'<p class="MsoNormal" style="text-indent:32.0pt;mso-char-indent-count:2.0">{inner}</p>'
        )
    return f"<p>{inner}</p>"


def _table(table: Table, word: bool, split_rows: int) -> str:
    rows = ["<tr>" + "".join(_cell(box, word) for box in row) + "</tr>" for row in table.rows]
    if split_rows:
        cuts = _safe_cuts(table, split_rows)
        pieces = [rows[a:b] for a, b in zip([0, *cuts], [*cuts, len(rows)], strict=True)]
        return "\n".join("<table border=1>" + "".join(piece) + "</table>" for piece in pieces)
    return "<table border='1' cellspacing='0'><tbody>" + "\n".join(rows) + "</tbody></table>"


def _safe_cuts(table: Table, every: int) -> list[int]:
    """Rows at which no merged cell is cut."""
    cuts: list[int] = []
    for r in range(1, len(table.rows)):
        if (
            all(not (row < r < row + box.rowspan) for row, _, box in table.placed)
            and r >= (cuts[-1] if cuts else 0) + every
        ):
            cuts.append(r)
    return cuts


def _cell(box: Box, word: bool) -> str:
    spans = (f' rowspan="{box.rowspan}"' if box.rowspan > 1 else "") + (
        f' colspan="{box.colspan}"' if box.colspan > 1 else ""
    )
    inner = html.escape(box.text).replace("\n", "<br>") or "&nbsp;"
    if word:
        inner = (
            f'<p class="MsoNormal" align="center" style="mso-pagination:widow-orphan"><span style="font-family:仿宋">'
            f"{inner}<o:p></o:p></span></p>"
        )
        spans += ' valign="center" style="padding:0cm 5.4pt;border:solid windowtext 1.0pt"'
    return f"<td{spans}>{inner}</td>"
