"""The channels that alerts are posted to: a module each."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules

from nianbao.monitor.mail.channel import Channel


def _channels() -> Mapping[str, Channel]:
    modules = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]
    channels: list[Channel] = [module.CHANNEL for module in modules]
    return {channel.key: channel for channel in channels}


CHANNELS = _channels()
