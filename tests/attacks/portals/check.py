"""Are the cases sound? Says each fault with its file; exit 1 if there is one."""

from __future__ import annotations

import datetime
import re
import sys
from collections.abc import Set
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
CASE = {"about", "family", "county", "year", "days", "looks", "truth", "expect", "why"}
FAMILIES = {
    "signs-of-more",
    "dropped",
    "no-list",
    "withdrawn",
    "dates",
    "belonging",
    "blind",
    "hostile",
    "control",
}
COUNTY = {"county", "code", "units", "columns"}
UNIT = {"name", "code", "kind", "aliases", "former"}
COLUMN = {"url", "unit", "preset", "expect", "accept_empty"}
ANSWER = {"status", "headers", "body", "type", "encoding", "close", "method"}
REPORT = {
    "report",
    "year",
    "printed",
    "title",
    "source",
    "body_before",
    "iframe",
    "attachment",
    "as_file",
}
STANDINGS = {"not_due", "awaiting", "on_time", "late", "missing", "unknown", "withdrawn", "exempt"}
DAY = re.compile(r"\d{4}-\d\d-\d\d")


def keys(what: str, found: Any, known: Set[str], needed: Set[str] = frozenset()) -> list[str]:
    if not isinstance(found, dict):
        return [f"{what}: a mapping is wanted"]
    return [f"{what}: unknown key {k}" for k in sorted(set(found) - known)] + [
        f"{what}: no {k}" for k in sorted(needed - set(found))
    ]


def day(text: Any) -> datetime.date | None:
    if isinstance(text, str) and DAY.fullmatch(text):
        try:
            return datetime.date.fromisoformat(text)
        except ValueError:
            return None
    return None


def faults_of_answer(path: str, answer: Any) -> list[str]:
    faults = [] if path.startswith("/") else [f"{path}: begins with no /"]
    if answer is None or isinstance(answer, str):
        return faults
    if isinstance(answer, dict) and "report" in answer:
        faults += keys(path, answer, REPORT, {"report", "year"})
        if "printed" in answer and not isinstance(answer["printed"], datetime.date):
            faults.append(f"{path}: printed is no day")
        faults += [
            f"{path}: {k} is neither docx nor pdf"
            for k in ("attachment", "as_file")
            if answer.get(k, "pdf") not in ("docx", "pdf")
        ]
        return faults
    faults += keys(path, answer, ANSWER, {"body"})
    if isinstance(answer, dict) and isinstance(answer.get("body"), str):
        try:
            answer["body"].encode(answer.get("encoding", "utf-8"))
        except (LookupError, UnicodeEncodeError) as fault:
            faults.append(f"{path}: {fault}")
    return faults


def faults_of(case: Any) -> list[str]:
    faults = keys("case", case, CASE, CASE - {"why"})
    if faults:
        return faults
    county, truth, expect = case["county"], case["truth"], case["expect"]
    faults += keys("county", county, COUNTY, {"units", "columns"})
    for unit in county["units"]:
        faults += keys("unit", unit, UNIT, {"name"})
    for column in county["columns"]:
        faults += keys("column", column, COLUMN, {"url"})
        if not str(column.get("url")).startswith("http://{HOST}/"):
            faults.append(f"column {column.get('url')}: not on {{HOST}}")
    if case["family"] not in FAMILIES:
        faults.append(f"family {case['family']}")
    days = [x for x in map(day, case["days"]) if x]
    looks = [x for x in map(day, case["looks"]) if x]
    if len(days) < len(case["days"]) or len(looks) < len(case["looks"]) or not days or not looks:
        return [*faults, "days or looks: not days, or none"]
    if looks != sorted(set(looks)):
        faults.append("looks: not in order, or twice")
    if min(days) > looks[0]:
        faults.append("the first look is before the site's first day")
    for answers in case["days"].values():
        for path, answer in answers.items():
            faults += faults_of_answer(path, answer)
    names = {u["name"] for u in county["units"]}
    if set(truth) != set(expect):
        faults.append(f"truth and expect differ in {sorted(set(truth) ^ set(expect))}")
    faults += [f"{name}: not in the county's file" for name in sorted(set(truth) - names)]
    faults += [f"{name}: no truth" for name in sorted(names - set(truth))]
    for name, allowed in expect.items():
        out = truth.get(name)
        if not isinstance(allowed, list) or not allowed or not set(allowed) <= STANDINGS:
            faults.append(f"{name}: {allowed} are no standings")
            continue
        if out != "never" and not isinstance(out, datetime.date):
            faults.append(f"{name}: the truth is a day or never")
        elif "missing" in allowed and out != "never" and out <= looks[-1]:
            faults.append(f"{name}: missing is expected of a unit whose report was out on {out}")
        elif out == "never" and set(allowed) & {"on_time", "late", "withdrawn"}:
            faults.append(f"{name}: {allowed} is expected of a report that never was")
        elif out != "never" and "late" in allowed and out <= datetime.date(case["year"] + 1, 1, 31):
            faults.append(f"{name}: late is expected of a report of {out}")
        if allowed[0] == "unknown" and not case.get("why"):
            faults.append(f"{name}: unknown is the best, and no why")
    return faults


def main() -> int:
    files = sorted(HERE.glob("*.yaml"))
    count = {"cases": len(files), "controls": 0, "with a missing unit": 0}
    bad = 0
    for file in files:
        try:
            case = yaml.safe_load(file.read_text(encoding="utf-8"))
            faults = faults_of(case)
        except (yaml.YAMLError, AttributeError, TypeError, KeyError) as fault:
            case, faults = {}, [f"{type(fault).__name__}: {fault}"]
        for text in faults:
            print(f"{file.name}: {text}")
        bad += bool(faults)
        count["controls"] += case.get("family") == "control"
        count["with a missing unit"] += any("missing" in x for x in case.get("expect", {}).values())
    print(", ".join(f"{n} {what}" for what, n in count.items()), f"- {bad} at fault")
    return 1 if bad or not files else 0


if __name__ == "__main__":
    sys.exit(main())
