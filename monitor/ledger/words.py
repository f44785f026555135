"""The words of the house for people: each standing, quality, severity, verdict and event, in
both languages.

With the colour and symbol that every face gives it: colour alone tells nothing to whoever can't
see it. Whoever adds a name to one of the sets is told by mypy that it has no word.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple, assert_never, get_args

from nianbao.monitor.rules.finding import Severity, State
from nianbao.monitor.standing import StandingName
from nianbao.storage.kinds import (
    EventKind,
    OutgoingState,
    Quality,
    Role,
    StepKind,
    UnitKind,
    Verdict,
)

Lang = Literal["zh", "en"]


class Word(NamedTuple):
    """What a state is called, and how it looks."""

    zh: str
    en: str
    colour: str = ""  # RRGGBB, behind dark text
    symbol: str = ""

    def said(self, lang: Lang) -> str:
        return self.zh if lang == "zh" else self.en


def of_standing(name: StandingName) -> Word:
    match name:
        case "not_due":
            return Word("未到期", "not due", "F2F2F2", "·")
        case "awaiting":
            return Word("待发布", "awaiting", "DDEBF7", "○")
        case "on_time":
            return Word("按时发布", "on time", "C6E0B4", "✓")
        case "late":
            return Word("逾期发布", "late", "FFE699", "△")
        case "missing":
            return Word("逾期未发布", "missing", "F8CBAD", "✕")
        case "unknown":
            return Word("无法核实", "unknown", "D9D9D9", "?")
        case "withdrawn":
            return Word("已撤下", "withdrawn", "F8CBAD", "⊘")
        case "exempt":
            return Word("免于发布", "exempt", "F2F2F2", "—")
        case _:
            assert_never(name)


# Of a unit that is missing by one look, and not confirmed by a second.
FIRST_LOOK = Word("首次核查未见", "first check did not show it", "FCE4D6", "✕?")


def of_stood(name: StandingName, *, confirmed: bool) -> Word:
    """A standing as it is told to anybody."""
    return FIRST_LOOK if name == "missing" and not confirmed else of_standing(name)


def by_hand(who: str, lang: Lang) -> str:
    """Behind what rests on what people brought or saved; nothing where nobody did."""
    if not who:
        return ""
    return f"（人工：{who}）" if lang == "zh" else f" (by hand: {who})"


def of_quality(name: Quality) -> Word:
    match name:
        case "":
            return Word("", "")
        case "clean":
            return Word("无问题", "clean", "C6E0B4", "✓")
        case "flagged":
            return Word("有问题", "flagged", "FFE699", "!")
        case "unreadable":
            return Word("部分数据无法读取", "partly unreadable", "D9D9D9", "?")
        case _:
            assert_never(name)


# Of a report with faults whose unit need not publish it.
NOTHING_ASKED = Word("不作要求", "nothing is asked", "F2F2F2", "—")


def of_severity(name: Severity) -> Word:
    match name:
        case "error":
            return Word("必须整改", "must be corrected", "F8CBAD", "✕")
        case "warning":
            return Word("建议核实", "to be verified", "FFE699", "!")
        case "notice":
            return Word("提示", "notice", "DDEBF7", "i")
        case _:
            assert_never(name)


def of_verdict(name: State) -> Word:
    """How a check ended."""
    match name:
        case "pass":
            return Word("通过", "pass", "C6E0B4", "✓")
        case "fail":
            return Word("异常", "fail", "F8CBAD", "✕")
        case "verify":
            return Word("待核实", "to verify", "FFE699", "!")
        case "cannot":
            return Word("无法判断", "cannot tell", "D9D9D9", "?")
        case _:
            assert_never(name)


def of_decision(name: Verdict) -> Word:
    match name:
        case "waived":
            return Word("不作为问题", "waived")
        case "accepted":
            return Word("确认为问题", "accepted")
        case "exempt":
            return Word("免于发布", "exempt")
        case "note":
            return Word("备注", "note")
        case "cleared":
            return Word("取消决定", "decision taken back")
        case _:
            assert_never(name)


def of_event(name: EventKind) -> Word:
    match name:
        case "published":
            return Word("监测到发布", "published")
        case "changed":
            return Word("内容有变化", "edited")
        case "withdrawn":
            return Word("已撤下", "withdrawn")
        case "vanished":
            return Word("与其他年报一起不可见", "gone together with others")
        case "restored":
            return Word("恢复发布", "restored")
        case "standing":
            return Word("状态", "standing")
        case "settled":
            return Word("人工确认", "settled by a person")
        case "brought":
            return Word("人工提供", "brought by a person")
        case "decided":
            return Word("决定", "decision")
        case "alerted":
            return Word("已提醒", "alerted")
        case "transferred":
            return Word("划归另一县", "now of another county")
        case "since":
            return Word("设立日期有变化", "its first day was changed")
        case "returned":
            return Word("重新列入本县文件", "in the county's file again")
        case "until":
            return Word("撤并日期有变化", "its last day was changed")
        case "told":
            return Word("已写入周报", "told in a mail")
        case "proof_begins":
            return Word("开始记录完整读取的依据", "looks keep their proof from here on")
        case "put_back":
            return Word("时钟曾经不准，所记已更正", "put right: written by a wrong clock")
        case "clock_right":
            return Word("人工确认时钟正确", "a person says that the clock is right")
        case _:
            assert_never(name)


def of_kind(name: UnitKind) -> Word:
    match name:
        case "town":
            return Word("乡镇", "township")
        case "subdistrict":
            return Word("街道", "sub-district")
        case "department":
            return Word("部门", "department")
        case "county":
            return Word("县级", "county")
        case _:
            assert_never(name)


STANDINGS: Mapping[str, Word] = {name: of_standing(name) for name in get_args(StandingName)}
QUALITIES: Mapping[str, Word] = {name: of_quality(name) for name in get_args(Quality)}
SEVERITIES: Mapping[str, Word] = {name: of_severity(name) for name in get_args(Severity)}
VERDICTS: Mapping[str, Word] = {name: of_verdict(name) for name in get_args(State)}
DECISIONS: Mapping[str, Word] = {name: of_decision(name) for name in get_args(Verdict)}
EVENTS: Mapping[str, Word] = {name: of_event(name) for name in get_args(EventKind)}
GONE_IN_DOUBT = Word(
    "原网址已不可见，是否撤下待核实",
    "no longer at its address; whether it was taken down can't be told",
)
TAKEN_BACK = Word("撤销人工提供", "taken back: brought by a person")
KINDS: Mapping[str, Word] = {name: of_kind(name) for name in get_args(UnitKind)}
# Where a fault stands on its way.
FAULTS: Mapping[str, Word] = {
    "answered": Word("已答复", "answered", "DDEBF7", "✉"),
    "still": Word("仍未解决", "still there", "FFC7CE", "✗"),
    "open": Word("未告知", "not told yet", "FFEB9C", "!"),
    "sent": Word("已告知", "told", "E4DFEC", "→"),
    "unsure": Word("无法判断", "cannot tell", "F2F2F2", "?"),
    "waived": Word("已豁免", "waived", "EDEDED", "–"),
    "gone": Word("已消除", "gone", "C6EFCE", "✓"),
}
STEPS: Mapping[StepKind, Word] = {
    "sent": Word("已告知单位", "the unit was told"),
    "mended": Word("单位答复：已改", "the unit: it is mended"),
    "explained": Word("单位答复：说明", "the unit explains"),
    "appealed": Word("单位答复：申诉", "the unit appeals"),
    "accepted": Word("采纳答复，予以豁免", "the answer is accepted, it is waived"),
    "rejected": Word("不采纳答复", "the answer is not accepted"),
    "undone": Word("撤回决定", "the decision is taken back"),
}
# Of whom an account is.
ROLES: Mapping[Role, Word] = {
    "viewer": Word("查看", "viewer"),
    "unit": Word("单位", "unit"),
    "supervisor": Word("监管", "supervisor"),
    "operator": Word("运维", "operator"),
    "admin": Word("管理", "admin"),
}


# What became of a mail or post.
MAIL_STATES: Mapping[OutgoingState, tuple[str, str]] = {
    "waiting": ("等待", "waiting"),
    "sending": ("发送中", "being sent"),
    "sent": ("已发", "sent"),
    "refused": ("被拒", "refused"),
    "returned": ("退回", "came back"),
}
