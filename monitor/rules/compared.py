"""What the prose counts, and the cells that say the same: claims against tables, like with like."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fnmatch import fnmatchcase
from itertools import groupby, pairwise
from typing import NamedTuple

from nianbao.monitor.rules.doubtful import is_another, is_of_both, is_of_others
from nianbao.monitor.rules.honest import (
    OF_RESULTS,
    SLIPS,
    is_denied_beside,
    is_told_again,
    may_mean,
    numbers_beside,
)
from nianbao.monitor.rules.subject import FLOWS, Subject
from nianbao.parser.claim import Claim, bare
from nianbao.parser.lists import swapped
from nianbao.parser.patterns import pattern_of

Cells = tuple[str, ...]


class Compared(NamedTuple):
    """A kind of claim, the cells whose sum it is, and other sums that it may honestly mean.

    A cell with a minus is taken away. `ways` are patterns: * stands for the rows of a group.
    """

    rule: str
    zh: str
    en: str
    cells: Cells
    also: tuple[Cells, ...] = ()
    instead: Cells = ()  # where a cell is not known


def row_of(name: str, column: str = "total") -> str:
    return f"requests.{name}.{column}"


NEW, IN, OUT, HANDLED = (
    row_of(name) for name in ("new", "carried_in", "carried_out", "handled_total")
)
PEOPLE = ("natural_person", "business", "research", "social_welfare", "legal_service", "other_org")
ORGANISATIONS = PEOPLE[1:]
SUITS = ("suit_direct", "suit_after_review")


def _outcome(zh: str, en: str, row: str, *also: Cells) -> Compared:
    return Compared("G09", zh, en, (row_of(row),), also)


def _people(zh: str, en: str, *columns: str) -> Compared:
    new, carried, handled = (
        tuple(row_of(row, column) for column in columns)
        for row in ("new", "carried_in", "handled_total")
    )
    others = [row_of("new", each) for each in PEOPLE if each not in columns]
    instead = (NEW, *(f"-{cell}" for cell in others))
    return Compared("G01", zh, en, new, ((*new, *carried), handled), instead)


def _disputes(zh: str, en: str, ways: Sequence[str], end: str = "total") -> Compared:
    return Compared("G08", zh, en, tuple(f"disputes.{way}.{end}" for way in ways))


def _proactive(rule: str, zh: str, en: str, *cells: str) -> Compared:
    return Compared(rule, zh, en, tuple(f"proactive.{cell}" for cell in cells))


UNAVAILABLE = (row_of("unavailable.not_held"), row_of("unavailable.needs_creation"))
COMPARED: dict[str, Compared] = {
    "requests.received": Compared("G01", "收到申请", "requests received", (NEW,), ((NEW, IN),)),
    "requests.applicants": Compared("G01", "申请人", "applicants", (NEW,), ((NEW, IN),)),
    "requests.due": Compared(
        "G09", "应办结", "to be answered", (NEW, IN), ((HANDLED, OUT), (NEW,), (HANDLED,))
    ),
    "requests.dealt": Compared(
        "G09", "办理", "dealt with", (HANDLED,), ((NEW,), (NEW, IN), (HANDLED, OUT))
    ),
    "requests.answered": Compared(
        "G09", "办结（答复）", "answered", (HANDLED,), ((NEW,), (HANDLED, f"-{IN}"))
    ),
    "requests.carried_in": _outcome("上年结转", "carried in", "carried_in"),
    "requests.carried": _outcome("结转", "carried", "carried_out", (IN,)),
    "requests.carried_out": _outcome("结转下年度", "carried out", "carried_out"),
    "requests.granted": _outcome("予以公开", "granted", "granted"),
    "requests.partial": _outcome("部分公开", "partly granted", "partial"),
    "requests.denied": _outcome("不予公开", "denied", "denied.*"),
    "requests.unavailable": _outcome(
        "无法提供", "unable to provide", "unavailable.*", *((cell,) for cell in UNAVAILABLE)
    ),
    "requests.unprocessed": _outcome("不予处理", "not handled", "unprocessed.*"),
    "requests.other": _outcome("其他处理", "other", "other*"),
    "requests.unavailable.not_held": _outcome(
        "本机关不掌握", "not held", "unavailable.not_held", (row_of("unavailable.*"),)
    ),
    "requests.unavailable.needs_creation": _outcome(
        "没有现成信息", "would have to be made", "unavailable.needs_creation"
    ),
    "requests.unavailable.unclear": _outcome("内容不明确", "unclear", "unavailable.unclear"),
    "requests.by.natural_person": _people("自然人申请", "of natural persons", "natural_person"),
    "requests.by.business": _people("商业企业申请", "of businesses", "business"),
    "requests.by.research": _people("科研机构申请", "of research bodies", "research"),
    "requests.by.social_welfare": _people(
        "社会公益组织申请", "of welfare bodies", "social_welfare"
    ),
    "requests.by.legal_service": _people("法律服务机构申请", "of legal services", "legal_service"),
    "requests.by.organisation": _people("法人或其他组织申请", "of organisations", *ORGANISATIONS),
    "requests.by.other_org": _people("其他组织申请", "of other bodies", "other_org"),
    "disputes.applicants": _disputes("申请复议的", "who asked for a review", ("review",)),
    "disputes.both": _disputes("复议、诉讼", "reviews and lawsuits", ("review", *SUITS)),
    "disputes.reviews": _disputes("行政复议", "reviews", ("review",)),
    "disputes.lawsuits": _disputes("行政诉讼", "lawsuits", SUITS),
    "disputes.suits_direct": _disputes(
        "未经复议直接起诉", "lawsuits without review", ("suit_direct",)
    ),
    "disputes.suits_after_review": _disputes(
        "复议后起诉", "lawsuits after review", ("suit_after_review",)
    ),
    "fees.amount": _proactive("G07", "行政事业性收费", "charges", "fees.amount"),
    "procurement.projects": _proactive(
        "G07", "政府集中采购项目", "procurement projects", "procurement.projects"
    ),
    "procurement.amount": _proactive(
        "G07", "采购总金额", "amount of procurement", "procurement.amount"
    ),
}
OUTCOMES_IN_DETAIL = {
    "denied": {
        "state_secret": "属于国家秘密",
        "law_prohibits": "法律行政法规禁止公开",
        "security_stability": "危及“三安全一稳定”",
        "third_party": "保护第三方合法权益",
        "internal_affairs": "内部事务信息",
        "process_info": "过程性信息",
        "case_file": "行政执法案卷",
        "admin_inquiry": "行政查询事项",
    },
    "unprocessed": {
        "petition": "信访举报投诉类申请",
        "repeat": "重复申请",
        "publication": "要求提供公开出版物",
        "excessive": "大量反复申请",
        "reissue": "要求重新出具已获取信息",
    },
    "other": {"not_corrected": "逾期不补正", "fee_unpaid": "逾期未缴费"},
}
for _group, _rows in OUTCOMES_IN_DETAIL.items():
    for _name, _zh in _rows.items():
        _key = f"{_group}.{_name}"
        COMPARED[f"requests.{_key}"] = _outcome(_zh, _name.replace("_", " "), _key)
COLUMNS = {
    "natural_person": ("自然人", "natural persons", ("natural_person",)),
    "business": ("商业企业", "businesses", ("business",)),
    "research": ("科研机构", "research bodies", ("research",)),
    "social_welfare": ("社会公益组织", "welfare bodies", ("social_welfare",)),
    "legal_service": ("法律服务机构", "legal services", ("legal_service",)),
    "organisation": ("法人或其他组织", "organisations", ORGANISATIONS),
}
OF_COLUMNS = ("granted", "partial", "denied", "unavailable", "unprocessed", "other")


def _in_column(compared: Compared, column: str) -> Compared:
    """An outcome, of the requests of one applicant."""
    zh, en, columns = COLUMNS[column]

    def within(cells: Cells) -> Cells:
        return tuple(_column_of(cell, each) for cell in cells for each in columns)

    named = f"{zh}申请{compared.zh}", f"{compared.en} ({en})"
    also = tuple(map(within, compared.also))
    return Compared(compared.rule, *named, within(compared.cells), also)


def _column_of(cell: str, column: str) -> str:
    """requests.denied.* is a pattern of rows: of its column."""
    if cell.endswith("*"):
        return f"{cell}.{column}"
    return f"{cell.rpartition('.')[0]}.{column}"


for _kind in [each for each in COMPARED if each.split(".")[1] in OF_COLUMNS]:
    for _column in COLUMNS:
        COMPARED[f"{_kind}.of.{_column}"] = _in_column(COMPARED[_kind], _column)
ENDS = {
    "upheld": ("结果维持", "upheld"),
    "corrected": ("结果纠正", "corrected"),
    "other": ("其他结果", "other result"),
    "pending": ("尚未审结", "pending"),
}
CLOSED_APART = (  # where it is not said which
    ("disputes.review.total", "-disputes.review.pending"),
    tuple(f"disputes.{way}.total" for way in SUITS)
    + tuple(f"-disputes.{way}.pending" for way in SUITS),
)
WAYS = {
    "disputes": ("", "", ("review", *SUITS)),
    "reviews": ("行政复议", "reviews ", ("review",)),
    "suits": ("行政诉讼", "lawsuits ", SUITS),
    "suits_direct": ("未经复议直接起诉", "lawsuits without review ", ("suit_direct",)),
    "suits_after_review": ("复议后起诉", "lawsuits after review ", ("suit_after_review",)),
}
for _way, (_zh, _en, _ways) in WAYS.items():
    for _end, (_end_zh, _end_en) in ENDS.items():
        _end_of = _disputes(f"{_zh}{_end_zh}", f"{_en}{_end_en}", _ways, _end)
        if _way in ("disputes", "suits"):  # may be told of one alone
            _apart = tuple((f"disputes.{each}.{_end}",) for each in _ways)
            _end_of = _end_of._replace(also=(*_apart, tuple(f"disputes.{e}.{_end}" for e in SUITS)))
        if _way.startswith("suits_"):  # told behind both: of all
            _end_of = _end_of._replace(also=(tuple(f"disputes.{each}.{_end}" for each in SUITS),))
        COMPARED[f"disputes.{_way}.{_end}"] = _end_of
    _closed = tuple(f"disputes.{each}.total" for each in _ways)
    _less = tuple(f"-disputes.{each}.pending" for each in _ways)
    COMPARED[f"disputes.{_way}.closed"] = Compared(
        "G08", f"{_zh}审结", f"{_en}closed", (*_closed, *_less), (_closed, *CLOSED_APART)
    )
DOCUMENTS = {"normative_documents": "行政规范性文件", "regulations": "规章"}
FATES = {
    "issued": ("制发", "issued"),
    "repealed": ("废止", "repealed"),
    "in_force": ("现行有效", "in force"),
    "disclosed": ("新公开", "disclosed"),
    "disclosed_total": ("公开总数", "disclosed in all"),
}
for _row_key, _zh in DOCUMENTS.items():
    for _fate, (_fate_zh, _fate_en) in FATES.items():
        COMPARED[f"{_row_key}.{_fate}"] = _proactive(
            "G06", f"{_fate_zh}{_zh}", _fate_en, f"{_row_key}.{_fate}"
        )
DECISIONS = {
    "licensing": "行政许可",
    "penalties": "行政处罚",
    "coercion": "行政强制",
    "other_services": "其他对外管理服务",
}
FIGURES = {
    "decisions": ("", "decisions"),
    "items_last_year": ("上一年项目数量", "projects of last year"),
    "change": ("本年增/减", "change"),
}
for _row_key, _zh in DECISIONS.items():
    for _figure, (_figure_zh, _figure_en) in FIGURES.items():
        COMPARED[f"{_row_key}.{_figure}"] = _proactive(
            "G07", f"{_zh}{_figure_zh}", _figure_en, f"{_row_key}.{_figure}"
        )
# What the older form calls it.
IN_THE_OLD_FORM = {"issued": "made"}


def _parts_of(subject: Subject, claims: Sequence[Claim]) -> list[Claim]:
    """全省共收到…，其中省政府办公厅收到…: the table may be the office's."""
    every = subject.report.claims
    wholes = {n for n, claim in enumerate(every) if claim in claims}
    return [c for c in every if c.part_of in wholes and c.scope in ("own", "office", "government")]


def compared_as(kind: str) -> Compared | None:
    """Of one kind, or of several that are told in one number: 予以公开和部分公开9件."""
    parts = [COMPARED.get(each) for each in kind.split("+")]
    known = [each for each in parts if each is not None]
    if len(known) < len(parts):
        return None
    if len(known) == 1:
        return known[0]
    zh, en = "和".join(each.zh for each in known), " and ".join(each.en for each in known)
    return Compared(known[0].rule, zh, en, tuple(c for each in known for c in each.cells))


class Told(NamedTuple):
    """A claim that no honest reading of the table has."""

    claim: Claim
    cells: Cells
    table: Decimal


def told(subject: Subject, kind: str) -> list[Claim]:
    """The claims of a kind about the report's own year."""
    return [c for c in subject.report.claims if c.kind == kind and not c.period]


def against(subject: Subject) -> Iterator[tuple[Compared, Told]]:
    """Each kind of claim whose numbers none of its cells has."""
    kinds = dict.fromkeys(claim.kind for claim in subject.report.claims)
    foreign = _scopes_of_others(subject)
    for kind in kinds:
        compared = compared_as(kind)
        if compared is None:
            continue
        if _is_of_the_handled(subject, kind):
            compared = compared._replace(cells=compared.also[-1], also=(compared.cells,))
        total = sum_of(subject, compared.cells)
        if total is None:
            continue
        claims = [c for c in told(subject, kind) if _is_of_the_table(subject, c)]
        if kind == "requests.applicants":  # several may ask together, or one several times
            claims = [c._replace(low=1, high=c.high * MOST_OF_ONE) for c in claims if c.value]
        if kind.startswith("requests."):
            claims = [c for c in claims if c.scope not in foreign]
        if not total.is_whole and compared.instead:
            instead = sum_of(subject, compared.instead)
            if instead is not None and instead.is_whole:
                total = instead._replace(cells=total.cells)
        may_agree = [*claims, *_parts_of(subject, claims)]
        pieces = [*claims, *_rest_of(subject, kind)]
        if any(_agrees(subject, c, compared, total) for c in may_agree):
            again = _told_otherwise_again(subject, claims, compared, total)
            if again is not None:
                yield compared, Told(again, total.cells, total.number)
            continue
        others = (sum_of(subject, cells) for cells in compared.also)
        every = [total, *filter(None, others)]
        if any(_agree_together(pieces, each) for each in every) or _are_of_several(
            subject, claims, total
        ):
            continue
        accused = next((c for c in _accused(subject, claims, total)), None)
        if accused is not None and not _may_be_right(subject, accused, total):
            yield compared, Told(accused, total.cells, total.number)


def _told_otherwise_again(
    subject: Subject, claims: Sequence[Claim], compared: Compared, total: Sum
) -> Claim | None:
    """办结107件。办结的117件中，…: the same is told twice, and once as the table has it."""
    if not claims or claims[0].kind not in TOLD_TWICE or not total.is_whole:
        return None
    for one, again in pairwise(claims):
        both = (one, again)
        if any(c.certainty or not c.exact or c.among is not None or is_of_others(c) for c in both):
            continue
        if one.paragraph != again.paragraph or one.unit != again.unit:
            continue
        if again.scope not in ("", one.scope):
            continue
        odd = [c for c in both if not _agrees(subject, c, compared, total)]
        right = [c for c in both if c.value == total.number]
        if len(odd) == 1 == len(right) and is_told_again(one, again, paragraph_of(subject, one)):
            return odd[0]
    return None


TOLD_TWICE = frozenset(
    ("requests.received", "requests.answered", "disputes.reviews", "disputes.lawsuits")
)


def _is_of_the_handled(subject: Subject, kind: str) -> bool:
    """全年办结72件，自然人66件…: the columns of what was handled."""
    if not kind.startswith("requests.by.") or kind not in COMPARED:
        return False
    sentences = {c.sentence for c in told(subject, kind)}
    beside = {c.kind for c in subject.report.claims if c.sentence in sentences}
    is_told = bool(beside & CLOSED) and "requests.received" not in beside
    return is_told and sum_of(subject, COMPARED[kind].also[-1]) is not None


CLOSED = frozenset(("requests.answered", "requests.dealt"))


def _may_be_right(subject: Subject, claim: Claim, total: Sum) -> bool:
    text = paragraph_of(subject, claim)
    if not total.number and is_denied_beside(claim, subject.prose):
        return True
    if _is_the_remainder(subject, claim):
        return True
    if not claim.unit:  # 收到6件，均已答复: the same six
        claim = next((c._replace(kind=claim.kind) for c in _same(subject, claim)), claim)
    kinds = dict(_kinds_beside(subject, claim))
    cells = _cells_beside(subject, total.cells)
    return may_mean(claim, total.number, text, kinds, total.cells, cells)


def paragraph_of(subject: Subject, claim: Claim) -> str:
    return next((block.text for block in subject.paragraphs if block.at == claim.paragraph), "")


def _is_the_remainder(subject: Subject, claim: Claim) -> bool:
    """予以公开15件，…其他类4件: what is left of all, whichever rows it lies in."""
    if claim.certainty != "rest" and not REMAINDER.match(claim.about):
        return False
    if OTHER_ENDS.search(_clause_of(claim)):
        return True
    left = Decimal(0)
    for each in subject.report.claims:
        if each.sentence != claim.sentence or each.period or not OF_RESULTS.match(each.kind):
            continue
        compared = compared_as(each.kind) if each is not claim else None
        row = sum_of(subject, compared.cells) if compared else None
        if row is not None and each.may_be(row.number):
            left += row.number
    wholes = (sum_of(subject, cells) for cells in EVERY_REQUEST)
    return any(whole and claim.may_be(whole.number - left) for whole in wholes) and left > 0


REMAINDER = pattern_of("其[他它余]|余下|剩余|剩下")
OTHER_ENDS = pattern_of("其[他它](?:情形|情况)")


def _same(subject: Subject, claim: Claim) -> Iterator[Claim]:
    for each in subject.report.claims:
        if each.unit and (each.sentence, each.value) == (claim.sentence, claim.value):
            yield each


def _kinds_beside(subject: Subject, claim: Claim) -> Iterator[tuple[tuple[str, int], str]]:
    """What the numbers count of which it is known, by their places."""
    every = subject.report.claims
    for each in every:
        if each.part_of is not None and every[each.part_of] == claim:
            yield (each.sentence, each.at), "part"
        elif each.period == "last" and _are_of_two_years(claim, each):
            yield (each.sentence, each.at), f"{each.kind}.last"
        elif each.kind not in UNREAD:
            yield (each.sentence, each.at), each.kind


def _are_of_two_years(claim: Claim, other: Claim) -> bool:
    """2023年收到申请4件，2022年收到7件: each says its year, and the seven are not this year's."""
    line = bare(claim.sentence)
    heads = [re.split("[,;。]", line[: max(each.at, 0)])[-1] for each in (claim, other)]
    years = [A_YEAR.findall(head) for head in heads]
    return other.sentence == claim.sentence and all(years) and years[0] != years[1]


A_YEAR = pattern_of("20[0-9]{2}年")
UNREAD = ("list.part", "list.total", "difference", "share")


def _cells_beside(subject: Subject, cells: Cells) -> dict[str, Decimal]:
    """Cells that may be told together with these."""
    found: dict[str, Decimal] = {}
    for key in subject.report.cells:
        near = any(_is_beside(key, cell) for cell in cells) and key not in cells
        number = amount(subject, key) if near else None
        if number is not None:
            found[key] = number
    return found


def _is_beside(key: str, cell: str) -> bool:
    """Of one table: rows of one column, and in disputes also columns of one row."""
    table, _, rest = key.partition(".")
    row, _, column = rest.rpartition(".")
    other, _, other_rest = cell.partition(".")
    other_row, _, other_column = other_rest.rpartition(".")
    if table != other or "total" in (row, other_row):
        return False
    if table == "requests":
        flows = {row, other_row} & FLOWS
        return column == other_column and (not flows or column != "total")
    return column == other_column or row == other_row


def _scopes_of_others(subject: Subject) -> frozenset[str]:
    """全县受理170件…；县政府受理28件…: where the table has one of them, the other is not its."""
    received = told(subject, "requests.received")
    new = amount(subject, NEW)
    if new is None or not any(c.may_be(new) for c in received):
        return frozenset()
    own = {c.scope for c in received if c.may_be(new)}
    return frozenset(c.scope for c in received) - own


class Sum(NamedTuple):
    number: Decimal
    is_whole: bool  # no member is unknown
    cells: Cells


def sum_of(subject: Subject, patterns: Cells) -> Sum | None:
    """The sum of the cells that are known; nothing where none is, or one can't be read."""
    total, known, whole = Decimal(0), [], True
    for pattern in patterns:
        sign = -1 if pattern.startswith("-") else 1
        keys = _keys(subject, pattern.removeprefix("-"))
        if not keys and sign < 0 and not subject.is_accounted(pattern.removeprefix("-")):
            return None
        if not keys:
            whole = whole and subject.is_accounted(pattern.removeprefix("-"))
        for key in keys:
            number = amount(subject, key)
            if number is None and sign < 0 and not subject.is_accounted(key):
                return None
            if number is None:
                whole = whole and subject.is_accounted(key)
            else:
                total += sign * number
                known.append(key)
    if not known:
        return None
    if "*" in "".join(patterns):
        whole = whole and _has_all_rows(subject, patterns)
    return Sum(total, whole, tuple(known))


def _keys(subject: Subject, pattern: str) -> list[str]:
    cells = subject.report.cells
    if "*" in pattern:
        return [key for key in cells if fnmatchcase(key, pattern)]
    if pattern in cells:
        return [pattern]
    head, _, last = pattern.rpartition(".")
    old = f"{head}.{IN_THE_OLD_FORM.get(last, last)}"
    return [old] if old in cells else []


def _has_all_rows(subject: Subject, patterns: Cells) -> bool:
    form = subject.form_of("requests")
    if form is None:
        return False
    wanted = [f"requests.{row.key}.total" for row in form.request_rows]
    wanted = [key for key in wanted if any(fnmatchcase(key, each) for each in patterns)]
    return all(subject.value(key) is not None or subject.is_accounted(key) for key in wanted)


MONEY = {"元": Decimal(1), "万元": Decimal(10_000), "亿元": Decimal(100_000_000)}


def amount(subject: Subject, key: str) -> Decimal | None:
    """The number surely read in a cell; money that printed its unit in yuan."""
    value = subject.value(key)
    if value is None or value.state != "value" or value.number is None:
        return None
    number = Decimal(value.number)
    if key == "proactive.procurement.amount":
        return number * MONEY[value.unit] if value.unit in MONEY else None
    return number


def _agrees(subject: Subject, claim: Claim, compared: Compared, total: Sum) -> bool:
    if claim.may_be(total.number) or not (total.is_whole or claim.high < total.number):
        return True
    if claim.kind == "requests.answered" and not claim.unit:
        own = sum_of(subject, (HANDLED, f"-{IN}"))
        return _all_were_answered(subject, claim) or bool(own and claim.may_be(own.number))
    if claim.kind == "requests.by.other_org":
        return _agrees_with_other_bodies(subject, claim)
    others = [sum_of(subject, cells) for cells in compared.also]
    if claim.kind.startswith("disputes.") and is_of_both(claim):
        end = claim.kind.rpartition(".")[2]
        both = [COMPARED[f"disputes.{way}.{end}"] for way in WAYS if end in ENDS]
        others += [sum_of(subject, each.cells) for each in both]
    if claim.kind == "requests.received" and _is_newly_received(subject, claim):
        others = []
    if _is_told_apart(subject, claim):
        others = []
    if not claim.value and claim.kind.startswith("disputes.suits."):
        others = []  # 行政诉讼无败诉: of both rows
    if any(other is not None and claim.may_be(other.number) for other in others):
        return True
    if claim.kind.startswith(GROUPS) and _with_rows_of_its_own(subject, claim, total):
        return True
    if (
        claim.kind == "requests.granted"
        and claim.unit
        and _with_partly_granted(subject, claim, total)
    ):
        return True
    if claim.kind == "requests.answered" and _with_withdrawn(subject, claim, total):
        return True
    if claim.kind == "disputes.lawsuits" and _beside_those_after_review(subject, claim, total):
        return True
    return claim.kind.endswith(".in_force") and _with_modified(subject, claim, total)


def _is_told_apart(subject: Subject, claim: Claim) -> bool:
    """2件本机关不掌握，1件补正后仍不明确: the first is no sum of both."""
    return _is_one_of_all_results(subject, claim) or any(
        each.sentence == claim.sentence and each.value and not each.period
        for kind in BESIDE.get(claim.kind, ())
        for each in told(subject, kind)
    )


def _is_one_of_all_results(subject: Subject, claim: Claim) -> bool:
    """8件已答复；予以公开4件，部分公开2件，无法提供1件，不予处理1件: of each group all are told."""
    if claim.kind != "requests.unavailable":
        return False
    here = [c for c in subject.report.claims if c.paragraph == claim.paragraph and not c.period]
    results = [c for c in here if c.kind in RESULTS and c.sentence == claim.sentence and c.unit]
    total = sum(c.value for c in results)
    is_all = any(c.kind == "requests.answered" and c.unit and c.value == total for c in here)
    return is_all and len({c.kind for c in results}) == len(results) > 1


RESULTS = frozenset(
    f"requests.{name}"
    for name in ("granted", "partial", "denied", "unavailable", "unprocessed", "other")
)
# Where these are told beside it, it is no sum with them, nor one of them.
BESIDE = {
    "requests.unavailable.not_held": (
        "requests.unavailable",
        "requests.unavailable.needs_creation",
        "requests.unavailable.unclear",
    ),
    "requests.carried": ("requests.carried_in",),
}


def _is_newly_received(subject: Subject, claim: Claim) -> bool:
    """结转自2021年1件；2022年新收11件: without those that came over."""
    beside = (c for c in told(subject, "requests.carried_in") if c.value)
    is_apart = any(c.sentence == claim.sentence for c in beside)
    return is_apart and NEWLY.search(bare(claim.sentence)[: claim.at]) is not None


NEWLY = pattern_of("新收[^,。;:0-9]{0,14}$")


def _agrees_with_other_bodies(subject: Subject, claim: Claim) -> bool:
    """其他组织 is a column, all that are no natural persons, or those that are not named beside."""
    kinds = {c.kind for c in subject.report.claims if c.paragraph == claim.paragraph}
    unnamed = [each for each in ORGANISATIONS if f"requests.by.{each}" not in kinds]
    for columns in (("other_org",), ORGANISATIONS, (*unnamed, "other_org")):
        meant = _people("", "", *dict.fromkeys(columns))
        sums = [sum_of(subject, cells) for cells in (meant.cells, *meant.also)]
        if any(found and claim.may_be(found.number) for found in sums):
            return True
    return any(amount(subject, row_of("new", each)) is None for each in ORGANISATIONS)


def _all_were_answered(subject: Subject, claim: Claim) -> bool:
    """均已答复 says when, and not that none is carried on."""
    carried = subject.number(OUT)
    return bool(carried) and claim.about not in ("办结", "完毕")


def _beside_those_after_review(subject: Subject, claim: Claim, total: Sum) -> bool:
    """行政诉讼4件，复议后诉讼1件: told apart."""
    after = told(subject, "disputes.suits_after_review")
    numbers = [c.value for c in after if c.paragraph == claim.paragraph]
    return bool(numbers) and claim.may_be(total.number - sum(numbers))


GROUPS = ("requests.denied", "requests.unavailable", "requests.unprocessed", "requests.other")


def _with_rows_of_its_own(subject: Subject, claim: Claim, total: Sum) -> bool:
    """信息不存在3件，本机关不掌握1件: both are of 无法提供."""
    group = ".".join(claim.kind.split(".")[:2])
    beside = f"{claim.kind}." if claim.kind == group else group
    rows = [
        c.value
        for c in subject.report.claims
        if c.sentence == claim.sentence
        and not c.period
        and (c.kind == beside or (claim.kind == group and c.kind.startswith(beside)))
    ]
    return any(claim.may_be(total.number - each) for each in (sum(rows), *rows) if rows)


def _with_partly_granted(subject: Subject, claim: Claim, total: Sum) -> bool:
    """公开1126件, where what was granted in part is not told apart."""
    partial = amount(subject, row_of("partial"))
    apart = (c for c in subject.report.claims if c.kind == "requests.partial")
    if partial is None or any(c.paragraph == claim.paragraph for c in apart):
        return False
    return claim.may_be(total.number + partial)


def _with_withdrawn(subject: Subject, claim: Claim, total: Sum) -> bool:
    """What was withdrawn is handled, and may be told apart."""
    gone = (c for c in subject.report.claims if c.kind in NOT_ANSWERED and not c.period)
    others = [c.value for c in gone if c.paragraph == claim.paragraph]
    readings = {sum(others), *others}
    return bool(others) and any(claim.may_be(total.number - each) for each in readings)


NOT_ANSWERED = frozenset(
    f"requests.{name}"
    for name in ("withdrawn", "other", "other.not_corrected", "other.fee_unpaid", "unprocessed")
)


def _with_modified(subject: Subject, claim: Claim, total: Sum) -> bool:
    """Documents that were changed are in force, and may be told apart."""
    kind = claim.kind.replace(".in_force", ".modified")
    changed = [c.value for c in told(subject, kind) if c.sentence == claim.sentence]
    return any(claim.may_be(total.number - number) for number in changed)


def _rest_of(subject: Subject, kind: str) -> list[Claim]:
    """在线受理41件，其余45件通过信函提出; 转办3件、直接受理8件."""
    return [c for c in told(subject, f"{kind}.part") if c.certainty == "rest" or c.part_of is None]


def _agree_together(claims: Sequence[Claim], total: Sum) -> bool:
    """Told in pieces: 当面3件, 网上5件."""
    for _, same in groupby(claims, key=lambda c: c.sentence):
        pieces = list(same)
        if sum(c.low for c in pieces) <= total.number <= sum(c.high for c in pieces):
            return len(pieces) > 1
    return False


def _are_of_several(subject: Subject, claims: Sequence[Claim], total: Sum) -> bool:
    """A区收到210件，B县收到130件, and others still: of the governments below."""
    if subject.level in OF_OTHERS or not claims or claims[0].kind not in WHOLES:
        return False
    for _, same in groupby(claims, key=lambda c: c.sentence):
        pieces = list(same)
        least = sum(Decimal(c.low) for c in pieces)
        if len(pieces) > 1 and least < total.number and not any(c.scope for c in pieces):
            return True
    return False


EVERY_REQUEST = ((NEW,), (NEW, IN), (HANDLED,), (NEW, f"-{OUT}"), (HANDLED, f"-{IN}"))
OF_OTHERS = {
    "town": frozenset(("whole", "units")),
    "street": frozenset(("whole", "units")),
    "department": frozenset(("whole", "units", "government")),
}
GOVERNMENTS = frozenset(("county", "city", "province"))


def _is_of_the_table(subject: Subject, claim: Claim) -> bool:
    is_of_others = claim.scope in OF_OTHERS.get(subject.level, frozenset())
    return not is_of_others and _is_of_all_requests(subject, claim)


def _is_added(subject: Subject, claim: Claim, total: Sum) -> bool:
    """收到公民李某申请1件。此外另收到申请4件: the two are the five of the table."""
    rest = total.number - claim.value
    if not is_another(claim) or rest <= 0:
        return False
    return any(each.number.value == rest for each in numbers_beside(subject.prose))


def is_of_a_result(subject: Subject, claim: Claim) -> bool:
    """公开11件（自然人10件、企业1件）: whose they were that were granted."""
    whole = None if claim.part_of is None else subject.report.claims[claim.part_of]
    return claim.kind.startswith("requests.by.") and whole is not None and whole.kind in RESULTS


def _is_of_all_requests(subject: Subject, claim: Claim) -> bool:
    """涉及征地的30件中，予以公开12件: of all only where the table has 30."""
    if is_of_a_result(subject, claim):
        return False
    if claim.among is None:
        return True
    wholes = (sum_of(subject, cells) for cells in EVERY_REQUEST)
    return any(whole and whole.number == claim.among for whole in wholes)


def _accused(subject: Subject, claims: Sequence[Claim], total: Sum) -> Iterator[Claim]:
    """The claims that are surely of what the table counts."""
    whole_is_told = any(c.scope == "whole" for c in claims)
    is_government = subject.level in GOVERNMENTS or not subject.level
    if _is_the_offices(subject):
        is_government = False
    order = sorted(claims, key=lambda c: c.scope == "whole")
    for claim in order:
        if _is_misprinted(claim, total):
            yield claim
        if claim.certainty == "narrower" or claim.scope == "units":
            continue
        if _is_of_more_cases(subject, claim) or is_of_others(claim):
            continue
        if claim.kind in GROUPS and _clause_of(claim).endswith("各"):
            continue  # 因内部事务、过程性信息不公开各2件
        if _is_retold(subject, claim) or _is_counted_elsewhere(subject, claim):
            continue
        if _may_be_of_the_new_alone(subject, claim, total):
            continue
        if claim.kind == "requests.received" and _is_added(subject, claim, total):
            continue
        if subject.level in OF_OTHERS and FOR_THE_GOVERNMENT.search(_clause_of(claim)):
            continue
        if _is_of_a_piece(subject, claim):
            continue
        if claim.scope == "whole" and WITHOUT_OTHERS.search(subject.prose):
            continue
        is_more = claim.value > total.number * NEARLY_THE_SAME
        if is_more and _is_of_many_bodies(claim) and not _agrees_beside(subject, claim):
            continue
        of_a_body = "body" in (claim.certainty, claim.scope)
        if of_a_body and subject.level not in OF_OTHERS and not _agrees_beside(subject, claim):
            continue
        is_a_rest = claim.certainty == "rest" and claim.kind in WHOLES
        if is_a_rest and not _is_all_but_the_carried(subject, claim):
            continue
        if claim.certainty == "some" and not _is_a_little_more(claim, total):
            continue  # of a subject: the row may have others; much more is of something else
        if claim.kind in WHOLES and (
            claim.certainty == "part" or _is_told_in_parts(subject, claim)
        ):
            continue
        if claim.kind == "requests.answered" and _is_of_the_carried(subject, claim):
            continue
        if claim.scope == "whole" and not _may_be_whole(subject, claim, total):
            continue
        is_one_of_many = is_government and _may_be_one_of_many(subject, claim)
        if is_one_of_many and not _agrees_beside(subject, claim):
            continue
        is_office = is_government and claim.scope == "office" and not whole_is_told
        if is_office and claim.low <= total.number:
            continue  # the office's own, and the table may be the government's
        yield claim


def _is_of_more_cases(subject: Subject, claim: Claim) -> bool:
    """审结463件，纠正39件; 以我局为被申请人的复议2件，as in the table: 39 of the 463."""
    if not claim.kind.startswith("disputes.") or claim.kind.count(".") < LEAST_OF_A_RESULT:
        return False
    if claim.kind.startswith("disputes.suits") and any(
        not each.value for each in told(subject, "disputes.lawsuits")
    ):
        return claim.value > 0  # 复议2件、诉讼0件，其中1件复议维持
    all_of_them = sum_of(subject, ("disputes.review.total", *SUITS_TOTAL))
    if all_of_them is None or claim.value <= all_of_them.number * MUCH_MORE + MOST_BY_A_SLIP:
        return False
    wholes = ("disputes.reviews", "disputes.lawsuits")
    return any(
        each.value and each.value <= all_of_them.number
        for kind in wholes
        for each in told(subject, kind)
    )


def _is_retold(subject: Subject, claim: Claim) -> bool:
    """复议纠正2件；诉讼5件，…。被纠正的2件，1件因…: those of the reviews again."""
    end = claim.kind.rpartition(".")[2]
    whole = None if claim.part_of is None else subject.report.claims[claim.part_of]
    if end in ENDS and whole is not None and whole.kind == claim.kind:
        return _is_retold(subject, whole)
    if end not in ENDS or not OF_THOSE.search(_clause_of(claim)):
        return False
    like = (c for c in subject.report.claims if c.kind.rpartition(".")[2] == end and not c.period)
    beside = (c for c in like if (c.paragraph, c.value) == (claim.paragraph, claim.value))
    return any(c.kind != claim.kind and c.kind.startswith("disputes.") for c in beside)


OF_THOSE = pattern_of("(?:维持|纠正|纠错|撤销|未审结)的(?:那|这)?$")


def _is_counted_elsewhere(subject: Subject, claim: Claim) -> bool:
    """律师代理的11件，均…，计入自然人; 予以公开1件；另1件已主动公开，计入予以公开."""
    if not claim.kind.startswith("requests.") or not claim.unit:
        return False
    text = bare(paragraph_of(subject, claim))
    named = [match["row"] for match in COUNTED_AS.finditer(text)]
    compared = compared_as(claim.kind)
    if compared is None:
        return False
    if any(row in compared.zh for row in named):
        return True
    behind = re.split("[;。]", bare(claim.sentence)[claim.at :])[0]
    near = COUNTED_AS.search(behind)
    return near is not None and len(re.findall("[0-9]+件", behind[: near.start()])) == 1


COUNTED_AS = pattern_of(
    "(?:计入|列入|归入|算作|计作|计为|归为)(?:“)?"
    "(?P<row>予以公开|部分公开|不予公开|无法提供|不予处理|其他处理|自然人|商业企业|法律服务机构|其他组织)"
)
LEAST_OF_A_RESULT = 2
SUITS_TOTAL = tuple(f"disputes.{each}.total" for each in SUITS)


def _may_be_of_the_new_alone(subject: Subject, claim: Claim, total: Sum) -> bool:
    """上年未审结的1件本年维持；本年新发生2件，1件维持: the table has those of both."""
    if not claim.kind.startswith("disputes.") or claim.low >= total.number:
        return False
    return CARRIED.search(bare(paragraph_of(subject, claim))) is not None


CARRIED = pattern_of(
    "(?:(?:上一?年度?|去年|往年|以前年度)[^。;,]{0,10}(?:未审结|未结|尚未|结转|遗留|提起|受理|发生)"
    "|20[0-9]{2}年度?[^。;,]{0,6}(?:未审结|未结|尚未|结转|遗留))[^。;,)]{0,16}(?:复议|诉讼)"
)


def _is_a_little_more(claim: Claim, total: Sum) -> bool:
    """受理群众申请事项3200件, and the table has 12: no slip of the pen makes that."""
    low = Decimal(claim.low)
    if claim.kind.endswith(".decisions"):  # of one sort: it may be told by a like number by chance
        gap = low - total.number
        return gap in SLIPS or (gap > 0 and claim.value in swapped(total.number))
    most = max(total.number * MUCH_MORE, total.number + MOST_BY_A_SLIP)
    return total.number < low <= most or claim.value in swapped(total.number)


MUCH_MORE = Decimal("1.6")
MOST_BY_A_SLIP = 3


def _is_all_but_the_carried(subject: Subject, claim: Claim) -> bool:
    """除1件尚在办理外，其余12件全部办结, where the one is what the table carries on."""
    line = bare(claim.sentence)
    carried = [
        each
        for each in subject.report.claims
        if each.kind == "requests.carried_out" and each.sentence == claim.sentence
    ]
    out, left = sum_of(subject, (OUT,)), sum_of(subject, (NEW, f"-{OUT}"))
    if len(carried) != 1 or not out or not left or not carried[0].may_be(out.number):
        return False
    is_so = BUT_FOR.search(line[max(carried[0].at - 1, 0) : claim.at]) is not None
    return is_so and ALL_OF_IT.match(line, claim.at) is not None and not claim.may_be(left.number)


BUT_FOR = pattern_of("^除[0-9]+件[^;。]{0,60}(?:外|以外),(?:其余|剩余|余下|剩下|其他)的?$")
ALL_OF_IT = pattern_of(
    "[0-9]+件(?:政府信息公开)?(?:申请)?(?:均|都|已|全部|依法|按期|按时|在[^,;。]{2,8}内)*(?:办结|答复)"
)


def _clause_of(claim: Claim) -> str:
    return re.split("[,;:。]", bare(claim.sentence)[: claim.at])[-1]


FOR_THE_GOVERNMENT = pattern_of("代(?:表)?[县市区省](?:人民)?政府")  # and not in its own name


def _is_misprinted(claim: Claim, total: Sum) -> bool:
    """321.5万元 of one charge, and the table has 312.5, or 32.15: by chance no two numbers are so
    alike.
    """
    digits = str(total.number).replace(".", "")
    is_rough = not claim.exact and len(str(claim.value).rstrip("0")) < MANY_DIGITS
    if len(digits) < MANY_DIGITS or is_rough:
        return False
    if claim.value in swapped(total.number):
        return True
    shifted = {total.number * 10, total.number * 100, total.number / 10, total.number / 100}
    return claim.exact and len(digits.strip("0")) >= MANY_DIGITS and Decimal(claim.value) in shifted


MANY_DIGITS = 4


def _may_be_one_of_many(subject: Subject, claim: Claim) -> bool:
    """以市政府为被申请人的复议9件, of 88: the table is of its departments too."""
    if claim.scope != "government":
        return False
    return any(_is_far_below(subject, each) for each in _beside_it(subject, claim))


def _beside_it(subject: Subject, claim: Claim) -> Iterator[Claim]:
    """Claims of one sentence, table and scope."""
    for each in subject.report.claims:
        is_like = (each.sentence, each.scope) == (claim.sentence, claim.scope)
        if is_like and not each.period and _table_of(each.kind) == _table_of(claim.kind):
            yield each


def _is_far_below(subject: Subject, claim: Claim) -> bool:
    compared = compared_as(claim.kind)
    total = sum_of(subject, compared.cells) if compared else None
    return bool(total and claim.high and claim.high * 2 <= total.number)


def _is_of_the_carried(subject: Subject, claim: Claim) -> bool:
    """2019年未办结的14件，2020年办结13件."""
    beside = {c.kind: c for c in subject.report.claims if c.sentence == claim.sentence}
    carried = beside.get("requests.carried_in")
    return (
        carried is not None and "requests.received" not in beside and claim.value <= carried.value
    )


def _is_the_offices(subject: Subject) -> bool:
    """办公室承办531件, as the table has it: the table is the office's."""
    if SAYS_SO.search(subject.prose):
        return True
    for kind in ("requests.received", "requests.answered", "requests.dealt"):
        compared = COMPARED[kind]
        total = sum_of(subject, compared.cells)
        claims = [
            c
            for c in told(subject, kind)
            if c.scope == "office" and c.unit and c.value > MOST_BY_CHANCE
        ]
        if total and any(_agrees(subject, c, compared, total) for c in claims):
            return True
    return False


MOST_BY_CHANCE = 9
MOST_OF_ONE = 10_000


def _is_of_many_bodies(claim: Claim) -> bool:
    """全县各执法单位行政许可43520件、行政处罚2871件: of others than the one that reports."""
    is_a_decision = claim.kind.endswith(".decisions")
    before = bare(claim.sentence)[: claim.at]
    return is_a_decision and OF_MANY_BODIES.search(before) is not None


OF_MANY_BODIES = pattern_of(
    "(?:各(?:[县市区]直|级)?(?:行政)?(?:执法|职能|主管)*(?:单位|部门|机关)|执法(?:队伍|单位|部门))"
    "[^,;。0-9]{0,12}(?:[0-9]+件[、,和及][^,;。0-9]{0,12})*$"
)
# 本报告数据不含各乡镇、各部门
WITHOUT_OTHERS = pattern_of(
    "(?:本?(?:报告|年报|表)|表格|数据|统计)[^。；，]{0,24}，?(?:均|并)?(?:不含|未含|不包括|不包含|不计)"
    "[^。；，]{0,4}(?:各|乡镇|街道|部门|下属|所属|其他|县直|市直|区直)"
)
SAYS_SO = pattern_of(
    "(?:报告|本表|表格|表中|上表|下表)[^。；]{0,20}[仅只][^。；]{0,10}(?:本办|办公[室厅]|本级|机关)"
)


def _is_of_a_piece(subject: Subject, claim: Claim) -> bool:
    """司法厅受理3件（维持2件），省政府受理2件（维持2件），合计5件: of the three alone."""
    every = subject.report.claims
    whole = every[claim.part_of] if claim.part_of is not None else None
    if whole is not None and claim.kind.endswith(".in_force") and whole.kind == "list.total":
        return SOME_DOCUMENTS.search(whole.about) is not None
    return whole is not None and whole.kind == "list.part" and whole.part_of is not None


# 到期规范性文件5件，其中废止2件、继续有效3件: of the five alone
SOME_DOCUMENTS = pattern_of("到期|期满|清理|评估|审查|涉及|梳理")


def _is_told_in_parts(subject: Subject, claim: Claim) -> bool:
    """转来3件、自收13件，共16件: a part of what is told after it."""
    if claim.part_of is None:
        return False
    whole = subject.report.claims[claim.part_of]
    if (
        whole.period
        or "信息公开" in claim.about
        or (claim.scope == "own" and whole.scope in ("whole", "units"))
        or claim.certainty == "body"
    ):
        return False
    return whole.kind in ("list.total", claim.kind) or whole.at > claim.at


def _may_be_whole(subject: Subject, claim: Claim, total: Sum) -> bool:
    """More than the table has, of the whole county: the table may be of its government alone.

    Decisions are those of all departments; of requests it must be told that they are all.
    """
    parts = [c for c in subject.report.claims if c.part_of is not None]
    mine = [c for c in parts if subject.report.claims[c.part_of or 0] is claim]
    if mine and _total(mine) == total.number:
        return True
    if not claim.kind.startswith(("requests.", "disputes.")) or claim.low <= total.number:
        return not _is_told_beside(subject, claim, total)
    if _agrees_beside(subject, claim):
        return True
    if claim.kind in WHOLES and claim.value <= total.number * NEARLY_THE_SAME:
        return not _is_told_beside(subject, claim, total)
    new = amount(subject, NEW)
    received = [c for c in told(subject, "requests.received") if c.scope == "whole"]
    return new is not None and any(c.may_be(new) for c in received)


# What a whole county received is more than what its government did: not by so little.
NEARLY_THE_SAME = Decimal("1.25")


def _agrees_beside(subject: Subject, claim: Claim) -> bool:
    """全市受理64件，as the table has it, 纠正18件: the table is of all of it.

    Of few that may be chance; not of two of them.
    """
    agreeing = 0
    for other in subject.report.claims:
        is_like = _table_of(other.kind) == _table_of(claim.kind)
        compared = compared_as(other.kind) if is_like and other.kind != claim.kind else None
        if compared is None or other.paragraph != claim.paragraph or other.scope != claim.scope:
            continue
        total = sum_of(subject, compared.cells)
        if total and other.value and other.may_be(total.number):
            agreeing += 2 if other.value > MOST_OF_FEW else 1
    return agreeing > 1


def _table_of(kind: str) -> str:
    family = kind.partition(".")[0]
    return family if family in ("requests", "disputes") else "proactive"


MOST_OF_FEW = 5  # of one body, and beside it


def _total(claims: Sequence[Claim]) -> Decimal:
    return sum((Decimal(c.value) for c in claims), Decimal(0))


def _is_told_beside(subject: Subject, claim: Claim, total: Sum) -> bool:
    """其中市政府为被申请人的31件: a narrower number of the sentence is the table's."""
    narrow = ("own", "office", "government")
    return any(
        c.scope in narrow and c.unit == claim.unit and c.may_be(total.number)
        for c in subject.report.claims
        if c.paragraph == claim.paragraph and not c.period
    )


WHOLES = frozenset(
    ("requests.received", "requests.answered", "requests.dealt", "disputes.reviews",
     "disputes.lawsuits", "disputes.both")
)  # fmt: skip
