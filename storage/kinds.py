"""The closed sets of names that stand in the database."""

from __future__ import annotations

from typing import Literal

UnitKind = Literal["town", "subdistrict", "department", "county"]
Quality = Literal["", "clean", "flagged", "unreadable"]  # empty where there is no report
EventKind = Literal[
    "published", "changed", "withdrawn", "restored", "standing", "settled", "decided", "alerted"
]
DecisionVerdict = Literal["waived", "accepted", "exempt", "note", "cleared"]
