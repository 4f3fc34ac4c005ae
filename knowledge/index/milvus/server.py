"""The connection: made when it is needed and anew after it was lost, and every error mapped."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from knowledge.errors import IndexUnavailable, MissingDependency
from knowledge.index.milvus.options import MilvusOptions

_log = logging.getLogger(__name__)
_T = TypeVar("_T")
_PATIENCE = 6  # a write or a load may take so many times as long as a search
_PAUSE = 1.0  # seconds after a failure to connect in which nobody tries again
_OLDEST = (2, 3)
_WITH_SPARSE = (2, 4)

NOT_FOUND = {100, 1600}  # Milvus's codes: collection, alias
_NOT_LOADED = 101
_SCOPES = re.compile(r"scope in \[[^\]]*\]?")  # who may read what is nobody's affair who reads a log


def _pymilvus() -> Any:
    try:
        import pymilvus
    except ImportError as error:
        raise MissingDependency(package="pymilvus", command="pip install 'saseo[milvus]'") from error
    # It logs every error with its trace before it raises it; ours are mapped, and logged by who gives up.
    logging.getLogger("pymilvus").setLevel(logging.CRITICAL)
    return pymilvus


class Server:
    """One Milvus server. Thread-safe."""

    def __init__(self, options: MilvusOptions) -> None:
        self.options = options
        self.module = _pymilvus()
        self._lock = threading.Lock()
        self._client: Any = None
        self._failure: IndexUnavailable | None = None
        self._failed_at = 0.0
        self._version: tuple[int, ...] = ()
        self.version_text = ""

    @property
    def has_sparse(self) -> bool:
        """Whether the server has sparse vectors. A 2.3 makes a collection of them and can't use it."""
        self._connected()
        return self._version >= _WITH_SPARSE

    def call(
        self,
        method: str,
        *arguments: Any,
        patient: bool = False,
        seconds: float | None = None,
        **options: Any,
    ) -> Any:
        """Call a method of `pymilvus.MilvusClient`; what isn't loaded (after a restart) is loaded first.

        Args:
            method: its name.
            arguments: of the method, the collection first.
            patient: whether to try again while the server is away (`patiently`). What is called so may be
                called twice, where the server did it and couldn't say so.
            seconds: how long it may take; as long as a search unless told.
            options: of the method.

        Raises:
            IndexUnavailable: with reasons as its docstring has them.
        """
        if not patient:
            return self._called(method, seconds or self.options.seconds, *arguments, **options)
        return self.patiently(lambda seconds: self._called(method, seconds, *arguments, **options))

    def patiently(self, work: Callable[[float], _T]) -> _T:
        """Do something again while the server is away, for it may be restarting: as long as a write may take.

        Args:
            work: takes the seconds that are left, and may be done more than once.

        Raises:
            IndexUnavailable: see `call`.
        """
        deadline = time.monotonic() + self.options.seconds * _PATIENCE
        while True:
            try:
                return work(max(deadline - time.monotonic(), _PAUSE))
            except IndexUnavailable as error:
                if error.parameters["reason"] not in ("down", "timeout"):
                    raise
                if time.monotonic() + _PAUSE / 4 > deadline:
                    raise
            time.sleep(_PAUSE / 4)

    def step(self, function: Callable[[], _T]) -> _T:
        """Call something that pymilvus gave, such as an iterator's `next`, with the same care."""
        with self._mapping(self._connected()):
            return function()

    @contextmanager
    def _mapping(self, client: Any) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            if isinstance(error, IndexUnavailable):
                raise
            mapped = self._mapped(error)
            if mapped.parameters["reason"] in ("down", "timeout"):
                self._lost(client, mapped)
            raise mapped from error

    def _called(self, method: str, seconds: float, *arguments: Any, **options: Any) -> Any:
        client = self._connected()
        with self._mapping(client):
            try:
                return getattr(client, method)(*arguments, timeout=seconds, **options)
            except self.module.MilvusException as error:
                if not _is_not_loaded(error) or not arguments or method == "load_collection":
                    raise
            _log.info("loading a collection that the server has not in memory")
            client.load_collection(arguments[0], timeout=seconds)
            return getattr(client, method)(*arguments, timeout=seconds, **options)

    def close(self) -> None:
        """Give the connection back."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def _connected(self) -> Any:
        with self._lock:
            if self._client is None:
                if self._failure is not None and time.monotonic() - self._failed_at < _PAUSE:
                    raise IndexUnavailable(**self._failure.parameters)
                try:
                    self._client = self._connect()
                    self._failure = None
                except IndexUnavailable as error:
                    self._failure, self._failed_at = error, time.monotonic()
                    raise
            return self._client

    def _connect(self) -> Any:
        options = self.options
        client = None
        try:
            client = self.module.MilvusClient(timeout=options.seconds, dedicated=True, **options.connection())
            text = str(client.get_server_version(timeout=options.seconds))
        except Exception as error:
            if client is not None:
                client.close()
            raise self._mapped(error, connecting=True) from error
        found = re.search(r"(\d+)\.(\d+)", text)
        version = (int(found[1]), int(found[2])) if found else ()
        if version < _OLDEST:
            client.close()
            raise IndexUnavailable(reason="version", address=options.address, version=text)
        if version != self._version:
            _log.info("connected to Milvus %s at %s", text, options.address)
        self._version, self.version_text = version, text
        return client

    def _lost(self, client: Any, error: IndexUnavailable) -> None:
        """Forget a connection that failed: gRPC waits ever longer before it tries one again, we don't."""
        with self._lock:
            if self._client is not client:
                return
            self._client = None
            if error.parameters["reason"] == "down":  # after one slow answer others are worth a try at once
                self._failure, self._failed_at = error, time.monotonic()
        client.close()

    def _mapped(self, error: Exception, *, connecting: bool = False) -> IndexUnavailable:
        address = self.options.address
        message = " ".join(_message(each) for each in _chain(error))
        codes = {str(code()) for each in _chain(error) if callable(code := getattr(each, "code", None))}
        reason = reason_of(message, codes, connecting=connecting)
        number = getattr(error, "code", None)
        if number in NOT_FOUND:
            reason = "missing"
        elif isinstance(error, OSError) and error.filename:
            reason = "tls"  # a certificate's file
        detail = _SCOPES.sub("scope in […]", _message(error))[:300]
        return IndexUnavailable(reason=reason, address=address, detail="" if reason == "down" else detail)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        cause = error.__cause__
        error = error.__context__ if cause is error else cause  # pymilvus raises errors from themselves


def _message(error: BaseException) -> str:
    return str(getattr(error, "message", "") or error)


def _is_not_loaded(error: Any) -> bool:
    return error.code == _NOT_LOADED or "not loaded" in error.message


# The first that is found: a connection that fails for a wrong password says that it failed, too.
_SIGNS = (
    (
        "tls",
        (
            "Tls handshake failed",
            "Hostname Verification",
            "Unwrap failed",  # it wants a certificate of ours
            "create security handshaker",
        ),
    ),
    (
        "denied",
        ("UNAUTHENTICATED", "PERMISSION_DENIED", "auth check failure", "permission deny", "privilege"),
    ),
    ("database", ("database not found", "database not exist")),
    ("full", ("disk quota", "No space left", "memory quota", "ForceDeny", "quota exceeded")),
    (
        "down",
        (
            "UNAVAILABLE",
            "closed channel",
            "Connection refused",
            "Fail connecting",
            "CANCELLED",
            "not ready",
        ),
    ),
    (
        "timeout",
        (
            "DEADLINE_EXCEEDED",
            "Retry timeout",
            "deadline exceeded",
            "Deadline Exceeded",
            "collection timeout",
        ),
    ),
)


def reason_of(message: str, codes: set[str], *, connecting: bool) -> str:
    """The reason of `IndexUnavailable`, by an error's words and gRPC's codes."""
    text = " ".join([message, *sorted(codes)])
    for reason, signs in _SIGNS:
        if any(sign in text for sign in signs):
            return reason
    return "down" if connecting else "refused"
