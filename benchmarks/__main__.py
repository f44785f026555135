"""`make bench`: each line is a ratio and the bound that it must keep."""

from __future__ import annotations

import io
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from lxml import html

from nianbao.parser import read
from tests.reportkit.compose import compose
from tests.reportkit.figures import balance, blank_figures
from tests.reportkit.printed import Printed
from tests.reportkit.write_html import write_html

failed: list[str] = []


def main() -> None:
    printed = compose(
        balance(
            {
                **blank_figures(),
                "requests.granted.natural_person": 5,
                "requests.partial.business": 2,
            }
        )
    )
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
    bare = best(lambda: html.document_fromstring(page))
    ours = best(lambda: read(page))
    show("read / bare lxml parse", ours, bare, 5.0)
    import pandas

    theirs = best(lambda: pandas.read_html(io.BytesIO(page), encoding="utf-8"), times=5)
    show("read / pandas.read_html", ours, theirs, 1 / 3)


def portal_page(printed: Printed) -> bytes:
    """A report pasted from Word, inside the layout table, head, menus and scripts that portals put around it."""
    page = write_html(printed, word=True, layout_table=True).decode()
    menu = "".join(
        f'<li><a href="/zwgk/c{i}/" target="_blank">栏目{i}</a><ul></ul></li>' for i in range(120)
    )
    style = ".a{color:#333;padding:0 5.4pt}\n" * 200
    border = "border-top:none;border-left:none;border-bottom:solid windowtext 1.0pt;border-right:solid windowtext 1.0pt;"
    border += "mso-border-top-alt:solid windowtext .5pt;mso-border-left-alt:solid windowtext .5pt;width:41.2pt;height:18.0pt"
    page = page.replace("border:solid windowtext 1.0pt", border)
    page = page.replace("</head>", f"<style>{style}</style><script>var site={{}};</script></head>")
    return page.replace("<body>", f"<body><ul class='menu'>{menu}</ul>").encode()


def pdf_files(printed: Printed) -> None:
    import pdfplumber

    from tests.reportkit.write_pdf import write_pdf

    data = write_pdf(printed)
    ours = best(lambda: read(data), times=5)

    def extract() -> None:
        with pdfplumber.open(io.BytesIO(data)) as pdf:
            for page in pdf.pages:
                page.extract_tables()

    show("text PDF: read / pdfplumber's tables alone", ours, best(extract, times=5), 1.5)


def old_word_files(printed: Printed) -> None:
    from nianbao.parser.readers.legacy_word import convert
    from tests.reportkit.write_docx import write_docx, write_word

    many, few = 50, 3
    document = write_word([write_docx(printed)])[0]
    ours = best(lambda: convert([document] * many), times=1)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "a.doc")
        source.write_bytes(document)
        command = [
            "soffice",
            f"-env:UserInstallation=file://{folder}/profile",
            "--headless",
            "--convert-to",
            "docx",
        ]
        command += ["--outdir", f"{folder}/out", str(source)]
        subprocess.run(command, check=True, capture_output=True)  # the first run makes the profile
        alone = best(lambda: subprocess.run(command, check=True, capture_output=True), times=few)
    show(f"{many} .doc files together / {many} runs of LibreOffice", ours, alone * many, 0.4)


def judging() -> None:
    from nianbao.monitor.rules import assess
    from nianbao.monitor.rules.copying import copies
    from tests.reportkit.drafts import clean, print_draft

    page = write_html(print_draft(clean(2)))
    report = read(page)
    show(
        "judging a report / reading it as HTML",
        best(lambda: assess(report)),
        best(lambda: read(page)),
        1 / 3,
    )
    county, double = prose_of(40 * 8), prose_of(2 * 40 * 8)
    small = best(lambda: list(copies(county)), times=3)
    show(
        "copying: 80 units x 8 years / 40 units x 8 years",
        best(lambda: list(copies(double)), times=3),
        small,
        2.6,
    )
    whole = prose_of(38_600, 400)
    began = time.perf_counter()
    found = len(list(copies(whole)))
    print(
        f"  copying over 38,600 units: {time.perf_counter() - began:.0f} s, {found} of 386 copies found"
    )
    if found < 386:
        failed.append("copies missed")


def prose_of(count: int, length: int = 1000) -> list[str]:
    """Texts of random words; every hundredth is a copy of the one before it."""
    chance = random.Random(count)
    letters = "山水田林路桥村社区居民办事流程清单台账入户宣讲季度通报"
    words = ["".join(chance.choices(letters, k=9)) for _ in range(20_000)]
    texts: list[str] = []
    for n in range(count):
        texts.append(texts[-1] if n % 100 == 99 else "".join(chance.choices(words, k=length // 9)))
    return texts


def imports() -> None:
    def cost(program: str) -> float:
        def run() -> float:
            code = f"import time; a=time.process_time(); {program}; print(time.process_time()-a)"
            return float(
                subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
            )

        return min(run() for _ in range(7))

    base = cost("import lxml.html")
    more = cost("import lxml.html, parser") - base
    print(f"  importing parser: {more:.3f} s of CPU more than lxml.html (bound 0.150)")
    if more > 0.15:
        failed.append("import")


def best(run: Callable[[], object], times: int = 25) -> float:
    durations = []
    for _ in range(times):
        began = time.perf_counter()
        run()
        durations.append(time.perf_counter() - began)
    return min(durations)


def show(what: str, ours: float, theirs: float, bound: float) -> None:
    ratio = ours / theirs
    print(
        f"  {what}: {ratio:.2f} (bound {bound:.2f}; {ours * 1000:.1f} ms against {theirs * 1000:.1f} ms)"
    )
    if ratio > bound:
        failed.append(what)


if __name__ == "__main__":
    main()
