"""Reads, checks and watches townships' 政府信息公开工作年度报告.

>>> from nianbao import read
>>> report = read(open("report.docx", "rb").read())
>>> report.number("requests.new.total")
"""

from nianbao.parser import Report, read, read_many, to_json

__version__ = "0.2.0"

__all__ = ["Report", "__version__", "read", "read_many", "to_json"]
