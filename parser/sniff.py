"""What bytes really are, by their content alone:
names and declared types are often wrong.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from itertools import chain, repeat

from nianbao.parser.errors import ReadError
from nianbao.parser.formats import ARCHIVES, FORMATS
from nianbao.parser.patterns import pattern_of
from nianbao.parser.readers.compound import Compound


def sniff(data: bytes) -> str:
    """The name of one of the formats (formats.py), or bzip2, xz, tar, cab,
    binary or empty.

    "word" is whatever LibreOffice opens in Writer. Raises ReadError for files
    behind a password, for presentations and for compound files that are cut
    short.
    """
    if not data:
        return "empty"
    for magic, kind in MAGICS:
        if data.startswith(magic):
            return kind
    if data.startswith(OLE):
        return _ole_kind(data)
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _zip_kind(data)
    if _is_bitmap(data) or (data.startswith(b"RIFF") and data[8:12] == b"WEBP"):
        return "picture"
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data[257:262] == b"ustar":
        return "tar"
    head = _as_ascii(data)
    if head is None:
        return "binary"
    return _markup_kind(head) or "text"


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAGICS = (
    *chain.from_iterable(zip(kind.magics, repeat(kind.name)) for kind in (*FORMATS, *ARCHIVES)),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"MSCF\x00\x00\x00\x00", "cab"),
)
HEAD = 64 * 1024


def _is_bitmap(data: bytes) -> bool:
    return data.startswith(b"BM") and len(data) >= 30 and data[14:18] in BITMAP_HEADERS


BITMAP_HEADERS = tuple(struct.pack("<I", size) for size in (12, 40, 52, 56, 64, 108, 124))


# ---- OLE compound files


def _ole_kind(data: bytes) -> str:
    try:
        compound = Compound(data)
    except ReadError as error:
        if error.code == "truncated":
            raise
        # LibreOffice mends some broken directories; the names of the streams
        # still stand in the bytes.
        return next(
            (kind for name, kind in OLE_KINDS if name.encode("utf-16-le") in data), "binary"
        )
    names = compound.streams
    if "EncryptedPackage" in names or "EncryptionInfo" in names:
        raise ReadError("encrypted")
    if "PowerPoint Document" in names:
        raise ReadError("unsupported", detail="PowerPoint")
    kind = next((kind for name, kind in OLE_KINDS if name in names), "binary")
    if "WordDocument" in names and kind == "word":
        flags = compound.content("WordDocument", 12)[10:12]
        if len(flags) == 2 and flags[1] & ENCRYPTED:
            raise ReadError("encrypted")
    return kind


OLE_KINDS = tuple(chain.from_iterable(zip(kind.streams, repeat(kind.name)) for kind in FORMATS))
ENCRYPTED = 0x01  # bit 8 of the flags at the head of a Word file


# ---- zip packages


def _zip_kind(data: bytes) -> str:
    names = set()
    mimetype = ""
    for name, content in _zip_names(data):
        names.add(name.lower())
        if name == "mimetype":
            mimetype = content.decode("ascii", "replace")
    if mimetype.startswith("application/vnd.oasis.opendocument."):
        kind = mimetype.removeprefix("application/vnd.oasis.opendocument.").partition("-")[0]
        if kind in OPEN_DOCUMENTS:
            return OPEN_DOCUMENTS[kind]
        raise ReadError("unsupported", detail=f"OpenDocument {kind[:20]}")
    if "ofd.xml" in names:
        return "ofd"
    folders = {
        name.partition("/")[0] for name in names if name.endswith((".xml", ".bin")) and "/" in name
    }
    if "[content_types].xml" in names or "_rels/.rels" in names:
        if "word" in folders:
            return "docx"
        if "xl" in folders:
            return "xlsx"
        if "ppt" in folders:
            raise ReadError("unsupported", detail="PowerPoint")
    return "zip"


OPEN_DOCUMENTS = {"text": "word", "spreadsheet": "xlsx"}
MOST_NAMES = 4000
END = struct.Struct("<4s4H2IH")
ENTRY = struct.Struct("<4s6H3I5H2I")
LOCAL = struct.Struct("<4s5H3I2H")


def _zip_names(data: bytes) -> Iterator[tuple[str, bytes]]:
    """The name of each member, and what is stored of it where it is short and
    not packed.
    """
    end = data.rfind(b"PK\x05\x06", max(0, len(data) - 65_557))
    if end < 0 or len(data) - end < END.size:
        yield from _zip_names_of_a_part(data)
        return
    *_, size, offset, _ = END.unpack_from(data, end)
    at = end - size if end >= size else offset
    for _ in range(MOST_NAMES):
        if at < 0 or at + ENTRY.size > len(data) or data[at : at + 4] != b"PK\x01\x02":
            return
        entry = ENTRY.unpack_from(data, at)
        packing, packed, begin = entry[4], entry[8], entry[16]
        name_length, extra, comment = entry[10:13]
        name = data[at + ENTRY.size : at + ENTRY.size + name_length]
        yield _shown(name), _stored(data, begin, packing, packed)
        at += ENTRY.size + name_length + extra + comment


def _zip_names_of_a_part(data: bytes) -> Iterator[tuple[str, bytes]]:
    """The names in a zip file that was cut: its directory stood at the end."""
    at = 0
    for _ in range(MOST_NAMES):
        at = data.find(b"PK\x03\x04", at)
        if at < 0 or at + LOCAL.size > len(data):
            return
        local = LOCAL.unpack_from(data, at)
        packing, packed, length = local[3], local[7], local[9]
        name = data[at + LOCAL.size : at + LOCAL.size + length]
        yield _shown(name), _stored(data, at, packing, packed)
        at += LOCAL.size


def _stored(data: bytes, begin: int, packing: int, size: int) -> bytes:
    """What is stored of a member, where it is short and not packed."""
    if packing or size >= 100 or begin + LOCAL.size > len(data):
        return b""
    *_, name, extra = LOCAL.unpack_from(data, begin)
    start = begin + LOCAL.size + name + extra
    return data[start : start + size]


def _shown(name: bytes) -> str:
    return name.decode("utf-8", "replace").replace("\\", "/").lstrip("/")


# ---- text and mark-up


def _as_ascii(data: bytes) -> bytes | None:
    """The beginning of a text with its mark-up readable as ASCII,
    or None if it is no text.
    """
    head = data[:HEAD]
    for mark, encoding in BOMS:
        if head.startswith(mark):
            text = head[len(mark) :].decode(encoding, "replace")
            return _if_text(text.encode("utf-8", "replace"))
    nuls = head.count(0)
    if not nuls:
        return _if_text(head)
    for encoding in ("utf-16-le", "utf-16-be"):
        text = head[:4000].decode(encoding, "replace")
        if len(NO_CHINESE.sub("", text)) * 20 >= len(text) * 19:
            return head.decode(encoding, "replace").encode("utf-8", "replace")
    # A stray NUL in a page is a slip of its content system; many of them are
    # another format.
    if nuls * 500 < len(head) and _is_text(head):
        return head
    return None


NO_CHINESE = pattern_of(
    "[^\\s!-~\xa0-\xff\u2000-\u206f\u2190-\u27bf\u3000-\u30ff\u3200-\u9fff\uff00-\uffef]"
)
BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)


def _if_text(head: bytes) -> bytes | None:
    return head if _is_text(head) else None


def _is_text(head: bytes) -> bool:
    """Few control characters: a page may hold a stray one,
    packed bytes hold a tenth.
    """
    return (len(head) - len(head.translate(None, CONTROLS))) * 50 <= len(head)


# Word's text parts its cells by \x07
CONTROLS = bytes(c for c in (*range(32), 127) if c not in b"\x07\t\n\x0b\x0c\r\x1a\x1b")


def _markup_kind(head: bytes) -> str | None:
    at = _skip_prolog(head)
    if head.startswith(b"{\\rtf", at):
        return "word"
    if MHTML_START.match(head, at) and MHTML.search(head, at, at + 8192):
        return "word"
    if not head.startswith(b"<", at):
        if len(TAG.findall(head)) >= FEW_TAGS:
            return "html"
        return None
    if HTML_START.match(head, at):
        return "html"
    if WORD_XML.search(head[: at + 8192]):
        return "word"
    if SHEET_XML.search(head[: at + 8192]):
        raise ReadError("unsupported", detail="Excel 2003 XML")
    if b"<uof:UOF" in head[: at + 8192]:
        raise ReadError("unsupported", detail="UOF")
    if len(TAG.findall(head)) >= FEW_TAGS:
        return "html"
    return None


def _skip_prolog(head: bytes) -> int:
    """Where the first element or word begins, behind spaces, comments and
    processing instructions.
    """
    at = 0
    while True:
        at = SPACES.match(head, at).end()  # type: ignore[union-attr]
        for opening, closing in ((b"<!--", b"-->"), (b"<?", b"?>")):
            if head.startswith(opening, at):
                end = head.find(closing, at)
                break
        else:
            return at
        if end < 0:
            return at
        at = end + len(closing)


FEW_TAGS = 3
SPACES = pattern_of(rb"(?:[\s\x00]|\xef\xbb\xbf|\xc2\xa0|\xe3\x80\x80)*")
ELEMENTS = (
    rb"(?:html|head|body|title|meta|link|base|style|script|noscript|table|thead"
    rb"|tbody|tr|t[dh]|p|div|span|br|hr|h[1-6]|font|center|ul|ol|li|dl|d[td]|a|img"
    rb"|b|i|u|em|strong|section|article|header|footer|main|nav|form|input|textarea"
    rb"|label|iframe|frameset|pre|blockquote|o:p)"
)
HTML_START = pattern_of(rb"<!doctype\s+html|<!--|<" + ELEMENTS + rb"(?![\w:.-])", re.I)
TAG = pattern_of(rb"</?" + ELEMENTS + rb"(?:\s[^<>]{0,2000})?/?>", re.I)
MHTML_START = pattern_of(rb"[A-Za-z][A-Za-z-]*: ?\S")
MHTML = pattern_of(rb"^content-type:\s*multipart/related", re.I | re.M)
WORD_XML = pattern_of(
    rb"<\?mso-application\s[^>]*Word\.Document|schemas\.microsoft\.com/office/word/2003/wordml"
    rb"|schemas\.microsoft\.com/office/2006/xmlPackage|vnd\.oasis\.opendocument\.text"
)
SHEET_XML = pattern_of(
    rb"<\?mso-application\s[^>]*Excel\.Sheet|urn:schemas-microsoft-com:office:spreadsheet"
)
