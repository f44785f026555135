"""Tables and styled lines on a terminal, with the rule of `screen`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from rich.segment import Segment
from rich.text import Text

from nianbao.monitor.cli.screen import plain


class Screen(Console):
    """Tables and styled lines: what is shown is never mark-up."""

    def __init__(self, *, stderr: bool = False) -> None:
        super().__init__(stderr=stderr, highlight=False, markup=False, emoji=False)

    def render_str(self, text: str, **named: Any) -> Text:
        return super().render_str(plain(text), **named)

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            if segment.control:
                yield segment
            else:
                yield segment._replace(text=plain(segment.text))


def bar() -> Progress:
    """A line that moves while one waits, on standard error."""
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn())
    return Progress(*columns, console=Screen(stderr=True), transient=True)
