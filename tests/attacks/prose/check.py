"""Check the entries of this folder: they parse, ids are unique, keys are known, counts are as promised.

Run: python tests/attacks/prose/check.py
"""

import collections
import itertools
import pathlib
import re
import sys

import yaml

HERE = pathlib.Path(__file__).parent
FIELDS = ["id", "level", "year", "heading", "text", "figures", "verdict", "against", "why"]
LEVELS = {"town", "street", "department", "county", "city", "province"}

PARTS = {
    "denied": "state_secret law_prohibits security_stability third_party internal_affairs "
    "process_info case_file admin_inquiry",
    "unavailable": "not_held needs_creation unclear",
    "unprocessed": "petition repeat publication excessive reissue",
    "other": "not_corrected fee_unpaid misc",
}
RESULTS = ["granted", "partial"] + [f"{g}.{p}" for g, ps in PARTS.items() for p in ps.split()]
ROWS = ["new", "carried_in", *RESULTS, "other", "handled_total", "carried_out"]
PEOPLE = ["natural_person", "business", "research", "social_welfare", "legal_service", "other_org"]
WAYS = ["review", "suit_direct", "suit_after_review"]
ENDS = ["upheld", "corrected", "other", "pending"]
PROACTIVE = {
    2021: {
        "regulations": "issued repealed in_force",
        "normative_documents": "issued repealed in_force",
        "licensing": "decisions",
        "penalties": "decisions",
        "coercion": "decisions",
        "fees": "amount",
    },
    2019: {
        "regulations": "made disclosed disclosed_total",
        "normative_documents": "made disclosed disclosed_total",
        "licensing": "items_last_year change decisions",
        "other_services": "items_last_year change decisions",
        "penalties": "items_last_year change decisions",
        "coercion": "items_last_year change decisions",
        "fees": "items_last_year change",
        "procurement": "projects amount",
    },
}


def known(form):
    rows = [r for r in ROWS if (r != "other" if form == 2021 else not r.startswith("other."))]
    yield from (f"requests.{r}.{c}" for r in rows for c in [*PEOPLE, "total"])
    yield from (f"disputes.{w}.{e}" for w in WAYS for e in [*ENDS, "total"])
    for name, columns in PROACTIVE[form].items():
        yield from (f"proactive.{name}.{c}" for c in columns.split())


KNOWN = {form: set(known(form)) for form in (2019, 2021)}


def sums(figures):
    """The form's own identities, of which all members are given: (name, left, right)."""

    def all_of(keys):
        values = [figures.get(k) for k in keys]
        return None if any(v is None for v in values) else sum(values)

    total = "requests.{}.total".format
    yield (
        "intake",
        all_of([total("new"), total("carried_in")]),
        all_of([total("handled_total"), total("carried_out")]),
    )
    for way in WAYS:
        head = f"disputes.{way}."
        yield way, figures.get(head + "total"), all_of([head + e for e in ENDS])
    handled = figures.get(total("handled_total"))
    given = [figures[total(r)] for r in [*RESULTS, "other"] if figures.get(total(r)) is not None]
    if len(given) > 2 and handled is not None and sum(given) > handled:
        yield "outcomes", handled, sum(given)
    for row in ROWS:
        parts = [figures.get(f"requests.{row}.{c}") or 0 for c in PEOPLE]
        whole = figures.get(total(row))
        if whole is not None and sum(parts) > whole:
            yield row, whole, sum(parts)


def faults(path, entry):
    bad = entry["verdict"] == "contradiction"
    fields = [f for f in FIELDS if bad or f != "against"]
    if list(entry) != fields:
        yield f"fields {list(entry)}"
    if not entry["id"].startswith(path.stem.rsplit("-", 1)[0] + "-"):
        yield "id of another theme"
    if entry["level"] not in LEVELS or entry["year"] not in range(2019, 2026):
        yield "level or year"
    if entry["verdict"] not in ("consistent", "contradiction"):
        yield "verdict"
    if not entry["text"] or not entry["why"] or re.search(r"[{}>|]", entry["text"]):
        yield "text or why"
    allowed = KNOWN[2021 if entry["year"] >= 2021 else 2019]
    for key in set(entry["figures"]) - allowed:
        yield f"unknown key {key}"
    for key in entry.get("against", []):
        if key != "text" and key not in entry["figures"]:
            yield f"against a figure that is not given: {key}"
    if bad and not entry["against"]:
        yield "against nothing"
    if not bad:
        for name, left, right in sums(entry["figures"]):
            if left is not None and right is not None and left != right:
                yield f"{name}: {left} is not {right}"


def main():
    found, ids, texts, counts = [], set(), set(), collections.Counter()
    pairs = collections.defaultdict(dict)
    themes = collections.defaultdict(dict)
    for path in sorted(HERE.glob("*.yaml")):
        theme, half = path.stem.rsplit("-", 1)
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
        themes[theme][half] = len(entries)
        for entry in entries:
            found += [f"{path.name} {entry['id']}: {f}" for f in faults(path, entry)]
            if entry["id"] in ids:
                found.append(f"{entry['id']} twice")
            same = (entry["text"], str(entry["figures"]))
            if same in texts:
                found.append(f"{entry['id']}: text and figures twice")
            ids.add(entry["id"])
            texts.add(same)
            counts[entry["verdict"]] += 1
            counts[entry["level"]] += 1
            counts[half] += 1
            if entry["id"][-2:] in ("-a", "-b"):
                pairs[entry["id"][:-2]][entry["id"][-1]] = (path.name, entry)
    for stem, sides in pairs.items():
        if sorted(sides) != ["a", "b"]:
            found.append(f"{stem}: half a pair")
            continue
        (file_a, a), (file_b, b) = sides["a"], sides["b"]
        if file_a != file_b or [a["verdict"], b["verdict"]] != ["consistent", "contradiction"]:
            found.append(f"{stem}: file or verdicts of the pair")
        keys = a["figures"].keys() | b["figures"].keys()
        changed = sum(a["figures"].get(k) != b["figures"].get(k) for k in keys)
        if changed + (a["text"] != b["text"]) != 1:
            found.append(f"{stem}: not exactly one change")
    for theme, halves in themes.items():
        if sorted(halves) not in (["held", "open"], ["open"]):
            found.append(f"{theme}: halves {halves}")
    share = counts["consistent"] / max(1, len(ids))
    if len(ids) < 600 or not 0.55 <= share <= 0.65:
        found.append(f"{len(ids)} entries, {share:.0%} consistent")
    for line in itertools.chain(found, [dict(themes), dict(counts), f"pairs {len(pairs)}"]):
        print(line)
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
