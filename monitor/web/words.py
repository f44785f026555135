"""What the pages say, in both languages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache
from importlib import resources
from typing import NamedTuple

import yaml

from nianbao.monitor.ledger.age import is_old
from nianbao.monitor.ledger.words import Lang
from nianbao.monitor.standing import BEIJING, Standing, day_in_beijing
from nianbao.storage.audit import HERE
from nianbao.storage.registry import yaml_loader


@cache
def words() -> Mapping[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for name in FILES:
        text = resources.files("nianbao.monitor.web").joinpath(name).read_text("utf-8")
        found |= {key: (zh, en) for key, (zh, en) in yaml.load(text, yaml_loader()).items()}
    return found


FILES = (
    "words.yaml",
    "words_acts.yaml",
    "words_letters.yaml",
    "words_report.yaml",
    "words_review.yaml",
    "words_operations.yaml",
    "words_setup.yaml",
    "words_signin.yaml",
    "words_elsewhere.yaml",
    "words_way.yaml",
    "words_door.yaml",
    "words_drafts.yaml",
    "words_data.yaml",
)


def say(key: str, lang: Lang, **named: object) -> str:
    sentence = words()[key][0 if lang == "zh" else 1]
    return sentence.format(**named) if named else sentence


def by(who: str, lang: Lang) -> str:
    """Who did something, as it is written down; what stands for nobody's name is said anew."""
    unit, link, rest = who.partition(say("door_by_link", "zh", unit=""))
    if link and not rest:
        return say("door_by_link", lang, unit=unit)
    return say("this_machine", lang) if who == HERE else who


def day_of(day: date, lang: Lang, today: date | None = None) -> str:
    """A day as it is said; with its year where that is not today's."""
    is_far = today is not None and day.year != today.year
    if lang == "zh":
        return f"{day.year}年{day.month}月{day.day}日" if is_far else f"{day.month}月{day.day}日"
    return f"{day:%-d %b %Y}" if is_far else f"{day:%-d %b}"


def moment_of(moment: datetime, lang: Lang, now: datetime) -> str:
    """A time of day, of today or yesterday without its date."""
    local, today = moment.astimezone(BEIJING), day_in_beijing(now)
    clock = f"{local:%H:%M}"
    if local.date() == today:
        return say("today_at", lang, clock=clock)
    if local.date() == today - timedelta(days=1):
        return say("yesterday_at", lang, clock=clock)
    return say("day_at", lang, day=day_of(local.date(), lang, today), clock=clock)


def exact_of(moment: datetime) -> str:
    """The same with its whole date: what is printed or filed is read on another day."""
    return f"{moment.astimezone(BEIJING):%Y-%m-%d %H:%M}"


def why_of(stands: Standing, lang: Lang) -> str:
    """Why a unit stands where it does; the pages have buttons for what is to be done."""
    return COMMAND.sub("", stands.zh if lang == "zh" else stands.en)


COMMAND = re.compile(r"（nianbao [^（）]*）| \(see `nianbao [^()]*`\)")


class Looked(NamedTuple):
    """When all of a county's columns were last read whole, in words."""

    said: str
    is_old: bool
    exact: str = ""  # with the whole date


def looked_at(oldest: datetime | None, never: int, lang: Lang, now: datetime) -> Looked:
    """`oldest`: of each column's latest whole look; `never`: columns without any. What is told
    rests on all of them.
    """
    if oldest is None:
        return Looked(say("never_looked", lang), is_old=True)
    said, exact = moment_of(oldest, lang, now), exact_of(oldest)
    if never:
        told = (say("some_never", lang, at=at, count=never) for at in (said, exact))
        said, exact = told
        return Looked(said, is_old=True, exact=exact)
    return Looked(said, is_old(oldest, now), exact)
