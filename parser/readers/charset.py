"""Bytes -> text: the encoding is found in the bytes,
for what pages declare is often wrong.
"""

from __future__ import annotations

import codecs

from nianbao.parser.patterns import pattern_of


def decode(data: bytes) -> tuple[str, str]:
    """The text and the name of the encoding that it was in."""
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace"), encoding
    if data[:200].count(0) > 20:
        encoding = "utf-16-le" if data[1:200:2].count(0) > data[0:200:2].count(0) else "utf-16-be"
        return data.decode(encoding, "replace"), encoding
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return _decode_other(data, error)
    if text.isascii() or not _is_doubly_encoded(text):
        return text, "utf-8"
    return _undo_double_encoding(text)


def is_utf8(data: bytes) -> bool:
    """Whether it is UTF-8 without a mark and for sure, told without the text of it all."""
    if data.startswith(STARTS) or data[:200].count(0) > 20:
        return False
    if not any(word in data for word in WORDS_IN_UTF8):
        return False
    reads = codecs.getincrementaldecoder("utf-8")().decode
    try:
        for begin in range(0, len(data), PIECE):
            reads(data[begin : begin + PIECE])
        reads(b"", True)
    except UnicodeDecodeError:
        return False
    return True


PIECE = 16 * 1024


def _decode_other(data: bytes, error: UnicodeDecodeError) -> tuple[str, str]:
    for encoding in ("gb18030", "big5"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if (
            encoding == "gb18030"
            and _sense(text) == 0
            and (big5 := _try(data, "big5"))
            and _sense(big5) > 0
        ):
            return big5, "big5"
        return text, encoding
    # A page cut in the middle of a character, or with a few bytes of another
    # encoding in it.
    utf8, gb = data.decode("utf-8", "replace"), data.decode("gb18030", "replace")
    if utf8.count("\ufffd") <= gb.count("\ufffd"):
        return (utf8, "utf-8 with errors")
    return (gb, "gb18030 with errors")


def _try(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _is_doubly_encoded(text: str) -> bool:
    return not any(word in text for word in WORDS) and SPOILT.search(text) is not None


def _undo_double_encoding(text: str) -> tuple[str, str]:
    """UTF-8 that somebody read as Latin-1 or GBK and saved as UTF-8 again."""
    for wrong in ("gb18030", "cp1252", "latin-1"):
        try:
            # Characters lost on the way cost only themselves, never the page.
            repaired = text.encode(wrong, "replace" if wrong == "gb18030" else "strict").decode(
                "utf-8", "replace"
            )
        except UnicodeError:
            continue
        if _sense(repaired) > 0 and repaired.count("\ufffd") < len(repaired) // 50 + 3:
            return repaired, f"utf-8 through {wrong}"
    return text, "utf-8"


def _sense(text: str) -> int:
    """How often words stand in it that no report goes without."""
    return sum(word in text for word in WORDS)


WORDS = ("政府", "信息", "公开", "年度", "資訊", "信息公開", "人民", "数量")
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
STARTS = tuple(mark for mark, _ in MARKS)
WORDS_IN_UTF8 = tuple(word.encode() for word in WORDS)
SPOILT = pattern_of("鏀垮|淇℃|鍏紑|æ”¿|å…¬|ä¿¡|å¹´|Ã¦|ç”³")
