"""What is cheap is asked first, and must never keep a pattern from being asked that would fit."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nianbao.parser import (
    claim,
    differences,
    evidence,
    heading,
    lists,
    mentions,
    numbers,
    restated,
    shares,
    told_otherwise,
    wording,
)
from nianbao.parser import quantities as counted

Gate = Callable[[str], object]


def has(*words: str) -> Gate:
    return lambda text: any(word in text for word in words)


GATES: dict[str, tuple[re.Pattern[str], Gate]] = {
    "a total behind": (lists.TOTAL_AFTER, lists._may_be_a_total),
    "a total without a word": (lists.TOTAL_WITHOUT_A_WORD, lists._may_be_a_total),
    "a total in brackets": (lists.TOTAL_IN_BRACKETS, lists._may_be_a_total),
    "all of them": (lists.ALL_OF_THEM, lists._may_be_a_total),
    "all year": (lists.ALL_YEAR, lists._may_be_a_total),
    "of all": (lists.OF_ALL, has("占")),
    "named again": (evidence.NAMED_AGAIN, has("中")),
    "a number": (counted.QUANTITY, counted.MAY_BE_SOME.search),
    "another year": (mentions.OTHER_YEAR, mentions._may_name_a_year),
    "then none": (mentions.THEN_NONE, has(",", "、")),
    "a share": (shares.SHARE, shares.has_a_share),
    "nothing new": (told_otherwise.NOTHING_NEW, has("废止")),
    "none pending": (told_otherwise.PENDING_NONE, has("未审结")),
    "all answered": (told_otherwise.ALL_ANSWERED, has(*told_otherwise.ALL)),
    "all done": (told_otherwise.OF_ALL, has(*told_otherwise.ALL)),
    "all closed": (told_otherwise.ALL_CLOSED, has(*told_otherwise.ALL)),
    "all granted": (told_otherwise.ALL_OF["requests.granted"], has(*told_otherwise.ALL)),
    "all upheld": (
        told_otherwise.ALL_REVIEWS["disputes.reviews.upheld"],
        has(*told_otherwise.ALL),
    ),
    "told again": (restated.ALL_OF_THEM, restated.may_be_restated),
    "granted with partly": (mentions.WITH_PARTLY_BEFORE, has("部分公开")),
    "a row told behind": (mentions.DECIDED_BEHIND, has(",")),
    "documents": (mentions.OF_EVERY_DOCUMENT, has("主动公开")),
    "a unit of money": (numbers.UNIT_NOTE, has("元")),
    "a period": (heading.PERIOD, heading.HAS_A_YEAR.search),
    "a rough period": (heading.PERIOD_RAW, heading.HAS_A_YEAR.search),
    "a day": (heading.PUBLISHED, has("20")),
    "an attachment": (heading.ATTACHED_TEXT, has("附件", "下载")),
    "an index": (heading.INDEX, has("索")),
}
GATES |= {
    f"an average by {pattern.pattern[-20:]}": (pattern, has("均"))
    for pattern in differences.AVERAGE
}


@pytest.mark.parametrize("name", GATES)
def test_what_is_asked_first_lets_through_whatever_fits(name: str) -> None:
    pattern, gate = GATES[name]

    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.from_regex(re.compile(pattern.pattern, pattern.flags)))
    def lets_through(text: str) -> None:
        assert gate(text), text

    lets_through()


@pytest.mark.parametrize("name", wording.NEEDS)
def test_nothing_is_denied_without_a_letter_of_denial(name: str) -> None:
    """Each sentence that prose.yaml gives for what is none."""
    said = [
        sentence
        for entry in wording.data()["none"]
        if entry["kind"].startswith(name)
        for sentence in entry["say"]
    ]
    assert said
    assert all(wording.DENIES.search(claim.bare(sentence)) for sentence in said)


@pytest.mark.parametrize("text", ["10件", "200条", "105"])
def test_a_zero_within_a_number_denies_nothing(text: str) -> None:
    assert wording.DENIES.search(text) is None


@pytest.mark.parametrize("text", ["0件", "共0条", "为0"])
def test_a_zero_alone_denies(text: str) -> None:
    assert wording.DENIES.search(text) is not None
