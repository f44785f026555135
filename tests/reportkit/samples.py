"""A report in each format that is read, and in each that is only named: what the list of formats promises."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable, Mapping

from tests.reportkit.printed import Printed
from tests.reportkit.write_docx import write_docx, write_word
from tests.reportkit.write_html import write_html
from tests.reportkit.write_ofd import write_ofd
from tests.reportkit.write_pdf import write_pdf, write_scan
from tests.reportkit.write_spreadsheet import write_xls, write_xlsx
from tests.reportkit.write_text import write_text


def write_zip(printed: Printed) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("年度报告.docx", write_docx(printed))
    return packed.getvalue()


SAMPLES: Mapping[str, Callable[[Printed], bytes]] = {
    "html": write_html,
    "text": write_text,
    "docx": write_docx,
    "word": lambda printed: write_word([printed])[0],
    "pdf": write_pdf,
    "ofd": write_ofd,
    "xlsx": write_xlsx,
    "xls": write_xls,
    "picture": lambda printed: write_scan(printed, kind="tiff", dpi=200),
    "zip": write_zip,
    "rar": lambda _: b"Rar!\x1a\x07\x01\0" + bytes(range(1, 99)),
    "7z": lambda _: b"7z\xbc\xaf\x27\x1c" + bytes(range(1, 99)),
    "gzip": lambda printed: gzip.compress(write_html(printed)),
}
