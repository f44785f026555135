"""What a number counts where no known wording fits: by the notions that its clause names.

A row of the tables is known by what requests are about and by what was decided of them, in whatever
words: 补正, and that there was none; a third party, and that nothing was disclosed. One row alone
must be named, and nothing that counts otherwise. Words of its clause that are not known may narrow
it, and none can make it more: it is then of some of the row (`claim.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from nianbao.parser.patterns import pattern_of


class Notion(NamedTuple):
    """A row, by words that its own clause must have, and others that stand there or around it."""

    row: str
    named: re.Pattern[str]
    decided: re.Pattern[str]
    never: re.Pattern[str]


def _notion(row: str, named: str, decided: str = "", never: str = "(?!)") -> Notion:
    return Notion(row, pattern_of(named), pattern_of(decided), pattern_of(never))


NOT_GIVEN = "不[予宜能应]?(?:以)?公开|[未没](?:有|予|能|作|曾)*(?:以)?公开|不[予能]提供|拒绝公开"
NOT_HAD = "无法提供|无从提供|不能提供|无从查|告知|答复|回复"
NOT_DONE = (
    "不(?:予|再|作)(?:重复)?(?:处理|答复|受理)|不(?:再|作为|按)[^,;。]{0,12}处理|告知|引导|指引"
)
REQUESTS = (
    _notion("denied.state_secret", "国家秘密|涉密", NOT_GIVEN),
    _notion("denied.law_prohibits", "(?:法律|法规)[^,;。]{0,10}禁止", NOT_GIVEN),
    _notion("denied.security_stability", "危及|三安全", NOT_GIVEN),
    _notion(
        "denied.third_party", "第三[方人]|隐私|商业秘密", NOT_GIVEN, "部分|遮[盖挡]|(?<!不)同意公开"
    ),
    _notion("denied.internal_affairs", "内部事务|人事管理|后勤管理|内部工作流程", NOT_GIVEN),
    _notion("denied.process_info", "过程性|讨论记录|过程稿|磋商信函", NOT_GIVEN),
    _notion("denied.case_file", "(?:执法|处罚|城管)[^,;。]{0,4}(?:案卷|卷宗)", NOT_GIVEN),
    _notion("denied.admin_inquiry", "行政查询", f"{NOT_GIVEN}|告知|引导|指引"),
    _notion(
        "unavailable.not_held",
        "(?:信息|该信息|材料)(?:并?不存在)|(?:不|并未|未|没有|从未)(?:曾)?(?:掌握|制作|获取|保存|查到|找到|检索到)"
        "|查无|[没未]找到",
        NOT_HAD,
        "现成|加工|汇总表",
    ),
    _notion("unavailable.needs_creation", "现成|加工|汇总|另行制作|重新制作", "无法提供|不能提供"),
    _notion(
        "unavailable.unclear",
        "补正[^,;。]{0,12}(?:不(?:够)?(?:明确|清|清楚|具体)|不明|含糊|模糊|无法(?:确定|识别|检索|判断))",
        "",
        "不予补正|未补正",
    ),
    _notion(
        "unprocessed.petition",
        "信访|投诉|举报",
        NOT_DONE,
        "热线|12345|信箱|接访|来访|来电|转[办作为]|积案",
    ),
    _notion(
        "unprocessed.repeat",
        "重复(?:提|申|递|的)|(?:再次|又|反复|多次)(?:提出|申请|提交|递交)",
        NOT_DONE,
    ),
    _notion("unprocessed.publication", "出版物", NOT_DONE),
    _notion("unprocessed.excessive", "合理范围|大量、?反复|次数明显|频次", NOT_DONE),
    _notion("unprocessed.reissue", "(?:重新|再次|重复)出具|已获取", NOT_DONE + "|"),
    _notion(
        "other.not_corrected",
        "(?:不|未|没有|没|拒不)(?:予|按[^,;。]{1,6}|如期|及时)?补正"
        "|补正[^;。]{0,16}(?:视[为同作]放弃|未在[^,;。]{1,8}(?:答复|回复|补))|补正[^;。]{0,12}(?:石沉大海|没有?(?:回|下文|音|再)|未(?:回|再)|无(?:回|下文|人)|不(?:再)?回)",
        "",
        "仍不[明清]",
    ),
    _notion("other.fee_unpaid", "(?:不|未|没有|没)[^,;。]{0,10}(?:缴|交)(?:纳)?[^,;。]{0,3}费", ""),
    _notion(
        "partial",
        "部分(?:予以|同意|给予)?(?:公开|提供)|部分信息|区分处理|(?:遮[盖挡蔽住去]|隐去|剔除|删[除去])[^;。]{0,16}(?:公开|提供|给出)",
        "",
    ),
    _notion(
        "granted",
        "予以公开|(?:全部|全文|依法|如实|足额|完整|已|同意|均)(?:予以|给予|向[^,;。]{1,6})?(?:公开|提供)"
        "|获取到[^,;。]{0,8}信息|(?<!信息)公开答复",
        "",
        "部分|不[予能]|无法|[未没](?:有|予|能)*(?:以)?(?:公开|提供)|遮[盖挡]|区分|除[^,;。]*外|拒|主动公开",
    ),
    _notion("denied.*", "(?<!部分)(?:不予公开|不公开|未予公开)", "", "部分"),
    _notion("unavailable.*", "无法提供", ""),
    _notion("unprocessed.*", "不予处理", ""),
    _notion("other.*", "其[他它](?:情形|方式|情况|处理|类)", "处理", "除"),
)  # fmt: skip
ENDS = (
    _notion(
        "upheld",
        "维持|驳回[^,;。]{0,8}(?:诉讼请求|起诉)|并无不当|支持(?:我|本|行政机关)",
        "",
        "未|维持(?:[^,;。]{0,6}(?:答复|决定))?之?后",
    ),
    _notion(
        "corrected",
        "撤销(?!复议申请)|责令|重作|纠[正错]|确认[^,;。]{0,8}违法|变更|败诉|重新(?:作出|答复|处理)",
        "",
        "未(?:被|予)?(?:撤销|纠)|没有|率|无一|(?:撤销|纠[正错])之?后",
    ),
    _notion("other", "撤回|撤诉|终[止结](?!办理)|和解", "", "维持"),
    _notion(
        "pending",
        "(?:未|没有?)[^,;。]{0,5}(?:审结|结案|判决|裁判|开庭|作出[^,;。]{0,4}决定)|审[理查](?:之?中|当中|期限内)|(?:正|仍|尚|还)在[^,;。]{0,8}审[理查]"
        "|(?:等待|等候|等来|待)[^,;。]{0,6}(?:判决|决定|裁决|开庭)|在审|未结",
        "",
        "未被",
    ),
)
WAYS = (
    _notion(
        "suits_direct",
        "(?:没有?|未)(?:经过?|走|申请|提起|履行)(?:行政)?复议|径[直行]|直接(?:向[^,;。]{0,6})?(?:诉|起诉|提起|到法院)",
        "诉|法院",
    ),
    _notion(
        "suits_after_review",
        "(?:对|不服)(?:行政)?复议(?:决定|结果)|先(?:行)?复议|(?<!未)(?<!没有)经过?(?:行政)?复议|复议(?:以|之)?后",
        "诉|法院",
        "(?:未|没有?)(?:再|又)?(?:提起|起诉|诉)",
    ),
)
# Who asks: right before the verb, and not what is asked for.
NOT_ASKED_FOR = (
    "(?<!公开)(?<!涉及)(?<!关于)(?<!有关)(?<!查询)(?<!获取)(?<!要求)(?<!索要)(?<!相关)(?<!非)"
    "(?<![、和及与或])"
)
ASKS = "[^,;。:、0-9和及与]{0,6}?(?:提|递交|寄|来申请|(?<!名义)申请(?!公开的?(?:内容|信息)))"
APPLICANTS = tuple(
    _notion(
        f"by.{column}",
        f"{NOT_ASKED_FOR}(?:{who}){ASKS}|(?:出自|来自)(?:{who})(?=#|的)",
        "",
        "(?<!企业)法人|除",
    )
    for column, who in (
        ("natural_person", "自然人|公民个人|个人"),
        (
            "business",
            "(?:商业企业|企业(?:法人)?|公司)(?!登记|档案|信用|年报|注册|改制|用地|环评|名称|信息|资质|职工|补贴|奖励|信贷|养老)|商事主体|市场主体|厂商",
        ),
        ("research", "科研(?:机构|院所|单位)|高(?:等院)?校|大专院校|研究机构"),
        ("social_welfare", "(?:社会)?公益组织"),
        ("legal_service", "法律服务机构|律师事务所|律所"),
    )
)
ASKED = frozenset(("", "requests.received", "requests.received.part", "requests.by.organisation"))
SUBJECT = tuple(
    _notion(each.row, f"^(?:[^,;。]{{0,4}}的)?(?:{who})(?![、和及与或])", "")
    for each, who in zip(
        APPLICANTS,
        (
            "自然人|公民个人|个人",
            "(?:商业)?企业",
            "科研机构",
            "(?:社会)?公益组织",
            "法律服务机构|律师事务所",
        ),
        strict=True,
    )
)
HANDS_IN = pattern_of(
    "(?:全年|年内|一年|本年度?|先后|合计|总计|一共|共计|共|累计)*(?:提交|提出|递交|申请)(?:了|的|有)*"
)
# Words that make a number another's: what the table counts stands nowhere near, or more than it.
OTHERWISE = pattern_of(
    "提案|(?<!复)议案|热线|工单|征[求询](?![^,;。]{0,16}不同意)|除[^,;。]{0,20}外|(?:截[至止]|以来)[^,;。]{0,12}累计|历年|以来|较|同比|平均|抽[查取]|评查|拟|集中在|主要涉及"
    "|占|其中有|不含|不计|不列|率|培训|会议(?!纪要|记录)|信箱|留言|咨询"
)
POINTING = pattern_of(
    "(?:对?(?:这|此|该|上述|以上)(?:样|类|种|些)?(?:的)?)?(?:申请|情形|情况|案件|答复|决定)?(?:的)?(?:涉及|全年|年内|一年下来|一年|本年度?|当年|[全我本][县市区镇乡局]|合计|总计|累计|共计|共|一共|计|达|为|是|有|仅|只|就|的|申请|案件)*"
)
VAGUE = pattern_of("(?:对|有|另有|还有|其中|针对|全年|年内|本年度?|共|计)*")
FLOWS = frozenset(
    f"requests.{name}" for name in ("received", "received.part", "answered", "dealt", "due")
)
TOTALS = frozenset(
    f"disputes.{name}"
    for name in ("reviews", "lawsuits", "both", "suits_direct", "suits_after_review")
)


class Read(NamedTuple):
    """What a clause counts, and whether only what follows the number says so."""

    kind: str
    is_of_some: bool


def request_row(around: Said, year: int | None) -> Read:
    """The row of requests that a clause names; none where several are named."""
    flow = _flow(around, year)
    return Read(f"requests.{flow}", False) if flow else _row(REQUESTS, around, "requests.")


def applicant(said: Said) -> Read:
    """Who asks: 由律师事务所出面提交的; 自然人仍是主力，全年共提交."""
    if HANDS_IN.fullmatch(said.near) and not said.right:
        above = STOPS.split(said.left.removesuffix(said.near).rstrip(",:"))[-1].rpartition(",")[2]
        found = [each.row for each in SUBJECT if each.named.search(above)]
        return Read(f"requests.{found[0]}", False) if len(found) == 1 else NOTHING
    return _row(APPLICANTS, said, "requests.")


def row_of_group(kind: str, said: Said) -> Read:
    """决定不予公开, of which the clause or the one before names the row."""
    if OTHERWISE.search(f"{said.near}#{said.right}"):
        return NOTHING
    above = STOPS.split(said.left.removesuffix(said.near).rstrip(",:"))[-1].rpartition(",")[2]
    of_it = [each for each in REQUESTS if f"requests.{each.row}".startswith(f"{kind}.")]
    for clause in (said.near, above):
        found = [
            each.row
            for each in of_it
            if not each.row.endswith("*") and _is_named(each, clause, said.left)
        ]
        if found:
            is_one = len(found) == 1 and not SEVERAL_NAMED.search(clause)
            return Read(f"requests.{found[0]}", clause is above) if is_one else NOTHING
    return NOTHING


SEVERAL_NAMED = pattern_of("等(?![级待候级])")
GROUPS = frozenset(("requests.denied", "requests.unavailable", "requests.unprocessed"))


def dispute_row(topic: str, around: Said) -> Read:
    """The result of reviews or suits that a clause names, or the way in which suits came."""
    way, end = _row(WAYS, around), _row(ENDS, around)
    if not end.kind:
        return way._replace(kind=f"disputes.{way.kind}" if way.kind else "")
    is_of_some = end.is_of_some or end.kind == "other"  # what is withdrawn is one sort of them
    return Read(f"disputes.{way.kind or topic}.{end.kind}", is_of_some)


class Said(NamedTuple):
    """The words around a number."""

    left: str  # the clauses since the number before, as far as they are whole
    near: str  # of its own clause
    right: str  # behind it, of its own clause
    behind: str  # behind it, to the next number


NOTHING = Read("", False)
NOT_OF_IT = pattern_of(
    "分别|^(?:公?文件?|材料|信息(?!公开)|内容)|^(?:(?:政府信息公开|信息公开)?(?:申请|案件|答复))?[当之]?[中里内]"
)
A_REASON = pattern_of("^(?:其中|另外|此外|有的)*(?:因|对|由于|针对|涉及|关于|鉴于)")


def _row(notions: tuple[Notion, ...], said: Said, family: str = "") -> Read:
    if OTHERWISE.search(f"{said.near}#{said.right}") or NOT_OF_IT.search(said.right):
        return NOTHING
    around = f"{said.left}#{_complete(said.behind)}"
    for clause, is_of_some in _clauses(said):
        found = [each.row for each in notions if _is_named(each, clause, around)]
        found = [row for row in found if not _is_covered(row, found)]
        if len(found) > 1:
            return NOTHING
        if found:
            is_behind = not any(
                each.named.search(said.near) for each in notions if each.row == found[0]
            )
            is_of_some = is_of_some or (is_behind and clause.startswith(f"{said.near}#"))
            return Read(family + found[0].removesuffix(".*"), is_of_some)
    return NOTHING


@lru_cache(maxsize=4096)
def _is_named(notion: Notion, clause: str, around: str) -> bool:
    if not notion.named.search(clause) or notion.never.search(clause):
        return False
    return notion.decided.search(around) is not None


def _is_covered(row: str, found: list[str]) -> bool:
    """不予公开, where its row is named too."""
    group = row.removesuffix("*")
    return row.endswith("*") and any(each != row and each.startswith(group) for each in found)


def _clauses(said: Said) -> Iterator[tuple[str, bool]]:
    """The clauses that may say what is counted, and whether they stand behind the number."""
    above = said.left.removesuffix(said.near).rstrip(",:")
    is_for_a_reason = A_REASON.match(STOPS.split(above)[-1].rpartition(",")[2]) is not None
    yield f"{said.near}#{said.right}", is_for_a_reason
    if AMONG.search(said.right):
        return
    if above and POINTING.fullmatch(said.near) and POINTING.fullmatch(said.right):
        yield STOPS.split(above)[-1], False
    elif VAGUE.fullmatch(said.near) or said.near.endswith("的"):
        behind = _complete(said.behind)
        if not SEVERAL.search(behind):
            yield f"{said.near}#{behind}", True


def _complete(behind: str) -> str:
    """The clauses behind a number that end before the next one."""
    first = STOPS.split(behind, maxsplit=1)
    return first[0] if len(first) > 1 else behind.rpartition(",")[0]


STOPS = pattern_of("[;。:]")
AMONG = pattern_of("^(?:(?:政府信息公开|信息公开)?(?:申请|案件|答复))?[当之]?[中里内]|[中里内]$")
SEVERAL = pattern_of("分别|、|和|或|部分|有的|均计入")


def _flow(said: Said, year: int | None) -> str:
    """从2022年带过来没答完的; 要留到2024年去办."""
    clause = f"{said.near}#{_complete(said.behind)}"
    if OTHERWISE.search(f"{said.near}#{said.right}") or "新" in said.near:
        return ""
    if _is_of(LATER, clause, year, 1) and LEFT_TO_DO.search(clause):
        return "carried_out"
    if _is_of(EARLIER, f"{said.near}#{said.right}", year, -1) and CAME_OVER.search(said.near):
        return "carried_in"
    return "carried_out" if STILL_OPEN.search(f"{said.near}#{said.right}") else ""


def _is_of(named: re.Pattern[str], clause: str, year: int | None, step: int) -> bool:
    years = (each["year"] for each in named.finditer(clause))
    return any(each is None or (year and int(each) == year + step) for each in years)


LATER = pattern_of("下一?个?年度?|次年|明年|翌年|来年|(?P<year>20[0-9]{2})年")
EARLIER = pattern_of("(?:上一?个?年度?|去年|往年)|(?P<year>20[0-9]{2})年")
LEFT_TO_DO = pattern_of(
    "结转|转[入至到]|延[至到续]|移交|留[到至待]|拖到|(?<!不用)(?<!不必)(?<!无需)接着|接续|继续|再(?:办|答)|届满|到期"
)
CAME_OVER = pattern_of(
    "(?:没|未|没有)[^,;。]{0,4}(?:完|结|答复|了结)|遗留|留下|带[过入]?来|转[过入]?来|接[续转]|结转|剩[下余]?|积压"
)
STILL_OPEN = pattern_of(
    "(?:年[末底终根]|期末|12月31日)[^;。#]{0,12}(?:仍|还|尚)[^#;。]{0,8}(?:在途|在办|未|没|剩|压|余)[^#;。]{0,12}#"
)
