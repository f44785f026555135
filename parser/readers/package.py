"""Zip packages (docx, xlsx, plain zip): unpacking their parts without trusting
what they declare.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from lxml import etree

from nianbao.parser.errors import ReadError
from nianbao.parser.patterns import pattern_of

MOST_ENTRIES = 2000
ENCRYPTED = 0x1


def open_package(data: bytes, kind: str) -> zipfile.ZipFile:
    # zipfile makes an object of each entry it finds, however many there are,
    # so they are counted before.
    entries = data.count(b"PK\x01\x02")
    if entries > MOST_ENTRIES:
        raise ReadError("too_complex", detail=f"{entries} entries in a {kind} file")
    try:  # zipfile says NotImplementedError of a file whose version or encryption it does not know
        return zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError) as error:
        end = data.rfind(b"PK\x05\x06")
        if end < 0 or len(data) - end < 22:
            raise ReadError(
                "truncated", detail=f"{kind}: the list of contents at the end is missing"
            ) from None
        raise ReadError("broken", kind=kind, detail=str(error)[:80]) from None


def unpack(package: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    """The content of a member, as long as it has no more than `most` bytes."""
    if entry.flag_bits & ENCRYPTED:
        raise ReadError("encrypted")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ReadError("broken", kind="zip", detail=f"compression method {entry.compress_type}")
    try:
        with package.open(entry) as member:
            content = member.read(most + 1)
    except (
        EOFError,
        zipfile.BadZipFile,
        zlib.error,
        OSError,
        ValueError,
        NotImplementedError,
    ) as error:
        raise ReadError("truncated", detail=str(error)[:80] or type(error).__name__) from None
    if len(content) > most:
        raise ReadError("bomb", detail=f"more than {most // 1024 // 1024} MB")
    return content


def parts(package: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The members by their part names:
    some programs write backslashes or a leading slash.

    Of two texts of one name nobody knows which is the one that is shown.
    """
    found: dict[str, zipfile.ZipInfo] = {}
    for entry in package.infolist():
        name = entry.filename.replace("\\", "/").lstrip("/").lower()
        before = found.setdefault(name, entry)
        if before.CRC != entry.CRC and name.endswith((".xml", ".rels")):
            raise ReadError("broken", kind="zip", detail="two parts of the same name")
        found[name] = entry
    return found


def parse_xml(content: bytes, kind: str) -> etree._Element:
    """A part of a package as a tree.

    Nothing outside of the bytes is ever looked up, and no entity is expanded.
    """
    try:
        root = _parsed(content)
    except etree.XMLSyntaxError as error:
        if "depth" in str(error):
            raise ReadError("too_complex", detail=f"{kind}: {str(error)[:60]}") from None
        root = _mended(content, kind, str(error))
    if root.getroottree().docinfo.internalDTD is not None:
        raise ReadError("broken", kind=kind, detail="document type declaration")
    return root


def _parsed(content: bytes) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    return etree.fromstring(content, parser)


def _mended(content: bytes, kind: str, why: str) -> etree._Element:
    """Bytes that are no characters become marks that no number can be made of;
    any other fault is one.
    """
    text = content.decode("utf-8", "replace").translate(NO_CHARACTERS)
    text = NO_REFERENCE.sub("\ufffd", text)
    try:
        return _parsed(text.encode("utf-8"))
    except etree.XMLSyntaxError:
        raise ReadError("broken", kind=kind, detail=why[:80]) from None


NO_CHARACTERS = dict.fromkeys(
    (*(c for c in range(32) if chr(c) not in "\t\n\r"), 0xFFFE, 0xFFFF), "\ufffd"
)
NO_REFERENCE = pattern_of(
    "&#(?:0*(?:[0-8]|1[124-9]|2[0-9]|3[01])|x0*(?:[0-8bcef]|1[0-9a-f]));", re.I
)
