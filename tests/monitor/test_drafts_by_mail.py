"""Drafts that come by mail: filed for whose address it is and proven to be, else kept for a person."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import select

from nianbao.crawler.reading import ReadHere
from nianbao.monitor.daemon import Work
from nianbao.monitor.handing_in import judge_waiting
from nianbao.monitor.mail.handed_in import (
    MOST_FILES,
    Letter,
    answering,
    collect_drafts,
    letter_in,
    senders,
    take_in,
    tell_decided,
)
from nianbao.monitor.mail.returned import returned
from nianbao.monitor.settings import Inbox, Mail, Recipient, Settings
from nianbao.storage.drafts import Handed, Kept, decide, draft, drafts_of, keep, nobodys
from nianbao.storage.evidence import EvidenceError
from nianbao.storage.models import DraftRow, Outgoing
from nianbao.storage.scope import EVERYTHING
from nianbao.storage.store import looking, session
from nianbao.storage.units import units_named
from tests.amounts import amount, more, prove
from tests.monitor import test_returned
from tests.monitor.test_drafts_box import (
    OLD,
    STONE,
    WILLOW,
    YEAR,
    Box,
    docx_of,
    html_of,
    of,
    wrong,
)
from tests.monitor.test_returned import put, unread
from tests.reportkit.drafts import Draft, clean
from tests.worlds.recorded import ALL, World, at
from tests.worlds.stores import emptied
from tests.worlds.written import published

SERVER = "mx.example.gov.cn"
ADDRESS = {WILLOW: "liushu@pa.gov.cn", STONE: "Shimen@pa.gov.cn", OLD: "laozhen@pa.gov.cn"}
PROVEN = f"{SERVER}; dkim=pass header.d=pa.gov.cn; spf=pass smtp.mailfrom=liushu@pa.gov.cn"
SETTINGS = Settings(
    mail=Mail(host="x", sender="office@pa.gov.cn"),
    inbox=Inbox(host="x", authserv=SERVER),
    recipients=(
        *(Recipient(address, f"unit:{unit}") for unit, address in ADDRESS.items()),
        Recipient("both@pa.gov.cn", f"unit:{WILLOW}"),
        Recipient("both@pa.gov.cn", f"unit:{STONE}"),
        Recipient("county@pa.gov.cn", "county:140999"),
    ),
)


def mail_of(
    sender: str, *files: tuple[str, bytes], results: str = PROVEN, number: int = 1
) -> EmailMessage:
    mail = EmailMessage()
    if results:
        mail["Authentication-Results"] = results
    mail["From"], mail["To"], mail["Subject"] = sender, "office@pa.gov.cn", "年报稿件"
    mail["Message-ID"] = f"<{number}@pa.gov.cn>"
    mail.set_content("请审阅。")
    for name, data in files:
        mail.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return mail


class Post(Box):
    """A box with an inbox."""

    def come(self, mail: EmailMessage | bytes, day: int = 5) -> Letter | None:
        raw = mail if isinstance(mail, bytes) else mail.as_bytes()
        letter = letter_in(raw, SERVER)
        if letter is not None:
            with looking(self.world.engine) as s:
                known = senders(s, SETTINGS.recipients, self.registry)
            assert take_in(self.world.engine, self.evidence, known, letter, raw, at(1, day))
        return letter

    def answer(self) -> int:
        back = answering(SETTINGS, self.registry, at(1, 5))
        return judge_waiting(self.world.engine, self.evidence, self.registry, ReadHere(), back)

    def all(self) -> list[Kept]:
        with looking(self.world.engine) as s:
            return drafts_of(s, EVERYTHING)

    def nobodys(self) -> list[Kept]:
        with looking(self.world.engine) as s:
            return nobodys(s)

    def sent(self) -> list[EmailMessage]:
        with looking(self.world.engine) as s:
            bodies = list(s.scalars(select(Outgoing.body).order_by(Outgoing.id)))
        return [message_from_bytes(body, policy=default) for body in bodies]  # type: ignore[misc]


@pytest.fixture
def post(tmp_path: Path, world_url: str) -> Iterator[Post]:
    world = World(tmp_path, world_url)
    world.sweep(at(1, 2))
    yield Post(world)
    emptied(world.engine)


def test_a_verdict_comes_back_with_the_comments(post: Post) -> None:
    post.come(mail_of(ADDRESS[WILLOW], ("稿.docx", docx_of(wrong(of(WILLOW))))))
    assert post.answer() == 1
    (kept,) = post.all()
    assert (kept.unit, kept.state, kept.round, kept.who) == (
        WILLOW,
        "returned",
        1,
        "liushu@pa.gov.cn",
    )
    (back,) = post.sent()
    assert back["To"] == "liushu@pa.gov.cn"
    assert "退回" in str(back["Subject"])
    assert "必须整改" in back.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    (file,) = back.iter_attachments()
    assert file.get_content()[:2] == b"PK"
    assert letter_in(back.as_bytes(), SERVER) is None  # ours, should it come back to us
    post.come(mail_of(ADDRESS[WILLOW], ("稿.docx", docx_of(of(WILLOW))), number=2))
    post.answer()
    assert [each.state for each in post.all()] == ["returned", "passed"]
    assert "通过" in str(post.sent()[-1]["Subject"])
    assert returned(back.as_bytes()) is None
    untitled = replace(of(WILLOW), title=of(WILLOW).title.replace("工作", ""))
    post.come(mail_of(ADDRESS[WILLOW], ("稿.docx", docx_of(untitled)), number=3))
    post.answer()
    told = post.sent()[-1].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "通过，可以发布；有1处建议先核实" in told


def test_the_same_mail_twice_is_one(post: Post) -> None:
    mail = mail_of(ADDRESS[WILLOW], ("稿.docx", docx_of(of(WILLOW))))
    post.come(mail)
    post.come(b"Received: by other\r\n" + mail.as_bytes())
    post.answer()
    post.come(mail)
    assert post.answer() == 0
    assert len(post.all()) == len(post.sent()) == 1


@pytest.mark.parametrize("sender", ["nobody@else.example", "both@pa.gov.cn", "county@pa.gov.cn"])
def test_whose_address_it_is_not_known_is_kept_for_a_person(post: Post, sender: str) -> None:
    post.come(mail_of(sender, ("稿.docx", docx_of(of(WILLOW)))))
    assert post.answer() == 0
    assert post.all() == []
    (kept,) = post.nobodys()
    assert (kept.state, kept.who) == ("unfiled", sender)
    assert b"Message-ID" in post.evidence.read(kept.sha256)
    assert post.sent() == []


FORGED = (
    f"{SERVER}; dmarc=fail header.from=pa.gov.cn",
    f"{SERVER}; spf=pass smtp.mailfrom=x@evil.example; dkim=pass header.d=evil.example",
    f"{SERVER}; spf=softfail smtp.mailfrom=liushu@pa.gov.cn",
    f"{SERVER}; spf=pass smtp.mailfrom=x@cn",
    "other.example; dmarc=fail",
)


def test_of_a_mail_of_nobody_the_mail_alone_is_kept(post: Post) -> None:
    """Whoever writes to the inbox fills no disk with files that nothing leads to."""
    for number, (sender, told) in enumerate(
        (("x@y.example", PROVEN), (ADDRESS[WILLOW], FORGED[1]))
    ):
        body = f"{number}".encode() * 100
        post.come(mail_of(sender, ("稿.docx", body), results=told, number=number))
        with pytest.raises(EvidenceError):
            post.evidence.read(sha256(body).hexdigest())
    assert [post.evidence.read(each.sha256) != b"" for each in post.nobodys()] == [True, True]


# What a forger chooses: the name of a mailbox of their own.
CHOSEN = (
    'spf=pass smtp.mailfrom="pa.gov.cn"@evil.example',
    'spf=pass smtp.mailfrom="x header.from=pa.gov.cn y"@evil.example',
    'spf=pass smtp.mailfrom="x; dkim=pass header.d=pa.gov.cn; y"@evil.example',
    'spf=pass smtp.mailfrom="x\\"; dkim=pass header.d=pa.gov.cn; y"@evil.example',
    "spf=pass smtp.mailfrom=header.d=pa.gov.cn@evil.example",
    "spf=pass (x header.d=pa.gov.cn (y) z) smtp.mailfrom=x@evil.example",
    "spf=fail (dkim=pass header.d=pa.gov.cn) smtp.mailfrom=x@pa.gov.cn",
    'dkim=pass header.d=evil.example header.i="pa.gov.cn"@evil.example',
    "dkim=pass header.d=evil.example header.i=pa.gov.cn@evil.example",
    'spf=fail reason="x; dkim=pass header.d=pa.gov.cn" smtp.mailfrom=x@pa.gov.cn',
)
HONEST = (
    "dkim=pass (2048-bit key; a (b) \\) c) header.d=pa.gov.cn header.i=@pa.gov.cn header.s=s",
    'spf=pass reason="it; may" smtp.mailfrom="liushu@pa.gov.cn"',
    "spf=pass (x: domain of liushu@pa.gov.cn is let) smtp.mailfrom=b+x=y.example@pa.gov.cn",
    "spf=none; dkim/1 = pass header.d=pa.gov.cn; dmarc=pass (p=none) header.from=pa.gov.cn",
    "spf=pass smtp.mailfrom=<liushu@PA.gov.cn>",
    'dkim=pass header.d="pa.gov.cn"',
)


@pytest.mark.parametrize(
    ("told", "proof"),
    [*((each, "refused") for each in CHOSEN), *((each, "proven") for each in HONEST)],
)
def test_nobody_writes_the_receiving_server_s_word(told: str, proof: str) -> None:
    sent = mail_of(ADDRESS[WILLOW], ("稿.docx", b"PK"), results="")
    raw = f"Authentication-Results: {SERVER}; {told}\n".encode() + sent.as_bytes()
    letter = letter_in(raw, SERVER)
    assert letter is not None
    assert letter.proof == proof


@pytest.mark.parametrize("results", FORGED)
def test_a_forged_sender_is_kept_for_a_person(post: Post, results: str) -> None:
    post.come(mail_of(ADDRESS[WILLOW], ("稿.docx", docx_of(of(WILLOW))), results=results))
    assert post.answer() == 0
    assert (post.all(), post.sent()) == ([], [])
    assert "验证" in post.nobodys()[0].why[0]


@pytest.mark.parametrize("results", ["", "evil.example; dkim=pass header.d=pa.gov.cn"])
def test_who_is_not_proven_passes_only_by_a_person(post: Post, results: str) -> None:
    """Whatever a mail says of itself: only what the own server says is its word."""
    post.come(mail_of(ADDRESS[WILLOW], ("稿.docx", docx_of(of(WILLOW))), results=results))
    post.answer()
    (kept,) = post.all()
    assert (kept.state, kept.sure) == ("held", False)
    assert post.rows()[WILLOW].state == "held"


@pytest.mark.parametrize("data", [docx_of(wrong(of(WILLOW))), docx_of(of(WILLOW)), b"\x00nothing"])
def test_what_is_not_proven_is_nobody_s_round(post: Post, data: bytes) -> None:
    """A forger writes no unit's latest round: neither before one nor behind it."""
    post.handed(WILLOW, of(WILLOW))
    for unit in (WILLOW, STONE):
        made = data if unit == WILLOW or data[:1] != b"P" else docx_of(wrong(of(unit)))
        post.come(mail_of(ADDRESS[unit], ("伪.docx", made + b"\n"), results="", number=3))
        assert post.rows()[WILLOW].state == "passed"
        post.answer()
    rows = post.rows()
    assert (rows[WILLOW].state, [each.round for each in rows[WILLOW].rounds]) == ("passed", [1])
    assert (rows[STONE].state, rows[STONE].rounds, rows[STONE].word("zh")) == ("held", [], "待确认")
    assert [each.name for each in rows[WILLOW].doubted] == ["伪.docx"]
    assert {each["To"] for each in post.sent()} == {ADDRESS[WILLOW], ADDRESS[STONE].lower()}
    assert not any("退回" in str(each["Subject"]) for each in post.sent())


def test_what_a_person_confirms_is_a_round_then(post: Post) -> None:
    post.come(mail_of(ADDRESS[WILLOW], ("稿.docx", docx_of(wrong(of(WILLOW)))), results=""))
    post.answer()
    (kept,) = post.all()
    assert (kept.state, kept.round) == ("held", 0)
    assert kept.must_mend() > 0
    with session(post.world.engine) as s:
        decide(s, kept.id, "returned", "李某", "电话核实是其所发", at(1, 6))
    row = post.rows()[WILLOW]
    assert (row.state, [each.round for each in row.rounds], row.doubted) == ("returned", [1], [])


def test_what_was_not_proven_is_sure_once_it_comes_again_from_the_unit(post: Post) -> None:
    data = docx_of(of(WILLOW))
    post.come(mail_of(ADDRESS[WILLOW], ("稿.docx", data), results=""))
    post.answer()
    with session(post.world.engine) as s:
        keep(s, Handed(YEAR, "稿.docx", sha256(data).hexdigest(), at(1, 6), "柳树", "page", WILLOW))
    post.answer()
    (kept,) = post.all()
    assert (kept.state, kept.sure, kept.round) == ("passed", True, 1)
    post.come(mail_of(ADDRESS[WILLOW], ("稿.docx", data), results="", number=9))
    assert [(each.state, each.sure) for each in post.all()] == [("passed", True)]


def test_what_a_person_decides_is_told_by_mail_too(post: Post) -> None:
    post.come(mail_of(ADDRESS[WILLOW], ("稿.docx", docx_of(of(WILLOW))), results=""))
    post.answer()
    (kept,) = post.all()
    with looking(post.world.engine) as s:
        (unit,) = units_named(s, WILLOW)
    for state, reason in (("returned", "请核实第三表"), ("passed", "已电话确认")):
        with session(post.world.engine) as s:
            decide(s, kept.id, state, "李某", reason, at(1, 6))  # type: ignore[arg-type]
            found = draft(s, kept.id)
            assert found is not None
            now = at(1, 6 if state == "returned" else 7)
            tell_decided(s, found, unit, SETTINGS, post.registry, now)
        text = post.sent()[-1].get_body(("plain",)).get_content()  # type: ignore[union-attr]
        assert reason in text
    assert len(post.sent()) == 3


def test_a_name_in_front_of_an_address_is_no_address(post: Post) -> None:
    for sender in (
        '"liushu@pa.gov.cn" <x@evil.example>',
        "=?utf-8?b?bGl1c2h1QHBhLmdvdi5jbg==?= <x@evil.example>",
        "liushu@pa.gov.cn, x@evil.example",
        "liushu@pa.gov.cn@evil.example",
    ):
        raw = mail_of("x@y.example", ("稿.docx", docx_of(of(WILLOW)))).as_bytes()
        letter = letter_in(raw.replace(b"From: x@y.example", f"From: {sender}".encode()), SERVER)
        assert letter is not None
        assert letter.sender != ADDRESS[WILLOW], sender
    twice = b"From: liushu@pa.gov.cn\n" + mail_of("x@evil.example", ("a.docx", b"x")).as_bytes()
    letter = letter_in(twice, SERVER)
    assert letter is not None
    assert letter.sender == ""


def test_of_several_attachments_one_is_the_draft(post: Post) -> None:
    made = of(WILLOW)
    letter = b"not a report at all"
    files = (
        ("网页.html", html_of(made)),
        ("稿.docx", docx_of(made)),
        ("说明.txt", letter),
        ("签名.png", b"x"),
    )
    post.come(mail_of(ADDRESS[WILLOW], *files))
    post.answer()
    states = {each.name: (each.state, each.round) for each in post.all()}
    assert states == {"网页.html": ("aside", 0), "稿.docx": ("passed", 1), "说明.txt": ("aside", 0)}
    assert len(post.sent()) == 1


def test_several_different_drafts_in_a_mail_are_not_chosen_among(post: Post) -> None:
    files = (("一稿.docx", docx_of(wrong(of(WILLOW)))), ("二稿.docx", docx_of(of(WILLOW))))
    post.come(mail_of(ADDRESS[WILLOW], *files))
    post.answer()
    assert {each.state for each in post.all()} == {"unfiled"}
    assert post.rows()[WILLOW].state == "none"
    assert "只发一份" in post.all()[0].why[0]


def test_what_a_chain_of_mails_brings_is_whose_it_says(post: Post) -> None:
    """A unit passes on another one's mail: the draft in it says whose it is."""
    inner = mail_of(ADDRESS[STONE], ("石门.docx", docx_of(of(STONE))))
    outer = mail_of(ADDRESS[WILLOW])
    outer.add_attachment(inner)
    post.come(outer)
    post.answer()
    (kept,) = post.all()
    assert (kept.unit, kept.state) == (WILLOW, "unfiled")
    assert "石门镇" in kept.why[0]
    own = mail_of(ADDRESS[WILLOW], ("柳树.docx", docx_of(of(WILLOW))), number=3)
    own.add_attachment(inner)
    letter = post.come(own)
    assert letter is not None
    assert [file.name for file in letter.files] == ["柳树.docx"]


def test_another_year_and_what_can_not_be_read_are_answered(post: Post) -> None:
    post.come(mail_of(ADDRESS[WILLOW], ("去年.docx", docx_of(of(WILLOW, year=2025)))))
    post.come(mail_of(ADDRESS[STONE], ("a.bin", b"\x00nothing")))
    post.answer()
    assert {each.name: each.state for each in post.all()} == {
        "去年.docx": "unfiled",
        "a.bin": "unread",
    }
    texts = [back.get_body(("plain",)).get_content() for back in post.sent()]  # type: ignore[union-attr]
    assert any("2025年度" in text for text in texts)
    assert any(".docx" in text for text in texts)


def test_a_hostile_mail_is_no_letter() -> None:
    deep = mail_of("a@x.example", ("a.docx", b"x"))
    for _ in range(30):
        outer = mail_of("a@x.example")
        outer.add_attachment(deep)
        deep = outer
    assert letter_in(deep.as_bytes(), SERVER) is None
    many = mail_of("a@x.example", *((f"{n}.docx", b"x") for n in range(MOST_FILES + 5)))
    letter = letter_in(many.as_bytes(), SERVER)
    assert letter is not None
    assert len(letter.files) == MOST_FILES
    names = letter_in(mail_of("a@x.example", ("../../a\x07.docx", b"x")).as_bytes(), SERVER)
    assert names is not None
    assert names.files[0].name == "a.docx"
    answer = mail_of("a@x.example", ("a.docx", b"x"))
    answer["Auto-Submitted"] = "auto-replied"
    assert letter_in(answer.as_bytes(), SERVER) is None
    for raw in (
        b"",
        b"\x00" * 100,
        b"From: \xff\xfe\nContent-Type: multipart/mixed; boundary=\n\n--",
    ):
        assert letter_in(raw, SERVER) is None


def test_ended_in_the_middle_nothing_is_lost(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that a mail brings is kept, or nothing; it is answered with its verdict, once."""
    mail = mail_of(
        ADDRESS[WILLOW], ("稿.docx", docx_of(wrong(of(WILLOW)))), ("网页.html", html_of(of(STONE)))
    )
    post.come(mail)
    back = answering(SETTINGS, post.registry, at(1, 5))
    assert back is not None

    def ended(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        judge_waiting(
            post.world.engine, post.evidence, post.registry, ReadHere(), back._replace(queue=ended)
        )
    assert "waiting" in {each.state for each in post.all()}
    post.come(mail)
    post.answer()
    assert Counter(each.state for each in post.all()) == {"returned": 1, "unfiled": 1}
    assert len(post.sent()) == 2


def test_the_daemon_judges_what_a_page_left_and_answers(post: Post) -> None:
    post.come(mail_of(ADDRESS[WILLOW], ("年报：一稿.docx", docx_of(wrong(of(WILLOW))))))
    told = replace(SETTINGS, inbox=Inbox(), evidence=str(post.evidence.root))
    work = Work(post.world.engine, told, post.world.folder, lambda: at(1, 5))
    work.counties = [post.world.county]
    work.drafts()
    assert [each.state for each in post.all()] == ["returned"]
    (back,) = post.sent()
    assert [each.get_filename() for each in back.iter_attachments()] == ["年报：一稿.check.docx"]


# ---- a real inbox

imap = test_returned.imap


@prove
def test_an_inbox_is_taken_in_once(
    post: Post, imap: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mails with files are read and marked; all others are left as they are."""
    monkeypatch.setenv("NIANBAO_IMAP_PASSWORD", "secret")
    before = unread(imap)
    large = random.Random(3).randbytes(1024 * 1024)  # in more than one piece
    put(
        imap,
        mail_of(ADDRESS[WILLOW], ("稿.docx", docx_of(of(WILLOW)))).as_bytes(),
        mail_of("nobody@else.example", ("a.bin", large)).as_bytes(),
        mail_of(ADDRESS[STONE]).as_bytes(),
    )
    told = replace(SETTINGS, inbox=replace(imap, authserv=SERVER))
    clock = lambda: datetime.now(UTC)  # noqa: E731
    take = (post.world.engine, post.evidence, told, post.registry, clock)
    assert collect_drafts(*take) == 2
    assert unread(imap) == before + 1
    assert collect_drafts(*take) == 0
    with looking(post.world.engine) as s:
        found = {row.who: row for row in s.scalars(select(DraftRow))}
    assert found["liushu@pa.gov.cn"].state == "waiting"
    assert len(post.evidence.read(found["nobody@else.example"].sha256)) > len(large)


# ---- many

UNITS = {f"140999{n}": f"第{n}镇" for n in range(201, 201 + amount(4, 50))}


def many(folder: Path) -> Post:
    """A county of so many units."""
    world = World(folder, f"sqlite:///{folder}/n.db")
    units = "".join(f'  - {{name: {name}, code: "{code}"}}\n' for code, name in UNITS.items())
    head = f'county: 平安县\ncode: "140999"\nhost: a.gov.cn\ncolumns:\n  - {{url: "{ALL}", covers: all}}\nunits:\n'
    world.file(head + units)
    world.sweep(at(1, 2))
    return Post(world)


def drafted(code: str, seed: int) -> Draft:
    made = clean(seed, unit=f"{UNITS[code]}人民政府", year=YEAR, county="平安县")
    return replace(made, title=f"平安县{UNITS[code]}人民政府{YEAR}年政府信息公开工作年度报告")


@more
def test_simulated_drafts_of_two_rounds_are_each_filed_and_each_change_is_named(
    tmp_path: Path,
) -> None:
    """Half of them by page, half by mail, in no order; then each is published, some of them otherwise."""
    post, chance = many(tmp_path), random.Random(7)
    known = {f"u{code}@pa.gov.cn": code for code in UNITS}
    told = replace(SETTINGS, recipients=tuple(Recipient(a, f"unit:{u}") for a, u in known.items()))
    with looking(post.world.engine) as s:
        whose = senders(s, told.recipients, post.registry)
    made = {code: drafted(code, seed) for seed, code in enumerate(UNITS)}
    for day in (5, 6):
        codes = [*UNITS]
        chance.shuffle(codes)
        for number, code in enumerate(codes):
            data = docx_of(wrong(made[code]) if day == 5 else made[code])
            if number % 2:
                post.put(code, data, f"{code}.docx", day)
                continue
            raw = mail_of(f"u{code}@pa.gov.cn", ("稿.docx", data), number=day).as_bytes()
            letter = letter_in(raw, SERVER)
            assert letter is not None
            assert take_in(post.world.engine, post.evidence, whose, letter, raw, at(1, day))
        back = answering(told, post.registry, at(1, day))
        judge_waiting(post.world.engine, post.evidence, post.registry, ReadHere(), back)
        rows = post.rows(day + 1)
        wanted = "returned" if day == 5 else "passed"
        assert {code: row.state for code, row in rows.items()} == dict.fromkeys(UNITS, wanted)
    assert {
        each.unit: each.round for each in post.all() if each.state == "passed"
    } == dict.fromkeys(UNITS, 2)
    planted: dict[str, dict[str, int]] = {}
    shown = []
    for number, (code, good) in enumerate(made.items()):
        cells = [cell for cell, value in good.figures.items() if isinstance(value, int)]
        chosen = chance.sample(cells, number % 3)
        planted[code] = {
            cell: int(good.figures[cell] or 0) + chance.randint(1, 30) for cell in chosen
        }
        other = good.with_figures(
            **{cell.replace(".", "__"): n for cell, n in planted[code].items()}
        )
        shown.append((code, YEAR, html_of(other)))
    published(post.world, at(1, 10), *shown)
    for code, row in post.rows().items():
        assert row.state == ("differs" if planted[code] else "published")
        assert row.compared is not None
        assert {each.cell: each.after for each in row.compared.cells} == planted[code]
        assert (row.compared.numbers, row.compared.unknown, row.compared.sentences) == ([], [], 0)
