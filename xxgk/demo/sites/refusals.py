"""Hosts that refuse: shields of scripts, firewalls, servers that are too busy."""

from starlette.responses import Response

from xxgk.demo.sites.plain import Nuisance
from xxgk.demo.web import Asked, html


class Shield412(Nuisance):
    """A shield of scripts on every page."""

    statuses = ("blocked",)

    def answer(self, asked: Asked) -> Response:
        script = "<script>$_ts=window['$_ts'];if(!$_ts)$_ts={};$_ts.nsd=87093;$_ts.cd='qqUnrAA';</script>"
        headers = {"set-cookie": "FSSBBIl1UgzbN7NO=60qhgKq; path=/; HttpOnly"}
        return Response(f"<!DOCTYPE html><html><head>{script}</head><body></body></html>", 412, headers, "text/html")


class Shield521(Nuisance):
    """A script that sets a cookie, under a status that sounds like a failure of the server."""

    statuses = ("blocked",)

    def answer(self, asked: Asked) -> Response:
        headers = {"x-via-jsl": "5f1a,-", "set-cookie": "__jsluid_h=5b1e; max-age=31536000; path=/; HttpOnly"}
        script = "<script>document.cookie='__jsl_clearance=1764000000.1|-1|x;path=/';location.reload()</script>"
        return Response(script, 521, headers, "text/html")


class Shield200(Nuisance):
    """A firewall's page under status 200, also for robots.txt."""

    statuses = ("blocked",)

    def answer(self, asked: Asked) -> Response:
        script = "eval(function(p,a,c,k){return p}('" + "0x3f," * 260 + "'));document.cookie='waf=1';location.reload();"
        return html(f"<html><head><script>{script}</script></head><body></body></html>")


class Shield403(Nuisance):
    """A firewall that lets only some networks in."""

    statuses = ("blocked",)

    def answer(self, asked: Asked) -> Response:
        body = "<html><head><title>403</title></head><body>wzws-waf-cgi<p>Reason: GeoBL</p></body></html>"
        return Response(body, 403, {"x-powered-by-anquanbao": "MISS", "set-cookie": "wzws_cid=5b1e"}, "text/html")


class CookieShell(Nuisance):
    """A tiny script that sets a cookie and loads the page again."""

    statuses = ("blocked",)

    def answer(self, asked: Asked) -> Response:
        return html("<script>document.cookie='C3VK=5f1a2b;max-age=300;path=/';location.reload();</script>")


class Busy(Nuisance):
    """503 with Retry-After for the first two requests, then all is well."""

    refusals = 2
    status_code = 503

    def answer(self, asked: Asked) -> Response:
        if self.refusals:
            self.refusals -= 1
            return Response("busy", self.status_code, {"retry-after": "1"}, "text/plain")
        return super().answer(asked)


class Throttled(Busy):
    """429 with Retry-After once."""

    refusals = 1
    status_code = 429


class AlwaysThrottled(Nuisance):
    """429 without Retry-After for ever."""

    statuses = ("blocked", "unreachable")

    def answer(self, asked: Asked) -> Response:
        return Response("Too Many Requests", 429, media_type="text/plain")
