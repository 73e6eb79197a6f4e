"""How a host is asked: one request at a time, with pauses that fit it, and not at all once it is clear that it fails.

Each rule is a small class or function with its reason; ``HostState`` puts them together for one host.
"""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from random import Random

from scraper.answers import Kind
from scraper.robots import AGENT, Rules

# A pause is drawn from 1.0 to 1.2 times its length: requests at even intervals are what burst limits look for.
JITTER = 1.2
# A slow server gets at least this share of the time it takes to answer as a pause: it is busy.
LATENCY_SHARE = 0.5
# The weight of the last answer in the mean time to answer.
LATENCY_WEIGHT = 0.5
# A failure multiplies the pause, a good answer takes a part of what it is above the least pause.
SLOWER = 2.0
RECOVERY = 0.25
MAX_PAUSE = 60.0
# The wait after 429 or 503 without Retry-After.
THROTTLED_SECONDS = 30.0
# Who asks for a longer wait than this asks us to come another night.
MAX_RETRY_AFTER = 120.0

FAILURES_IN_A_ROW = 3
REFUSALS_IN_A_ROW = 5
CHALLENGES_IN_ALL = 2

_SECONDS = re.compile(r"\s*(-?[0-9]{1,300}(?:\.[0-9]{1,300})?)\s*\Z", re.ASCII)


def parse_retry_after(value: str, now: datetime) -> float | None:
    """The seconds that a Retry-After header asks for, 0 or more; None where it says nothing that can be understood.

    >>> parse_retry_after("Tue, 24 Nov 2026 11:31:00 GMT", datetime(2026, 11, 24, 11, 30, tzinfo=UTC))
    60.0
    """
    seconds = _SECONDS.match(value)
    if seconds:
        return max(float(seconds[1]), 0.0)
    try:
        when = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max((when - now).total_seconds(), 0.0)


class Pace:
    """The pause between two requests: never less than ``least``, longer for a slow or failing server."""

    def __init__(self, least: float) -> None:
        self.least = least
        self.pause = least
        self._latency = 0.0

    def raise_least(self, seconds: float) -> None:
        """Keeps to a longer pause from now on, as another site of the host or its robots.txt asks for."""
        self.least = max(self.least, seconds)
        self.pause = max(self.pause, self.least)

    def good(self, seconds: float) -> None:
        """An answer came after ``seconds``: the pause returns slowly to what the speed of the server suggests."""
        if not self.least:
            # Delay 0 is told for a server of one's own; there is nothing to save it from.
            return
        self._latency += (seconds - self._latency) * (LATENCY_WEIGHT if self._latency else 1.0)
        wanted = min(max(self.least, self._latency * LATENCY_SHARE), max(MAX_PAUSE, self.least))
        self.pause = max(wanted, self.pause - (self.pause - wanted) * RECOVERY)

    def bad(self) -> None:
        """A failure doubles the pause. It is often a quick answer, so its time must not count: it would speed up."""
        self.pause = max(self.pause, min(self.pause * SLOWER, MAX_PAUSE))


class Breaker:
    """Counts what goes wrong until a host is left for the night. ``shielded``: it answers, but not to a program."""

    def __init__(self) -> None:
        self.left = ""
        self.shielded = False
        self._answers = 0
        self._failures = 0
        self._refusals = 0
        self._challenges = 0

    def leave(self, reason: str, shielded: bool = False) -> None:
        """Leaves the host; the first reason stays."""
        if not self.left:
            self.left, self.shielded = reason, shielded

    def good(self) -> None:
        """The host works: what is counted in a row begins anew."""
        self._answers += 1
        self._failures = self._refusals = 0

    def failure(self, reason: str) -> None:
        """No answer, or one that says that the server is ill."""
        self._failures += 1
        if self._failures >= FAILURES_IN_A_ROW:
            self.leave(f"failed {self._failures} times in a row: {reason}")

    def refusal(self, reason: str) -> None:
        """A single page may be closed to all; a row of them means that we are."""
        self._answers += 1
        self._failures = 0
        self._refusals += 1
        if self._refusals >= REFUSALS_IN_A_ROW:
            self.leave(f"refused {self._refusals} times in a row: {reason}", shielded=True)

    def challenge(self, reason: str) -> None:
        """A shield that is met first stands before the whole host; later ones may stand before one page of it."""
        self._challenges += 1
        if self._answers == 0 or self._challenges >= CHALLENGES_IN_ALL:
            self.leave(f"shielded: {reason}", shielded=True)
        self._answers += 1


class HostState:
    """What one run knows of one host. ``left`` is the reason why it is not asked any more this night, or empty.

    ``learning`` is the lock of whoever fetches robots.txt; it is asked for like any page, and ``set_rules`` told of it.
    """

    def __init__(self, name: str, delay: float, politeness: "Politeness") -> None:
        self.name = name
        self.learning = asyncio.Lock()
        self._pace = Pace(delay)
        self._breaker = Breaker()
        self._rules: Rules | None = None
        self._politeness = politeness
        self._lock = asyncio.Lock()
        self._ended = float("-inf")
        self._not_before = float("-inf")

    @property
    def left(self) -> str:
        """Why the host is left for the night; empty where it is not."""
        return self._breaker.left

    @property
    def shielded(self) -> bool:
        """Whether it is left because it refuses or challenges us, not because it is down."""
        return self._breaker.shielded

    @property
    def pause(self) -> float:
        """The seconds between two requests as they are now, without jitter."""
        return self._pace.pause

    @property
    def knows_rules(self) -> bool:
        """Whether ``set_rules`` was told."""
        return self._rules is not None

    @property
    def note(self) -> str:
        """One line on what the robots.txt asks for and is not given; mostly empty."""
        return self._rules.note if self._rules else ""

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Waits until the host may be asked, and keeps others from asking it meanwhile.

        The pause runs from the end of the last turn, whatever it asked for. Look at ``left`` inside: the turn of a
        host that is left comes at once.
        """
        async with self._lock:
            if not self.left:
                await self._wait()
            try:
                yield
            finally:
                self._ended = self._politeness.clock()

    async def _wait(self) -> None:
        due = self._not_before
        if self._pace.pause:
            due = max(due, self._ended + self._pace.pause * self._politeness.random.uniform(1.0, JITTER))
        seconds = due - self._politeness.clock()
        if seconds > 0:
            await self._politeness.sleep(seconds)

    def set_rules(self, what: str, text: str | None) -> None:
        """Takes what came of asking for robots.txt: a word for it, and its text where there is one.

        No text means no rules (RFC 9309, 2.3.1.3) unless ``what`` is ``failed`` or ``unreachable``: then all of the
        host is closed to us (2.3.1.4), which is to leave it.
        """
        if what in ("failed", "unreachable"):
            self._breaker.leave("robots.txt cannot be had, so nothing of the host may be asked for")
        self._rules = Rules(text or "")
        self._pace.raise_least(self._rules.delay)

    def allows(self, url: str, agent: str = AGENT) -> bool:
        """Whether the robots.txt allows to ask for an address; all is allowed before it is known."""
        return self._rules is None or self._rules.allows(url, agent)

    def raise_delay(self, seconds: float) -> None:
        """The pause is ``seconds`` at least from now on."""
        self._pace.raise_least(seconds)

    def answered(self, kind: Kind, reason: str = "", seconds: float = 0.0, failing: bool = True) -> None:
        """Tells of an answer, judged, and how long it took.

        ``failing``: a broken one counts against the host. Not where the page is to blame (it is too large), and not
        when it is asked for again: one bad page must not close a host that is well.
        """
        if kind is Kind.THROTTLED:
            self.throttled("", reason)
        elif kind is Kind.CHALLENGE:
            self._pace.bad()
            self._breaker.challenge(reason)
        elif kind is Kind.REFUSED:
            self._pace.bad()
            self._breaker.refusal(reason)
        elif kind is Kind.BROKEN:
            self._pace.bad()
            if failing:
                self._breaker.failure(reason)
        else:
            self._breaker.good()
            # Stubs and pages that are missing come quickly from any server.
            if kind in (Kind.PAGE, Kind.NOT_MODIFIED):
                self._pace.good(seconds)

    def failed(self, kind: str, reason: str = "", failing: bool = True) -> None:
        """Tells of a request without an answer, with the kind of the FetchError; ``failing`` as in ``answered``."""
        if kind == "private":
            # Nothing was asked, and nothing will be.
            self._breaker.leave(reason or "its address is not of the public internet")
        self._pace.bad()
        if failing:
            self._breaker.failure(reason or kind)

    def throttled(self, retry_after: str = "", reason: str = "") -> None:
        """Tells of a 429 or 503 with the value of its Retry-After header."""
        seconds = parse_retry_after(retry_after, self._politeness.now())
        if seconds is not None and seconds > MAX_RETRY_AFTER:
            self._breaker.leave(f"asks to wait {min(seconds, 1e9):.0f} s, more than the {MAX_RETRY_AFTER:.0f} s we do")
        wait = THROTTLED_SECONDS if seconds is None else min(seconds, MAX_RETRY_AFTER)
        self._not_before = max(self._not_before, self._politeness.clock() + wait)
        self._pace.bad()
        self._breaker.failure(reason or "too many requests")


class Politeness:
    """The hosts of one run. Clock, sleep, dice and date can be replaced, so that tests take no time."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        random: Random | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.clock = clock
        self.sleep = sleep
        self.random = random or Random()
        self.now = now
        self._hosts: dict[str, HostState] = {}

    def host(self, name: str, delay: float) -> HostState:
        """The state of a host; where two sites have it, the longer of their delays holds."""
        state = self._hosts.get(name)
        if state is None:
            state = self._hosts[name] = HostState(name, delay, self)
        state.raise_delay(delay)
        return state
