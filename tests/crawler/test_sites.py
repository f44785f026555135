"""County sites as other hands described them, lived through: nobody who published is accused, and
who did not is named.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from tests.amounts import each_time, prove
from tests.portals.sites import CASES, case_in, live, verdict_of

MORE = ("portals-more", "portals-third", "portals-fourth", "portals-fifth")
# The few of a folder of many that stand for it in every run.
QUICK = ("304", "305", "324", "333", "342", "350", "514", "516", "518", "530", "539", "543", "559")


def cases_of(folder: str) -> list[ParameterSet]:
    files = sorted(CASES.with_name(folder).glob("*.yaml"))
    return [pytest.param(file, id=file.stem, marks=_marks(file)) for file in files]


def _marks(file: Path) -> tuple[pytest.MarkDecorator, ...]:
    return () if file.stem.startswith(QUICK) else (prove,)


EVERY = [
    *(
        pytest.param(file, id=file.stem, marks=each_time(file.stem, 3))
        for file in sorted(CASES.glob("*.yaml"))
    ),
    *(case for folder in MORE for case in cases_of(folder)),
]


# Where a person is asked first whether the column is the one in use.
ASKED = {
    "431-filters-by-town": "one of thirteen towns is shown, and nothing came in the last ten days",
}


@pytest.mark.parametrize("file", EVERY)
def test_what_is_told_of_a_site(file: Path, tmp_path: Path) -> None:
    case = case_in(file)
    wrong = verdict_of(case, live(case, tmp_path))
    if file.stem in ASKED:
        assert wrong, "it is told now: strike it"
        wrong = [line for line in wrong if "nianbao review column" not in line]
    assert not wrong, "\n".join([case.about, *wrong])
