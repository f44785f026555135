"""A report against the same unit's reports of earlier years."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from statistics import median

from nianbao.monitor.rules.finding import CannotTell, Raised, Suggestion
from nianbao.monitor.rules.subject import Subject, by_year
from nianbao.parser.forms import forms
from nianbao.parser.report import Report

JUMP = 10  # times
LARGE = 50
CHAINED = ("regulations", "normative_documents")
OLD_CHAINS = ("licensing", "other_services", "penalties", "coercion", "fees")


def _last(subject: Subject) -> Report | None:
    if not subject.year:
        return None
    return by_year(subject.context.earlier, subject.year - 1)


def carried(subject: Subject) -> Iterator[Raised | CannotTell]:
    """What was carried out of last year is carried into this
    one, column by column."""
    last = _last(subject)
    if last is None:
        yield CannotTell("F07", "没有上一年度的年报", "last year's report is not at hand")
        return
    wrong = []
    for column in (column.key for column in forms()[0].request_columns):
        cell = f"requests.carried_in.{column}"
        now, then = subject.number(cell), last.number(f"requests.carried_out.{column}")
        if now is not None and then is not None and now != then:
            wrong.append((cell, now, int(then)))
    if not wrong:
        return
    _, now, then = next((each for each in wrong if each[0].endswith(".total")), wrong[0])
    yield Raised(
        "F07",
        {"now": now, "then": then, "last": last.year},
        tuple(cell for cell, _, _ in wrong),
        then,
        now,
        tuple(Suggestion(cell, number) for cell, _, number in wrong if not _holds(subject, cell)),
        facts=tuple(f"{cell}:{number}" for cell, _, number in wrong),
    )


def _holds(subject: Subject, cell: str) -> bool:
    """This year's sums hold in the column: another number would break them."""
    column = cell.rpartition(".")[2]
    rows = ("new", "carried_in", "handled_total", "carried_out")
    numbers = [subject.number(f"requests.{row}.{column}") for row in rows]
    if any(number is None for number in numbers):
        return False
    new, carried, handled, out = (number or 0 for number in numbers)
    return new + carried == handled + out


def in_force(subject: Subject) -> Iterator[Raised | CannotTell]:
    last = _last(subject)
    if last is None or last.form != "2021":
        yield CannotTell(
            "F08",
            "没有上一年度同版格式的年报",
            "last year's report in the same form is not at hand",
        )
        return
    for row in CHAINED:
        keys = [f"proactive.{row}.{column}" for column in ("in_force", "issued", "repealed")]
        now, issued, repealed = (subject.number(key) for key in keys)
        then = last.number(keys[0])
        if now is None or issued is None or repealed is None or then is None:
            continue
        expected = int(then) + issued - repealed
        if expected != now:
            named = {
                "then": int(then),
                "issued": issued,
                "repealed": repealed,
                "now": now,
                "right": expected,
            }
            yield Raised("F08", named, tuple(keys), expected, now, facts=(f"then={then}",))


def old_chain(subject: Subject) -> Iterator[Raised]:
    """The form of 2019: projects of last year, and the change
    that it printed."""
    last = _last(subject)
    if last is None or last.form != "2019" or subject.report.form != "2019":
        return
    for row in OLD_CHAINS:
        cell = f"proactive.{row}.items_last_year"
        now = subject.number(cell)
        then, change = last.number(cell), last.number(f"proactive.{row}.change")
        if now is not None and then is not None and change is not None and now != then + change:
            named = {"now": now, "right": then + change}
            yield Raised("F09", named, (cell,), then + change, now, facts=(f"{then}{change:+}",))


WATCHED_NUMBERS = (
    "requests.new.total",
    "proactive.licensing.decisions",
    "proactive.penalties.decisions",
    "proactive.coercion.decisions",
    "proactive.normative_documents.in_force",
)


def jumps(subject: Subject) -> Iterator[Raised]:
    """A number far from the unit's own history and from what its
    peers have."""
    for key in WATCHED_NUMBERS:
        now = subject.number(key)
        before = [each for each in subject.context.earlier if each.number(key) is not None]
        history = _numbers(before, key)
        if now is None or not history:
            continue
        usual = median(history)
        peers = _numbers(subject.context.peers, key)
        usual_there = bool(peers) and min(peers) <= now <= max(peers)
        far = now > JUMP * max(usual, 1) or usual > JUMP * max(now, 1)
        if far and abs(now - usual) > LARGE and not usual_there:
            yield Raised(
                "E06",
                {"now": now, **_usual(before, int(usual), subject.year)},
                (key,),
                actual=now,
                facts=(f"usual={int(usual)}",),
            )


def _usual(before: Sequence[Report], usual: int, year: int | None) -> dict[str, str]:
    """What a unit had before, in words: one year has no median."""
    if len(before) > 1:
        count = len(before)
        return {
            "usual": f"往年（{count}年）中位数为{usual}",
            "usual_en": f"the median of {count} earlier years is {usual}",
        }
    only = before[0].year
    if only is None or (year is not None and only == year - 1):
        return {"usual": f"上年为{usual}", "usual_en": f"the year before had {usual}"}
    return {"usual": f"{only}年为{usual}", "usual_en": f"{only} had {usual}"}


def _numbers(reports: Iterable[Report], key: str) -> list[int]:
    numbers = (report.number(key) for report in reports)
    return [int(number) for number in numbers if number is not None]


def always_zero(subject: Subject) -> Iterator[Raised]:
    """Every decision of three years is zero: perhaps nobody counted."""
    keys = WATCHED_NUMBERS[1:4]
    years = [subject.report, *subject.context.earlier[:2]]
    if len(years) == 3 and all(report.number(key) == 0 for report, key in product(years, keys)):
        yield Raised("E07", {"years": 3}, keys)


RULES = (
    (("F07",), carried),
    (("F08",), in_force),
    (("F09",), old_chain),
    (("E06",), jumps),
    (("E07",), always_zero),
)
