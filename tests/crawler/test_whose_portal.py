"""Whose portal a host is: one sign alone proves nothing, and templates are copied with their codes."""

from __future__ import annotations

import pytest

from nianbao.crawler.answers import Answer
from nianbao.crawler.discovering.hosts import county_of_host, host_proof
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
