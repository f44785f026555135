"""A switchboard in front of any portal: each fault of the field as a switch, for the addresses that it is set on."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.portals.server import Portal, Reply, Request, page

Fault = Callable[[Request, Reply | None], Reply | None]
HTML = {"Content-Type": "text/html"}


@dataclass
class Switchboard:
    """The portal behind it answers as ever, but where `where` matches, the fault has its way."""

    portal: Portal
    fault: Fault | None = None
    where: str = "."

    def __call__(self, request: Request) -> Reply | None:
        reply = self.portal(request)
        whole = (
            request.path + "?" + "&".join(f"{key}={value}" for key, value in request.query.items())
        )
        if self.fault is None or request.path == "/robots.txt" or not re.search(self.where, whole):
            return reply
        return self.fault(request, reply)


def _always(answer: Reply) -> Fault:
    return lambda request, reply: answer


def _changed(**parts: object) -> Fault:
    return lambda request, reply: replace(reply, **parts) if reply is not None else None  # type: ignore[arg-type]


def _half(request: Request, reply: Reply | None) -> Reply | None:
    return replace(reply, cut=len(reply.body) // 2) if reply is not None else None


def _short_length(request: Request, reply: Reply | None) -> Reply | None:
    """A Content-Length that ends the body in its middle: the client sees a whole answer."""
    if reply is None:
        return None
    half = len(reply.body) // 2
    return replace(
        reply, body=reply.body[:half], headers={**reply.headers, "Content-Length": str(half)}
    )


def _wrong_charset(request: Request, reply: Reply | None) -> Reply | None:
    if reply is None or b"charset" not in reply.body:
        return reply
    return replace(reply, headers={"Content-Type": "text/html; charset=ISO-8859-1"})


def _next_page_for_ever(request: Request, reply: Reply | None) -> Reply | None:
    """Every page has a next one, with entries that are no articles of the column."""
    if reply is None or b"</body>" not in reply.body:
        return reply
    n = int(request.query.get("p", "1"))
    rows = "".join(
        f"<li><a href='/trap/{n}-{i}.html'>通知公告{n}-{i}</a><span>2020-01-0{i + 1}</span></li>"
        for i in range(5)
    )
    more = f"<ul>{rows}</ul><a href='{request.path}?p={n + 1}'>下一页</a></body>"
    return replace(reply, body=reply.body.replace(b"</body>", more.encode()))


def _calendar(request: Request, reply: Reply | None) -> Reply | None:
    """A calendar with a link for every day and the months around it, endlessly."""
    if reply is None or b"<body>" not in reply.body:
        return reply
    month = int(request.query.get("month", "1"))
    days = "".join(f"<a href='/calendar?month={month}&day={d}'>{d}</a>" for d in range(1, 29))
    around = f"<a href='/calendar?month={month - 1}'>上一月</a><a href='/calendar?month={month + 1}'>下一月</a>"
    return replace(
        reply,
        body=reply.body.replace(b"<body>", f"<body><div class=cal>{around}{days}</div>".encode()),
    )


def _twice(request: Request, reply: Reply | None) -> Reply | None:
    """Every entry of a list stands there twice, once with an anchor behind its address."""
    if reply is None or b"utf-8" not in reply.body[:200]:
        return reply
    text = reply.body.decode("utf-8")
    doubled = re.sub(r"(<li><a href=')([^']+)('.*?</li>)", r"\1\2\3\1\2#top\3", text)
    return replace(reply, body=doubled.encode())


def _new_layout(request: Request, reply: Reply | None) -> Reply | None:
    """The entries are there for eyes, not as links."""
    if reply is None:
        return None
    titles = re.findall(r"title='([^']+)'", reply.body.decode("utf-8", "ignore"))
    cards = "".join(
        f"<div class='card' onclick='show({n})'>{title}</div>" for n, title in enumerate(titles)
    )
    return page(
        f"<div class='new-site'><h2>政府信息公开</h2>{cards or '<p>敬请期待</p>' * 20}</div><p>网站已改版</p>"
        * 2
    )


STOPS: dict[str, Fault] = {  # nothing can be read
    "reset": _always(Reply(reset=True)),
    "half a body": _half,
    "500": _always(Reply(b"Internal Server Error", 500)),
    "502": _always(Reply(b"Bad Gateway", 502)),
    "429 with Retry-After": _always(Reply(b"slow down", 429, {**HTML, "Retry-After": "600"})),
    "412 challenge": _always(Reply(b"<script>$_ts={}</script>", 412)),
    "521 challenge": _always(Reply(b"<script>x()</script>", 521, {**HTML, "X-Via-JSL": "a"})),
    "200 firewall": _always(page("<p>您的请求疑似攻击行为，云防护已拦截</p>")),
    "login": _always(page("<p>请先登录</p>")),
    "soft 404": _always(page("<p>抱歉，您访问的页面不存在</p>")),
    "gone": _always(Reply(b"<p>x</p>", 404, HTML)),
    "moved home": lambda request, reply: (
        Reply(b"", 301, {"Location": "/"})
        if request.path != "/"
        else page("<p>门户网站首页</p>" * 60)
    ),
    "template only": _always(page("<div id='app'></div><script src='/app.js'></script>")),
    "changed layout": _new_layout,
}
HARMLESS: dict[str, Fault] = {  # everything can still be read
    "slow": _changed(slow=0.05),
    "wrong charset": _wrong_charset,
    "calendar": _calendar,
    "twice": _twice,
}
DOUBTFUL: dict[str, Fault] = {  # what is read must be said to be a part, or be all
    "a length too short": _short_length,
    "endless paging": _next_page_for_ever,
}
