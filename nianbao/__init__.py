"""Reads, checks and watches townships' 政府信息公开工作年度报告.

>>> from nianbao import read
>>> report = read(open("report.docx", "rb").read())
>>> report.number("requests.new.total")
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nianbao.parser import Report, read, read_many, to_json

__version__ = "0.2.0"

__all__ = ["Report", "__version__", "read", "read_many", "to_json"]


def __getattr__(name: str) -> object:
    """The reader is imported when it is asked for: a question of the store does without."""
    if name in __all__:
        return getattr(import_module("nianbao.parser"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
