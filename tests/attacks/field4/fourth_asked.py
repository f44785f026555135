"""Commands, one after another in one process: argument lists on standard input, what each said on standard output."""

from __future__ import annotations

import contextlib
import io
import json
import sys
import traceback

from nianbao.monitor.cli import main


def stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)


def text_of(out: io.TextIOWrapper) -> str:
    out.seek(0)
    return out.read()


def asked(arguments: list[str]) -> dict[str, object]:
    out, err = stream(), stream()
    code: object = 0
    sys.argv = ["nianbao", *arguments]
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main()
        except SystemExit as ended:
            code = ended.code or 0
        except BaseException:
            traceback.print_exc()
            code = "raised"
    return {"code": code, "out": text_of(out), "err": text_of(err)}


if __name__ == "__main__":
    sys.stdout.write(json.dumps([asked(each) for each in json.load(sys.stdin)], ensure_ascii=False))
