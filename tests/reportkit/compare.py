"""What was printed against what was read."""

from __future__ import annotations

from collections.abc import Mapping

from nianbao.parser.fill import Value
from tests.reportkit.figures import Figures


def wrong_cells(expected: Figures, cells: Mapping[str, Value], *, lossless: bool) -> list[str]:
    """Every cell that was read wrongly. Where a layout loses cells, `unreadable` is right as well."""
    wrong = []
    for key in sorted(set(expected) | set(cells)):
        value = cells.get(key)
        if value is None:
            # A number that was printed may be unreadable, but it must never vanish without a word.
            if lossless or expected[key] is not None:
                wrong.append(f"{key}: printed {expected[key]!r}, not read at all")
        elif value.state == "unreadable":
            if lossless:
                wrong.append(
                    f"{key}: printed {expected.get(key)!r}, unreadable: {value.why} ({value.raw!r})"
                )
        elif key not in expected:
            wrong.append(f"{key}: not printed, read {value.number!r} from {value.raw!r}")
        elif value.number != expected[key]:
            wrong.append(
                f"{key}: printed {expected[key]!r}, read {value.number!r} from {value.raw!r}"
            )
    return wrong
