"""A checked report as a page to pass on: the verdict, what is wrong, the form and the prose with
their marks. It reads on a screen, a phone and paper, and needs nothing beside itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape

from nianbao.monitor.rules.cell_names import cell_zh
from nianbao.monitor.rules.engine import Assessment
from nianbao.monitor.rules.finding import Finding
from nianbao.parser.document import Paragraph
from nianbao.parser.fill import Value
from nianbao.parser.forms import Form, form_named
from nianbao.parser.labels import exact
from nianbao.parser.private import masked
from nianbao.parser.report import Report

SEVERITIES = {"error": "必须整改", "warning": "建议核实", "notice": "提示"}
STYLE = """
body{font:16px/1.7 "Noto Serif CJK SC","Songti SC",SimSun,serif;max-width:60rem;margin:0 auto;
padding:1rem;color:#1a1a1a;background:#fff}
h1{font-size:1.4rem}h2{font-size:1.1rem;border-bottom:2px solid #1a1a1a;margin-top:2rem}
.verdict{border:2px solid;padding:.6rem 1rem;font-weight:bold}
.verdict.error{color:#a3001b}.verdict.warning{color:#7a4f00}.verdict.notice,.verdict.none{color:#0b5d2a}
ol{padding:0;list-style:none}
li{border-left:.35rem solid #767676;padding:.2rem .8rem;margin:.8rem 0}
li.error{border-color:#a3001b}li.warning{border-color:#b87900}
li b{margin-right:.6rem}q{color:#444;display:block}.place{color:#444;font-size:.9rem}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.85rem}
caption{text-align:left;font-weight:bold;padding:.4rem 0}
td,th{border:1px solid #888;padding:.25rem .4rem;text-align:right}
th{font-weight:normal;text-align:left}thead th{text-align:center}
td.wrong,mark{background:#ffd9d6;color:#1a1a1a;outline:2px solid #a3001b}
mark.warning,mark.notice{background:#fff0c2;outline-color:#b87900}
tbody th{min-width:8em}tbody th.group{color:#444}
@media (max-width:40rem){body{font-size:17px;padding:.6rem}td,thead th{white-space:nowrap}
tbody th{position:sticky;left:0;background:#fff}}
@media print{body{max-width:none;padding:0;font-size:11pt}li,tr{break-inside:avoid}
h2,caption{break-after:avoid}.wide{overflow:visible}table{font-size:8pt}
.verdict,td.wrong,mark{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
@page{size:A4;margin:20mm 15mm}
""".replace("\n", "")


def checked_page(report: Report, judged: Assessment, marks: Mapping[str, str]) -> str:
    """`marks` are the cells to stand out, with the number that they should probably have."""
    title = safe(report.title or report.unit)
    parts = (
        f"<h1>{title}</h1>",
        _verdict(judged),
        "".join(_listed(judged)),
        "".join(_form(report, marks)),
        "".join(_prose(report, judged.findings)),
    )
    return (
        '<!DOCTYPE html><html lang="zh"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{title}</title><style>{STYLE}</style><main>{''.join(parts)}</main></html>"
    )


def safe(text: str) -> str:
    """A text of the report for the page: nothing of a private person, and no markup."""
    return escape(masked(text))


def _verdict(judged: Assessment) -> str:
    counted = []
    for severity, zh in SEVERITIES.items():
        if count := sum(finding.severity == severity for finding in judged.findings):
            counted.append(f"{zh}{count}项")
    worst = next((f.severity for s in SEVERITIES for f in judged.findings if f.severity == s), "")
    said = "核对结果：" + ("、".join(counted) or "没有发现问题")
    if judged.not_assessable:
        said += f"；无法判断{len(judged.not_assessable)}项"
    return f'<p class="verdict {worst or "none"}">{said}。</p>'


def _listed(judged: Assessment) -> Iterator[str]:
    if judged.findings:
        yield "<h2>问题清单</h2><ol>"
    for finding in judged.findings:
        quote = f"<q>{safe(finding.quote)}</q>" if finding.quote else ""
        yield (
            f'<li class="{finding.severity}"><b>{SEVERITIES[finding.severity]}</b>'
            f"<b>{finding.rule}</b>{safe(finding.zh)}{quote}{_places(finding)}</li>"
        )
    if judged.findings:
        yield "</ol>"
    for doubt in judged.not_assessable:
        yield f'<p class="place">无法判断 {doubt.rule}：{safe(doubt.zh)}</p>'


def _places(finding: Finding) -> str:
    if not finding.cells:
        return ""
    names = "；".join(cell_zh(cell) for cell in finding.cells[:MOST_PLACES])
    more = f" 等{len(finding.cells)}处" if len(finding.cells) > MOST_PLACES else ""
    return f'<div class="place">{safe(names)}{more}</div>'


MOST_PLACES = 6


# ---- the form


def _form(report: Report, marks: Mapping[str, str]) -> Iterator[str]:
    if not report.table_forms:
        return
    yield "<h2>表格</h2>"
    for table, name in report.table_forms.items():
        for caption, heads, rows in _tables(form_named(name), table):
            yield f'<div class="wide"><table><caption>{safe(caption)}</caption><thead><tr><th>'
            yield "".join(f"<th>{safe(head)}" for head in heads) + "</thead><tbody>"
            for label, keys in rows:
                cells = "".join(_cell(report.cells.get(key), key, marks) for key in keys)
                of_a_group = "" if keys else f' class="group" colspan="{len(heads) + 1}"'
                yield f"<tr><th{of_a_group}>{safe(label)}{cells}"
            yield "</table></div>"


Rows = list[tuple[str, list[str]]]


def _tables(form: Form, table: str) -> Iterator[tuple[str, list[str], Rows]]:
    """Each table of the form: its name, its columns, its rows with the keys of their cells."""
    if table == "proactive":
        for clause in form.proactive:
            keys = [column.key for column in clause.columns]
            rows = [
                (row.label, [f"proactive.{row.key}.{key}" for key in keys]) for row in clause.rows
            ]
            yield clause.clause, [column.label for column in clause.columns], rows
    elif table == "requests":
        keys = [column.key for column in form.request_columns]
        heads = [column.label for column in form.request_columns]
        yield form.sections[2].label, heads, list(_request_rows(form, keys))
    else:
        keys = [column.key for column in form.dispute_columns]
        rows = [
            (f"{group.group}{group.label}", [f"disputes.{group.key}.{key}" for key in keys])
            for group in form.dispute_groups
        ]
        yield form.sections[3].label, [column.label for column in form.dispute_columns], rows


def _request_rows(form: Form, keys: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """The rows, and the groups that they stand under."""
    numbers = {group.label: group.number for group in form.request_groups}
    before = ""
    for row in form.request_rows:
        if row.group and row.group != before:
            yield f"{_numbered(numbers.get(row.group, ''))}{row.group}", []
        before = row.group or before
        yield (
            f"{_numbered(row.number)}{row.label}",
            [f"requests.{row.key}.{key}" for key in keys],
        )


def _numbered(number: str) -> str:
    """As the form prints it: 一、 but （一）."""
    return f"{number}、" if len(number) == 1 else number


def _cell(value: Value | None, key: str, marks: Mapping[str, str]) -> str:
    shown = safe(value.raw.strip()) if value is not None else ""
    if key not in marks:
        return f"<td>{shown}"
    right = f" → {safe(marks[key])}？" if marks[key] else ""
    return f'<td class="wrong">{shown}{right}'


# ---- the prose


def _prose(report: Report, findings: Sequence[Finding]) -> Iterator[str]:
    quotes = [(re.sub(r"\s", "", f.quote), f.severity) for f in findings if f.quote]
    texts = [
        block.text.strip()
        for block in report.document.blocks
        if isinstance(block, Paragraph) and "\t" not in block.text.strip()
    ]
    shown = [text for text in texts if text and ("。" in text or not exact(text))]
    if shown:
        yield "<h2>正文</h2>"
    for text in shown:
        yield f"<p>{''.join(_sentence(part, quotes) for part in SENTENCES.split(text))}</p>"


SENTENCES = re.compile("(?<=[。；！？])")


def _sentence(text: str, quotes: Sequence[tuple[str, str]]) -> str:
    """Marked where a finding quotes it."""
    bare = re.sub(r"\s", "", text)
    for quote, severity in quotes:
        if bare and (bare in quote or quote in bare or _overlap(bare, quote)):
            return f'<mark class="{severity}">{safe(text)}</mark>'
    return safe(text)


def _overlap(sentence: str, quote: str) -> bool:
    """A quote may begin in one sentence and end in the next."""
    half = quote[: len(quote) // 2], quote[len(quote) // 2 :]
    return any(len(part) >= SURELY and part in sentence for part in half)


SURELY = 10
