"""`nianbao letter`: what is written to a unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from nianbao.monitor.cli.asking import Year, asking, one_unit
from nianbao.monitor.cli.exits import end, tell
from nianbao.monitor.cli.language import say
from nianbao.monitor.cli.places import (
    COUNTIES,
    DATABASE,
    TOML,
    Config,
    SettingsFile,
    Store,
    settings_in,
)
from nianbao.monitor.cli.screen import echo
from nianbao.monitor.cli.standings import where_it_stands
from nianbao.monitor.deadlines import add_working_days
from nianbao.monitor.ledger.lines import Line, Proven
from nianbao.monitor.ledger.year import Year as YearTold
from nianbao.monitor.ledger.year import year_of
from nianbao.monitor.paper.letter import Seen, urging
from nianbao.monitor.paper.letter import letter as write
from nianbao.monitor.settings import Office
from nianbao.monitor.standing import day_in_beijing, second_look_due
from nianbao.storage.queries import FindingFacts, reports
from nianbao.storage.scope import of_unit


def letter(
    unit: Annotated[str, typer.Argument(help="The unit's name or code.")],
    year: Year = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The .docx to write.")
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="RULE|MARK",
            help="Only this goes into it: a rule, or a finding's mark. May be given several times.",
        ),
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option(
            metavar="RULE|MARK",
            help="This stays out of it: a rule, or a finding's mark. May be given several times.",
        ),
    ] = None,
    config: Config = COUNTIES,
    settings: SettingsFile = TOML,
    store: Store = DATABASE,
) -> None:
    """The letter to a unit: what to correct in its report, or to publish it, and by when.

    Nobody is urged whose report complete looks of two days after the deadline have not shown to
    be missing.
    """
    office = settings_in(settings).office
    with asking(store, config, year=year, files_needed=True) as asked:
        own = one_unit(asked, unit)
        scope = of_unit(own.id, own.county)
        told = year_of(asked.s, scope, asked.year, asked.now, asked.registry, asked=asked.asked)
        report = next(iter(reports(asked.s, scope, asked.year)), None)
    if asked.registry.county(own.county) is None:
        end(1, f"{own.name}所在县没有配置文件", f"the county of {own.name} has no file")
    if not told.lines:
        end(
            1,
            f"{own.name}（{own.id}）{asked.year} 年度不是应发布单位",
            f"{own.name} ({own.id}) had nothing to publish for {asked.year}",
        )
    (line,) = told.lines
    occasion = Occasion(line, told, office, day_in_beijing(asked.now))
    waived = told.waived.get(line.unit, "")
    if line.is_accused and line.standing.evidence is not None and not waived:
        letter = _urging(occasion, line.standing.evidence)
    elif report is not None and told.findings:
        chosen = _chosen(told.findings, only or (), without or ())
        letter = _correcting(occasion, chosen)
    elif line.standing.name == "withdrawn" and waived:
        end(1, f"撤下一事已豁免，不予催办：{waived}", f"its withdrawal is waived: {waived}")
    else:
        zh, en = where_it_stands(line)
        nothing = ("没有认定为未发布", "not proven missing")
        if (due := second_look_due(line.standing, asked.now)) is not None:
            nothing = (
                f"只有一次核查，不足以催办，{due}起可作第二次核查",
                f"one look is too few to urge anybody, a second is due from {due} on",
            )
        if report is not None:
            nothing = ("没有需要整改或核实的问题", "nothing to correct")
        end(1, f"{nothing[0]}：{zh}", f"{nothing[1]}: {en}")
    whose = f"{occasion.county}{line.name}"
    target = output or Path(f"{whose}{line.year}年度年报{letter.kind}通知书.docx")
    target.write_bytes(letter.content)
    echo(say(f"{target}：{letter.zh}", f"{target}: {letter.en}"))


def _chosen(
    findings: Sequence[FindingFacts], only: Sequence[str], without: Sequence[str]
) -> list[FindingFacts]:
    """What a person wants in the letter; ends the command where that is nothing, or no finding."""
    for named in (*only, *without):
        if not any(_is_called(finding, named) for finding in findings):
            end(2, f"没有这个问题：{named}", f"no such finding: {named}")
    kept = [f for f in findings if not only or any(_is_called(f, named) for named in only)]
    kept = [f for f in kept if not any(_is_called(f, named) for named in without)]
    if not kept:
        end(1, "没有选定任何问题", "no finding was chosen")
    return kept


def _is_called(finding: FindingFacts, named: str) -> bool:
    is_mark = len(named) >= SHORTEST_MARK and finding.fingerprint.startswith(named.lower())
    return finding.rule == named.upper() or is_mark


SHORTEST_MARK = 6


@dataclass(frozen=True, slots=True)
class Occasion:
    """Who writes to whom about which year, and how the unit stands."""

    line: Line
    told: YearTold
    office: Office
    today: date

    @property
    def county(self) -> str:
        return self.told.names[self.line.county]

    @property
    def answer_by(self) -> date:
        return add_working_days(self.today, self.office.reply_within)


class Letter(NamedTuple):
    content: bytes
    kind: str
    zh: str  # what it is about
    en: str


def _urging(on: Occasion, proven: datetime) -> Letter:
    line = on.line
    proofs = line.proofs or (Proven(proven, line.proof),)
    old = line.looked if line.rests_on_old(on.told.now) else None
    content = urging(
        on.county,
        line.name,
        line.year,
        on.office,
        on.today,
        on.answer_by,
        deadline=line.deadline,
        source=line.source,
        looked=[Seen(day_in_beijing(at), document, who) for at, document, who in proofs],
        url=line.url,
        withdrawn=day_in_beijing(proven) if line.standing.name == "withdrawn" else None,
        last=day_in_beijing(old) if old is not None else None,
    )
    word = line.word
    if old is not None:
        day = day_in_beijing(old)
        tell(
            f"最近一次完整查看是{day}，结果可能已有变化，信中已注明",
            f"last looked for on {day}: it may be out since, the letter says so",
        )
    return Letter(content, "催办", word.zh, word.en)


def _correcting(on: Occasion, wrong: Sequence[FindingFacts]) -> Letter:
    line = on.line
    content = write(
        on.county,
        line.name,
        line.year,
        wrong,
        on.office,
        on.today,
        on.answer_by,
        published=line.printed,
        days_late=line.standing.days if on.told.owing("late") else 0,
    )
    kind = "整改" if any(finding.must_be_corrected for finding in wrong) else "核实"
    return Letter(content, kind, f"{len(wrong)} 项", f"{len(wrong)} findings")
