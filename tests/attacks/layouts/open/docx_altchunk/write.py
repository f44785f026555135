"""A Word file that carries table 3 as a page of its own (altChunk)."""

import forms
import ooxml


def expect(v):
    return forms.expectation(
        v,
        "table 3 is an altChunk of HTML: shown by Word; read, or told as unreadable, never as not in the report",
        unreadable_ok=[k for k in v if k.startswith("requests")],
        not_blank=[k for k in v if k.startswith("requests") and v[k] is not None],
        files=["report.docx"],
    )


def write(folder, v):
    chunk = (
        '<html><head><meta charset="utf-8"></head><body>'
        + forms.table(forms.grid3(v))
        + "</body></html>"
    )
    body = ooxml.word_body(
        ooxml.word_table(forms.grid2(v)),
        '<w:altChunk r:id="rIdA"/>',
        ooxml.word_table(forms.grid4(v)),
    )
    ooxml.word_file(
        folder / "report.docx",
        body,
        {"afchunk.html": chunk.encode()},
        [("rIdA", "aFChunk", "afchunk.html")],
    )
