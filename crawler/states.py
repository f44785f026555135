"""The states of a page, and their words for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from nianbao.storage.kinds import LookState


class State(NamedTuple):
    name: LookState
    detail: str = ""

    @property
    def complete(self) -> bool:
        return self.name in COMPLETE


# Only these may ever feed "missing".
COMPLETE: frozenset[LookState] = frozenset(("ok", "ok_empty", "unchanged"))
STATES: Mapping[LookState, tuple[str, str]] = {
    "ok": ("已读取", "read"),
    "ok_empty": ("栏目明确无内容", "read, and it says that it is empty"),
    "unchanged": ("无变化", "unchanged"),
    "partial": ("只读到一部分", "read in part"),
    "robots_disallowed": ("网站不允许程序访问", "robots.txt disallows it"),
    "rate_limited": ("访问频率受限", "rate limited"),
    "column_moved": ("栏目已迁移", "the column has moved"),
    "column_gone": ("栏目不存在", "the column is gone"),
    "soft_404": ("页面显示不存在", "a page that says it is not there"),
    "blocked_challenge": ("需要浏览器验证", "a bot challenge"),
    "blocked_waf": ("被防火墙拦截", "refused by a firewall"),
    "login_required": ("需要登录", "a login"),
    "unreachable": ("无法访问", "unreachable"),
    "unreachable_tls": ("加密连接失败", "TLS failed"),
    "truncated": ("页面不完整", "cut short"),
    "js_shell": ("页面由脚本生成", "drawn by scripts"),
    "structure_changed": ("版式无法识别", "the layout is not understood"),
    "expectation_broken": ("不是预期的栏目", "not the column that was expected"),
    "wrong_site": ("不是政府网站", "not a government site"),
    "attachment_captcha": ("附件需要验证码", "a captcha in place of the file"),
}
