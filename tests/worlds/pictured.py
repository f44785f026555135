"""Every page of which there is a picture, and how one comes to it: with a cookie, or by a button."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import NamedTuple

import requests
from starlette.routing import compile_path

from nianbao.monitor.passwords import hash_of
from nianbao.monitor.settings import Oidc, Web
from nianbao.monitor.web.door import COOKIE as AT_DOOR
from nianbao.monitor.web.sessions import COOKIE as SIGNED_IN
from nianbao.storage.people import By, add, begin
from nianbao.storage.scope import EVERYTHING, of_county, of_unit
from nianbao.storage.store import session
from tests.reportkit.drafts import clean, print_draft
from tests.reportkit.write_html import write_html
from tests.worlds.pages import served, site_of
from tests.worlds.two import NOW, ONE, filled
from tests.worlds.walked import kind_of, made_by_forms, pages_of

# By their routes. What is in neither is forgotten.
PAGES: frozenset[str] = frozenset(
    (
        *("/", "/c/{place:path}", "/u/{place:path}", "/p/{place:path}", "/r/{place:path}"),
        *("/c/{place:path}/faults", "/seen/{place:path}", "/archived/{place:path}"),
        *("/check", "/check/{id}", "/check/{id}/{number}", "/jobs/{place:path}"),
        *("/sum/{place:path}", "/letter/{place:path}", "/review", "/review/{place:path}"),
        *("/mail", "/mail/preview", "/operations", "/operations/log", "/data"),
        *("/setup", "/setup/changes/{place}", "/setup/{code}", "/setup/{code}/jobs/{place}"),
        *("/c/{code}/drafts", "/u/{code}/drafts", "/drafts/{id}"),
        *("/door", "/door/report", "/door/check/{id}", "/door/{secret}"),
        *("/door/drafts", "/door/drafts/{id}"),
        *("/sign-in", "/sign-in/back", "/public/{place:path}"),
    )
)
NOT_PAGES: frozenset[str] = frozenset(
    (
        *("/overview.{form}", "/c/{place:path}/faults.{form}", "/c/{code}/drafts.{form}"),
        *("/answered/{number}", "/drafts/{id}/{what}", "/door/drafts/{id}/{what}"),
        "/check/{id}/{number}.{ending}",
        *("/check/{id}/{number}/{cell}.png", "/static/{place:path}", "/healthz", "/metrics"),
        *("/sign-in/begin", "/public", "/data.{form}", "/data/manifest.json"),
    )
)
FOR_PROGRAMS = "/api/"
ALSO = ("/setup", "/setup?name=140924", "/operations", "/operations/log", "/nix")
DEMO = "990824"
PASSWORD = "a long password 口令"


class Scene(NamedTuple):
    """A page as somebody sees it."""

    name: str
    address: str
    cookies: Mapping[str, str] = {}
    presses: str = ""  # the button behind which it is

    def spoken(self, lang: str) -> str:
        """Its address, in a language. A public page has one for each."""
        start, public, rest = self.address.partition("/public/")
        if public:
            return f"{start}{public}{'en/' if lang == 'en' else ''}{rest}"
        whole, place, rest = self.address.partition("#")
        return f"{whole}{'&' if '?' in whole else '?'}lang={lang}{place}{rest}"


def route_of(address: str) -> str:
    """The page's route, the one that says most of its address."""
    path = re.sub("^https?://[^/]+|[?#].*", "", address) or "/"
    fit = [each for each in PAGES if compile_path(each)[0].fullmatch(path)]
    return max(fit, key=lambda each: len(re.sub("{[^}]*}", "", each)), default="")


def named(scenes: list[Scene]) -> list[Scene]:
    """In their order; what has no name is called as its address is."""
    return [
        each._replace(name=f"{n:02}-{each.name or _name(each.address)}")
        for n, each in enumerate(scenes)
    ]


def _name(address: str) -> str:
    path, _, keys = kind_of(address).partition("?")
    return re.sub(r"[^a-z]+", "-", re.sub("^https?://[^/]+", "", path) + keys)[:40].strip("-")


# ---- a county in its season


def of_season(address: str, code: str = DEMO) -> list[Scene]:
    """Whatever its links lead to, what only forms make, and the door of a unit that must mend."""
    wrong = _first(address, f"/c/{code}", r'/u/([0-9]+)/[0-9]+#findings"')
    late = _first(address, f"/c/{code}", r"/p/([0-9]+)/")
    year = _first(address, f"/c/{code}", r'/u/[0-9]+/([0-9]+)#findings"')
    bad, good = (_draft(address, code, late, int(year), wrong=each) for each in (True, False))
    box = _hand_in(address, late, bad, good)
    secret = _link(address, wrong)
    inside = _inside(address, secret)
    _answer(address, inside)
    checked = _checked(address, inside, bad)
    own = _posted(f"{address}/door/drafts/hand-in", [("file", ("年报.html", bad))], inside)
    _until(lambda: "d-waiting" not in requests.get(own, cookies=dict(inside), timeout=60).text)
    made = made_by_forms(address, code, late, ("年报.html", bad))
    known = (f"/setup/{code}", f"/review/{code}", f"/r/{wrong}/{year}", f"/letter/{wrong}/{year}")
    also = (*ALSO, *known, *box, *made.values(), "/public/")
    found = [Scene("", each) for each in pages_of(address, also=also)]
    return [
        *(each for each in found if "/public/en/" not in each.address),
        Scene("seen", address + made["seen"]),
        Scene("door-in", f"{address}/door/{secret}"),
        Scene("door-over", f"{address}/door/{'x' * 43}"),
        Scene("door", f"{address}/door", inside),
        Scene("door-done", f"{address}/door?done=1", inside),
        Scene("door-report", f"{address}/door/report", inside),
        Scene("door-check", checked, inside),
        Scene("door-drafts", f"{address}/door/drafts", inside),
        Scene("door-draft", own, inside),
        Scene("door-given", f"{address}/u/{late}/{year}", presses="form[action$='/do/door'] button"),
    ]  # fmt: skip


def _first(address: str, path: str, pattern: str) -> str:
    return str(re.findall(pattern, requests.get(address + path, timeout=60).text)[0])


def _posted(url: str, files: list[tuple[str, object]], cookies: Mapping[str, str]) -> str:
    """Where it leads."""
    ours = {"Origin": re.sub("(?<=[0-9])/.*", "", url), "Sec-Fetch-Site": "same-origin"}
    answer = requests.post(url, files=files, headers=ours, cookies=dict(cookies), timeout=60)  # type: ignore[arg-type]
    answer.raise_for_status()
    return answer.url


def _draft(address: str, code: str, unit: str, year: int, *, wrong: bool) -> bytes:
    """Of its own; a sum of the wrong one does not come out."""
    name = f"{_first(address, f'/u/{unit}', '<h1>([^ <]+)')}人民政府"
    made = clean(3, unit=name, year=year, county=_first(address, f"/c/{code}", "<h1>([^ <]+)"))
    if wrong:
        made = made.with_figures(requests__granted__natural_person=99)
    return write_html(print_draft(made))


def _hand_in(address: str, unit: str, *bodies: bytes) -> list[str]:
    """Its box, and each round in it."""
    box = f"/u/{unit}/drafts"
    rounds = [
        _posted(f"{address}{box}/hand-in", [("file", ("年报.html", body))], {}) for body in bodies
    ]
    _until(lambda: "d-waiting" not in requests.get(address + box, timeout=60).text)
    return [box, *(each.removeprefix(address) for each in rounds)]


def _link(address: str, unit: str) -> str:
    """The secret of a unit's link."""
    url = f"{address}/do/door"
    ours = {"Origin": address, "Sec-Fetch-Site": "same-origin"}
    answer = requests.post(url, {"unit": unit}, headers=ours, timeout=60)
    return str(re.findall("/door/([A-Za-z0-9_-]{20,})", answer.text)[0])


def _inside(address: str, secret: str) -> Mapping[str, str]:
    """The cookie of whoever came in by it."""
    with requests.Session() as browser:
        page = browser.get(f"{address}/door/{secret}", timeout=60).text
        (token,) = re.findall(r'name="door_token" value="([^"]+)"', page)
        said = {"secret": secret, "door_token": token}
        ours = {"Origin": address, "Sec-Fetch-Site": "same-origin"}
        browser.post(f"{address}/door/in", said, headers=ours, timeout=60, allow_redirects=False)
        return {AT_DOOR: browser.cookies[AT_DOOR]}


def _answer(address: str, inside: Mapping[str, str]) -> None:
    page = requests.get(f"{address}/door", cookies=dict(inside), timeout=60).text
    keys = re.findall('name="of" value="([^"]+)"', page)
    said = {"kind": "explained", "words": "自然人一栏含线下申请，见附件说明"}
    fields = [*(("of", (None, unescape(key))) for key in keys[:1])]
    fields += [(key, (None, value)) for key, value in said.items()]
    _posted(f"{address}/door/answer", [*fields, ("file", ("说明.txt", b"..."))], inside)


def _checked(address: str, inside: Mapping[str, str], draft: bytes) -> str:
    at = _posted(f"{address}/door/check", [("file", ("年报.html", draft))], inside)
    waits = 'http-equiv="refresh"'
    _until(lambda: waits not in requests.get(at, cookies=dict(inside), timeout=60).text)
    return at


def _until(is_so: Callable[[], bool]) -> None:
    for _ in range(600):
        if is_so():
            return
        time.sleep(0.1)


# ---- whoever signs in


@contextmanager
def signed_in(folder: Path) -> Iterator[list[Scene]]:
    """Two counties: the page to sign in, and what stands behind it for each; a store where nothing is yet."""
    site = filled(folder / "two")
    by, kept = By("王某", NOW), hash_of(PASSWORD, "a")
    unit = ONE.units[0]
    with session(site.engine) as s:
        add(s, "city", "operator", EVERYTHING, kept, by)
        add(s, "county", "supervisor", of_county(ONE.code), kept, by)
        add(s, "town", "unit", of_unit(unit, ONE.code), kept, by)
        is_ = {
            name: {SIGNED_IN: begin(s, name, "127.0.0.1", NOW)}
            for name in ("city", "county", "town")
        }
    oidc = Web(sign_in="oidc", public="http://localhost", oidc=Oidc("http://localhost:9", "a"))
    elsewhere = replace(site, settings=replace(site.settings, web=oidc))
    (folder / "empty" / "counties").mkdir(parents=True)
    empty = site_of(folder / "empty", NOW)
    with served(site) as at, served(elsewhere) as there, served(empty) as nothing:
        yield [
            Scene("sign-in", f"{at}/sign-in?next=/c/{ONE.code}"),
            Scene("sign-in-wrong", f"{at}/sign-in?next=/", presses="main form button"),
            Scene("sign-in-elsewhere", f"{there}/sign-in"),
            Scene("sign-in-back", f"{there}/sign-in/back?code=x&state=x"),
            Scene("overview", f"{at}/", is_["city"]),
            Scene("county-signed", f"{at}/c/{ONE.code}", is_["county"]),
            Scene("review-all", f"{at}/review", is_["city"]),
            Scene("refused", f"{at}/operations", is_["county"]),
            Scene("unit-signed", f"{at}/", is_["town"]),
            Scene("unit-box", f"{at}/u/{unit}/drafts", is_["town"]),
            Scene("unit-door", f"{at}/door", is_["town"]),
            Scene("first", f"{nothing}/"),
            Scene("first-setup", f"{nothing}/setup"),
            Scene("first-operations", f"{nothing}/operations"),
            Scene("first-data", f"{nothing}/data"),
            Scene("first-mail", f"{nothing}/mail"),
        ]
    for each in (site, empty):
        each.jobs.close()
        each.engine.dispose()
