"""A document of Word as PDF, by LibreOffice: offline, without macros, in a profile of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
from pathlib import Path

from nianbao.parser.readers.legacy_word import LIMITS, OPTIONS, PROFILE, find_office

SECONDS = 90.0


class NotPrintedError(Exception):
    """No PDF can be made; the two sentences say why."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh, self.en = zh, en
        super().__init__(zh)


def pdf_of(docx: bytes) -> bytes:
    """Raises NotPrintedError."""
    office = find_office()
    if office is None:
        zh, en = "PDF 需要 LibreOffice；请改用 .docx", "PDF needs LibreOffice; name a .docx instead"
        raise NotPrintedError(zh, en)
    with tempfile.TemporaryDirectory(prefix="nianbao-pdf-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "profile/user").mkdir(parents=True)
        (folder / "profile/user/registrymodifications.xcu").write_text(PROFILE, "utf-8")
        (folder / "sheet.docx").write_bytes(docx)
        command = [office, f"-env:UserInstallation={(folder / 'profile').as_uri()}", *OPTIONS]
        command += ["--convert-to", "pdf", "--outdir", str(folder), str(folder / "sheet.docx")]
        _run(["/bin/sh", "-c", LIMITS, "sh", *command], folder)
        try:
            return (folder / "sheet.pdf").read_bytes()
        except OSError:
            raise NotPrintedError("LibreOffice 未能转换", "LibreOffice made no PDF") from None


def _run(command: list[str], folder: Path) -> None:
    kept = {key: value for key, value in os.environ.items() if key in ("PATH", "LANG", "LC_ALL")}
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**kept, "HOME": str(folder), "TMPDIR": str(folder), "SAL_USE_VCLPLUGIN": "svp"},
        cwd=folder,
        start_new_session=True,
    )
    try:
        process.wait(SECONDS)
    except subprocess.TimeoutExpired:
        raise NotPrintedError("LibreOffice 超时", "LibreOffice took too long") from None
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
