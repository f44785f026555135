"""What has become of the findings of a draft: mended only where it was surely judged again."""

from __future__ import annotations

from dataclasses import replace

from nianbao.monitor.mended import Become, Draft, become, same_report
from nianbao.monitor.rules.engine import assess
from nianbao.monitor.rules.subject import Context
from nianbao.parser.report import Report, read
from tests.monitor.test_check import slipped
from tests.reportkit.drafts import Draft as Written
from tests.reportkit.drafts import clean, print_draft
from tests.reportkit.write_docx import write_docx

WRONG = "requests__granted__natural_person"
RIGHT = {WRONG: 5}


def report_of(draft: Written) -> Report:
    return read(write_docx(print_draft(draft)))


def judged(report: Report, name: str = "a.docx", context: Context | None = None) -> Draft:
    return Draft(name, report, assess(report, context))


def of(draft: Written, name: str = "a.docx") -> Draft:
    return judged(report_of(draft), name)


def rules(found: Become) -> tuple[list[str], list[str], list[int], list[int]]:
    gone = [each.rule for each in found.mended], [each.rule for each in found.unsure]
    return (*gone, [*found.new], [*found.standing])


def test_one_that_is_mended_is_gone() -> None:
    assert rules(become(of(slipped()), of(slipped().with_figures(**RIGHT)))) == (
        ["F02"],
        [],
        [],
        [],
    )


def test_one_that_is_as_it_was_stands() -> None:
    assert rules(become(of(slipped()), of(slipped()))) == ([], [], [], [1])


def test_other_numbers_that_are_wrong_too_are_no_mending() -> None:
    found = become(of(slipped()), of(slipped().with_figures(**{WRONG: 6})))
    assert rules(found) == ([], [], [], [1])


def test_what_is_new_is_told() -> None:
    assert rules(become(of(slipped().with_figures(**RIGHT)), of(slipped()))) == ([], [], [1], [])


def test_a_cell_that_can_t_be_read_is_not_mended() -> None:
    report = report_of(slipped().with_figures(**RIGHT))
    cell = WRONG.replace("__", ".")
    unread = report.cells[cell]._replace(state="unreadable", number=None, raw="S")
    after = judged(replace(report, cells={**report.cells, cell: unread}))
    mended, unsure, *_ = rules(become(of(slipped()), after))
    assert (mended, unsure) == ([], ["F02"])


def test_what_was_not_held_against_last_year_again_is_not_mended() -> None:
    last = report_of(clean(3, year=2025).with_figures(requests__carried_out__total=9))
    report = report_of(clean(3, year=2026))
    before = judged(report, context=Context(earlier=(last,)))
    assert any(each.rule == "F07" for each in before.judged.findings)
    found = become(before, judged(report))
    assert not found.mended
    assert "F07" in [each.rule for each in found.unsure]


def test_a_unit_that_was_named_meanwhile_makes_nothing_new() -> None:
    report = report_of(replace(clean(2), title=clean(2).title.replace("工作", "")))
    named = judged(report, context=Context(county="平安县"))
    found = become(judged(report), named)
    assert (found.mended, found.new) == ([], [])
    assert found.standing


def test_the_draft_before_is_of_the_same_unit_and_year() -> None:
    one, other = clean(2), clean(2, unit="柳树镇人民政府")
    assert same_report([of(other), None, of(one)], of(one, "b.docx")) == 2
    assert same_report([of(other)], of(one)) is None
    assert same_report([of(one), of(one)], of(one)) is None
    older = replace(one, year=one.year - 1)
    assert same_report([of(clean(2, year=older.year))], of(one)) == 0  # its year was mended
    assert same_report([of(clean(2, year=older.year))], of(one, "b.docx")) is None
    titled = replace(one, title=one.title.replace(str(one.year), str(older.year)))
    assert same_report([of(titled)], of(one, "b.docx")) == 0  # the year of its title was mended
