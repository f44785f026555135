"""A season as a small picture: this year's share by day, and last year's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from io import BytesIO

from PIL import Image, ImageDraw

WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 560, 180, 40, 24, 10, 10
NOW, LAST, LINE, DEADLINE = "#1F4E78", "#B7C4D4", "#E3E7EC", "#C0392B"
Series = Sequence[tuple[date, float]]


def progress(series: Series, last: Series, deadline: date | None) -> bytes:
    """A PNG. Letters are left to the mail's own text, so that no
    font is needed."""
    image = Image.new("RGB", (WIDTH, HEIGHT), "white")
    draw = ImageDraw.Draw(image)
    begin, _ = next(iter(series), (date(2000, 1, 1), 0.0))
    span = max(90, len(series))

    def place(day: int, share: float) -> tuple[float, float]:
        x = LEFT + (WIDTH - LEFT - RIGHT) * day / span
        return x, HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * share

    for percent in (0, 25, 50, 75, 100):
        (x0, y), (x1, _) = place(0, percent / 100), place(span, 0)
        draw.line((x0, y, x1, y), fill=LINE)
        draw.text((4, y - 6), f"{percent}%", fill="#606060")
    for month, start in ((1, 0), (2, 31), (3, 59)):
        x, y = place(start, 0)
        draw.line((x, y, x, y + 4), fill="#606060")
        draw.text((x + 2, y + 6), f"{begin.year}-{month:02d}", fill="#606060")
    if deadline is not None and begin.year == deadline.year:
        x, _ = place((deadline - begin).days + 1, 0)
        for y in range(TOP, HEIGHT - BOTTOM, 6):
            draw.line((x, y, x, y + 3), fill=DEADLINE, width=2)
    if not any(share for _, share in last):
        last = ()
    for line, colour, width in ((last, LAST, 2), (series, NOW, 3)):
        points = [place(n, share) for n, (_, share) in enumerate(line)]
        if len(points) > 1:
            draw.line(points, fill=colour, width=width)
        elif points:
            x, y = points[0]
            draw.ellipse((x - 2, y - 2, x + 2, y + 2), fill=colour)
    out = _Png()
    image.save(out, optimize=True)
    return out.getvalue()


class _Png(BytesIO):
    """By its name Pillow imports what writes PNG, and nothing that writes anything else."""

    name = "progress.png"
