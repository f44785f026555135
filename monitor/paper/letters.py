"""Which letter a unit is due: to publish (催办), to correct (整改), or to verify (核实)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from nianbao.monitor.deadlines import add_working_days
from nianbao.monitor.ledger.first_look import LateLook
from nianbao.monitor.ledger.lines import Line, Proven
from nianbao.monitor.ledger.year import Year
from nianbao.monitor.paper.doors import Door
from nianbao.monitor.paper.letter import Seen, letter, urging
from nianbao.monitor.paper.sentences import where_it_stands
from nianbao.monitor.settings import Office
from nianbao.monitor.standing import day_in_beijing, second_look_due
from nianbao.storage.queries import FindingFacts
from nianbao.storage.ways import PUBLISH, key_of


class NoLetterError(Exception):
    """Why a unit is due no letter, in a sentence of each language."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh, self.en = zh, en
        super().__init__(zh)


class Letter(NamedTuple):
    content: bytes
    kind: str
    zh: str  # what it is about
    en: str
    note: tuple[str, str] | None = None  # what whoever sends it must know
    faults: tuple[str, ...] = ()  # the keys of what it is about
    words: str = ""  # of each of them


Choose = Callable[[Sequence[FindingFacts]], Sequence[FindingFacts]]


class Manner(NamedTuple):
    """How a letter is written, beside what it is about."""

    choose: Choose = lambda found: found
    added: str = ""  # what whoever writes says beside
    late: LateLook | None = None  # where its columns were first looked at long after the deadline
    door: Door | None = None  # by which it answers


@dataclass(frozen=True, slots=True)
class Occasion:
    """Who writes to whom about which year, and how the unit stands."""

    line: Line
    told: Year
    office: Office
    today: date
    manner: Manner

    @property
    def county(self) -> str:
        return self.told.names[self.line.county]

    @property
    def answer_by(self) -> date:
        return add_working_days(self.today, self.office.reply_within)


PLAIN = Manner()


def letter_due(told: Year, office: Office, manner: Manner = PLAIN, *, has_report: bool) -> Letter:
    """`told`: of one unit, which had something to publish. Raises NoLetterError.

    Nobody is urged whose report complete looks of two days after the deadline have not shown to be
    missing.
    """
    (line,) = told.lines
    occasion = Occasion(line, told, office, day_in_beijing(told.now), manner)
    waived = told.waived.get(line.unit, "")
    if line.standing.name == "exempt":
        raise NoLetterError(
            f"免于发布，不要求整改：{line.standing.zh}",
            f"need not publish, so nothing is asked of it: {line.standing.en}",
        )
    if line.is_accused and line.standing.evidence is not None and not waived:
        return _urging(occasion, line.standing.evidence)
    if has_report and told.findings:
        return _correcting(occasion, manner.choose(told.findings))
    if line.standing.name == "withdrawn" and waived:
        raise NoLetterError(
            f"撤下一事已豁免，不予催办：{waived}", f"its withdrawal is waived: {waived}"
        )
    zh, en = where_it_stands(line)
    nothing = ("没有认定为未发布", "not proven missing")
    if (due := second_look_due(line.standing, told.now)) is not None:
        nothing = (
            f"只有一次核查，不足以催办，{due}起可作第二次核查",
            f"one look is too few to urge anybody, a second is due from {due} on",
        )
    if has_report:
        nothing = ("没有需要整改或核实的问题", "nothing to correct")
    raise NoLetterError(f"{nothing[0]}：{zh}", f"{nothing[1]}: {en}")


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
        columns=line.columns,
        withdrawn=day_in_beijing(proven) if line.standing.name == "withdrawn" else None,
        last=day_in_beijing(old) if old is not None else None,
        first=on.manner.late.day if on.manner.late is not None else None,
        added=on.manner.added,
        door=on.manner.door,
    )
    word, note = line.word, None
    if old is not None:
        day = day_in_beijing(old)
        note = (
            f"最近一次完整查看是{day}，结果可能已有变化，信中已注明",
            f"last looked for on {day}: it may be out since, the letter says so",
        )
    return Letter(content, "催办", word.zh, word.en, note, (PUBLISH,), line.standing.zh)


def _correcting(on: Occasion, wrong: Sequence[FindingFacts]) -> Letter:
    line = on.line
    printed, late = _when(on)
    content = letter(
        on.county,
        line.name,
        line.year,
        wrong,
        on.office,
        on.today,
        on.answer_by,
        published=printed,
        late=late,
        added=on.manner.added,
        door=on.manner.door,
    )
    kind = "整改" if any(finding.must_be_corrected for finding in wrong) else "核实"
    faults = tuple(dict.fromkeys(key_of(each.rule, each.content) for each in wrong))
    words = "\n".join(str(each.content["zh"]) for each in wrong)
    return Letter(
        content, kind, f"{len(wrong)} 项", f"{len(wrong)} findings", faults=faults, words=words
    )


def _when(on: Occasion) -> tuple[date | None, str]:
    """The day that its page prints, and by how much it was late where that is held against it. A
    day that its report was there before is none of its publication.
    """
    line = on.line
    days, is_owing = line.standing.days, bool(on.told.owing("late"))
    by_page = line.printed is not None and (line.printed - line.deadline).days == days
    if is_owing and not by_page:
        return None, f"{line.standing.zh}，逾期{days}天"
    late = f"逾期{days}天" if is_owing else ""
    return (line.printed if line.printed == line.first_day else None), late
