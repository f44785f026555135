"""County sites that are data (tests/attacks/portals): what a site answers on a day, and a county's
file, looks and verdicts for it. The site is asked without a network; its bytes are what a server
would send.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin, urlsplit
from zlib import crc32

import yaml

from nianbao.crawler.answers import Answer, Ask, Task
from nianbao.crawler.reading import ReadHere
from nianbao.crawler.recorder import Recorder
from nianbao.crawler.sweep import Progress, visit_county
from nianbao.crawler.visit import Wanted
from nianbao.monitor.judging import judge_county
from nianbao.monitor.ledger.lines import Line
from nianbao.monitor.ledger.present import lines_now
from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.ledger.upkeep import refresh
from nianbao.monitor.standing import BEIJING
from nianbao.monitor.sweeping import wanted_of
from nianbao.storage.evidence import Evidence
from nianbao.storage.registry import CountyEntry, load_county
from nianbao.storage.scope import of_county
from nianbao.storage.store import looking, open_store
from tests.reportkit.drafts import clean, print_draft
from tests.reportkit.write_docx import write_docx
from tests.reportkit.write_html import write_html
from tests.reportkit.write_pdf import write_pdf

HOST = "www.qingxi.gov.cn"
CASES = Path(__file__).parent.parent / "attacks" / "portals"
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
ACCUSING = ("late", "missing", "withdrawn")
FILES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}


@dataclass(frozen=True)
class Case:
    """One county's site over some weeks, and what must come of it."""

    name: str
    about: str
    county: Mapping[str, Any]
    year: int
    days: Mapping[str, Mapping[str, Any]]
    looks: tuple[date, ...]
    truth: Mapping[str, str]
    expect: Mapping[str, tuple[str, ...]]
    why: str = ""


def case_in(file: Path) -> Case:
    held = yaml.load(file.read_text(encoding="utf-8").replace("{HOST}", HOST), LOADER)
    return Case(
        file.stem,
        held["about"],
        held["county"],
        held["year"],
        held["days"],
        tuple(date.fromisoformat(day) for day in held["looks"]),
        {name: str(day) for name, day in held["truth"].items()},
        {name: tuple(allowed) for name, allowed in held["expect"].items()},
        str(held.get("why", "")),
    )


@dataclass
class Site:
    """What a county's site answers, on the day that is set."""

    case: Case
    day: date = date.min
    asked: list[Ask] = field(default_factory=list)

    def there(self) -> dict[str, Any]:
        """What stands at each address on the day."""
        found: dict[str, Any] = {}
        for day, answers in sorted(self.case.days.items()):
            if date.fromisoformat(day) <= self.day:
                found |= answers
        for address, answer in [*found.items()]:
            if isinstance(answer, dict) and "attachment" in answer:
                kind = answer["attachment"]
                found[f"{address}.{kind}"] = {**answer, "as_file": kind}
            if isinstance(answer, dict) and "iframe" in answer:
                inner = {key: answer[key] for key in ("report", "year", "title") if key in answer}
                found[f"{address}.frame"] = inner
        return {address: answer for address, answer in found.items() if answer is not None}

    def fetch(self, ask: Ask) -> Answer:
        """As a browser would have it: redirects are followed."""
        self.asked.append(ask)
        url = ask.url
        for _ in range(5):
            answer = self._answer(ask, url)
            where = answer.headers.get("location", "")
            if answer.status not in (301, 302, 303, 307, 308) or not where:
                break
            url = urljoin(url, where)
        return answer

    def _answer(self, ask: Ask, url: str) -> Answer:
        parts = urlsplit(url)
        path = parts.path or "/"
        line = f"{path}?{parts.query}" if parts.query else path
        if parts.netloc != HOST:
            path, line = f"//{parts.netloc}{path}", f"//{parts.netloc}{line}"
        there = self.there()
        for key in (line, quote(line, safe="/?&=%~:+,;@!$'()*#"), path):
            if key in there and _takes(there[key], ask.method):
                return _answer_of(there[key], ask, url)
        if path == "/robots.txt":
            return Answer(url, 404, {}, b"", "", ask.url)
        page = b"<html><head><title>404</title></head><body>404 Not Found</body></html>"
        return Answer(url, 404, {"content-type": "text/html"}, page, "", ask.url)


def _takes(held: Any, method: str) -> bool:
    return not isinstance(held, dict) or str(held.get("method", "GET")) == method


def _answer_of(held: Any, ask: Ask, url: str) -> Answer:
    if isinstance(held, str):
        kind = "text/html; charset=utf-8"
        return Answer(url, 200, {"content-type": kind}, held.encode(), "", ask.url)
    if "report" in held:
        told = tuple(sorted((key, str(value)) for key, value in held.items()))
        kind, body = report_of(told, urlsplit(url).path)
        return Answer(url, 200, {"content-type": kind}, body, "", ask.url)
    headers = {key.lower(): str(value) for key, value in held.get("headers", {}).items()}
    headers.setdefault("content-type", str(held.get("type", "text/html")))
    body = str(held["body"]).encode(held.get("encoding", "utf-8"), "surrogatepass")
    status = int(held.get("status", 200))
    if status == 304:
        if {"If-None-Match", "If-Modified-Since"} & set(ask.headers):
            return Answer(url, 304, headers, b"", "", ask.url)
        status = 200
    return Answer(url, status, headers, body, "", ask.url)


@cache
def report_of(described: tuple[tuple[str, str], ...], path: str) -> tuple[str, bytes]:
    """The type and bytes of a whole report: a page, or a file."""
    told = dict(described)
    unit, year, county = _full_name(told["report"]), int(told["year"]), told.get("county", "")
    title = told.get("title", f"{unit}{year}年政府信息公开工作年度报告")
    seed, own = crc32(f"{unit}{year}".encode()), unit.removeprefix(county)
    draft = replace(clean(seed, unit=own, year=year, county=county), title=title)
    printed = print_draft(draft)
    if "as_file" in told:
        write = write_docx if told["as_file"] == "docx" else write_pdf
        return FILES[told["as_file"]], write(printed)
    page = write_html(printed, published=told.get("printed", "")).decode()
    begin, article, end = re.split(
        "(?<=<div class='article'>)(.*)(?=</div><div class='foot'>)", page, flags=re.S
    )
    strip = ""
    if "printed" in told:
        strip = f"<h1>{html.escape(title)}</h1><p>发布时间：{told['printed']} 来源：{told.get('source', '')}</p>"
    else:
        begin = re.sub('<meta name="PubDate"[^>]*>', "", begin)
    if "attachment" in told:
        name = f"{html.escape(title)}.{told['attachment']}"
        article = f"<p>附件：<a href='{path}.{told['attachment']}'>{name}</a></p>"
    if "iframe" in told:
        article = f"<iframe src='{path}.frame' width='100%'></iframe>"
    parts = (begin, strip, told.get("body_before", ""), article, end)
    return "text/html; charset=utf-8", "".join(parts).encode()


def _full_name(body: str) -> str:
    endings = {"镇": "人民政府", "乡": "人民政府", "街道": "办事处"}
    return body + next((rest for end, rest in endings.items() if body.endswith(end)), "")


def county_of(case: Case, folder: Path) -> CountyEntry:
    file = folder / "county.yaml"
    told = dict(case.county) | {"host": HOST}
    file.write_text(yaml.safe_dump(told, allow_unicode=True), encoding="utf-8")
    return load_county(file)


@dataclass
class Lived:
    """What was told of the units after each look."""

    told: list[tuple[date, dict[str, Line]]] = field(default_factory=list)
    asked: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def last(self) -> dict[str, Line]:
        return self.told[-1][1]


def live(case: Case, folder: Path) -> Lived:
    """All looks of a case, each followed by what is told."""
    county, site = county_of(case, folder), Site(case)
    engine = open_store(f"sqlite:///{folder}/store.db")
    registry, evidence, lived = Registry([county]), Evidence(folder / "evidence"), Lived()

    def now() -> datetime:
        return datetime.combine(site.day, time(8), BEIJING)

    for day in case.looks:
        site.day = day
        wanted = wanted_of(engine, registry, county, now())
        sweep_once(Recorder(engine, evidence, now), county, site, lived, wanted)
        judge_county(engine, evidence, ReadHere(), county, now())
        refresh(engine, registry, [county], now())
        with looking(engine) as s:
            lines = lines_now(s, of_county(county.code), case.year, now(), registry)
        lived.told.append((day, {line.name: line for line in lines}))
    lived.asked = len(site.asked)
    engine.dispose()
    return lived


def sweep_once(
    recorder: Recorder, county: CountyEntry, site: Site, lived: Lived, wanted: Wanted
) -> None:
    """One sweep; a page that ends it is a problem."""
    progress = Progress()
    visit = visit_county(recorder, county, wanted, ReadHere(), progress, {}, lambda _: None)
    said: Any = None
    try:
        while True:
            step = visit.send(said)
            said = step.run() if isinstance(step, Task) else site.fetch(step)
    except StopIteration:
        lived.problems += progress.problems
    except Exception as error:
        lived.problems.append(f"{site.day}: {type(error).__name__}: {error}")


def false_of(case: Case, lived: Lived) -> Iterator[str]:
    """What was told against somebody who had published, on any day."""
    for day, lines in lived.told:
        for name, line in lines.items():
            out = case.truth[name]
            published = out != "never" and date.fromisoformat(out) < day
            allowed = line.standing.name in case.expect[name]
            if line.standing.name in ACCUSING and published and not allowed:
                yield f"{day} {name}: {line.standing.name} ({line.standing.zh}), out on {out}"


def verdict_of(case: Case, lived: Lived) -> list[str]:
    """Everything that is told otherwise than it may be."""
    wrong = [*lived.problems, *false_of(case, lived)]
    for name, allowed in case.expect.items():
        line = lived.last.get(name)
        got = line.standing.name if line is not None else "nothing"
        if got not in allowed:
            why = line.standing.zh if line is not None else ""
            wrong.append(f"{name}: {got} ({why}), expected {' or '.join(allowed)}")
    return wrong
