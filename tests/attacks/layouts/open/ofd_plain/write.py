"""An OFD as office programs export it: a text object a line of a cell, rules as paths."""

import forms
import ofdpage


def expect(v):
    return forms.expectation(v, "an OFD with frames; tables go over pages", files=["report.ofd"])


def write(folder, v):
    p = ofdpage.Pages()
    p.report(v)
    p.save(folder / "report.ofd")
