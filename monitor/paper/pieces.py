"""A report that is marked, drawn for a page: by templates, whoever shows it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from itertools import chain
from typing import Any, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from nianbao.monitor.details import in_chinese
from nianbao.monitor.ledger.words import SEVERITIES, VERDICTS, Lang
from nianbao.monitor.paper.form import tables_of
from nianbao.monitor.paper.marked import (
    MOST_FIXES,
    MOST_NAMED,
    Drawn,
    Part,
    Said,
    Seen,
    marks_of,
    name_of,
    parts_of,
    place_said,
    say,
)
from nianbao.monitor.rules.cell_names import row_en


def _verdict(drawn: Drawn, lang: Lang) -> str:
    counted = []
    for severity, word in SEVERITIES.items():
        if count := sum(said.severity == severity for said in drawn.findings):
            counted.append(say("counted", lang, word=word.said(lang), count=count))
    if not counted:
        counted.append(say("counted_none", lang))
    if drawn.doubts:
        counted.append(say("counted_cannot", lang, count=len(drawn.doubts)))
    told = say("checked", lang, told=say("between", lang).join(counted))
    return say(_then(drawn), lang, told=told) if drawn.is_draft else told


def _then(drawn: Drawn) -> str:
    """What becomes of a draft: what is not wholly judged is not said to be ready."""
    found = {said.severity for said in drawn.findings}
    unread = any(seen.state == "unreadable" for seen in drawn.cells.values())
    if "error" in found:
        return "then_mend"
    if drawn.doubts or unread or not drawn.table_forms:
        return "then_look"
    return "then_verify" if "warning" in found else "then_publish"


def _fix(said: Said, cells: Mapping[str, Seen], lang: Lang) -> str:
    """What would mend it, one way after the other."""
    ways: dict[int, list[str]] = {}
    for fix in said.fixes:
        known = cells.get(fix.cell)
        now = known.text if known is not None and known.text else say("now_blank", lang)
        named = {"cell": name_of(fix.cell, lang), "now": now, "value": fix.value}
        ways.setdefault(fix.option, []).append(say("fix_one", lang, **named))
    if not ways:
        return ""
    several = [say("between", lang).join(way) for way in ways.values()]
    told = say("fix_or", lang).join(several[:MOST_FIXES])
    if len(several) > MOST_FIXES:
        told += say("fix_more", lang, count=len(several))
    return say("fix", lang, told=told)


# ---- drawn


class Pieces(NamedTuple):
    """The parts of a drawn report, to be put on a page."""

    verdict: Markup
    findings: Markup
    unread: Markup
    form: Markup
    prose: Markup


@cache
def environment() -> Environment:
    loader = PackageLoader("nianbao.monitor.paper", "templates")
    return Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def pieces_of(
    drawn: Drawn,
    lang: Lang,
    *,
    prefix: str = "",
    changed: Collection[str] = (),
    is_placed: bool = False,
    pictures: Mapping[str, str] | None = None,
) -> Pieces:
    """`prefix`: before every id, where two reports stand on one page; `changed`: cells that
    differ from another version; `is_placed`: each value with where it was read; `pictures`: the
    addresses of what was not read for sure, by cells.
    """
    unread = [key for key, seen in drawn.cells.items() if seen.state == "unreadable"]
    marks = marks_of(drawn.findings)
    module = environment().get_template("marked.html").make_module(_named(drawn, lang, prefix))
    draw: Any = module
    parts = parts_of(drawn.prose, drawn.findings)
    return Pieces(
        verdict=draw.verdict(_verdict(drawn, lang), _worst(drawn)),
        findings=draw.findings(drawn.findings, drawn.doubts, *_ends_in(parts)),
        unread=draw.unread(unread, drawn.cells, pictures or {}),
        form=draw.form(
            tables_of(drawn.table_forms, drawn.year), drawn.cells, marks, changed, is_placed
        ),
        prose=draw.prose(parts, drawn.findings, *_ends_in(parts)),
    )


def _ends_in(paragraphs: Sequence[Sequence[Part]]) -> tuple[set[int], set[int]]:
    """The findings of which the prose shows what they quote, and the other end."""
    parts = [part for paragraph in paragraphs for part in paragraph]
    quoting = chain.from_iterable(part.numbers for part in parts)
    return set(quoting), set(chain.from_iterable(part.others for part in parts))


def _worst(drawn: Drawn) -> str:
    found = {said.severity for said in drawn.findings}
    return next((severity for severity in SEVERITIES if severity in found), "")


def _named(drawn: Drawn, lang: Lang, prefix: str) -> dict[str, Any]:
    """What the template names."""

    def t(key: str, **named: object) -> str:
        return say(key, lang, **named)

    def name(cell: str) -> str:
        return name_of(cell, lang)

    def place(seen: Seen) -> str:
        return "" if seen.where is None else place_said(seen.where, lang)

    def why(seen: Seen) -> str:
        return in_chinese(seen.why) if lang == "zh" else seen.why

    def fix(said: Said) -> str:
        return _fix(said, drawn.cells, lang)

    return {
        "t": t,
        "lang": lang,
        "name": name,
        "row_name": row_en,
        "why": why,
        "place": place,
        "fix": fix,
        "p": prefix,
        "severities": SEVERITIES,
        "cannot": VERDICTS["cannot"],
        "most": MOST_NAMED,
        "marked": marks_of(drawn.findings),
        "told": drawn.findings,
    }
