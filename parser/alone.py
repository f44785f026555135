"""What became of the only request, told in words: 收到申请1件。…经检索，乡政府予以公开。

A town has one or two requests a year, and tells them as a story. Of the only one the outcome that
one clause names is that of at least one row; not where the paragraph counts outcomes, or tells two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from nianbao.parser.claim import Claim, Sentence
from nianbao.parser.patterns import pattern_of

MOST = 1_000_000  # others may have come of what was carried in
MOST_BEHIND = 3  # sentences
BODIES = "街道|政府|办事处|单位|机关|党政办|办公室|经办人员"
WHO = f"(?:[我本该](?=[镇乡县市区局街单机办])|[镇乡县市区局]|{BODIES})*"
WAYS = "(?:已|依法|依规|按期|按时|及时|如期|在法定期限内|当场|当日|决定|书面|均|对其|最终|最后)*"
CHECKED = "审查|检索|查找|研究|核实|审核|查阅|办理|核查|研判"
BEGINS = f"(?:[^,;。0-9不未]{{0,10}}(?:后|之后)(?=向)|经(?:{CHECKED})后?)?{WHO}{WAYS}"
INFORMATION = (
    "(?:了)?(?:相关|该|所申请的?|其申请的?|有关|全部|全文)*(?:政府)?(?:信息|材料|文件|资料|内容)?"
)
ENDS = {
    "granted": (
        f"(?:(?:予以|给予|同意|全部|全文)公开|向(?:其|申请人|该申请人)(?:予以|全文|全部)?(?:公开|提供)){INFORMATION}"
    ),
    "partial": "(?:予以)?部分公开|区分处理后(?:予以)?(?:部分)?公开",
    "denied": f"(?:作出)?不予公开(?:的?(?:答复|决定))?{INFORMATION}",
    "unavailable": (
        "(?:(?:答复|告知)(?:其|申请人)?)?"
        f"(?:无法提供|(?:该|所申请|相关)?(?:政府)?信息不存在|(?:我[镇乡局街道]{{1,2}}|本机关|本单位)?不掌握){INFORMATION}"
    ),
}
OUTCOMES = {kind: pattern_of(f"{BEGINS}(?:{said})") for kind, said in ENDS.items()}
TOLD_APART = ("requests.granted", "requests.partial", "requests.denied", "requests.unavailable",
              "requests.unprocessed", "requests.other", "requests.withdrawn", "requests.carried_in",
              "requests.carried_out")  # fmt: skip
ASKED = ("requests.received", "requests.by.")
TIMES = ("次", "场", "场次", "人次", "期")  # 组织旁听培训2次
CLAUSES = pattern_of("[,;:。]")


def outcome_of_the_only_one(
    sentences: Sequence[Sentence], told: Sequence[Claim]
) -> Iterator[Claim]:
    asked = (c for c in told if c.kind.startswith(ASKED) and c.unit not in ("", *TIMES))
    received = [c for c in asked if not c.period]
    if len(received) != 1 or received[0].value != 1 or not received[0].exact:
        return
    if any(c.value and c.kind.startswith(TOLD_APART) for c in told):
        return
    found = [*_outcomes_behind(sentences, received[0])]
    if len({kind for kind, _, _ in found}) == 1:
        kind, sentence, match = found[0]
        yield Claim(
            f"requests.{kind}",
            1,
            sentence.raw,
            sentence.paragraph,
            match.start(),
            about=match[0][-8:],
            low=1,
            high=MOST,
            scope=received[0].scope,
        )


def review_of_an_answer(sentences: Sequence[Sentence], told: Sequence[Claim]) -> Iterator[Claim]:
    """群众对1件答复不服，申请行政复议，复议机关维持原答复: at least one review, and its result."""
    if any(c.kind.startswith(("disputes.reviews", "disputes.applicants")) for c in told):
        return
    stories = [(each, match) for each in sentences for match in REVIEWED.finditer(each.line)]
    if len(stories) != 1:
        return
    sentence, match = stories[0]
    if OF_OTHER_ANSWERS.search(sentence.line[: match.end()]):
        return
    kind = "disputes.reviews." + ("upheld" if match["upheld"] else "corrected")
    yield Claim(
        kind,
        1,
        sentence.raw,
        sentence.paragraph,
        match.start("end"),
        about=match["end"],
        low=1,
        high=MOST,
    )


REVIEWED = pattern_of(
    f"(?:对{WHO}(?:作出|出具)?(?:的)?(?:[1一]件)?(?:政府信息公开|信息公开)?(?:申请)?(?:的)?答复(?:结果|内容)?不服|不服{WHO}(?:的)?(?:政府信息公开|信息公开)?答复)"
    "(?:决定)?,?(?:遂|并|于|[0-9]{1,2}月|依法|已)*(?:向[^,;。:0-9]{2,10}?)?(?:申请|提起|提出)(?:了)?(?:行政)?复议(?:申请)?,"
    "(?:经审[理查]后?,?)?(?:复议机关|[市县区省]人?民?政府|[^,;。:0-9]{1,4}(?:司法局|复议局))?(?:依法|最终|经审[理查]后?|作出|决定|予以|结果为?|已)*"
    "(?P<end>(?P<upheld>维持)|撤销|责令|纠正|确认违法)"
)
OF_OTHER_ANSWERS = pattern_of(
    "信访|投诉|举报|热线|工单|提案|建议|上一?年|去年|跨年|此前|20[0-9]{2}年"
)


def _outcomes_behind(
    sentences: Sequence[Sentence], received: Claim
) -> Iterator[tuple[str, Sentence, re.Match[str]]]:
    begins = next((n for n, each in enumerate(sentences) if each.raw == received.sentence), None)
    if begins is None:
        return
    for sentence in sentences[begins : begins + MOST_BEHIND]:
        start = 0
        for clause in CLAUSES.split(sentence.line):
            end = start + len(clause)
            is_behind = sentence.raw != received.sentence or start > received.at
            for kind, pattern in OUTCOMES.items() if is_behind else ():
                if match := pattern.fullmatch(sentence.line, start, end):
                    yield kind, sentence, match
            start = end + 1
