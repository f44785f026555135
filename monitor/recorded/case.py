"""A recording as a folder: case.yaml, reports.json and the bodies; small enough to be read."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from nianbao.monitor.files import bytes_in, regular
from nianbao.storage.registry import yaml_loader

CASE, REPORTS, BODIES = "case.yaml", "reports.json", "bodies"
FORMAT = 1
MOST_CASE = 64 * 1024 * 1024  # bytes of one file of a case


class CaseError(Exception):
    """What is no recording, or can't be written; in both languages."""


@dataclass(frozen=True)
class Reply:
    """What an address answered: a body, an error, or that it has moved."""

    body: str = ""  # the name of its file
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    error: str = ""
    moved: str = ""
    title: str = ""  # of a page that is no report, whose bytes are not archived


@dataclass(frozen=True)
class Step:
    """A sweep: what answers otherwise than before, and how the columns were found."""

    at: datetime
    answers: Mapping[str, tuple[Reply, ...]]  # by address, in the order in which it was asked
    looks: Mapping[str, Mapping[str, Any]]  # by column: state, proof, read
    columns: tuple[str, ...] = ()  # the only ones that it was to look at; none: all


@dataclass
class Case:
    """A county's portal over some sweeps, and what must come of it."""

    county: Mapping[str, Any]  # its file
    deadlines: Mapping[str, str]  # of what stands above it
    year: int
    until: datetime  # as of when the units are told
    steps: list[Step]
    standings: dict[str, dict[str, Any]]  # by unit
    reports: dict[str, dict[str, Any]]  # by unit and year: its tables
    left_out: dict[str, str]  # addresses whose bodies are not in it, with why
    not_held: list[str]  # what the recording alone does not bear out
    bodies: dict[str, bytes] = field(default_factory=dict)
    name: str = ""

    def keep(self, body: bytes, ending: str) -> str:
        """The name of a body's file; the same bytes are kept once."""
        name = f"{_named(body)}.{ending}"
        self.bodies[name] = body
        return name


def _named(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:16]


def write_case(case: Case, folder: Path) -> None:
    """Into a folder that is empty, or not there. Raises OSError."""
    (folder / BODIES).mkdir(parents=True, exist_ok=True)
    told = {
        "format": FORMAT,
        "county": dict(case.county),
        "deadlines": dict(case.deadlines),
        "year": case.year,
        "until": case.until.isoformat(),
        "sweeps": [_step(step) for step in case.steps],
        "expect": case.standings,
        "left_out": case.left_out,
        "not_held": case.not_held,
    }
    text = yaml.safe_dump(told, allow_unicode=True, sort_keys=False, width=120)
    (folder / CASE).write_text(text, encoding="utf-8")
    reports = json.dumps(case.reports, ensure_ascii=False, indent=1)
    (folder / REPORTS).write_text(f"{reports}\n", encoding="utf-8")
    for name in _used(case):
        (folder / BODIES / name).write_bytes(case.bodies[name])


def _used(case: Case) -> set[str]:
    replies = [reply for step in case.steps for each in step.answers.values() for reply in each]
    return {reply.body for reply in replies if reply.body}


def _step(step: Step) -> dict[str, Any]:
    answers = {url: [_reply(reply) for reply in each] for url, each in step.answers.items()}
    looks = {column: dict(look) for column, look in step.looks.items()}
    only = {"columns": list(step.columns)} if step.columns else {}
    return {"at": step.at.isoformat(), **only, "answers": answers, "looks": looks}


def _reply(reply: Reply) -> dict[str, Any]:
    told = {name: getattr(reply, name) for name in Reply.__dataclass_fields__}
    told["headers"] = dict(reply.headers)
    kept = {name: value for name, value in told.items() if value}
    if not reply.body:
        kept.pop("headers", None)
    if reply.status == 200:
        kept.pop("status", None)
    return kept


def read_case(folder: Path) -> Case:
    """Raises CaseError of what is no recording."""
    try:
        told = yaml.load(_bytes(folder / CASE), yaml_loader())
        reports = json.loads(_bytes(folder / REPORTS))
        if told["format"] != FORMAT:
            raise CaseError(f"{folder}：录像格式 {told['format']} 不支持 / format unknown")
        case = Case(
            county=told["county"],
            deadlines=told["deadlines"],
            year=int(told["year"]),
            until=datetime.fromisoformat(told["until"]),
            steps=[_step_in(each, folder) for each in told["sweeps"]],
            standings=told["expect"],
            reports=reports,
            left_out=told["left_out"],
            not_held=told["not_held"],
            name=folder.name,
        )
        case.bodies.update((name, _body(folder, name)) for name in sorted(_used(case)))
        return case
    except NO_CASE as error:
        said = str(error).splitlines()[:1]
        raise CaseError(f"{folder} 不是录像：{said} / no recording: {said}") from None


NO_CASE = (
    *(OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError),
    yaml.YAMLError,
)


def _bytes(path: Path) -> bytes:
    return bytes_in(regular(path), MOST_CASE)


def _body(folder: Path, name: str) -> bytes:
    body = _bytes(folder / BODIES / name)
    if _named(body) != name.partition(".")[0]:
        zh = f"{folder}：{name} 的内容与文件名中的指纹不符"
        raise CaseError(f"{zh} / what is in {name} is not what its name says")
    return body


def _step_in(told: Mapping[str, Any], folder: Path) -> Step:
    answers = {
        str(url): tuple(_reply_in(each, folder) for each in replies)
        for url, replies in told["answers"].items()
    }
    columns = tuple(map(str, told.get("columns", ())))
    return Step(datetime.fromisoformat(told["at"]), answers, told["looks"], columns)


def _reply_in(told: Mapping[str, Any], folder: Path) -> Reply:
    reply = Reply(**told)
    if reply.body and not (NAME.fullmatch(reply.body) and (folder / BODIES / reply.body).is_file()):
        raise ValueError(f"{reply.body!r} is not among the bodies")
    return reply


NAME = re.compile(r"[0-9a-f]{16}\.[a-z0-9]{1,5}")
