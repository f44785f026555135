"""平安县: three towns, a portal with their reports in a list, and the county's file."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from tests.portals import families
from tests.portals.families import Truth
from tests.portals.server import Portal, Reply, Request
from tests.reportkit.drafts import Draft, clean, print_draft
from tests.reportkit.write_html import write_html

TOWNS = ("柳树镇", "石门镇", "小河乡")


def planted(count: int = 9) -> list[tuple[Truth, Draft]]:
    """Reports of three towns, three years each, in a list of the usual kind."""
    found = []
    for n in range(count):
        town, year = TOWNS[n % 3], 2023 - n // 3
        draft = clean(100 + n, unit=f"{town}人民政府", year=year)
        draft = replace(draft, county="平安县", title=f"平安县{town}人民政府{year}年政府信息公开工作年度报告",
                        signature=(f"平安县{town}人民政府", f"{year + 1}年1月5日"))  # fmt: skip
        path = f"/zwgk/nb/202603/t20260301_{7000 + n}.html"
        found.append((Truth(draft.title, path, date(year + 1, 1, 10 + n)), draft))
    return found


def portal_of(plants: list[tuple[Truth, Draft]], extra: list[Truth] | None = None) -> Portal:
    lists = families.trs([truth for truth, _ in plants] + (extra or []), size=5)
    bodies = {
        truth.path: write_html(print_draft(draft), published=str(truth.day))
        for truth, draft in plants
    }

    def portal(request: Request) -> Reply | None:
        if request.path in bodies:
            return Reply(bodies[request.path])
        return lists(request)

    return portal


def county_file(folder: Path, url: str, *columns: str, allow: str = "") -> Path:
    config = folder / "counties"
    config.mkdir(exist_ok=True)
    host = url.partition("://")[2]
    lines = ["county: 平安县", 'code: "140999"', f"host: {host}", "columns:"]
    lines += [f"  - {{url: {url}{column}}}" for column in columns or ("/zwgk/nb/",)]
    lines += [
        "units:",
        *(
            f'  - {{name: {town}, code: "14099910{n}", aliases: [{town}人民政府]}}'
            for n, town in enumerate(TOWNS)
        ),
    ]
    (config / "平安县.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return config
