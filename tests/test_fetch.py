"""What is asked and what comes of it, against a server on the loopback that answers bytes as they are told."""

import asyncio
import gzip
import socket
import ssl
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

import httpx
import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from scraper.config import CrawlSettings
from scraper.fetch import MAX_COOKIES, Answer, Fetcher, FetchError, Validators, user_agent
from scraper.message import as_bytes, build_message
from scraper.model import Request
from scraper.network import GuardedBackend, PrivateAddressError, is_public, read_literal, tls_context
from scraper.transport import harmless_cookies

AGENT = "xxgk/1.0 (+https://example.org/crawl)"
Script = Callable[["Server", bytes, asyncio.StreamWriter], Awaitable[None]]


class Server:
    """Answers each request with ``script`` and notes what it was asked, and on how many connections."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.asked: list[bytes] = []
        self.connections = 0
        self.port = 0

    def url(self, path: str = "/", host: str = "127.0.0.1", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        # A test that has its answer ends the connection, or the loop.
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while not writer.is_closing():
                request = await reader.readuntil(b"\r\n\r\n")
                for line in request.lower().splitlines():
                    if line.startswith(b"content-length:"):
                        request += await reader.readexactly(int(line.split(b":")[1]))
                self.asked.append(request)
                await self.script(self, request, writer)
                await writer.drain()
        writer.close()


@asynccontextmanager
async def serving(script: Script, context: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    server = Server(script)
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=context)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()


@asynccontextmanager
async def fetching(tls: str = "normal", **settings: Any) -> AsyncIterator[Fetcher]:
    resolver = settings.pop("resolver", None)
    options = {"resolver": resolver} if resolver else {}
    fetcher = Fetcher(CrawlSettings(**{"allow_private": True, "timeout": 20.0, **settings}), tls, AGENT, **options)
    try:
        yield fetcher
    finally:
        await fetcher.close()


def says(data: bytes, close: bool = False) -> Script:
    """A script that answers ``data`` to everything."""

    async def script(server: Server, request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        if close:
            writer.close()

    return script


def ok(body: bytes, *headers: str, length: int | None = None) -> bytes:
    told = "".join(
        f"{header}\r\n" for header in (*headers, f"Content-Length: {len(body) if length is None else length}")
    )
    return b"HTTP/1.1 200 OK\r\n%s\r\n%s" % (told.encode(), body)


def ask(
    script: Script, path: str = "/", tls: str = "normal", context: ssl.SSLContext | None = None, **settings: Any
) -> Answer:
    """The answer to one request to a server with this script."""

    async def run() -> Answer:
        async with serving(script, context) as server, fetching(tls, **settings) as fetcher:
            return await fetcher.fetch(Request(server.url(path, scheme="https" if context else "http")))

    return asyncio.run(run())


def error_of(script: Script, **options: Any) -> FetchError:
    with pytest.raises(FetchError) as caught:
        ask(script, **options)
    assert "\n" not in str(caught.value)
    assert "127.0.0.1" in str(caught.value)
    return caught.value


# What is sent and what is kept


def test_an_answer_is_kept_as_it_came() -> None:
    answer = ask(says(b"HTTP/1.1 200 Alles Gut\r\nX-ODD: \xd6\xd0\r\nContent-Length: 2\r\nx-odd: 2\r\n\r\nhi"))
    assert (answer.status, answer.reason, answer.http_version) == (200, "Alles Gut", "HTTP/1.1")
    assert answer.headers == (("X-ODD", "\xd6\xd0"), ("Content-Length", "2"), ("x-odd", "2"))
    assert (answer.raw, answer.body, answer.fault, answer.address) == (b"hi", b"hi", "", "127.0.0.1")
    assert answer.header("x-Odd") == "\xd6\xd0"
    assert answer.header("x-none") == ""
    assert len(answer.fetched) == len("2026-11-24T11:30:00Z")


def test_http_1_0_and_a_body_up_to_the_end_of_the_connection() -> None:
    answer = ask(says(b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n<p>old", close=True))
    assert (answer.http_version, answer.body, answer.fault) == ("HTTP/1.0", b"<p>old", "")


@pytest.mark.parametrize(
    "asked",
    [
        Request("/a?b=1"),
        Request("/年报/index.html?name=公开"),
        Request(
            "/q", "POST", "page=2&name=公开", (("Referer", "http://a.example/公开\r\nX-Evil: 1"), ("X-A", " \ud800b "))
        ),
        Request(
            "/q", "POST", "{}", (("content-type", "application/json"), ("Host", "evil.example"), ("bad name", "x"))
        ),
    ],
)
def test_sent_is_what_the_server_received(asked: Request) -> None:
    async def run() -> tuple[Answer, bytes]:
        async with serving(says(ok(b"x"))) as server, fetching() as fetcher:
            request = Request(server.url(asked.url), asked.method, asked.body, asked.headers)
            answer = await fetcher.fetch(request, Validators('"e-1"', "Tue, 24 Nov 2026 11:00:00 GMT"))
            return answer, server.asked[0]

    answer, received = asyncio.run(run())
    assert answer.sent == received
    head, _, body = received.partition(b"\r\n\r\n")
    lines = head.decode("ascii").split("\r\n")
    names = [line.split(":")[0].lower() for line in lines[1:]]
    assert lines[1].startswith("Host: 127.0.0.1:")
    assert len(names) == len(set(names))
    assert {f"User-Agent: {AGENT}", 'If-None-Match: "e-1"', "Accept-Encoding: gzip, deflate"} <= set(lines)
    assert "If-Modified-Since: Tue, 24 Nov 2026 11:00:00 GMT" in lines
    assert body.decode() == asked.body
    assert "x-evil" not in names
    assert "bad name" not in names
    if asked.method == "POST":
        assert f"Content-Length: {len(body)}" in lines
        form = "Content-Type: application/x-www-form-urlencoded; charset=UTF-8"
        assert ("content-type: application/json" if asked.body == "{}" else form) in lines


@given(
    url=st.text(max_size=20),
    headers=st.lists(st.tuples(st.text(max_size=8), st.text(max_size=12)), max_size=4),
    body=st.text(max_size=8),
)
def test_nothing_in_a_request_makes_a_second_one(url: str, headers: list[tuple[str, str]], body: str) -> None:
    request = Request("http://www.example.org/" + url, "POST", body, tuple(headers))
    if any(char.isascii() and not char.isprintable() for char in url):
        with pytest.raises(ValueError, match="non-printable"):
            build_message(request, AGENT)
        return
    message = build_message(request, AGENT)
    head, _, entity = as_bytes(message).partition(b"\r\n\r\n")
    lines = head.decode("ascii").split("\r\n")
    assert len(lines) == len(message.headers) + 1
    assert entity == body.encode("utf-8", "replace")
    assert all(line.isprintable() for line in lines)
    assert lines[0].count(" ") == 2
    assert f"Content-Length: {len(entity)}" in lines


def test_the_user_agent_names_whom_to_write_to() -> None:
    assert user_agent("1.2", "a@example.org") == "xxgk/1.2 (+a@example.org)"
    assert user_agent("1.2", "") == "xxgk/1.2"


def test_no_redirect_is_followed() -> None:
    answer = ask(says(b"HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n"))
    assert (answer.status, answer.header("location")) == (302, "/other")


@pytest.mark.parametrize(
    "target", [b"http://[::1/", b"http://a.example:x/", b"http://xn--a-.example/", b"//\xd6\xd0\x01/", b"http:///x"]
)
def test_a_redirect_to_nowhere_is_an_answer(target: bytes) -> None:
    answer = ask(
        says(b"HTTP/1.1 302 Found\r\nLocation: " + target + b"\r\nSet-Cookie: a=\xd6\r\nContent-Length: 2\r\n\r\nhi")
    )
    assert (answer.status, answer.header("location"), answer.body) == (302, target.decode("latin-1"), b"hi")


def test_a_password_in_an_address_is_not_sent() -> None:
    async def run() -> bytes:
        async with serving(says(ok(b"x"))) as server, fetching() as fetcher:
            await fetcher.fetch(Request(server.url(host="name:word@127.0.0.1")))
            return server.asked[0].lower()

    received = asyncio.run(run())
    assert b"authorization" not in received
    assert b"host: 127.0.0.1:" in received


def test_not_modified_has_no_body() -> None:
    assert ask(says(b"HTTP/1.1 304 Not Modified\r\nContent-Length: 50\r\n\r\n")).body == b""


def test_a_connection_is_kept() -> None:
    async def run() -> Server:
        async with serving(says(ok(b"x"))) as server, fetching() as fetcher:
            for _ in range(3):
                await fetcher.fetch(Request(server.url()))
            return server

    server = asyncio.run(run())
    assert (len(server.asked), server.connections) == (3, 1)


# Content encodings


@pytest.mark.parametrize(
    ("raw", "header"),
    [
        (gzip.compress(b"text" * 9, mtime=0), "Content-Encoding: gzip"),
        (gzip.compress(b"text" * 4, mtime=0) + gzip.compress(b"text" * 5, mtime=0), "Content-Encoding: gzip"),
        (gzip.compress(b"text" * 9, mtime=0), "Content-Type: text/html"),
        (zlib.compress(b"text" * 9), "Content-Encoding: deflate"),
        (zlib.compress(b"text" * 9)[2:-4], "Content-Encoding: deflate"),
        (b"text" * 9, "Content-Encoding: gzip"),
        (b"text" * 9, "Content-Encoding: identity"),
    ],
)
def test_encodings_are_undone_and_the_raw_bytes_kept(raw: bytes, header: str) -> None:
    answer = ask(says(ok(raw, header)))
    assert (answer.body, answer.raw, answer.fault) == (b"text" * 9, raw, "")


def test_a_gzip_file_stays_one() -> None:
    raw = gzip.compress(b"text", mtime=0)
    assert ask(says(ok(raw, "Content-Type: application/x-gzip"))).body == raw


def test_an_encoding_that_was_not_asked_for_is_a_fault() -> None:
    assert ask(says(ok(b"\x8b\x00\x80text", "Content-Encoding: br"))).fault == "bad encoding"


# Limits


def test_a_bomb_stops_at_the_limit() -> None:
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(200)) + packer.flush()
    tracemalloc.start()
    answer = ask(says(ok(bomb, "Content-Encoding: gzip")), max_bytes=1_000_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (answer.fault, len(answer.body), answer.raw) == ("too large", 1_000_000, bomb)
    assert peak < 20_000_000


def test_a_body_without_end_stops_at_the_limit() -> None:
    async def script(server: Server, request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"400\r\n" + b"x" * 1024 + b"\r\n")
            await writer.drain()

    answer = ask(script, max_bytes=50_000)
    assert (answer.fault, len(answer.raw), len(answer.body)) == ("too large", 50_000, 50_000)


def test_a_body_that_says_it_is_too_large_is_not_received() -> None:
    answer = ask(says(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n"), max_bytes=1000)
    assert (answer.fault, answer.raw) == ("too large", b"")


def test_a_body_of_the_limit_is_whole() -> None:
    assert ask(says(ok(b"x" * 1000)), max_bytes=1000).fault == ""


def test_a_slow_drip_ends_with_the_time() -> None:
    async def script(server: Server, request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.01)

    answer = ask(script, timeout=0.3)
    assert answer.fault == "timeout"
    assert answer.body.startswith(b"x")


def test_silence_is_a_timeout() -> None:
    async def script(server: Server, request: bytes, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(3600)

    assert error_of(script, timeout=0.2).kind == "timeout"


# Servers that do not do as they say


@pytest.mark.parametrize(
    "data",
    [
        ok(b"half", length=100),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nhalf",
    ],
)
def test_an_answer_that_breaks_off_is_cut(data: bytes) -> None:
    answer = ask(says(data, close=True))
    assert (answer.fault, answer.raw, answer.body, answer.status) == ("cut", b"half", b"half", 200)


def test_of_a_gzip_that_breaks_off_the_first_part_is_kept() -> None:
    page = b"".join(b"<p>line %d of the page</p>" % number for number in range(500))
    raw = gzip.compress(page, mtime=0)
    answer = ask(says(ok(raw[:400], "Content-Encoding: gzip", length=len(raw)), close=True))
    assert (answer.fault, answer.raw) == ("cut", raw[:400])
    assert page.startswith(answer.body)
    assert len(answer.body) > 400


def test_waste_behind_an_answer_does_not_reach_the_next() -> None:
    async def run() -> list[bytes]:
        async with serving(says(ok(b"right, and waste", length=5))) as server, fetching() as fetcher:
            return [(await fetcher.fetch(Request(server.url()))).body for _ in range(3)]

    assert asyncio.run(run()) == [b"right"] * 3


def test_a_kept_connection_that_was_given_up_is_no_failure() -> None:
    async def script(server: Server, request: bytes, writer: asyncio.StreamWriter) -> None:
        # The second request on a connection gets no answer at all.
        if len(server.asked) == 2:
            writer.close()
        else:
            writer.write(ok(b"x"))

    async def run() -> tuple[list[int], Server]:
        async with serving(script) as server, fetching() as fetcher:
            return [(await fetcher.fetch(Request(server.url()))).status for _ in range(2)], server

    statuses, server = asyncio.run(run())
    assert statuses == [200, 200]
    assert (len(server.asked), server.connections) == (3, 2)


def test_a_connection_that_closes_without_an_answer_is_asked_once() -> None:
    async def run() -> Server:
        async with serving(says(b"", close=True)) as server, fetching() as fetcher:
            with pytest.raises(FetchError) as caught:
                await fetcher.fetch(Request(server.url()))
            assert caught.value.kind == "protocol"
            return server

    assert len(asyncio.run(run()).asked) == 1


def test_no_http_is_a_protocol_error() -> None:
    assert error_of(says(b"SSH-2.0-OpenSSH_9.9\r\n", close=True)).kind == "protocol"


def test_nobody_listening_is_unreachable() -> None:
    async def run() -> None:
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            async with fetching() as fetcher:
                await fetcher.fetch(Request(f"http://127.0.0.1:{unused.getsockname()[1]}/"))

    with pytest.raises(FetchError, match=r"not reached: .*(refused|failed)") as caught:
        asyncio.run(run())
    assert caught.value.kind == "unreachable"


@pytest.mark.parametrize("url", ["ftp://a.example/", "http:///x", "http://a.example:99999/", "http://[::1/", "nothing"])
def test_what_is_no_address_is_told(url: str) -> None:
    async def run() -> None:
        async with fetching() as fetcher:
            await fetcher.fetch(Request(url))

    with pytest.raises(FetchError, match="cannot be asked") as caught:
        asyncio.run(run())
    assert caught.value.kind == "protocol"


# Cookies


def test_a_server_that_tests_for_its_cookie_gets_it_back() -> None:
    async def script(server: Server, request: bytes, writer: asyncio.StreamWriter) -> None:
        if b"Cookie: CT6T=1\r\n" in request:
            writer.write(ok(b"page"))
        else:
            writer.write(
                b"HTTP/1.1 302 Found\r\nLocation: /\r\nSet-Cookie: CT6T=1; path=/\r\nContent-Length: 0\r\n\r\n"
            )

    async def run() -> list[int]:
        async with serving(script) as server, fetching() as fetcher, fetching() as other:
            own = [(await fetcher.fetch(Request(server.url()))).status for _ in range(2)]
            # Neither another host nor another site sees it.
            elsewhere = await fetcher.fetch(Request(server.url(host="localhost")))
            return [*own, elsewhere.status, (await other.fetch(Request(server.url()))).status]

    assert asyncio.run(run()) == [302, 200, 302, 302]


@given(st.lists(st.binary(max_size=40) | st.text(max_size=40).map(str.encode), max_size=4))
def test_no_set_cookie_does_harm(values: list[bytes]) -> None:
    request = httpx.Request("GET", "http://www.example.org/a/b.html")
    cookies = httpx.Cookies()
    kept = harmless_cookies((b"set-cookie", value) for value in values)
    cookies.extract_cookies(httpx.Response(200, headers=kept, request=request))
    cookies.set_cookie_header(request)
    assert request.headers.get("Cookie", "").isprintable()
    assert all(value.isascii() for _, value in request.headers.raw)


def test_a_cookie_that_cannot_be_sent_back_is_left_out() -> None:
    cookies = "Set-Cookie: name=公开", "set-cookie: one=1; path=/", "Set-Cookie: two=\x01; path=/"

    async def run() -> Server:
        async with serving(says(ok(b"x", *cookies))) as server, fetching() as fetcher:
            answers = [await fetcher.fetch(Request(server.url())) for _ in range(2)]
            assert answers[1].headers[0] == ("Set-Cookie", "name=公开".encode().decode("latin-1"))
            assert answers[1].sent == server.asked[1]
            return server

    assert b"\r\nCookie: one=1\r\n" in asyncio.run(run()).asked[1]


def test_a_cookie_for_all_hosts_of_a_country_is_not_kept() -> None:
    async def resolver(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    async def run() -> bytes:
        cookies = "Set-Cookie: wide=1; domain=.gov.zz; path=/", "Set-Cookie: fair=1; domain=.town.gov.zz; path=/"
        async with serving(says(ok(b"x", *cookies))) as server, fetching(resolver=resolver) as fetcher:
            for host in ("www.town.gov.zz", "town.gov.zz", "town.gov.zz"):
                await fetcher.fetch(Request(server.url(host=host)))
            return b"".join(server.asked)

    sent = asyncio.run(run())
    assert b"fair=1" in sent
    assert b"wide" not in sent


def test_cookies_do_not_pile_up() -> None:
    async def script(server: Server, request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(ok(b"x", *(f"Set-Cookie: n{len(server.asked)}{number}=1" for number in range(MAX_COOKIES // 2))))

    async def run() -> list[int]:
        async with serving(script) as server, fetching() as fetcher:
            for _ in range(6):
                await fetcher.fetch(Request(server.url()))
            return [request.count(b"=1") for request in server.asked]

    counts = asyncio.run(run())
    assert counts[0] == 0
    assert counts[1] == MAX_COOKIES // 2
    assert max(counts) <= MAX_COOKIES


# Encryption


@pytest.fixture(scope="module")
def own_certificate() -> ssl.SSLContext:
    """A server context with a certificate that nobody knows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1", "localhost").configure_cert(context)
    return context


def test_an_unknown_certificate_is_refused_with_a_hint(own_certificate: ssl.SSLContext) -> None:
    error = error_of(says(ok(b"x")), context=own_certificate)
    assert error.kind == "tls"
    assert 'tls = "legacy"' in str(error)


def test_legacy_takes_any_certificate(own_certificate: ssl.SSLContext) -> None:
    assert ask(says(ok(b"x")), context=own_certificate, tls="legacy").body == b"x"


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_legacy_speaks_with_old_servers() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.maximum_version = ssl.TLSVersion.TLSv1
    assert ask(says(ok(b"old")), context=context, tls="legacy").body == b"old"
    assert error_of(says(ok(b"old")), context=context).kind == "tls"


def test_the_contexts_are_made_once_and_only_normal_checks() -> None:
    assert tls_context("normal") is tls_context("normal")
    assert (tls_context("normal").verify_mode, tls_context("normal").check_hostname) == (ssl.CERT_REQUIRED, True)
    assert tls_context("legacy").verify_mode == ssl.CERT_NONE


# Addresses


@pytest.mark.parametrize(
    "address",
    """127.0.0.1 127.9.9.9 0.0.0.0 0.1.2.3 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 100.64.0.1 100.127.0.1
    192.0.0.8 192.0.2.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 239.1.1.1 240.0.0.1 255.255.255.255 192.88.99.1
    :: ::1 fe80::1 fe80::1%1 fc00::1 fd12::1 fec0::1 ff02::1 2001:db8::1 3fff::1 100::1 4000::1 ::127.0.0.1
    ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 2002:7f00:1:: 2002:a00:1:: 2002:c0a8:101::
    64:ff9b::127.0.0.1 64:ff9b::10.0.0.1 64:ff9b:1::8.8.8.8 2001:0:4136:e378:8000:63bf:3fff:fdd2""".split(),
)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    "8.8.8.8 101.6.6.6 172.32.0.1 100.128.0.1 2400:3200::1 ::ffff:8.8.8.8 64:ff9b::8.8.8.8 2002:808:808::1".split(),
)
def test_addresses_that_are_public(address: str) -> None:
    assert is_public(ip_address(address))


@given(st.ip_addresses(v=4))
def test_an_address_in_ipv6_clothes_is_judged_by_what_it_is(address: IPv4Address) -> None:
    number = int(address)
    mapped, nat64, six_to_four = (
        (0xFFFF << 32) + number,
        (0x64FF9B << 96) + number,
        (0x2002 << 112) + (number << 80) + 1,
    )
    for clothed in (mapped, nat64, six_to_four):
        assert is_public(IPv6Address(clothed)) == is_public(address)


def guard(answer: Sequence[str], allow_private: bool = False) -> GuardedBackend:
    async def resolver(host: str, port: int) -> Sequence[str]:
        return answer

    return GuardedBackend(allow_private, resolver)


@pytest.mark.parametrize(
    "answer",
    [
        ["10.0.0.1"],
        ["169.254.169.254"],
        ["::ffff:127.0.0.1"],
        ["8.8.8.8", "127.0.0.1"],
        ["8.8.8.8", "2400:3200::1", "fd00::1"],
    ],
)
def test_a_name_with_one_address_that_is_not_public_is_not_asked(answer: list[str]) -> None:
    with pytest.raises(PrivateAddressError, match=r"www\.example\.org.*allow_private"):
        asyncio.run(guard(answer).connect_tcp("www.example.org", 80))


def test_addresses_of_ipv4_come_first_and_each_once() -> None:
    found = asyncio.run(guard(["2400:3200::1", "8.8.8.8", "2400:3200::1", "8.8.4.4"]).find_addresses("a.example", 80))
    assert list(map(str, found)) == ["8.8.8.8", "8.8.4.4", "2400:3200::1"]


@pytest.mark.parametrize(
    ("host", "kind"),
    [
        *(
            (host, "private")
            for host in "127.0.0.1 2130706433 0x7f.1 0x7f000001 127.1 0177.1 0 [::1] [::ffff:127.0.0.1] [::ffff:7f00:1]".split()
        ),
        ("127。0。0。1", "private"),
        # No address at all for httpx.
        ("0177.0.0.1", "protocol"),
    ],
)
def test_every_spelling_of_a_private_address_is_refused(host: str, kind: str) -> None:
    async def resolver(name: str, port: int) -> Sequence[str]:
        raise AssertionError(f"{name} is an address and must not be looked up")

    async def run() -> None:
        async with fetching(allow_private=False, resolver=resolver) as fetcher:
            await fetcher.fetch(Request(f"http://{host}/"))

    with pytest.raises(FetchError) as caught:
        asyncio.run(run())
    assert caught.value.kind == kind


@pytest.mark.parametrize("host", ["www.example.org", "localhost", "a", "1a.example", "中文.example"])
def test_names_are_no_addresses(host: str) -> None:
    assert read_literal(host) is None


def test_the_connection_goes_to_the_address_that_was_judged() -> None:
    """The name has no other address than that of the resolver, which is asked once; the server still sees the name."""
    asked: list[str] = []

    async def resolver(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        # Nobody listens at the first address.
        return ["127.0.0.2", "127.0.0.1"]

    async def run() -> tuple[Answer, Server]:
        async with serving(says(ok(b"x"))) as server, fetching(resolver=resolver) as fetcher:
            await fetcher.fetch(Request(server.url(host="公开.invalid")))
            return await fetcher.fetch(Request(server.url(host="公开.invalid"))), server

    answer, server = asyncio.run(run())
    assert answer.address == "127.0.0.1"
    assert asked == ["公开.invalid".encode("idna").decode()]
    assert all(f"Host: {asked[0]}:{server.port}".encode() in request for request in server.asked)


def test_a_name_without_address_is_unreachable() -> None:
    async def resolver(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    async def run() -> None:
        async with fetching(resolver=resolver) as fetcher:
            await fetcher.fetch(Request("http://www.example.invalid/"))

    with pytest.raises(FetchError, match=r"^www\.example\.invalid: not reached: Name or service not known$") as caught:
        asyncio.run(run())
    assert caught.value.kind == "unreachable"


def test_a_redirect_to_a_private_address_is_refused_as_any_other_request() -> None:
    async def resolver(host: str, port: int) -> Sequence[str]:
        return {"inside.example": ["192.168.0.1"]}[host]

    async def run() -> None:
        async with fetching(allow_private=False, resolver=resolver) as fetcher:
            await fetcher.fetch(Request("http://inside.example/admin"))

    with pytest.raises(FetchError, match=r"192\.168\.0\.1"):
        asyncio.run(run())
