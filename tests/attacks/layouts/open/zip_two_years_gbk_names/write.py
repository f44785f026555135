"""A ZIP with this year's and last year's report and a cover note, names in GBK without the UTF-8 mark."""

import tempfile
import zipfile
from pathlib import Path

import forms
import ooxml


def old():
    return {k: (x if x is not None else 31) for k, x in forms.values("zip old").items()}


def expect(v):
    was = old()
    return forms.expectation(
        v,
        "two Word files in one archive, 2022 before 2023, asked for 2023: that one, or unreadable, no mixture",
        must_not={k: was[k] for k in v if was[k] != v[k]},
        unreadable_ok=list(v),
        files=["report.zip"],
    )


def write(folder, v):
    with tempfile.TemporaryDirectory() as temp, zipfile.ZipFile(folder / "report.zip", "w") as z:
        for year, numbers in ((2022, old()), (2023, v)):
            path = Path(temp) / "a.docx"
            body = ooxml.word_body(
                ooxml.word_table(forms.grid2(numbers)),
                ooxml.word_table(forms.grid3(numbers)),
                ooxml.word_table(forms.grid4(numbers)),
                year=year,
            )
            ooxml.word_file(path, body)
            name = f"附件/{forms.title(year=year)}.docx".encode("gbk").decode("cp437")
            z.writestr(Gbk(name), path.read_bytes())
        z.writestr("readme.txt", "附件两份，请查收。")


class Gbk(zipfile.ZipInfo):
    """Names as a Chinese Windows writes them: the bytes of GBK, no flag."""

    def _encodeFilenameFlags(self):  # noqa: N802
        return self.filename.encode("cp437"), self.flag_bits & ~0x800
