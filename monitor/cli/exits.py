"""What exit codes mean, by command: help texts and docs/commands.md take them from here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, NoReturn

import typer

from nianbao.monitor.cli.language import one_of, say
from nianbao.monitor.cli.screen import echo


class Exit(NamedTuple):
    code: int
    zh: str
    en: str


DONE = Exit(0, "完成", "done")
WRONG_USE = Exit(
    2,
    "用法、配置或数据库有误",
    "wrong use, or a fault in the configuration or the database",
)
NOTHING_ELSE = (DONE, WRONG_USE)

EXITS: Mapping[str, tuple[Exit, ...]] = {
    "read": (
        Exit(
            0,
            "每个文件都已读取（个别单元格仍可能无法确定，见输出）",
            "every file was read (some cells may still be unreadable: see the output)",
        ),
        Exit(1, "有文件无法读取", "some file could not be read"),
        Exit(2, "用法有误", "the command was used wrongly"),
    ),
    "check": (
        Exit(0, "没有问题，或只有提示", "nothing, or notices only"),
        Exit(3, "有待核实的问题", "warnings to verify"),
        Exit(4, "有必须整改的问题", "errors"),
        Exit(
            1,
            "有文件无法读取，或结果无法写入",
            "some file could not be read, or the result not be written",
        ),
        Exit(2, "用法有误", "wrong use"),
    ),
    "rules": (DONE, Exit(2, "没有这条规则，或用法有误", "no such rule, or wrong use")),
    "init": (
        Exit(0, "已写好", "written"),
        Exit(1, "文件已存在", "the file is there already"),
        Exit(
            2,
            "没有这个县，或有几个同名；用法有误",
            "no such county, or several of that name; wrong use",
        ),
    ),
    "probe": (
        Exit(0, "已完整读取", "read"),
        Exit(1, "未能读取，或只读到一部分", "not read or only in part"),
        Exit(
            4,
            "不是年报栏目，或无法识别（说明是什么、可以怎样试）",
            "no list of annual reports, or not understood (it says what it is, and what to try)",
        ),
        Exit(2, "用法有误", "wrong use"),
    ),
    "discover": (
        Exit(0, "每个单位都找到了栏目", "a column of every unit was found"),
        Exit(
            1,
            "有单位没有找到栏目，或没有查找完（逐一说明）",
            "no column of some units, or the search is not over (it tells which)",
        ),
        Exit(
            3,
            "没有证实是不是该县的网站，未写入",
            "it is not proven whose portal it is: nothing was written",
        ),
        Exit(
            4,
            "没有找到栏目（说明看到了什么、可以怎样试）",
            "no column was found (it says what was seen, and what to try)",
        ),
        Exit(2, "用法或配置有误", "wrong use, or a fault in the configuration"),
    ),
    "sweep": (
        Exit(0, "每个栏目都完整读取", "every look was complete"),
        Exit(1, "有栏目未完整读取（逐一列出）", "some were not (they are told)"),
        Exit(
            3,
            "程序自身出错（已记入，其余栏目照常查看）",
            "a fault of ours (it is written down, the other columns were looked at)",
        ),
        Exit(2, "用法、配置或数据库有误", "a fault in the configuration or the database"),
    ),
    "look": (
        Exit(0, "每个栏目都完整读取", "every look was complete"),
        Exit(
            1,
            "有栏目未完整读取（逐一列出）；不在允许的时段，或等不到正在进行的巡检结束；"
            "保存的网页无法采用或没有用到（说明原因）",
            "some were not (they are told); outside the portal's window, or a sweep did not end; a "
            "saved page can't be used (it says why)",
        ),
        Exit(3, "程序自身出错（已记入）", "a fault of ours (it is written down)"),
        Exit(
            2,
            "没有这个单位或它的栏目；用法、配置或数据库有误",
            "no such unit or no column of it; wrong use, configuration or database",
        ),
    ),
    "adopt": (
        Exit(0, "已采用（或已撤销）", "adopted, or taken back"),
        Exit(
            1,
            "没有采用：读不到、不是年报、所写单位或年度不同（说明看到什么、可以怎样试）；"
            "不在允许的时段，或等不到正在进行的巡检结束",
            "not adopted: not read, no report, of another unit or year (it says what was seen, and "
            "what to try); outside the portal's window, or a sweep did not end",
        ),
        Exit(3, "程序自身出错", "a fault of ours"),
        Exit(
            2,
            "没有这个单位，没有注明提供人或理由，没有可撤销的；用法、配置或数据库有误",
            "no such unit, nobody who says so or no reason, nothing to take back; wrong use, "
            "configuration or database",
        ),
    ),
    "missing": NOTHING_ELSE,
    "late": NOTHING_ELSE,
    "flagged": NOTHING_ELSE,
    "faults": NOTHING_ELSE,
    "unknown": NOTHING_ELSE,
    "standing": NOTHING_ELSE,
    "drafts": NOTHING_ELSE,
    "history": (
        DONE,
        Exit(2, "没有这个单位，或有几个同名", "no such unit, or several of that name"),
    ),
    "show": (
        DONE,
        Exit(1, "存证无法读取", "the evidence can't be read"),
        Exit(2, "没有这份年报", "no such report"),
    ),
    "find": (
        Exit(0, "有结果", "found"),
        Exit(1, "没有找到", "nothing found"),
        WRONG_USE,
    ),
    "compare": (
        Exit(0, "完全一致", "both agree"),
        Exit(3, "有不一致之处（逐一列出）", "they differ (each difference is told)"),
        Exit(2, "文件无法识别，或用法有误", "the file is not understood, or wrong use"),
    ),
    "ledger": (
        Exit(0, "已写好", "written"),
        Exit(2, "没有这个县，或尚无数据", "no such county, or nothing is known yet"),
    ),
    "letter": (
        Exit(0, "已写好", "written"),
        Exit(1, "没有可以发文的事项", "there is nothing to write about"),
        Exit(2, "没有这个单位", "no such unit"),
    ),
    "sum": (
        DONE,
        Exit(2, "没有这个县，或没有年报", "no such county or no report"),
        Exit(
            4,
            "县级年报与合计不一致",
            "the county's own report says other numbers",
        ),
    ),
    "export": (DONE, Exit(2, "无法写入，或用法有误", "it can't be written, or wrong use")),
    "site": (
        DONE,
        Exit(1, "无法写入，文件夹保持原样", "it can't be written, the folder is as it was"),
        Exit(
            2,
            "没有公开的县，文件夹中有其他文件，或用法、配置有误",
            "nothing is public, the folder holds other files, or a fault in use or configuration",
        ),
    ),
    "demo": (
        Exit(0, "与预设一致", "all is as planted"),
        Exit(1, "有不符之处（逐一列出）", "something is off (it is told)"),
        Exit(2, "文件夹不是空的", "the folder is not empty"),
    ),
    "web": (
        Exit(0, "按要求结束", "ended as asked"),
        Exit(1, "端口无法使用", "the port can't be used"),
        Exit(
            2,
            "不是本机地址；用法、配置或数据库有误",
            "not an address of loopback; wrong use, configuration or database",
        ),
    ),
    "daemon": (
        Exit(0, "按要求结束", "ended as asked"),
        Exit(
            1,
            "数据库服务器没有应答（稍后重新启动即可）",
            "the database's server does not answer (start again a little later)",
        ),
        Exit(2, "配置或数据库有误", "a fault in the configuration or the database"),
        Exit(
            3,
            "另一个守护进程正在使用同一数据库",
            "another daemon works on the same store",
        ),
    ),
    "worker": (
        Exit(0, "按要求结束", "ended as asked"),
        Exit(
            1,
            "数据库服务器没有应答（稍后重新启动即可）",
            "the database's server does not answer (start again a little later)",
        ),
        Exit(2, "配置或数据库有误", "a fault in the configuration or the database"),
    ),
    "status": (
        Exit(0, "一切正常", "well"),
        Exit(1, "有问题（逐一列出）", "something is wrong (it is told)"),
        WRONG_USE,
    ),
    "doctor": (
        Exit(0, "一切正常", "all well"),
        Exit(1, "有问题", "something is wrong"),
        WRONG_USE,
    ),
    "digest": (
        DONE,
        Exit(
            1,
            "有邮件未能发出（稍后再试）",
            "some mail could not be sent (it is tried again later)",
        ),
        Exit(2, "没有可通报的内容，或设置有误", "nothing to tell or wrong settings"),
    ),
    "outbox": NOTHING_ELSE,
    "returned": (
        DONE,
        Exit(
            1,
            "不是本系统邮件的退信，或已登记",
            "the mail is none of ours that came back, or known already",
        ),
        Exit(2, "邮箱无法读取", "the mailbox can't be read"),
    ),
    "feed": NOTHING_ELSE,
    "calendar": NOTHING_ELSE,
    "coverage": NOTHING_ELSE,
    "preflight": (
        Exit(0, "全部单位可以核验", "every unit can be verified"),
        Exit(1, "有单位不能核验（逐一列出）", "some can not (they are told)"),
        WRONG_USE,
    ),
    "waive": (DONE, Exit(2, "没有这个问题或单位", "no such finding or unit")),
    "accept": (DONE, Exit(2, "没有这个问题或单位", "no such finding or unit")),
    "exempt": (DONE, Exit(2, "没有这个单位", "no such unit")),
    "note": (DONE, Exit(2, "没有这个问题或单位", "no such finding or unit")),
    "replay": (
        DONE,
        Exit(1, "有文件无法重读（逐一列出）", "some could not be read again (they are told)"),
        WRONG_USE,
    ),
    "diff": (DONE, Exit(2, "没有这份年报", "no such report")),
    "review": NOTHING_ELSE,
    "review settle": (
        Exit(0, "已确认", "settled"),
        Exit(2, "没有这条或这个单位，或用法有误", "no such link or unit, or wrong use"),
    ),
    "review column": (
        Exit(0, "已记录", "written down"),
        Exit(2, "没有这个栏目，或用法有误", "no such column, or wrong use"),
    ),
    "backup": (
        Exit(0, "已写好并核对", "written and verified"),
        Exit(
            1,
            "已写好，但个别证据此前已损坏或缺失（逐一列出）",
            "written, but some evidence was damaged or missing already (it is told)",
        ),
        Exit(
            2,
            "未写：文件已存在，或用法、配置、数据库有误",
            "not written: the file is there already, wrong use, a fault in configuration or store",
        ),
    ),
    "restore": (
        Exit(0, "已恢复并核对", "brought back and verified"),
        Exit(
            1,
            "已恢复，但个别证据在备份时已损坏或缺失（逐一列出）",
            "brought back, but for evidence that was lost before the backup (it is told)",
        ),
        Exit(
            2,
            "未恢复：备份不完整，目标不是空的，或用法有误",
            "not brought back: the backup is not whole, the target not empty, wrong use",
        ),
    ),
    "evidence verify": (
        Exit(0, "全部完好", "all is as it was stored"),
        Exit(1, "有缺失或改动（逐一列出）", "something is missing or changed (it is told)"),
        WRONG_USE,
    ),
    "evidence export": NOTHING_ELSE,
    "evidence manifest": NOTHING_ELSE,
    "evidence prune": (
        DONE,
        Exit(2, "没有保存期限或决定人，或用法有误", "no period, nobody who decides, or wrong use"),
    ),
    "evidence sheet": (
        Exit(0, "已写好", "written"),
        Exit(
            1,
            "没有可以证明的事项，或存证无法读取，或无法生成 PDF",
            "there is nothing to prove, the evidence can't be read, or no PDF be made",
        ),
        Exit(2, "没有这个单位，或有几个同名；用法有误", "no such unit, or several; wrong use"),
    ),
    "record": (
        Exit(0, "已写好；重放时全部一致", "written; or all is told as it was"),
        Exit(
            1,
            "有不同之处（逐一列出）；尚无可录的内容，或存证无法读取",
            "something differs (it is told); there is nothing to record, or it can't be read",
        ),
        Exit(
            2,
            "没有这个县，文件夹不是空的，不是录像，或用法有误",
            "no such county, the folder is not empty, no recording, or wrong use",
        ),
    ),
    "audit verify": (
        Exit(0, "与所记一致", "all is as it was written down"),
        Exit(
            1,
            "有改动、缺失或错位（逐一列出）",
            "changed, taken out or moved (it is told)",
        ),
        WRONG_USE,
    ),
    "audit export": NOTHING_ELSE,
    "store copy": (
        Exit(0, "已复制并核对", "copied and verified"),
        Exit(
            1,
            "已复制，但有证据在源处已缺失或损坏（逐一列出）",
            "copied, but for evidence that was lost where it comes from (it is told)",
        ),
        Exit(
            2,
            "目标中有别的内容，数据库或证据库无法使用，或守护进程还在运行",
            "the target holds something else, a database or the evidence can't be used, or the "
            "daemon runs",
        ),
    ),
    "units import": (
        DONE,
        Exit(1, "文件无法读取", "a file can't be read"),
        Exit(2, "没有单位名称一列，或用法有误", "no column of names, or wrong use"),
    ),
    "user add": (
        DONE,
        Exit(
            2,
            "已有此用户，没有这个角色或范围，或密码不合要求",
            "there is such a user, no such role or scope, or the password is too easy",
        ),
    ),
    "user list": NOTHING_ELSE,
    "user role": (
        DONE,
        Exit(
            2,
            "没有这个用户、角色或范围，或是唯一的管理员",
            "no such user, role or scope, or it is the only admin",
        ),
    ),
    "user password": (
        DONE,
        Exit(2, "没有这个用户，或密码不合要求", "no such user, or the password is too easy"),
    ),
    "user remove": (
        DONE,
        Exit(2, "没有这个用户，或是唯一的管理员", "no such user, or it is the only admin"),
    ),
    "user token": (DONE, Exit(2, "没有这个用户", "no such user")),
    "config check": (
        Exit(0, "没有问题", "sound"),
        Exit(1, "有错误（逐一列出）", "faults"),
        Exit(2, "用法有误", "wrong use"),
    ),
}


def told(command: str) -> str:
    """The last paragraph of a command's help."""
    zh = "；".join(f"{exit.code} {exit.zh}" for exit in EXITS[command])
    en = "; ".join(f"{exit.code} {exit.en}" for exit in EXITS[command])
    return say(f"退出码：{zh}。", f"Exit codes: {en}.")


def end(code: int, zh: str, en: str = "") -> NoReturn:
    """Ends the command with a sentence on standard error."""
    tell(zh, en)
    raise typer.Exit(code)


def tell(zh: str, en: str = "") -> None:
    """A sentence for the person who waits, on standard error. Without `en` it is one that says
    both.
    """
    echo(say(zh, en) if en else one_of(zh), err=True)
