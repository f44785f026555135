"""Numbers that satisfy the form's own sums, and the prose around them, for the second series of cases."""

from __future__ import annotations

import random
from copy import copy

import forms
from forms import COLS, DISPUTES, OUTCOMES, ROWS, r

ENDS = {"new", "carried_in", "handled_total", "carried_out"}


def values(seed: str, form: str = "2021", blanks: int = 3, zeros: int = 4) -> dict:
    """A different number in each cell, a few zeros and blanks between; every sum of the form holds."""
    rng = random.Random(f"second/{seed}")
    while True:
        out = _draw(rng, form, blanks, zeros)
        some = [x for x in out.values() if x]
        if len(some) == len(set(some)) and all(x is None or x >= 0 for x in out.values()):
            return out


def _draw(rng, form, blanks, zeros):
    out = dict.fromkeys(forms.keys(form))
    body = [row for row, _, _ in ROWS[form] if row not in ENDS]
    cols = [c for c, _ in COLS[:-1]]
    cells = [r(row, c) for row in body for c in cols]
    out.update(zip(cells, rng.sample(range(2, 190), len(cells)), strict=True))
    quiet = rng.sample([k for k in cells if "denied" in k or "unprocessed" in k], blanks + zeros)
    out.update(dict.fromkeys(quiet[:blanks]))
    out.update(dict.fromkeys(quiet[blanks:], 0))
    for c in cols:
        out[r("handled_total", c)] = sum(out[r(row, c)] or 0 for row in body)
        out[r("carried_in", c)] = rng.randrange(190, 330)
        out[r("carried_out", c)] = rng.randrange(190, 330)
        out[r("new", c)] = (
            out[r("handled_total", c)] + out[r("carried_out", c)] - out[r("carried_in", c)]
        )
    for row, _, _ in ROWS[form]:
        out[r(row)] = sum(out[r(row, c)] or 0 for c in cols)
    free = [n for n in range(2, 1900) if n not in set(out.values())]
    rng.shuffle(free)

    def take(low, high):
        return free.pop(next(i for i, n in enumerate(free) if low <= n <= high))

    for kind, _ in DISPUTES:
        four = [f"disputes.{kind}.{o}" for o, _ in OUTCOMES[:-1]]
        out.update({k: take(2, 330) for k in four})
        out[f"disputes.{kind}.total"] = sum(out[k] for k in four)
    for key in out:
        if key.startswith("proactive."):
            wide = key.rsplit(".", 1)[1] in {"in_force", "disclosed_total", "amount"}
            out[key] = take(1100, 1900) if wide else take(2, 900)
    if form != "2019":
        out["proactive.fees.amount"] = rng.randrange(1, 60) + rng.randrange(11, 99) / 100
        if round(out["proactive.fees.amount"] * 100) % 10 == 0:
            out["proactive.fees.amount"] += 0.03
        out["proactive.fees.amount"] = round(out["proactive.fees.amount"], 2)
    return out


def broken_sums(v: dict, form: str) -> list[str]:
    """The sums of the form that do not hold, a blank or absent cell counted as nothing."""
    body = [row for row, _, _ in ROWS[form] if row not in ENDS]
    cols = [c for c, _ in COLS]
    n = lambda k: v.get(k) or 0  # noqa: E731
    out = []
    for c in cols:
        if n(r("new", c)) + n(r("carried_in", c)) != n(r("handled_total", c)) + n(
            r("carried_out", c)
        ):
            out.append(f"new + carried_in: {c}")
        if n(r("handled_total", c)) != sum(n(r(row, c)) for row in body):
            out.append(f"handled_total: {c}")
    out += [
        f"{row}.total"
        for row, _, _ in ROWS[form]
        if n(r(row)) != sum(n(r(row, c)) for c in cols[:-1])
    ]
    for kind, _ in DISPUTES:
        if n(f"disputes.{kind}.total") != sum(n(f"disputes.{kind}.{o}") for o, _ in OUTCOMES[:-1]):
            out.append(f"disputes.{kind}.total")
    return out


def title(unit, year):
    return f"{unit}{year}年政府信息公开工作年度报告"


OPENING = [
    "根据《中华人民共和国政府信息公开条例》，现公布{unit}{year}年政府信息公开工作年度报告。报告所列数据统计期限自{year}年1月1日起，至{year}年12月31日止。",
    "本报告依照《中华人民共和国政府信息公开条例》和年度报告格式要求编制，由总体情况等六部分组成，统计期限为{year}年1月1日至{year}年12月31日。",
    "现将{year}年度政府信息公开工作情况报告如下，所列数据的统计期限为{year}年1月1日至12月31日。",
]
OVERVIEW = [
    [
        "（一）主动公开方面。围绕惠农补贴、低保救助、河道管护等群众关心的事项及时发布信息，栏目内容做到逐月核对。",
        "（二）依申请公开方面。本年新收申请{new}件，上年结转{old}件，办结{done}件，结转下年度继续办理{left}件。",
        "（三）信息管理方面。公文起草时同步确定公开属性，发布前由办公室和分管负责同志两级审核。",
        "（四）平台建设方面。便民服务大厅设查阅点，村级公开栏按季更换内容。",
        "（五）监督保障方面。公开工作列入年度考核，全年未发生责任追究情形。",
    ],
    [
        "一是主动公开有序开展。修订公开事项标准目录，对已失效的文件标注状态。",
        "二是依申请公开依法办理。全年新收政府信息公开申请{new}件，加上年结转{old}件，共办结{done}件，尚有{left}件转入下一年度。",
        "三是监督保障逐步到位。组织经办人员学习两次，邀请群众代表对公开栏目提出意见。",
    ],
    [
        "1.主动公开。通过门户网站、公告栏和村务微信群发布信息，重点公开预决算、征地补偿、公共服务事项。",
        "2.依申请公开。收到申请{new}件，承接上年未办结{old}件，年内答复{done}件，未办结{left}件。",
        "3.政府信息管理。落实保密审查，做到一事一审。",
        "4.平台建设。整理栏目，撤并内容重复的页面。",
        "5.监督保障。接受社会评议，听取意见并改进。",
    ],
]
FIVE = [
    [
        "存在问题：部分栏目更新不够均衡，答复文书用语有待规范。",
        "改进措施：明确各站所报送时限，编印答复范本，按季通报。",
    ],
    [
        "一是经办人员变动较多，业务衔接不够顺畅。二是解读形式偏少。",
        "下一步将固定专人负责，增加图文解读，方便群众看得懂、用得上。",
    ],
    [
        "主动公开的深度还需加强，与村（社区）的信息衔接不够及时。",
        "今后将建立收集清单，重要事项办结后及时补充公开。",
    ],
]
SIX = [
    "本年度未收取信息处理费，没有其他需要报告的事项。",
    "依照信息处理费管理办法，本年度没有产生信息处理费。",
    "无其他需要报告的事项。",
]


def prose(v, unit, year, seed):
    """Paragraphs by section, 0 for the opening."""
    rng = random.Random(f"prose/{seed}")
    fill = {
        "unit": unit,
        "year": year,
        "new": v.get(r("new")),
        "old": v.get(r("carried_in")),
        "done": v.get(r("handled_total")),
        "left": v.get(r("carried_out")),
    }
    pick = lambda many: [p.format(**fill) for p in rng.choice(many)]  # noqa: E731
    return {
        0: [rng.choice(OPENING).format(**fill)],
        1: pick(OVERVIEW),
        5: pick(FIVE),
        6: [rng.choice(SIX)],
    }


def sequence(v, unit, year, seed, tables):
    """(kind, text or table): the whole report from its title to its end; tables by number."""
    p = prose(v, unit, year, seed)
    out = [("title", title(unit, year))] + [("p", x) for x in p[0]]
    for n in range(1, 7):
        out.append(("h", forms.S[n]))
        if n in (2, 3, 4):
            out.append(("table", tables[n]))
        else:
            out += [("p", x) for x in p[n]]
    return out


def grids(v, form="2021"):
    return {2: forms.grid2(v, form), 3: forms.grid3(v, form), 4: forms.grid4(v)}


def expectation(v, why, unit, year, odd=None, form="2021", **more):
    return forms.expectation(v, why, odd, form=form, unit=unit, year=year, **more)


def share(v: dict, by: int, form: str = "2021") -> dict:
    """A part of a body's table 3, its sums kept."""
    body = [row for row, _, _ in ROWS[form] if row not in ENDS]
    cols = [c for c, _ in COLS[:-1]]
    out = {}
    for c in cols:
        out.update({r(row, c): (v[r(row, c)] or 0) // by for row in body})
        out[r("handled_total", c)] = sum(out[r(row, c)] for row in body)
        out[r("carried_in", c)] = v[r("carried_in", c)] // by
        out[r("carried_out", c)] = v[r("carried_out", c)] // by
        out[r("new", c)] = (
            out[r("handled_total", c)] + out[r("carried_out", c)] - out[r("carried_in", c)]
        )
    out.update({r(row): sum(out[r(row, c)] for c in cols) for row, _, _ in ROWS[form]})
    return {k: out[k] for k in v if k in out}


def cut(rows, key, head=3, again=forms.RESULT):
    """Table 3 in two, before the row of key (the first of its group); head and section label stand on both."""
    rows = [forms.Row([copy(c) for c in row.cells], row.key) for row in rows]
    at = next(i for i, row in enumerate(rows) if row.key == key)
    start = next(i for i, row in enumerate(rows) if row.key == "granted")
    label = rows[start].cells[0]
    left = label.rs - (at - start)
    label.rs = at - start
    rows[at].cells.insert(0, forms.Cell(again, key="label:result", rs=left))
    return rows[:at], [forms.Row([copy(c) for c in row.cells]) for row in rows[:head]] + rows[at:]
