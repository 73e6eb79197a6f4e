"""Asks a server for one thing and keeps what it answers, within limits of time and size. No redirect is followed.

httpx builds and sends the requests and keeps the cookies, over connections of our own (``scraper.transport``).
"""

import asyncio
import ssl
import time
from collections.abc import Iterator
from contextlib import aclosing
from datetime import UTC, datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Literal, NamedTuple

import httpcore
import httpx
import msgspec

from scraper.config import CrawlSettings
from scraper.entity import decode_entity
from scraper.message import as_bytes, build_message, clean
from scraper.model import Request
from scraper.network import CONNECT_SECONDS, GuardedBackend, PrivateAddressError, Resolver, look_up, tls_context
from scraper.transport import ADDRESS, RECEIVED, GuardedTransport

ErrorKind = Literal["unreachable", "timeout", "tls", "private", "protocol"]
CUT, TIMEOUT, TOO_LARGE = "cut", "timeout", "too large"
# A server that sets new cookies with every page must not blow up the requests; browsers keep about as many.
MAX_COOKIES = 50
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
        self.response: httpx.Response | None = None
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
        self._client = httpx.AsyncClient(
            transport=GuardedTransport(GuardedBackend(settings.allow_private, resolver), tls_context(tls)),
            cookies=CookieJar(DefaultCookiePolicy(strict_domain=True)),
            # No name and password out of an address are sent.
            auth=httpx.Auth(),
            # One limit holds for the whole of an answer, see _receive.
            timeout=None,
            trust_env=False,
            follow_redirects=False,
            http2=False,
        )

    async def close(self) -> None:
        """Closes the connections."""
        await self._client.aclose()

    async def fetch(self, request: Request, validators: Validators = NO_VALIDATORS) -> Answer:
        """The answer to one request, whole or with a fault. Raises FetchError where nothing was answered."""
        extra = (("If-None-Match", validators.etag), ("If-Modified-Since", validators.last_modified))
        try:
            message = build_message(request, self._user_agent, extra)
            self._add_cookies(message)
        except ValueError as error:
            raise FetchError("protocol", f"{request.url[:200]}: cannot be asked: {error}") from None
        fetched = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        started = time.monotonic()
        receipt = await self._receive(message)
        seconds = time.monotonic() - started
        return self._answer(request, receipt, sent=as_bytes(message), fetched=fetched, seconds=seconds)

    def _add_cookies(self, message: httpx.Request) -> None:
        cookies = self._client.cookies
        if len(cookies) > MAX_COOKIES:
            cookies.clear()
        if cookies:
            cookies.set_cookie_header(message)

    async def _receive(self, message: httpx.Request) -> _Receipt:
        """What comes within the time limit. Raises FetchError where not even a head does."""
        receipt = _Receipt()
        try:
            async with asyncio.timeout(self._settings.timeout):
                receipt.response = await self._client.send(message, stream=True)
                try:
                    await self._read(receipt.response, receipt)
                finally:
                    await receipt.response.aclose()
        except _FAILURES as error:
            if receipt.response is None:
                raise self._explain(error, message.url.netloc.decode()) from error
            receipt.fault = TIMEOUT if isinstance(error, _TIMEOUTS) else CUT
        return receipt

    async def _read(self, response: httpx.Response, receipt: _Receipt) -> None:
        room = self._settings.max_bytes
        headers = response.extensions[RECEIVED]
        length = next((value for name, value in headers if name.lower() == b"content-length"), b"")
        if length.isdigit() and int(length[:20]) > room:
            receipt.fault = TOO_LARGE
            return
        async with aclosing(response.aiter_raw()) as parts:  # type: ignore[type-var]
            async for part in parts:
                receipt.parts.append(part)
                room -= len(part)
                if room < 0:
                    receipt.fault = TOO_LARGE
                    return

    def _answer(self, request: Request, receipt: _Receipt, *, sent: bytes, fetched: str, seconds: float) -> Answer:
        response = receipt.response
        assert response is not None
        received = response.extensions[RECEIVED]
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in received)
        raw = b"".join(receipt.parts)[: self._settings.max_bytes]
        body, fault = decode_entity(raw, headers, self._settings.max_bytes)
        return Answer(
            request=request,
            status=response.status_code,
            reason=response.extensions["reason_phrase"].decode("latin-1"),
            http_version=response.extensions["http_version"].decode("latin-1"),
            headers=headers,
            raw=raw,
            body=body,
            sent=sent,
            fetched=fetched,
            address=response.extensions[ADDRESS],
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
            return FetchError("protocol", f"{host}: no HTTP answer: {clean(str(error))}")
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
