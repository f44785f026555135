"""Bytes in, report out. Pure: no network, no clock, no configuration.

>>> from nianbao import read
>>> report = read(open("report.html", "rb").read())
>>> report.number("requests.new.total")
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nianbao.parser.errors import ReadError
    from nianbao.parser.fill import Value, Where
    from nianbao.parser.report import Outcome, Report, read, read_many, to_json

__all__ = ["Outcome", "ReadError", "Report", "Value", "Where", "read", "read_many", "to_json"]

_ELSEWHERE = {"ReadError": "errors", "Value": "fill", "Where": "fill"}


def __getattr__(name: str) -> object:
    """Imported when it is asked for: the words of a cell do without the readers."""
    if name in __all__:
        return getattr(import_module(f"{__name__}.{_ELSEWHERE.get(name, 'report')}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
