"""What the settings say of signing in that would keep everybody out, or let anybody in. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

from nianbao.monitor.networks import is_this_machine, networks_of
from nianbao.monitor.settings import OIDC_SECRET, Web


class Fault(NamedTuple):
    zh: str
    en: str


def faults(web: Web, host: str, *, is_elsewhere: bool) -> Iterator[Fault]:
    """`is_elsewhere`: the pages answer at an address, `host`, that other machines reach."""
    if is_elsewhere and not web.sign_in and not web.health:
        yield Fault(
            f"{host}：没有设置登录（[web] sign_in），只在本机回答（127.0.0.1 或 ::1）；"
            "他人要看请由反向代理转发",
            f"{host}: there are no accounts (`sign_in` of [web]), so only this machine is answered "
            "(127.0.0.1 or ::1); put a proxy before it",
        )
    if is_elsewhere and web.sign_in and not web.public.startswith("https:"):
        yield Fault(
            f"{host}：在本机以外回答须加密，[web] public 应为 https:// 开头的网址，由代理加密",
            f"{host}: what other machines reach is encrypted by a proxy: `public` of [web] must "
            "begin with https://",
        )
    if web.sign_in == "header" and not networks_of(web.proxies):
        yield Fault(
            "sign_in = header 须写明 [web] proxies，身份标头只取自这些地址",
            "sign_in = header wants `proxies` of [web]: the header is taken from them alone",
        )
    if web.sign_in == "oidc":
        yield from _faults_of_provider(web)


def _faults_of_provider(web: Web) -> Iterator[Fault]:
    if not web.oidc.issuer or not web.oidc.client_id:
        yield Fault(
            "sign_in = oidc 须写明 [web.oidc] issuer 和 client_id",
            "sign_in = oidc wants `issuer` and `client_id` of [web.oidc]",
        )
    elif not is_kept_secret(web.oidc.issuer):
        yield Fault(
            "[web.oidc] issuer 应为 https:// 开头的网址，否则密钥会明文传送",
            "`issuer` of [web.oidc] must begin with https://: else secrets are sent in the open",
        )
    if not web.public:
        yield Fault(
            "sign_in = oidc 须写明 [web] public，登录后由统一身份认证返回到这里",
            "sign_in = oidc wants `public` of [web]: the provider sends people back there",
        )


def is_kept_secret(url: str) -> bool:
    """Whether nobody on the way reads what is asked there."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    is_near = host == "localhost" or is_this_machine(host)
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and is_near))


def secret_missing() -> Fault:
    return Fault(
        f"没有统一身份认证的密钥：设环境变量 {OIDC_SECRET}，"
        "或 [web.oidc] secret_file 指向可读的文件",
        f"the provider's secret is not there: set {OIDC_SECRET}, or let `secret_file` of "
        "[web.oidc] name a file that can be read",
    )
