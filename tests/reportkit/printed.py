"""A report as it stands on paper: texts and tables, before any file format. Every writer takes one of these."""

from __future__ import annotations

from typing import NamedTuple


class Box(NamedTuple):
    """A printed table cell. As in HTML, a row lists only the cells that begin in it."""

    text: str = ""
    rowspan: int = 1
    colspan: int = 1


class Table(NamedTuple):
    rows: tuple[tuple[Box, ...], ...]

    @property
    def placed(self) -> list[tuple[int, int, Box]]:
        """Each box with the row and column of its top left corner."""
        taken: set[tuple[int, int]] = set()
        places = []
        for r, row in enumerate(self.rows):
            c = 0
            for box in row:
                while (r, c) in taken:
                    c += 1
                box = box._replace(rowspan=min(box.rowspan, len(self.rows) - r))
                places.append((r, c, box))
                taken.update((r + i, c + j) for i in range(box.rowspan) for j in range(box.colspan))
                c += box.colspan
        return places

    @property
    def width(self) -> int:
        return max((c + box.colspan for _, c, box in self.placed), default=0)


class Text(NamedTuple):
    text: str
    style: str = "body"  # title, heading, body or signature


Printed = tuple[Text | Table, ...]
