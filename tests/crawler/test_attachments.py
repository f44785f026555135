"""Files beside an article: whatever format the parser reads is fetched, and is read or said to be unreadable."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select

from nianbao.crawler.answers import Answer
from nianbao.crawler.articles import linked_files
from nianbao.crawler.listing.listed import Item, Source
from nianbao.storage.models import ReportVersion
from nianbao.storage.store import looking
from tests.crawler.test_ten import Shelf
from tests.portals.server import Reply, page, running
from tests.portals.ten import draft_of
from tests.reportkit.drafts import print_draft
from tests.reportkit.figures import as_json
from tests.reportkit.printed import Printed
from tests.reportkit.write_docx import write_word
from tests.reportkit.write_spreadsheet import write_ods, write_xls

ARTICLE = "/zwgk/nb/202603/t20260301_7000.html"
TITLE = "北沟镇2024年政府信息公开工作年度报告"
DRAFT = draft_of("北沟县", "北沟镇", 2024, 3)


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    shelf = Shelf(tmp_path)
    yield shelf
    shelf.engine.dispose()


def put(shelf: Shelf, files: dict[str, bytes]) -> None:
    """The article of 北沟镇 with nothing but links to files."""
    links = "".join(f"<a href='./{name}'>{name.partition('.')[0]}</a>" for name in files)
    shelf.pages[ARTICLE] = page(f"<p>发布日期：2025-01-09</p>{links}")
    for name, data in files.items():
        headers = {"Content-Type": "application/octet-stream"}
        shelf.pages[f"/zwgk/nb/202603/{name}"] = Reply(data, headers=headers)


def looked(shelf: Shelf) -> tuple[list[str], dict[str, Any]]:
    """The names of the files that were asked for, and what was stored of the report."""
    with running(shelf) as site:
        shelf.look(site.url)
        asked = [path.rpartition("/")[2] for path in site.paths()]
    with looking(shelf.engine) as s:
        (content,) = [
            version.content
            for version in s.scalars(select(ReportVersion))
            if version.year == 2024 and version.unit == "990101-北沟镇"
        ]
    return asked, content


def picture() -> bytes:
    target = io.BytesIO()
    Image.new("L", (240, 120), 255).save(target, "PNG")
    return target.getvalue()


WRITERS: dict[str, Callable[[Printed], bytes]] = {
    "rtf": lambda printed: write_word([printed], "rtf")[0],
    "odt": lambda printed: write_word([printed], "odt")[0],
    "ods": write_ods,
    "et": write_xls,
}


@pytest.mark.libreoffice
@pytest.mark.parametrize("ending", WRITERS)
def test_it_is_fetched_and_read(shelf: Shelf, ending: str) -> None:
    if ending in ("rtf", "odt") and shutil.which("soffice") is None:
        pytest.skip("needs LibreOffice")
    name = f"nb.{ending}"
    put(shelf, {name: WRITERS[ending](print_draft(DRAFT))})
    asked, content = looked(shelf)
    assert asked.count(name) == 1
    assert content["unreadable"] == []
    assert content["requests"] == as_json(DRAFT.figures)["requests"]


def test_a_picture_is_fetched_and_what_is_not_legible_is_unreadable(shelf: Shelf) -> None:
    put(shelf, {"nb.png": picture()})
    asked, content = looked(shelf)
    assert asked.count("nb.png") == 1
    assert content["requests"] == {}
    (problem,) = content["unreadable"]
    assert problem["why"].startswith(("no_text", "needs_ocr", "not_a_report"))


def test_pictures_never_take_the_place_of_a_document(shelf: Shelf) -> None:
    photos = {f"p{n}.jpg": picture() for n in range(6)}
    put(shelf, {**photos, "nb.et": write_xls(print_draft(DRAFT))})
    asked, content = looked(shelf)
    assert content["requests"] == as_json(DRAFT.figures)["requests"]
    assert not [name for name in asked if name.endswith(".jpg")]


def test_photos_of_other_articles_are_left_alone(tmp_path: Path) -> None:
    article = Answer(
        "https://a.example/1.html",
        body=b"<html><a href='flood.jpg'></a><a href='list.rtf'></a></html>",
    )
    source = Source("https://a.example/")
    told = {
        title: [link.url for link in linked_files(Item(title, article.url), [], article, source)]
        for title in ("防汛工作简报", TITLE)
    }
    assert told["防汛工作简报"] == ["https://a.example/list.rtf"]
    assert told[TITLE] == ["https://a.example/list.rtf", "https://a.example/flood.jpg"]
