"""The way of a fault on the pages, from found to mended: a letter, its link, the unit's answer, the next look."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from hashlib import sha256
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
import requests
from docx import Document
from sqlalchemy import select

from nianbao.monitor.daemon import Work
from nianbao.monitor.ledger.faults import faults_of
from nianbao.monitor.ledger.scope import Registry
from nianbao.monitor.ledger.way import Way
from nianbao.monitor.mail.weekly import queue_digests
from nianbao.monitor.settings import Web
from nianbao.monitor.web.app import made
from nianbao.monitor.web.door import COOKIE
from nianbao.monitor.web.signing import hidden_from
from nianbao.monitor.web.site import Site
from nianbao.monitor.web.visitor import KEY, Visitor
from nianbao.storage.audit import entries, faults
from nianbao.storage.doors import give
from nianbao.storage.models import Door, Outgoing, Step
from nianbao.storage.outbox import done as sent
from nianbao.storage.people import By
from nianbao.storage.registry import load_counties
from nianbao.storage.scope import of_county, of_unit
from nianbao.storage.store import looking, session
from tests.portals.server import running
from tests.worlds import seasons
from tests.worlds.mailbox import receiving
from tests.worlds.pages import get, post, served, site_of
from tests.worlds.seasons import CODES, Life, Season, settings_for, step, text_of, work_of

COUNTY = "140999"
WRONG, MISSING, OTHER = CODES["甲戌镇"], CODES["丁卯镇"], CODES["甲子镇"]
HOSTILE = "=cmd()|'<script>alert(1)</script>\x1b[31m\u202e"
PUBLIC = "http://ogi.example.gov.cn"


@dataclass
class Lived:
    """A season that goes on, and its pages as of its day."""

    season: Season
    work: Work
    folder: Path

    def until(self, *days: date) -> None:
        for self.season.day in days:
            step(self.season, self.work)

    @property
    def now(self) -> datetime:
        return self.season.now() + timedelta(hours=1)

    @property
    def site(self) -> Site:
        shown = site_of(self.folder, self.now)
        told = replace(shown.settings, web=Web(public=PUBLIC), office=self.work.settings.office)
        return replace(shown, settings=told)

    def ways(self, unit: str) -> list[Way]:
        registry = Registry(load_counties(self.folder / "counties"))
        with looking(self.work.engine) as s:
            return faults_of(s, of_county(COUNTY), 2026, self.now, registry).of(unit)

    def way(self, unit: str) -> Way:
        """The first that was found: that it was edited without saying so is another one."""
        return min(self.ways(unit), key=lambda way: way.found)

    def state(self, unit: str) -> str:
        return self.way(unit).state


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    folder = tmp_path_factory.mktemp("way")
    season = Season(folder, date(2027, 1, 29))
    with receiving() as box, running(season) as site:
        season.config(site.url)
        world = Lived(season, work_of(season, settings_for(folder, box)), folder)
        world.until(date(2027, 1, 29), date(2027, 2, 11), date(2027, 2, 12))
        yield world


def letter_of(address: str, unit: str) -> str:
    """The secret that stands in a letter."""
    done = post(f"{address}/do/letter", unit=unit, year="2026")
    assert done.status_code == 200, done.text
    told = Document(BytesIO(done.content))
    links = [each.target_ref for each in told.part.rels.values() if each.is_external]
    (link,) = links
    assert link.startswith(f"{PUBLIC}/door/")
    assert link in "\n".join(each._p.xpath("string(.)") for each in told.paragraphs)
    return link.rpartition("/")[2]


def link_of(address: str, unit: str) -> str:
    """The secret of a link that was asked for on the unit's page."""
    given = post(f"{address}/do/door", unit=unit, year="2026").text
    (secret,) = re.findall(rf"{PUBLIC}/door/([A-Za-z0-9_-]+)", given)
    return str(secret)


def opened(address: str, secret: str) -> requests.Session:
    """Somebody of the unit, who came in by the link."""
    parts = urlsplit(address)
    browser = requests.Session()
    origin = f"{parts.scheme}://{parts.netloc}"
    browser.headers.update({"Origin": origin, "Sec-Fetch-Site": "same-origin"})
    first = browser.get(f"{address}/door/{secret}", timeout=60)
    assert first.status_code == 200
    assert first.headers["referrer-policy"] == "no-referrer"
    assert not browser.cookies.get(COOKIE)  # who only looks has not come in
    (token,) = re.findall(r'name="door_token" value="([^"]+)"', first.text)
    fields = {"secret": secret, "door_token": token}
    inside = browser.post(f"{address}/door/in", fields, timeout=60)
    assert inside.url == f"{address}/door"
    assert secret not in inside.text
    return browser


def answers(
    browser: requests.Session, address: str, kind: str, words: str, **files: tuple[str, bytes]
) -> requests.Response:
    page = browser.get(f"{address}/door", timeout=60).text
    keys = re.findall(r'name="of" value="([^"]+)"', page)
    fields: list[tuple[str, Any]] = [("of", (None, key)) for key in keys]
    fields += [("kind", (None, kind)), ("words", (None, words)), *files.items()]
    return browser.post(f"{address}/door/answer", files=fields, timeout=60)


def test_the_whole_way(lived: Lived) -> None:
    """Found, told by a letter, its link opened, answered, still there, mended, closed by itself; and it comes back."""
    assert lived.state(WRONG) == "open"
    with served(lived.site) as address:
        board = get(f"{address}/c/{COUNTY}/2026/faults")
        assert board.status_code == 200
        assert "甲戌镇" in board.text
        browser = opened(address, letter_of(address, WRONG))
        assert lived.state(WRONG) == "sent"
        page = browser.get(f"{address}/door", timeout=60).text
        assert "甲戌镇" in page
        assert not [town for town in CODES if town != "甲戌镇" and town in page]
        assert "甲戌镇" in browser.get(f"{address}/door/report", timeout=60).text
        done = answers(browser, address, "mended", "")
        assert "已收到答复" in done.text
    assert lived.state(WRONG) == "answered"
    lived.until(date(2027, 2, 16))
    assert lived.state(WRONG) == "still"  # the page was looked at, and is as it was
    with served(lived.site) as address:
        again = opened(address, letter_of(address, WRONG))
        assert "已收到答复" in answers(again, address, "mended", "这次改了").text
    seasons.LIVES[10].wrong = False
    try:
        lived.until(date(2027, 2, 20))
    finally:
        seasons.LIVES[10].wrong = True
    way = lived.way(WRONG)
    assert (way.state, way.back) == ("gone", ())
    assert way.ended is not None
    lived.until(date(2027, 2, 28))
    way = lived.way(WRONG)
    assert (way.state, len(way.back)) == ("open", 1)
    with served(lived.site) as address:
        told = get(f"{address}/u/{WRONG}/2026").text
        assert "再次出现" in told
        assert "单位答复：已改" in told
        rows = get(f"{address}/c/{COUNTY}/2026/faults.json").json()
        (row,) = [each for each in rows if (each["code"], each["fault"]) == (WRONG, way.key)]
        assert (row["state"], row["answer"], len(row["came_back"])) == ("open", "", 1)
    days_that_are_over_stay_told(lived)


def days_that_are_over_stay_told(lived: Lived) -> None:
    registry = Registry(load_counties(lived.folder / "counties"))
    states = {}
    for day in (date(2027, 2, 11), date(2027, 2, 13), date(2027, 2, 21), date(2027, 2, 28)):
        then = datetime(day.year, day.month, day.day, 15, 59, 59, tzinfo=UTC)
        with looking(lived.work.engine) as s:
            told = faults_of(s, of_county(COUNTY), 2026, then, registry, past=True)
        states[day.isoformat()] = min(told.of(WRONG), key=lambda way: way.found).state
    assert [*states.values()] == ["open", "answered", "gone", "open"]


def test_a_draft_is_handed_in_at_the_door(lived: Lived) -> None:
    """Two rounds, by the link alone; nobody else's door shows them."""
    good = seasons.report_of(seasons.LIVES[3], lived.season.day)
    bad = good.with_figures(requests__new__natural_person=99)
    site = lived.site
    with served(site) as address:
        browser = opened(address, link_of(address, MISSING))
        box = f"{address}/door/drafts"
        assert "还没有交过稿" in browser.get(box, timeout=60).text
        told = []
        for draft in (bad, good):
            data = seasons.write_html(seasons.print_draft(draft))
            done = browser.post(f"{box}/hand-in", files={"file": ("稿.html", data)}, timeout=60)
            site.judging.wait(60)
            told.append(browser.get(done.url, timeout=60).text)
            assert browser.get(f"{done.url}/file", timeout=60).content == data
        assert ["退回：有" in told[0], "通过，可以发布" in told[1]] == [True, True]
        rounds = browser.get(box, timeout=60).text
        assert "丁卯镇（回复链接）" in rounds
        number = done.url.rpartition("/")[2]
        assert re.search(rf'href="/door/drafts/{number}">稿.html<', rounds)  # seen to be a link
        assert re.search(r'data-exact="20\d\d-\d\d-\d\d \d\d:\d\d"', rounds)
        board = get(f"{address}/c/{COUNTY}/drafts.json?year=2026").json()
        (row,) = [each for each in board if each["code"] == MISSING]
        assert (row["draft"], row["rounds"]) == ("passed", 2)
        other = opened(address, link_of(address, WRONG))
        for path in (number, f"{number}/file"):
            assert other.get(f"{box}/{path}", timeout=60).status_code == 404
        assert "还没有交过稿" in other.get(box, timeout=60).text
        assert (
            other.post(f"{box}/hand-in", files={"file": ("", b"")}, timeout=60).status_code == 400
        )
        assert requests.get(box, timeout=60).status_code == 403


def test_what_is_wrong_at_the_door_leads_back_to_it(lived: Lived) -> None:
    with served(lived.site) as address:
        browser = opened(address, link_of(address, WRONG))
        gone = browser.get(f"{address}/door/check/none", timeout=60)
        assert (gone.status_code, "没有这份结果" in gone.text) == (404, True)
        assert 'href="/door">返回单位回复页</a>' in gone.text
        assert 'href="/operations"' not in gone.text


def test_a_report_that_is_not_there_goes_the_same_way(lived: Lived) -> None:
    assert lived.state(MISSING) == "open"
    with served(lived.site) as address:
        browser = opened(address, letter_of(address, MISSING))
        assert lived.state(MISSING) == "sent"
        assert "已收到答复" in answers(browser, address, "explained", "机构撤并").text
        assert lived.state(MISSING) == "answered"
        board = get(f"{address}/c/{COUNTY}/2026/faults?each=1").text
        assert re.search(r"共\d+项", board)
        (number,) = re.findall(r'id="answer-(\d+)"', board)
        assert f'href="#answer-{number}">处理答复' in board  # the next step leads where it is done
        none = get(f"{address}/c/{COUNTY}/2021/faults").text
        assert "没有已发现的问题" in none
        assert "没有符合条件的单位" not in none
        refused = post(f"{address}/do/answer", answer=number, kind="accepted", why="同意")
        assert refused.status_code == 409
        assert "不能豁免" in refused.text
        post(f"{address}/do/answer", answer=number, kind="rejected", why="未见文件")
        assert lived.state(MISSING) == "still"
        assert "未见文件" in browser.get(f"{address}/door", timeout=60).text
    life = seasons.LIVES[3]
    seasons.LIVES[3].out = date(2027, 3, 2)
    try:
        lived.until(date(2027, 3, 3))
        assert lived.state(MISSING) == "gone"
    finally:
        assert isinstance(life, Life)
        seasons.LIVES[3].out = None


def test_an_appeal_is_rejected_accepted_and_taken_back(lived: Lived) -> None:
    with served(lived.site) as address:
        browser = opened(address, letter_of(address, WRONG))
        assert answers(browser, address, "appealed", "").status_code == 400
        done = answers(browser, address, "appealed", HOSTILE[:-1], file=("../a<b>.docx", b"PK\x03"))
        assert done.status_code == 200, done.text
        board = get(f"{address}/c/{COUNTY}/2026/faults").text
        assert "<script>alert" not in board
        assert "&lt;script&gt;alert" in board
        (number,) = re.findall(r'id="answer-(\d+)"', board)
        assert re.search(
            r'<a href="#answer-\d+">处理答复', board
        )  # what is to be done next leads there
        each = get(f"{address}/c/{COUNTY}/2026/faults?each=1").text
        many = each.count('name="of"')
        assert f"共{many}项" in each  # faults, not units
        (file,) = re.findall(r'href="(/answered/\d+)"', board)
        taken = get(address + unescape(file))
        assert taken.content == b"PK\x03"
        assert taken.headers["content-type"] == "application/octet-stream"
        assert taken.headers["content-disposition"].startswith("attachment")
        assert post(f"{address}/do/answer", answer=number, kind="accepted").status_code == 409
        assert lived.state(WRONG) == "answered"
        for _ in range(2):
            post(f"{address}/do/answer", answer=number, kind="accepted", why="口径不同")
        assert lived.state(WRONG) == "waived"
        assert "口径不同" in browser.get(f"{address}/door", timeout=60).text
        post(f"{address}/do/answer", answer=number, kind="undone")
        assert lived.state(WRONG) == "answered"
        post(f"{address}/do/answer", answer=number, kind="rejected", why="请更正")
        assert lived.state(WRONG) == "still"
        csv = get(f"{address}/c/{COUNTY}/2026/faults.csv").text
        assert not re.search(r"(?m)(^|,)\"?=cmd", csv)
    with looking(lived.work.engine) as s:
        assert list(faults(s)) == []
        actions = [entry["action"] for entry in entries(s)]
        assert {"letter", "way_appealed", "way_accepted", "way_undone", "waived"} <= {*actions}


def test_many_at_once_by_unit_and_by_rule(lived: Lived) -> None:
    of = {"county": COUNTY, "year": "2026"}
    with served(lived.site) as address:
        way = lived.way(WRONG)
        for _ in range(2):
            done = post(f"{address}/do/way", **of, of=WRONG, act="sent", words="电话")
            assert "已记为告知" in done.text
        assert lived.state(WRONG) == "sent"
        refused = post(f"{address}/do/way", **of, of=WRONG, act="waived")
        assert refused.status_code == 400
        nothing = post(f"{address}/do/way", **of, of=WRONG, rule="F99", act="waived", words="x")
        assert nothing.status_code == 409
        post(f"{address}/do/way", **of, of=WRONG, rule=way.rule, act="waived", words="省厅口径")
        assert lived.state(WRONG) == "waived"
        post(f"{address}/do/way", **of, of=f"{WRONG} {way.key}", act="cleared")
        assert lived.state(WRONG) == "sent"


def test_the_last_day_of_a_link_is_told_alike(lived: Lived) -> None:
    with served(lived.site) as address:
        given = post(f"{address}/do/door", unit=WRONG, year="2026").text
        secret = re.findall(rf"{PUBLIC}/door/([A-Za-z0-9_-]+)", given)[0]
        before = get(f"{address}/door/{secret}").text
        inside = opened(address, secret).get(f"{address}/door", timeout=60).text
        (day,) = set(re.findall("有效至([0-9-]{10})", given + before + inside))
        assert f"有效至 {day}" in given
        last = datetime.fromisoformat(f"{day} 23:59+08:00")
        hash_of = sha256(secret.encode()).hexdigest()
        with looking(lived.work.engine) as s:
            until = s.scalars(select(Door.until).where(Door.digest == hash_of)).one()
    assert last < until <= last + timedelta(minutes=1)


def test_a_letter_that_will_hold_a_link_says_so_before(lived: Lived) -> None:
    with served(lived.site) as address:
        assert "另写有单位回复链接" in get(f"{address}/letter/{WRONG}/2026").text
    apart = replace(lived.site, settings=replace(lived.site.settings, web=Web()))
    with served(apart) as address:
        assert "另写有单位回复链接" not in get(f"{address}/letter/{WRONG}/2026").text


def test_links_that_lead_nowhere_say_what_to_do(lived: Lived) -> None:
    site = lived.site
    with served(site) as address:
        for said in ("", "x" * 43, "../u", "%00", "é", "a" * 5000):
            answer = get(f"{address}/door/{said}")
            assert answer.status_code in (403, 404, 429), (said, answer.status_code)
        secret = letter_of(address, WRONG)
        waits = get(f"{address}/door/{'y' * 43}")
        assert waits.status_code in (403, 429)
        browser = opened(address, secret)  # whoever has a link is held up by nobody's guesses
        post(f"{address}/do/door", unit=WRONG, year="2026", revoke="1")
        ended = browser.get(f"{address}/door", timeout=60)
        assert (ended.status_code, "已作废" in ended.text) == (410, True)
        assert browser.get(f"{address}/door/report", timeout=60).status_code == 410
        assert answers(browser, address, "mended", "").status_code == 410
        given = post(f"{address}/do/door", unit=WRONG, year="2026").text
        (fresh,) = re.findall(rf"{PUBLIC}/door/([A-Za-z0-9_-]+)", given)
        assert fresh not in post(f"{address}/do/door", unit=OTHER, year="2026").text
    later = replace(site, clock=lambda: site.clock() + timedelta(days=400))
    with served(later) as address:
        late = get(f"{address}/door/{fresh}")
        assert (late.status_code, "有效期" in late.text) == (410, True)
    with looking(lived.work.engine) as s:
        kept = repr([row.__dict__ for row in s.scalars(select(Door))])
        kept += repr([row.__dict__ for row in s.scalars(select(Step))]) + repr(list(entries(s)))
    assert secret not in kept
    assert fresh not in kept


def test_no_other_site_leads_anybody_into_a_door(lived: Lived) -> None:
    """It knows its own link, and what its own browser was given; not what another browser holds."""
    with served(lived.site) as address:
        secret, other = link_of(address, WRONG), link_of(address, MISSING)
        theirs, mine = requests.Session(), requests.Session()
        page = theirs.get(f"{address}/door/{secret}", timeout=60).text
        (token,) = re.findall(r'name="door_token" value="([^"]+)"', page)
        mine.get(f"{address}/door/{other}", timeout=60)
        for said in ({}, {"door_token": token}, {"door_token": "é"}):
            for browser in (mine, requests.Session()):
                done = browser.post(f"{address}/door/in", {"secret": secret, **said}, timeout=60)
                assert (done.status_code, "重新打开" in done.text) == (403, True)
                assert not browser.cookies.get(COOKIE)
        again = mine.get(f"{address}/door/{other}", timeout=60).text  # in a second tab
        assert re.findall(r'name="door_token" value="([^"]+)"', again)
        first = theirs.post(
            f"{address}/door/in", {"secret": secret, "door_token": token}, timeout=60
        )
        assert first.status_code == 200


def test_what_came_with_an_earlier_answer_stays_within_reach(lived: Lived) -> None:
    with session(lived.work.engine) as s:
        secret = give(s, WRONG, 2026, lived.now + timedelta(days=9), By("王某", lived.now))
    with served(lived.site) as address:
        browser = opened(address, secret)
        proof = ("证明.html", b"<script>alert(1)</script>")
        answers(browser, address, "explained", "附上证明", file=proof)
        answers(browser, address, "explained", "再说一次")
        page = get(f"{address}/u/{WRONG}/2026").text
        (number,) = re.findall(r'href="/answered/(\d+)" download>附件 证明.html<', page)
        assert get(f"{address}/answered/{number}").content == proof[1]


def test_a_link_is_of_a_year_that_is_due(lived: Lived) -> None:
    """One of a year to come would hold until after its deadline, decades on."""
    with served(lived.site) as address:
        for year in ("2027", "2099"):
            done = post(f"{address}/do/door", unit=WRONG, year=year)
            assert (done.status_code, f"{PUBLIC}/door/" in done.text) == (409, False)


def test_links_of_who_must_publish_no_longer_are_ended(lived: Lived) -> None:
    with session(lived.work.engine) as s:
        told = By("王某", lived.now)
        secret = give(s, OTHER, 2015, lived.now + timedelta(days=9), told)
    with served(lived.site) as address:
        assert get(f"{address}/door/{secret}").status_code == 200
        post(f"{address}/do/door", unit=OTHER, year="2015", revoke="1")
        assert get(f"{address}/door/{secret}").status_code == 410


def test_whoever_is_signed_in_for_another_unit_comes_in_by_a_link(lived: Lived) -> None:
    """The link says of whom: what the account may see is neither more nor less there."""
    secret = ""
    with session(lived.work.engine) as s:
        secret = give(s, WRONG, 2026, lived.now + timedelta(days=9), By("王某", lived.now))
    clerk = Visitor("李某", "unit", of_unit(OTHER, COUNTY))
    for path in ("/door", "/door/report"):
        status, text = asked(lived.site, clerk, path, cookie=f"{COOKIE}={secret}")
        assert (status, "甲戌镇" in text, "甲子镇" in text) == (200, True, False), path


def test_guesses_wait(lived: Lived) -> None:
    with served(lived.site) as address:
        guesses = [get(f"{address}/door/{n:043}", X_Forwarded_For="192.0.2.7") for n in range(9)]
        assert [each.status_code for each in guesses[:5]] == [403] * 5
        assert guesses[-1].status_code == 429
        assert int(guesses[-1].headers["retry-after"]) >= 1


def test_a_draft_is_checked_at_the_door(lived: Lived) -> None:
    with served(lived.site) as address:
        browser = opened(address, letter_of(address, WRONG))
        with lived.work.engine.connect():
            draft = seasons.write_html(
                seasons.print_draft(seasons.report_of(seasons.LIVES[10], lived.season.day))
            )
        done = browser.post(f"{address}/door/check", files={"file": ("a.html", draft)}, timeout=60)
        for _ in range(300):
            if "http-equiv" not in done.text:
                break
            done = browser.get(done.url, timeout=60)
        assert "没有保存" in done.text
        assert requests.get(done.url, timeout=60).status_code == 403


def test_a_units_mail_holds_its_link_until_it_is_sent(lived: Lived) -> None:
    settings = replace(lived.work.settings, web=Web(public=PUBLIC))
    registry = Registry(load_counties(lived.folder / "counties"))
    now = datetime(2027, 3, 8, 4, tzinfo=UTC)  # a Monday
    with looking(lived.work.engine) as s:
        before = len(list(s.scalars(select(Door))))
    for _ in range(2):
        queue_digests(lived.work.engine, settings, registry, now)
    with looking(lived.work.engine) as s:
        links = {row.unit for row in s.scalars(select(Door)) if row.created == now}
        assert len(list(s.scalars(select(Door)))) == before + len(links)
        mails = [row for row in s.scalars(select(Outgoing)) if row.created == now]
    assert links <= {MISSING, OTHER}
    assert MISSING in links
    told = {row.recipient: text_of(message(row.body)) for row in mails}
    assert [to for to, text in told.items() if "/door/" in text] == [
        to for to in told if to.startswith("clerk@")
    ]
    (secret,) = re.findall(rf"{PUBLIC}/door/([\w-]+)", told["clerk@dingmao.example"])
    site = lived.site
    with served(replace(site, clock=lambda: now)) as address:
        assert "丁卯镇" in opened(address, secret).get(f"{address}/door", timeout=60).text
    for row in mails:
        sent(lived.work.engine, row.id, now)
    with looking(lived.work.engine) as s:
        left = {
            row.recipient: row.body for row in s.scalars(select(Outgoing)) if row.created == now
        }
    assert {to for to, body in left.items() if not body} == {
        to for to in told if to.startswith("clerk@")
    }


def message(body: bytes) -> EmailMessage:
    found = message_from_bytes(body, policy=default)
    assert isinstance(found, EmailMessage)
    return found


# ---- who may


def asked(
    site: Site, visitor: Visitor, path: str, cookie: str = "", **fields: str
) -> tuple[int, str]:
    """The answer to somebody whose scope is smaller than everything."""
    app, said = made(site), list[Any]()
    body = urlencode(fields).encode()
    headers = [(b"host", b"127.0.0.1"), (b"sec-fetch-site", b"same-origin")]
    headers += [(b"cookie", cookie.encode())] if cookie else []
    if fields:
        headers.append((b"content-type", b"application/x-www-form-urlencoded"))
    where, _, query = path.partition("?")
    scope: dict[str, Any] = {"type": "http", "method": "POST" if fields else "GET", "path": where}
    scope |= {"headers": headers, "query_string": query.encode(), "client": ("127.0.0.1", 1)}
    scope |= {KEY: visitor, "scheme": "http", "server": ("127.0.0.1", 80), "root_path": ""}

    async def receive() -> Any:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        said.append(message)

    async def answering() -> None:
        await app(scope, receive, send)

    asyncio.run(answering())
    text = b"".join(each.get("body", b"") for each in said).decode("utf-8", "replace")
    return said[0]["status"], text


def test_nobody_sees_or_decides_more_than_their_scope(lived: Lived) -> None:
    site = lived.site
    with served(site) as address:
        browser = opened(address, letter_of(address, WRONG))
        answers(browser, address, "appealed", "再次申诉", file=("a.txt", b"x"))
        board = get(f"{address}/c/{COUNTY}/2026/faults").text
    number = max(re.findall(r'id="answer-(\d+)"', board), key=int)
    page, of = f"/c/{COUNTY}/2026/faults", {"county": COUNTY, "year": "2026"}
    far = Visitor("远", "supervisor", of_county("140998"))
    for path in (page, f"{page}.json", f"/answered/{number}"):
        assert asked(site, far, path)[0] == 404, path
    for path, fields in (
        ("/do/way", {**of, "of": WRONG, "act": "sent"}),
        ("/do/answer", {"answer": number, "kind": "accepted", "why": "x"}),
        ("/do/door", {"unit": WRONG, "year": "2026"}),
        ("/do/door", {"unit": WRONG, "year": "2026", "revoke": "1"}),
    ):
        assert asked(site, far, path, **fields)[0] == 404, path
    assert lived.state(WRONG) == "answered"
    own = Visitor("近", "supervisor", of_unit(WRONG, COUNTY))
    status, text = asked(site, own, page)
    assert (status, "甲戌镇" in text) == (200, True)
    assert not [town for town in CODES if town != "甲戌镇" and town in text]
    assert asked(site, own, f"/answered/{number}")[0] == 200
    other = {**of, "of": MISSING, "act": "sent", "words": "电话"}
    assert asked(site, own, "/do/way", **other)[0] == 409


def test_who_only_looks_sees_the_board_and_nothing_to_press(lived: Lived) -> None:
    """The table stays; forms, ticks and the unit's link go."""
    visitor = Visitor("看", "viewer", of_county(COUNTY))
    visitor = visitor._replace(hidden=hidden_from(visitor))
    for each in ("", "?each=1"):
        status, text = asked(lived.site, visitor, f"/c/{COUNTY}/2026/faults{each}")
        assert (status, f"/u/{WRONG}/2026#way" in text) == (200, True)
        assert 'name="of"' not in text
        assert "/do/" not in text
    assert "/do/" not in asked(lived.site, visitor, f"/u/{WRONG}/2026")[1]
    acting = Visitor("办", "supervisor", of_county(COUNTY))
    acting = acting._replace(hidden=hidden_from(acting))
    text = asked(lived.site, acting, f"/c/{COUNTY}/2026/faults")[1]
    assert 'name="of" form="bulk"' in text
    assert '<form id="bulk" method="post" action="/do/way">' in text


def test_that_it_is_mended_may_be_sent_back(lived: Lived) -> None:
    with served(lived.site) as address:
        browser = opened(address, letter_of(address, WRONG))
        answers(browser, address, "mended", "改了，请看")
        board = get(f"{address}/c/{COUNTY}/2026/faults").text
        assert "并未改，退回" in board
        english = get(f"{address}/c/{COUNTY}/2026/faults?lang=en").text
        assert "甲戌镇 (by link)" in english
        numbers = re.findall(r'id="answer-(\d+)"', board)
        number = max(numbers, key=int)
        refused = post(f"{address}/do/answer", answer=number, kind="accepted", why="好")
        assert (refused.status_code, "由下次查看确认" in refused.text) == (409, True)
        post(f"{address}/do/answer", answer=number, kind="rejected", why="页面还是99")
        assert lived.state(WRONG) == "still"
        assert "页面还是99" in browser.get(f"{address}/door", timeout=60).text
        post(f"{address}/do/answer", answer=number, kind="undone")
        assert lived.state(WRONG) == "answered"


def test_an_account_of_a_unit_has_the_same_door(lived: Lived) -> None:
    clerk = Visitor("李某", "unit", of_unit(WRONG, COUNTY))
    status, text = asked(lived.site, clerk, "/door")
    assert (status, "甲戌镇" in text) == (200, True)
    assert not [town for town in CODES if town != "甲戌镇" and town in text]
    for role in ("viewer", "supervisor", "admin"):
        nobody = Visitor("张某", role, of_county(COUNTY))  # type: ignore[arg-type]
        assert asked(lived.site, nobody, "/door")[0] == 403
