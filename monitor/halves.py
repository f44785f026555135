"""What is told below the faces in both languages, and the half that is meant: 中文 / English."""

from __future__ import annotations

import errno
import re
from collections.abc import Mapping

from nianbao.monitor.ledger.words import Lang

CHINESE = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
# Between the halves; behind a full-width bracket or stop the first space may be missing.
SLASH = re.compile("(?: |(?<=[\u3000-\u303f\uff00-\uffef\u201d]))/ (?=[ -~])")
# What stands before both halves: a file and its line, a host and its port.
PLACE = re.compile(r"(?:[^\s：]+|.+?\.\w+:\d+)(?:: |：)")


def half_of(told: str, lang: Lang) -> str:
    """The half of each line. What stands before the two, up to a colon, is of both."""
    return "\n".join(_half(line, lang) for line in told.split("\n"))


def _half(line: str, lang: Lang) -> str:
    for slash in reversed(list(SLASH.finditer(line))):
        zh, en = line[: slash.start()], line[slash.end() :]
        if not CHINESE.search(zh):
            break
        if lang == "zh":
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


def why_of(error: Exception, lang: Lang) -> str:
    """Why something outside of this program went wrong: in words of the house where it has some,
    else in the system's own.
    """
    if not isinstance(error, OSError):
        return half_of(str(error), lang)
    own = error.strerror or str(error) or type(error).__name__
    if lang == "en":
        return own
    if isinstance(error, TimeoutError):
        return "连接超时"
    return SYSTEM.get(error.errno or 0, f"系统错误 {error.errno or own}")
