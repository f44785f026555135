"""Whose portal a host is: one sign alone proves nothing, and templates are copied with their codes."""

from __future__ import annotations

import pytest

from nianbao.crawler.answers import Answer
from nianbao.crawler.discovering.hosts import county_of_host, host_proof
from nianbao.crawler.discovering.provinces import Candidate, Seen, candidates, known_of, look_at
from nianbao.storage.nation import counties_named

HOST = "http://www.fanshi.gov.cn/"
NAME, CODE = "繁峙县", "140924"


def front(
    *,
    code: str = "1409240001",
    title: str = NAME,
    foot: str = NAME,
    domain: str = "",
    url: str = HOST,
) -> Answer:
    metas = f"<meta name='SiteIDCode' content='{code}'>" if code else ""
    metas += f"<meta name='SiteDomain' content='{domain}'>" if domain else ""
    body = f"<p>{'要闻' * 400}</p><div>主办：{foot}人民政府</div>"
    text = f"<html><head><title>{title}人民政府门户网站</title>{metas}</head><body>{body}</body></html>"
    return Answer(url, 200, {}, text.encode())


@pytest.mark.parametrize(
    ("page", "verdict"),
    [
        (front(), "proven"),
        (front(domain="www.fanshi.gov.cn"), "proven"),
        (front(code=""), "known"),
        (front(foot="本网站"), "known"),
        (front(title="本县"), "known"),
        (front(code="3203000040"), "contradicted"),
        (front(title="代县"), "contradicted"),
        (front(title="山西省忻州市繁峙县"), "proven"),
        (front(domain="www.daixian.gov.cn"), "known"),
        (front(url="http://www.fanshi.com/"), "known"),
        (front(url="http://fanshi.gov.cn.clone.net/"), "known"),
    ],
)
def test_code_names_and_domain_must_agree(page: Answer, verdict: str) -> None:
    assert host_proof(page, CODE, NAME).verdict == verdict


def test_the_code_may_stand_in_the_foot_and_small_letters() -> None:
    page = front(code="")
    told = Answer(
        HOST, 200, {}, page.body.replace("主办".encode(), "网站标识码：1409240001 主办".encode())
    )
    assert host_proof(told, CODE, NAME).verdict == "proven"
    small = Answer(HOST, 200, {}, front().body.replace(b"SiteIDCode", b"siteidcode"))
    assert host_proof(small, CODE, NAME).verdict == "proven"


def test_another_county_s_host_is_none_of_ours() -> None:
    assert host_proof(front(), CODE, NAME, ["www.fanshi.gov.cn"]).verdict == "known"


def test_a_page_names_one_county_of_a_province() -> None:
    among = [*counties_named("140924"), *counties_named("140923")]
    assert [
        county_of_host(page, among) for page in (front(), front(code="3203000040", title="x"))
    ] == [among[0], None]
    assert county_of_host(front(code="1409230001"), among) == among[0], (
        "its name, not a template's code"
    )


# ---- many hosts

AMONG = [*counties_named("140924"), *counties_named("140923"), *counties_named("140922")]
CHALLENGE = Answer("http://c/", 412, {}, b"<script>$_ts={}</script>")
DEAD = Answer("http://d/", error="connect")


def seen_of(candidate: Candidate, *answers: Answer) -> Seen:
    conversation, replies = look_at(candidate, AMONG), iter(answers)
    next(conversation)
    try:
        while True:
            conversation.send(next(replies))
    except StopIteration as end:
        seen: Seen = end.value
        return seen


def test_each_host_is_what_its_front_page_says() -> None:
    assert seen_of(Candidate("www.fanshi.gov.cn"), front())[:3] == (
        "www.fanshi.gov.cn",
        "proven",
        CODE,
    )
    assert seen_of(Candidate("a"), front(code="3203000040"))[1:3] == ("known", CODE)
    assert seen_of(Candidate("b"), front(code="", title="某市"))[1:3] == ("unknown", "")
    assert seen_of(Candidate("c", "代县"), CHALLENGE)[1:3] == ("blocked", "140923")
    assert seen_of(Candidate("d", "140922"), DEAD, DEAD)[1:3] == ("unknown", "140922")
    assert seen_of(Candidate("e"), DEAD, front(url="https://www.fanshi.gov.cn/"))[1:3] == (
        "proven",
        CODE,
    )


def test_a_county_has_the_best_of_its_hosts_and_of_two_proven_ones_neither() -> None:
    seen = [
        Seen("a", "known", CODE),
        Seen("b", "proven", CODE),
        Seen("c", "blocked", "140923", "blocked_waf"),
    ]
    states = {each.code: (each.state, each.host) for each in known_of(AMONG, seen)}
    assert states == {CODE: ("proven", "b"), "140923": ("blocked", "c"), "140922": ("unknown", "")}
    twice = known_of(AMONG, [*seen, Seen("d", "proven", CODE)])
    assert twice[0].state == "known"


def test_a_list_of_hosts_is_read_however_it_is_written() -> None:
    text = "# ours\nhttp://a.gov.cn/zw/ 代县\n\nb.gov.cn,140924\nc.gov.cn\nno host!\n"
    assert list(candidates(text)) == [
        Candidate("a.gov.cn", "代县"), Candidate("b.gov.cn", "140924"), Candidate("c.gov.cn"),
    ]  # fmt: skip
