"""Manners: how near to each other requests come to a host, measured where they arrive; who asks."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from protego import Protego

from nianbao import __version__
from nianbao.crawler.answers import Answer, Ask
from nianbao.crawler.asking import agent
from nianbao.crawler.client import Client
from nianbao.crawler.robots import NAME, Rules
from nianbao.crawler.sweep import delays
from nianbao.monitor.doctor import checks
from nianbao.monitor.settings import load_settings
from nianbao.storage.registry import ColumnEntry, ConfigError, CountyEntry
from tests.amounts import prove
from tests.crawler.test_transport import PLAIN, looks, sweep
from tests.portals.server import Portal, Reply, Request, running
from tests.worlds.county import county_file, planted, portal_of

# Clocks of two processes, and a connection that is there already.
NEAR = 0.05


def gaps(requests: Sequence[Request]) -> list[float]:
    return [second.at - first.at for first, second in pairwise(requests)]


def with_robots(portal: Portal, text: str) -> Portal:
    def answered(request: Request) -> Reply | None:
        if request.path == "/robots.txt":
            return Reply(text.encode(), 200, PLAIN)
        return portal(request)

    return answered


def moving_and_busy(portal: Portal) -> Portal:
    """The list is asked for twice before it answers, and then it has moved."""
    asked: list[str] = []

    def answered(request: Request) -> Reply | None:
        if request.path == "/old/":
            asked.append(request.path)
            if len(asked) == 1:
                return Reply(b"busy", 503, PLAIN)
            return Reply(b"", 302, {"Location": "/zwgk/nb/"})
        return portal(request)

    return answered


@pytest.mark.parametrize(
    ("pause", "county", "robots", "least"),
    [
        ("0.2", "http: {delay: 1.2}\n", "", 1.2),
        pytest.param("0.2", "", "User-agent: *\nCrawl-delay: 1.3\n", 1.3, marks=prove),
        pytest.param(
            *("0", "http: {delay: 0.8}\n", "User-agent: *\nCrawl-delay: 0.3\n", 0.8), marks=prove
        ),
        pytest.param(
            *("0.9", "http: {delay: 0.1}\n", "User-agent: *\nRequest-rate: 1/1s\n", 0.9),
            marks=prove,
        ),
        pytest.param(
            *("0.7", "", "User-agent: *\nCrawl-delay: soon\nCrawl-delay: -5\n", 0.7), marks=prove
        ),
    ],
)
def test_no_two_requests_are_nearer_than_the_longest_pause(
    tmp_path: Path, pause: str, county: str, robots: str, least: float
) -> None:
    """Of robots.txt itself, two columns, a retry and a redirect."""
    with running(with_robots(moving_and_busy(portal_of(planted(2))), robots)) as site:
        config = county_file(tmp_path, site.url, "/old/", "/zwgk/nb/")
        file = config / "平安县.yaml"
        file.write_text(file.read_text(encoding="utf-8") + county, encoding="utf-8")
        sweep(tmp_path, config, pause=pause)
        requests = site.requests
    assert [request.path for request in requests[:4]] == [
        "/robots.txt",
        "/old/",
        "/old/",
        "/zwgk/nb/",
    ]
    assert len(requests) >= 6
    assert min(gaps(requests)) > least - NEAR, gaps(requests)


def test_the_page_behind_robots_txt_waits_as_long_as_that_wants(tmp_path: Path) -> None:
    portal = with_robots(portal_of(planted(1)), "User-agent: *\nCrawl-delay: 1.5\n")
    with running(portal) as site:
        sweep(tmp_path, county_file(tmp_path, site.url), pause="0.1")
    assert min(gaps(site.requests)) > 1.5 - NEAR


def test_each_host_of_a_county_has_its_pauses(tmp_path: Path) -> None:
    with running(portal_of(planted(2))) as site:
        config = county_file(tmp_path, site.url)
        file = config / "平安县.yaml"
        named = site.url.replace("127.0.0.1", "localhost")
        column = f"columns:\n  - {{url: {named}/zwgk/nb/}}\n"
        text = file.read_text(encoding="utf-8").replace("columns:\n", column)
        file.write_text(text + "http: {delay: 0.8}\n", encoding="utf-8")
        sweep(tmp_path, config, pause="0")
    for host in ("127.0.0.1", "localhost"):
        mine = [request for request in site.requests if request.headers["Host"].startswith(host)]
        assert len(mine) >= 2
        assert min(gaps(mine)) > 0.8 - NEAR


def test_delays_are_of_hosts_whatever_port_they_are_written_with() -> None:
    column = ColumnEntry("http://b.cn:8080/nb/")
    one = CountyEntry("甲县", "1", "a.cn:81", ("c.cn",), http={"delay": 4}, columns=(column,))
    other = CountyEntry("乙县", "2", "a.cn", http={"delay": 9})
    assert delays([one, other]) == {"a.cn": 9.0, "b.cn": 4.0, "c.cn": 4.0}


def test_a_host_that_wants_hours_between_requests_is_left_and_told(tmp_path: Path) -> None:
    portal = with_robots(portal_of(planted(2)), "User-agent: *\nCrawl-delay: 10000\n")
    with running(portal) as site:
        assert sweep(tmp_path, county_file(tmp_path, site.url)).returncode == 1
        assert site.paths() == []
    assert looks(tmp_path) == [("rate_limited", "crawl_delay")]


@pytest.mark.parametrize(
    ("text", "pause"),
    [
        ("Crawl-delay: 2.5", 2.5),
        ("Crawl-delay: 0", 0.0),
        ("Crawl-delay: ²", 0.0),
        ("Crawl-delay: nan", 0.0),
        ("Crawl-delay: inf", 0.0),
        ("Crawl-delay: -3", 0.0),
        ("Crawl-delay: " + "9" * 5000, 0.0),
        ("Crawl-delay: \x00", 0.0),
        ("Request-rate: 1/5s", 5.0),
        ("Request-rate: 2/1m", 30.0),
        ("Request-rate: x/y", 0.0),
        ("Request-rate: 0/1", 0.0),
        ("Crawl-delay: 1\nRequest-rate: 1/7", 7.0),
    ],
)
def test_pauses_that_robots_txt_asks_for(text: str, pause: float) -> None:
    robots = Answer("http://a.cn/robots.txt", 200, {}, f"User-agent: *\n{text}\n".encode())
    assert Rules(robots).pause == pause


def test_the_client_of_single_looks_waits_as_well() -> None:
    text = "User-agent: *\nCrawl-delay: 0.6\n"
    with running(with_robots(moving_and_busy(portal_of(planted(1))), text)) as site:
        client = Client(allow_private=True, pause=0.2)
        assert client.fetch(Ask(site.url + "/old/")).status == 503
        answer = client.fetch(Ask(site.url + "/old/"))
    assert (answer.status, answer.url) == (200, site.url + "/zwgk/nb/")
    assert min(gaps(site.requests)) > 0.6 - NEAR


def test_who_asks_and_where_the_operator_is_reached(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "nianbao.toml").write_text('contact = "ogi@example.gov.cn"\n')
    with running(portal_of(planted(1))) as site:
        sweep(tmp_path, county_file(tmp_path, site.url))
    told = {request.headers["User-Agent"] for request in site.requests}
    assert told == {agent("ogi@example.gov.cn")}
    assert agent("ogi@example.gov.cn").startswith(f"nianbao/{__version__} (+ogi@example.gov.cn; ")
    assert agent().startswith(f"{NAME}/{__version__} (")
    rules = Protego.parse(f"User-agent: {NAME}\nDisallow: /\n")
    assert not rules.can_fetch("http://a.cn/", agent("ogi@example.gov.cn"))


@pytest.mark.parametrize("contact", ["", "ogi@example.gov.cn", "https://www.example.gov.cn/ogi/"])
def test_the_doctor_says_when_nobody_could_reach_us(tmp_path: Path, contact: str) -> None:
    file = tmp_path / "nianbao.toml"
    file.write_text(f'contact = "{contact}"\nstore = "sqlite:///{tmp_path}/n.db"\n', "utf-8")
    told = {check.name: check for check in checks(file)}["联系方式 / contact"]
    assert told.well == bool(contact)
    assert contact in told.told


@pytest.mark.parametrize("contact", ["张三", "a b", "www.example.gov.cn", "x@y\\nEvil: 1"])
def test_a_contact_is_an_address_or_a_page(tmp_path: Path, contact: str) -> None:
    file = tmp_path / "nianbao.toml"
    file.write_text(f'contact = "{contact}"\n', "utf-8")
    with pytest.raises(ConfigError, match="contact 应为邮箱地址或网址"):
        load_settings(file)
