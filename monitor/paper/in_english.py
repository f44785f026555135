"""Why a unit stood where it did, in English, of events that were written down in Chinese alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import cast

from nianbao.crawler.states import STATES
from nianbao.storage.kinds import LookState

DAY = r"\d{4}-\d\d-\d\d"
# Each sentence of a standing: what it says in Chinese, and in English with what varies in it.
SENTENCES: Mapping[str, str] = {
    rf"(?P<day>{DAY})起已不可见": "not there since {day}",
    rf"曾见发布，(?P<day>{DAY})起与同栏目多数年报一起不可见，是否撤下无法核实": (
        "was published; since {day} gone with most others: why can't be told"
    ),
    rf"曾见发布，(?P<day>{DAY})起在原网址不可见；有(?P<count>\d+)条待人工确认，可能就是它": (
        "was published, not at its address since {day}; {count} links wait for a person"
    ),
    rf"(?P<day>{DAY})首次监测到": "first seen on {day}",
    rf"页面标注(?P<day>{DAY})发布(?:，晚\d+天)?": "the page says {day}",
    rf"(?P<day>{DAY})完整查看(?:时尚无|栏目未见)": "a complete look on {day} did not show it",
    rf"(?P<before>{DAY})、(?P<day>{DAY})完整查看(?:时尚无|栏目未见)": (
        "complete looks on {before} and {day} did not show it"
    ),
    "已发布，时间无法核实": "published, but when can't be told",
    "统计期限未满": "the year is not over",
    "暂未监测到": "not detected yet",
    "已列出但打不开：栏目中有它的年报，链接无法打开": "listed, but its page can't be opened",
    r"有(?P<count>\d+)条待人工确认，可能就是它": "{count} links wait for a person",
    r"有(?P<count>\d+)条链接打不开，可能就是它；已有人看过，不是年报的请改记": (
        "{count} links can't be opened and may be it: whoever knows that they are not, says so"
    ),
    "没有为它登记栏目": "no column is known for it",
    r"栏目中没有任何单位的(?P<year>\d{4})年年报，可能已换栏目，请核实（nianbao review column）": (
        "nobody's report of {year} is in the column: is it still the one in use?"
    ),
    rf"(?P<day>{DAY})完整查看未见，此后无法核实（最近一次：(?P<state>.+)）": (
        "a complete look on {day} did not show it; since then nobody can tell ({state})"
    ),
    rf"(?P<day>{DAY})首次核查未见，待另一日复核": (
        "the first check on {day} did not show it, a second on another day is due"
    ),
    "没有查看记录": "nobody has looked",
    "查看时的时钟与门户网站不一致，待核对（nianbao doctor）": (
        "our clock and the portals' differed when it was looked at (see `nianbao doctor`)"
    ),
    "时限后的查看没有留下读全的依据，待再次查看": (
        "the looks since the deadline kept no proof that they read all of it"
    ),
    "时限后没有完整查看（最近一次：(?P<state>.+)）": (
        "no complete look since the deadline (the last one: {state})"
    ),
    "不再是应发布单位": "no longer due",
}
KNOWN = {re.compile(zh): en for zh, en in SENTENCES.items()}
OF_STATE: Mapping[str, str] = dict(STATES.values())


def in_english(why: str) -> str:
    """Empty where that can't be told for sure."""
    for zh, en in KNOWN.items():
        if (told := zh.fullmatch(why)) is not None:
            named = told.groupdict()
            if "state" in named:
                named["state"] = _state(named["state"])
            return en.format(**named) if all(named.values()) else ""
    return ""


def _state(said: str) -> str:
    """A look's state, by its word or its name."""
    by_name = STATES.get(cast(LookState, said), ("", ""))[1]
    return OF_STATE.get(said, by_name)
