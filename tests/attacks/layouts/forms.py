"""The two statutory forms as grids of cells, for the writers of the cases in this folder only."""

from __future__ import annotations

import html as _html
import random
from dataclasses import dataclass, field

COLS = [
    ("natural_person", "自然人"),
    ("business", "商业企业"),
    ("research", "科研机构"),
    ("social_welfare", "社会公益组织"),
    ("legal_service", "法律服务机构"),
    ("other_org", "其他"),
    ("total", "总计"),
]
RESULT = "三、本年度办理结果"
# key, group label or None, own label; every row between carried_in and carried_out is under RESULT
HEAD_ROWS = [
    ("new", None, "一、本年新收政府信息公开申请数量"),
    ("carried_in", None, "二、上年结转政府信息公开申请数量"),
    ("granted", None, "（一）予以公开"),
    ("partial", None, "（二）部分公开（区分处理的，只计这一情形，不计其他情形）"),
    ("denied.state_secret", "（三）不予公开", "1.属于国家秘密"),
    ("denied.law_prohibits", "（三）不予公开", "2.其他法律行政法规禁止公开"),
    ("denied.security_stability", "（三）不予公开", "3.危及“三安全一稳定”"),
    ("denied.third_party", "（三）不予公开", "4.保护第三方合法权益"),
    ("denied.internal_affairs", "（三）不予公开", "5.属于三类内部事务信息"),
    ("denied.process_info", "（三）不予公开", "6.属于四类过程性信息"),
    ("denied.case_file", "（三）不予公开", "7.属于行政执法案卷"),
    ("denied.admin_inquiry", "（三）不予公开", "8.属于行政查询事项"),
    ("unavailable.not_held", "（四）无法提供", "1.本机关不掌握相关政府信息"),
    ("unavailable.needs_creation", "（四）无法提供", "2.没有现成信息需要另行制作"),
    ("unavailable.unclear", "（四）无法提供", "3.补正后申请内容仍不明确"),
    ("unprocessed.petition", "（五）不予处理", "1.信访举报投诉类申请"),
    ("unprocessed.repeat", "（五）不予处理", "2.重复申请"),
    ("unprocessed.publication", "（五）不予处理", "3.要求提供公开出版物"),
    ("unprocessed.excessive", "（五）不予处理", "4.无正当理由大量反复申请"),
    ("unprocessed.reissue", "（五）不予处理", "5.要求行政机关确认或重新出具已获取信息"),
]
SIX21 = [
    (
        "other.not_corrected",
        "（六）其他处理",
        "1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请",
    ),
    (
        "other.fee_unpaid",
        "（六）其他处理",
        "2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请",
    ),
    ("other.misc", "（六）其他处理", "3.其他"),
]
SIX19 = [("other", None, "（六）其他处理")]
TAIL_ROWS = [("handled_total", None, "（七）总计"), ("carried_out", None, "四、结转下年度继续办理")]
ROWS = {"2021": HEAD_ROWS + SIX21 + TAIL_ROWS, "2019": HEAD_ROWS + SIX19 + TAIL_ROWS}
ROWS["mixed"] = ROWS["2019"]  # the 2021 form with the one row of 2019
PLAIN = {"new", "carried_in", "carried_out"}
DISPUTES = [
    ("review", "行政复议"),
    ("suit_direct", "未经复议直接起诉"),
    ("suit_after_review", "复议后起诉"),
]
OUTCOMES = [
    ("upheld", "结果维持"),
    ("corrected", "结果纠正"),
    ("other", "其他结果"),
    ("pending", "尚未审结"),
    ("total", "总计"),
]
T2_21 = {
    "regulations": ("规章", ["issued", "repealed", "in_force"]),
    "normative_documents": ("行政规范性文件", ["issued", "repealed", "in_force"]),
    "licensing": ("行政许可", ["decisions"]),
    "penalties": ("行政处罚", ["decisions"]),
    "coercion": ("行政强制", ["decisions"]),
    "fees": ("行政事业性收费", ["amount"]),
}
T2_19 = {
    "regulations": ("规章", ["made", "disclosed", "disclosed_total"]),
    "normative_documents": ("规范性文件", ["made", "disclosed", "disclosed_total"]),
    "licensing": ("行政许可", ["items_last_year", "change", "decisions"]),
    "other_services": ("其他对外管理服务事项", ["items_last_year", "change", "decisions"]),
    "penalties": ("行政处罚", ["items_last_year", "change", "decisions"]),
    "coercion": ("行政强制", ["items_last_year", "change", "decisions"]),
    "fees": ("行政事业性收费", ["items_last_year", "change"]),
    "procurement": ("政府集中采购", ["projects", "amount"]),
}


def keys(form: str = "2021") -> list[str]:
    t2 = T2_19 if form == "2019" else T2_21
    out = [f"proactive.{row}.{col}" for row, (_, cols) in t2.items() for col in cols]
    out += [f"requests.{row}.{col}" for row, _, _ in ROWS[form] for col, _ in COLS]
    return out + [f"disputes.{kind}.{outcome}" for kind, _ in DISPUTES for outcome, _ in OUTCOMES]


def values(seed: str, form: str = "2021", blanks: int = 3, zeros: int = 4) -> dict:
    """A different number of two or three digits in each cell, a few zeros and blanks between."""
    rng = random.Random(seed)
    names = keys(form)
    out = dict(zip(names, rng.sample(range(12, 990), len(names)), strict=False))
    quiet = [k for k in names if k.startswith(("requests.denied", "disputes.suit"))]
    picked = rng.sample(quiet, blanks + zeros)
    out.update(dict.fromkeys(picked[:blanks]))
    out.update(dict.fromkeys(picked[blanks:], 0))
    if form != "2019":
        out["proactive.fees.amount"] = rng.randrange(101, 989) / 100 + 3
        out["proactive.fees.amount"] = round(out["proactive.fees.amount"], 2)
    return out


def shown(value) -> str:
    return "" if value is None else str(value)


@dataclass
class Cell:
    text: str = ""
    key: str | None = None
    rs: int = 1
    cs: int = 1
    attrs: str = ""
    html: str | None = None


@dataclass
class Row:
    cells: list[Cell]
    key: str = ""
    attrs: str = ""
    before: str = ""
    after: str = ""


@dataclass
class Odd:
    """What a writer does to single cells, and what it expects of them."""

    v: dict
    html: dict = field(default_factory=dict)
    must_not: dict = field(default_factory=dict)
    unreadable_ok: list = field(default_factory=list)

    def triple(self, names, wrap, decoy="4"):
        """The decoy before, between and behind the digits of three cells."""
        for place, key in enumerate(names):
            n = shown(self.v[key])
            cut = [0, 1, len(n)][place % 3]
            self.html[key] = n[:cut] + wrap(decoy) + n[cut:]
            self.must_not[key] = int(n[:cut] + decoy + n[cut:])

    def put(self, key, text, wrong=None, unsure=False):
        self.html[key] = text
        if wrong is not None:
            self.must_not[key] = wrong
        if unsure:
            self.unreadable_ok.append(key)


def r(row, col="total"):
    return f"requests.{row}.{col}"


def num(v, key):
    return Cell(shown(v[key]), key)


def grid2(v, form="2021", fee_head="本年收费金额（单位：万元）"):
    t2 = T2_19 if form == "2019" else T2_21
    width = 4

    def block(title, heads, names):
        n = len(heads) - 1
        span = (width - 1) // n if n in (1, 3) else 1
        rows = [Row([Cell(title, cs=width)])]
        cells = [Cell(heads[0])] + [Cell(h, cs=span) for h in heads[1:]]
        if n == 2:
            cells[-1].cs = 2
        rows.append(Row(cells))
        for name in names:
            label, cols = t2[name]
            row = [Cell(label, key=f"label:{name}")] + [
                num(v, f"proactive.{name}.{c}") for c in cols
            ]
            for c in row[1:]:
                c.cs = span
            if n == 2:
                row[-1].cs = 2
            rows.append(Row(row, name))
        return rows

    if form != "2019":
        return (
            block(
                "第二十条第（一）项",
                ["信息内容", "本年制发件数", "本年废止件数", "现行有效件数"],
                ["regulations", "normative_documents"],
            )
            + block("第二十条第（五）项", ["信息内容", "本年处理决定数量"], ["licensing"])
            + block(
                "第二十条第（六）项", ["信息内容", "本年处理决定数量"], ["penalties", "coercion"]
            )
            + block("第二十条第（八）项", ["信息内容", fee_head], ["fees"])
        )
    three = ["信息内容", "上一年项目数量", "本年增/减", "处理决定数量"]
    return (
        block(
            "第二十条第（一）项",
            ["信息内容", "本年新制作数量", "本年新公开数量", "对外公开总数量"],
            ["regulations", "normative_documents"],
        )
        + block("第二十条第（五）项", three, ["licensing", "other_services"])
        + block("第二十条第（六）项", three, ["penalties", "coercion"])
        + block("第二十条第（八）项", three[:3], ["fees"])
        + block("第二十条第（九）项", ["信息内容", "采购项目数量", "采购总金额"], ["procurement"])
    )


NOTE = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）"


def grid3(v, form="2021", cols=None):
    cols = cols or COLS
    rows = [
        Row([Cell(NOTE, rs=3, cs=3), Cell("申请人情况", cs=7)]),
        Row([Cell("自然人", rs=2), Cell("法人或其他组织", cs=5), Cell("总计", rs=2)]),
        Row([Cell(label) for _, label in COLS[1:6]]),
    ]
    body = ROWS[form]
    inner = [row for row in body if row[0] not in PLAIN]
    for key, group, label in body:
        cells = []
        if key in PLAIN:
            cells.append(Cell(label, key=f"label:{key}", cs=3))
        else:
            if key == "granted":
                cells.append(Cell(RESULT, key="label:result", rs=len(inner)))
            if group is None:
                cells.append(Cell(label, key=f"label:{key}", cs=2))
            else:
                members = [k for k, g, _ in body if g == group]
                if members[0] == key:
                    cells.append(Cell(group, key=f"label:{key.split('.')[0]}", rs=len(members)))
                cells.append(Cell(label, key=f"label:{key}"))
        cells += [num(v, r(key, c)) for c, _ in cols]
        rows.append(Row(cells, key))
    return rows


def grid4(v):
    return [
        Row([Cell("行政复议", cs=5), Cell("行政诉讼", cs=10)]),
        Row(
            [Cell(label, rs=2) for _, label in OUTCOMES]
            + [Cell("未经复议直接起诉", cs=5), Cell("复议后起诉", cs=5)]
        ),
        Row([Cell(label) for _ in range(2) for _, label in OUTCOMES]),
        Row([num(v, f"disputes.{k}.{o}") for k, _ in DISPUTES for o, _ in OUTCOMES], "disputes"),
    ]


def matrix(rows):
    """The full grid; a spanned place holds None, or the Cell at its upper left corner."""
    out, taken = [], {}
    for y, row in enumerate(rows):
        x = 0
        for cell in row.cells:
            while (y, x) in taken:
                x += 1
            for dy in range(cell.rs):
                for dx in range(cell.cs):
                    taken[y + dy, x + dx] = (cell, dy == 0 and dx == 0)
            x += cell.cs
    width = 1 + max(x for _, x in taken)
    for y in range(len(rows)):
        out.append([taken.get((y, x), (None, False)) for x in range(width)])
    return out


def apply(rows, odd):
    for row in rows:
        for cell in row.cells:
            if cell.key in odd.html:
                cell.html = odd.html[cell.key]
    return rows


def table(rows, attrs='border="1" cellspacing="0"', td="td"):
    out = [f"<table {attrs}><tbody>"]
    for row in rows:
        out.append(row.before + f"<tr{' ' + row.attrs if row.attrs else ''}>")
        for c in row.cells:
            span = (f' rowspan="{c.rs}"' if c.rs > 1 else "") + (
                f' colspan="{c.cs}"' if c.cs > 1 else ""
            )
            inner = c.html if c.html is not None else _html.escape(c.text, quote=False)
            out.append(f"<{td}{span}{' ' + c.attrs if c.attrs else ''}>{inner}</{td}>")
        out.append("</tr>" + row.after)
    out.append("</tbody></table>")
    return "\n".join(out)


S = {
    1: "一、总体情况",
    2: "二、主动公开政府信息情况",
    3: "三、收到和处理政府信息公开申请情况",
    4: "四、政府信息公开行政复议、行政诉讼情况",
    5: "五、存在的主要问题及改进情况",
    6: "六、其他需要报告的事项",
}
PROSE = {
    1: "本镇按照条例要求做好公开工作，及时更新栏目内容，答复群众来函。",
    5: "公开内容还不够细，下一步将加强培训，充实栏目。",
    6: "没有其他需要报告的事项。",
}


def title(unit="石门镇", year=2023):
    return f"{unit}人民政府{year}年政府信息公开工作年度报告"


def page(t2, t3, t4, head="", unit="石门镇", year=2023, between="", bodyattrs=""):
    name = title(unit, year)
    return (
        f'<!DOCTYPE html>\n<html lang="zh"><head><meta charset="utf-8"><title>{name}</title>\n{head}</head>\n'
        f"<body{' ' + bodyattrs if bodyattrs else ''}>\n<h1>{name}</h1>\n<p>{S[1]}</p>\n<p>{PROSE[1]}</p>\n<p>{S[2]}</p>\n{t2}\n"
        f"<p>{S[3]}</p>\n{t3}\n{between}<p>{S[4]}</p>\n{t4}\n<p>{S[5]}</p>\n<p>{PROSE[5]}</p>\n<p>{S[6]}</p>\n<p>{PROSE[6]}</p>\n"
        f"</body></html>\n"
    )


def expectation(v, why, odd=None, form="2021", year=2023, unit="石门镇人民政府", **more):
    out = {
        "why": why,
        "form": form,
        "unit": unit,
        "year": year,
        "cells": {k: x for k, x in v.items() if x is not None},
        "blank": [k for k, x in v.items() if x is None],
        "absent": [],
        "unreadable_ok": list(odd.unreadable_ok) if odd else [],
        "must_not": dict(odd.must_not) if odd else {},
        "printed": {k: x for k, x in odd.html.items() if k in v} if odd else {},
    }
    out.update(more)
    out["must_not"] = {k: x for k, x in out["must_not"].items() if v.get(k, "") != x}
    return out
