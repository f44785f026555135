"""County sites as other hands described them, lived through: nobody who published is accused, and
who did not is named.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.portals.sites import CASES, case_in, live, verdict_of

# Those that are told wrongly still; each is struck from the file when it is mended.
OPEN = (CASES / "open.txt").read_text(encoding="utf-8").split()


@pytest.mark.parametrize("name", [file.stem for file in sorted(CASES.glob("*.yaml"))])
def test_what_is_told_of_a_site(name: str, tmp_path: Path) -> None:
    case = case_in(CASES / f"{name}.yaml")
    wrong = verdict_of(case, live(case, tmp_path))
    if name in OPEN:
        assert wrong, f"{name} is told rightly: strike it from open.txt"
    else:
        assert not wrong, "\n".join([case.about, *wrong])
