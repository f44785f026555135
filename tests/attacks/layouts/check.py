"""Builds every case into a folder and looks whether its expect.json can be true.

python tests/attacks/layouts/check.py [open|held|open-second|held-second] [folder]
"""

from __future__ import annotations

import html
import json
import quopri
import re
import runpy
import shutil
import sys
import tempfile
import zipfile
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT))

import forms  # noqa: E402
import second  # noqa: E402

FIELDS = {
    "why",
    "form",
    "unit",
    "year",
    "files",
    "cells",
    "blank",
    "absent",
    "unreadable_ok",
    "not_blank",
    "must_not",
    "printed",
    "encoding",
    "gone",
    "contradicts",
}


def cases(part="*"):
    """The folders of the cases."""
    return sorted(p.parent for p in ROOT.glob(f"{part}/*/expect.json"))


def expected(case: Path) -> dict:
    return json.loads((case / "expect.json").read_text(encoding="utf-8"))


def build(case: Path, folder: Path) -> list[Path]:
    """Puts the files of a case into folder and gives their paths, the report first."""
    expect = expected(case)
    folder.mkdir(parents=True, exist_ok=True)
    writer = case / "write.py"
    if writer.exists():
        v = {k: expect["cells"].get(k) for k in forms.keys(expect["form"])}
        runpy.run_path(str(writer))["write"](folder, v)
    else:
        for name in expect["files"]:
            shutil.copyfile(case / name, folder / name)
    return [folder / name for name in expect["files"]]


def contents(path: Path, encoding: str | None) -> str:
    """The text of a file, tags and all."""
    data = path.read_bytes()
    if data[:4] == b"PK\x03\x04":
        out = []
        with zipfile.ZipFile(path) as z:
            assert z.testzip() is None
            for name in z.namelist():
                inner = z.read(name)
                if inner[:4] == b"PK\x03\x04":
                    temp = path.with_suffix(".inner")
                    temp.write_bytes(inner)
                    out.append(contents(temp, None))
                    temp.unlink()
                else:
                    if name.endswith((".xml", ".rels")):
                        ElementTree.fromstring(inner)
                    out.append(inner.decode("utf-8", "replace"))
        return "\n".join(out)
    if data[:5] == b"%PDF-":
        import pypdfium2

        return "\n".join(
            page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(data)
        )
    if encoding == "quoted-printable":
        return quopri.decodestring(data).decode("gb18030", "replace")
    return data.decode(encoding or "utf-8")


def unlike(expect: dict) -> list[str]:
    """What the second series keeps besides: numbers that differ, sums that hold."""
    some = [x for x in expect["cells"].values() if x]
    out = [f"{x} stands in two cells" for x in sorted({x for x in some if some.count(x) > 1})]
    if len(some) < len(expect["cells"]) - 8:
        out.append("too many zeros")
    if expect["cells"]:
        broken = set(second.broken_sums(expect["cells"], expect["form"]))
        out += [f"does not add up: {x}" for x in broken ^ set(expect.get("contradicts", []))]
    return out


def faults(case: Path, folder: Path) -> list[str]:
    expect = expected(case)
    out = [f"field {name}?" for name in set(expect) - FIELDS]
    needed = set(forms.keys(expect["form"]))
    known = needed | set(forms.keys("2021")) if expect["form"] == "mixed" else needed
    told = (
        set(expect["cells"])
        | set(expect["blank"])
        | set(expect["absent"])
        | set(expect["unreadable_ok"])
    )
    out += [
        f"unknown key {k}"
        for k in (
            told
            | set(expect["must_not"])
            | set(expect["printed"])
            | set(expect.get("not_blank", []))
        )
        - known
    ]
    out += [f"nothing told of {k}" for k in needed - told]
    out += [f"both value and blank: {k}" for k in set(expect["cells"]) & set(expect["blank"])]
    out += [
        f"the right value is forbidden: {k}"
        for k, x in expect["must_not"].items()
        if expect["cells"].get(k, object()) == x
    ]
    out += [
        f"{k} is no number" for k, x in expect["cells"].items() if not isinstance(x, (int, float))
    ]
    if case.parent.name.endswith("-second"):
        out += unlike(expect)
    files = build(case, folder)
    text = contents(files[0], expect.get("encoding"))
    bare = html.unescape(re.sub(r"<[^>]*>", "", text)) + text
    for k, printed in expect["printed"].items():
        if printed not in text and printed.replace("\n", "\r\n") not in text:
            out.append(f"{k} is not printed as {printed!r}")
    binary = (case / "write.py").exists()
    # a PDF or an OFD cuts its numbers as it likes
    if binary and files[0].suffix not in (".docx", ".xlsx"):
        return out
    for k, x in expect["cells"].items():
        if k in expect["printed"] or (k in expect["must_not"] and binary):
            continue
        if str(x) not in bare and f"{x:g}" not in bare:
            out.append(f"{k}: {x} is nowhere in the file")
    return out


def main(args):
    part = args[0] if args else "*"
    total, bad = 0, 0
    with tempfile.TemporaryDirectory() as temp:
        root = Path(args[1]) if len(args) > 1 else Path(temp)
        for case in cases(part):
            total += 1
            try:
                found = faults(case, root / case.parent.name / case.name)
            except Exception as error:  # a case that cannot be built is a fault of the case
                found = [f"{type(error).__name__}: {error}"]
            bad += bool(found)
            for line in found[:8]:
                print(f"{case.parent.name}/{case.name}: {line}")
    print(f"{total} cases, {bad} with faults")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
