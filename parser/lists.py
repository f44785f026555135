"""Wholes and their parts: which numbers of a paragraph are listed under which."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from nianbao.parser.evidence import (
    FEWEST,
    are_evenly_told,
    named_again,
    names_all,
    summed_up,
    sure_parts,
)
from nianbao.parser.patterns import pattern_of
from nianbao.parser.quantities import Quantity, plain
from nianbao.parser.tokens import Token

MOST_PARTS = 60
NOT_YET = -1  # the whole stands behind its parts
WHOLE_TO_COME = pattern_of(r"^[,;、].*[一-龥”]\((?:包括|其中|含|包含)[^()]*$")
OUT_OF_BRACKET = pattern_of("[()]")


@dataclass
class Parts:
    """A whole, and what is listed under it, by their places among the tokens."""

    whole: int
    is_open: bool = False  # names only some of its parts
    is_certain: bool = False  # says itself that it names all of them
    is_implied: bool = False  # no word opens it: 100条，网站60条，公众号40条
    is_bridged: bool = False  # goes on over a full stop
    is_numbered: bool = False
    is_told_at_once: bool = False  # 9件：机关6件，社区3件
    is_divided: bool = False  # 按申请方式分: names every way there is
    is_by_the_year: bool = False  # 上半年…，下半年…
    is_named: bool = False  # 网站402条、…，其中网站又分为…
    is_of_one: bool = False  # 公众号公开329条，公众号中原创信息101条
    is_complement: bool = False  # 自然人和法人: nothing is left between them
    depth: int = 0
    parts: list[int] = field(default_factory=list)
    is_closed: bool = False  # names all its parts, as far as that can be told
    balances: bool = False
    sure: list[int] = field(default_factory=list)  # those of which it is sure that they are parts
    is_all_told: bool = False  # right behind its whole, evenly, to the end of the sentence


OPENS = pattern_of(
    r"其中|包括|包含|(?<=,)内[含有]|(?<=,)含(?![义量有金])|分布如下|以下[^,。;:]{0,10}:|如下:|构成:|分别(?!占)(?!(?:为|是)?《)(?:为|是)?|[从按][^,。;:0-9]{2,14}看|申请(?:方式|渠道|途径)(?:为|是|有)|申请人为|依次为|具体(?:为|是|如下)?|分为|按[^,。;]{0,12}?(?:分|类别|类)|一是|涉及|主要(?!领导|负责|责任|同志|职能|业务)|[(]含|(?:各类|上述|全部|所有)信息中"
)
IS_OPEN = pattern_of("涉及|主要|重点|[(]含|等")
CERTAIN = pattern_of("分别(?!占)(?!(?:为|是)?《)(?:为|是)?|依次为")
# Names that leave nothing between them.
COMPLEMENTS = (
    (pattern_of("自然人|公民|个人"), pattern_of("法人|组织|单位")),
    (pattern_of("按期|按时|如期"), pattern_of("延期|延长")),
    (pattern_of("(?<!不)合格"), pattern_of("不合格")),
    (pattern_of("(?<!不)属于"), pattern_of("不属于的?")),
    (pattern_of("建议|议案"), pattern_of("提案")),
    (pattern_of("预算"), pattern_of("决算")),
    (pattern_of("网上|线上|在线"), pattern_of("线下|书面|纸质")),
    (pattern_of("(?<!未)(?<!尚未)(?:办结|审结)"), pattern_of("未办结|未审结|在办|正在")),
    (pattern_of("[,、和](?:全部|予以)?公开类"), pattern_of("[,、和](?:非|不予?)公开类")),
    (pattern_of("机关|本级"), pattern_of("下属|所属|局属|委属|直属|基层|事业单位")),
)
TOTAL_AFTER = pattern_of(
    "(?:合计|总计|共计|总共|加起来|合起来|[两二三]者共|[两二三四]级共|全(?:年|[县市区省州镇乡局系]统?)(?:总)?共|"
    "[两三四五六七八九0-9]{1,2}(?:个|类|项|大)[^,。;0-9]{0,8}共)[^,。;]{0,12}$|[,;]全年$"
)
# 复议12件，维持8件、纠错2件；全局各类复议合计61件
OF_WIDER = pattern_of("^;[^0-9]{0,6}?全[局县市区镇省乡系委][各所全其]")
TOTAL_IN_BRACKETS = pattern_of(r"\((?:以上|上述|各项)?(?:合计|总计|共计|共)(?:为|有)?")
COUNTS_OF_PARTS = frozenset("个类项家")
ALL_OF_THEM = pattern_of(
    "^(?:[^,。;:0-9]{1,10}(?<!公)共|[^,。;:0-9]{0,10}(?:合计|总计))[^,。;]{0,8}$"
)
ALL_YEAR = pattern_of(
    "^[,;](?:全年[^,。;]{0,8}|累计(?:主动|公开|发布|更新|推送|政府|政务|各类|信息|共|为|了)*)$"
)
PARTS_OF_A_YEAR = (
    ("上半年", "下半年"),
    ("前三季度", "四季度"),
    ("一季度", "二季度", "三季度", "四季度"),
)
TOTAL_WITHOUT_A_WORD = pattern_of(
    "^[,;](?:(?:均|都|全部)[^,。;:()0-9]{1,20},)?(?:[^,。;]{0,8}年|累计)?(?:共|计(?![划入算]))[^,。;]{0,10}$"
)
ONLY_THE_YEAR = pattern_of("[,;]全年$")  # 最多的5月14件，全年78件
BODIES_COUNTED = pattern_of("行政村|村|社区|乡|镇|街道|部门|单位|科室|站|渠道|平台|账号|栏目")
NUMBERED = pattern_of(r"^(?:[二三四五六七八九十]{1,2}是|[(]?[2-9二三四五六七八九][)、.])")
ORDINAL = pattern_of("[一二三四五六七八九十]是")
BRIDGE = pattern_of(r"^(?:另外|同时)?,?(?:通过|在|利用|依托|运用|借助)")
OF_ALL = pattern_of("^[,(]?(?:约|分别|依次|各)*占(?!道|地|用|林)[^,。;%0-9]{1,16}$")
RESPECTIVELY = pattern_of("^[,(]?(?:分别|依次|各)")
WITHIN = pattern_of(r"\([^()]*\)")
WEAK = pattern_of("涉及|主要")
GOES_ON = pattern_of(
    r"^(?:其中|包括|按|[从按][^,。;:0-9]{2,14}看|申请(?:方式|渠道|途径)(?:为|是|有)|(?:在)?(?:各类|上述|全部|所有)信息中)"
)
OWN_TOTAL = pattern_of("(?<!公)共(?!同|享|产)|累计|合计|全年|公开总[数量]")
DISCLOSE = pattern_of(r"公开|发布|公示|更新|上传|推送|刊发|刊登|张贴|公布|发文|推文")
OTHER_VERB = pattern_of(
    "^[,、;]?(?:并|另|还|共|全年|累计|同时|通过[^,。;]{1,10})*(?:收到|受理|立案|召开|答复|办结|阅读|点击|访问|浏览|粉丝|关注人)"
)
RESIDUAL = pattern_of("(?:其余|其他|其它|剩余)[^,。;、]{0,12}$")
MOST_NESTED = 6  # numbers in brackets between two complements
LAST_JOINED = pattern_of("(?:和|及|以及|与|并)(?!其他)[^,。;、]{1,20}$")


class Lists:
    """The lists of one paragraph."""

    def __init__(self, tokens: Sequence[Token], sentences: Sequence[str]) -> None:
        self.tokens, self.sentences = tokens, sentences
        self.stack: list[Parts] = []
        self.done: list[Parts] = []

    def read(self) -> list[Parts]:
        for i in range(len(self.tokens)):
            self._take(i)
        self._close(0)
        self.done = [found for found in self.done if found.whole != NOT_YET]
        for found in self.done:
            self._settle(found)
        rests = list(self._rests())
        return [*(found for found in self.done if found.parts), *rests]

    def _rests(self) -> Iterator[Parts]:
        """收到7件，1件不予公开，其余5件予以公开: what no reading makes the whole of."""
        told = {i for found in self.done if found.is_closed for i in found.parts}
        for i, token in enumerate(self.tokens):
            if REST_HERE.search(token.gap) and i not in told and token.number.exact:
                yield from self._rest_at(i)

    def _rest_at(self, i: int) -> Iterator[Parts]:
        before = [j for j in range(max(i - MOST_BEFORE_A_REST, 0), i) if self._is_near(j, i)]
        wholes = [j for j in before if self.tokens[j].flow]  # 予以公开31件，…，其他4件: of no whole
        if not wholes or any(self.tokens[j].is_aside for j in before):
            return
        whole = max(wholes, key=lambda j: self.tokens[j].number.value)
        parts = self._after_what_balances(whole, [j for j in before if j > whole])
        if not parts or any(self._is_made_by_a_rest(before, each) for each in self._rests_from(i)):
            return
        all_of_it = Decimal(self.tokens[whole].number.value)
        total = sum(Decimal(self.tokens[j].number.value) for j in [*parts, i])
        if all_of_it * LEAST <= total <= all_of_it * MOST:
            yield Parts(whole, is_certain=True, parts=[*parts, i], is_closed=True)

    def _rests_from(self, i: int) -> Iterator[Decimal]:
        """The rest, alone and with each of the numbers behind it in its sentence."""
        rest = self.tokens[i].number
        total = Decimal(rest.value)
        yield total
        for number in self._behind(i):
            if number.unit == rest.unit:
                total += number.value
                yield total

    def _is_near(self, j: int, i: int) -> bool:
        """Of one sentence, or of the one before it, and counted alike."""
        before, token = self.tokens[j], self.tokens[i]
        return before.unit == token.unit and token.sentence - before.sentence < 2

    def _after_what_balances(self, whole: int, behind: list[int]) -> list[int]:
        """4件邮寄、3件网上；1件不予公开: a second way to divide the same."""
        total = Decimal(0)
        for n, j in enumerate(behind):
            total += self.tokens[j].number.value
            if total == self.tokens[whole].number.value:
                return behind[n + 1 :]
        return behind

    def _is_made_by_a_rest(self, before: list[int], rest: Decimal) -> bool:
        """Some number before it, or two of them, is the rest and what stands right before it."""
        numbers = [Decimal(self.tokens[j].number.value) for j in before]
        for n, number in enumerate(numbers):
            wholes = {number, *(number + other for other in numbers[:n])}
            behind = [self.tokens[j] for j in before[n + 1 :]]
            if wholes & _sums_with(rest, behind):
                return True
        return False

    def _take(self, i: int) -> None:
        token = self.tokens[i]
        before = self.tokens[i - 1] if i else None
        starts = before is None or before.sentence != token.sentence
        last = self._last_that_counts(i)
        if starts and self.stack and not self._goes_on(self.sentences[token.sentence]):
            self._close(0)
        while self.stack and self.stack[-1].depth > token.depth:
            found = self.stack.pop()
            if found.whole == NOT_YET:
                found.whole = i
                if before is None or OUT_OF_BRACKET.search(token.gap):
                    continue
            self.done.append(found)
        if token.is_aside:
            return
        if _is_final(token.gap):
            self._close(0)
            return
        if ";" in token.gap:
            self._semicolon(token)
        if self._is_total_after(i) or self._is_total_of_the_above(i):
            return
        if self._is_whole_between(i):
            return
        opened = self._open(i, last)
        if not self.stack:
            return
        top = self.stack[-1]
        if top.whole == NOT_YET:
            if not top.parts or token.unit == self.tokens[top.parts[0]].unit:
                top.parts.append(i)
            return
        whole = self.tokens[top.whole]
        if ALL_OF_IT.match(token.right) and token.number.value == whole.number.value:
            return  # 收到2份，两份都由…答复
        are_out = token.flow == whole.flow == "out"
        is_within = PUT_OFF.search(token.gap) or (are_out and OF_THOSE.match(whole.right))
        if token.flow and whole.flow and not opened and not is_within:
            self._close(0)
            return
        if _has_its_own_total(token.gap):
            self._close(0)
        elif token.unit == whole.unit and (
            opened
            or whole.is_request
            or not OTHER_VERB.search(_own_words(token, before).rpartition(";")[2])
        ):
            top.parts.append(i)
        elif token.unit != whole.unit and not DISCLOSE.search(token.gap):
            self._close(len(self.stack) - 1)

    def _goes_on(self, line: str) -> bool:
        first = self.stack[0]
        if first.is_numbered and NUMBERED.match(line):
            self._close(1)
            return True
        if BRIDGE.match(line) and not first.is_numbered:
            self._close(1)
            first.is_bridged = True
            return True
        return False

    def _semicolon(self, token: Token) -> None:
        if len(self.stack) > 1:
            self._close(1)
        elif self.stack and not self.stack[0].is_numbered:
            last = token.gap.rpartition(";")[2]
            before = token.gap.rpartition(";")[0]
            parts = [self.tokens[j].gap for j in self.stack[0].parts]
            is_other_half = YEARLY.match(last) and not any(map(YEARLY.match, parts))
            is_told = REST_TOLD.search(before) is not None or is_other_half
            if is_told or VERB_OF_ITS_OWN.search(last) or self._is_parted_by_less(self.stack[0]):
                self._close(0)

    def _is_parted_by_less(self, found: Parts) -> bool:
        """Parts that were told apart by commas end at a semicolon."""
        return len(found.parts) > 1 and ";" not in self.tokens[found.parts[1]].gap

    def _is_total_after(self, i: int) -> bool:
        """31件、2件、54件，共计87件."""
        token = self.tokens[i]
        if not _may_be_a_total(token.gap) or _opening(token.gap):
            return False
        behind = self.sentences[token.sentence][token.number.end :][:1]
        if OF_WIDER.match(token.gap):
            return False
        is_bracketed = TOTAL_IN_BRACKETS.fullmatch(token.gap) is not None
        if is_bracketed and behind != ")":
            return False  # 公开84件（共91件，不宜公开7件）
        if self._is_total_of_its_own(i):
            return False
        behind_count = self._is_behind_a_count(i)
        is_certain = (
            is_bracketed
            or behind_count
            or bool(TOTAL_AFTER.search(token.gap))
            or self._is_of_the_year(i)
        )
        if not is_certain and not TOTAL_WITHOUT_A_WORD.search(WITHIN.sub("", token.gap)):
            return False
        parts: list[int] = []
        has_aside = False
        for j in range(i - 1 - behind_count, max(i - MOST_PARTS, -1), -1):
            other = self.tokens[j]
            if other.sentence != token.sentence:
                break
            if other.is_aside and other.depth == token.depth and other.unit == token.unit:
                has_aside = True  # 2022年度决算1份、2023年度预算1份，共…
            if other.depth > token.depth or other.is_aside:
                continue
            if other.unit != token.unit and (self._counts_bodies(j) or other.unit in TURNS):
                continue
            if other.unit != token.unit or self._is_a_total(j):
                break
            parts.insert(0, j)
        told = [each for each in self.stack if not each.is_implied]
        if is_bracketed and (len(parts) < 2 or told):
            return True
        came_in = all(self.tokens[j].flow == "in" for j in parts)  # 新收…，结转…，共286件
        own = "" if came_in and TOTAL_ALONE.search(token.gap) else token.flow
        flows = {own, *(self.tokens[j].flow for j in parts)} - {""}
        are_counted = behind_count and self.tokens[i - 1].number.value == len(parts)
        if len(flows) > 1 and not are_counted:
            return False
        if len(parts) < 2 or (told and self.tokens[told[0].whole].unit == token.unit):
            return False
        if not is_certain and any(self.tokens[j].number.low > token.number.high for j in parts):
            return False
        self.stack.clear()
        summed = summed_up(self.tokens, i, parts)
        if has_aside and not fits(token.number, [self.tokens[j].number for j in summed]):
            summed = []
        if ONLY_THE_YEAR.search(token.gap):
            is_certain = _make_a_year([self.tokens[j].gap for j in summed])
        if summed:
            found = Parts(i, is_certain=is_certain, depth=token.depth, parts=summed)
            self.done.append(found)
        return True

    def _is_total_of_its_own(self, i: int) -> bool:
        """省政府本级1126件，省直部门、市县合计14111件: of bodies that no number before it is of."""
        named = ITS_OWN.search(self.tokens[i].gap)
        names = re.split("、|和|及|与", named["names"]) if named else []
        before = "".join(each.gap for each in self.tokens[max(i - MOST_NESTED, 0) : i])
        return len(names) > 1 and not any(name in before for name in names)

    def _counts_bodies(self, i: int) -> bool:
        """11个村公开栏张贴1034张: by how many."""
        token = self.tokens[i]
        return token.unit in COUNTS_OF_PARTS and BODIES_COUNTED.match(token.right) is not None

    def _is_a_total(self, i: int) -> bool:
        """全年共收到12件 begins a sentence: a total of nothing before it."""
        is_later = i > 0 and self.tokens[i - 1].sentence == self.tokens[i].sentence
        return is_later and TOTAL_AFTER.search(self.tokens[i].gap) is not None

    def _is_total_of_the_above(self, i: int) -> bool:
        """…9127条；…4481条；…2260条，…331条。上述四类渠道合计16199条."""
        token, count = self.tokens[i], self.tokens[i - 1]
        if not i or count.unit not in COUNTS_OF_PARTS or not THE_ABOVE.fullmatch(count.gap):
            return False
        if count.sentence != token.sentence or not TOGETHER.fullmatch(token.gap):
            return False
        above = [
            j
            for j in range(max(i - MOST_PARTS, 0), i - 1)
            if self.tokens[j].sentence == token.sentence - 1 and self.tokens[j].unit == token.unit
        ]
        if len(above) != count.number.value:
            return False
        told = {j for found in self.done[-MOST_PARTS:] for j in (found.whole, *found.parts)}
        others = (self.tokens[j].is_aside or self.tokens[j].depth for j in above)
        if any(others) or not told.isdisjoint(above):
            return False
        self.done.append(Parts(i, is_certain=True, parts=above))
        return True

    def _open_by_the_year(self, i: int) -> bool:
        """共528条。上半年公开241条，下半年公开287条: the year is all of its parts."""
        token, whole = self.tokens[i], self.tokens[i - 1]
        two, unit = (token.sentence - 1, token.sentence), token.unit
        near = self.tokens[max(i - MOST_PARTS, 0) : i + MOST_PARTS]
        near = [each for each in near if each.sentence in two and each.unit == unit]
        here = [each for each in near if each.sentence == token.sentence]
        above = [each for each in near if each.sentence == token.sentence - 1]
        if above != [whole] or whole.is_aside or whole.depth:
            return False
        names = [each.gap for each in here]
        if not any(_are_named(parts, names) for parts in PARTS_OF_A_YEAR):
            return False
        verbs = {bool(DISCLOSE.search(each.gap)) for each in (whole, *here)}
        if len(verbs) > 1 or not all(map(YEARLY_ALONE.fullmatch, names)):
            return False
        self._close(0)
        self.stack.append(Parts(i - 1, is_by_the_year=True, depth=token.depth))
        return True

    def _is_behind_a_count(self, i: int) -> bool:
        """604条；269条；两个账号共873条."""
        token, before = self.tokens[i], self.tokens[i - 1] if i else None
        return (
            before is not None
            and before.unit in COUNTS_OF_PARTS
            and before.unit != token.unit
            and before.sentence == token.sentence
            and ALL_OF_THEM.match(token.gap) is not None
        )

    def _is_of_the_year(self, i: int) -> bool:
        """上半年…，下半年…，全年公开1302条."""
        token, before = self.tokens[i], self.tokens[max(i - 4, 0) : i]
        if ALL_YEAR.search(token.gap) is None:
            return False
        told = "".join(each.gap for each in before if each.sentence == token.sentence)
        return any(all(part in told for part in parts) for parts in PARTS_OF_A_YEAR)

    def _is_whole_between(self, i: int) -> bool:
        """75条，占全部91条的大多数，其余16条; 46件、12件，分别占总数61件的…."""
        token = self.tokens[i]
        if not i or "占" not in token.gap or not OF_ALL.match(token.gap):
            return False
        if self.tokens[i - 1].unit != token.unit:
            return False
        if self.stack and i - 1 in self.stack[-1].parts:
            return True
        self._close(0)
        if RESPECTIVELY.match(token.gap):
            self._take_respectively(i)
            return True
        rest = i + 1 < len(self.tokens) and RESIDUAL.search(self.tokens[i + 1].gap)
        if rest and self.tokens[i + 1].sentence == token.sentence:
            self.done.append(Parts(i, is_certain=True, parts=[i - 1, i + 1]))
        return True

    def _take_respectively(self, i: int) -> None:
        """What is told with its shares is some of the whole, and never more than it."""
        first = i - 1
        while first and self._is_beside(first - 1, self.tokens[i]):
            if not EVENLY.match(self.tokens[first].gap):
                break
            first -= 1
        parts = list(range(first, i))
        least = sum(self.tokens[j].number.low for j in parts)
        if least > self.tokens[i].number.high:
            self.done.append(Parts(i, is_certain=True, parts=parts))

    def _last_that_counts(self, i: int) -> int | None:
        """The number before, over differences and other years where a list is announced."""
        j = i - 1
        gap = self.tokens[i].gap
        goes_on = gap.startswith(":") or GOES_ON.match(gap.lstrip(",;)"))
        if j >= 0 and gap.startswith("),其中") and self.tokens[j].depth > self.tokens[i].depth:
            j = self._before_the_bracket(j, self.tokens[i].depth)
        while j >= 0 and self.tokens[j].is_aside and goes_on:
            j -= 1
        if j >= 1 and self.tokens[i].gap.startswith(":") and self._is_count_of_parts(j):
            j -= 1
        return j if j >= 0 else None

    def _before_the_bracket(self, i: int, depth: int) -> int:
        """答复申请388件（含结转27件），其中…: the number before it, where the sentence has one."""
        j = i
        while j >= 0 and self.tokens[j].sentence == self.tokens[i].sentence:
            if self.tokens[j].depth <= depth:
                return j
            j -= 1
        return i

    def _is_count_of_parts(self, i: int) -> bool:
        """816条，分为四类：工作动态377条."""
        token, before = self.tokens[i], self.tokens[i - 1]
        is_beside = before.sentence == token.sentence and not before.is_aside
        return (
            is_beside and token.unit in COUNTS_OF_PARTS and PARTED.fullmatch(token.gap) is not None
        )

    def _is_of_more_kinds(self, found: Parts) -> bool:
        """分为三类, of which two have a number."""
        i = found.parts[0] - 1
        if i <= found.whole or not self._is_count_of_parts(i):
            return False
        return self.tokens[i].number.value != len(found.parts)

    def _open(self, i: int, last: int | None) -> bool:
        """Whether a list begins with this number."""
        token = self.tokens[i]
        if last is None:
            return False
        before = self.tokens[last]
        if before.is_aside or token.unit != before.unit:
            return False
        gap = WITHIN.sub("", token.gap) if "(" in token.gap else token.gap
        cue = _opening(gap)
        if cue and STOPPED.search(gap, cue.end()):
            cue = None  # 分别计入本年废止和制发；加上新制定的5件
        if cue and "(" in cue[0] and token.depth <= before.depth:
            cue = None
        is_weak = cue is not None and WEAK.fullmatch(cue[0])
        is_more = is_weak and token.number.low > before.number.high  # 因一件申请涉及多项，8件…
        if is_weak and (is_more or self.stack or ";" in gap or WEAK.search(before.gap)):
            cue = None  # 其中涉及…9条，涉及…30条
        if CERTAIN.search(gap) and self._is_one_of_several(last):
            return False
        if before.sentence != token.sentence:
            return self._open_over_a_stop(i, cue) or self._open_by_the_year(i)
        named = self._named_before(i)
        if named is not None:
            self.stack.append(Parts(named, is_named=True, depth=token.depth))
            return True
        if self._is_of_the_part_before(token, before):
            self.stack.append(
                Parts(last, is_open=True, is_certain=True, is_of_one=True, depth=token.depth)
            )
            return True
        divided = self._divided_before(token) if cue and cue[0].startswith(("按", "从")) else None
        if divided is not None:
            whole = divided
            self._close(0)
            is_divided = DIVIDED.match(token.gap.lstrip(",;")) is not None
            found = Parts(whole, not is_divided, is_divided=is_divided, depth=token.depth)
            self.stack.append(found)
            return True
        if token.depth > before.depth and WHOLE_TO_COME.search(token.gap):
            self.stack.append(Parts(NOT_YET, depth=token.depth))
            return True
        within = token.depth > before.depth and token.gap.startswith("(")
        inside = before.right and INSIDE.match(before.right)
        if cue or within or inside or token.gap.startswith(":"):
            words = gap[cue.start() : cue.end() + 2] if cue else ""
            if cue and SOME_SUBJECTS.match(gap, cue.end()):
                words += gap[cue.end() : cue.end() + 3]
            self.stack.append(
                Parts(
                    last,
                    bool(IS_OPEN.search(words)),
                    bool(CERTAIN.search(words)),
                    is_numbered="一是" in token.gap,
                    is_told_at_once=":" in token.gap,
                    is_divided=DIVIDED.match(token.gap.lstrip(",;")) is not None,
                    depth=token.depth,
                )
            )
            return True
        if not self.stack and self._is_by_bodies(i):
            self.stack.append(Parts(last, depth=token.depth))
            return True
        if not self.stack and self._implies(token, before):
            self.stack.append(Parts(last, is_implied=True, depth=token.depth))
        return False

    def _is_one_of_several(self, i: int) -> bool:
        """复议9件、诉讼6件，信息公开类分别为4件、3件: a part of each."""
        token = self.tokens[i]
        return bool(i and EVENLY.match(token.gap) and self._is_beside(i - 1, token))

    def _is_of_the_part_before(self, token: Token, before: Token) -> bool:
        """公众号公开329条，公众号中原创信息101条."""
        named = OF_THE_PART.match(token.gap) if self.stack else None
        return named is not None and named["name"] in before.gap

    def _named_before(self, i: int) -> int | None:
        """局网站402条、新媒体332条，其中局网站又分为：…."""
        token = self.tokens[i]
        said = OF_A_NAMED.match(token.gap)
        if said is None:
            return None
        near = range(max(i - MOST_PARTS, 0), i)
        found = [j for j in near if self.tokens[j].gap.endswith(said["name"])]
        return found[-1] if found and self._is_beside(found[-1], token) else None

    def _divided_before(self, token: Token) -> int | None:
        """按类别分，…；按渠道分，…: two divisions of one whole."""
        lists = [*self.stack[:1], *reversed(self.done)]
        beside = (each for each in lists if each.parts and self._is_beside(each.parts[-1], token))
        return next((each.whole for each in beside if not each.is_implied), None)

    def _is_beside(self, i: int, token: Token) -> bool:
        other = self.tokens[i]
        return (other.sentence, other.unit) == (token.sentence, token.unit)

    def _open_over_a_stop(self, i: int, cue: re.Match[str] | None) -> bool:
        """…12件。其中: the whole is the largest of the sentence before, if it is one alone."""
        token = self.tokens[i]
        named = named_again(self.tokens, i)
        if named is not None:
            self._close(0)
            self.stack.append(Parts(named, depth=token.depth))
            return True
        if cue is None or not GOES_ON.match(token.gap):
            return False
        last = self.tokens[i - 1].sentence
        if last != token.sentence - 1:
            return False
        before = [
            j
            for j in range(max(i - MOST_PARTS, 0), i)
            if self.tokens[j].sentence == last
            and self.tokens[j].unit == token.unit
            and not self.tokens[j].is_aside
        ]
        if not before:
            return False
        whole = max(before, key=lambda j: self.tokens[j].number.value)
        if DIVIDED.match(token.gap):
            whole = self._whole_of_the_part(whole)
        self._close(0)
        names_some = SOME_SUBJECTS.match(token.gap, cue.end())
        others = [self.tokens[j].number for j in before if j != whole]
        is_summed = DIVIDED.match(token.gap) and fits(self.tokens[whole].number, others)
        is_unsure = bool(others) and not is_summed
        is_open = bool(IS_OPEN.search(cue[0])) or is_unsure or names_some is not None
        is_divided = DIVIDED.match(token.gap) is not None and not is_open
        self.stack.append(Parts(whole, is_open, depth=token.depth, is_divided=is_divided))
        return True

    def _whole_of_the_part(self, i: int) -> int:
        """共71件。从部门看，甲局18件、乙局13件。从结果看，公开27件…: of the 71 again."""
        lists = (each for each in (*self.stack, *reversed(self.done)) if i in each.parts)
        return next((each.whole for each in lists if each.whole >= 0), i)

    def _is_by_bodies(self, i: int) -> bool:
        """全系统公开1430条，局机关公开890条，下属单位公开540条."""
        here = self.tokens[i]
        behind = self.tokens[i + 1 : i + MOST_NESTED]
        after = next((each for each in behind if each.depth <= here.depth), None)
        if after is None:
            return False
        if after.sentence != here.sentence or after.unit != here.unit:
            return False
        gap = after.gap[after.gap.find(")") + 1 :]
        return _are_complements([here, after], COMPLEMENTS[-2:]) and gap.startswith(
            (",", "、", "和")
        )

    @staticmethod
    def _implies(token: Token, before: Token) -> bool:
        return (
            before.sentence == token.sentence
            and token.gap.startswith(",")
            and len(token.gap) < 30
            and not DISCLOSE.search(token.gap)
            and not OTHER_VERB.search(token.gap)
        )

    def _close(self, keep: int) -> None:
        while len(self.stack) > max(keep, 0):
            self.done.append(self.stack.pop())

    def _settle(self, found: Parts) -> None:
        """Whether it names all its parts, and whether any honest reading of them balances."""
        found.parts = found.parts[:MOST_PARTS]
        tokens = [self.tokens[i] for i in found.parts]
        if not tokens:
            return
        whole = self.tokens[found.whole].number
        if found.is_implied and not fits(whole, [t.number for t in tokens]):
            if not self._is_a_slip(found, tokens):
                found.parts = []
                return
            found.is_certain = True
        found.is_bridged = found.is_bridged and tokens[-1].sentence > tokens[0].sentence
        if found.is_bridged and not fits(whole, [t.number for t in tokens]):
            first = tokens[0].sentence
            found.parts = [i for i in found.parts if self.tokens[i].sentence == first]
            found.is_open = True
            tokens = [self.tokens[i] for i in found.parts]
        numbers = [token.number for token in tokens]
        has_a_rest = self._has_a_rest(found, tokens) or self._is_of_more_kinds(found)
        has_a_rest = has_a_rest and not _are_complements(tokens, COMPLEMENTS[1:2])
        is_of_subjects, found.is_open = found.is_open, found.is_open or has_a_rest
        total = sum((Decimal(n.value) for n in numbers), Decimal(0))
        straight = fits(whole, numbers)
        is_uniform = len(tokens) > 2 and self._is_uniform(found, tokens)
        found.balances = straight or (
            not is_uniform and balances(whole, numbers, self._following(found))
        )
        found.is_complement = _are_complements(tokens)
        certain = found.is_certain or _is_certain(tokens) or found.is_complement
        if self._is_of_another(found, numbers):
            found.parts = []
            return
        value = Decimal(whole.value)
        found.sure = sure_parts(self.tokens, found.whole, found.parts)
        if found.is_named and are_evenly_told(self.tokens, found.parts):
            found.sure = found.parts
        if found.is_of_one:
            found.sure = found.parts[:1]
        line = self.sentences[tokens[-1].sentence]
        found.is_all_told = not has_a_rest and names_all(
            self.tokens, found.whole, found.parts, line
        )
        is_parted = not found.is_all_told or _begins_with_all(whole, numbers)
        found.balances = straight or (found.balances and is_parted)
        found.is_all_told = found.is_all_told and (straight or not found.balances)
        if found.is_all_told and self._is_wrong_in_all(found, total, is_of_subjects=is_of_subjects):
            found.is_closed = True
            return
        by_all_of_it = is_uniform and BY_ALL_OF_IT.match(tokens[0].gap) is not None
        at_once = found.is_told_at_once and is_even(tokens)
        least = LEAST_AT_ONCE if at_once or by_all_of_it else LEAST
        is_even_told = are_evenly_told(self.tokens, found.parts)
        most = MOST if is_even_told else MOST_UNEVEN
        usual = certain or value * least <= total <= Decimal(whole.high) * most
        is_less = self._is_of_some(found) and total < value * LEAST_OF_SOME
        is_less = is_less or (total < value and self._is_made_before(found))
        is_said = certain or found.is_divided or found.is_by_the_year
        found.is_closed = (
            not found.is_open
            and len(numbers) > 1
            and bool(usual)
            and (straight or is_said or (found.sure == found.parts and not is_less))
            and (straight or not found.balances)
        )

    def _is_wrong_in_all(self, found: Parts, total: Decimal, *, is_of_subjects: bool) -> bool:
        """Of a list that names all: what one hand misprints, and subjects that may overlap."""
        whole = self.tokens[found.whole]
        value = Decimal(whole.number.value)
        if is_of_subjects:
            text = "".join(self.sentences)
            return value < total <= value * MOST_OF_SUBJECTS and not OVERLAP.search(text)
        if total < value and self._is_made_before(found):
            return False
        least = LEAST
        if self.tokens[found.parts[0]].depth > whole.depth:
            least = LEAST_OF_MANY if len(found.parts) > 2 else LEAST
        if self._is_of_some(found):
            least = LEAST_OF_SOME
        return total > value or total >= value * least

    def _is_of_some(self, found: Parts) -> bool:
        """其中乡镇干部96人次、村干部75人次; what was published was so on some channel."""
        names = [self.tokens[i].gap for i in found.parts]
        return "其中" in names[0] and not all(map(CHANNEL.search, names))

    def _is_made_before(self, found: Parts) -> bool:
        """由73个整合为46个，注销27个，其中微博9个、微信14个: the whole is right, and some told."""
        whole = self.tokens[found.whole]
        if ";" in whole.gap or found.whole < FEWEST:
            return False
        first, second = self.tokens[found.whole - 2 : found.whole]
        is_like = {each.number.unit for each in (first, second)} == {whole.number.unit}
        change = abs(Decimal(first.number.value) - second.number.value)
        is_made = is_like and second.sentence == whole.sentence and change == whole.number.value
        return is_made and SOME_OF_IT.search(self.tokens[found.parts[0]].gap) is not None

    def _is_a_slip(self, found: Parts, tokens: Sequence[Token]) -> bool:
        """1073条，网站305条、新媒体598条、公告栏134条: 1037 with two digits exchanged."""
        whole = self.tokens[found.whole].number
        every = sum(Decimal(each.number.value) for each in tokens)
        if len(tokens) > 1 and all(LEVEL.fullmatch(each.gap) for each in tokens):
            return every > whole.value
        if self._are_ways_told(found, tokens):
            return whole.value < every <= whole.value * MOST_UNEVEN
        numbers = [whole, *(each.number for each in tokens)]
        if len(tokens) < FEWEST_OF_A_SLIP or not all(each.exact for each in numbers):
            return False
        if not all(EVENLY_BY_COMMAS.match(each.gap) for each in tokens):
            return False
        values = [int(each.value) for each in numbers[1:]]
        total = sum(values)
        rest = int(whole.value) - total
        return int(whole.value) in swapped(total) or any(
            each + rest in swapped(each) for each in values
        )

    def _are_ways_told(self, found: Parts, tokens: Sequence[Token]) -> bool:
        """收到申请18件，网上9件、信函8件、当面3件；: each request came in one way."""
        if len(tokens) < FEWEST_WAYS or not self.tokens[found.whole].is_request:
            return False
        tail = self.sentences[tokens[-1].sentence][tokens[-1].number.end :]
        is_even = all(EVENLY.match(each.gap) for each in tokens[1:])
        exact = all(each.is_request and each.number.exact and not each.flow for each in tokens)
        return is_even and exact and tail[:1] in ("。", ";", "")

    def _is_uniform(self, found: Parts, tokens: Sequence[Token]) -> bool:
        """Parts told alike, of which none is left out by an honest reader."""
        if all(EVENLY.match(each.gap) for each in tokens[1:]):
            return True
        if not all(EVENLY_BY_COMMAS.match(each.gap) for each in tokens[1:]):
            return False
        if self._following(found) and not tokens[-1].depth:
            return False
        tail = self.sentences[tokens[-1].sentence][tokens[-1].number.end :]
        if all(each.depth > self.tokens[found.whole].depth for each in tokens):
            return tail.startswith(")") and all(len(each.gap) < LONGEST_NAME for each in tokens)
        is_told_alike = found.is_divided or not {each.gap[-1:] for each in tokens} - {"的"}
        return is_told_alike and tail[:1] in ("。", ";", "")

    def _is_of_another(self, found: Parts, numbers: Sequence[Quantity]) -> bool:
        """新收5件，上年结转1件，其中…: the parts are of what stands before, or of both."""
        whole = self.tokens[found.whole]
        if found.is_certain or fits(whole.number, numbers):
            return False
        beside = [
            token.number
            for token in self.tokens[max(found.whole - 8, 0) : found.whole]
            if (token.sentence, token.unit, token.depth)
            == (whole.sentence, whole.unit, whole.depth)
        ]
        between = self.tokens[found.whole + 1 : max(found.parts[0], found.whole + 1)]
        more = [each.number for each in between if each.is_aside and each.unit == whole.unit]
        wholes = [*beside, *more, *(_sum([whole.number, other]) for other in beside)]
        most = max((number.high for number in numbers), default=Decimal(0))
        return any(fits(other, numbers) for other in wholes) or any(
            whole.number.high < most <= other.high for other in wholes
        )

    def _has_a_rest(self, found: Parts, tokens: Sequence[Token]) -> bool:
        """What follows the last part says that there are others: 等, 其余为…, 二是…."""
        last = tokens[-1]
        if any(IS_REST.match(token.right) for token in tokens):
            return True
        line = self.sentences[last.sentence]
        tail = line[last.number.end :]
        end = re.search("[。)]" if last.depth else "[。]", tail)
        tail = tail[: end.start() if end else len(tail)][:60]
        tail = re.split("[0-9]", tail)[0]
        if TAIL_IS_REST.search(tail):
            return True
        whole = self.tokens[found.whole]
        if found.is_numbered and whole.sentence == last.sentence:
            ordinals = len(ORDINAL.findall(line, whole.number.end))
            return ordinals != len(tokens)
        return False

    def _following(self, found: Parts) -> list[Quantity]:
        """Numbers behind the last part, in its sentence: they may belong to it."""
        return self._behind(found.parts[-1])

    def _behind(self, last: int) -> list[Quantity]:
        sentence = self.tokens[last].sentence
        behind: list[Quantity] = []
        for token in self.tokens[last + 1 : last + 6]:
            if token.sentence != sentence:
                break
            behind.append(token.number)
        return behind


def _own_words(token: Token, before: Token | None) -> str:
    """四件办结、一件跨年: the words since the number before, less those that are said of it."""
    gap, said = token.gap, before.right if before is not None else ""
    return gap[len(said) :] if gap.startswith(said) else gap


@lru_cache(maxsize=4096)
def _opening(gap: str) -> re.Match[str] | None:
    return OPENS.search(gap)


@lru_cache(maxsize=4096)
def _is_final(gap: str) -> bool:
    return FINAL.search(gap) is not None


@lru_cache(maxsize=4096)
def _has_its_own_total(gap: str) -> bool:
    if OWN_TOTAL.search(gap) is None or DISCLOSE.search(gap) is None:
        return False
    return OPENS.search(gap) is None


def _may_be_a_total(gap: str) -> bool:
    """Without one of these letters none of the words for a total fits."""
    return any(letter in gap for letter in "共计年起")


CHANNEL = pattern_of(
    "网站|公众号|微信|微博|公[示开告]栏|宣传栏|平台|媒体|广播|门户|抖音|喇叭|报纸|电视|大厅|显示屏|电子屏|服务中心|查阅[点室]|图书馆|档案馆"
)
SOME_OF_IT = pattern_of("其中")
ITS_OWN = pattern_of(
    "[,;](?P<names>[^,;。:()0-9]*(?:部门|市县|县区|区县|乡镇|街道|单位|社区|村)(?:[、和及与][^,;。:()0-9]+)*)(?:合计|共计|总计|共)[^,;。:()0-9]{0,4}$"
)
INSIDE = pattern_of("[^,。;]{0,3}(?:里|中|内)[,:]?")
# 37件，合并计算后为36件: no part
FINAL = pattern_of(
    "(?:最终|最后|实有|核定|(?:剔除|核减|合并|扣除|去重)(?:计算|统计|重复)?后)[^,。;0-9]{0,10}$"
)
THE_ABOVE = pattern_of("(?:上述|以上)")
TOGETHER = pattern_of(
    "(?:新?媒体|渠道|平台|账号|栏目|方式|途径|类别|信息|公开|发布|政府|政务|主动|全年)*"
    "(?:共计?|合计|总计|总共|累计)(?:公开|发布|更新|推送|主动|各类|政府|政务|信息|了|为|有)*"
)
PARTED = pattern_of("[,;](?:共|可|主要)?分(?:为|成)?")
YEARLY = pattern_of("^,?(?:[上下]半年|前三季度|[一二三四]季度)")
YEARLY_ALONE = pattern_of(
    "[,、]?(?:[上下]半年|前三季度|第?[一二三四]季度)(?:主动|公开|发布|更新|收到|受理|办理|办结|申请"
    "|政府|政务|各类|信息|共计?|合计|累计|了|的|为|有)*"
)
# what each request has, and one of
BY_ALL_OF_IT = pattern_of(
    "(?:从|按)(?:受理|承办|答复|办理)(?:机关|单位|主体)|(?:从|按)申请(?:方式|渠道|途径|主体|人)"
)
LEAST, MOST = Decimal("0.8"), Decimal("1.6")
MOST_UNEVEN = Decimal("1.25")  # other words stand between: the sum must nearly be the whole
LEAST_AT_ONCE = Decimal("0.6")
LEAST_OF_SOME = Decimal("0.9")  # 其中 need not name all
LEAST_OF_MANY = Decimal("0.4")  # three or more in a bracket right behind
MOST_OF_SUBJECTS = Decimal("1.25")
OVERLAP = pattern_of("多[项个类]|同时|重复|交叉|重叠|兼")
ALL_OF_IT = pattern_of("^(?:申请|信息|案件)?(?:均|都|全部)")
OF_THE_PART = pattern_of("^[,;、](?:其中)?(?P<name>[^,;、:0-9]{2,8})[中里内](?!心)")
OF_A_NAMED = pattern_of("[,;、]其中(?P<name>[^,;、:0-9]{2,8}?)(?:又|再)?(?:分为|包括)")
SOME_SUBJECTS = pattern_of("[,:]?(?:主要)?涉及")
STOPPED = pattern_of("(?<![中:]);")
LONGEST_NAME = 14
DIVIDED = pattern_of(
    "[从按][^,。;:0-9]{2,14}看|申请(?:方式|渠道|途径)(?:为|是|有)|按(?:照)?[^,。;:0-9]{2,12}(?:划分|区分|分类|分|统计)[,:]?(?:的话)?[,:]?"
)
EVENLY_BY_COMMAS = pattern_of("^[,、][^,;:。]*$")
EVENLY = pattern_of("^[)]?(?:、|和|及|以及|/)[^,;:。]*$")  # no other clause, no verb


def _make_a_year(names: Sequence[str]) -> bool:
    """上半年…，下半年…."""
    text = "".join(names)
    return any(all(part in text for part in parts) for parts in PARTS_OF_A_YEAR)


def _are_named(parts: Sequence[str], names: Sequence[str]) -> bool:
    """Each part of the year by its name, in its order, and nothing else."""
    if len(parts) != len(names):
        return False
    return all(part in name for part, name in zip(parts, names, strict=True))


def is_even(tokens: Sequence[Token]) -> bool:
    return all(len(each.gap) < 16 for each in tokens)


def _are_complements(
    tokens: Sequence[Token], pairs: Sequence[Sequence[re.Pattern[str]]] = COMPLEMENTS
) -> bool:
    """人大代表建议58件、政协提案71件."""
    if len(tokens) != 2:
        return False
    names = [each.gap for each in tokens]
    return any(
        (one.search(names[0]) and other.search(names[1]))
        or (one.search(names[1]) and other.search(names[0]))
        for one, other in pairs
    )


def _begins_with_all(whole: Quantity, parts: Sequence[Quantity]) -> bool:
    """网上3件、当面1件，征地2件、低保1件…: the first of them are all, the others told anew."""
    return any(fits(whole, parts[:n]) for n in range(1, len(parts)))


LEVEL = pattern_of("[,、](?:国家|省|市|县|区|乡镇|镇|村|乡|街道|社区)(?:本?级|本级)?")
PUT_OFF = pattern_of("延期|延长(?:答复)?期限|延长办理")  # 按期办结84件，延期办结2件
TOTAL_ALONE = pattern_of("[,;](?:合计|总计|共计?|计)$")
OF_THOSE = pattern_of("[^,。;]{0,3}[当之]?中[,:]?$")  # 办结的73件中，当场答复4件，…
TURNS = frozenset("期场次批")
FEWEST_WAYS = 2
FEWEST_OF_A_SLIP = 3  # parts
MOST_BEFORE_A_REST = 12


def swapped(number: int | Decimal) -> set[int | Decimal]:
    """The number with two digits beside each other exchanged, as a hand that types does."""
    text = str(number)
    if len(text) < LEAST_DIGITS or not text.replace(".", "", 1).isdigit():
        return set()
    pairs = (n for n in range(len(text) - 1) if "." not in text[n : n + 2])
    found = {Decimal(text[:n] + text[n + 1] + text[n] + text[n + 2 :]) for n in pairs}
    return {plain(each) for each in found} - {number}


LEAST_DIGITS = 2
REST_HERE = pattern_of("(?:其余|剩余|余下|剩下|其[他它])的?$")
NESTED = pattern_of("其中|[(]|包括|含")


def _sums_with(rest: Decimal, behind: Sequence[Token]) -> set[Decimal]:
    """The rest with the numbers right before it, also without those that are parts of others."""
    found: set[Decimal] = set()
    total, less = rest, rest
    for n in reversed(range(len(behind))):
        total += behind[n].number.value
        if not n or not NESTED.search(behind[n].gap):
            less += behind[n].number.value
        found |= {total, less}
    return found


VERB_OF_ITS_OWN = pattern_of(
    "^(?:另外|同时|此外)?,?(?:通过|在|利用|依托|运用|借助)|开展|举办|制定|建设|回应|办理|组织|报送|作出|做出|实施|采取|征收|收取"
)
REST_TOLD = pattern_of("(?:其余|剩余|余下|剩下)(?![0-9])")  # 其余在20个工作日内办结；
IS_REST = pattern_of("[^#]{0,2}(?:等|余)")
TAIL_IS_REST = pattern_of(
    "(?:多|两|几)(?:种|个)[^,。;]{0,4}(?:形式|渠道|方式|平台|类别)|交叉|重叠|兼有|兼具|其余|其他|其它|另有|还有|略|…|^[^,]{0,8}等|(?:以及|和|及)[^,]{1,12}等|剩余"
)


def _is_certain(tokens: Sequence[Token]) -> bool:
    """The last part is the rest, or joined to the others by an and."""
    gap = tokens[-1].gap
    return len(tokens) > 1 and bool(RESIDUAL.search(gap))


def _sum(numbers: Sequence[Quantity]) -> Quantity:
    first = numbers[0]
    low = sum((number.low for number in numbers), Decimal(0))
    high = sum((number.high for number in numbers), Decimal(0))
    return first._replace(value=int(low), low=low, high=high)


def fits(whole: Quantity, parts: Sequence[Quantity]) -> bool:
    low = sum((part.low for part in parts), Decimal(0))
    high = sum((part.high for part in parts), Decimal(0))
    return low <= whole.high and whole.low <= high


def balances(whole: Quantity, parts: Sequence[Quantity], behind: Sequence[Quantity]) -> bool:
    """Some honest reading adds up: without the last parts, without some in a row (parts of a
    part), or with what stands behind them.
    """
    return any(fits(whole, reading) for reading in _readings(parts, behind))


def _readings(parts: Sequence[Quantity], behind: Sequence[Quantity]) -> list[Sequence[Quantity]]:
    found: list[Sequence[Quantity]] = []
    count = min(len(parts), 30)
    for end in range(2, count + 1):
        found.append(parts[:end])
    for start in range(1, count):
        for end in range(start + 1, count + 1):
            if end - start < count - 1:
                found.append([*parts[:start], *parts[end:]])
    for more in range(1, len(behind) + 1):
        found.append([*parts, *behind[:more]])
    return found
