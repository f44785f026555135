"""Every standing, quality, severity, verdict and event has its words, everywhere where it is told."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from pathlib import Path
from typing import get_args

import pytest
import yaml

import nianbao.monitor.mail
from nianbao.monitor.ledger import words
from nianbao.monitor.ledger.words import Word
from nianbao.monitor.ledger.year import URGENT
from nianbao.monitor.mail.digest import to_do
from nianbao.monitor.paper.ledger_workbook import COLOURED, UNITS, _letter_of
from nianbao.monitor.rules.finding import Severity, State
from nianbao.monitor.standing import StandingName
from nianbao.storage.kinds import EventKind, Quality, UnitKind, Verdict

TABLES = (
    (StandingName, words.STANDINGS),
    (Quality, words.QUALITIES),
    (Severity, words.SEVERITIES),
    (State, words.VERDICTS),
    (Verdict, words.DECISIONS),
    (EventKind, words.EVENTS),
    (UnitKind, words.KINDS),
)


@pytest.mark.parametrize(("names", "table"), TABLES)
def test_each_name_has_a_word_of_its_own_in_both_languages(
    names: object, table: Mapping[str, Word]
) -> None:
    assert set(table) == set(get_args(names))
    told = [word for name, word in table.items() if name]
    assert all(word.zh and word.en for word in told)
    assert len({word.zh for word in told}) == len({word.en for word in told}) == len(told)


@pytest.mark.parametrize("table", [words.STANDINGS, words.SEVERITIES, words.VERDICTS])
def test_colour_is_never_the_only_sign(table: Mapping[str, Word]) -> None:
    assert all(word.colour and word.symbol for word in table.values())


def test_each_standing_has_its_rank_in_what_is_urgent() -> None:
    names = set(get_args(StandingName))
    assert not names - set(URGENT), f"URGENT in monitor/ledger/year.py lacks {names - set(URGENT)}"
    assert not set(URGENT) - names, f"StandingName in monitor/standing.py: {set(URGENT) - names}"


@pytest.mark.parametrize("name", get_args(StandingName))
def test_each_standing_has_its_cases(name: str) -> None:
    cases = (Path(__file__).parent / "test_standing.py").read_text("utf-8")
    assert f'"{name}"' in cases, f"tests/monitor/test_standing.py has no case of {name}"


def test_whatever_is_to_be_done_has_its_sentence() -> None:
    asked = set(re.findall(r'\n +\("(\w+)", ', inspect.getsource(to_do)))
    written = {key.removeprefix("todo_") for key in _sentences() if key.startswith("todo_")}
    assert not asked - written, f"monitor/mail/words.yaml has no todo_ of {asked - written}"
    assert not written - asked, f"to_do in monitor/mail/digest.py asks nothing of {written - asked}"


def _sentences() -> Mapping[str, list[str]]:
    file = Path(nianbao.monitor.mail.__file__).parent / "words.yaml"
    sentences: Mapping[str, list[str]] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return sentences


def test_every_sentence_of_the_mails_is_said() -> None:
    """And none stands there that nobody says, or that says a standing in words of its own."""
    package = Path(nianbao.monitor.mail.__file__).parent
    sentences = _sentences()
    code = "".join(path.read_text(encoding="utf-8") for path in package.glob("*.py"))
    for key in sentences:
        known = re.search(rf"[\"']{key}[\"']", code) or key.startswith(MADE)
        assert known, f"words.yaml: {key} is never said"
    names = {word.zh for word in words.STANDINGS.values()}
    assert not names & {zh for zh, _ in sentences.values()}


# Keys that are put together from a name.
MADE = ("subject_", "greeting_", "todo_", "missing_by", "late_by")


def test_the_ledger_s_colours_follow_their_column() -> None:
    """A column more, anywhere, moves the letters; the rule of the rows' colours goes with them."""
    assert _letter_of(UNITS, "standing") == "F"
    wider = (UNITS[0], UNITS[0]._replace(key="more"), *UNITS[1:])
    assert _letter_of(wider, "standing") == "G"
    assert set(COLOURED) <= set(get_args(StandingName))
