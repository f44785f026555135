"""The list of cases that are written as literal files."""

import forms

CASES = []


def case(part, name, form="2021"):
    def keep(make):
        CASES.append((part, name, form, make))
        return make

    return keep


def built():
    for part, name, form, make in CASES:
        v = forms.values(name, form)
        files, expect = make(v)
        yield part, name, files, expect
