"""`make bench`: each line is a ratio and the bound that it must keep."""

from __future__ import annotations

import io
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median

import pandas
import pdfplumber
from bs4 import BeautifulSoup
from lxml import html

from nianbao.monitor.rules.copying import others
from nianbao.monitor.rules.engine import assess
from nianbao.monitor.rules.subject import Context, Subject
from nianbao.parser import Report, read
from nianbao.parser.readers.legacy_word import convert
from tests.reportkit.compose import compose
from tests.reportkit.drafts import clean, print_draft
from tests.reportkit.figures import balance, blank_figures
from tests.reportkit.printed import Printed
from tests.reportkit.write_docx import write_docx, write_word
from tests.reportkit.write_html import write_html
from tests.reportkit.write_pdf import write_pdf

failed: list[str] = []


def main() -> None:
    told = {"requests.granted.natural_person": 5, "requests.partial.business": 2}
    printed = compose(balance({**blank_figures(), **told}))
    web_pages(printed)
    pdf_files(printed)
    old_word_files(printed)
    imports()
    judging()
    if failed:
        sys.exit("beyond its bound: " + ", ".join(failed))


def web_pages(printed: Printed) -> None:
    page = portal_page(printed)
    print(f"web page of {len(page) // 1024} KiB, as a portal shows it")
    ours, bare, tables, text = in_turns(
        lambda: read(page),
        lambda: html.document_fromstring(page),
        lambda: pandas.read_html(io.BytesIO(page), encoding="utf-8"),
        lambda: BeautifulSoup(page, "lxml").get_text(),
    )
    show("read / bare lxml parse", ours, bare, 5.0)
    show("read / pandas.read_html", ours, tables, 1 / 3)
    show("read / BeautifulSoup's text alone", ours, text, 0.25)


def portal_page(printed: Printed) -> bytes:
    """A report pasted from Word, inside the layout, head, menus
    and scripts of a portal."""
    page = write_html(printed, word=True, layout_table=True).decode()
    menu = "".join(
        f'<li><a href="/zwgk/c{i}/" target="_blank">栏目{i}</a><ul></ul></li>' for i in range(120)
    )
    style = ".a{color:#333;padding:0 5.4pt}\n" * 200
    border = "border-top:none;border-left:none;border-bottom:solid windowtext 1.0pt;"
    border += "border-right:solid windowtext 1.0pt;mso-border-top-alt:solid windowtext .5pt;"
    border += "mso-border-left-alt:solid windowtext .5pt;width:41.2pt;height:18.0pt"
    page = page.replace("border:solid windowtext 1.0pt", border)
    page = page.replace("</head>", f"<style>{style}</style><script>var site={{}};</script></head>")
    return page.replace("<body>", f"<body><ul class='menu'>{menu}</ul>").encode()


def pdf_files(printed: Printed) -> None:
    data = write_pdf(printed)
    ours = best(lambda: read(data), times=5)

    def extract() -> None:
        with pdfplumber.open(io.BytesIO(data)) as pdf:
            for page in pdf.pages:
                page.extract_tables()

    show("text PDF: read / pdfplumber's tables alone", ours, best(extract, times=5), 1.5)


def old_word_files(printed: Printed) -> None:
    many, few = 50, 3
    document = write_word([write_docx(printed)])[0]
    ours = best(lambda: convert([document] * many), times=1)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "a.doc")
        source.write_bytes(document)
        command = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless"]
        command += ["--convert-to", "docx", "--outdir", f"{folder}/out", str(source)]
        # The first run makes the profile.
        subprocess.run(command, check=True, capture_output=True)
        alone = best(lambda: subprocess.run(command, check=True, capture_output=True), times=few)
    show(f"{many} .doc files together / {many} runs of LibreOffice", ours, alone * many, 0.4)


def judging() -> None:
    page = write_html(print_draft(clean(2)))
    report = read(page)
    judged, reading = best(lambda: assess(report)), best(lambda: read(page))
    show("judging a report / reading it as HTML", judged, reading, 1 / 3)
    few, many = held_against(40), held_against(80)
    show("copying: against 80 neighbours / against 40", many, few, 2.6)


def held_against(count: int) -> float:
    """Seconds of asking whether a report is a copy of one of its
    neighbours'."""
    chance = random.Random(count)
    mine, *peers = (telling(chance, n) for n in range(count + 1))
    subject = Subject(mine, Context(peers=tuple(peers)))
    return best(lambda: list(others(subject)), times=3)


def telling(chance: random.Random, number: int) -> Report:
    """A report with a thousand characters of prose of its own."""
    letters = "山水田林路桥村社区居民办事流程清单台账入户宣讲季度通报"
    words = ("".join(chance.choices(letters, k=9)) for _ in range(110))
    draft = clean(2, unit=f"第{number}镇人民政府")
    prose = f"{'，'.join(words)}。"
    return read(write_html(print_draft(replace(draft, overview=(*draft.overview, prose)))))


def imports() -> None:
    def cost(program: str) -> float:
        def run() -> float:
            code = f"import time; a=time.process_time(); {program}; print(time.process_time()-a)"
            command = [sys.executable, "-c", code]
            return float(subprocess.run(command, capture_output=True, check=True).stdout)

        return min(run() for _ in range(7))

    base = cost("import lxml.html")
    more = cost("import lxml.html, nianbao.parser") - base
    print(f"  importing nianbao.parser: {more:.3f} s of CPU more than lxml.html (bound 0.150)")
    if more > 0.15:
        failed.append("import")


def in_turns(*runs: Callable[[], object], rounds: int = 25) -> list[float]:
    """The CPU of each in seconds: what else the machine does falls on all alike."""
    costs: list[list[float]] = [[] for _ in runs]
    for _ in range(rounds):
        for run, told in zip(runs, costs, strict=True):
            began = time.process_time()
            run()
            told.append(time.process_time() - began)
    return [median(told) for told in costs]


def best(run: Callable[[], object], times: int = 25) -> float:
    durations = []
    for _ in range(times):
        began = time.perf_counter()
        run()
        durations.append(time.perf_counter() - began)
    return min(durations)


def show(what: str, ours: float, theirs: float, bound: float) -> None:
    ratio = ours / theirs
    times = f"{ours * 1000:.1f} ms against {theirs * 1000:.1f} ms"
    print(f"  {what}: {ratio:.2f} (bound {bound:.2f}; {times})")
    if ratio > bound:
        failed.append(what)


if __name__ == "__main__":
    main()
