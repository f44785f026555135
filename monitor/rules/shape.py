"""Title, unit, year, sections, dates, format and wording of one report."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from functools import cache
from itertools import pairwise

from nianbao.monitor.rules.cell_names import TABLES, cell_zh
from nianbao.monitor.rules.finding import CannotTell, Raised, Severity, quoted
from nianbao.monitor.rules.subject import Subject, kind_of, stem
from nianbao.parser.document import Grid
from nianbao.parser.forms import form_named
from nianbao.parser.heading import BODY_ALONE, PUBLISHES
from nianbao.parser.labels import squash
from nianbao.parser.patterns import pattern_of
from nianbao.parser.report import STANDS

# ---- B: the file


def only_pictures(subject: Subject) -> Iterator[Raised]:
    report = subject.report
    scanned = [note for note in report.notes if note.endswith("is a scan")]
    if report.format == "scan" or scanned:
        pages = len(scanned) or report.pictures
        yield Raised("B03", {"pages": pages}, facts=(report.format,))


def pictures_for_tables(subject: Subject) -> Iterator[Raised]:
    """A table that is not there may be in a picture; where there
    is none, it is missing."""
    report = subject.report
    if len(report.sections) < 3 or report.form == "free":
        return
    pictured = [table for table in TABLES if _is_a_picture(subject, table)]
    lost = [
        zh for table, zh in TABLES.items() if table not in report.table_forms or table in pictured
    ]
    if not lost:
        return
    rule = "B04" if report.pictures else "D07"
    named = {"tables": "、".join(lost), "pictures": report.pictures}
    yield Raised(rule, named, facts=tuple(lost))


def _is_a_picture(subject: Subject, table: str) -> bool:
    cells = subject.report.cells.items()
    whys = {value.why for key, value in cells if key.startswith(f"{table}.")}
    return len(whys) == 1 and whys.pop().startswith(STANDS)


RESIDUE = pattern_of(
    r"\[bookmark: ?[^\]]*\]|_GoBack|\*\*|&nbsp;|&lt;|</?(?:p|span|br|div|td|tr|strong)\b[^>]*>"
    r"|MERGEFIELD|HYPERLINK \"|错误！未找到引用源|错误!未找到引用源|锟斤拷|\ufffd|\{\{|\}\}|\$\{"
)


def residue(subject: Subject) -> Iterator[Raised]:
    texts = [block.text for block in subject.paragraphs]
    for grid in subject.report.document.blocks:
        if isinstance(grid, Grid):
            texts += [cell.text for cell in grid.cells]
    matches = [match for text in texts if (match := RESIDUE.search(text))]
    if matches:
        first, count = matches[0], len(matches)
        named = {"residue": first[0][:24], "count": count}
        quote = quoted(first.string, first.start())
        yield Raised("B06", named, quote=quote, facts=(first[0], str(count)))


def broken_layout(subject: Subject) -> Iterator[Raised]:
    cells = subject.report.cells
    unreadable = (key for key, value in cells.items() if value.state == "unreadable")
    shifted = tuple(key for key in unreadable if BROKEN.search(cells[key].why))
    if shifted:
        yield Raised("B07", {"count": len(shifted)}, shifted)


BROKEN = pattern_of("shifted|run together|cells for|stands twice|header")

TAMPERED = pattern_of("博彩|六合彩|时时彩|娱乐城|赌场|真人荷官|成人视频|色情|代孕|办证刻章")


def tampered(subject: Subject) -> Iterator[Raised]:
    if match := TAMPERED.search(subject.prose):
        yield Raised("B09", {"words": match[0]}, facts=(match[0],))


# ---- C: title, unit, year, dates


def title(subject: Subject) -> Iterator[Raised | CannotTell]:
    printed = subject.report.title
    if not printed:
        yield CannotTell("C01", "没有找到标题", "no title was found")
        return
    body = re.sub(r"[《》]", "", printed)
    if re.search("政府信息公开工作年度报告$", body):
        return
    faults = (zh for pattern, zh in TITLE_FAULTS if re.search(pattern, body))
    why = next(faults, "与规定的名称不一致")
    named = {"title": printed, "why": why}
    yield Raised("C01", named, quote=quoted(printed), facts=(printed,))


TITLE_FAULTS = (
    ("工作总结", "写成“工作总结”"),
    ("政务信息公开|政务公开", "写成“政务公开”"),
    ("政府信息公开年度报告|政府信息公开年报", "缺“工作”二字"),
    ("工作报告", "写成“工作报告”"),
    ("(?<!政府)信息公开", "缺“政府”二字"),
)


def unit_name(subject: Subject) -> Iterator[Raised]:
    """Of bodies below a county: a county or city is its own name."""
    report = subject.report
    if subject.level not in BELOW_A_COUNTY or not report.title or not report.unit:
        return
    if report.unit not in re.sub(r"\s", "", report.title):
        return
    missing = []
    if report.county is None and not report.title.startswith(subject.context.county or "\0"):
        missing.append("所属县（市、区）名称")
    if kind_of(report.unit) and stem(report.unit) == report.unit:
        missing.append("“人民政府”或“办事处”")
    if missing:
        named = {"missing": "、".join(missing)}
        yield Raised("C02", named, quote=quoted(report.title), facts=(report.title,))


BELOW_A_COUNTY = frozenset(("town", "street", "department"))


def year(subject: Subject) -> Iterator[Raised]:
    printed, right = _title_year(subject), subject.year
    if printed is not None and right is not None and printed != right:
        yield Raised(
            "C03",
            {"printed": printed, "right": right},
            expected=right,
            actual=printed,
            quote=quoted(subject.report.title),
            facts=(subject.report.title, str(right)),
        )


def _title_year(subject: Subject) -> int | None:
    years = set(re.findall("(20[0-9]{2})年", subject.report.title))
    if len(years) != 1:
        return None
    return int(years.pop())


def wrong_unit(subject: Subject) -> Iterator[Raised]:
    """The title names one unit, the signature or the preamble another."""
    report = subject.report
    own = stem(subject.unit)
    if not own or not kind_of(own):
        return
    named: list[tuple[str, str]] = []
    for block in subject.paragraphs[-4:]:
        if match := BODY_ALONE.fullmatch(re.sub(r"\s", "", block.text)):
            named.append((match["body"], block.text))
    for block in subject.paragraphs[:8]:
        if match := PUBLISHES.search(block.text):
            named.append((match["body"], block.text))
    if subject.context.unit and report.unit and kind_of(report.unit):
        named.append((report.unit, report.title))
    for body, text in named:
        other = stem(body)
        if kind_of(other) and not any(_is_one(other, name) for name in subject.names):
            yield Raised(
                "C04",
                {"own": own, "other": other},
                expected=own,
                actual=other,
                quote=quoted(text),
                facts=(own, other),
            )
            return


def _is_one(one: str, other: str) -> bool:
    """云河县柳树镇 and 柳树镇."""
    return one.endswith(other) or other.endswith(one)


def signature(subject: Subject) -> Iterator[Raised]:
    if subject.report.signed is None and not subject.report.signed_raw:
        yield Raised("C05")


def basis(subject: Subject) -> Iterator[Raised]:
    head = "".join(block.text for block in subject.paragraphs[:10])
    missing = []
    preamble = head.partition("总体情况")[0]
    if not re.search("依据|根据|按照|《中华人民共和国政府信息公开条例》", preamble):
        missing.append("编制依据")
    if not subject.report.period_raw:
        missing.append("统计期限")
    if missing:
        yield Raised("C06", {"missing": "、".join(missing)}, facts=tuple(missing))


def period(subject: Subject) -> Iterator[Raised]:
    """Two whole dates that are not the first and last day of the year; nothing less accuses."""
    report, year = subject.report, subject.year
    if report.period is None or not year:
        return
    if report.period == (date(year, 1, 1), date(year, 12, 31)):
        return
    if _is_of_its_life(subject.prose, report.period, report.period_raw, year):
        return
    yield Raised(
        "C07",
        {"printed": report.period_raw, "year_of": year},
        expected=f"{year}-01-01/{year}-12-31",
        actual=report.period_raw,
        quote=quoted(report.period_raw),
        facts=(report.period_raw,),
    )


def _is_of_its_life(prose: str, period: tuple[date, date], printed: str, year: int) -> bool:
    """2021年7月由原青柳镇撤镇设立: a body that began or ended within the year."""
    first, last = period
    if first.year != year or last.year != year or first > last:
        return False
    until = {last.month, last.month % 12 + 1}
    for sentence in re.split("[。；\n]", prose):
        if not FOUNDED.search(sentence) or NO_BODY.search(sentence):
            continue
        named = OF_A_MONTH.finditer(sentence.replace(printed, ""))
        months = {int(m["month"]) for m in named if m["year"] in (None, str(year))}
        begins = first == date(year, 1, 1) or first.month in months
        ends = last == date(year, 12, 31) or bool(until & months)
        if months and begins and ends:
            return True
    return False


FOUNDED = pattern_of(
    "成立|设立|挂牌|揭牌|组建|新设|析置|撤[镇乡县市]|撤销|撤并|合并|并入|划归|划转|整合|更名|改制|机构改革|区划调整"
)
NO_BODY = pattern_of("领导小组|专班|工作组|委员会|窗口|专区|专栏|公开办")
OF_A_MONTH = pattern_of("(?:(?P<year>20[0-9]{2})年)?(?<![0-9])(?P<month>1[0-2]|[1-9])月")
OLD_BASIS = (
    (pattern_of(r"国办公开办函[〔\[（(]?2019[〕\]）)]?60号"), 2021, "国办公开办函〔2019〕60号"),
    (pattern_of("国务院令第?492号|第492号令"), 2019, "国务院令第492号"),
)


def old_basis(subject: Subject) -> Iterator[Raised]:
    for pattern, first_year, name in OLD_BASIS:
        match = pattern.search(re.sub(r"\s", "", subject.prose))
        if match and (subject.year or 0) >= first_year:
            yield Raised("C08", {"basis": name}, quote=quoted(match[0]), facts=(name,))


UPWARDS = pattern_of(
    "请(?:予以)?审[阅核]|妥否，?请批示|特此(?:上报|汇报)|(?:汇报|报告)如下，请|现(?:上报|呈报)"
    "|贵办|你办|请批评指正"
)


def voice(subject: Subject) -> Iterator[Raised]:
    if match := UPWARDS.search(subject.prose):
        quote = quoted(subject.prose, match.start())
        yield Raised("C09", {"words": match[0]}, quote=quote, facts=(match[0],))


def dates(subject: Subject) -> Iterator[Raised]:
    """The signed date against the end of the period and the printed
    publication date."""
    signed, year = subject.report.signed, subject.year
    if signed is None or year is None:
        return
    if signed <= date(year, 12, 30):
        yield Raised(
            "A04",
            {
                "signed": signed.isoformat(),
                "why": f"早于统计期限届满日{year}年12月31日",
                "why_en": f"before the period ends on {year}-12-31",
            },
            actual=signed.isoformat(),
            facts=(signed.isoformat(),),
        )
        return
    dates = subject.report.publication.dates
    published = [day for source, day in dates if "发布" in source or "pub" in source]
    if published and signed > min(published):
        day = min(published)
        yield Raised(
            "A04",
            {
                "signed": signed.isoformat(),
                "why": f"晚于页面发布日期{day.isoformat()}",
                "why_en": f"after the page's publication date {day.isoformat()}",
            },
            expected=day.isoformat(),
            actual=signed.isoformat(),
            facts=(signed.isoformat(), day.isoformat()),
        )


# ---- D: sections and form


def sections(subject: Subject) -> Iterator[Raised | CannotTell]:
    form = subject.form
    if form is None:
        return
    present = [number for number, _, _ in subject.headings]
    if len(present) < 2:
        yield CannotTell("D01", "没有找到章节标题", "no section headings were recognised")
        return
    missing = [label for n, label in enumerate(form.sections, 1) if n not in present]
    if missing and subject.report.format == "scan":
        yield CannotTell(
            "D01", "章节标题可能没有读出", "a heading may be there and not have been read"
        )
    elif len(missing) > present.count(0):
        names = "、".join(f"{label.number}、{label.label}" for label in missing)
        labels = tuple(label.label for label in missing)
        yield Raised("D01", {"sections": names, "count": len(missing)}, facts=labels)
    usual = {squash(label.label) for label in form.sections} | OTHER_HEADINGS
    changed = []
    for _, text, _ in subject.headings:
        if squash(text.partition("、")[2] or text) not in usual:
            changed.append(text)
    if changed:
        named = {"headings": "、".join(changed)}
        yield Raised("D02", named, quote=quoted(changed[0]), facts=tuple(changed))


OTHER_HEADINGS = frozenset(
    (
        "行政机关主动公开政府信息情况",
        "行政机关收到和处理政府信息公开申请情况",
        "因政府信息公开工作被申请行政复议提起行政诉讼情况",
        "政府信息公开行政复议行政诉讼的情况",
        "政府信息公开工作存在的主要问题及改进情况",
        "存在的主要问题及改进措施",
    )
)

ASPECTS = (
    ("主动公开", "主动公开", "proactive."),
    ("依申请公开", "依申请|申请公开|公开申请", "requests."),
    ("政府信息管理", "信息管理|规范管理|政府信息.{0,4}管理", "\0"),
    ("平台建设", "平台|渠道建设|载体", "interpretations"),
    ("监督保障", "监督|保障|考核", "\0"),
)
SUBHEAD = pattern_of(r"[（(]?[一二三四五六1-6](?:[)）]|[.．、](?![0-9])|是)\s*([^。：:]{2,24})")


def overview(subject: Subject) -> Iterator[Raised]:
    """The five aspects: by the overview's own headings if it has
    some, else by their words."""
    lines = [block.text for block in subject.sections.get(1, [])]
    if not lines:
        return
    heads = [match[1] for line in lines if (match := SUBHEAD.match(line))]
    searched = "\n".join(heads if len(heads) >= 2 else lines)
    kinds = [claim.kind for claim in subject.report.claims]
    missing = []
    for name, words, kind in ASPECTS:
        if not re.search(words, searched) and not any(k.startswith(kind) for k in kinds):
            missing.append(name)
    if missing:
        count = len(ASPECTS) - len(missing)
        named = {"count": count, "missing": "、".join(missing)}
        severity: Severity | None = None
        if count > 2:
            severity = "notice"
        yield Raised("D03", named, severity=severity, facts=tuple(missing))
    length = len(re.sub(r"\s", "", "".join(lines)))
    if length > 1100:
        facts = (str(length // 100),)
        yield Raised("D04", {"length": length}, expected=1000, actual=length, facts=facts)


def old_form(subject: Subject) -> Iterator[Raised]:
    report = subject.report
    used = set(report.table_forms.values())
    form = subject.form
    if not used or form is None:
        return
    if len(used) > 1:
        zh = "；".join(f"{TABLES[table]}为{id_}年版" for table, id_ in report.table_forms.items())
        en = "; ".join(f"{table}: {id_}" for table, id_ in report.table_forms.items())
        yield Raised("D06", {"forms": zh, "forms_en": en}, facts=tuple(sorted(used)))
    elif used != {form.id} and "proactive" in report.table_forms:
        (only,) = used
        named = {"used": only, "right": form.id}
        yield Raised("D05", named, expected=form.id, actual=only, facts=(only,))


def rows(subject: Subject) -> Iterator[Raised | CannotTell]:
    """Rows and columns that the form has and the table lacks, or
    the other way round; of a table that was read without a doubt."""
    report = subject.report
    lost: list[str] = []
    for table in report.table_forms:
        form = subject.form_of(table)
        if form is not None:
            keys = (key for key, _ in form.cells() if key.startswith(f"{table}."))
            lost += [key for key in keys if key not in report.cells]
    extra = [note for note in report.notes if note.startswith(NOT_IN_FORM)]
    if (lost or extra) and _may_be_garbled(subject, lost, extra):
        yield CannotTell(
            "D08", "表格有未能确认的行列", "the table has rows that are not surely read"
        )
        return
    if lost:
        blocks = list(_blocks_of_rows(subject, lost))
        named = {"what": "；".join(blocks), "what_en": f"{len(lost)} cells missing"}
        yield Raised("D08", named, tuple(lost))
    if extra:
        labels = tuple(note.partition(": ")[2] for note in extra)
        what = "”“".join(labels)
        named = {"what": f"增加了“{what}”", "what_en": f"{len(labels)} rows added"}
        yield Raised("D08", named, facts=labels)


NOT_IN_FORM = "a row that is not in the form"
LOOSE = "a row of numbers"


def _may_be_garbled(subject: Subject, lost: list[str], extra: list[str]) -> bool:
    """An unread cell, a row without a place, or a row too many beside one too few."""
    report = subject.report
    tables = {key.partition(".")[0] for key in lost} or set(report.table_forms)
    unread = any(
        value.state == "unreadable" and key.partition(".")[0] in tables
        for key, value in report.cells.items()
    )
    loose = any(note.startswith(LOOSE) for note in report.notes)
    rows = {key.rpartition(".")[0] for key in lost}
    return unread or loose or (bool(extra) and 0 < len(rows) <= len(extra))


def _blocks_of_rows(subject: Subject, lost: list[str]) -> Iterator[str]:
    """表三缺19行（自“（三）不予公开 4.”起）, one a run of rows."""
    for table, zh in TABLES.items():
        missing = {_row_name(key) for key in lost if key.startswith(f"{table}.")}
        form = subject.form_of(table)
        if form is None or not missing:
            continue
        for first, count in _runs(_rows_of(form.id, table), missing):
            name = first.removeprefix(f"{zh} ")
            yield f"{zh}缺“{name}”" if count == 1 else f"{zh}缺{count}行（自“{name}”起）"


@cache
def _rows_of(form: str, table: str) -> tuple[str, ...]:
    """The names of a table's rows, in the form's order."""
    keys = (key for key, _ in form_named(form).cells() if key.startswith(f"{table}."))
    return tuple(dict.fromkeys(map(_row_name, keys)))


def _runs(order: Sequence[str], missing: Collection[str]) -> Iterator[tuple[str, int]]:
    first, count = "", 0
    for name in [*order, ""]:
        if name in missing:
            first, count = first or name, count + 1
        elif count:
            yield first, count
            first, count = "", 0


@cache
def _row_name(key: str) -> str:
    if key.startswith("disputes"):
        return cell_zh(key)
    return cell_zh(key).rpartition("·")[0]


def problems(subject: Subject) -> Iterator[Raised]:
    blocks = subject.sections.get(5)
    if blocks is None:
        return
    texts = [re.sub(r"\s|^[（(]?[一二三四五六1-6][)）.．、]", "", block.text) for block in blocks]
    whole = "".join(texts)
    length = len(whole)
    if squash(whole) in ("", "无", "暂无", "不存在问题", "没有") or length < 12:
        named = {"part": WHOLE_PART, "length": length}
        yield Raised("D09", named, actual=length, quote=quoted(whole), facts=("empty",))
        return
    first: list[str] = []
    for text in texts:
        if first and IMPROVEMENT.search(text[:24]):
            break
        if not re.fullmatch("[^。]{0,16}问题[。：:]?", text):
            first.append(text)
    told = "".join(first)
    part = WHOLE_PART
    if len(first) < len(texts):
        part, length = "存在的主要问题", len(told)
    if length < 60:
        yield Raised(
            "D09",
            {"part": part, "length": length},
            actual=length,
            quote=quoted(told),
            severity="notice",
            facts=(str(length),),
        )


WHOLE_PART = "存在的主要问题及改进情况"
IMPROVEMENT = pattern_of("改进|整改|下一步|针对|今后|措施|202[0-9]年，?我|一是")


def fee_statement(subject: Subject) -> Iterator[Raised]:
    if (subject.year or 0) < 2021:
        return
    if any(claim.kind == "fees.processing" for claim in subject.report.claims):
        return
    if subject.year != subject.report.year and "信息处理费" in subject.prose:
        return  # the title's year is wrong, so what is told of the right one was not taken
    if 6 in subject.sections or len(subject.headings) >= 4:
        yield Raised("D10")


def appraisal(subject: Subject) -> Iterator[Raised]:
    """Of governments: departments need not tell of it."""
    if subject.level in ("department", ""):
        return
    if len(subject.headings) >= 4 and not re.search("考核|评议|责任追究|问责", subject.prose):
        yield Raised("D11")


# ---- H: names and years of others left in, I: wording

SELF = {
    "镇": "乡|街道|苏木|局|院|校|委",
    "乡": "镇|街道|苏木|局|院|校|委",
    "街道": "镇|乡|苏木|局|院|校|委",
    "苏木": "镇|乡|街道|局|院|校|委",
}


def _others_named(subject: Subject) -> Iterator[re.Match[str]]:
    """我局 and the like."""
    others = SELF[kind_of(subject.unit)]
    return re.finditer(rf"(?:我|本)({others})(?![务民事])", subject.prose)


def other_names(subject: Subject) -> Iterator[Raised]:
    """我局 in a town's report; the name of another unit of the county."""
    kinds = {kind_of(name) for name in subject.names}
    for match in _others_named(subject) if kind_of(subject.unit) else ():
        if match[1] in kinds:  # 我乡: it is, or was, called so
            continue
        quote = quoted(subject.prose, match.start())
        yield Raised("H03", {"words": match[0]}, quote=quote, facts=(match[0],))
        return
    for peer in subject.context.peers:
        other = stem(peer.unit)
        if len(other) <= 2 or any(other in own or own in other for own in subject.names):
            continue
        at = subject.prose.find(other)
        if at >= 0:
            quote = quoted(subject.prose, at)
            yield Raised("H03", {"words": other}, quote=quote, facts=(other,))
            return


def other_years(subject: Subject) -> Iterator[Raised]:
    """Last year's (or next year's) date at the head of a sentence that tells of this year."""
    year = subject.year
    if year is None:
        return
    heads = _other_heads(year)
    beside = _year_beside(year)
    sentences = re.split("[。；\n]", subject.prose)
    for n, (sentence, behind) in enumerate(pairwise([*sentences, ""])):
        text = IN_WORDS.sub(_in_digits, re.sub(r"\s", "", sentence))
        told = None if OF_EARLIER.search(text) else _of_the_figures(text, year)
        match = told or heads.match(text) or WRITING.search(text)
        if match is None:
            continue
        if not told and beside.match(re.sub(r"\s", "", f"{text}；{behind}")):
            continue
        printed = next(int(found) for found in match.groups() if found)
        if printed == year or (not told and OF_BEFORE.search(text[match.start() :])):
            continue
        before = "".join(sentences[max(n - MOST_BEFORE, 0) : n])
        if not told and re.search(f"[比较与]{printed}年", before):
            continue  # 收到31件，比2021年增加6件。…2021年我局收到25件
        if not told and _is_told_of_both(subject, sentence):
            continue
        if OF_THAT_YEAR.search(text) or re.search(
            f"{printed}年[^。]*[均都已][^。]{{0,4}}{printed}年", text
        ):
            continue
        if printed > year and not told and not DONE.search(text):
            continue  # what is meant for next year
        yield Raised(
            "H04",
            {"printed": printed, "right": year},
            expected=year,
            actual=printed,
            quote=quoted(sentence, match.start()),
            facts=(sentence.strip()[:40],),
        )
        return


def _is_told_of_both(subject: Subject, sentence: str) -> bool:
    """全市复议88件、诉讼71件，…。2020年全市复议95件、诉讼68件: the same of both years."""
    claims = [c for c in subject.report.claims if c.unit and c.value]
    then = [c for c in claims if c.period and sentence.strip() in c.sentence]
    now: dict[str, set[object]] = {}
    for claim in claims:
        if not claim.period and claim.sentence not in sentence:
            now.setdefault(claim.kind, set()).add(claim.value)
    return bool(then) and all(c.kind in now and c.value not in now[c.kind] for c in then)


MOST_BEFORE = 3  # sentences that may compare with that year
OF_THAT_YEAR = pattern_of("往年|历史数据|以前年度|系上年|属上年")


def _year_beside(year: int) -> re.Pattern[str]:
    """2023年收到10件，2024年收到4件: two years are compared."""
    count = "[0-9]+余?(?:件|条|次|篇|期|项|份|个)|无|未|没有|零"
    own = f"(?:我[^，。；]{{1,2}}|全[^，。；])?(?:{year}年|今年|本年|当年)"
    return pattern_of(
        f"[^。；]{{0,40}}?(?:{count})[^。；]{{0,20}}?[，；、]{own}[^。；]{{0,30}}?(?:{count})"
    )


# What the figures are said to be of.
OF_THE_FIGURES = (
    pattern_of(
        "(?:数据|统计)[^，,。；]{0,10}截[至止](?:时间|日期|日)?[为是于：:]?(20[0-9]{2})年12月31日"
    ),
    pattern_of(
        "(?:统计|数据|期限|时段|报告期)[^，,。；]{0,12}?(20[0-9]{2})年(?:度)?1月?(?:-|—|－|–|~|～|至|到)+12月"
    ),
    pattern_of(
        "^(?:[^，,。；]{0,12}[，,])?(?:现将?|特此?|兹)(?:公布|发布|编制)[^，,。；]{0,20}?"
        "(20[0-9]{2})年度?政府信息公开(?:工作)?(?:年度)?(?:工作)?报告"
    ),
)
OF_EARLIER = pattern_of("上年|去年|往年|历年|同期|首次|查阅|链接|更正|修订")
IN_WORDS = pattern_of("二[〇零○][〇零○一二三四五六七八九]{2}(?=年)")


def _in_digits(match: re.Match[str]) -> str:
    return "".join(str(max("〇一二三四五六七八九".find(c), 0)) for c in match[0])


def _of_the_figures(text: str, year: int) -> re.Match[str] | None:
    found = (pattern.search(text) for pattern in OF_THE_FIGURES)
    return next((match for match in found if match and int(match[1]) != year), None)


def _other_heads(year: int) -> re.Pattern[str]:
    """The usual ways to begin: 2024年以来, 2024年度组织…, 存在的问题：2024年，我镇…"""
    lead = r"(?:[（(]?[一二三四五六七八0-9][)）、.．])?(?:[\u4e00-\u9fff、]{0,16}[:：])?"
    told = (
        "(?:我|本|全|共|[县市区省州旗镇乡]|街道|主动|收到|在|组织|通过|累计|制发|公开|发布|召开|依)"
    )
    others = f"{year - 1}|{year + 1}"
    since = f"(?:自)?({year - 1})年(?:度)?以来[，,](?:我|本)"
    return pattern_of(rf"{lead}(?:在)?(?:({others})年度?[，,]?{told}|{since})")


WRITING = pattern_of(r"编制(20[0-9]{2})年度?政府信息公开(?:工作)?年度报告.{0,6}统计期限")
OF_BEFORE = pattern_of(
    "比|较|同期|增(?:加|长)|结转|上年|去年|截至|遗留|问题整改|计划|将|拟|下一步|继续|力争|目标"
    "|印发|启动|修订|以前|底前|累计"
)
DONE = pattern_of("[0-9]+余?(?:件|条|次|篇|期|项)|收到")
SLIPS = pattern_of("，，|。。|、、|；；|，。|。，|、，|的的|了了|进进行|（（|））|：：")


def slips(subject: Subject) -> Iterator[Raised]:
    found = [m[0] for m in SLIPS.finditer(subject.prose)]
    spaced = re.search("[\u4e00-\u9fff] +[\u4e00-\u9fff]", subject.title_printed)
    if found:
        at = subject.prose.find(found[0])
        named = {"what": f"“{found[0]}”", "count": len(found)}
        yield Raised("I01", named, quote=quoted(subject.prose, at), facts=tuple(found))
    elif spaced:
        yield Raised(
            "I01",
            {"what": "标题中有多余空格", "count": 1, "what_en": "stray spaces in the title"},
            quote=quoted(subject.title_printed),
            facts=("title",),
        )


ID_CARD = pattern_of(
    r"(?<![0-9])([1-9][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
    r"[0-9]{3}[0-9Xx])(?![0-9])"
)
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def privacy(subject: Subject) -> Iterator[Raised]:
    """A person's identity or mobile number, or a private mail address. What is found is not
    repeated: the unit is told where, with the middle left out."""
    for pattern, what, keep in PRIVATE:
        for match in pattern.finditer(subject.prose):
            found = match[0]
            if what == "身份证号码" and not _checks(found):
                continue
            if OF_THE_OFFICE.search(subject.prose[max(match.start() - 20, 0) : match.start()]):
                continue
            masked = f"{found[:keep]}****{found[-2:]}"
            yield Raised("I03", {"what": f"{what}（{masked}）"}, facts=(masked,))
            return


# As long as a name may be: of one without end not each letter is tried with all behind it.
OF_A_PERSON = pattern_of(r"[A-Za-z0-9._-]{1,64}+@(?:qq|163|126|sina|gmail|hotmail|139|189)\.com")
PRIVATE = (
    (ID_CARD, "身份证号码", 6),
    (pattern_of("(?<![0-9])1[3-9][0-9]{9}(?![0-9])"), "手机号码", 3),
    (OF_A_PERSON, "个人邮箱", 2),
)
OF_THE_OFFICE = pattern_of("电话|联系方式|邮箱|邮件|热线|传真|地址")


def _checks(number: str) -> bool:
    weighted = sum(int(d) * w for d, w in zip(number, WEIGHTS, strict=False))
    return "10X98765432"[weighted % 11] == number[-1].upper()


def contact(subject: Subject) -> Iterator[Raised]:
    if len(subject.headings) >= 4 and not CONTACT.search(subject.prose):
        yield Raised("I04")


CONTACT = pattern_of(r"电话|地址|邮编|邮箱|0[0-9]{2,3}[-－—]?[0-9]{7,8}")


RULES = (
    (("A04",), dates),
    (("B03",), only_pictures),
    (("B04", "D07"), pictures_for_tables),
    (("B06",), residue),
    (("B07",), broken_layout),
    (("B09",), tampered),
    (("C01",), title),
    (("C02",), unit_name),
    (("C03",), year),
    (("C04",), wrong_unit),
    (("C05",), signature),
    (("C06",), basis),
    (("C07",), period),
    (("C08",), old_basis),
    (("C09",), voice),
    (("D01", "D02"), sections),
    (("D03", "D04"), overview),
    (("D05", "D06"), old_form),
    (("D08",), rows),
    (("D09",), problems),
    (("D10",), fee_statement),
    (("D11",), appraisal),
    (("H03",), other_names),
    (("H04",), other_years),
    (("I01",), slips),
    (("I03",), privacy),
    (("I04",), contact),
)
