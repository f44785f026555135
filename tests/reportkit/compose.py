"""From numbers to a printed report: the statutory tables, with the noise and defects that real ones have."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from nianbao.parser.forms import Form, Label, form_named
from tests.reportkit.figures import Figures, Number
from tests.reportkit.printed import Box, Printed, Table, Text


@dataclass(frozen=True)
class Style:
    """How a report is printed. The default is the form as the State Council prints it."""

    seed: int = 0
    spaces_in_labels: float = 0.0  # share of labels with spaces or line breaks in them
    fullwidth: bool = False  # full-width digits and half-width brackets
    zero: str = "0"
    none: str = ""  # what stands in a blank cell
    padding: str = ""  # spaces around numbers
    thousands: bool = False
    units: bool = False  # 件, 万元 behind the numbers
    numbering: str = "usual"  # usual, halfwidth, none
    traditional: bool = False
    total_row: int = 2  # the header row in which 总计 stands: 1, 2 or 3
    shuffled: bool = False  # columns in another order
    repeat_header: bool = False
    stray_column: bool = False  # an empty column at the right
    extra_total: bool = False  # a column 小计 behind the six kinds
    annotated: bool = False  # notes in brackets behind the labels
    extra_row: bool = False  # 其他主动公开文件 behind the normative documents
    one_grid: bool = False  # the sub-tables of table two in one table
    stray_spaces: bool = False


TITLE = "{county}{unit}{year}年政府信息公开工作年度报告"
OVERVIEW = (
    "{year}年，本镇围绕中心工作推进信息公开。全年主动公开政府信息{items}条，其中政府网站{web}条，公示栏{board}条。",
    "本年度收到政府信息公开申请{new}件。",
)
TRADITIONAL = str.maketrans(
    "规务处罚强许对结转证会单组织机构业类书开请无费额维纠诉审总计",
    "規務處罰強許對結轉證會單組織機構業類書開請無費額維糾訴審總計",
)


def compose(
    figures: Figures,
    *,
    form_id: str = "2021",
    requests_form_id: str | None = None,
    style: Style = Style(),
    county: str = "平安县",
    unit: str = "柳树镇人民政府",
    year: int = 2023,
) -> Printed:
    """Print a report. `requests_form_id` prints table three in another form than table two: a mixed report."""
    form = form_named(form_id)
    requests_form = form_named(requests_form_id or form_id)
    pen = _Pen(style)
    new = figures.get("requests.new.total") or 0
    body: list[Text | Table] = [Text(TITLE.format(county=county, unit=unit, year=year), "title")]
    body.append(Text("一、总体情况", "heading"))
    body += [Text(line.format(year=year, items=12, web=7, board=5, new=new)) for line in OVERVIEW]
    body.append(Text("二、主动公开政府信息情况", "heading"))
    body += proactive_tables(figures, form, pen)
    body.append(Text("三、收到和处理政府信息公开申请情况", "heading"))
    body.append(requests_table(figures, requests_form, pen))
    body.append(Text("四、政府信息公开行政复议、行政诉讼情况", "heading"))
    body.append(disputes_table(figures, form, pen))
    body += [
        Text("五、存在的主要问题及改进情况", "heading"),
        Text("公开的形式还不够丰富，下一年将增加培训，改进栏目。"),
    ]
    body += [Text("六、其他需要报告的事项", "heading"), Text("本年度未收取信息处理费。")]
    body += [Text(f"{county}{unit}", "signature"), Text(f"{year + 1}年1月12日", "signature")]
    return tuple(body)


def proactive_tables(figures: Figures, form: Form, pen: _Pen) -> list[Table]:
    width = 1 + max(len(clause.columns) for clause in form.proactive)
    blocks: list[list[tuple[Box, ...]]] = []
    for clause in form.proactive:
        rows: list[tuple[Box, ...]] = [(Box(pen.label(clause.clause), 1, width),)]
        spans = _spread_over(len(clause.columns), width - 1)
        rows.append(
            (
                Box(pen.label("信息内容")),
                *(
                    Box(pen.label(c.label, c), 1, s)
                    for c, s in zip(clause.columns, spans, strict=True)
                ),
            )
        )
        for row in clause.rows:
            keys = [f"proactive.{row.key}.{column.key}" for column in clause.columns]
            if not any(key in figures for key in keys):
                continue
            cells = [
                Box(pen.number(figures.get(key), column), 1, span)
                for key, column, span in zip(keys, clause.columns, spans, strict=True)
            ]
            note = (
                "（设区的市、自治州人民政府应提供相关数据）"
                if pen.style.annotated and row.key == "regulations"
                else ""
            )
            rows.append((Box(pen.label(row.label) + note), *cells))
        if pen.style.extra_row and len(clause.rows) == 2 and clause.rows[0].key == "regulations":
            rows.append((Box("其他主动公开文件"), *(Box("3", 1, span) for span in spans)))
        blocks.append(rows)
    if pen.style.one_grid:
        return [Table(tuple(row for block in blocks for row in block))]
    return [Table(tuple(block)) for block in blocks]


def requests_table(figures: Figures, form: Form, pen: _Pen) -> Table:
    style = pen.style
    columns = list(form.request_columns)
    if style.shuffled:
        inner = [c for c in columns if c.group]
        pen.random.shuffle(inner)
        columns = [columns[0], *inner, columns[-1]]
        if pen.random.random() < 0.5:
            columns = [columns[-1], *columns[:-1]]
    header = _requests_header(form, columns, pen)
    rows: list[tuple[Box, ...]] = list(header)
    present = [
        row
        for row in form.request_rows
        if any(f"requests.{row.key}.{c.key}" in figures for c in columns)
    ]
    numbers = {
        row.key: [Box(pen.number(figures.get(f"requests.{row.key}.{c.key}"), c)) for c in columns]
        for row in present
    }
    if style.extra_total:
        at = 1 + next(i for i in range(len(columns) - 1, -1, -1) if columns[i].group)
        for row in present:
            numbers[row.key].insert(at, Box(pen.number(0, columns[0])))
    if style.stray_column:
        for row in present:
            numbers[row.key].append(Box(""))
    results = [row for row in present if row.group]
    for row in present:
        label = pen.label(row.label, row)
        if not row.group:
            rows.append((Box(label, 1, 3), *numbers[row.key]))
            continue
        front: list[Box] = []
        if row is results[0]:
            front.append(
                Box(
                    pen.label("本年度办理结果", Label("", "本年度办理结果", number="三")),
                    len(results),
                )
            )
        family = [r for r in results if r.group == row.group]
        if row.group == "本年度办理结果":
            rows.append((*front, Box(label, 1, 2), *numbers[row.key]))
            continue
        if row is family[0]:
            group = next(g for g in form.request_groups if g.label == row.group)
            front.append(Box(pen.label(group.label, group), len(family)))
        rows.append((*front, Box(label), *numbers[row.key]))
    if style.repeat_header:
        middle = len(header) + 2  # behind the rows without merged cells
        rows[middle:middle] = header
    return Table(tuple(rows))


def _requests_header(form: Form, columns: list[Label], pen: _Pen) -> list[tuple[Box, ...]]:
    style = pen.style
    extra = style.extra_total
    inner = [c for c in columns if c.group]
    kinds = [Box(pen.label(c.label)) for c in inner] + ([Box("小计")] if extra else [])
    total_first = columns[0].key == "total"
    total_row = 2 if total_first else style.total_row
    corner = Box(form.corner, 3, 3)
    stray = [Box("", 3, 1)] if style.stray_column else []
    body = 6 + extra + (total_row > 1)
    total = Box(pen.label("总计"), 4 - total_row)
    first = [
        corner,
        Box(pen.label("申请人情况"), 1, body),
        *([total] if total_row == 1 else []),
        *stray,
    ]
    bodies = Box(pen.label("法人或其他组织"), 1, len(kinds))
    second = [Box(pen.label("自然人"), 2), bodies]
    if total_row == 2:
        second = [total, *second] if total_first else [*second, total]
    third = [*kinds, *([total] if total_row == 3 else [])]
    if total_row == 3:  # the cell above 总计 stays empty
        second.append(Box(""))
    return [tuple(first), tuple(second), tuple(third)]


def disputes_table(figures: Figures, form: Form, pen: _Pen) -> Table:
    groups, outcomes = form.dispute_groups, form.dispute_columns
    n = len(outcomes)
    first = (Box(pen.label(groups[0].label), 1, n), Box(pen.label(groups[1].group), 1, 2 * n))
    second = (
        *(Box(pen.label(o.label), 2) for o in outcomes),
        *(Box(pen.label(g.label), 1, n) for g in groups[1:]),
    )
    third = tuple(Box(pen.label(o.label)) for _ in groups[1:] for o in outcomes)
    numbers = tuple(
        Box(pen.number(figures.get(f"disputes.{g.key}.{o.key}"), o))
        for g in groups
        for o in outcomes
    )
    return Table((first, second, third, numbers))


class _Pen:
    """Writes labels and numbers in the style's hand."""

    def __init__(self, style: Style) -> None:
        self.style = style
        self.random = random.Random(style.seed)

    def label(self, text: str, label: Label | None = None) -> str:
        style = self.style
        number = label.number if label is not None else ""
        note = label.note if label is not None else ""
        if style.numbering == "none":
            number = ""
        elif number in ("一", "二", "三", "四"):
            number += "、"
        if style.numbering == "halfwidth":
            number = number.replace("（", "(").replace("）", ") ").replace(".", ". ")
        if style.annotated and "增/减" in text:
            note = "（减用负值表示，如 -8）"
        if self.random.random() < style.spaces_in_labels and len(text) > 3:
            at = self.random.randint(1, len(text) - 1)
            text = text[:at] + self.random.choice([" ", "\u3000", "\u00a0", "\n", "  "]) + text[at:]
        if style.traditional:
            text = text.translate(TRADITIONAL)
        return number + text + note

    def number(self, number: Number, column: Label) -> str:
        style = self.style
        if number is None:
            return style.none
        if number == 0 and column.kind != "decimal":
            text = style.zero
        elif isinstance(number, Decimal):
            text = f"{number:f}"
        else:
            text = f"{number:,}" if style.thousands else str(number)
        if column.kind == "change" and number:
            text = self.random.choice(_changes(int(number)))
        if style.units and text not in ("零",):
            text += {"count": "件", "decimal": column.unit, "change": ""}[column.kind]
        if style.fullwidth:
            text = text.translate(FULLWIDTH)
        return style.padding + text


FULLWIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


def _changes(number: int) -> list[str]:
    size = abs(number)
    if number > 0:
        return [f"+{size}", f"增{size}", f"增加{size}", f"＋{size}", str(size)]
    return [f"-{size}", f"减少{size}", f"减{size}", f"－{size}"]


def _spread_over(columns: int, width: int) -> list[int]:
    """Column spans that fill the width of the table, the last one taking what is left over."""
    return [1] * (columns - 1) + [width - columns + 1]


Writer = Callable[[Printed], bytes]
