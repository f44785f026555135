"""A season of twelve units under a steered clock: what their portal shows on each day, and the work that is done on it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from email.message import EmailMessage
from pathlib import Path

from sqlalchemy import select

from nianbao.crawler.once import look_once
from nianbao.crawler.reading import ReadHere, Reads
from nianbao.crawler.recorder import Recorder
from nianbao.monitor.daemon import Running, Work
from nianbao.monitor.judging import judge_county
from nianbao.monitor.ledger.upkeep import refresh
from nianbao.monitor.mail.weekly import draft
from nianbao.monitor.settings import Alerts, Cadence, Mail, Office, Recipient, Settings
from nianbao.monitor.standing import BEIJING
from nianbao.monitor.sweeping import wanted_of
from nianbao.storage.decisions import decide
from nianbao.storage.evidence import Evidence
from nianbao.storage.models import Event, StandingRow
from nianbao.storage.registry import CountyEntry
from nianbao.storage.store import looking, open_store
from tests.portals import families
from tests.portals.families import CRUMBS, MENU, Truth
from tests.portals.server import Reply, Request, page
from tests.portals.ten import draft_of
from tests.reportkit.drafts import Draft, print_draft
from tests.reportkit.write_html import write_html
from tests.worlds.mailbox import Mailbox

YEAR = 2026
HERE = ReadHere()  # a process of its own, which takes long to start, where that is what is tried
COUNTY = "平安县"


@dataclass
class Life:
    """What a unit's report goes through, by days."""

    town: str
    out: date | None = None  # on the list from this day on
    printed: date | None = None
    gone: date | None = None
    back: date | None = None
    edited: date | None = None
    wrong: bool = False
    own: bool = False  # it has a column of its own
    dark: tuple[date, date] | None = None  # its column answers nothing
    blocked: bool = False
    deadline: str = ""

    def listed(self, day: date) -> bool:
        gone = (
            self.gone is not None
            and self.gone <= day
            and not (self.back is not None and self.back <= day)
        )
        return self.out is not None and self.out <= day and not gone


def on(month: int, day: int) -> date:
    return date(2027, month, day)


LIVES = (
    Life("甲子镇", on(1, 10)),
    Life("乙丑镇", on(1, 20), edited=on(2, 20)),
    Life("丙寅镇", on(2, 5)),
    Life("丁卯镇"),
    Life("戊辰镇", on(1, 15), gone=on(3, 1)),
    Life("己巳镇", on(1, 16), gone=on(3, 1), back=on(4, 1)),
    Life("庚午镇"),  # exempt
    Life("辛未镇", on(1, 28), own=True, dark=(on(1, 25), on(2, 20))),
    Life("壬申镇", own=True, blocked=True),
    Life("癸酉镇", on(2, 10), printed=on(1, 30)),
    Life("甲戌镇", on(1, 12), wrong=True),
    Life("乙亥镇", on(1, 18), deadline="01-15"),
)
CODES = {life.town: f"{140999100 + n}" for n, life in enumerate(LIVES)}


def report_of(life: Life, day: date) -> Draft:
    draft = draft_of(COUNTY, life.town, YEAR, 11 + LIVES.index(life))
    if life.wrong:
        draft = draft.with_figures(requests__new__natural_person=99)
    if life.edited is not None and life.edited <= day:
        draft = draft.with_figures(proactive__coercion__decisions=4321)
    return draft


@dataclass
class Season:
    """The portal and the world around it on a day."""

    folder: Path
    day: date = date(2026, 11, 2)
    hour: time = time(9, 0)
    visits: int = 0
    url: str = ""
    counties: list[CountyEntry] = field(default_factory=list)

    def now(self) -> datetime:
        return datetime.combine(self.day, self.hour, BEIJING).astimezone(UTC)

    def truth(self, life: Life) -> Truth:
        printed = life.printed or life.out or self.day
        return Truth(
            f"{life.town}{YEAR}年政府信息公开工作年度报告",
            f"/nb/202603/t20260301_{LIVES.index(life)}.html",
            printed,
        )

    def __call__(self, request: Request) -> Reply | None:
        if request.path == "/robots.txt":
            return None
        for n, life in enumerate(LIVES):
            if life.own and request.path == f"/own/{n}/":
                if life.blocked:
                    return Reply(b"<script>$_ts={}</script>", 412)
                if life.dark is not None and life.dark[0] <= self.day < life.dark[1]:
                    return Reply(b"busy", 500)
                listed = [self.truth(life)] if life.listed(self.day) else []
                return self.list_page(listed)
            if request.path == self.truth(life).path and life.listed(self.day):
                return Reply(
                    write_html(
                        print_draft(report_of(life, self.day)), published=str(self.truth(life).day)
                    )
                )
        if request.path == "/nb/":
            return self.list_page(
                [self.truth(life) for life in LIVES if not life.own and life.listed(self.day)]
            )
        return None

    def list_page(self, listed: Sequence[Truth]) -> Reply:
        return page(
            MENU + CRUMBS + (families._entries(listed) if listed else "<p>暂无相关信息</p>")
        )

    def config(self, url: str) -> Path:
        folder = self.folder / "counties"
        folder.mkdir(exist_ok=True)
        lines = [
            f"county: {COUNTY}",
            'code: "140999"',
            "columns:",
            f"  - {{url: {url}/nb/, preset: trs-index}}",
        ]
        lines += [
            f"  - {{url: {url}/own/{n}/, preset: trs-index, unit: {life.town}}}"
            for n, life in enumerate(LIVES)
            if life.own
        ]
        lines += ["recipients: [office@pingan.example]", "units:"]
        for life in LIVES:
            own = f', deadline: "{life.deadline}"' if life.deadline else ""
            lines.append(
                f'  - {{name: {life.town}, code: "{CODES[life.town]}", aliases: [{life.town}人民政府]{own}}}'
            )
        (folder / "平安县.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
        return folder


def settings_for(folder: Path, box: Mailbox, store: str = "") -> Settings:
    return Settings(
        store=store or f"sqlite:///{folder}/n.db",
        office=Office("平安县政务公开办公室", "通报", "电话：0350-0000000"),
        mail=Mail("127.0.0.1", box.port, "none", sender="office@pingan.example", per_minute=600),
        cadence=Cadence(last_week=1, season=12, rest=72, jitter=0.0),
        alerts=Alerts(on=True, reminders="7,2"),
        recipients=(
            Recipient("researcher@example.org", "", "en"),
            Recipient("clerk@dingmao.example", f"unit:{CODES['丁卯镇']}"),
            Recipient("clerk@jiazi.example", f"unit:{CODES['甲子镇']}"),
        ),
    )


def work_of(season: Season, settings: Settings, reader: Reads = HERE, archive: str = "") -> Work:
    engine = open_store(settings.store)
    evidence = Evidence(archive or season.folder / "evidence")

    def sweep(work: Work, counties: Sequence[CountyEntry]) -> Running | None:
        for county in counties:
            wanted = wanted_of(engine, work.registry, county, season.now())
            look_once(Recorder(engine, evidence, season.now), county, wanted=wanted)
            judge_county(engine, evidence, reader, county, season.now())
            refresh(engine, work.registry, [county], season.now())
        return None

    return Work(engine, settings, season.folder / "counties", season.now, sweep)


def live(season: Season, work: Work, until: date, box: Mailbox | None = None) -> None:
    """Day by day: standings, visits, mail; a server that fails now and then."""
    while season.day <= until:
        if box is not None and season.day.day % 9 == 0:
            box.answers.append("451 try later")
        step(season, work)
        season.day += timedelta(days=1)


def step(season: Season, work: Work) -> None:
    """All that is done on a day. It may be begun again."""
    exempted(season, work)
    work.standings()
    work.sweeps()
    work.tell()


def exempted(season: Season, work: Work) -> None:
    """What a person decides, on its day and once."""
    if season.day != date(2027, 1, 5):
        return
    with looking(work.engine) as s:
        known = list(s.scalars(select(Event).where(Event.kind == "decided")))
    if not known:
        who, why, now = "李四", "2026年新设", season.now()
        decide(work.engine, "exempt", CODES["庚午镇"], YEAR, who=who, why=why, now=now)


def text_of(mail: EmailMessage) -> str:
    return str(mail.get_body(("plain",)).get_content()).replace("\r\n", "\n")  # type: ignore[union-attr]


def section(text: str, title: str) -> set[str]:
    """The units that a section of the plain text lists."""
    found: set[str] = set()
    for part in text.split("【")[1:]:
        if part.startswith((f"{title}（", f"{title} (")):
            found |= set(re.findall(r"^\d+\. (\S+)$", part, re.M))
    return found


def stood(text: str, word: str) -> set[str]:
    """The units that the plain text asks something of, and says to stand there."""
    return set(re.findall(rf"^\d+\. (\S+)\n   状态：{word}", text, re.M))


def final(work: Work) -> dict[str, str]:
    names = {code: town for town, code in CODES.items()}
    with looking(work.engine) as s:
        return {
            names[row.unit]: row.name
            for row in s.scalars(select(StandingRow).where(StandingRow.year == YEAR))
        }


def redone(
    season: Season, work: Work, settings: Settings, begin: date
) -> dict[tuple[str, str], str]:
    """Each Monday's digest since a first one, made again from what is stored."""
    texts: dict[tuple[str, str], str] = {}
    office = Recipient("office@pingan.example", "county:140999")
    day = begin
    while day <= season.day:
        at = datetime.combine(day, time(8, 30), BEIJING)
        with looking(work.engine) as s:
            made = draft(s, office, at, settings, work.registry)
        texts[office.address, f"{at:%a, %d %b %Y}"] = made.composed.text
        day += timedelta(days=7)
    return texts
