"""Bytes -> Report: chooses the reader, finds tables, heading and claims, and says what could not be read."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib import import_module
from itertools import pairwise
from typing import Any, NamedTuple

from nianbao.parser import heading, narrative
from nianbao.parser.document import Block, Document, Grid, Link, Paragraph
from nianbao.parser.errors import ReadError
from nianbao.parser.fill import Sheet, Value, Where, cell_labels
from nianbao.parser.forms import TABLES, form_of_year, forms, keys_of
from nianbao.parser.layout import read_grids
from nianbao.parser.numbers import read_number
from nianbao.parser.sniff import sniff
from nianbao.parser.stream import read_stream

MOST_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Report:
    format: str
    title: str
    unit: str
    county: str | None
    year: int | None
    form: str | None  # "2021", "2019", "free" before 2019, None where no table was found
    table_forms: Mapping[str, str]  # the form of each table; a mixed report has two
    period: tuple[date, date] | None
    period_raw: str
    signed: date | None
    signed_raw: str
    publication: heading.Publication
    sections: tuple[str, ...]
    cells: Mapping[str, Value]  # by full key: requests.new.total
    claims: tuple[narrative.Claim, ...]
    attachments: tuple[Link, ...]
    pictures: int
    notes: tuple[str, ...]
    document: Document

    def number(self, key: str) -> int | Decimal | None:
        value = self.cells.get(key)
        return value.number if value is not None else None


class Outcome(NamedTuple):
    """What became of one file."""

    name: str
    report: Report | None
    error: ReadError | None


def read(data: bytes) -> Report:
    """Read one report. Raises ReadError with a sentence for people."""
    outcomes = list(read_many([("", data)]))
    found = [outcome for outcome in outcomes if outcome.report is not None]
    if len(found) == 1 and found[0].report is not None:
        return found[0].report
    if found:
        raise ReadError(
            "empty_archive", detail=f"{len(found)} reports in one archive; read them one by one"
        )
    raise outcomes[0].error or ReadError("not_a_report")


def read_many(files: Iterable[tuple[str, bytes | ReadError]]) -> Iterator[Outcome]:
    """Read named files in their order. Old Word files are converted together, archives give an outcome a member."""
    batch: list[tuple[str, bytes | ReadError]] = []
    for name, data in files:
        batch.extend(_unpacked(name, data))
        if (
            sum(len(d) for _, d in batch if isinstance(d, bytes)) > MOST_BYTES
            or len(batch) >= BATCH
        ):
            yield from _read_batch(batch)
            batch = []
    yield from _read_batch(batch)


BATCH = 64


def _unpacked(name: str, data: bytes | ReadError) -> Iterator[tuple[str, bytes | ReadError]]:
    if isinstance(data, ReadError):
        yield name, data
        return
    try:
        if len(data) > MOST_BYTES:
            raise ReadError("too_large", size=_megabytes(len(data)), limit=_megabytes(MOST_BYTES))
        if sniff(data) not in ARCHIVES:
            yield name, data
            return
        from nianbao.parser.readers.archive import members

        inner = members(data)
    except ReadError as error:
        yield name, error
        return
    reports = [(f"{name}/{member}" if name else member, content) for member, content in inner]
    if len(reports) == 1:
        reports = [(name or reports[0][0], reports[0][1])]
    yield from reports


ARCHIVES = frozenset(("zip", "rar", "7z", "gzip"))


def _read_batch(batch: list[tuple[str, bytes | ReadError]]) -> Iterator[Outcome]:
    kinds: list[str] = []
    for _, data in batch:
        try:
            kinds.append("" if isinstance(data, ReadError) else sniff(data))
        except ReadError:
            kinds.append("")
    old = [
        data
        for (_, data), kind in zip(batch, kinds, strict=True)
        if kind == "word" and isinstance(data, bytes)
    ]
    converted: Iterator[bytes | ReadError] = iter(())
    if old:
        from nianbao.parser.readers.legacy_word import convert

        converted = iter(convert(old))
    for (name, data), kind in zip(batch, kinds, strict=True):
        try:
            if isinstance(data, ReadError):
                raise data
            if kind == "word":
                turned = next(converted)
                if isinstance(turned, ReadError):
                    raise turned
                yield Outcome(name, report_of(_document("docx", turned, as_format="doc")), None)
            else:
                yield Outcome(name, report_of(_document(kind or sniff(data), data)), None)
        except ReadError as error:
            yield Outcome(name, None, error)


def _document(kind: str, data: bytes, *, as_format: str = "") -> Document:
    """The one place where a broken file's own exceptions become a sentence."""
    try:
        document = _reader(kind)(data)
    except ReadError:
        raise
    except (MemoryError, RecursionError) as error:
        raise ReadError("too_complex", detail=type(error).__name__) from error
    except Exception as error:  # whatever a damaged file makes a library raise
        raise ReadError("broken", kind=kind, detail=type(error).__name__) from error
    if as_format:
        return Document(
            as_format,
            document.blocks,
            document.meta,
            document.links,
            document.pictures,
            document.notes,
        )
    return document


READERS = {
    "html": ("html", "read_html"),
    "text": ("text", "read_text"),
    "docx": ("docx", "read_docx"),
    "pdf": ("pdf", "read_pdf"),
    "xls": ("spreadsheet", "read_spreadsheet"),
    "xlsx": ("spreadsheet", "read_spreadsheet"),
    "ofd": ("ofd", "read_ofd"),
    "picture": ("scan", "read_picture"),
}


def _reader(kind: str) -> Callable[[bytes], Document]:
    """The reader of a kind of file, imported when it is first needed: some load heavy libraries."""
    if kind == "empty":
        raise ReadError("empty")
    if kind in ARCHIVES:
        raise ReadError("archive_kind", detail=kind)
    if kind not in READERS:
        raise ReadError("unsupported", detail=kind)
    module, function = READERS[kind]
    reader: Callable[[bytes], Document] = getattr(
        import_module(f"nianbao.parser.readers.{module}"), function
    )
    return reader


# ---- Document -> Report


def report_of(document: Document) -> Report:
    """What a document says, whatever format it had."""
    sheet = read_tables(document)
    title = heading.title(document)
    year = heading.year(title, document)
    unit, county = heading.unit(title, document)
    spans = heading.section_spans(document)
    sections = tuple(text for text, _ in spans)
    if not sheet.values and len(sections) < 2 and not REPORT_TITLE.search(title):
        _refuse_other_pages(document)
    period, period_raw = heading.period(document)
    signed, signed_raw = heading.signed(document)
    table_forms = _table_forms(sheet.values, year)
    return Report(
        format=document.format,
        title=title,
        unit=unit,
        county=county,
        year=year,
        form=_form(table_forms, year),
        table_forms=table_forms,
        period=period,
        period_raw=period_raw,
        signed=signed,
        signed_raw=signed_raw,
        publication=heading.publication(document),
        sections=sections,
        cells=_of_their_forms(sheet.values, table_forms),
        claims=narrative.claims(document, year, frozenset(at for _, at in spans)),
        attachments=heading.attachments(document),
        pictures=document.pictures,
        notes=(*document.notes, *sheet.notes, *_mixed(table_forms)),
        document=document,
    )


def read_tables(document: Document) -> Sheet:
    """The statutory tables: from grids, and from running text where no grid holds them."""
    sheet = Sheet()
    grids = [block for block in document.blocks if isinstance(block, Grid)]
    read_grids(list(enumerate(grids, 1)), sheet)
    found = {key.partition(".")[0] for key in sheet.values}
    missing = frozenset(TABLES) - found
    if missing:
        lines = [
            (i, b.text, b.page) for i, b in enumerate(document.blocks) if isinstance(b, Paragraph)
        ]
        read_stream(lines, sheet, missing)
    sheet.check_assumed_order()
    _doubt_what_the_layout_hides(document, sheet, missing)
    return sheet


HIDDEN = "it may stand in a part whose layout is not understood"


def _doubt_what_the_layout_hides(
    document: Document, sheet: Sheet, from_text: frozenset[str]
) -> None:
    """What was printed and could not be placed is unreadable; only what is not printed is missing."""
    found = {key.partition(".")[0] for key in sheet.values}
    if not from_text and document.format not in PAGED:
        return
    few = 1 if document.format in PAGED else FEW_NUMBERS
    for table, span in _table_sections(document).items():
        if table not in found and any(_numbers_in(block) >= few for block in span):
            sheet.refuse(
                [key for key in cell_labels() if key.startswith(table + ".")],
                "",
                HIDDEN,
                Where(0, 0, 0, 0),
            )
    if document.format not in PAGED:
        return
    for table in found:
        loose = any(
            note.startswith(("a row of numbers", "a row that is not")) for note in sheet.notes
        )
        if table in from_text or table == "disputes" or loose:
            lost = [
                key
                for key in cell_labels()
                if key.startswith(table + ".") and key not in sheet.values
            ]
            sheet.refuse(lost, "", HIDDEN, Where(0, 0, 0, 0))


PAGED = frozenset(("pdf", "ofd", "scan"))  # formats in which a label may be cut or misread
FEW_NUMBERS = 5
TABLE_SECTIONS = {"proactive": "主动公开", "requests": "公开申请", "disputes": "行政复议"}


def _table_sections(document: Document) -> dict[str, tuple[Block, ...]]:
    spans = [*heading.section_spans(document), ("", len(document.blocks))]
    return {
        table: document.blocks[begin + 1 : end]
        for (text, begin), (_, end) in pairwise(spans)
        for table, word in TABLE_SECTIONS.items()
        if word in text
    }


def _numbers_in(block: Block) -> int:
    texts = (
        [cell.text for cell in block.cells]
        if isinstance(block, Grid)
        else re.split(r"[\t|]| {2,}", block.text)
    )
    return sum(read_number(text).state == "value" for text in texts)


REPORT_TITLE = re.compile("(?:信息|政务)公开.*(?:年度|年|工作)报告?|公开.*年报")
ERROR_PAGE = re.compile(
    r"\b(?:40[0-9]|50[0-9])\b|not found|forbidden|bad gateway|页面不存在|页面未找到|找不到|无法访问|访问被拒绝|拒绝访问"
    r"|已被删除|已删除|不存在或|出错|错误|安全防护|访问过于频繁|系统维护|Just a moment|验证",
    re.I,
)


def _refuse_other_pages(document: Document) -> None:
    text = " ".join(block.text for block in document.blocks if isinstance(block, Paragraph))
    if not text.strip() and not any(isinstance(block, Grid) for block in document.blocks):
        detail = f"{document.pictures} pictures" if document.pictures else document.format
        raise ReadError("no_text", detail=detail)
    shown = f"{document.meta.get('title', '')} {text}"
    if len(text) < 2000 and (match := ERROR_PAGE.search(shown)):
        raise ReadError("error_page", detail=match[0])
    raise ReadError("not_a_report")


def _table_forms(cells: Mapping[str, Value], year: int | None) -> dict[str, str]:
    """Each table's form by the rows and columns found in it; the year decides only between forms that are alike."""
    usual = form_of_year(year) if year is not None else None
    ranked = sorted(forms(), key=lambda form: form is not usual)
    chosen: dict[str, str] = {}
    by_table: dict[str, set[str]] = {table: set() for table in TABLES}
    for key in cells:
        by_table[key.partition(".")[0]].add(key)
    for table, found in by_table.items():
        if found:
            read = {key for key in found if cells[key].state != "unreadable"} or found
            misses = [len(read - keys_of(form.id)) for form in ranked]
            fits = [
                form for form, missed in zip(ranked, misses, strict=True) if missed == min(misses)
            ]
            preferred = [form for form in fits if form.id == chosen.get("proactive")]
            chosen[table] = (preferred or fits)[0].id
    return chosen


def _of_their_forms(cells: Mapping[str, Value], table_forms: Mapping[str, str]) -> dict[str, Value]:
    """Without the cells that were given up before their form was known, and that it does not have."""
    return {
        key: value
        for key, value in cells.items()
        if value.state != "unreadable" or key in keys_of(table_forms[key.partition(".")[0]])
    }


def _form(table_forms: Mapping[str, str], year: int | None) -> str | None:
    if table_forms:
        return (
            table_forms.get("proactive")
            or table_forms.get("requests")
            or next(iter(table_forms.values()))
        )
    return "free" if year is not None and year < min(form.first_year for form in forms()) else None


def _mixed(table_forms: Mapping[str, str]) -> tuple[str, ...]:
    if len(set(table_forms.values())) < 2:
        return ()
    parts = ", ".join(f"{table} {form}" for table, form in table_forms.items())
    return (f"mixed forms: {parts}",)


# ---- Report -> JSON


def to_json(report: Report, *, where: bool = False) -> dict[str, Any]:
    """The contract of `nianbao read --json`."""
    tables: dict[str, dict[str, Any]] = {table: {} for table in TABLES}
    unreadable = []
    for key, value in report.cells.items():
        table, rest = key.split(".", 1)
        if table != "disputes":
            row, column = rest.rsplit(".", 1)
            target, rest = tables[table].setdefault(row, {}), column
        else:
            target = tables[table]
        if value.state == "unreadable":
            unreadable.append({"cell": key, "raw": value.raw, "why": value.why})
        else:
            target[rest] = _plain(value.number)
    result: dict[str, Any] = {
        "title": report.title,
        "unit": report.unit,
        "county": report.county,
        "year": report.year,
        "form": report.form,
        "table_forms": dict(report.table_forms),
        "signed": report.signed.isoformat() if report.signed else None,
        "period": [day.isoformat() for day in report.period] if report.period else None,
        **tables,
        "claims": [_claim(claim) for claim in report.claims],
        "unreadable": unreadable,
        "sections": list(report.sections),
        "publication": _publication(report.publication),
        "attachments": [{"text": link.text, "href": link.href} for link in report.attachments],
        "pictures": report.pictures,
        "format": report.format,
        "notes": list(report.notes),
    }
    if where:
        result["where"] = {
            key: {
                **value.where._asdict(),
                "raw": value.raw,
                **({"unit": value.unit} if value.unit else {}),
            }
            for key, value in report.cells.items()
        }
    return result


def _claim(claim: narrative.Claim) -> dict[str, Any]:
    fields = {name: getattr(claim, name) for name in narrative.CLAIM_FIELDS}
    fields["value"] = _plain(claim.value)
    return fields


def _publication(publication: heading.Publication) -> dict[str, Any]:
    return json.loads(json.dumps(publication.as_dict(), default=str))  # type: ignore[no-any-return]


def _plain(number: int | Decimal | None) -> int | float | None:
    return float(number) if isinstance(number, Decimal) else number


def _megabytes(size: int) -> str:
    return f"{size / 1024 / 1024:.0f} MB"
