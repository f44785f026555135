"""Reports of invented townships: the form, its prose, planted mistakes."""

from __future__ import annotations

import html
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from itertools import product

from docx import Document

from nianbao.parser.forms import Form, form_named

COUNTY = "青川县"
OUTCOMES = ("granted", "partial", "unavailable.not_held")


@dataclass(frozen=True)
class Filled:
    """A report as it is written: its cells and sentences."""

    town: str
    year: int
    cells: Mapping[str, int]
    told: int  # requests that the prose states
    parts: tuple[int, int, int]  # what was published, by channel
    year_printed: int = 0
    edited: str = ""

    @property
    def title(self) -> str:
        return (
            f"{COUNTY}{self.town}人民政府{self.year_printed or self.year}年政府信息公开工作年度报告"
        )


@dataclass(frozen=True)
class Mistake:
    """What is planted."""

    sum: int = 0  # added to one cell of the requests
    told: int = 0  # added to the requests that the prose states
    total: int = 0  # added to the number published, beside its parts
    extra: Mapping[str, int] = field(default_factory=dict)


def fill(town: str, year: int, mistake: Mistake | None = None, edited: str = "") -> Filled:
    mistake = mistake or Mistake()
    chance = random.Random(f"{town}{year}")
    cells = {key: 0 for key, _ in form_named("2021").cells()}
    cells["proactive.licensing.decisions"] = chance.randint(3, 260)
    cells["proactive.penalties.decisions"] = chance.randint(0, 40)
    for who in ("natural_person", "business"):
        for outcome in OUTCOMES:
            cells[f"requests.{outcome}.{who}"] = count = chance.choice((0, 0, 1, 2))
            for row in ("new", "handled_total"):
                cells[f"requests.{row}.{who}"] += count
    for row in ("new", "handled_total", *OUTCOMES):
        cells[f"requests.{row}.total"] = sum(
            cells[f"requests.{row}.{who}"] for who in ("natural_person", "business")
        )
    told = cells["requests.new.total"] + mistake.told
    cells["requests.handled_total.natural_person"] += mistake.sum
    cells.update(mistake.extra)
    parts = (chance.randint(80, 300), chance.randint(20, 120), chance.randint(5, 60))
    return Filled(town, year, cells, told, (parts[0] + mistake.total, *parts[1:]), edited=edited)


TOPICS = [
    "惠农补贴",
    "医疗救助",
    "危房改造",
    "林权登记",
    "河道清淤",
    "道路养护",
    "低保名单",
    "防汛值班",
    "秸秆禁烧",
    "义务教育",
    "养老服务",
    "残疾人帮扶",
    "就业培训",
    "村集体账目",
    "土地流转",
    "饮水工程",
    "疫苗接种",
    "森林防火",
    "垃圾清运",
    "文化活动",
    "集贸市场",
    "产业项目",
    "招标结果",
    "财政决算",
    "人居环境",
    "安全生产",
    "征地补偿",
    "户籍办理",
    "茶叶种植",
    "核桃管护",
    "生猪养殖",
    "旅游线路",
    "电商站点",
    "食品抽检",
    "矛盾调解",
    "普法宣讲",
    "志愿服务",
    "冬季取暖",
    "应急演练",
    "村医巡诊",
]
VILLAGES = [
    "上湾",
    "下湾",
    "前坡",
    "后坡",
    "柏树",
    "松林",
    "青石",
    "白石",
    "新桥",
    "老街",
    "龙潭",
    "凤鸣",
    "双井",
    "三溪",
    "团结",
    "红旗",
    "高峰",
    "平坝",
    "长岭",
    "短岭",
    "花园",
    "桃源",
    "金竹",
    "银杏",
]


def sentences(report: Filled) -> list[tuple[str, list[str]]]:
    """Each section's heading and its sentences; each town tells
    of its own matters."""
    chance = random.Random(f"{report.town}的话")
    whole = sum(fill(report.town, report.year).parts)
    site, board, other = report.parts
    asked = "未收到政府信息公开申请"
    if report.told:
        asked = f"收到政府信息公开申请{report.told}件，均已按期答复"

    def some(pool: list[str], count: int) -> str:
        return "、".join(chance.sample(pool, count))

    topics, villages = list(TOPICS), list(VILLAGES)
    return [
        (
            "一、总体情况",
            [
                f"{report.year}年，{report.town}围绕{some(topics, 6)}等群众关心的事项推进公开，{some(villages, 4)}等村定期更新公开栏。",
                f"（一）主动公开。全年主动公开政府信息{whole}条，其中通过政府网站公开{site}条，通过公示栏公开{board}条，其他方式公开{other}条。",
                f"（二）依申请公开。{asked}。",
                f"（三）政府信息管理。对{some(topics, 5)}类信息逐条核对，由{some(villages, 3)}等村的信息员报送，镇里统一审核。",
                f"（四）平台建设。在网站专栏设置{some(topics, 4)}等目录，在{some(villages, 3)}等村设置查询点。",
                f"（五）监督保障。把{some(topics, 3)}的公开情况纳入考核，开展社会评议，未发生需要追究责任的情形。",
            ],
        ),
        ("二、主动公开政府信息情况", []),
        ("三、收到和处理政府信息公开申请情况", []),
        ("四、政府信息公开行政复议、行政诉讼情况", []),
        (
            "五、存在的主要问题及改进情况",
            [
                f"存在的主要问题：一是{some(topics, 3)}等内容的解读不够充分，群众来电询问较多；二是{some(villages, 3)}等村的公开栏更新不及时。",
                f"改进措施：一是对{some(topics, 3)}配发问答材料；二是由驻村干部每月到{some(villages, 3)}等村检查一次。{report.edited}",
            ],
        ),
        ("六、其他需要报告的事项", ["本年度未收取信息处理费。无其他需要报告的事项。"]),
    ]


def preamble(report: Filled) -> list[str]:
    return [
        "根据《中华人民共和国政府信息公开条例》和《中华人民共和国政府信息公开工作年度报告格式》编制本报告。",
        f"本报告所列数据的统计期限自{report.year}年1月1日起至{report.year}年12月31日止。",
        f"如有疑问，请与{report.town}党政办公室联系（地址：{COUNTY}{report.town}，电话：0839-0000000）。",
    ]


def signature(report: Filled) -> list[str]:
    return [f"{COUNTY}{report.town}人民政府", f"{report.year + 1}年1月8日"]


Grid = list[list[str]]


def tables(report: Filled) -> dict[int, list[Grid]]:
    """The form's tables as rows of text, by the number of their section."""
    form = form_named("2021")
    cells = report.cells
    proactive: Grid = []
    for clause in form.proactive:
        proactive.append([clause.clause])
        proactive.append(["信息内容", *(column.label for column in clause.columns)])
        for row in clause.rows:
            keys = (f"proactive.{row.key}.{column.key}" for column in clause.columns)
            proactive.append([row.label, *(str(cells[key]) for key in keys)])
    return {2: [proactive], 3: [list(_requests(form, cells))], 4: [list(_disputes(form, cells))]}


def _requests(form: Form, cells: Mapping[str, int]) -> Iterator[list[str]]:
    yield ["", "", form.corner, *(column.label for column in form.request_columns)]
    for row in form.request_rows:
        number, group, above = row.number, row.group, ""
        if len(number) == 1:
            number += "、"
        if group:
            above = "三、本年度办理结果"
        if group == "本年度办理结果":
            group = ""
        keys = (f"requests.{row.key}.{column.key}" for column in form.request_columns)
        yield [above, group, f"{number}{row.label}", *(str(cells[key]) for key in keys)]


def _disputes(form: Form, cells: Mapping[str, int]) -> Iterator[list[str]]:
    places = list(product(form.dispute_groups, form.dispute_columns))
    yield [group.group or group.label for group, _ in places]
    yield [group.label for group, _ in places]
    yield [column.label for _, column in places]
    yield [str(cells[f"disputes.{group.key}.{column.key}"]) for group, column in places]


def as_html(report: Filled, published: str) -> bytes:
    grids = tables(report)
    title = html.escape(report.title)
    parts = [f"<h1>{title}</h1><p>发布日期：{published} 来源：{report.town}</p>"]
    parts += [f"<p>{html.escape(line)}</p>" for line in preamble(report)]
    for number, (heading, lines) in enumerate(sentences(report), 1):
        parts.append(f"<p>{heading}</p>")
        parts += [f"<p>{html.escape(line)}</p>" for line in lines]
        for grid in grids.get(number, ()):
            rows = "".join(map(_html_row, grid))
            parts.append(f"<table border=1>{rows}</table>")
    parts += [f"<p align=right>{html.escape(line)}</p>" for line in signature(report)]
    dated = f"<meta name='PubDate' content='{published} 09:00'>"
    head = f"<meta charset='utf-8'><title>{title}</title>{dated}"
    body = f"<div id='zoom'>{''.join(parts)}</div>"
    return f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>".encode()


def _html_row(row: Sequence[str]) -> str:
    cells = "".join(f"<td>{html.escape(cell)}</td>" for cell in row)
    return f"<tr>{cells}</tr>"


def as_docx(report: Filled) -> bytes:
    document = Document()
    document.add_heading(report.title, 0)
    for line in preamble(report):
        document.add_paragraph(line)
    grids = tables(report)
    for number, (heading, lines) in enumerate(sentences(report), 1):
        document.add_paragraph(heading)
        for line in lines:
            document.add_paragraph(line)
        for grid in grids.get(number, ()):
            width = max(len(row) for row in grid)
            table = document.add_table(rows=0, cols=width)
            table.style = "Table Grid"
            for row in grid:
                cells = table.add_row().cells
                for cell, text in zip(cells, row, strict=False):
                    cell.text = text
                if len(row) == 1:
                    cells[0].merge(cells[-1])
    for line in signature(report):
        document.add_paragraph(line)
    out = BytesIO()
    document.save(out)
    return out.getvalue()
