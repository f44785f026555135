"""The words of the command line itself, Usage, Options and what is told of a wrong line, as spoken.

Typer has them in English only: its headings are names of a module, its errors are sentences.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple, cast

import typer
from rich.text import Text
from typer import rich_utils

from nianbao.monitor.cli.language import current

if TYPE_CHECKING:
    from typer._click.exceptions import UsageError

# A name in typer.rich_utils -> what it says in Chinese.
HEADINGS: Mapping[str, str] = {
    "DEPRECATED_STRING": "（已停用）",
    "DEFAULT_STRING": "（默认 {}）",
    "ENVVAR_STRING": "（环境变量 {}）",
    "REQUIRED_LONG_STRING": "（必需）",
    "ARGUMENTS_PANEL_TITLE": "参数",
    "OPTIONS_PANEL_TITLE": "选项",
    "COMMANDS_PANEL_TITLE": "命令",
    "ERRORS_PANEL_TITLE": "错误",
    "ABORTED_TEXT": "已中止。",
    "RICH_HELP": "用法见 [blue]{command_path} {help_option}[/]",
}
ENGLISH = {name: getattr(rich_utils, name, "") for name in HEADINGS}


HIGHLIGHTED = rich_utils.highlighter


def _folding(told: str | Text) -> Text:
    """Chinese has no spaces to break at: what is wider than its column goes on in the next line."""
    made = HIGHLIGHTED(told)
    assert isinstance(made, Text)
    made.overflow = "fold"
    return made


def _as_it_is(*, text: str, style: str = "", markup_mode: str) -> Text:
    """[web] is the name of a section, and nothing that Rich is told."""
    return _folding(Text(inspect.cleandoc(text), style=style))


def use_headings() -> None:
    """Let typer print its headings in the language that is spoken, and our texts as they are."""
    rich_utils.highlighter = _folding  # type: ignore[assignment]  # it is called only
    rich_utils._make_rich_text = _as_it_is
    headings = HEADINGS if current() == "zh" else ENGLISH
    for name, words in headings.items():
        setattr(rich_utils, name, words)


class Told(NamedTuple):
    """A sentence of typer's, and ours; {0}, {1} are what it names."""

    english: re.Pattern[str]
    chinese: str


def _told(english: str, chinese: str) -> Told:
    return Told(re.compile(english, re.S), chinese)


USAGE = (
    _told(r"Usage: ", "用法："),
    _told(r"\[OPTIONS\]", "[选项]"),
    _told(r"COMMAND \[ARGS\]\.\.\.", "命令 [参数]..."),
)
# What is told of a whole line.
LINES = (
    _told(r"Missing argument '(.+?)'\..*", "缺少参数 {0}"),
    _told(r"Missing option '(.+?)'\..*", "缺少选项 {0}"),
    _told(r"Missing command\.", "缺少命令"),
    _told(r"No such command (.+)\. Did you mean (.+)\?", "没有命令 {0}，是否指 {1}？"),
    _told(r"No such command (.+)\.", "没有命令 {0}"),
    _told(r"No such option: (\S+) \(Possible options: (.+)\)", "没有选项 {0}，是否指 {1}？"),
    _told(r"No such option: (\S+) Did you mean (.+)\?", "没有选项 {0}，是否指 {1}？"),
    _told(r"No such option: (\S+)", "没有选项 {0}"),
    _told(r"Got unexpected extra argument(?:s|\(s\))? \((.+)\)", "多余的参数：{0}"),
    _told(r"Option '(.+)' requires an argument\.", "选项 {0} 后面缺少内容"),
    _told(r"Option '(.+)' requires (\d+) arguments\.", "选项 {0} 后面应有 {1} 项内容"),
    _told(r"Option '(.+)' does not take a value\.", "选项 {0} 后面不带内容"),
    _told(r"Argument '(.+)' takes (\d+) values\.", "参数 {0} 应有 {1} 项"),
)
WRONG_VALUE = re.compile(r"Invalid value(?: for (?P<where>.+?))?: (?P<why>.*)", re.S)
# Why a value is wrong.
VALUES = (
    _told(r"(?:Value error, )?(.+) is not one of (.+)\.", "{0} 应为 {1} 之一"),
    _told(r"Input should be greater than or equal to (\S+)", "不应小于 {0}"),
    _told(r"Input should be less than or equal to (\S+)", "不应大于 {0}"),
    _told(r"(.+) is not in the range (.+)\.", "{0} 不在 {1} 之内"),
    _told(r"(.+) is not a valid int(?:eger)?\.", "{0} 不是整数"),
    _told(r"(.+) is not a valid float\.", "{0} 不是数"),
    _told(r"Input should be a valid integer.*", "应为整数"),
    _told(r"Input should be a valid number.*", "应为数"),
    _told(r"Input should be a finite number", "应为有限的数"),
    _told(r"Input should be a valid boolean.*", "应为 true 或 false"),
    _told(r"Unable to parse input string as an integer.*", "数字过长"),
    _told(r"(\S+) (.+) does not exist\.", "{1} 不存在"),
    _told(r"(\S+) (.+) is a file\.", "{1} 是文件"),
    _told(r"(\S+) (.+) is a directory\.", "{1} 是文件夹"),
    _told(r"(\S+) (.+) is not readable\.", "{1} 不可读"),
    _told(r"(\S+) (.+) is not writable\.", "{1} 不可写"),
)


def usage(line: str) -> str:
    """The line of usage as it is spoken."""
    if current() == "en":
        return line
    for english, chinese in USAGE:
        line = english.sub(chinese, line)
    return line


def told_of(message: str) -> str:
    """What typer tells of a wrong line, in Chinese."""
    if match := WRONG_VALUE.fullmatch(message):
        why = _by(VALUES, match["why"])
        where = _unquoted(match["where"] or "")
        return f"{where} 的值不对：{why}".lstrip()
    return _by(LINES, message)


def _by(sentences: tuple[Told, ...], message: str) -> str:
    for english, chinese in sentences:
        if match := english.fullmatch(message):
            return chinese.format(*map(_unquoted, match.groups()))
    return message


def _unquoted(named: str) -> str:
    return named.replace("'", "")


def wrong_use(error: UsageError) -> UsageError:
    """The error of a wrong line, to be raised in its place."""
    use_headings()
    if current() == "en" or type(error).__name__ == "NoArgsIsHelpError":
        return error
    usage_error = cast("type[UsageError]", typer.BadParameter.__mro__[1])
    return usage_error(told_of(error.format_message()), error.ctx)
