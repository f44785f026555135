"""True reports of every level in the manners of many places: the words are data, the numbers the report's own."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from nianbao.storage.registry import yaml_loader
from tests.reportkit.drafts import Draft, clean, some_figures
from tests.reportkit.figures import Figures

PLACES = {"county": ["合江县", "彭阳县", "繁峙县", "凌源市", "海淀区"], "city": ["泸州市", "杭州市", "朔州市"], "province": ["四川省", "浙江省", "山西省"]}  # fmt: skip
STEMS = ["柳树", "白桥", "石门", "李家湾", "城关"]
SUBJECTS = ["政策文件", "工作动态", "财政信息", "机构职能", "公告公示", "社会救助"]


class Truth(NamedTuple):
    draft: Draft
    level: str
    body: str  # as the title names it
    place: str


@cache
def manners() -> dict[str, Any]:
    text = (Path(__file__).parent / "manners.yaml").read_text("utf-8")
    loaded: dict[str, Any] = yaml.load(text, yaml_loader())
    return loaded


def true_report(seed: int) -> Truth:
    chance = random.Random(seed)
    level = chance.choice(list(manners()["levels"]))
    told = manners()["levels"][level]
    names = {key: chance.choice(places) for key, places in PLACES.items()}
    body = chance.choice(told["bodies"]).format(stem=chance.choice(STEMS), **names)
    year = chance.choice((2021, 2022, 2023, 2024, 2025))
    figures = _figures(chance, level)
    words = _words(chance, figures, year) | names
    words |= {"body": body, "own": chance.choice(told["own"]), "whole": told["whole"]}

    def say(key: str) -> str:
        return str(chance.choice(manners()[key])).format(**words)

    first = say("items") + say("documents" if words["issued"] else "documents_none")
    first += say("decisions")
    asked = "requests" if words["new"] or words["done"] else "requests_none"
    if told["whole"] and words["new"] and chance.random() < 0.3:
        asked = "requests_wide"
    disputed = "disputes" if words["reviews"] + words["suits"] else "disputes_none"
    overview = (first, say(asked) + say(disputed), say("management"), say("platform"))
    draft = replace(
        clean(seed),
        figures=figures,
        county=names["county"],
        unit=body,
        year=year,
        title=f"{body}{year}年政府信息公开工作年度报告",
        preamble=(say("preambles"),),
        overview=(*overview, say("supervision")),
        problems=(say("problems"),),
        other=(say("others"),),
        signature=(body, f"{year + 1}年1月{chance.randint(5, 28)}日"),
    )
    return Truth(draft, told.get("level", level), body, names.get(level, names["county"]))


def _figures(chance: random.Random, level: str) -> Figures:
    figures = some_figures(chance)
    if level in ("county", "city", "province"):
        figures["proactive.fees.amount"] = chance.choice((0, 7730, 96171))
    if level in ("city", "province"):
        figures["proactive.regulations.in_force"] = chance.choice((0, 24))
    return figures


PARTS = ("denied", "unavailable", "unprocessed", "other")


def _words(chance: random.Random, figures: Figures, year: int) -> dict[str, Any]:
    def cell(key: str) -> int:
        return int(figures.get(key) or 0)

    def row(name: str, column: str = "total") -> int:
        return cell(f"requests.{name}.{column}")

    def group(name: str) -> int:
        keys = [k for k in figures if k.startswith(f"requests.{name}.") and k.endswith(".total")]
        return sum(cell(key) for key in keys)

    new, carried, done, out = (
        row(name) for name in ("new", "carried_in", "handled_total", "carried_out")
    )
    a, b, c = (chance.randint(20, 300) for _ in range(3))
    names = chance.sample(SUBJECTS, 3)
    items = a + b + c
    d = chance.randint(10, items - 10)
    people = row("new", "natural_person")
    direct, after = (cell(f"disputes.suit_{way}.total") for way in ("direct", "after_review"))
    documents = "proactive.normative_documents"
    rest = chance.randint(40, 400)
    return {
        "year": year, "year_after": year + 1, "new": new, "in_": carried, "done": done, "out": out,
        "due": new + carried, "people": people, "orgs": new - people, "granted": row("granted"),
        "partial": row("partial"), "open_": row("granted") + row("partial"),
        **{name: group(name) for name in PARTS},
        "reviews": cell("disputes.review.total"), "direct": direct, "after": after, "suits": direct + after,
        "issued": cell(f"{documents}.issued"), "repealed": cell(f"{documents}.repealed"), "force": cell(f"{documents}.in_force"),
        **{f"{key}": cell(f"proactive.{name}.decisions") for key, name in (("licences", "licensing"), ("penalties", "penalties"), ("coercion", "coercion"))},
        "items": items, "a": a, "b": b, "c": c, "d": d, "e": items - d, "f": chance.randint(100, 900), "many": items * 5 // 100 * 100,
        "small": chance.randint(2, 9), "small0": min(new, chance.randint(0, 3)), "wide": new + rest, "rest": rest,
        **dict(zip(("a_name", "b_name", "c_name"), names, strict=True)),
    }  # fmt: skip
