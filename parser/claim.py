"""What the prose states: a number with what it counts, its sentence and its place; and how surely
it is all that the table counts.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from nianbao.parser.explained import is_explained, is_limited
from nianbao.parser.mentions import (
    A_BODY_ALONE,
    CLAUSE_END,
    ITSELF,
    OF_ALL_REQUESTS,
    OUTCOME_ROWS,
    OUTCOMES,
    OWN_ALONE,
    Mention,
    Setting,
    is_bare,
    names_a_row,
    row_by_what_follows,
    unquoted,
    untitled,
)
from nianbao.parser.numbers import PLAIN
from nianbao.parser.patterns import pattern_of
from nianbao.parser.quantities import plain


class Claim(NamedTuple):
    kind: str  # requests.received, proactive.total, …: docs/json.md lists them
    value: int | Decimal
    sentence: str  # as printed
    paragraph: int  # the block of the document, from 0
    # where the number stands in the sentence without its spaces; of words, where they begin
    at: int = 0
    unit: str = ""  # 条, 件, …; empty where words stand for the number
    about: str = ""  # the channel or category that a part counts
    # the claim that this one is a part of, by its position among the claims
    part_of: int | None = None
    exact: bool = True  # not 余, 多, 约
    closed: bool = False  # a part of a list that names all its parts
    low: int | Decimal = 0  # the least and the most that the number may mean
    high: int | Decimal = 0
    # whose: own, office, government, units (of those below), whole (the county); empty: not said
    scope: str = ""
    period: str = ""  # last (another year), since (several years); empty: the report's year
    certainty: str = ""  # part, rest; about; empty: exact, and the whole
    # of a share: the percentages that the numbers beside it make
    readings: tuple[Decimal, ...] = ()
    listed: int | None = None  # which list of the paragraph it is a part in
    # of an outcome: the number of requests that it is told of, where they may be some of them only
    among: int | Decimal | None = None
    sure: bool = False  # said right behind its whole to be a part of it

    def may_be(self, number: int | Decimal) -> bool:
        return self.low <= number <= self.high


CLAIM_FIELDS = Claim._fields
LONGEST_SENTENCE = 6000  # characters of which the numbers are read


class Sentence(NamedTuple):
    raw: str
    bare: str  # without spaces, full-width forms made plain
    line: str  # as much of that as is read
    paragraph: int  # the block of the document


def sentences_of(text: str, paragraph: int = 0) -> list[Sentence]:
    text = STOPPED.sub(".\n", text)
    parts = filter(None, map(str.strip, SENTENCE.findall(text)))
    both = ((part, bare(part)) for part in parts)
    return [Sentence(raw, line, line[:LONGEST_SENTENCE], paragraph) for raw, line in both]


SENTENCE = pattern_of(r"[^。！？!?\n]*[。！？!?]|[^。！？!?\n]+")
STOPPED = pattern_of(r"(?<=[件条份])\.(?=[一-龥])")  # a full stop as it is typed elsewhere


def bare(text: str) -> str:
    plain = text.translate(MARKS)
    return SPACES.sub("", plain) if "**" in plain else "".join(plain.split())


SPACES = pattern_of(r"\s+|\*\*")
MARKS: dict[int, int | str] = {**PLAIN, **str.maketrans("；：﹔﹕∶％【】〖〗､﹑", ";:;::%“”“”、、")}


def claim_of(mention: Mention, kind: str, sentence: Sentence, setting: Setting) -> Claim:
    """`sentence` is its own; `kind` what it is to be told as."""
    number, scale = mention.number, _scale_of(kind)
    value = number.value if scale == 1 else plain(Decimal(number.value) / scale)
    if kind.endswith(".change.less"):
        value, number = -value, number._replace(low=-number.high, high=-number.low)
    if kind == "disputes.applicants" and value:
        # several may ask together, or one several times
        number = number._replace(low=Decimal(1), high=number.high * MOST_OF_ONE)
    return Claim(
        kind.replace(".change.more", ".change").replace(".change.less", ".change"),
        value,
        sentence.raw,
        sentence.paragraph,
        number.start,
        "万元" if scale != 1 else number.unit,
        "" if kind == "proactive.total" else _label(mention.left),
        exact=number.exact,
        low=plain(number.low / scale),
        high=plain(number.high / scale),
        scope=mention.scope,
        period=mention.period,
        certainty=_certainty_in(sentence, mention, kind, setting),
        among=None if kind.startswith("requests.other.") else mention.of.among,
    )


MOST_OF_ONE = 10_000


def _scale_of(kind: str) -> int:
    """Charges are counted in ten thousand yuan, as the form counts them."""
    return YUAN if kind == "fees.amount" else 1


YUAN = 10_000


@lru_cache(maxsize=4096)
def _label(head: str) -> str:
    """The name of what a number counts, from the words before it."""
    words = BEFORE_A_NAME.split(head)[-1]
    words = NAME_END.sub("", NAME_BEGIN.sub("", words))
    return words.strip("“”\"'《》")[:30]


BEFORE_A_NAME = pattern_of("[,。;:、(]|其中|包括|包含|分别(?:为|是)?|[一二三四五六七八九十]是")
NAME_BEGIN = pattern_of("^(?:通过|在|利用|依托|运用|借助|以及|和|及|与|公开|发布|为)+")
NAME_END = pattern_of("(?:公开|发布|信息|共|累计|各类|政府|为|有|达|了)+$")


# ---- how surely it is all that the table counts


def certainty_of(mention: Mention, kind: str) -> str:
    """By its own clause: part, rest, about, narrower; `body` where one body is named that may be
    the unit itself.
    """
    certainty = _certainty(mention.near, kind, in_brackets=mention.depth > 0)
    return certainty or ("" if mention.number.exact else "about")


@lru_cache(maxsize=8192)
def _certainty(near: str, kind: str, *, in_brackets: bool) -> str:
    if OWN_ALONE.fullmatch(near):
        return ""
    if A_BODY_ALONE.fullmatch(near):
        return "body"
    if THE_REST.search(near):
        return "rest"
    if ITSELF.search(near):
        return ""
    if A_PART.search(near) or in_brackets:
        return "part"
    if kind == "disputes.lawsuits" and OF_SOME_SUITS.search(near):
        return "narrower"
    if kind.startswith("disputes.") and AT_A_COURT.search(near):
        return "narrower"
    if kind in OF_ALL_OF_THEM and PART_OF_A_YEAR.search(near):
        return "narrower"
    if kind.endswith(".decisions") and ALL_SORTS.search(near):
        return "" if NO_SORT.search(near) is None else "narrower"
    if _is_narrower(near, kind):
        of_a_body = kind.partition(".")[0] in DECIDED and BODY_NAMED.match(near)
        if of_a_body and not _is_narrower(near[of_a_body.end() :], kind):
            return "body"
        return "some" if _is_of_some_known(near, kind) or _is_of_a_sort(near, kind) else "narrower"
    return ""


OF_REQUESTS_ALONE = pattern_of("^申请|(?:信息公开|的|依|新|旧)申请|依申请公开")
CASES = frozenset(("件", "宗", "份", "起"))


def _is_of_some_known(near: str, kind: str) -> bool:
    """签收区里转下来的申请24件: all of them are requests, whatever else is said of them."""
    if kind.startswith(("normative_documents.", "regulations.")):
        return "规范性文件" in near or "规章" in near
    if kind not in OF_ALL_REQUESTS or not OF_REQUESTS_ALONE.search(near):
        return False
    return not (OF_ONE_PERSON.search(near) or SOME_WAY.search(near))


def _is_of_a_sort(near: str, kind: str) -> bool:
    """全年办理村民建房许可27件; 作出林业行政处罚39件: some of all that it decided."""
    if not kind.endswith(".decisions") or NO_SORT.search(near):
        return False
    return A_SORT.fullmatch(near) is not None


A_SORT = pattern_of(
    "[,、;]?(?:全年|年内|本年度?|今年|共|累计|实际|依法|其中|我[局镇乡委办]|我街道|本[局镇乡委]|:)*"
    "(?:作出|做出|办理|办结|核发|给予|实施|采取)?(?:对[一-龥]{2,20}(?:作出|做出|给予|实施))?[一-龥、]{2,24}?"
    "(?:行政)?(?:许可|处罚|强制(?:执行|措施)?)(?:决定)?(?:共|合计|计)?"
)
# 动物防疫条件合格证、兽药经营许可等行政许可共418件
ALL_SORTS = pattern_of(
    "(?:等|以上|上述)(?:各类)?(?:行政)?(?:许可|处罚|强制)(?:决定)?(?:共计?|合计|总计)(?:为|有)?$"
)
NO_SORT = pattern_of(
    "事项|公示|公开|公布|归集|清单|目录|材料|信息|案卷|听证|复议|诉讼|申请|受理|初审|协助|配合|移送|转[办送交]|检查|线索|立案"
    "|不予|免予|撤销|注销|变更|拟|建议|部门|乡镇|各|所属|下放|委托|代[办为]|联合|系统|全[县市区省州]|[县市区省](?:局|委|政府|级)"
    "|程序|罚款|警告|上年|去年|以来|历年|前|指导|参与|审核|查处"
)
THE_REST, A_PART = pattern_of("其余|剩余|余下|剩下"), pattern_of("其中|包括|另有|除")
AT_A_COURT = pattern_of("[一二]审|再审|上诉")
OF_SOME_SUITS = pattern_of(
    f"{AT_A_COURT.pattern}|直接(?:向|到|起|提)|经过?(?:行政)?复议|复议[^,、]{{0,8}}(?:又|再|后|不服)|[又再]行?(?:向[^,;。]{{0,6}})?(?:起诉|提起)"
)
PART_OF_A_YEAR = pattern_of(
    "[一二三四]季度|[上下]半年|[上中下]旬|最后[一1两]?个?[周月天]|春节|期间|(?<![0-9年至到—-])(?!12?月[^,]{0,4}12月)[0-9]{1,2}月(?:份|底前|以前|以来)|(?:以|之)前(?!年)"
)
OF_ALL_DISPUTES = frozenset(("disputes.reviews", "disputes.lawsuits"))
OF_ALL_OF_THEM = OF_ALL_REQUESTS | OF_ALL_DISPUTES
DECIDED = frozenset(("licensing", "penalties", "coercion", "normative_documents", "regulations"))
BODY_NAMED = pattern_of(
    "[,、]?(?:(?![及和与所属])[一-龥]){2,18}"
    "(?:局|委员会|委|办(?![理结件公])|厅|院|队|站|中心|镇|乡|街道办事处|街道)"
)


def _is_narrower(near: str, kind: str) -> bool:
    """收到补正申请12件, 公安行政处罚1830件: more is said of them than what the table counts."""
    words = unquoted(untitled(near))[-60:]
    if kind.partition(".")[0] in DECIDED:
        match = OF_THE_TABLE.search(words)
        return match is not None and BEFORE.fullmatch(words, 0, match.start()) is None
    if kind not in OF_ALL_REQUESTS:
        return False
    verbs = list(RECEIVED.finditer(words))
    if verbs and OF_ONE_PERSON.search(words[: verbs[-1].end()]):
        return True
    if not verbs:
        return EITHER.fullmatch(words) is None
    return KNOWN.fullmatch(words, verbs[-1].end()) is None or bool(
        SOME_WAY.search(words[: verbs[-1].start()])
    )


RECEIVED = pattern_of(
    "(?:接办|签收|收悉|办掉|办毕|办讫|了结|答完|寄来|寄送|递交|送来|收到|新收|收取|接到|受理|接收|接获|承办|新增|产生|登记|收件|提交|提出|办结|答复|回复|办理|处理|办复|办完|办毕|审结|所收|实办)"
)
KNOWN = pattern_of(
    "(?:[镇乡县市区局村]里|来(?=申请|提)|总共|一共|加起来|合起来|要办|该办|应办[理结]?|应答复|待办|街道|政府信息|政务信息|信息|公开|依申请|申请(?:人|表|书)?|请求|信件|要求|提出|提交|受理|办结|答复|办理|处理|完毕|完成|完结|终结|实际|一年来?|收到"
    "|自然人|公民|法人|其他组织|其它组织|组织|单位|个人|群众|市民|居民|村民|社会|公众|企业|各类|各种|有关|相关|书面|有效|正式"
    "|全部|所有|上述|以上|本年度?|全年|年内|新收?|总计|总|数量|数|量|件数|件|共计|共有|共|合计|累计|达到|达|为|有|是|到|了|的|和|及|与|或|以|向|对|从"
    "|当面|来信|网上|现场|信函|邮寄|线上|线下|网络|传真|办件|请求"
    "|[^#]{0,8}(?:政府|机关)(?:名义|为对象|为申请对象)?|我[^#]|本[^#]|事项|情况|[、:,—-]|[一-龥]{0,2}公公开)*+"
)
BEFORE = pattern_of(
    "(?:给予|但|窗口|大厅|库内|库中|收录|[0-9]{1,2}月[0-9]{1,2}日|仍在|正在|执行|施行|使用|生效|依职权|年末|期末|牵头|一年来|查处|违法(?:行为|案件)|并处|行政?审批窗口|执法单位|自身|作为主体|及时|年度内|采取|审批|核准|核发|审核|下达|以[^#,、]{1,6}名义|(?:[一-龥]{2,8}、){0,6}[一-龥]{2,8}等(?:[0-9一二三四五六七八九十]{1,2}类|各类|类)?|当年|对外"
    "|全年|因[^#]{1,14}原因|原因|本年度?|今年以来|今年|年内|年度|20[0-9]{2}年度?|截[至止][^#]{0,8}|年底|目前|我街道|我[^#]|本街道|本[^#]{1,2}|全[镇乡县市区省州]"
    "|[县市区省镇乡](?:人民)?政府(?:及其?|和)?|[县市区]?(?:政府)?办公?[室厅]|街道(?:办事处)?|综合(?:行政)?执法队?|[^#]{1,8}机关|(?:各|所属|下属|直属|[县市区省]直|工作|执法|职能|主管|行政)*部门|各级|本级"
    "|历年|宣布|停止|制作|新增|起草|颁布|下发|继续|保持|[县市区省]本级|依法|共计|共|累计|总计|合计|办理|作出|做出|实施|办结|立案|处理|各类|各项|完成|分别|是|为|有|在|了|的|已|也|并|对|及其?|和|与|、|:|—|-|。|其中"
    "|同时|另外|另|还|先后|陆续|原有?|旧|既有|辖区|[镇乡县市区]级|本行政区域|相关|有关|党政|行政执法|实际"
    "|及时|向社会|同步|全部|集中|公布|公示|收录|刊载|上传|汇总"
    "|主动公开|公开|新|以|名义|组织|开展|清理|审查|集中|后|经|行政|规范性|文件|政府|现行有效|现有|制发|制定|出台|印发|发布|联合|本表|数据|汇总|自|下)*+"
)
EITHER = pattern_of(f"(?:{KNOWN.pattern[:-2]}|{BEFORE.pattern[:-2]})*+")
OF_THE_TABLE = pattern_of("许可|处罚|强制|规章|规范性|文件|废止|失效|继续有效|现行有效|有效|保留")
OF_ONE_PERSON = pattern_of(
    "退回|无效|作废|协助|配合|指导|督促|帮助|同一|个别|单个|某[^#]{0,4}[提递]|该申请人|部分(?:申请人|群众|村民|居民)|一名|多人"
)
SOME_WAY = pattern_of("(?:一次性|当场|即时|提前|口头|电话)$")


def _certainty_in(sentence: Sentence, mention: Mention, kind: str, setting: Setting) -> str:
    """By its clause and by what its sentence says around it."""
    behind = sentence.bare[mention.number.end : mention.number.end + 40]
    if kind.startswith("requests.by.") and EACH_OF.search(sentence.bare[: mention.number.start]):
        return "narrower"
    is_of_items = kind.endswith(".decisions") and mention.number.unit == "项"
    if is_of_items and (OF_ITEMS.search(mention.near) or OF_CHANGES.match(behind)):
        return "narrower"
    if _is_of_some(sentence.line, mention, kind, setting):
        return "narrower"
    if _is_not_in_the_table(FIRST_DIGIT.split(behind, 1)[0]):
        return "narrower"
    if kind.startswith(OUTCOME_ROWS) and row_by_what_follows(
        unquoted(mention.near), mention.behind
    ):
        return "" if is_bare(mention.near) and BARE_BEHIND.match(mention.behind) else "some"
    if is_told_of_some(kind, mention):
        return "narrower"
    if kind.endswith(".repealed") and OF_A_SORT.fullmatch(mention.near):
        return "some"  # 对不适应改革要求的17件规范性文件予以废止
    is_known = is_explained(kind, _words_said(mention), unquoted(mention.right))
    if not is_known and _may_be_another(kind, sentence, mention):
        return "narrower"
    if mention.near.endswith("的") and _has_others(kind, sentence, mention):
        return "narrower"
    if _is_of_a_table(kind) and is_limited(behind):
        return "narrower"
    certainty = certainty_of(mention, kind)
    if certainty == "narrower" and UNTIL.search(mention.near) and NO_MORE.search(behind):
        return ""
    if is_known and not mention.is_of_some and certainty != "some":
        return certainty
    is_of_cases = kind not in OF_ALL_REQUESTS or mention.number.unit in CASES
    is_some = is_of_cases and certainty in ("", "about", "part", "some")
    return "some" if is_some else "narrower"


EACH_OF = pattern_of(
    "[0-9一二两三四五六七八九十]+(?:名|位|家|个|人)[^,;。:、0-9]{0,8}各$"
)  # 4名自然人各1件
OF_CHANGES = pattern_of("[^;。]{0,24}(?:增减|持平|[比较与]上一?年)")  # 强制4项、处罚41项均无增减
OF_ITEMS = pattern_of("(?:事项|项目|清单)[^,;。0-9]{0,4}$")  # 处罚事项583项: what may be decided


def _may_be_another(kind: str, sentence: Sentence, mention: Mention) -> bool:
    """Words that are not known narrow what is counted; these make it another's, or more of it."""
    near = unquoted(mention.near)
    if kind.startswith(OF_UNKNOWN_PARTS) or mention.depth > 0 or AMONG.match(mention.right):
        return True
    if ANOTHERS.search(near + mention.right) or NOT_OURS.search(mention.behind):
        return True
    decided = NOT_TAKEN_UP if kind.startswith("requests.unprocessed.") else DECIDED_SO_OR_SO
    is_decided = decided.search(mention.left + mention.behind) is not None
    return kind.startswith(ROWS_OF_A_SUBJECT) and not is_decided


ANOTHERS = pattern_of(
    "历史|工作日|时限|征[求询](?![^,;。]{0,16}不同意)|(?<!不)同意公开|此前|以前|历年|(?:截[至止]|以来)[^,;。]{0,12}累计|连同|加上|合并|(?:通知书|告知书)(?!后|发出|送达)|未曾|不曾|从未|没有[1一]?$|转来|移送"
    "|参与|协助|配合|指导|占|转[办作为]|引导[^,;。]{0,8}(?:信访|反映)|接访|来访|来电|为被申请人|为被告|部门|乡镇|下属|所属|人次|咨询"
)
AMONG = pattern_of("(?:(?:政府信息公开|信息公开)?(?:申请|案件|答复))?[当之]?[中里内]")
# What requests are about is no row of the table until it was decided so.
ROWS_OF_A_SUBJECT = ("requests.denied.", "requests.unavailable.", "requests.unprocessed.")
OF_UNKNOWN_PARTS = ("fees.", "requests.received.part")
NOT_TAKEN_UP = pattern_of("不予|不再|不作为|告知|引导[^,;。]{0,14}(?:反映|渠道|中心)")
DECIDED_SO_OR_SO = pattern_of(
    "不[予宜应能]?公开|拒绝公开|引导|指引|[未没](?:有|予)?公开|无法提供|无从提供|不予|不再|不作为|告知|答复|不存在|不掌握|驳回|补正"
)
NOT_OURS = pattern_of("不属于?|均?非(?:行政)?规范性|不列入|不计|不是|并非|列[^,;。]{0,4}基金")


def is_told_of_some(kind: str, mention: Mention) -> bool:
    """有9件申请，因涉及隐私…; 5件复议案件经审理被驳回: with what came of these."""
    if kind == "requests.received":
        return is_bare(mention.near) and THESE_BECAUSE.match(mention.behind) is not None
    return kind in OF_ALL_DISPUTES and ENDED_SO.fullmatch(mention.right) is not None


THESE_BECAUSE = pattern_of("(?:政府信息公开|信息公开)?申请,(?:因|由于|经|属于|涉及|要求|分别)")
ENDED_SO = pattern_of(
    "(?:行政)?(?:复议|诉讼)(?:案件|申请)?(?!均|都|全部)[^均都]{0,10}(?:驳回|维持|撤销|纠正|纠错|败诉|胜诉|终止|撤回|撤诉|调解).*"
)
OF_A_SORT = pattern_of("对(?:不适应|不符合|与)[^#]{2,20}的")
BARE_BEHIND = pattern_of("(?:政府信息公开|信息公开)?(?:申请)?,")


def _has_others(kind: str, sentence: Sentence, mention: Mention) -> bool:
    """予以公开的9件主要为环评批复，另外6件为用地批复: the row has more than the nine."""
    is_row = kind in OUTCOMES or kind.startswith(OUTCOME_ROWS)
    return is_row and OTHERS_BEHIND.match(sentence.bare, mention.number.end) is not None


OTHERS_BEHIND = pattern_of(
    "[^;。]*?[,;](?:(?:另外?|还有)有?[0-9]+件(?!均|都|已|全部|依法|予|不|部分|无法|公开|办|答|因|由)"
    "|(?:其余|其他|剩余|余下)的?[0-9]+件(?:主要)?(?:为|系|是|涉及))"
)


@lru_cache(maxsize=512)
def _is_of_a_table(kind: str) -> bool:
    return not kind.startswith(OF_NO_TABLE)


OF_NO_TABLE = ("list.", "proactive.", "staff.", "interpretations", "meetings", "trainings")


@lru_cache(maxsize=4096)
def _is_not_in_the_table(behind: str) -> bool:
    return NOT_IN_THE_TABLE.search(behind) is not None


FIRST_DIGIT = pattern_of("[0-9]")
NOT_IN_THE_TABLE = pattern_of(
    "^[^。;]*(?:不|未)(?:再)?(?:计|列|纳)入|^[^。;]*(?:计|列)入(?:上|下|次|去)一?年|^[^。;]*统计在(?:上|下|次|去)一?年"
)
UNTIL = pattern_of("(?:移交|划转|调整|划出|改革)前")
NO_MORE = pattern_of("[,;][^,。;0-9]{0,8}后(?:即|便|就)?(?:未|没有|无|不再)")


def _words_said(mention: Mention) -> str:
    """The last words before the number that say anything: 予以公开（5件）."""
    near = unquoted(mention.near)
    if mention.right or not is_bare(near):
        return near
    clauses = [unquoted(each) for each in CLAUSE_END.split(mention.left)]
    said = [each for each in clauses if not is_bare(each)]
    return said[-1] if said else near


def _is_of_some(line: str, mention: Mention, kind: str, setting: Setting) -> bool:
    """Some requests, disputes, documents or decisions, as the sentence says."""
    near, before = mention.near, line[: mention.number.start]
    is_some = (
        (kind.startswith("requests.") and _is_of_some_requests(line, mention, kind))
        or (kind in OF_ALL_DISPUTES and OF_ONE_PARTY.search(before))
        or (kind in SOME_OF_DOCUMENTS and OF_ONE_SUBJECT.search(before))
        or (kind == "coercion.decisions" and _is_one_of_two_coercions(near, setting))
        or ("书面答复" in near and BY_MOUTH.search(line))
    )
    return bool(is_some)


OF_ONE_PARTY = pattern_of("(?:[1一]名|同一|某)[^,;。]{0,10}(?:提起|提出|申请)[^;。]*$")
SOME_OF_DOCUMENTS = frozenset(
    f"{name}.{fate}"
    for name in ("normative_documents", "regulations")
    for fate in ("repealed", "in_force")
)
# 清理涉及营商环境的规范性文件
OF_ONE_SUBJECT = pattern_of(
    "(?:涉及|有关|关于|不符合|妨碍|围绕)(?:(?!我|本)[^,。;]){1,20}(?:的|领域|方面|类)(?:行政)?(?:规范性文件|文件|规章)"
)
BY_MOUTH = pattern_of("(?:当场|即时|口头|电话)(?:答复|回复|办结)")


def _is_one_of_two_coercions(near: str, setting: Setting) -> bool:
    """强制措施8件，强制执行3件: each is some of them."""
    return setting.names_enforcement and "强制措施" in near and "行政" not in near


def _is_of_some_requests(line: str, mention: Mention, kind: str) -> bool:
    if kind in OUTCOMES and _is_for_a_reason(mention.left):
        return True
    if kind in OUTCOMES and AFTER_ASKING.search(line, 0, mention.number.start):
        return True
    if mention.number.unit in ("项", "条") and COUNTED_IN_ITEMS.search(line):
        return True
    if _is_in_units_of_others(kind, mention.number.unit) or _is_of_some_decided(mention):
        return True
    is_in_time = kind in ANSWERED and IN_TIME.search(mention.near + mention.right)
    return bool(is_in_time and LATE_BESIDE.search(line))


def _is_for_a_reason(left: str) -> bool:
    """因涉及第三方，不予公开1件; 第三方不同意公开，决定不予公开的2件."""
    before, _, _ = left.rpartition(",")
    if "等" in before and "其他" in left:
        return False  # 因逾期不补正、主动撤回等，按其他处理方式结案的7件
    return FOR_A_REASON.match(left) is not None or names_a_row(before)


# 需要征求意见的3件，最终2件全部公开
AFTER_ASKING = pattern_of(
    "征[求询][^;。0-9]{0,8}[0-9]+件[^;。0-9]{0,6}(?:最终|结果|后来)[^;。]{0,12}$"
)
FOR_A_REASON = pattern_of("[,;]?(?:因|对|涉及)[^,;。:0-9]{2,24},")  # 因涉及第三方，不予公开1件
# 申请公开的信息共56项，其中公开26项: of one request several
COUNTED_IN_ITEMS = pattern_of(
    "信息(?:共计?|合计)?[0-9]+[项条]|[0-9]+[项条](?:信息|内容|(?:公开|具体)?(?:请求|诉求))"
)
ANSWERED = frozenset(("requests.answered", "requests.dealt"))
# 按期办结438件，延期办结4件: both are handled
IN_TIME = pattern_of("(?:按[时期]|如期|及时|准时)(?:办结|答复|办理|回复)")
LATE_BESIDE = pattern_of(
    "(?:延期|逾期|超期|延长期限)[^,;。0-9]{0,6}(?!0)[0-9]+件"
    "|[1-9][0-9]*件(?!均|全部|都)[^,;。0-9]{0,20}(?:延期|延长)"
)


def _is_in_units_of_others(kind: str, unit: str) -> bool:
    """接访5次, 17个乡镇: no outcomes, and no applicants."""
    if kind.startswith("requests.by."):
        return unit in ("次", "个", "人次")
    return unit in ("次", "人次", "名", "位") and not kind.startswith(OF_MANY_UNITS)


OF_MANY_UNITS = ("requests.received", "requests.applicants", "requests.answered", "requests.dealt")


def _is_of_some_decided(mention: Mention) -> bool:
    """对2件申请作出不予公开决定后，…提起复议: what came of some of them."""
    if mention.kind not in OUTCOMES and not mention.kind.startswith(OUTCOME_ROWS):
        return False
    is_refused = NOT_GIVEN.search(mention.near) is not None
    if (
        not is_refused
        and mention.kind.endswith(".third_party")
        and WAS_ASKED.search(mention.behind)
    ):
        return True
    return bool(THEN_ALSO.match(mention.behind) or LOOKED_AT.search(mention.near))


NOT_GIVEN = pattern_of("拒绝公开|不予公开|未予公开|不同意公开")
WAS_ASKED = pattern_of("^[^;。0-9]*(?:征求|征询|同意公开)")
DECIDED_SO = (
    "(?:不予?公开|部分公开|予以公开|无法提供|不予处理)(?:的)?(?:答复|决定|告知|处理|政府信息)*书?"
)
THEN_ALSO = pattern_of(
    f"[^,;。0-9]{{0,12}}{DECIDED_SO}(?:(?:作出|送达|发出)?[之以]?后|不服|的?(?:政府信息公开)?申请(?:人)?(?:,|不服|提)|被|引发|引起|改为|中)"
    "|[^;。0-9]{0,12}(?:申请人)?[^;。0-9]{0,6}(?:不服|(?<!未)(?<!没有)(?:提起|提出|申请|引发|进入)了?(?:行政)?(?:复议|诉讼))"
)
LOOKED_AT = pattern_of(
    "抽查|抽取|回访|评查|复核|复查|针对|抽检|检查|评估|(?<!执法)案卷|原拟|拟作|拟"
)
