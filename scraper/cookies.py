"""The cookies of one site, for servers that ask again and again until theirs comes back."""

from collections.abc import Sequence
from email.message import Message
from http.client import HTTPResponse
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import cast
from urllib.request import Request

# A server that sets new ones with every page must not blow up the requests; browsers keep about as many.
MAX_COOKIES = 50


class _Head:
    """The part of an answer that the jar looks at."""

    def __init__(self, values: Sequence[str]) -> None:
        self._message = Message()
        for value in values:
            self._message["Set-Cookie"] = value

    def info(self) -> Message:
        return self._message


class Cookies:
    """Keeps what Set-Cookie says and gives it back to the hosts and paths it was meant for."""

    def __init__(self) -> None:
        self._jar = CookieJar(DefaultCookiePolicy(strict_domain=True))
        self._held = False

    def learn(self, url: str, values: Sequence[str]) -> None:
        """Takes the values of the Set-Cookie headers that ``url`` answered with."""
        if not values:
            return
        self._jar.extract_cookies(cast(HTTPResponse, _Head(values)), Request(url))
        if len(self._jar) > MAX_COOKIES:
            self._jar.clear()
        self._held = len(self._jar) > 0

    def header(self, url: str) -> str:
        """The value of the Cookie header for ``url``; empty where none is held."""
        if not self._held:
            return ""
        request = Request(url)
        self._jar.add_cookie_header(request)
        return request.get_header("Cookie") or ""
