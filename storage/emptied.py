"""A database that lost what it knew is not taken for a new one."""

from __future__ import annotations

from sqlalchemy import Engine, select

from nianbao.storage.evidence import Evidence
from nianbao.storage.models import Portal
from nianbao.storage.store import looking


def is_emptied(engine: Engine, evidence: str) -> str:
    """The sentence for whoever would begin anew over evidence that is there; else empty.

    A portal is written down before anything of it is fetched.
    """
    with looking(engine) as s:
        if s.scalar(select(Portal.id).limit(1)) is not None:
            return ""
    if Evidence(evidence).is_empty():
        return ""
    return (
        f"数据库是空的，而证据库 {evidence} 不是：请恢复备份（nianbao restore），"
        "确要重新开始则另设 evidence"
        f" / the database is empty and the evidence in {evidence} is not: bring back a "
        "backup (`nianbao restore`), or name another place for `evidence` to begin anew"
    )
