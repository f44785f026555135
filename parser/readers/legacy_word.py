"""Old Word files (.doc, .wps, .rtf, .odt, .mht) -> docx,
many of them by one run of LibreOffice.
"""

from __future__ import annotations

import codecs
import contextlib
import email
import email.policy
import io
import os
import shutil
import signal
import subprocess
import tempfile
import time
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from lxml import etree

from nianbao.parser.document import Document
from nianbao.parser.errors import ReadError
from nianbao.parser.patterns import pattern_of
from nianbao.parser.readers.charset import decode
from nianbao.parser.readers.compound import MAGIC, Compound
from nianbao.parser.readers.docx import read_docx
from nianbao.parser.readers.package import open_package, parse_xml, parts, unpack
from nianbao.parser.sniff import sniff
from nianbao.parser.steps import step


def read_word(data: bytes) -> Document:
    """Read one file.

    Where there are many, `convert` them together: the start of LibreOffice
    costs the most.
    """
    converted = convert([data])[0]
    if isinstance(converted, ReadError):
        raise converted
    return replace(read_docx(converted), format="doc")


def convert(files: Sequence[bytes], *, timeout: float = 18.0) -> list[bytes | ReadError]:
    """Each file as docx, or why not.

    `timeout` is how many seconds LibreOffice may go without finishing a file.
    """
    results: dict[int, bytes | ReadError] = {}
    sources: dict[int, _Source] = {}
    for i, data in enumerate(files):
        try:
            if FLAT_PACKAGE in data[:HEAD]:
                results[i] = _package_of(data)
            else:
                sources[i] = _source(data)
        except ReadError as error:
            results[i] = error
    office = find_office()
    if office is None:
        results |= {
            i: ReadError("needs_libreoffice", detail=source.suffix) for i, source in sources.items()
        }
        sources = {}
    for web in (False, True):
        chosen = {i: source for i, source in sources.items() if (source.suffix == "html") is web}
        if office is not None and chosen:
            results |= _convert_all(office, chosen, timeout)
    return [results[i] for i in range(len(files))]


def find_office() -> str | None:
    """LibreOffice as the systems install it."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    return found or next((path for path in USUAL_PLACES if os.access(path, os.X_OK)), None)


USUAL_PLACES = (
    "/usr/bin/soffice",
    "/usr/lib/libreoffice/program/soffice",
    "/usr/lib64/libreoffice/program/soffice",
    "/opt/libreoffice/program/soffice",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
)


# ---- what goes in


class _Source(NamedTuple):
    suffix: str
    content: bytes


def _source(data: bytes) -> _Source:
    kind = sniff(data)
    if kind == "empty":
        raise ReadError("empty")
    if kind != "word":
        raise ReadError("unsupported", detail=kind)
    if data.startswith(MAGIC):
        _refuse_cut(data)
        return _Source("doc", data)
    if data.startswith(b"PK"):
        package = open_package(data, "odt")
        manifest = parts(package).get("meta-inf/manifest.xml")
        if manifest is not None and b"encryption-data" in unpack(package, manifest, MOST_MANIFEST):
            raise ReadError("encrypted")
        return _Source("odt", data)
    start = data[:64].lstrip(b"\xef\xbb\xbf \t\r\n\x00")
    if start.startswith(b"{\\rtf"):
        _refuse_bomb(data)
        return _Source("rtf", data)
    if start.startswith(b"<"):
        return _Source("xml", data)
    return _Source("html", _page_of(data))


MOST_MANIFEST = 4 * 1024 * 1024


def _refuse_cut(data: bytes) -> None:
    """LibreOffice opens a file that was cut short without a word, and shows
    the tables as far as they go.
    """
    try:
        compound = Compound(data)
        for name in ("WordDocument", "0Table", "1Table"):
            if name in compound.streams:
                compound.content(name, len(data) + 1)
    except ReadError as error:
        if error.code == "truncated":
            raise


def _refuse_bomb(data: bytes) -> None:
    """Each group takes memory and stack: LibreOffice falls over files that
    open groups without end.
    """
    braces = (
        data.replace(rb"\\", b"")
        .replace(rb"\{", b"")
        .replace(rb"\}", b"")
        .translate(None, NO_BRACES)
    )
    for match in RAW_BYTES.finditer(data):
        if match.end() + int(match[1]) > len(data):
            raise ReadError("truncated", detail="rtf: raw bytes that are not there")
    depth = deepest = 0
    for brace in braces:
        depth += 1 if brace == OPENING else -1
        deepest = max(deepest, depth)
    if deepest > MOST_GROUPS:
        raise ReadError("too_complex", detail=f"groups nested {deepest} deep")
    # In raw GBK half a character may look like a brace, so there only the last
    # byte can be relied on.
    exact = data.isascii() and rb"\bin" not in data
    if depth > 0 and (exact or not data.rstrip(b"\x00\r\n\t ").endswith(b"}")):
        raise ReadError("truncated", detail="rtf")


RAW_BYTES = pattern_of(rb"\\bin([0-9]{1,10})")  # LibreOffice waits for those that are not there
OPENING = ord("{")
NO_BRACES = bytes(c for c in range(256) if c not in b"{}")
MOST_GROUPS = 500


def _page_of(data: bytes) -> bytes:
    """The page inside of a web archive: LibreOffice does not open the archive itself.

    Where it only frames others, as a workbook's does its sheets, those with tables follow each
    other. The letters are told by the bytes: LibreOffice knows only what a page declares itself.
    """
    message = email.message_from_bytes(data, policy=email.policy.compat32)
    pages = [
        decode(content)[0]
        for part in message.walk()
        if part.get_content_type() == "text/html"
        and isinstance(content := part.get_payload(decode=True), bytes)
        and content.strip()
    ]
    if not pages:
        raise ReadError("no_text", detail="no page in the web archive")
    tables = [page for page in pages if HAS_CELLS.search(page)]
    page = pages[0] if pages[0] in tables or not tables else "\n".join(tables)
    return codecs.BOM_UTF8 + DECLARED.sub("", page).encode()


HAS_CELLS = pattern_of(r"(?i)<t[dh][\s>]")
DECLARED = pattern_of(r"(?i)<meta[^<>]{0,200}charset[^<>]{0,200}>|<\?xml[^<>]{0,200}\?>")


def _package_of(data: bytes) -> bytes:
    """A docx written as one XML file.

    LibreOffice would show it as plain text.
    """
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for part in parse_xml(data, "Word XML").iterfind(f"{PKG}part"):
            name = part.get(f"{PKG}name", "").lstrip("/")
            content = part.find(f"{PKG}xmlData")
            if name and content is not None and len(content):
                package.writestr(
                    name, etree.tostring(content[0], encoding="UTF-8", xml_declaration=True)
                )
    return target.getvalue()


PKG = "{http://schemas.microsoft.com/office/2006/xmlPackage}"
FLAT_PACKAGE = b"http://schemas.microsoft.com/office/2006/xmlPackage"
HEAD = 4096


# ---- the runs of LibreOffice


def _convert_all(
    office: str, sources: dict[int, _Source], timeout: float
) -> dict[int, bytes | ReadError]:
    """One run for all.

    A file at which it crashes or hangs is set apart, and another run takes the
    rest.
    """
    results: dict[int, bytes | ReadError] = {}
    waiting = list(sources)
    suspects: list[int] = []
    while waiting:
        run = _run(office, {i: sources[i] for i in waiting}, timeout)
        results |= run.converted
        unfinished = [i for i in waiting if i not in run.converted]
        if not unfinished:
            break
        if run.end == "finished" or (not run.converted and not _starts(office, timeout)):
            results |= {i: ReadError("conversion_failed", detail=run.said) for i in unfinished}
            break
        # It works through the files in their order, so the first unfinished
        # one is to blame.
        if run.end == "stalled":
            results[unfinished[0]] = ReadError("timeout", detail=f"{timeout:g}")
        elif len(waiting) == 1:
            results[unfinished[0]] = ReadError("conversion_failed", detail=run.said)
        else:
            suspects.append(unfinished[0])
        waiting = unfinished[1:]
    for i in suspects:
        results |= _convert_all(office, {i: sources[i]}, timeout)
    return results


def _starts(office: str, timeout: float) -> bool:
    """Whether it converts anything at all, so that a broken installation isn't
    tried file by file.
    """
    return bool(_run(office, {0: _Source("rtf", rb"{\rtf1 x}")}, timeout).converted)


class _Run(NamedTuple):
    converted: dict[int, bytes]
    end: str  # finished, crashed or stalled
    said: str


def _run(office: str, sources: dict[int, _Source], timeout: float) -> _Run:
    with tempfile.TemporaryDirectory(prefix="nianbao-word-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        for made in ("profile/user", "in", "out", "tmp"):
            (folder / made).mkdir(parents=True)
        (folder / "profile/user/registrymodifications.xcu").write_text(PROFILE, "utf-8")
        files = {i: folder / "in" / f"{i}.{source.suffix}" for i, source in sources.items()}
        for i, file in files.items():
            file.write_bytes(sources[i].content)
        web = any(source.suffix == "html" for source in sources.values())
        end, said = _watch(office, folder, list(files.values()), timeout, web=web)
        converted = {}
        for i in files:
            made_file = folder / "out" / f"{i}.docx"
            # What it was writing when it ended is not complete.
            if made_file.exists() and zipfile.is_zipfile(made_file):
                converted[i] = made_file.read_bytes()
        return _Run(converted, end, said)


def _watch(
    office: str, folder: Path, files: list[Path], timeout: float, *, web: bool
) -> tuple[str, str]:
    command = [office, f"-env:UserInstallation={(folder / 'profile').as_uri()}", *OPTIONS]
    command += ["--infilter=HTML (StarWriter)"] if web else []
    command += [
        "--convert-to",
        "docx:MS Word 2007 XML",
        "--outdir",
        str(folder / "out"),
        *map(str, files),
    ]
    # The shell sets the limits, for they must hold before LibreOffice starts
    # its own children.
    limited = ["/bin/sh", "-c", LIMITS, "sh", *command]
    surroundings = {
        key: value for key, value in os.environ.items() if key in ("PATH", "LANG", "LC_ALL")
    }
    surroundings |= {"HOME": str(folder), "TMPDIR": str(folder / "tmp"), "SAL_USE_VCLPLUGIN": "svp"}
    log = folder / "log"
    with log.open("wb") as said:
        process = subprocess.Popen(
            limited,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            env=surroundings,
            cwd=folder,
            start_new_session=True,
        )
        end = ""
        try:
            end = _wait(process, folder / "out", timeout)
        finally:
            if end != "finished":
                _kill(process)
    lines = log.read_text("utf-8", "replace").splitlines()
    errors = [line.removeprefix("Error: ") for line in lines if line.startswith("Error")]
    if errors:
        return end, errors[0][:80]
    return end, "crashed" if end == "crashed" else "no result"


def _wait(process: subprocess.Popen[bytes], out: Path, timeout: float) -> str:
    finished = 0
    deadline = time.monotonic() + timeout
    while True:
        try:
            if process.wait(PAUSE) in (0, REFUSED):
                return "finished"
            return "crashed"
        except subprocess.TimeoutExpired:
            step("LibreOffice")
            if len(os.listdir(out)) > finished:
                finished = len(os.listdir(out))
                deadline = time.monotonic() + timeout
            if time.monotonic() > deadline:
                return "stalled"


def _kill(process: subprocess.Popen[bytes]) -> None:
    """The starter, the office and whatever they started: all are in one group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:  # a system without groups
            process.kill()
    process.wait()


PAUSE = 0.05
REFUSED = 1  # newer versions end so when they could not open one of the files
OPTIONS = (
    "--headless",
    "--norestore",
    "--nolockcheck",
    "--nologo",
    "--nodefault",
    "--nofirststartwizard",
)
LIMITS = 'ulimit -c 0; ulimit -v 6000000 2>/dev/null; ulimit -f 1000000; exec "$@"'


def _settings() -> str:
    """A profile that runs no macros, follows no links and knows no way to the
    network.

    A fresh one for each run: making it costs LibreOffice 0.1 s of 0.8 s, and a
    shared one would be locked.
    """
    items = "".join(
        f'<item oor:path="/org.openoffice.{path}"><prop oor:name="{name}" oor:op="fuse">'
        f"<value>{value}</value></prop></item>"
        for path, name, value in SETTINGS
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<oor:items xmlns:oor="http://openoffice.org/2001/registry" '
        'xmlns:xs="http://www.w3.org/2001/XMLSchema" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"{items}</oor:items>"
    )


SCRIPTING = "Office.Common/Security/Scripting"
NETWORK = "Inet/Settings"
SETTINGS = (
    (SCRIPTING, "DisableMacrosExecution", "true"),
    (SCRIPTING, "MacroSecurityLevel", "3"),
    (SCRIPTING, "DisableActiveContent", "true"),
    (SCRIPTING, "BlockUntrustedRefererLinks", "true"),
    ("Office.Writer/Content/Update", "Link", "2"),
    ("Office.Writer/Content/Update", "Field", "false"),
    ("Office.Calc/Content/Update", "Link", "2"),
    ("Office.Java/VirtualMachine", "Enable", "false"),
    ("Office.Recovery/RecoveryInfo", "Enabled", "false"),
    # A proxy that nobody answers at: pictures and templates from elsewhere are
    # not fetched.
    (NETWORK, "ooInetProxyType", "1"),
    *((NETWORK, f"ooInet{kind}ProxyName", "127.0.0.1") for kind in ("HTTP", "HTTPS", "FTP")),
    *((NETWORK, f"ooInet{kind}ProxyPort", "9") for kind in ("HTTP", "HTTPS", "FTP")),
    (NETWORK, "ooInetNoProxy", ""),
)
PROFILE = _settings()
