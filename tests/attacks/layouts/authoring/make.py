"""Writes the literal cases and every expect.json anew; run only when a case is added, never to fit a reader."""

import json
import runpy
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path[:0] = [str(HERE), str(ROOT)]

import cases  # noqa: E402
import forms  # noqa: E402
import html_cases  # noqa: E402,F401
import text_cases  # noqa: E402,F401


def main():
    for part, name, files, expect in cases.built():
        folder = ROOT / part / name
        folder.mkdir(parents=True, exist_ok=True)
        for file, body in files.items():
            (folder / file).write_bytes(body if isinstance(body, bytes) else body.encode())
        dump(folder, {**expect, "files": list(files)})
    for writer in sorted(ROOT.glob("*/*/write.py")):
        if writer.parent.parent.name.endswith("-second"):
            continue  # make_second.py writes those
        module = runpy.run_path(str(writer))
        dump(
            writer.parent,
            module["expect"](forms.values(writer.parent.name, module.get("FORM", "2021"))),
        )


def dump(folder, expect):
    text = json.dumps(expect, ensure_ascii=False, indent=1)
    (folder / "expect.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
