"""Mistakes to plant in a clean draft, one for each rule that judges a report alone."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from tests.reportkit.drafts import Draft, clean
from tests.reportkit.figures import balance

NO_REQUESTS = "（二）依申请公开情况。本年度未收到政府信息公开申请。"
Plant = Callable[[Draft, random.Random], Draft]


def _heading(n: int, text: str) -> Plant:
    def plant(draft: Draft, _: random.Random) -> Draft:
        return replace(draft, headings=(*draft.headings[:n], text, *draft.headings[n + 1 :]))

    return plant


def _adding(part: str, text: str) -> Plant:
    """A sentence more in one part."""

    def plant(draft: Draft, _: random.Random) -> Draft:
        lines = getattr(draft, part)
        added = text.format(year=draft.year, last=draft.year - 1)
        return draft.with_part(part, (*lines[:-1], lines[-1] + added))

    return plant


def _set(**cells: int | None) -> Plant:
    return lambda draft, _: draft.with_figures(**cells)


def _title(old: str, new: str) -> Plant:
    return lambda draft, _: replace(draft, title=draft.title.replace(old, new))


def _preamble(old: str, new: str) -> Plant:
    return lambda draft, _: draft.saying(old, new, "preamble")


def _with_requests(draft: Draft) -> Draft:
    """Some granted requests of natural persons, told as the table has them."""
    figures = balance(
        {
            **draft.figures,
            "requests.granted.natural_person": 4,
            "requests.carried_out.natural_person": 0,
        }
    )
    new, done = figures["requests.new.total"], figures["requests.handled_total.total"]
    lines = [line for line in draft.overview if "依申请公开" not in line]
    disputes = "".join(s + "。" for s in draft.overview[1].split("。") if "复议" in s)
    told = f"（二）依申请公开情况。本年度收到政府信息公开申请{new}件，办结{done}件。{disputes}"
    return replace(draft, figures=figures, overview=(lines[0], told, *lines[1:]))


def _request_row(row: str, change: int) -> Plant:
    def plant(draft: Draft, _: random.Random) -> Draft:
        ready = _with_requests(draft)
        key = f"requests.{row}.natural_person"
        return replace(ready, figures={**ready.figures, key: (ready.figures[key] or 0) + change})

    return plant


def _told(old: str, new: str) -> Plant:
    return lambda draft, _: _with_requests(draft).saying(old, new)


def _both_new(draft: Draft, _: random.Random) -> Draft:
    ready = _with_requests(draft)
    changed = {
        k: (ready.figures[k] or 0) + 2
        for k in ("requests.new.natural_person", "requests.new.total")
    }
    told = ready.figures["requests.new.total"]
    ready = ready.saying(
        f"收到政府信息公开申请{told}件", f"收到政府信息公开申请{(told or 0) + 2}件"
    )
    return replace(ready, figures={**ready.figures, **changed})


def _shifted(draft: Draft, _: random.Random) -> Draft:
    kinds = ("other_org", "business")
    bare = {
        k: 0 if k.startswith("requests.") and k.endswith(kinds) else n
        for k, n in draft.figures.items()
    }
    ready = _with_requests(replace(draft, figures=bare))
    figures = dict(ready.figures)
    rows = {
        key.rpartition(".")[0]
        for key in figures
        if key.startswith("requests.") and key.endswith(".total")
    }
    for row in rows:
        if figures[f"{row}.total"]:
            figures[f"{row}.other_org"], figures[f"{row}.total"] = figures[f"{row}.total"], 0
    return replace(ready, figures=figures)


def _blank_total(draft: Draft, _: random.Random) -> Draft:
    zeros = [
        key
        for key, n in draft.figures.items()
        if key.startswith("disputes.") and key.endswith("total") and n == 0
    ]
    return replace(draft, figures={**draft.figures, zeros[0]: None})


def _no_aspects(draft: Draft, _: random.Random) -> Draft:
    words = (
        "（一）加强领导。健全机制，明确责任。",
        "（二）充实队伍。选派骨干，从事相关工作。",
        "（三）抓好宣传。张贴标语。",
    )
    return replace(draft, overview=words)


def _no_parts(draft: Draft) -> tuple[str, int]:
    """The first sentence's list and its total."""
    import re

    match = re.search("([0-9]+)条", draft.overview[0])
    assert match
    return draft.overview[0], int(match[1])


def _larger_whole(draft: Draft, _: random.Random) -> Draft:
    line, total = _no_parts(draft)
    return replace(
        draft, overview=(line.replace(f"{total}条", f"{total + 35}条", 1), *draft.overview[1:])
    )


def _second_total(draft: Draft, chance: random.Random) -> Draft:
    _, total = _no_parts(draft)
    return _adding("other", f"全年公开各类信息{total + 100}条。")(draft, chance)


def _part_above(draft: Draft, chance: random.Random) -> Draft:
    _, total = _no_parts(draft)
    return _adding("other", f"公开办事结果信息{total + 7}条。")(draft, chance)


def _share(draft: Draft, _: random.Random) -> Draft:
    return _adding("other", "村务公开信息200条，其中财务类50条，占30%，党务类150条。")(
        replace(draft, overview=("（一）主动公开情况。以公示栏为主。", *draft.overview[1:])), _
    )


def _old_form(draft: Draft, chance: random.Random) -> Draft:
    from tests.reportkit.figures import blank_figures

    lines = (
        "（一）主动公开情况。以公示栏为主。",
        "（二）依申请公开情况。本年度未收到政府信息公开申请。",
        *draft.overview[2:],
    )
    return replace(
        draft,
        figures=blank_figures("2019"),
        form_id="2019",
        requests_form_id="2019",
        overview=lines,
    )


def _mixed(draft: Draft, _: random.Random) -> Draft:
    figures = {k: n for k, n in draft.figures.items() if not k.startswith("requests.other.")}
    for column in (
        "natural_person",
        "business",
        "research",
        "social_welfare",
        "legal_service",
        "other_org",
        "total",
    ):
        parts = [
            draft.figures.get(f"requests.other.{row}.{column}") or 0
            for row in ("not_corrected", "fee_unpaid", "misc")
        ]
        figures[f"requests.other.{column}"] = sum(parts)
    return replace(draft, figures=figures, requests_form_id="2019")


def _no_row(draft: Draft, _: random.Random) -> Draft:
    base = clean(0)
    empty = {
        k: n if not k.startswith(("requests.", "disputes.")) else 0
        for k, n in draft.figures.items()
    }
    kept = {k: n for k, n in empty.items() if not k.startswith("requests.denied.third_party.")}
    lines = (draft.overview[0], NO_REQUESTS, *base.overview[2:])
    return replace(draft, figures=kept, overview=lines)


ID_NUMBER = "11010519491231002X"  # the example of the standard GB 11643

PLANTS: dict[str, Plant] = {
    "A04": lambda d, _: replace(d, signature=(d.signature[0], f"{d.year}年12月3日")),
    "B06": _adding("other", "[bookmark: _GoBack]"),
    "B09": _adding("other", "六合彩开奖结果查询。"),
    "C01": _title("政府信息公开工作年度报告", "政府信息公开年度报告"),
    "C02": lambda d, _: replace(d, title=d.title.removeprefix(d.county)),
    "C03": lambda d, _: replace(d, title=d.title.replace(str(d.year), str(d.year - 1))),
    "C04": lambda d, _: replace(d, signature=(f"{d.county}杨木桥镇人民政府", d.signature[1])),
    "C05": lambda d, _: replace(d, signature=(d.signature[0],)),
    "C06": lambda d, _: replace(d, preamble=(d.preamble[0][d.preamble[0].index("联系电话") :],)),
    "C07": _preamble("12月31日", "11月30日"),
    "C08": _preamble("国办公开办函〔2021〕30号", "国办公开办函〔2019〕60号"),
    "C09": _adding("other", "特此上报。"),
    "D01": _heading(4, ""),
    "D02": _heading(4, "五、存在的问题与下一步打算"),
    "D03": _no_aspects,
    "D04": _adding("overview", "持续做好相关工作，提高服务水平，保障群众权益。" * 50),
    "D05": _old_form,
    "D06": _mixed,
    "D07": lambda d, _: replace(d, without=frozenset({"disputes"})),
    "D08": _no_row,
    "D09": lambda d, _: replace(d, problems=("无。",)),
    "D10": lambda d, _: replace(d, other=("没有其他需要报告的事项。",)),
    "E01": _blank_total,
    "E02": _set(proactive__coercion__decisions=None),
    "E04": _set(proactive__regulations__in_force=6),
    "E05": _set(proactive__fees__amount=35000),
    "F01": _both_new,
    "F02": _request_row("granted", 3),
    "F04": lambda d, _: d.with_figures(disputes__review__total=(d.figures["disputes.review.total"] or 0) + 1),
    "F05": _set(disputes__suit_direct__upheld=3),
    "F06": _set(disputes__suit_after_review__other=2),
    "F10": lambda d, _: d.with_figures(
        proactive__normative_documents__issued=9, proactive__normative_documents__in_force=1
    ),
    "F11": _shifted,
    "G01": _told("收到政府信息公开申请", "收到政府信息公开申请3"),
    "G02": lambda d, _: replace(
        _with_requests(d), overview=(d.overview[0], NO_REQUESTS, *d.overview[2:])
    ),
    "G03": _larger_whole,
    "G04": _second_total,
    "G05": _part_above,
    "G06": lambda d, _: _adding("other", "制发行政规范性文件44件。")(
        replace(d, overview=(d.overview[0].replace("制发行政规范性文件", "做好文件工作"), *d.overview[1:])), _
    ),
    "G07": lambda d, _: d.saying("行政处罚", "行政处罚1"),
    "G08": lambda d, _: replace(
        d,
        overview=(d.overview[0], d.overview[1].partition("未发生")[0].partition("没有因")[0].partition("发生行政")[0]
                  + "发生行政复议7件。", *d.overview[2:]),
    ),
    "G09": _told("办结", "办结1"),
    "G10": _adding("other", "本年度收取信息处理费200元。"),
    "G11": _share,
    "G12": _adding("overview", "收到群众意见××条。"),
    "H03": _adding("problems", "我局将抓好落实。"),
    "H04": _adding("overview", "\n{last}年，我们主动作为，工作取得进展。".replace("我们", "本级")),
    "I01": _adding("problems", "下一步，，将继续努力。"),
    "I03": _adding("other", f"联系人身份证号{ID_NUMBER}。"),
}  # fmt: skip

# What a plant brings with it by its nature: the same mistake seen from another side.
COMPANIONS: dict[str, frozenset[str]] = {
    "D01": frozenset({"D09"}),
    "D03": frozenset({"G06", "G07"}),
    "E02": frozenset({"G07"}),
    "F10": frozenset({"G06"}),
    "D05": frozenset({"G06", "G07", "G08"}),
    "D08": frozenset({"G08", "F02"}),
}
