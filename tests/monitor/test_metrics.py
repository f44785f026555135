"""What /metrics tells of sweeps, looks, mails and jobs, and the rules that wake somebody by it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import promql_parser
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine, insert

from nianbao.monitor.engine.kinds import CARRIED
from nianbao.monitor.engine.procrastinate_engine import Procrastinated
from nianbao.monitor.health import health, metrics, page_of
from nianbao.storage.jobs import amounts
from nianbao.storage.lease import give_back, take
from nianbao.storage.models import Column, Look, Outgoing, Portal, Region, Sweep
from nianbao.storage.store import open_store, session
from tests.worlds.stores import emptied

ROOT = Path(__file__).parents[2]
GROUPS = yaml.safe_load((ROOT / "config/alerts.yaml").read_text("utf-8"))["groups"]
RULES = [rule for group in GROUPS for rule in group["rules"]]
NOW = datetime(2027, 2, 10, 9, tzinfo=UTC)
OTHERS = {"up"}  # of Prometheus itself


@pytest.fixture
def engine(store_url: str) -> Iterator[Engine]:
    found = open_store(store_url)
    yield found
    emptied(found)


def values(engine: Engine, now: datetime = NOW) -> dict[tuple[str, ...], float]:
    told = metrics(health(engine, now)).decode()
    return {
        (
            sample.name,
            *(f"{key}={value}" for key, value in sorted(sample.labels.items())),
        ): sample.value
        for family in text_string_to_metric_families(told)
        for sample in family.samples
    }


def watched(engine: Engine, ages: dict[str, timedelta | None]) -> None:
    """A column for each name, read whole so long ago."""
    with session(engine) as s:
        s.add(Region(code="140999", name="平安县", level="county", policy=""))
        s.flush()
        s.add(Portal(id="1", county="140999", host="a.example"))
        s.flush()
        sweep = Sweep(portal="1", began=NOW - timedelta(hours=5), complete=False)
        s.add(sweep)
        s.flush()
        for n, (name, age) in enumerate(ages.items(), 1):
            s.add(Column(id=n, portal="1", url=f"http://a.example/{name}/", preset="trs-index"))
            s.flush()
            at = NOW if age is None else NOW - age
            state = "ok" if age is not None else "unreachable"
            s.add(Look(sweep=sweep.id, column=n, at=at, state=state, complete=age is not None))


def test_of_an_empty_store(engine: Engine) -> None:
    told = values(engine)
    assert told["nianbao_daemon_runs",] == 0
    assert told["nianbao_whole_look_age_seconds",] == 0
    assert told["nianbao_mail_waiting_seconds",] == 0
    take(engine, "daemon", lambda: NOW, timedelta(minutes=5))
    assert values(engine)["nianbao_daemon_runs",] == 1
    give_back(engine, "daemon")


def test_ages_of_looks_sweeps_and_mails(engine: Engine) -> None:
    day = timedelta(days=1)
    watched(engine, {"a": timedelta(), "b": 2 * day, "c": 10 * day, "d": None})
    with session(engine) as s:
        for n, state in enumerate(("waiting", "waiting", "sent")):
            made = NOW - timedelta(hours=7 + n)
            s.execute(
                insert(Outgoing).values(
                    message_id=f"<{n}>", kind="digest", recipient="a@b.example", subject="", body=b"",
                    created=made, state=state, next_try=NOW,
                )
            )  # fmt: skip
    told = values(engine)
    within = {days: told["nianbao_columns_whole_within", f"days={days}"] for days in (1, 3, 7, 31)}
    assert within == {1: 1, 3: 2, 7: 2, 31: 3}
    assert told["nianbao_columns_never_whole",] == 1
    assert told["nianbao_whole_look_age_seconds",] == 10 * 86400
    assert (told["nianbao_open_sweeps",], told["nianbao_open_sweep_age_seconds",]) == (1, 5 * 3600)
    assert told["nianbao_mail_waiting_seconds",] == 8 * 3600
    assert told["nianbao_mail", "state=sent"] == 1


def test_jobs_are_told_where_workers_do_them(engine: Engine, tmp_path: Path) -> None:
    assert amounts(engine) == []
    if engine.dialect.name == "sqlite":
        return
    jobs = Procrastinated(engine, CARRIED)
    jobs.submit("sweep", {"county": "140999"}, lock="140999")
    jobs.submit("standings", {}, lock="")
    now = datetime.now(UTC) + timedelta(hours=1)
    told = values(engine, now)
    assert told["nianbao_jobs", "kind=sweep", "state=waiting"] == 1
    assert told["nianbao_jobs_age_seconds", "kind=standings", "state=waiting"] >= 3599
    jobs.close()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_a_rule_is_sound_and_says_what_to_do_in_both_languages(rule: dict[str, str]) -> None:
    promql_parser.parse(rule["expr"])
    assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
    assert re.fullmatch(r"\d+[mhd]", rule.get("for", "1m"))
    assert rule["labels"]["severity"] in ("info", "warning", "critical")  # type: ignore[index]
    for text in rule["annotations"].values():  # type: ignore[attr-defined]
        zh, _, en = text.partition("/ ")
        assert re.search("[一-鿿]", zh)
        assert en
        assert not re.search("[一-鿿]", en)


def test_rules_name_what_is_told(engine: Engine) -> None:
    page = page_of(engine, NOW, "/metrics")
    assert page is not None
    told = set(re.findall(r"^# TYPE (\w+)", page.body.decode(), re.M))
    asked = {name for rule in RULES for name in names_in(promql_parser.parse(rule["expr"]))}
    assert asked - OTHERS - told == set()
    assert len({rule["alert"] for rule in RULES}) == len(RULES)
    assert len(asked) > 12


def names_in(expr: object) -> set[str]:
    return set(re.findall(r"\b(?:nianbao_\w+|up)\b", str(expr)))
