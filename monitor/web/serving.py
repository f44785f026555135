"""The pages on a port of this machine."""

from __future__ import annotations

import ipaddress
import re

import uvicorn

from nianbao.monitor.web.app import made
from nianbao.monitor.web.site import Site

AT_ONCE = 64  # requests; more are told to come again


def is_loopback(host: str) -> bool:
    """Whether only this machine is answered there."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def base_of(said: str) -> str | None:
    """A path as pages stand under it; None where it can't be one."""
    base = "/" + said.strip("/") if said.strip("/") else ""
    own = (
        *("/c", "/u", "/p", "/r", "/check", "/seen", "/static", "/do", "/jobs", "/review"),
        *("/operations", "/setup"),
    )
    is_path = re.fullmatch(r"(?:/[A-Za-z0-9._~-]+)*", base) is not None
    is_ours = base.startswith(tuple(f"{path}/" for path in own)) or base in own
    return base if is_path and not is_ours and ".." not in base else None


def server_of(site: Site, host: str, port: int, base: str = "") -> uvicorn.Server:
    """Ready to run; ends when it is asked to."""
    config = uvicorn.Config(
        made(site, base),
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=AT_ONCE,
        timeout_keep_alive=10,
        timeout_graceful_shutdown=5,
        h11_max_incomplete_event_size=16384,
        lifespan="off",
    )
    return uvicorn.Server(config)
