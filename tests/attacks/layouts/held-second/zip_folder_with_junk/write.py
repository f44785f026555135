"""A ZIP made on a Mac: the report in a folder, with the litter of systems and a cover note beside it."""

import tempfile
import zipfile
from pathlib import Path

import ooxml
import second
from ooxml import para

UNIT, YEAR = "五柳沟乡人民政府", 2024


def expect(v):
    return second.expectation(
        v,
        "one Word report two folders deep; beside it the shadow files of a Mac, a lock file of Word, a thumbnail store and a note",
        UNIT,
        YEAR,
        files=["report.zip"],
    )


def write(folder, v):
    body = ""
    for kind, x in second.sequence(v, UNIT, YEAR, "zip", second.grids(v)):
        body += ooxml.word_table(x) + "<w:p/>" if kind == "table" else para(x)
    name = f"{second.title(UNIT, YEAR)}.docx"
    with (
        tempfile.TemporaryDirectory() as temp,
        zipfile.ZipFile(folder / "report.zip", "w", zipfile.ZIP_DEFLATED) as z,
    ):
        path = Path(temp) / "a.docx"
        ooxml.word_file(path, body)
        z.writestr("年报公开/", "")
        z.writestr("年报公开/.DS_Store", b"\x00\x00\x00\x01Bud1\x00")
        z.writestr(
            "年报公开/报送说明.txt",
            "年报一份，经分管负责同志审定，请在县门户网站公开。联系人：办公室。\n",
        )
        z.writestr("年报公开/正式稿/~$" + name[2:], b"\x05admin" + b"\x00" * 156)
        z.writestr(f"年报公开/正式稿/{name}", path.read_bytes())
        z.writestr("年报公开/正式稿/Thumbs.db", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 64)
        z.writestr(
            f"__MACOSX/年报公开/正式稿/._{name}",
            b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X        " + b"\x00" * 40,
        )
