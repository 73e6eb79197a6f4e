"""Hosts that answer badly: soft errors, answers that never end or end too soon, circles; and the list of all such."""

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator
from functools import cache

from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from xxgk.demo.columns import Article
from xxgk.demo.sites.plain import Nuisance
from xxgk.demo.sites.refusals import (
    AlwaysThrottled,
    Busy,
    CookieShell,
    Shield200,
    Shield403,
    Shield412,
    Shield521,
    Throttled,
)
from xxgk.demo.web import Asked, html, redirect

BOMB_BYTES = 64 * 1024 * 1024
DRIP_SECONDS = 0.1
DRIPS = 600
FINE_BEFORE_RESET = 4


class Soft404(Nuisance):
    """What does not exist is told under status 200, and the list holds links to it."""

    statuses = ("ok", "partial")
    loses_one = True

    def answer_badly(self, asked: Asked) -> Response:
        return self.answer_missing(asked)

    def answer_missing(self, asked: Asked) -> Response:
        back = '<meta http-equiv="refresh" content="5;url=/">'
        head = f'<meta charset="utf-8"><title>页面不存在</title>{back}'
        return html(f"<html><head>{head}</head><body><h1>您访问的页面不存在</h1><p>5秒后返回首页</p></body></html>")


class HomeForAll(Nuisance):
    """The home page, whatever is asked."""

    statuses = ("empty", "blocked")

    def answer(self, asked: Asked) -> Response:
        return html(self.render_home())


class Drip(Nuisance):
    """One page comes byte by byte."""

    statuses = ("ok", "partial")
    loses_one = True

    def answer_badly(self, asked: Asked) -> Response:
        return StreamingResponse(_drip(), 200, {"content-type": "text/html"})


class Cut(Nuisance):
    """One page ends before the length that it told."""

    statuses = ("ok", "partial")
    loses_one = True

    def answer_badly(self, asked: Asked) -> Response:
        whole = super().answer_badly(asked)
        return CutShort(bytes(whole.body)[:9000], 200, {"content-type": "text/html", "content-length": "40000"})


class Reset(Nuisance):
    """Each connection is reset after a few requests to the host."""

    statuses = ("empty", "unreachable")
    abrupt = True
    asked_so_far = 0

    def answer(self, asked: Asked) -> Response:
        self.asked_so_far += 1
        if self.asked_so_far > FINE_BEFORE_RESET:
            return CutShort(b"<html>", 200, {"content-type": "text/html", "content-length": "5000"})
        return super().answer(asked)

    def can_be_read(self, article: Article) -> bool:
        return False


class Bomb(Nuisance):
    """One page is small on the wire and enormous when it is unpacked."""

    statuses = ("ok", "partial")
    loses_one = True

    def build(self) -> None:
        super().build()
        _bomb()

    def answer_badly(self, asked: Asked) -> Response:
        return Response(_bomb(), 200, {"content-type": "text/html", "content-encoding": "gzip"})


class ForcedGzip(Nuisance):
    """Packed answers, whether asked for or not."""

    def answer(self, asked: Asked) -> Response:
        plain = super().answer(asked)
        if plain.status_code != 200:
            return plain
        kept = {
            name: plain.headers[name] for name in ("content-type", "etag", "last-modified") if name in plain.headers
        }
        return Response(gzip.compress(bytes(plain.body), mtime=0), 200, kept | {"content-encoding": "gzip"})


class RedirectLoop(Nuisance):
    """The home page sends on in a circle."""

    statuses = ("unreachable", "empty", "blocked")

    def build(self) -> None:
        super().build()
        self.routes["/"] = redirect("/index/a.html")
        self.routes["/index/a.html"] = redirect("/index/b.html", 301)
        self.routes["/index/b.html"] = redirect("/index/a.html")


class WrongCharset(Nuisance):
    """The header and the page say UTF-8, the bytes are GBK."""

    content_type = "text/html; charset=utf-8"

    codec = "gbk"


class CookieLoop(Nuisance):
    """A redirect to the same address until the cookie comes back."""

    def answer(self, asked: Asked) -> Response:
        if "CT6T=" in asked.headers.get("cookie", ""):
            return super().answer(asked)
        return Response(b"", 302, {"location": asked.path, "set-cookie": "CT6T=5a1b2c; path=/"})


class Empty(Nuisance):
    """A site in order that has no report."""

    statuses = ("empty",)


class Refused(Nuisance):
    """An address at which nothing listens."""

    statuses = ("unreachable",)
    listens = False


class RobotsClosed(Nuisance):
    """robots.txt closes the whole site."""

    statuses = ("blocked", "empty")
    robots = "User-agent: *\nDisallow: /\n"


class Moved(Nuisance):
    """The column that the sites file names is gone; the home page leads to the new one."""

    statuses = ("ok", "partial", "empty")

    def start(self) -> tuple[str, ...]:
        return (f"http://{self.hosts[0]}/xxgk/gknb/",)


class Runaway(Nuisance):
    """The home page sends the client to a host of somebody else."""

    statuses = ("unreachable", "empty", "blocked")

    def build(self) -> None:
        super().build()
        self.routes["/"] = redirect(f"http://{self.others['stranger'][0]}/")


NUISANCES: dict[str, type[Nuisance]] = {
    "shield-412": Shield412,
    "shield-521": Shield521,
    "shield-200": Shield200,
    "shield-403": Shield403,
    "cookie-shell": CookieShell,
    "busy": Busy,
    "throttled": Throttled,
    "always-throttled": AlwaysThrottled,
    "soft-404": Soft404,
    "home-for-all": HomeForAll,
    "drip": Drip,
    "cut": Cut,
    "reset": Reset,
    "bomb": Bomb,
    "forced-gzip": ForcedGzip,
    "redirect-loop": RedirectLoop,
    "wrong-charset": WrongCharset,
    "cookie-loop": CookieLoop,
    "empty": Empty,
    "refused": Refused,
    "robots-closed": RobotsClosed,
    "moved": Moved,
    "runaway": Runaway,
}


class CutShort(Response):
    """An answer whose connection ends before it is whole."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": True})


async def _drip() -> AsyncIterator[bytes]:
    for _ in range(DRIPS):
        yield b" "
        await asyncio.sleep(DRIP_SECONDS)


@cache
def _bomb() -> bytes:
    """One member, since many clients unpack no second one."""
    packer, block = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16), b" " * (1 << 20)
    return b"".join(packer.compress(block) for _ in range(BOMB_BYTES >> 20)) + packer.flush()
