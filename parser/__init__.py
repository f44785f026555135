"""Bytes in, report out. Pure: no network, no clock, no configuration.

>>> from nianbao import read
>>> report = read(open("report.html", "rb").read())
>>> report.number("requests.new.total")
"""

from nianbao.parser.errors import ReadError
from nianbao.parser.fill import Value, Where
from nianbao.parser.report import Outcome, Report, read, read_many, to_json

__all__ = ["Outcome", "ReadError", "Report", "Value", "Where", "read", "read_many", "to_json"]
