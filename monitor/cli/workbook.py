"""Rows as a workbook, where a command writes one."""

from __future__ import annotations

from nianbao.monitor.paper.workbook import write as write
