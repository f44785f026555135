"""By hand: how much is found where one number of a true text is changed, or one cell of its tables.

`python -m tests.attacks.prose.mutants [--cells] FILES…` takes the consistent entries of FILES, ties numbers of
their prose to cells by words of its own (not by the grammar that is measured), slips each by a little,
and asks whether a finding names the cell or the text. What is missed is listed, to be judged by eye.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

import yaml

from nianbao.parser.claim import bare
from nianbao.storage.registry import yaml_loader
from tests.monitor.test_attack_prose import said_of

NUMBER = re.compile(
    r"(?<![\d.,第至-])(\d{1,3}(?:,\d{3})+|\d+)(?![\d.,%％]|年|月|日|时|号|小时)([一-龥]?)"
)
BETWEEN = re.compile("[,，;；。:：()（）]")
UNITS = frozenset("件宗份起个项条封例次部")
MOST_OF_A_CELL = 10**9


class Tie(NamedTuple):
    """Cells whose sum a number is, by words of its clause, and words that make it another's."""

    topic: str
    cells: tuple[str, ...]
    named: re.Pattern[str]
    never: re.Pattern[str]


def _tie(topic: str, cells: str, named: str, never: str = "(?!)") -> Tie:
    return Tie(topic, tuple(cells.split()), re.compile(named), re.compile(never))


TAKEN = "(?:收到|收|受理|接到|新增|登记|提交|递交|提出)"
DENIED = "部分|无法提供|不予处理"
DOCUMENTS = "规范性文件"
TIES = (
    _tie("received", "requests.new.total", f"(?:{TAKEN}.*申请|申请.*{TAKEN})|新收", "办结|结转|复议|诉讼|占|补正|结论"),
    _tie("carried in", "requests.carried_in.total", "(?:上一?年|20..年|年初|去年).*(?:结转|遗留|转入|未办|留下|接转)|结转.*本年"),
    _tie("carried out", "requests.carried_out.total", "(?:结转|转入|转至|跨|留待|延至).*(?:下一?年|20..年|次年|明年)|(?:尚在|仍在|正在)办理"),
    _tie("handled", "requests.handled_total.total", "办结|答复|办理完毕", "复议|诉讼|提案|建议|公开|无法|不予|按期|热线|留言|其中"),
    _tie("granted", "requests.granted.total", "予以公开|全部公开|同意公开|全文公开", "不予公开|部分公开|部分予以|主动"),
    _tie("partial", "requests.partial.total", "部分(?:予以)?公开", "不予公开|(?<!部分)予以公开|全部公开"),
    _tie("denied", "requests.denied.*.total", "不予公开", f"{DENIED}|涉|属|因"),
    _tie("denied", "requests.denied.third_party.total", "第三方|商业秘密|个人隐私", "同意公开|部分"),
    _tie("denied", "requests.denied.internal_affairs.total", "内部事务"),
    _tie("denied", "requests.denied.process_info.total", "过程性"),
    _tie("denied", "requests.denied.case_file.total", "执法案卷"),
    _tie("denied", "requests.denied.admin_inquiry.total", "行政查询|查询事项"),
    _tie("denied", "requests.denied.state_secret.total", "国家秘密"),
    _tie("unavailable", "requests.unavailable.*.total", "无法提供", "不掌握|现成|不存在|补正|不明"),
    _tie("unavailable", "requests.unavailable.not_held.total", "不掌握|不存在|未制作|未保存"),
    _tie("unavailable", "requests.unavailable.needs_creation.total", "现成|加工|汇总"),
    _tie("unavailable", "requests.unavailable.unclear.total", "补正.*不明|不明确"),
    _tie("unprocessed", "requests.unprocessed.*.total", "不予处理", "信访|重复|投诉|补正"),
    _tie("unprocessed", "requests.unprocessed.petition.total", "信访|投诉举报|举报投诉"),
    _tie("unprocessed", "requests.unprocessed.repeat.total", "重复"),
    _tie("other", "requests.other.not_corrected.total", "(?:不|未)(?:予|按期)?补正"),
    _tie("other", "requests.other.total", "其他处理"),
    _tie("applicants", "requests.new.natural_person", "自然人|公民|个人(?!隐私|信息)", "企业"),
    _tie("applicants", "requests.new.business", "企业|公司", "自然人|律|登记|信息"),
    _tie("applicants", "requests.new.legal_service", "法律服务|律师|律所", "企业|自然人"),
    _tie("applicants", "requests.new.social_welfare", "公益"),
    _tie("applicants", "requests.new.research", "科研|高校"),
    _tie("reviews", "disputes.review.total", "复议", "诉讼|维持|纠正|撤|驳回|审结"),
    _tie("reviews", "disputes.review.upheld", "复议.*维持|维持", "诉"),
    _tie("reviews", "disputes.review.corrected", "复议.*(?:纠正|撤销)|纠正|撤销", "诉"),
    _tie("reviews", "disputes.review.pending", "复议.*(?:未|尚|仍).*结|尚未审结", "诉"),
    _tie("lawsuits", "disputes.suit_direct.total disputes.suit_after_review.total", "诉讼", "复议|维持|纠正|撤|驳回|审结"),
    _tie("lawsuits", "disputes.suit_direct.total", "直接.*诉"),
    _tie("lawsuits", "disputes.suit_after_review.total", "复议后"),
    _tie("documents", "proactive.normative_documents.issued", f"(?:制发|印发|出台|制定|发布|新制).*{DOCUMENTS}|{DOCUMENTS}.*(?:制发|印发|出台|制定|新制)|^制发|^新制发", "废止|有效|失效"),
    _tie("documents", "proactive.normative_documents.repealed", "废止|失效", "制发"),
    _tie("documents", "proactive.normative_documents.in_force", "有效", "失效"),
    _tie("decisions", "proactive.licensing.decisions", "许可", "处罚|强制|事项"),
    _tie("decisions", "proactive.penalties.decisions", "处罚", "许可|强制|事项"),
    _tie("decisions", "proactive.coercion.decisions", "强制", "许可|处罚|事项"),
)  # fmt: skip


class Mutant(NamedTuple):
    """An entry in which one number of the prose, or one cell, isn't what it was."""

    case: dict[str, Any]
    topic: str
    cells: frozenset[str]
    was: str
    now: str


def read(file: Path) -> list[dict[str, Any]]:
    entries = yaml.load(file.read_text(encoding="utf-8"), yaml_loader())
    return [each for each in entries if each["verdict"] == "consistent"]


def mutants_of(case: dict[str, Any], *, of_cells: bool = False) -> Iterator[Mutant]:
    """Of each number of the prose that one tie alone explains."""
    text, figures = case["text"], case["figures"]
    for match in NUMBER.finditer(text):
        value = int(match[1].replace(",", ""))
        if value < 2 or match[2] not in UNITS:
            continue
        clause = _clause(text, match)
        found = [tie for tie in TIES if _is_tied(tie, clause, value, figures)]
        if len(found) != 1:
            continue
        tie, slipped = found[0], _slip(value, f"{case['id']}{match.start()}")
        cells = _cells(tie, figures)
        if of_cells and len(cells) == 1:
            changed = {**figures, cells[0]: slipped}
            yield Mutant(
                {**case, "figures": changed}, tie.topic, frozenset(cells), clause, f"cell {slipped}"
            )
        elif not of_cells:
            said = f"{text[: match.start(1)]}{slipped}{text[match.end(1) :]}"
            yield Mutant({**case, "text": said}, tie.topic, frozenset(cells), clause, str(slipped))


def _clause(text: str, match: re.Match[str]) -> str:
    """The words since the mark before, or the clause before where there are none; and behind."""
    sentence = text[text.rfind("。", 0, match.start()) + 1 : match.start()]
    *above, near = BETWEEN.split(sentence)
    if not re.search("[一-龥]{2}", near) and above:
        near = above[-1] + near
    behind = BETWEEN.split(text[match.end(1) : match.end(1) + 40])[0]
    behind = re.split(r"\d|、", behind)[0]
    return bare(re.split(r"[、]", near)[-1] + "#" + behind)


def _cells(tie: Tie, figures: dict[str, Any]) -> list[str]:
    found = []
    for cell in tie.cells:
        pattern = re.compile(re.escape(cell).replace(r"\*", "[a-z_]+") + "$")
        found += [key for key in figures if pattern.match(key)]
    return found


def _is_tied(tie: Tie, clause: str, value: int, figures: dict[str, Any]) -> bool:
    if not tie.named.search(clause) or tie.never.search(clause):
        return False
    cells = _cells(tie, figures)
    numbers = [figures[cell] for cell in cells]
    return bool(cells) and all(isinstance(n, int) for n in numbers) and sum(numbers) == value


def _slip(value: int, by: str) -> int:
    """One more, one less, ten more, or two digits exchanged."""
    digits = str(value)
    other = int(digits[:-2] + digits[-1] + digits[-2]) if len(digits) > 1 else value + 2
    ways = [value + 1, max(value - 1, 1), value + 10, other if other != value else value + 3]
    return ways[crc32(by.encode()) % len(ways)]


def is_found(mutant: Mutant) -> bool:
    """A finding names one of its cells, or the text itself; the true entry has none."""
    return any(not f.cells or mutant.cells & set(f.cells) for f in said_of(mutant.case))


def main() -> None:
    of_cells = "--cells" in sys.argv
    every, found = Counter[str](), Counter[str]()
    for name in (each for each in sys.argv[1:] if not each.startswith("--")):
        for case in read(Path(name)):
            for mutant in mutants_of(case, of_cells=of_cells):
                every[mutant.topic] += 1
                if is_found(mutant):
                    found[mutant.topic] += 1
                else:
                    print("MISSED", case["id"], mutant.topic, mutant.was, "->", mutant.now)
    for topic, count in every.most_common():
        print(f"{topic:12} {found[topic]:4} of {count:4}")
    print(f"{'all':12} {found.total():4} of {every.total():4}")


if __name__ == "__main__":
    main()
