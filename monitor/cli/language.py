"""The language of messages, tables and help: `--lang`, else NIANBAO_LANG, else the locale's.

Chinese is that of the house: another one is spoken where the locale names it, not where it names
none.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Mapping, Sequence
from typing import cast

from nianbao.monitor.ledger.words import Lang

VARIABLE = "NIANBAO_LANG"
LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")
LANGS = ("zh", "en")
CHINESE = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
OWN = frozenset(("read", "check", "digest", "feed", "calendar"))  # have a --lang of their own


def current() -> Lang:
    """What this process speaks."""
    named = os.environ.get(VARIABLE, "")
    if named in LANGS:
        return cast(Lang, named)
    locale = next((value for name in LOCALE if (value := os.environ.get(name))), "")
    tongue = re.split("[_.@-]", locale)[0].lower()
    return "zh" if tongue in ("", "c", "posix", "zh") else "en"


def taken_from(arguments: Sequence[str]) -> list[str]:
    """The arguments without --lang, which holds for everything that is said; where the command
    has one of its own it is left to it. A language that is none is left before the command, where
    it is told as a wrong value.
    """
    left: list[str] = []
    rest = iter(arguments)
    for argument in rest:
        if argument == "--":
            return [*left, argument, *rest]
        name, equals, wanted = argument.partition("=")
        if name != "--lang":
            left.append(argument)
            continue
        if not equals:
            wanted = next(rest, "")
        if wanted in LANGS:
            os.environ[VARIABLE] = wanted
        if OWN.intersection(left[:1]):
            left += ["--lang", wanted]
        elif wanted not in LANGS:
            left = ["--lang", wanted, *left]
    return left


def say(zh: str, en: str) -> str:
    return zh if current() == "zh" else en


# Between the halves; behind a full-width bracket or stop the first space may be missing.
SLASH = re.compile("(?: |(?<=[\u3000-\u303f\uff00-\uffef\u201d]))/ (?=[ -~])")
# What stands before both halves: a file and its line, a host and its port.
PLACE = re.compile(r"(?:[^\s：]+|.+?\.\w+:\d+)(?:: |：)")


def one_of(told: str) -> str:
    """The half that is spoken of each line made below the faces: 中文 / English. What stands
    before the two, up to a colon, is of both.
    """
    return "\n".join(_half(line) for line in told.split("\n"))


def _half(line: str) -> str:
    for slash in reversed(list(SLASH.finditer(line))):
        zh, en = line[: slash.start()], line[slash.end() :]
        if not CHINESE.search(zh):
            break
        if current() == "zh":
            return zh
        place = PLACE.match(zh)
        return f"{place[0].replace('：', ': ') if place else ''}{en}"
    return line


# What the system says of a file or a host, in Chinese.
SYSTEM: Mapping[int, str] = {
    errno.ENOENT: "文件或文件夹不存在",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EEXIST: "已存在",
    errno.ENOTDIR: "不是文件夹",
    errno.EISDIR: "是文件夹，不是文件",
    errno.ENXIO: "不是普通文件",
    errno.EFBIG: "文件过大",
    errno.ENOSPC: "磁盘已满",
    errno.EROFS: "磁盘只读",
    errno.ENAMETOOLONG: "名称过长",
    errno.ECONNREFUSED: "连接被拒绝",
    errno.ECONNRESET: "连接被中断",
    errno.ETIMEDOUT: "连接超时",
    errno.EHOSTUNREACH: "无法到达",
    errno.ENETUNREACH: "网络不通",
}


def reason(error: Exception) -> str:
    """Why something outside of this program went wrong: in words of the house where it has some,
    else in the system's own.
    """
    if not isinstance(error, OSError):
        return one_of(str(error))
    own = error.strerror or str(error) or type(error).__name__
    if isinstance(error, TimeoutError):
        return say("连接超时", own)
    return say(SYSTEM.get(error.errno or 0, f"系统错误 {error.errno or own}"), own)
