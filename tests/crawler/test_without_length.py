"""Servers that tell no length and close the connection behind each answer (HTTP/1.0)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from nianbao.crawler.answers import Answer, Ask
from nianbao.crawler.client import Client
from nianbao.crawler.page_state import has_end
from tests.crawler.test_transport import PLAIN, looks, sweep
from tests.portals.server import Portal, Reply, Request, page, running
from tests.reportkit.drafts import clean, print_draft
from tests.reportkit.write_docx import write_docx
from tests.reportkit.write_pdf import write_pdf
from tests.worlds.county import county_file, planted, portal_of
from tests.worlds.stores import stored


def closing(portal: Portal, cut: str = "") -> Portal:
    """Each answer ends with the connection; of the page `cut` only a half comes."""

    def answered(request: Request) -> Reply | None:
        reply = portal(request) or page("<h1>404</h1>")
        if reply.body.find(b"<h1>404</h1>") >= 0:
            reply = replace(reply, status=404)
        if request.path == cut:
            reply = replace(reply, body=reply.body[: len(reply.body) // 2])
        return replace(reply, close=True)

    return answered


def test_a_portal_without_lengths_is_read(tmp_path: Path) -> None:
    with running(closing(portal_of(planted(2)))) as site:
        done = sweep(tmp_path, county_file(tmp_path, site.url), "--retries", "0")
    assert looks(tmp_path) == [("ok", "")], done.stdout
    assert len(stored(tmp_path)["versions"]) == 2


def test_robots_txt_alone_without_a_length(tmp_path: Path) -> None:
    whole = portal_of(planted(1))

    def portal(request: Request) -> Reply | None:
        if request.path == "/robots.txt":
            return Reply(b"Not Found", 404, PLAIN, close=True)
        return whole(request)

    with running(portal) as site:
        sweep(tmp_path, county_file(tmp_path, site.url), "--retries", "0")
    assert looks(tmp_path) == [("ok", "")]


def test_a_list_that_is_cut_stays_cut(tmp_path: Path) -> None:
    with running(closing(portal_of(planted(9)), cut="/zwgk/nb/")) as site:
        sweep(tmp_path, county_file(tmp_path, site.url), "--retries", "0")
        answer = Client(allow_private=True, pause=0).fetch(Ask(site.url + "/zwgk/nb/"))
    assert [state for state, _ in looks(tmp_path)] == ["truncated"]
    assert answer.error == "truncated"


PRINTED = print_draft(clean(1, unit="柳树镇人民政府", year=2024))
WHOLE = {
    "page": b"<!DOCTYPE html><html><body><p>x</p></body></html>\n",
    "page without its root's end": b"<html><body><p>x</p></body>",
    "page behind a script": b"<script>var a = 1;</script>\n<html><body>"
    + b"x" * 99
    + b"</body></html>",
    "JSON": b'{"list": [{"title": "x"}]}',
    "JSONP": b'callback({"list": []});',
    "fragment": b"<ul><li><a href='1'>x</a></li></ul>\n",
    "XML": b"<?xml version='1.0'?><datastore><record>x</record></datastore>",
    "docx": write_docx(PRINTED),
    "pdf": write_pdf(PRINTED),
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_body_that_has_its_end_is_whole_and_its_half_is_not(name: str) -> None:
    body = WHOLE[name]
    assert has_end(Answer("http://a.cn/x", 200, {}, body))
    for length in (len(body) // 2, len(body) * 3 // 4):
        assert not has_end(Answer("http://a.cn/x", 200, {}, body[:length]))


@pytest.mark.parametrize(
    "body", [b"", b"text", b"<li>1</li><li>2</li>", b"\xd0\xcf\x11\xe0" + bytes(99)]
)
def test_what_has_no_end_of_its_own_is_not_proven_whole(body: bytes) -> None:
    assert not has_end(Answer("http://a.cn/x", 200, {}, body))
    assert has_end(Answer("http://a.cn/robots.txt", 200, {}, body))
    assert has_end(Answer("http://a.cn/x", 404, {}, body))
