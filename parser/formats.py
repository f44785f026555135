"""The formats that are read: who reads each, what its files look like, and how
people are told.

A format is added here, with its reader, its writer in the tests' kit and a
round trip.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from itertools import chain
from typing import Any

from nianbao.parser.patterns import pattern_of


@dataclass(frozen=True, slots=True)
class Format:
    """What `sniff` calls a kind of file,
    and everything else that depends on it.
    """

    name: str
    # in parser/readers; imported when it is first needed: some load heavy
    # libraries
    module: str
    function: str  # bytes -> Document, or the members of an archive
    # of its files' names; what a file is, its content tells
    endings: tuple[str, ...]
    zh: str
    en: str
    magics: tuple[bytes, ...] = ()  # with which its files begin
    streams: tuple[str, ...] = ()  # in the root of an OLE compound file
    # a link with its ending leads to a page, not to a file beside one
    is_page: bool = False

    def load(self) -> Callable[[bytes], Any]:
        module = import_module(f"{READERS}.{self.module}")
        reader: Callable[[bytes], Any] = getattr(module, self.function)
        return reader


READERS = "nianbao.parser.readers"

FORMATS = (
    Format(
        "html", "html", "read_html",
        (".html", ".htm", ".shtml"),
        "网页：不论声明何种编码（UTF-8、GB18030、GBK），含合并或嵌套的表格、由 Word 粘贴的表格、"
        "文本框或脚本中的表格",
        "web pages: UTF-8, GB18030 and GBK whatever the page declares, merged and nested tables, "
        "tables pasted from Word, tables kept in a text area or written by a script",
        is_page=True,
    ),
    Format(
        "text", "text", "read_text",
        (".txt",),
        "纯文本：各种提取工具留下的样子",
        "plain text in the ways that extractors leave it",
    ),
    Format(
        "docx", "docx", "read_docx",
        (".docx", ".docm"),
        "Word 文档",
        "Word documents",
    ),
    Format(
        "word", "legacy_word", "read_word",
        (".doc", ".wps", ".rtf", ".odt", ".mht"),
        "旧版 Word、WPS 文字、RTF、OpenDocument 文档和网页归档：由 LibreOffice 转换"
        "（apt-get install libreoffice-writer-nogui）",
        "old Word, WPS Writer, RTF, OpenDocument and web archives, through LibreOffice "
        "(`apt-get install libreoffice-writer-nogui`)",
        streams=("WordDocument",),
    ),
    Format(
        "pdf", "pdf", "read_pdf",
        (".pdf",),
        "PDF：有无表格线、被分页截断、旋转、一版两页均可；扫描件需 pip install 'nianbao[ocr]'",
        "PDF with text: ruled or not, cut by page ends, rotated, two pages on a sheet; "
        "scanned: with `pip install 'nianbao[ocr]'`",
        magics=(b"%PDF-",),
    ),
    Format(
        "ofd", "ofd", "read_ofd",
        (".ofd",),
        "OFD 版式文档（GB/T 33190）",
        "OFD, the layout format of GB/T 33190",
    ),
    Format(
        "xlsx", "spreadsheet", "read_spreadsheet",
        (".xlsx", ".xlsm", ".ods"),
        "Excel 工作簿和 OpenDocument 表格",
        "workbooks of Excel and OpenDocument",
    ),
    Format(
        "xls", "spreadsheet", "read_spreadsheet",
        (".xls", ".et"),
        "旧版 Excel 工作簿和 WPS 表格",
        "old workbooks of Excel and WPS Spreadsheets",
        streams=("Workbook", "Book"),
    ),
    Format(
        "picture", "scan", "read_picture",
        (".png", ".jpg", ".jpeg", ".gif", ".tif", ".tiff", ".bmp", ".webp"),
        "图片：需 pip install 'nianbao[ocr]'",
        "pictures: with `pip install 'nianbao[ocr]'`",
        magics=(
            b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\x00", b"MM\x00*",
        ),
    ),
)  # fmt: skip

ARCHIVES = (
    Format(
        "zip", "archive", "members",
        (".zip",),
        "含有以上各种文件的压缩包",
        "archives of all these",
    ),
    Format(
        "rar", "archive", "members",
        (".rar",),
        "无法打开，会提示解压",
        "not opened: whoever packed it is asked to unpack it",
        magics=(b"Rar!\x1a\x07",),
    ),
    Format(
        "7z", "archive", "members",
        (".7z",),
        "无法打开，会提示解压",
        "not opened: whoever packed it is asked to unpack it",
        magics=(b"7z\xbc\xaf\x27\x1c",),
    ),
    Format(
        "gzip", "archive", "members",
        (".gz", ".tgz"),
        "无法打开，会提示解压",
        "not opened: whoever packed it is asked to unpack it",
        magics=(b"\x1f\x8b",),
    ),
)  # fmt: skip

BY_NAME = {kind.name: kind for kind in (*FORMATS, *ARCHIVES)}
IS_ARCHIVE = frozenset(kind.name for kind in ARCHIVES)
OPENED = (*FORMATS, BY_NAME["zip"])

# as people are told
READ = " ".join(" ".join(kind.endings) for kind in OPENED)


# ---- endings in addresses


def ends_as_a_file(href: str) -> bool:
    """Whether the address ends as the name of a file that may be a report."""
    return "." in href and AT_THE_END.search(href) is not None


def names_a_file(href: str) -> bool:
    """Whether such a name stands anywhere in it:
    download.jsp?name=a.docx&key=1, a.pdf.vsb.
    """
    return ANYWHERE.search(href) is not None


def names_a_picture(href: str) -> bool:
    return A_PICTURE.search(href) is not None


def _any_of(endings: list[str], behind: str = "") -> str:
    return "|".join(re.escape(ending) + behind for ending in endings)


FILES = [kind.endings for kind in BY_NAME.values() if not kind.is_page]
LINKED = list(chain.from_iterable(FILES))
SHORT = [ending for ending in LINKED if len(ending) < 4]
LONG = [ending for ending in LINKED if len(ending) >= 4]
# www.gz.gov.cn is a host and no .gz, and /news.etc is no .et: short endings
# must end there.
NOT_ON = r"(?![0-9a-z]|\.[a-z])"
AT_THE_END = pattern_of(rf"(?:{_any_of(LINKED)})(?:$|[?#])", re.I)
ANYWHERE = pattern_of(f"{_any_of(LONG)}|{_any_of(SHORT, NOT_ON)}", re.I)
A_PICTURE = pattern_of(rf"(?:{_any_of(list(BY_NAME['picture'].endings))})(?:$|[?#&])", re.I)
