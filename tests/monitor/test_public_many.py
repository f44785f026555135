"""How long the pages for everybody take: a county of 24 units and eight years as files, and 200 requests a second of the service."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nianbao.crawler.listing.listed import Item
from nianbao.crawler.reading import ReadHere
from nianbao.monitor.judging import judge_county
from nianbao.monitor.ledger.upkeep import refresh
from nianbao.monitor.settings import Public
from nianbao.storage.evidence import Evidence
from tests.reportkit.drafts import clean, print_draft
from tests.reportkit.write_html import write_html
from tests.worlds.commands import run_here
from tests.worlds.pages import chromium, served, site_of
from tests.worlds.recorded import ALL, World, at
from tests.worlds.written import reading_of

pytestmark = pytest.mark.prove
UNITS, YEARS = 24, range(2019, 2027)
SECONDS, RATE = 15, 200


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A county whose units published in each of eight years."""
    made = tmp_path_factory.mktemp("many")
    world = World(made, f"sqlite:///{made}/n.db")
    numbers = range(100, 100 + UNITS)
    units = "".join(f'  - {{name: 第{n}镇, code: "140999{n}"}}\n' for n in numbers)
    world.file(
        'county: 平安县\ncode: "140999"\nhost: a.gov.cn\ncolumns:\n'
        f'  - {{url: "{ALL}", covers: all}}\nunits:\n{units}'
    )
    (made / "counties").mkdir()
    shutil.copy(made / "a.yaml", made / "counties" / "a.yaml")
    shown: list[dict[str, Any]] = []
    for year in YEARS:
        body = write_html(print_draft(clean(year, year=year)))
        for n in numbers:
            url = f"http://a.gov.cn/{year}/{n}.html"
            entry = {
                "item": Item(f"第{n}镇{year}年年报", url, None),
                "unit": f"140999{n}",
                "year": year,
            }
            shown.append({**entry, "reading": reading_of(body, url)})
        world.sweep(at(1, 30).replace(year=year + 1), *shown)
    for moment in (at(2, 2), at(2, 3)):
        world.sweep(moment, *shown)
    judge_county(world.engine, Evidence(made / "evidence"), ReadHere(), world.county, at(2, 3))
    refresh(world.engine, world.registry, [world.county], at(2, 3, 12), YEARS)
    world.engine.dispose()
    (made / "nianbao.toml").write_text(
        f'store = "sqlite:///{made}/n.db"\nevidence = "{made}/evidence"\n'
        f'counties = "{made}/counties"\n[public]\ncounties = ["14"]\n',
        "utf-8",
    )
    return made


def test_a_county_is_written_in_ten_seconds(folder: Path) -> None:
    before = time.process_time()
    done = run_here(folder, "site", "out", "--json", NIANBAO_SETTINGS=str(folder / "nianbao.toml"))
    spent = time.process_time() - before
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    print(made, f"{spent:.1f} s of CPU")
    assert made["units"] == UNITS
    assert made["pages"] >= 2 * UNITS * len(YEARS)
    assert spent <= 10


def test_two_hundred_requests_a_second(folder: Path) -> None:
    """By a helper of its own process; each page in turn, half of them with the tag it had."""
    site = site_of(folder, at(2, 4))
    site = replace(site, settings=replace(site.settings, public=Public(("14",))))
    paths = [f"u/140999{100 + n}/{year}/index.html" for n in range(UNITS) for year in YEARS]
    with served(site) as url:
        before = time.process_time()
        done = subprocess.run(
            [sys.executable, "-c", LOAD, url, f"{RATE}", f"{SECONDS}"],
            input="\n".join(paths), capture_output=True, text=True, check=True,
        )  # fmt: skip
        spent = time.process_time() - before
    told = json.loads(done.stdout)
    print(told, f"{spent / (RATE * SECONDS) * 1000:.2f} ms of CPU a request")
    assert told["wrong"] == {}
    assert told["count"] == RATE * SECONDS
    assert spent / told["count"] <= 2 / RATE  # two cores


LOAD = """
import http.client, json, sys, threading, time
from collections import Counter
from urllib.parse import urlsplit
url, rate, seconds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
paths, parts = sys.stdin.read().split(), urlsplit(url)
turn, lock, said, took, begun = iter(range(rate * seconds)), threading.Lock(), Counter(), [], time.monotonic()
def ask():
    opened, tags = http.client.HTTPConnection(parts.netloc, timeout=30), {}
    while True:
        with lock:
            n = next(turn, None)
        if n is None:
            return
        time.sleep(max(0, begun + n / rate - time.monotonic()))
        path = paths[n % len(paths)]
        headers = {"If-None-Match": tags[path]} if n % 2 and path in tags else {}
        at = time.monotonic()
        try:
            opened.request("GET", f"/public/{path}", headers=headers)
            answer = opened.getresponse()
            answer.read()
            said[answer.status] += 1
            tags[path] = answer.headers["etag"]
        except Exception as error:
            said[type(error).__name__] += 1
            opened.close()
        took.append(time.monotonic() - at)
threads = [threading.Thread(target=ask) for _ in range(16)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
took.sort()
wrong = {f"{key}": count for key, count in said.items() if key not in (200, 304)}
spent = time.monotonic() - begun
print(json.dumps({"count": len(took), "wrong": wrong, "rate": round(len(took) / spent), "p50": round(took[len(took) // 2] * 1000, 1),
                  "p95": round(took[len(took) * 95 // 100] * 1000, 1)}))
"""


SIZES = ((1280, 900), (390, 800), (320, 700))
OVERFLOW = "() => document.documentElement.scrollWidth - window.innerWidth"


def test_they_are_readable_everywhere(folder: Path) -> None:
    """From the disk: at three widths, light and dark, in both languages, printed; axe finds nothing, nothing is refused."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    settings = {"NIANBAO_SETTINGS": str(folder / "nianbao.toml")}
    assert run_here(folder, "site", "seen", **settings).returncode == 0
    names = ["index.html", "about.html", "c/140999/index.html", "u/140999100/index.html",
             "u/140999100/2026/index.html", "u/140999100/2019/index.html"]  # fmt: skip
    with chromium() as browser:
        for width, height in SIZES:
            for scheme, under in (("light", ""), ("dark", "en/")):
                size = {"width": width, "height": height}
                # The tool's own script would be refused by the pages.
                context = browser.new_context(viewport=size, color_scheme=scheme, bypass_csp=True)
                page = context.new_page()
                for name in names:
                    page.goto(f"file://{folder}/seen/{under}{name}")
                    assert page.evaluate(OVERFLOW) <= 0, (name, width)
                    found = axe.run(page)
                    assert found.violations_count == 0, found.generate_report()
                context.close()
        page = browser.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        for name in names:
            page.goto(f"file://{folder}/seen/{name}")
            colour = page.evaluate(
                "() => getComputedStyle(document.querySelector('.brand')).fontWeight"
            )
            assert colour == "700"  # its style is there
            assert page.pdf(format="A4").startswith(b"%PDF")
        assert said == []
