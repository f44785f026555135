"""Cells by the form's names: requests.granted.business is 表三 予以公开·企业."""

from __future__ import annotations

from functools import cache
from itertools import product

from nianbao.parser.forms import Label, forms

ENGLISH_TABLES = {"proactive": "table 2", "requests": "table 3", "disputes": "table 4"}
TABLES = {"proactive": "表二", "requests": "表三", "disputes": "表四"}


@cache
def _names() -> dict[str, str]:
    names: dict[str, str] = {}
    for form in reversed(forms()):
        for clause in form.proactive:
            for row, column in product(clause.rows, clause.columns):
                name = f"表二 {row.label}·{_short(column.label)}"
                names[f"proactive.{row.key}.{column.key}"] = name
        for request, column in product(form.request_rows, form.request_columns):
            group = f"{column.group}·" if column.key == "other_org" else ""
            name = f"表三 {_request(request)}·{group}{column.label}"
            names[f"requests.{request.key}.{column.key}"] = name
        for dispute, column in product(form.dispute_groups, form.dispute_columns):
            name = f"表四 {dispute.label}·{column.label}"
            names[f"disputes.{dispute.key}.{column.key}"] = name
    return names


def _request(row: Label) -> str:
    name = _row(row.number, row.label)
    if row.group and row.group != "本年度办理结果":
        return f"{row.group} {name}"
    return name


def _short(label: str) -> str:
    return label.partition("（")[0]


def _row(number: str, label: str) -> str:
    short = {"new": "一、本年新收", "carried_in": "二、上年结转"}
    text = f"{number}{label}"
    if number in ("一", "二", "四"):
        text = f"{number}、{label}"
    text = text.replace("政府信息公开申请数量", "").replace("结转下年度继续办理", "结转下年度")
    return short.get(text, text)[:24]


def cell_zh(key: str) -> str:
    return _names().get(key, key)


def cell_en(key: str) -> str:
    """The row and the column of a cell in words; a part that has none stays as it is."""
    table, _, rest = key.partition(".")
    row, _, column = rest.rpartition(".")
    words = [ENGLISH.get(row, row), ENGLISH.get(column, column)]
    told = " · ".join(word for word in words if word)
    return f"{ENGLISH_TABLES.get(table, table)} {told}".strip()


def row_en(key: str) -> str:
    """The row of a cell in words."""
    row = key.partition(".")[2].rpartition(".")[0]
    return ENGLISH.get(row, row)


# Rows and columns of all forms, by their keys.
ENGLISH = {
    "regulations": "regulations",
    "normative_documents": "normative documents",
    "licensing": "licences",
    "other_services": "other services",
    "penalties": "penalties",
    "coercion": "coercive measures",
    "fees": "administrative fees",
    "procurement": "procurement",
    "issued": "issued",
    "repealed": "repealed",
    "in_force": "in force",
    "decisions": "decisions",
    "amount": "amount",
    "made": "made",
    "disclosed": "disclosed",
    "disclosed_total": "disclosed in all",
    "items_last_year": "items of last year",
    "change": "change",
    "projects": "projects",
    "new": "received this year",
    "carried_in": "carried over from last year",
    "granted": "granted",
    "partial": "partly granted",
    "denied.state_secret": "refused: state secret",
    "denied.law_prohibits": "refused: forbidden by law",
    "denied.security_stability": "refused: security and stability",
    "denied.third_party": "refused: rights of a third party",
    "denied.internal_affairs": "refused: internal affairs",
    "denied.process_info": "refused: of a process",
    "denied.case_file": "refused: enforcement file",
    "denied.admin_inquiry": "refused: an inquiry",
    "unavailable.not_held": "not available: not held",
    "unavailable.needs_creation": "not available: would have to be made",
    "unavailable.unclear": "not available: request still unclear",
    "unprocessed.petition": "not processed: petition or complaint",
    "unprocessed.repeat": "not processed: repeated",
    "unprocessed.publication": "not processed: asks for a publication",
    "unprocessed.excessive": "not processed: excessive",
    "unprocessed.reissue": "not processed: asks for a confirmation",
    "other": "other",
    "other.not_corrected": "other: not corrected in time",
    "other.fee_unpaid": "other: fee not paid",
    "other.misc": "other: the rest",
    "handled_total": "handled in all",
    "carried_out": "carried over to next year",
    "natural_person": "natural persons",
    "business": "businesses",
    "research": "research institutes",
    "social_welfare": "social organisations",
    "legal_service": "legal services",
    "other_org": "other bodies",
    "total": "total",
    "review": "reviews",
    "suit_direct": "lawsuits without a review",
    "suit_after_review": "lawsuits after a review",
    "upheld": "upheld",
    "corrected": "corrected",
    "pending": "pending",
}


def cells_zh(keys: tuple[str, ...], most: int = 4) -> str:
    more = f"等{len(keys)}格" if len(keys) > most else ""
    return "、".join(map(cell_zh, keys[:most])) + more


def cells_en(keys: tuple[str, ...], most: int = 4) -> str:
    more = f" and {len(keys) - most} more" if len(keys) > most else ""
    return ", ".join(map(cell_en, keys[:most])) + more


def within_zh(keys: tuple[str, ...], most: int = 4) -> str:
    """Cells of one table without its name: “（二）部分公开”总计."""
    more = f"等{len(keys)}格" if len(keys) > most else ""
    return "、".join(map(_within, keys[:most])) + more


def _within(key: str) -> str:
    row, _, column = cell_zh(key).partition(" ")[2].rpartition("·")
    return f"“{row}”{column}"
