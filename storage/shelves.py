"""Where evidence lies: a folder of this machine, or a store of objects far away.

Both give and take whole bodies by their paths. What is far may refuse, stall, or cut its answer:
that says nothing of what lies there, and is never taken for a body that is missing or damaged.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, Protocol
from urllib.parse import parse_qs, urlsplit

SECONDS = 60.0  # for one body, with all that is tried again
SECONDS_OF_LIST = 3600.0  # a thousand names a page, each page by the bound below
CONNECTING, SILENT = 5, 15  # seconds until the far end is there; without a word from it
TRIES = 2  # by each of the two libraries behind it
MOST_SAID = 200


class AwayError(OSError):
    """A far store that does not do what it is asked: nobody knows what lies there."""


class WrongPlaceError(ValueError):
    """An address of evidence that can't be one; the sentence says why."""


class Shelf(Protocol):
    """Bodies under their paths. What can't be done raises OSError; AwayError where only nobody
    knows.
    """

    @property
    def root(self) -> str: ...

    @property
    def is_far(self) -> bool:
        """Whether an object is there whole or not at all: its size is enough to know it by."""

    def get(self, path: str) -> bytes:
        """Raises FileNotFoundError where it surely is not there."""

    def put(self, path: str, data: bytes) -> None:
        """Whole or not at all."""

    def size(self, path: str) -> int | None:
        """None where nothing is there."""

    def remove(self, path: str) -> None: ...

    def paths(self, ending: str) -> Iterable[str]: ...


def shelf_at(where: str) -> Shelf:
    """Raises WrongPlaceError."""
    if "://" in where and not where.startswith("file://"):
        return objects_at(where)
    return Folder(where.removeprefix("file://").rstrip("/"))


class Folder(NamedTuple):
    root: str
    is_far: bool = False

    def get(self, path: str) -> bytes:
        file = Path(path)
        if not file.exists():
            raise FileNotFoundError(path)
        if not file.is_file():
            raise OSError("not a regular file")  # a pipe would be waited for without end
        return file.read_bytes()

    def put(self, path: str, data: bytes) -> None:
        """Beside its place first, then moved there.

        A crash leaves the old state or the new one.
        """
        place = Path(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, beside = tempfile.mkstemp(dir=place.parent, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(beside, place)
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise

    def size(self, path: str) -> int | None:
        file = Path(path)
        return file.stat().st_size if file.exists() else None

    def remove(self, path: str) -> None:
        Path(path).unlink(missing_ok=True)

    def paths(self, ending: str) -> Iterable[str]:
        return map(str, Path(self.root).rglob(f"*{ending}"))


class Objects(NamedTuple):
    """At an address that fsspec knows, as s3://BUCKET/PATH?endpoint=https://HOST:PORT.

    Credentials are the environment's alone.
    """

    address: str
    endpoint: str
    root: str
    is_far: bool = True

    def get(self, path: str) -> bytes:
        body: bytes = self._done("cat_file", path)
        return body

    def put(self, path: str, data: bytes) -> None:
        """One request: an object is there whole or not at all."""
        self._done("pipe_file", path, data)

    def size(self, path: str) -> int | None:
        try:
            return int(self._done("info", path).get("size") or 0)
        except FileNotFoundError:
            return None

    def remove(self, path: str) -> None:
        if self.size(path) is not None:
            self._done("rm_file", path)

    def paths(self, ending: str) -> Iterable[str]:
        found: list[str] = self._done("find", self.root, seconds=SECONDS_OF_LIST)
        return [path for path in found if path.endswith(ending)]

    def _done(self, what: str, *given: Any, seconds: float = 0) -> Any:
        """Asked in bounded time. Raises FileNotFoundError, or AwayError for all else."""
        from fsspec.asyn import sync  # slow to import, seldom needed

        try:
            files = _files_at(self.address, self.endpoint, os.getpid())
            if files.async_impl:
                return sync(
                    files.loop, getattr(files, f"_{what}"), *given, timeout=seconds or SECONDS
                )
            return getattr(files, what)(*given)
        except FileNotFoundError as error:
            if _code_of(error) != "NoSuchBucket":
                raise
            raise self._away(error) from error
        except Exception as error:  # the libraries behind it raise whatever they like
            raise self._away(error) from error

    def _away(self, error: BaseException) -> AwayError:
        said = " ".join(str(error).split())[:MOST_SAID] or type(error).__name__
        zh = f"证据库 {self.address} 未能应答（{said}），稍后再试，见 nianbao doctor"
        en = f"the evidence in {self.address} can't be asked ({said}), see `nianbao doctor`"
        return AwayError(f"{zh} / {en}")


def objects_at(where: str) -> Objects:
    """Raises WrongPlaceError."""
    parts = urlsplit(where)
    asked = parse_qs(parts.query)
    endpoint = asked.pop("endpoint", [""])[-1]
    address = f"{parts.scheme}://{parts.netloc}{parts.path}".rstrip("/")
    if "@" in parts.netloc:
        raise WrongPlaceError(
            "evidence 的地址中不写密钥，请用环境变量 AWS_ACCESS_KEY_ID 和 AWS_SECRET_ACCESS_KEY"
            " / the address of evidence holds no keys: they are AWS_ACCESS_KEY_ID and "
            "AWS_SECRET_ACCESS_KEY in the environment"
        )
    if asked or (endpoint and not endpoint.startswith(("http://", "https://"))):
        raise WrongPlaceError(
            "evidence 应为文件夹或 s3://存储桶/路径?endpoint=https://主机:端口"
            " / evidence is a folder or s3://BUCKET/PATH?endpoint=https://HOST:PORT"
        )
    try:
        root: str = _files_at(address, endpoint, os.getpid())._strip_protocol(address)
    except ImportError:
        raise WrongPlaceError(
            f"{address} 需要 nianbao[large]：pip install 'nianbao[large]'"
            f" / {address} needs nianbao[large]: pip install 'nianbao[large]'"
        ) from None
    except ValueError:
        raise WrongPlaceError(
            f"evidence 不支持 {parts.scheme}:// 地址 / evidence knows no {parts.scheme}://"
        ) from None
    return Objects(address, endpoint, root.rstrip("/"))


@cache
def _files_at(address: str, endpoint: str, process: int) -> Any:
    """One for all threads of a process, and none of the process that it was forked from."""
    from fsspec.core import url_to_fs  # slow to import, seldom needed

    files, _ = url_to_fs(address, **_manner(urlsplit(address).scheme, endpoint))
    files.retries = TRIES
    return files


def _manner(scheme: str, endpoint: str) -> dict[str, Any]:
    if scheme not in ("s3", "s3a"):
        return {}
    told: dict[str, Any] = {"endpoint_url": endpoint} if endpoint else {}
    waits = {"connect_timeout": CONNECTING, "read_timeout": SILENT}
    return {
        **told,
        "use_listings_cache": False,  # others write there, too
        "skip_instance_cache": True,  # it would be a thread's
        "config_kwargs": {**waits, "retries": {"max_attempts": TRIES, "mode": "standard"}},
    }


def _code_of(error: BaseException) -> str:
    """What the store itself calls it."""
    answer = getattr(error.__cause__, "response", None) or {}
    return str(answer.get("Error", {}).get("Code", ""))
