"""What was told on each evening against what is told of it later: FOLDER/told, FOLDER/later."""

from __future__ import annotations

import difflib
import email
import email.policy
import json
import sys
from pathlib import Path
from typing import Any

import openpyxl


def rows(file: Path) -> Any:
    said = json.loads(file.read_text(encoding="utf-8"))
    try:
        return [
            json.dumps(row, ensure_ascii=False, sort_keys=True) for row in json.loads(said["out"])
        ]
    except ValueError:
        return [f"{said['code']} {said['err'].strip()[:200]}"]


def mail(file: Path) -> list[str]:
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    body = message.get_body(("plain",))
    assert body is not None
    return [str(message["Subject"]), *body.get_content().splitlines()]


def cells(file: Path) -> list[str]:
    book = openpyxl.load_workbook(file)
    return [
        f"{sheet.title}: " + " | ".join("" if c is None else str(c) for c in row)
        for sheet in book
        for row in sheet.iter_rows(values_only=True)
    ]


def different(before: Path, after: Path) -> list[str]:
    read = {".json": rows, ".eml": mail, ".xlsx": cells}[before.suffix]
    if not after.exists():
        return ["not there later"]
    if not before.exists():
        return ["not there then"]
    return [
        line
        for line in difflib.unified_diff(read(before), read(after), lineterm="", n=0)
        if not line.startswith(("---", "+++", "@@"))
    ]


def main(folder: Path, other: str = "later") -> None:
    for day in sorted((folder / other).iterdir()):
        for file in sorted((folder / "told" / day.name).iterdir()):
            if file.name.startswith(("digest-", "ledger-")):
                continue
            found = different(file, day / file.name)
            if found:
                print(f"== {day.name} {file.name}")
                print(
                    "\n".join(
                        line[: int(sys.argv[3]) if len(sys.argv) > 3 else 400]
                        for line in found[:14]
                    )
                )


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:3])
