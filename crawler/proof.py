"""Why a look at a column is complete: never because nothing spoke against it, always because
something proves it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

ProofKind = Literal[
    "", "declared", "ended", "read_back", "single", "empty", "document", "unchanged"
]


class Proof(NamedTuple):
    """What proves that a look was complete; nothing does where it has no kind."""

    kind: ProofKind = ""
    detail: str = ""


NONE = Proof()
PROOFS: Mapping[str, tuple[str, str]] = {
    "declared": ("网站声明的条数已全部读到", "all that the site declares was read"),
    "ended": ("已读到最后一页，没有更多迹象", "the pager was read to its end"),
    "read_back": (
        "按日期排列，已读到当年1月1日以前",
        "by date, read back past 1 January",
    ),
    "single": ("只有一页，没有任何更多迹象", "one page without any sign of more"),
    "empty": ("列表位置写明没有内容", "the list itself says that it is empty"),
    "document": ("一个地址一份年报", "each address is one report"),
    "unchanged": ("与上次完整读到的列表相同", "as it was when it was read whole"),
}
