"""Numbers of a sentence that by what they count must make one another.

What came over and what came in is what was done and what goes on; lawsuits are those without and
those after a review; the six results are all that was answered. Told only where every number of the
run is known to count one of these, of the same body and exactly, each once, and no word of the
sentence takes some away or counts them anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from nianbao.parser.differences import Difference
from nianbao.parser.patterns import pattern_of
from nianbao.parser.quantities import Quantity


class Known(NamedTuple):
    """A number with the row that it surely counts, or nothing."""

    number: Quantity
    kind: str
    scope: str


FLOWS = {
    "requests.received": "new",
    "requests.carried_in": "old",
    "requests.due": "due",
    "requests.answered": "done",
    "requests.dealt": "done",
    "requests.carried_out": "left",
    "requests.carried": "left",
}
SUITS = {
    "disputes.lawsuits": "all",
    "disputes.suits_direct": "direct",
    "disputes.suits_after_review": "after",
}
RESULTS = frozenset(
    f"requests.{name}"
    for name in ("granted", "partial", "denied", "unavailable", "unprocessed", "other")
)
COUNTED = frozenset(("件", "宗", "份", "起", "件次"))
NOT_ALL = pattern_of(
    "撤回|撤销|转办|移送|移交|合并|重复|不含|不计|剔除|扣除|核减|口径|拆分|补正|另有|另外|其余|部门|乡镇|办公[室厅]"
)


def identities(
    line: str, known: Sequence[Known], answered: Sequence[Quantity]
) -> Iterator[Difference]:
    """`known` are all numbers of the sentence; `answered` what was told before to be all of it."""
    alike = [each for each in known if each.number.unit in COUNTED]
    yield from _of_flows(line, alike)
    yield from _of_suits(line, alike)
    yield from _of_results(line, alike, answered)


def _told(alike: Sequence[Known], names: dict[str, str]) -> dict[str, Quantity]:
    """Each number of the sentence by its name; nothing where one is another's or told twice."""
    found: dict[str, Quantity] = {}
    for each in alike:
        name = names.get(each.kind, "")
        if not name or name in found or not each.number.exact:
            return {}
        found[name] = each.number
    return found if len({each.scope for each in alike} - {""}) < 2 else {}


def _of_flows(line: str, alike: Sequence[Known]) -> Iterator[Difference]:
    found = _told(alike, FLOWS)
    if not {"new", "old"} <= found.keys() or NOT_ALL.search(line):
        return
    value = {name: Decimal(each.value) for name, each in found.items()}
    came = value["new"] + value["old"]
    if "due" in found:
        yield from _unless(found["due"], (came, value["new"]))
    elif "left" in found and "done" in found:
        made = came - value["done"], value["new"] - value["done"]
        yield from _unless(found["left"], tuple(each for each in made if each >= 0))
    elif "done" in found and value["done"] > came:
        yield from _unless(found["done"], (came,))


def _of_suits(line: str, alike: Sequence[Known]) -> Iterator[Difference]:
    found = _told(alike, SUITS)
    if len(found) == len(SUITS) and not NOT_ALL.search(line):
        made = Decimal(found["direct"].value) + found["after"].value
        yield from _unless(found["all"], (made,))


def _of_results(
    line: str, alike: Sequence[Known], answered: Sequence[Quantity]
) -> Iterator[Difference]:
    """办结315件，…。办结件中，予以公开143件，部分公开25件，…: all six, and nothing else."""
    done = [each.number for each in alike if FLOWS.get(each.kind) == "done"]
    beside = _in_a_row(alike) if len(done) == 1 else alike
    answered = [*answered, *done]
    found = _told(beside, {kind: kind for kind in RESULTS})
    if len(found) < len(RESULTS) or not answered or NOT_ALL.search(line):
        return
    made = sum((Decimal(each.value) for each in found.values()), Decimal(0))
    if made not in {Decimal(each.value) for each in answered}:
        last = max(found.values(), key=lambda each: each.start)
        rest = (Decimal(each.value) - made + last.value for each in answered)
        yield from _unless(last, tuple(each for each in rest if each >= 0))


def _in_a_row(alike: Sequence[Known]) -> Sequence[Known]:
    """The numbers from the first result to the last."""
    places = [i for i, each in enumerate(alike) if each.kind in RESULTS]
    return alike[places[0] : places[-1] + 1] if places else alike


def _unless(printed: Quantity, made: tuple[Decimal, ...]) -> Iterator[Difference]:
    number = Decimal(printed.value)
    if made and number not in made:
        yield Difference(number, number, number, printed.start, printed.unit, made)
