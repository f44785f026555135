"""A county whose columns show what a test says, when it says: recorded as a sweep records."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from nianbao.crawler.answers import Answer
from nianbao.crawler.listing.listed import Item, Listing
from nianbao.crawler.proof import Proof
from nianbao.crawler.recorder import Reading, Recorder
from nianbao.crawler.states import State
from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.ledger.upkeep import refresh
from nianbao.monitor.ledger.year import Year, year_of
from nianbao.monitor.standing import BEIJING
from nianbao.storage.evidence import Evidence
from nianbao.storage.kinds import LookState
from nianbao.storage.queries import findings
from nianbao.storage.registry import CountyEntry, load_county
from nianbao.storage.scope import EVERYTHING
from nianbao.storage.standings import rows_of
from nianbao.storage.store import looking, open_store

PROOF = Proof("single")

ALL, OWN = "http://a.gov.cn/all/", "http://a.gov.cn/own/"
COUNTY = f"""\
county: 平安县
code: "140999"
host: a.gov.cn
columns:
  - {{url: "{ALL}", covers: all}}
units:
  - {{name: 柳树镇, code: "140999101"}}
  - {{name: 石门镇, code: "140999102"}}
  - {{name: 老镇, code: "140999103"}}
"""
EVERYBODYS = f'"{ALL}", covers: all}}'
WITH_OWN = COUNTY.replace(EVERYBODYS, f'{EVERYBODYS}\n  - {{url: "{OWN}", unit: 柳树镇}}')
WILLOW = "140999101"


def at(month: int, day: int, hour: int = 9) -> datetime:
    return datetime(2027, month, day, hour, tzinfo=BEIJING)


class World:
    """A county whose columns show what a test says, looked at when it says, recorded as a sweep records."""

    def __init__(self, folder: Path, store: str) -> None:
        self.folder, self.now, self.regions = folder, at(1, 1), dict[str, str]()
        self.engine = open_store(store)
        self.recorder = Recorder(self.engine, Evidence(folder / "evidence"), self.moment)
        self.file(COUNTY)

    def moment(self) -> datetime:
        return self.now

    def file(self, text: str) -> None:
        (self.folder / "a.yaml").write_text(text, encoding="utf-8")
        self.county: CountyEntry = load_county(self.folder / "a.yaml")

    def sweep(
        self,
        moment: datetime,
        *shown: dict[str, Any],
        states: dict[str, LookState] | None = None,
        clocks: dict[str, float] | None = None,
    ) -> None:
        """`shown`: what `sighted` is told of each link; its column with `at`.

        `clocks`: by how many seconds ours is ahead of each host's.
        """
        self.now = moment
        portal = self.recorder.register(self.county)
        sweep = self.recorder.begin(portal)
        items: dict[str, list[Item]] = {}
        columns = {column.url: column.id for column in self.recorder.columns(portal)}
        for link in shown:
            told = {"kind": "report", "unit": WILLOW, "year": 2026, **link}
            column, item = told.pop("at", ALL), told.pop("item")
            items.setdefault(column, []).append(item)
            self.recorder.sighted(columns[column], item, **told)
        for url, column in columns.items():
            self.now += timedelta(minutes=1)
            state = State((states or {}).get(url, "ok"))
            listed = items.get(url, [])
            page = Answer(url=url, status=200, headers={}, body=f"{url}{listed}".encode())
            self.recorder.look(
                sweep, column, Listing(state, tuple(listed), answers=(page,), proof=PROOF)
            )
        self.now += timedelta(minutes=1)
        self.recorder.end(sweep, clocks=clocks or {})
        refresh(self.engine, self.registry, [self.county], self.now)

    @property
    def registry(self) -> Registry:
        return Registry([self.county], self.regions)

    def told(self, moment: datetime, asked: datetime | None = None) -> Year:
        with looking(self.engine) as s:
            return year_of(s, EVERYTHING, 2026, moment, self.registry, asked=asked)

    def mailed(self, moment: datetime) -> dict[str, str]:
        return {line.name: line.standing.name for line in self.told(moment).lines}

    def stored(self) -> dict[str, str]:
        with looking(self.engine) as s:
            return {row.unit_name: row.kept.name for row in rows_of(s, EVERYTHING, 2026)}

    def rules(self, as_of: datetime | None = None) -> list[str]:
        with looking(self.engine) as s:
            return [each.rule for each in findings(s, EVERYTHING, 2026, as_of=as_of)]


def item(n: int = 1, title: str = "柳树镇2026年政府信息公开工作年度报告") -> Item:
    return Item(title, f"http://a.gov.cn/{n}.html", None)


def report(
    n: int = 1, *, title: str = "", printed: date | None = None, licences: int = 1
) -> Reading:
    content: dict[str, Any] = {
        "title": title or "柳树镇2026年政府信息公开工作年度报告", "unit": "柳树镇", "year": 2026, "form": "2021", "signed": None,
        "proactive": {"licensing": {"decisions": licences}}, "requests": {}, "disputes": {}, "claims": [],
        "unreadable": [], "sections": [],
    }  # fmt: skip
    page = Answer(
        url=f"http://a.gov.cn/{n}.html", status=200, headers={}, body=f"{content}".encode()
    )
    dates = [["list", printed.isoformat()]] if printed else []
    return Reading(
        content,
        "",
        f"{title}{licences}",
        (page,),
        printed,
        "list" if printed else "",
        dates,
        lambda body: None,
    )
