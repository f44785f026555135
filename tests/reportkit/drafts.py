"""Whole reports whose prose and tables agree, to be printed as they are or with a planted mistake."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from nianbao.parser.forms import form_named
from tests.reportkit.compose import Style, _Pen, disputes_table, proactive_tables, requests_table
from tests.reportkit.figures import Figures, Number, balance, blank_figures
from tests.reportkit.printed import Printed, Table, Text

HEADINGS = (
    "一、总体情况",
    "二、主动公开政府信息情况",
    "三、收到和处理政府信息公开申请情况",
    "四、政府信息公开行政复议、行政诉讼情况",
    "五、存在的主要问题及改进情况",
    "六、其他需要报告的事项",
)


@dataclass(frozen=True)
class Draft:
    figures: Figures
    county: str
    unit: str
    year: int
    title: str
    preamble: tuple[str, ...]
    overview: tuple[str, ...]
    problems: tuple[str, ...]
    other: tuple[str, ...]
    signature: tuple[str, ...]
    headings: tuple[str, ...] = HEADINGS
    form_id: str = "2021"
    requests_form_id: str = "2021"
    without: frozenset[str] = frozenset()  # tables that are not printed
    style: Style = field(default_factory=Style)

    def with_figures(self, **changes: Number) -> Draft:
        return replace(
            self, figures={**self.figures, **{k.replace("__", "."): v for k, v in changes.items()}}
        )

    def saying(self, old: str, new: str, part: str = "overview") -> Draft:
        """The same draft with other words in one part; the words must be there."""
        lines = getattr(self, part)
        assert any(old in line for line in lines), (old, lines)
        return self.with_part(part, tuple(line.replace(old, new) for line in lines))

    def with_part(self, part: str, lines: tuple[str, ...]) -> Draft:
        return replace(self, **cast("dict[str, Any]", {part: lines}))


def print_draft(draft: Draft) -> Printed:
    form, requests_form, pen = (
        form_named(draft.form_id),
        form_named(draft.requests_form_id),
        _Pen(draft.style),
    )
    tables: dict[str, list[Table]] = {
        "proactive": proactive_tables(draft.figures, form, pen),
        "requests": [requests_table(draft.figures, requests_form, pen)],
        "disputes": [disputes_table(draft.figures, form, pen)],
    }
    bodies: list[Sequence[Text | Table]] = [
        [Text(line) for line in draft.overview],
        *([] if name in draft.without else found for name, found in tables.items()),
        [Text(line) for line in draft.problems],
        [Text(line) for line in draft.other],
    ]
    printed: list[Text | Table] = [
        Text(draft.title, "title"),
        *(Text(line) for line in draft.preamble),
    ]
    for heading, body in zip(draft.headings, bodies, strict=True):
        if heading:
            printed.append(Text(heading, "heading"))
            printed += body
    printed += [Text(line, "signature") for line in draft.signature]
    return tuple(printed)


def clean(seed: int, *, unit: str = "", year: int = 0, county: str = "") -> Draft:
    """A report without a fault: other names, numbers and words for each seed."""
    chance = random.Random(seed)
    some = chance.choice(
        ["平安", "青石", "白沙", "永宁", "新林", "双桥", "云阳山"]
    ) + chance.choice("县县县区市旗")
    county = county or some
    kind = chance.choice("镇镇镇乡街道".replace("街道", "街"))
    name = chance.choice(["柳树", "石门", "小河", "东岭", "李家湾", "大王庄", "红土坡", "南坪"])
    unit = unit or (f"{name}街道办事处" if kind == "街" else f"{name}{kind}人民政府")
    year = year or chance.choice((2021, 2022, 2023, 2024, 2025))
    figures = some_figures(chance)
    return Draft(
        figures=figures,
        county=county,
        unit=unit,
        year=year,
        title=f"{county}{unit}{year}年政府信息公开工作年度报告",
        preamble=(_preamble(chance, county, unit, year),),
        overview=tuple(_overview(chance, figures, unit, year)),
        problems=tuple(_problems(chance)),
        other=(_fees(chance, year),),
        signature=(f"{county}{unit}", f"{year + 1}年1月{chance.randint(5, 28)}日"),
    )


def some_figures(chance: random.Random) -> Figures:
    numbers = blank_figures()
    numbers["proactive.normative_documents.issued"] = issued = chance.choice((0, 0, 1, 3))
    numbers["proactive.normative_documents.in_force"] = issued + chance.choice((0, 2, 5))
    for key in ("licensing", "penalties", "coercion"):
        numbers[f"proactive.{key}.decisions"] = chance.choice((0, 3, 15, 86, 240))
    if chance.random() < 0.6:
        rows = [
            r.key for r in form_named("2021").request_rows if r.group and r.key != "handled_total"
        ]
        for _ in range(chance.randint(1, 6)):
            column = chance.choice(("natural_person", "natural_person", "business", "other_org"))
            numbers[f"requests.{chance.choice(rows)}.{column}"] = chance.randint(1, 9)
        numbers["requests.carried_out.natural_person"] = chance.choice((0, 0, 1, 2))
    if chance.random() < 0.2:
        numbers["disputes.review.upheld"] = chance.randint(1, 2)
        numbers["disputes.suit_direct.pending"] = chance.randint(0, 1)
    return balance(numbers)


def _preamble(chance: random.Random, county: str, unit: str, year: int) -> str:
    phone = f"0{chance.randint(310, 999)}-{chance.randint(2000000, 8999999)}"
    return (
        f"本报告按照《中华人民共和国政府信息公开条例》和国办公开办函〔2021〕30号文件的要求编制，由{county}{unit}公布。"
        f"报告中数据的统计期限为{year}年1月1日至12月31日。联系电话：{phone}。"
    )


CHANNELS = ("县政府网站", "微信公众号", "镇村公示栏", "便民服务大厅电子屏")
SUBJECTS = (
    "机构职能信息",
    "财政预决算信息",
    "社会救助信息",
    "乡村建设信息",
    "工作动态",
    "公告公示",
)


def _overview(chance: random.Random, figures: Figures, unit: str, year: int) -> list[str]:
    own = "街道" if "街道" in unit else unit.removesuffix("人民政府")[-1]
    parts = [chance.randint(1, 400) for _ in range(chance.randint(2, 5))]
    names = chance.sample(CHANNELS if len(parts) <= 3 else SUBJECTS, len(parts))
    listed = "、".join(f"{name}{count}条" for name, count in zip(names, parts, strict=True))
    total = chance.choice(
        ("主动公开政府信息{}条，其中", "公开各类政府信息{}条，包括", "主动公开信息共{}条，其中：")
    ).format(sum(parts))
    licences, penalties = (
        figures["proactive.licensing.decisions"],
        figures["proactive.penalties.decisions"],
    )
    issued, force = (
        figures[f"proactive.normative_documents.{key}"] for key in ("issued", "in_force")
    )
    wrote = f"全年制发行政规范性文件{issued}件" if issued else "全年未制发行政规范性文件"
    return [
        f"（一）主动公开情况。{year}年，我{own}{total}{listed}。{wrote}，现行有效的行政规范性文件{force}件。"
        f"办理行政许可{licences}件，行政处罚{penalties}件。",
        f"（二）依申请公开情况。{_requests(chance, figures)}{_disputes(chance, figures)}",
        f"（三）政府信息管理情况。{chance.choice(MANAGEMENT)}",
        f"（四）政府信息公开平台建设情况。{chance.choice(PLATFORM)}",
        f"（五）监督保障情况。{chance.choice(SUPERVISION)}",
    ]


WHOLES = ("主动公开政府信息{}条，其中", "公开各类政府信息{}条，包括", "主动公开信息共{}条，其中：")
MANAGEMENT = (
    "信息发布前由拟稿人、分管负责人和保密员逐级审核，公开属性与文件同步确定。",
    "按月清理已公开的目录，失效的内容标注后归档，更新及时、责任到人。",
    "建立登记簿，每条信息注明来源、审核人和公开方式。",
)
PLATFORM = (
    "依托县政府网站专栏公开信息，镇村两级设有查阅点，内容由专人维护。",
    "完善专栏分类，方便群众检索；新媒体账号由党政办统一管理。",
    "公示栏和网站同步更新，查阅场所全年开放。",
)
SUPERVISION = (
    "将政务公开列入年度考核，开展业务学习，接受社会评议，全年没有发生责任追究的情形。",
    "公开工作纳入考核，设立监督电话，未出现因公开不当被问责的情况，社会评议良好。",
    "成立领导小组，明确分管负责人和专职人员；考核结果与评优挂钩，接受群众评议。",
)


def _requests(chance: random.Random, figures: Figures) -> str:
    new, out = figures["requests.new.total"] or 0, figures["requests.carried_out.total"] or 0
    done = figures["requests.handled_total.total"] or 0
    if new == 0 and done == 0:
        return chance.choice(
            (
                "本年度未收到政府信息公开申请。",
                "全年没有收到公民、法人和其他组织提出的政府信息公开申请。",
            )
        )
    carried = f"，结转下年度继续办理{out}件" if out else ""
    return chance.choice(
        (
            f"本年度收到政府信息公开申请{new}件，办结{done}件{carried}。",
            f"全年共收到政府信息公开申请{new}件，答复{done}件{carried}。",
        )
    )


def _disputes(chance: random.Random, figures: Figures) -> str:
    reviews = figures["disputes.review.total"] or 0
    suits = (figures["disputes.suit_direct.total"] or 0) + (
        figures["disputes.suit_after_review.total"] or 0
    )
    if reviews == 0 and suits == 0:
        return chance.choice(
            ("未发生行政复议、行政诉讼。", "没有因政府信息公开引起的行政复议和行政诉讼。")
        )
    return f"发生行政复议{reviews}件，行政诉讼{suits}件。"


TROUBLES = (
    "公开内容以工作动态为主，涉及群众切身利益的事项公开不够细，解读材料数量偏少、形式不够多样。",
    "个别站所主动公开的意识不强，信息报送不够及时，专栏更新间隔较长，群众获取信息不便。",
    "工作人员岗位变动较多，对条例和目录掌握不全，业务培训覆盖面不足，影响公开质量。",
    "村级公示内容不统一，部分公示栏位置偏僻，老年群众查阅信息存在困难，需要改善。",
)
PLANS = (
    "针对上述情况，将细化公开目录，增加图表和问答形式的解读，每季度征求一次群众意见。",
    "下一步明确各站所信息员，建立按月通报制度，保证专栏更新及时。",
    "今后每年组织两次业务学习，新上岗人员先培训后上岗，做到底数清、程序明。",
    "将统一村级公示样式，把公示栏移到村委会门口，并在赶集日设立咨询台。",
)


def _problems(chance: random.Random) -> list[str]:
    chosen = chance.sample(range(len(TROUBLES)), 2)
    return [
        "（一）存在的主要问题。"
        + "".join(f"{n}是{TROUBLES[i]}" for n, i in zip("一二", chosen, strict=True)),
        "（二）改进措施。"
        + "".join(f"{n}是{PLANS[i]}" for n, i in zip("一二", chosen, strict=True)),
    ]


def _fees(chance: random.Random, year: int) -> str:
    return chance.choice(
        (
            f"{year}年未收取信息处理费。没有其他需要报告的事项。",
            "本年度没有收取政府信息公开信息处理费。",
        )
    )
