"""`python -m tests.chaos [SEED] [--profile large]`: a season undisturbed, then through everything that can go wrong on each database.

What is told at the end must be the same. The seed is printed; the same seed does the same things,
though never at quite the same moments.
"""

from __future__ import annotations

import argparse
import difflib
import random
import re
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

from nianbao.storage.evidence import Evidence
from tests.chaos.generated import wrong_with_documents, wrong_with_lists
from tests.chaos.large import LEAST, Large, TwoCounties, keys_known
from tests.chaos.world import World, database
from tests.portals.server import Reply, Request, running
from tests.worlds.crowds import Crowd
from tests.worlds.object_store import storing

BEGIN, LAST = date(2027, 1, 18), date(2027, 2, 21)
LARGE_BEGIN, LARGE_LAST = date(2027, 1, 31), date(2027, 2, 2)  # around the deadline


class Site:
    """The one portal, which shows whichever season is lived."""

    world: World | None = None

    def __call__(self, request: Request) -> Reply | None:
        return self.world.portal(request) if self.world is not None else None


# What a storm may put off: at which minute a thing was first seen, by which of the day's looks.
MINUTE = re.compile(r"\b\d\d:\d\d\b|\b[0-9a-f]{12}\b")
# What tells of the storm itself.
OF_CRASHES = re.compile("因程序错误未完成|went wrong in the program itself")


def undisturbed(
    site: Site,
    url: str,
    folder: Path,
    last: date,
    begin: date = BEGIN,
    kind: type[World] = World,
) -> tuple[dict[str, Any], dict[str, float]]:
    world = site.world = kind(folder / "calm/season", begin, last, random.Random(0), url)
    world.lived(hurt=False)
    return world.known(), world.parts


def differences(expected: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    told = []
    for what in ("standings", "days", "events", "findings", "versions"):
        less = [each for each in expected[what] if each not in found[what]]
        more = [each for each in found[what] if each not in expected[what]]
        told += [f"{what}: missing {each}" for each in less]
        told += [f"{what}: too much {each}" for each in more]
    told += [f"accused: {each}" for each in sorted(less_sure(expected, found))]
    told += [f"{what}: {each}" for what in ("crashes", "unproven") for each in found[what]]
    return told + differing_mails(expected["mails"], found["mails"])


def less_sure(expected: Mapping[str, Any], found: Mapping[str, Any]) -> set[tuple[str, str, str]]:
    """Whom the undisturbed run does not accuse of the same at the end of that day. One that is told
    again, because a clock had it otherwise for a while, is none.
    """
    stood = {(f"{unit} {year}", name, day) for day, unit, year, name, *_ in expected["days"]}
    return {each for each in found["accused"] if each not in stood}


def changed(before: str, after: str) -> str:
    lines = difflib.unified_diff(before.split("\n"), after.split("\n"), lineterm="", n=0)
    return " | ".join([*lines][2:])


def differing_mails(
    expected: Mapping[tuple[str, str], str], found: Mapping[tuple[str, str], str]
) -> list[str]:
    told = []
    for key, text in expected.items():
        if key[0].startswith("<alert."):
            continue
        if key not in found:
            told.append(f"mail never came: {key}")
        elif MINUTE.sub("", found[key]) != MINUTE.sub("", text):
            told.append(f"mail {key}: {changed(text, found[key])}")
    alerts = [lines_of_alerts(mails) for mails in (expected, found)]
    told += [f"alert missing: {each}" for each in alerts[0] - alerts[1]]
    told += [f"alert too much: {each}" for each in alerts[1] - alerts[0]]
    told += [
        f"mail too much: {key}" for key in found if key not in expected and "<alert." not in key[0]
    ]
    return told


def lines_of_alerts(mails: Mapping[tuple[str, str], str]) -> Counter[tuple[str, str]]:
    """What each recipient was told at once, in however many mails; but for the storm's own."""
    alerts = ((to, text) for (mark, to), text in mails.items() if mark.startswith("<alert."))
    lines = ((to, line) for to, text in alerts for line in text.partition("\n\n")[0].split("\n"))
    return Counter(each for each in lines if not OF_CRASHES.search(each[1]))


def said(world: World) -> Counter[str]:
    lines = [f"{told['what']}: {told.get('error', '')}" for _, told in world.said]
    return Counter(line[:110] for line in lines)


GENERATED = {"documents": wrong_with_documents, "lists": wrong_with_lists}


def generated(seed: int, count: int) -> int:
    """Documents and list pages beside the season."""
    found = 0
    for what, look in GENERATED.items():
        ends, began = Counter[str](), time.monotonic()
        wrong = look(count, seed, ends)
        print(f"{count} {what}: {time.monotonic() - began:.0f} s, {dict(ends)}", flush=True)
        for fault in wrong:
            print(f"  ! {fault}")
        found += len(wrong)
    return found


def large(site: Site, url: str, folder: Path, seed: int, last: date, met: list[Any]) -> int:
    """Undisturbed by one process on SQLite, then by many on PostgreSQL and a store of objects."""
    began = time.monotonic()
    expected, parts = undisturbed(site, url, folder, last, LARGE_BEGIN, TwoCounties)
    print(f"undisturbed: {time.monotonic() - began:.0f} s, {parts}", flush=True)
    began = time.monotonic()
    with keys_known(), storing() as objects, database(folder / "data") as postgres:
        Evidence(objects.at("any")).shelf._done("makedirs", "proofs", True)  # type: ignore[attr-defined]
        chance, here = random.Random(f"{seed} large"), folder / "large/season"
        world = Large(here, LARGE_BEGIN, last, chance, url, postgres, objects=objects)
        site.world = world
        world.lived(hurt=True)
        found = world.known()
        faults = [*differences(expected, found), *world.wrong()]
    for unit in sorted({row[0] for row in {*found["standings"]} ^ {*expected["standings"]}}):
        print(f"  {unit}: {expected['whys'].get(unit)} | {found['whys'].get(unit)}")
    faults += [f"two at once: {paths}" for paths in met]
    few = world.seldom()
    print(f"large: {time.monotonic() - began:.0f} s, {dict(sorted(world.happened.items()))}")
    print(f"  another daemon after {[round(each, 1) for each in sorted(world.over)]} s")
    print(f"  the pages answered {dict(world.answers)}; {len(found['mails'])} mails; said:")
    for words, count in world.said_wrong().most_common(15):
        print(f"  {count:5} {words}")
    for fault in [*faults, *(f"too seldom: {kind}" for kind in few)]:
        print(f"  ! {fault}")
    return len(faults) + len(few)


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("seed", nargs="?", type=int, default=random.SystemRandom().randrange(10**6))
    asked.add_argument("--profile", choices=("small", "large"), default="small")
    asked.add_argument("--last", type=date.fromisoformat)
    asked.add_argument("--count", type=int, default=1000)
    asked.add_argument("--on", choices=("sqlite", "postgresql"), default=None)
    asked.add_argument("--keep", type=Path, help="an empty folder for what is left of it")
    told = asked.parse_args()
    print(f"seed {told.seed}", flush=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(2))  # so that what it began ends with it
    wrong = generated(told.seed, told.count) if told.count else 0
    last = told.last or (LAST if told.profile == "small" else LARGE_LAST)
    with ExitStack() as ways:
        kept = tempfile.TemporaryDirectory(prefix="nianbao-chaos-", ignore_cleanup_errors=True)
        folder, began = told.keep or Path(ways.enter_context(kept)), time.monotonic()
        folder.chmod(0o755)
        site = Site()
        if told.profile == "large":
            crowd = Crowd()
            url = ways.enter_context(running(site, during=crowd.asks)).url
            sys.exit(1 if large(site, url, folder, told.seed, last, crowd.met) + wrong else 0)
        url = ways.enter_context(running(site)).url
        expected, parts = undisturbed(site, url, folder, last)
        print(f"undisturbed: {time.monotonic() - began:.0f} s, {parts}", flush=True)
        for on in [told.on] if told.on else ["sqlite", "postgresql"]:
            began = time.monotonic()
            chance = random.Random(f"{told.seed} {on}")
            here = folder / on / "season"
            world = site.world = World(here, BEGIN, last, chance, url, parts=dict(parts))
            if on == "sqlite":
                world.lived(hurt=True)
                found = world.known()
            else:
                with database(folder / "data") as world.postgres:
                    world.lived(hurt=True)
                    found = world.known()
            faults = differences(expected, found)
            few = [kind for kind, count in world.happened.items() if count < LEAST]
            print(f"{on}: {time.monotonic() - began:.0f} s, {dict(sorted(world.happened.items()))}")
            print(f"  {len(found['mails'])} mails; what went wrong in it:")
            for words, count in said(world).most_common(12):
                print(f"  {count:5} {words}")
            for fault in [*faults, *(f"too seldom: {kind}" for kind in few)]:
                print(f"  ! {fault}")
            wrong += len(faults) + len(few)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
