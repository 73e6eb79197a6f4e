"""What a robots.txt allows and which pause it asks for (RFC 9309; protego reads the rules themselves)."""

import re
from functools import cached_property

from protego import Protego

AGENT = "xxgk"
# RFC 9309, 2.5: at least this much must be read, and no more is.
MAX_LENGTH = 500 * 1024
# A pause that a robots.txt asks for is kept up to this one: with longer ones no site would be done in a night.
MAX_DELAY = 60.0
_DIRECTIVE = re.compile(
    r"^[ \t]*(?:user-?agent|disallow|allow|crawl-delay|request-rate|visit-time|sitemap)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)


class Rules:
    """The rules of one host for this crawler; there are none in text that is no robots.txt, such as a home page."""

    def __init__(self, text: str = "") -> None:
        text = text[:MAX_LENGTH].lstrip("\ufeff \t\r\n")
        is_robots = not text.startswith("<") and _DIRECTIVE.search(text) is not None
        self._rules = Protego.parse(text) if is_robots else None

    def allows(self, url: str, agent: str = AGENT) -> bool:
        """Whether ``agent`` may ask for an absolute address."""
        return self._rules is None or self._rules.can_fetch(url, agent)

    @cached_property
    def asked_delay(self) -> float:
        """The seconds between two requests that Crawl-delay or Request-rate ask for, whichever is more; 0 for none."""
        if self._rules is None:
            return 0.0
        rate = self._rules.request_rate(AGENT)
        # A whole number of any length may stand there, which no float holds.
        pace = min(rate.seconds, 10**9) / rate.requests if rate else 0.0
        return max(self._rules.crawl_delay(AGENT) or 0.0, pace)

    @property
    def delay(self) -> float:
        """The seconds that are kept: as asked for, up to ``MAX_DELAY``."""
        return min(self.asked_delay, MAX_DELAY)

    @property
    def note(self) -> str:
        """One line on what of the rules is not kept; empty where all of them are."""
        if self.asked_delay <= MAX_DELAY:
            return ""
        return f"robots.txt asks for {self.asked_delay:g} s between two requests; {MAX_DELAY:g} s are kept"
