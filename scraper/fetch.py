"""Asks a server for one thing and keeps what it answers, within limits of time and size. No redirect is followed.

This stands on httpcore, the engine of httpx: it can be given connections of our own (``scraper.network``), keeps the
headers as they came, and saves a fifth of the time that a request costs through ``httpx.AsyncClient``.
"""

import asyncio
import ssl
import time
from collections.abc import Iterator
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Literal, NamedTuple

import httpcore
import msgspec

from scraper.config import CrawlSettings
from scraper.cookies import Cookies
from scraper.entity import decode_entity
from scraper.message import Headers, Target, as_bytes, build_headers, clean, split_address
from scraper.model import Request
from scraper.network import CONNECT_SECONDS, GuardedBackend, PrivateAddressError, Resolver, look_up, tls_context

ErrorKind = Literal["unreachable", "timeout", "tls", "private", "protocol"]
CUT, TIMEOUT, TOO_LARGE = "cut", "timeout", "too large"
# A site has few hosts, and each is asked one thing at a time.
MAX_CONNECTIONS = 4
# Longer than any pause between two requests; a server that closes earlier is noticed.
KEEP_ALIVE_SECONDS = 90.0
# What may happen on the way; the names of hosts can be such that they cannot even be looked up (UnicodeError).
_FAILURES = (
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.TimeoutException,
    PrivateAddressError,
    OSError,
    UnicodeError,
)
_TIMEOUTS = (TimeoutError, httpcore.TimeoutException)
_CONNECTION_LOST = (httpcore.ReadError, httpcore.WriteError, httpcore.RemoteProtocolError)


class Validators(NamedTuple):
    """What an earlier answer gave to ask whether it still holds."""

    etag: str = ""
    last_modified: str = ""


NO_VALIDATORS = Validators()


class FetchError(Exception):
    """There is no answer at all; the message is one line that names the host."""

    def __init__(self, kind: ErrorKind, message: str) -> None:
        super().__init__(message)
        self.kind: ErrorKind = kind


class Answer(msgspec.Struct, frozen=True):
    """What a server answered.

    ``headers`` are as received, read as latin-1. ``raw`` is the entity as received, its content encoding kept and the
    transfer encoding removed; ``body`` is decoded, of ``max_bytes`` at most. ``sent`` is the request as bytes,
    ``fetched`` the moment it was sent (UTC), ``address`` the IP address asked. ``fault`` says why an answer is not
    whole: ``cut``, ``timeout``, ``too large`` or ``bad encoding``; empty where it is. ``seconds`` is the time that it
    took, from the sending to the last byte.
    """

    request: Request
    status: int
    reason: str
    http_version: str
    headers: tuple[tuple[str, str], ...]
    raw: bytes
    body: bytes
    sent: bytes
    fetched: str
    address: str
    fault: str = ""
    seconds: float = 0.0

    def header(self, name: str) -> str:
        """The value of a header, in any case of letters; empty where there is none."""
        name = name.lower()
        return next((value for key, value in self.headers if key.lower() == name), "")


class _Receipt:
    """What has come of an answer so far."""

    def __init__(self) -> None:
        self.response: httpcore.Response | None = None
        self.parts: list[bytes] = []
        self.fault = ""


def user_agent(version: str, contact: str) -> str:
    """How the crawler names itself: program, version and whom to write to."""
    return f"xxgk/{version} (+{contact})" if contact else f"xxgk/{version}"


class Fetcher:
    """Fetches for one site: it has the site's connections and cookies. One request at a time.

    ``tls`` is ``normal`` or ``legacy``; ``resolver`` looks names up, for tests.
    """

    def __init__(self, settings: CrawlSettings, tls: str, user_agent: str, resolver: Resolver = look_up) -> None:
        self._settings = settings
        self._tls = tls
        self._user_agent = user_agent
        self._cookies = Cookies()
        self._backend = GuardedBackend(settings.allow_private, resolver)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls_context(tls),
            max_connections=MAX_CONNECTIONS,
            max_keepalive_connections=MAX_CONNECTIONS,
            keepalive_expiry=KEEP_ALIVE_SECONDS,
            network_backend=self._backend,
        )

    async def close(self) -> None:
        """Closes the connections."""
        await self._pool.aclose()

    async def fetch(self, request: Request, validators: Validators = NO_VALIDATORS) -> Answer:
        """The answer to one request, whole or with a fault. Raises FetchError where nothing was answered."""
        try:
            target = split_address(request.url)
        except ValueError as error:
            raise FetchError("protocol", f"{request.url[:200]}: cannot be asked: {error}") from None
        body = request.body.encode("utf-8", "replace") if request.method == "POST" else b""
        headers = build_headers(target, request, self._user_agent, len(body), self._extra_headers(request, validators))
        fetched = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        started = time.monotonic()
        receipt = await self._receive(request.method, target, headers, body)
        return self._answer(
            request,
            receipt,
            sent=as_bytes(request.method, target, headers, body),
            fetched=fetched,
            address=self._backend.addresses.get((target.host, target.port), ""),
            seconds=time.monotonic() - started,
        )

    def _extra_headers(self, request: Request, validators: Validators) -> tuple[tuple[str, str], ...]:
        return (
            ("If-None-Match", validators.etag),
            ("If-Modified-Since", validators.last_modified),
            ("Cookie", self._cookies.header(request.url)),
        )

    async def _receive(self, method: str, target: Target, headers: Headers, body: bytes) -> _Receipt:
        """What comes within the time limit. Raises FetchError where not even a head does."""
        url = httpcore.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path)
        message = httpcore.Request(method, url, headers=headers, content=body)
        receipt = _Receipt()
        try:
            async with asyncio.timeout(self._settings.timeout):
                await self._exchange(message, receipt)
        except _FAILURES as error:
            if receipt.response is None:
                raise self._explain(error, target.authority) from error
            receipt.fault = TIMEOUT if isinstance(error, _TIMEOUTS) else CUT
        return receipt

    async def _exchange(self, message: httpcore.Request, receipt: _Receipt) -> None:
        """Sends the request and receives head and entity into ``receipt``."""
        connects = self._backend.connects
        try:
            response = await self._pool.handle_async_request(message)
        except _CONNECTION_LOST:
            # A kept connection that the server gave up meanwhile, or left waste in after the answer before: that says
            # nothing of this request. It is sent once more, on a new connection.
            if self._backend.connects != connects:
                raise
            response = await self._pool.handle_async_request(message)
        receipt.response = response
        try:
            await self._read(response, receipt)
        finally:
            await response.aclose()

    async def _read(self, response: httpcore.Response, receipt: _Receipt) -> None:
        room = self._settings.max_bytes
        length = next((value for name, value in response.headers if name.lower() == b"content-length"), b"")
        if length.isdigit() and int(length[:20]) > room:
            receipt.fault = TOO_LARGE
            return
        async with aclosing(response.aiter_stream()) as parts:  # type: ignore[type-var]
            async for part in parts:
                receipt.parts.append(part)
                room -= len(part)
                if room < 0:
                    receipt.fault = TOO_LARGE
                    return

    def _answer(
        self, request: Request, receipt: _Receipt, *, sent: bytes, fetched: str, address: str, seconds: float
    ) -> Answer:
        response = receipt.response
        assert response is not None
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers)
        self._cookies.learn(request.url, [value for name, value in headers if name.lower() == "set-cookie"])
        raw = b"".join(receipt.parts)[: self._settings.max_bytes]
        body, fault = decode_entity(raw, headers, self._settings.max_bytes)
        return Answer(
            request=request,
            status=response.status,
            reason=response.extensions["reason_phrase"].decode("latin-1"),
            http_version=response.extensions["http_version"].decode("latin-1"),
            headers=headers,
            raw=raw,
            body=body,
            sent=sent,
            fetched=fetched,
            address=address,
            fault=receipt.fault or fault,
            seconds=seconds,
        )

    def _explain(self, error: Exception, host: str) -> FetchError:
        """The error that a person reads: what happened to which host, and what may help."""
        if isinstance(error, PrivateAddressError):
            return FetchError("private", str(error))
        if isinstance(error, httpcore.ConnectTimeout):
            return FetchError("timeout", f"{host}: no connection within {CONNECT_SECONDS:g} s")
        if isinstance(error, _TIMEOUTS):
            return FetchError("timeout", f"{host}: no answer within {self._settings.timeout:g} s")
        for cause in _causes(error):
            if isinstance(cause, ssl.SSLError):
                hint = '; tls = "legacy" for this site in the sites file may help' if self._tls == "normal" else ""
                why = getattr(cause, "verify_message", "") or cause.reason or cause
                return FetchError("tls", f"{host}: no TLS connection: {why}{hint}")
        if isinstance(error, httpcore.ProtocolError):
            return FetchError("protocol", f"{host}: no HTTP answer: {clean(str(error)).decode()}")
        return FetchError("unreachable", f"{host}: not reached: {_reason(error)}")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        # httpcore raises some of its errors once more, "from None".
        error = error.__cause__ or error.__context__


def _reason(error: Exception) -> str:
    """The words of the operating system where there are any, such as Connection refused."""
    words = [cause.strerror for cause in _causes(error) if isinstance(cause, OSError) and cause.strerror]
    return words[-1] if words else str(error) or "the connection was closed"
