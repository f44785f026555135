"""What would go wrong, found before it does, with how to mend it."""

from __future__ import annotations

import os
import shlex
import shutil
import smtplib
import stat
import subprocess
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy.exc import SQLAlchemyError

from nianbao.crawler.answers import Ask
from nianbao.crawler.bounds import within
from nianbao.crawler.client import Client
from nianbao.crawler.limits import MISSING, has_limits
from nianbao.crawler.page_state import header_state
from nianbao.crawler.states import STATES
from nianbao.monitor.engine.carriers import carried
from nianbao.monitor.health import clock_problems
from nianbao.monitor.mail.outbox import CONNECTING, MailError, speaking
from nianbao.monitor.mail.returned import open_inbox
from nianbao.monitor.networks import is_this_machine
from nianbao.monitor.openid import OpenIdError, Provider
from nianbao.monitor.settings import INBOX_SECRET, SECRET, Oidc, Settings, load_settings
from nianbao.monitor.sign_in import Fault, faults, secret_missing
from nianbao.parser.errors import ReadError
from nianbao.parser.readers.scan import require
from nianbao.storage.clocks import clock_of
from nianbao.storage.emptied import is_emptied
from nianbao.storage.evidence import PROBE, Evidence, EvidenceError
from nianbao.storage.people import people
from nianbao.storage.registry import ConfigError, CountyEntry, load_counties
from nianbao.storage.second_hash import has_sm3
from nianbao.storage.store import (
    OldStoreError,
    StoreError,
    answers,
    beside,
    file_of,
    has_password,
    looking,
    open_store,
    shown,
)

PATIENCE = 90.0  # seconds for a portal, with its robots.txt


class Check(NamedTuple):
    name: str
    well: bool
    told: str
    mend: str = ""
    is_known: bool = True  # else nobody could find out whether it is well


def checks(file: Path, *, portals: bool = False, allow_private: bool = False) -> Iterator[Check]:
    try:
        settings = load_settings(file)
    except ConfigError as error:
        yield Check("设置 / settings", False, "\n".join(error.faults), f"改正 {file} / mend {file}")
        return
    yield _settings(file, settings)
    yield from checks_of(settings)
    if portals:
        for county in _watched(settings):
            if county.host:
                yield _portal(county, allow_private, settings)


def _settings(file: Path, settings: Settings) -> Check:
    """Whoever may write it says where everything goes; a robot's address or a password in it is a
    key. Its group may be that of the service.
    """
    name = "设置 / settings"
    if not file.exists():
        return Check(
            name, True, f"{file} 不存在，用默认值 / {file} is not there: the defaults hold"
        )
    ways = settings.alerts
    keys = any((ways.webhook, ways.wecom, ways.dingtalk, ways.feishu))
    keys = keys or has_password(settings.store)
    modes = {file: 0o006 if keys else 0o002, file.absolute().parent: 0o002}
    wide = {path: path.stat().st_mode for path, mode in modes.items() if path.stat().st_mode & mode}
    if not wide:
        return Check(name, True, str(file))
    told = ", ".join(f"{path} {stat.filemode(mode)}" for path, mode in wide.items())
    if file in wide and keys:
        told = f"{file} 含密钥，其他用户可访问：{told} / it holds keys, and others may open: {told}"
    else:
        told = f"其他用户可改写：{told} / others may write to: {told}"
    mend = " && ".join(
        f"chmod {'o=' if path == file and keys else 'o-w'} {shlex.quote(str(path))}"
        for path in wide
    )
    return Check(name, False, told, mend)


def checks_of(settings: Settings) -> Iterator[Check]:
    """Of all that the settings name, and of this machine; no portal is asked."""
    for check in (
        _counties,
        _database,
        _rights,
        _evidence,
        _hashes,
        _disk,
        _clock,
        _limits,
        _libreoffice,
        _ocr,
        _fonts,
        _contact,
        _mail,
        _inbox,
    ):
        yield check(settings)
    if settings.engine.kind != "local":
        yield _engine(settings)
    if settings.web.sign_in or not is_this_machine(settings.web.address):
        yield _sign_in(settings)


def _counties(settings: Settings) -> Check:
    name = "县配置 / counties"
    try:
        counties = load_counties(Path(settings.counties))
    except ConfigError as error:
        mend = (
            "按提示改正，再运行 nianbao config check / mend them, then run `nianbao config check`"
        )
        return Check(name, False, "\n".join(error.faults), mend)
    watched = sum(bool(county.columns) for county in counties)
    return Check(
        name,
        watched > 0,
        f"{len(counties)} 个县，其中 {watched} 个有栏目 / {len(counties)}, with columns: {watched}",
        "nianbao init 县名，再用 nianbao probe 网址 填写栏目"
        " / `nianbao init NAME`, then `nianbao probe URL` for the columns",
    )


def _watched(settings: Settings) -> Sequence[CountyEntry]:
    try:
        return load_counties(Path(settings.counties))
    except ConfigError:  # `_counties` says so
        return []


def _database(settings: Settings) -> Check:
    try:
        file = file_of(settings.store)
        if file is not None and not file.exists():
            return _no_database(file)
        engine = open_store(settings.store, asks=True)
        with looking(engine) as s:
            answers(s)
        if why := is_emptied(engine, settings.evidence):
            return Check("数据库 / database", False, why)
        return Check("数据库 / database", True, shown(settings.store))
    except OldStoreError as error:  # whoever works on it brings it up to date
        return Check("数据库 / database", True, str(error))
    except (SQLAlchemyError, StoreError, OSError) as error:
        told = str(error).splitlines()[0]
        mend = "检查 store 的地址、用户和权限 / check the address, user and rights of store"
        return Check("数据库 / database", False, told, mend)


def _engine(settings: Settings) -> Check:
    """Who does what is due, where the daemon itself does not."""
    name = "任务引擎 / engine"
    try:
        carried(open_store(settings.store, asks=True))
    except OldStoreError as error:
        return Check(name, False, str(error), is_known=False)
    except (SQLAlchemyError, StoreError, OSError) as error:
        mend = "见 docs/operations.md / see docs/operations.md"
        return Check(name, False, str(error).splitlines()[0], mend)
    return Check(name, True, "nianbao worker (procrastinate)")


def _sign_in(settings: Settings) -> Check:
    """Whether the pages would begin, and somebody may sign in who can make accounts."""
    name, web = "登录 / sign-in", settings.web
    wrong = [*faults(web, web.address, is_elsewhere=not is_this_machine(web.address))]
    if web.sign_in == "oidc" and not wrong:
        wrong = [*_secret(settings)] or [*_provider(web.oidc)]
    if wrong:
        told = "\n".join(f"{each.zh} / {each.en}" for each in wrong)
        return Check(name, False, told, "见 docs/web.md / see docs/web.md")
    if not web.sign_in:
        return Check(name, True, "只答复运行状况 / how it is doing is answered, nothing else")
    try:
        with looking(open_store(settings.store, asks=True)) as s:
            admins = [each.name for each in people(s) if each.role == "admin"]
    except (SQLAlchemyError, StoreError, OSError):  # `_database` says so
        return Check(name, False, web.sign_in, is_known=False)
    mend = (
        "nianbao user add 姓名 --role admin --scope all"
        " / `nianbao user add NAME --role admin --scope all`"
    )
    told = f"{web.sign_in}，{len(admins)} 名管理员 / {web.sign_in}, {len(admins)} admins"
    return Check(name, bool(admins), told, mend)


def _secret(settings: Settings) -> Iterator[Fault]:
    """Whether it is there, and others on this machine don't read it."""
    file = settings.web.oidc.secret_file
    try:
        known = settings.oidc_secret
        mode = Path(file).stat().st_mode if file else 0
    except OSError:
        known, mode = "", 0
    if not known:
        yield secret_missing()
    if mode & 0o007:
        told = f"{file} {stat.filemode(mode)}"
        yield Fault(
            f"其他用户可读取密钥：{told}，请 chmod o= {shlex.quote(file)}",
            f"others may read the secret: {told}, `chmod o= {shlex.quote(file)}`",
        )


def _provider(oidc: Oidc) -> Iterator[Fault]:
    """Whether it says of itself what is needed to sign in there."""
    try:
        Provider().about(oidc)
    except OpenIdError as error:
        yield Fault(
            f"统一身份认证 {oidc.issuer} 无法使用：{error.why}",
            f"the provider {oidc.issuer} can't be used: {error.why}",
        )


def _no_database(file: Path) -> Check:
    """One that the first sweep makes, where it can."""
    there = next(folder for folder in file.absolute().parents if folder.exists())
    if os.access(there, os.W_OK):
        told = (
            f"{file} 尚未建立，首次巡检时建立 / {file} is not there yet, the first sweep makes it"
        )
        return Check("数据库 / database", True, told)
    told = f"{file} 尚未建立，{there} 不可写 / {file} is not there, {there} can't be written to"
    mend = "检查 store 的地址、用户和权限 / check the address, user and rights of store"
    return Check("数据库 / database", False, told, mend)


def _rights(settings: Settings) -> Check:
    """What people decided, whom mails went to and what sweeps said is nobody else's."""
    file = _file_of(settings)
    files = [*(beside(file) if file is not None else ()), *LOGS.glob("sweep*.log")]
    if LOGS.absolute() != Path("/var/log"):  # the system's own
        files.append(LOGS)
    wide = [path for path in files if path.exists() and path.stat().st_mode & OTHERS]
    name = "文件权限 / rights of files"
    if not wide:
        return Check(name, True, "仅所有者可读写 / the owner's alone")
    told = ", ".join(f"{path} {stat.filemode(path.stat().st_mode)}" for path in wide)
    mend = f"chmod go= {' '.join(shlex.quote(str(path)) for path in wide)}"
    return Check(name, False, f"其他用户可访问：{told} / others may open: {told}", mend)


def _file_of(settings: Settings) -> Path | None:
    try:
        return file_of(settings.store)
    except SQLAlchemyError:  # `_database` says so
        return None


LOGS = Path("var/log")
OTHERS = 0o077


def _evidence(settings: Settings) -> Check:
    try:
        archive = Evidence(settings.evidence)
        archive.try_writing()
        archive.read(archive.keep(PROBE))
        return Check("证据库 / evidence", True, settings.evidence)
    except (OSError, EvidenceError) as error:
        place = settings.evidence
        mend = f"检查 {place} 是否可写 / see whether {place} can be written to"
        return Check("证据库 / evidence", False, str(error), mend)


def _hashes(settings: Settings) -> Check:
    """Nobody must have it, but who has to show it should know."""
    name = "国密 SM3 / SM3"
    if not has_sm3():
        lacking = "OpenSSL 不支持 SM3，只记 SHA-256 / OpenSSL has none: SHA-256 alone is kept"
        return Check(name, True, lacking)
    return Check(name, True, "SHA-256 + SM3")


def _disk(settings: Settings) -> Check:
    free = shutil.disk_usage(Path()).free / 1024**3
    told = f"剩余 {free:.1f} GB / {free:.1f} GB left"
    mend = "清理磁盘或把 evidence 移到更大的盘 / free some, or move evidence to a larger disk"
    return Check("磁盘 / disk", free >= 5, told, mend)


def _clock(settings: Settings) -> Check:
    """Deadlines are in Beijing time; a clock that is not kept right would make them wrong.

    What was written down tells more than who keeps it.
    """
    kept = _kept_clock()
    if problems := _told_by_store(settings):
        mend = (
            "校准时钟后再次巡检；确认时钟无误则运行 nianbao doctor --clock-is-right --who 姓名"
            " / set it right and sweep again; if it is right: "
            "`nianbao doctor --clock-is-right --who NAME`"
        )
        return Check("时钟 / clock", False, "\n".join([kept.told, *problems]), mend)
    return kept


def _told_by_store(settings: Settings) -> list[str]:
    """What sweeps wrote down that speaks against our clock; where they can't be asked: nothing."""
    try:
        file = file_of(settings.store)
        if file is not None and not file.exists():
            return []
        with looking(open_store(settings.store, asks=True)) as s:
            return clock_problems(clock_of(s, datetime.now(UTC)))
    except (SQLAlchemyError, StoreError, OSError):
        return []


def _kept_clock() -> Check:
    try:
        command = ["timedatectl", "show", "-p", "NTPSynchronized", "--value"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=5)
        told = done.stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        told = ""
    if told == "no":
        unkept = "未与网络时间同步 / not kept by a time server"
        return Check("时钟 / clock", False, unkept, "timedatectl set-ntp true")
    if told == "yes":
        return Check("时钟 / clock", True, "已同步 / kept by a time server")
    unsure = "无法得知是否同步（没有 timedatectl）/ no timedatectl to ask whether it is kept"
    return Check("时钟 / clock", True, unsure, is_known=False)


def _limits(settings: Settings) -> Check:
    name = "内存限制 / limits"
    if not has_limits():
        return Check(name, True, MISSING)
    size = settings.daemon.reader_memory
    return Check(name, True, f"每个读取进程 {size} MiB / {size} MiB for each reading process")


def _libreoffice(settings: Settings) -> Check:
    found = shutil.which("soffice") or shutil.which("libreoffice")
    return Check(
        "LibreOffice",
        found is not None,
        found or "没有安装，.doc 和 .wps 附件无法读取 / not installed: .doc and .wps can't be read",
        "apt-get install libreoffice-writer-nogui",
    )


def _ocr(settings: Settings) -> Check:
    """Nobody must have it, but who does not should know."""
    name = "文字识别 / OCR"
    try:
        require()
    except ReadError:
        told = "没有安装，扫描件无法读取 / not installed: scans can't be read"
        return Check(name, True, f"{told} (pip install 'nianbao[ocr]')")
    return Check(name, True, "nianbao[ocr]")


def _fonts(settings: Settings) -> Check:
    try:
        done = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True, timeout=20)
        count = len(done.stdout.splitlines())
    except (OSError, subprocess.TimeoutExpired):
        count = 0
    told = f"{count} 个 / {count} Chinese ones"
    return Check("中文字体 / fonts", count > 0, told, "apt-get install fonts-noto-cjk")


def _contact(settings: Settings) -> Check:
    """A portal's keeper who wonders who asks must find somebody."""
    mend = "在 nianbao.toml 写 contact = 邮箱或网址 / write contact = an address or a page"
    told = settings.contact or (
        "未设置，网站管理员无从联系 / not set: those who keep a portal can't reach you"
    )
    return Check("联系方式 / contact", bool(settings.contact), told, mend)


def _mail(settings: Settings) -> Check:
    mail = settings.mail
    if not mail.host:
        unset = "未设置，不发邮件（[mail] host）/ not set, so none is sent ([mail] host)"
        return Check("邮件 / mail", True, unset)
    mend = (
        f"检查 [mail] 的 host、port、security、user 和环境变量 {SECRET}"
        f" / check host, port, security and user of [mail], and the variable {SECRET}"
    )
    try:
        with speaking(mail, settings.password) as server:
            server.noop()
    except MailError as error:
        return Check("邮件 / mail", False, str(error), mend)
    except (OSError, smtplib.SMTPException) as error:
        return Check("邮件 / mail", False, f"{mail.host}:{mail.port}：{error}", mend)
    place = f"{mail.host}:{mail.port}"
    told = (
        f"{place}，{mail.security}，发件人 {mail.sender}"
        f" / {place}, {mail.security}, from {mail.sender}"
    )
    return Check("邮件 / mail", True, told)


def _inbox(settings: Settings) -> Check:
    inbox = settings.inbox
    if not inbox.host:
        unset = (
            "未设置，只记录当场被拒的邮件（[inbox] host）"
            " / not set, so only mail that is refused at once is known ([inbox] host)"
        )
        return Check("退信 / inbox", True, unset)
    try:
        with within(2 * CONNECTING) as bounds:
            server = open_inbox(inbox, settings.inbox_password)
            bounds.watch(server.sock)
            server.logout()
    except (OSError, MailError) as error:
        mend = (
            f"检查 [inbox] 的 host、port、security、user、folder 和环境变量 {INBOX_SECRET}"
            f" / check host, port, security, user and folder of [inbox], and {INBOX_SECRET}"
        )
        return Check("退信 / inbox", False, f"{inbox.host}:{inbox.port}：{error}", mend)
    place = f"{inbox.host}:{inbox.port}"
    told = f"{place}，{inbox.security}，{inbox.folder} / {place}, {inbox.security}, {inbox.folder}"
    return Check("退信 / inbox", True, told)


def _portal(county: CountyEntry, allow_private: bool, settings: Settings) -> Check:
    schemes = (column.url.partition("://")[0] for column in county.columns)
    url = f"{next(schemes, 'http')}://{county.host}/"
    client = Client(
        allow_private=allow_private,
        pause=settings.daemon.pause,
        contact=settings.contact,
        seconds_in_all=PATIENCE,
    )
    answer = client.fetch(Ask(url))
    state = header_state(answer)
    told = "可以访问 / it answers"
    if state is not None:
        zh, en = STATES[state.name]
        told = f"{zh}（{state.detail}）/ {en} ({state.detail})"
    mend = f"在浏览器中打开 {url} 核对 / open {url} in a browser and look"
    name = f"门户 {county.county} / portal of {county.county}"
    return Check(name, state is None, told, mend)
