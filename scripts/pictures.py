"""Draws the documentation's pictures: python -m scripts.pictures"""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console

from nianbao.monitor.cli.inputs import Language
from nianbao.monitor.cli.rendering import render
from nianbao.parser import read
from scripts.screenshots import demonstrated, looked_at, opened
from tests.reportkit.compose import compose
from tests.reportkit.figures import balance, blank_figures
from tests.reportkit.write_docx import write_docx
from tests.worlds.pictured import Scene

# A terminal gives a Chinese character two columns; a browser's fixed-width
# font a little less.
WIDE = re.compile("[\u3000-\u9fff\uff00-\uff60]+")
PAGE = (
    '<html><head><meta charset="utf-8"><style>.w{{letter-spacing:.2em}}</style></head>'
    '<body style="margin:14px;background:#fff;color:#222">'
    '<pre style="font:15px/1.3 DejaVu Sans Mono,monospace">{code}</pre></body></html>'
)


def main() -> None:
    draw_report()
    draw_county()


def draw_county() -> None:
    """The page of the demo's county, as far down as the progress of its reports."""
    with (
        demonstrated() as address,
        opened() as browser,
        looked_at(browser, Scene("county", f"{address}/"), "zh", 1000, "light") as page,
    ):
        ends = page.locator("svg.curve").bounding_box() or {"y": 900.0, "height": 0.0}
        size: Any = {"x": 0, "y": 0, "width": 1000, "height": ends["y"] + ends["height"] + 40}
        page.screenshot(path="docs/county.png", full_page=True, clip=size)


def draw_report() -> None:
    figures = balance(
        {
            **blank_figures(),
            "requests.granted.natural_person": 5,
            "requests.unavailable.not_held.natural_person": 1,
            "requests.partial.business": 2,
            "proactive.penalties.decisions": 6,
            "proactive.normative_documents.in_force": 2,
        }
    )
    figures |= {"disputes.review.upheld": None, "disputes.review.total": None}
    report = read(write_docx(compose(figures)))
    with tempfile.TemporaryDirectory() as folder, Path(folder, "out").open("w") as unused:
        console = Console(record=True, width=96, file=unused, highlight=False)
        render(report, console, name="report.docx", full=True, where=False, lang=Language.zh)
        page = console.export_html(inline_styles=True, code_format=PAGE)
        head, body = page.split("<pre", 1)
        body = WIDE.sub(lambda match: f'<span class="w">{match[0]}</span>', body)
        source = Path(folder, "page.html")
        source.write_text(f"{head}<pre{body}", encoding="utf-8")
        command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"]
        command += ["--hide-scrollbars", "--disable-background-networking"]
        command += [f"--user-data-dir={folder}/profile", "--window-size=900,1600"]
        command += ["--screenshot=docs/read.png", source.as_uri()]
        subprocess.run(command, check=True, capture_output=True)


if __name__ == "__main__":
    main()
