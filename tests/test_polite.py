"""Pauses, waits, robots.txt and giving up, with a clock that the tests turn."""

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scraper.answers import Kind
from scraper.polite import (
    CHALLENGES_IN_ALL,
    FAILURES_IN_A_ROW,
    JITTER,
    MAX_PAUSE,
    MAX_RETRY_AFTER,
    REFUSALS_IN_A_ROW,
    THROTTLED_SECONDS,
    HostState,
    Pace,
    Politeness,
    parse_retry_after,
)
from scraper.robots import MAX_DELAY, MAX_LENGTH, Rules

NOW = datetime(2026, 11, 24, 11, 30, tzinfo=UTC)


class Time:
    """A clock that only sleeping and working move."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


class Dice(Random):
    """Always throws the least."""

    def uniform(self, a: float, b: float) -> float:
        return a


def make(delay: float = 1.0, dice: Random | None = None) -> tuple[HostState, Time]:
    time = Time()
    politeness = Politeness(time.clock, time.sleep, dice or Dice(), lambda: NOW)
    return politeness.host("www.example.org", delay), time


def take_turns(host: HostState, time: Time, turns: int, seconds: float = 0.0) -> None:
    """Turns in a row, each of which works for ``seconds``."""

    async def run() -> None:
        for _ in range(turns):
            async with host.turn():
                time.now += seconds

    asyncio.run(run())


# Pauses


def test_the_first_request_waits_for_nothing() -> None:
    host, time = make()
    take_turns(host, time, 1)
    assert time.slept == []


def test_the_pause_runs_from_the_end_of_an_answer_to_the_next_start() -> None:
    host, time = make(2.0)
    take_turns(host, time, 3, seconds=5.0)
    assert time.slept == [2.0, 2.0]


def test_time_that_passed_anyway_is_not_waited_for() -> None:
    host, time = make(2.0)
    take_turns(host, time, 1)
    time.now += 1.5
    take_turns(host, time, 1)
    time.now += 60
    take_turns(host, time, 1)
    assert time.slept == [0.5]


def test_pauses_are_uneven_within_limits() -> None:
    host, time = make(1.0, Random(7))
    take_turns(host, time, 100)
    assert len(set(time.slept)) > 90
    assert min(time.slept) >= 1.0 - 1e-9
    assert max(time.slept) <= JITTER + 1e-9


def test_a_delay_of_nothing_costs_nothing() -> None:
    host, time = make(0.0)
    for kind in (Kind.PAGE, Kind.BROKEN, Kind.REFUSED, Kind.PAGE):
        take_turns(host, time, 3)
        host.answered(kind, "x", 9.0)
    assert time.slept == []


def test_one_request_at_a_time() -> None:
    host, time = make(1.0)
    log: list[str] = []

    async def ask(name: str) -> None:
        async with host.turn():
            log.append(f"{name} begins")
            await asyncio.sleep(0)
            log.append(f"{name} ends")

    async def run() -> None:
        await asyncio.gather(ask("a"), ask("b"), ask("c"))

    asyncio.run(run())
    assert log == [f"{name} {what}" for name in "abc" for what in ("begins", "ends")]
    assert time.slept == [1.0, 1.0]


def test_an_error_inside_a_turn_ends_it_too() -> None:
    host, time = make(1.0)

    async def run() -> None:
        async with host.turn():
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - it is the one above
        asyncio.run(run())
    take_turns(host, time, 1)
    assert time.slept == [1.0]


def test_hosts_are_apart_and_known_by_name() -> None:
    politeness = Politeness()
    first = politeness.host("a.example", 1.0)
    assert politeness.host("b.example", 1.0) is not first
    # Two sites on one host: the longer delay holds for both.
    assert politeness.host("a.example", 5.0) is first
    assert politeness.host("a.example", 2.0).pause == 5.0


def test_a_slow_server_gets_a_longer_pause() -> None:
    pace = Pace(1.0)
    for _ in range(20):
        pace.good(12.0)
    assert pace.pause == pytest.approx(6.0)
    for _ in range(60):
        pace.good(0.1)
    assert pace.pause == pytest.approx(1.0)


def test_failures_double_the_pause_up_to_a_limit_and_answers_take_it_back_slowly() -> None:
    pace = Pace(1.0)
    pauses = []
    for _ in range(8):
        pace.bad()
        pauses.append(pace.pause)
    assert pauses == [2, 4, 8, 16, 32, MAX_PAUSE, MAX_PAUSE, MAX_PAUSE]
    pace.good(0.01)
    assert MAX_PAUSE / 2 < pace.pause < MAX_PAUSE


@pytest.mark.parametrize("kind", [Kind.MISSING, Kind.REDIRECT, Kind.BROKEN, Kind.REFUSED, Kind.CHALLENGE])
def test_quick_answers_that_are_no_page_never_speed_up(kind: Kind) -> None:
    host, _ = make()
    host.answered(Kind.PAGE, seconds=30.0)
    before = host.pause
    assert before == 15.0
    for _ in range(5):
        host.answered(kind, seconds=0.001, failing=False)
    assert host.pause >= before


@given(least=st.floats(0, 200), events=st.lists(st.one_of(st.none(), st.floats(0, 1000)), max_size=40))
def test_the_pause_keeps_between_its_limits(least: float, events: list[float | None]) -> None:
    pace = Pace(least)
    for seconds in events:
        if seconds is None:
            pace.bad()
        else:
            pace.good(seconds)
        assert least <= pace.pause <= max(least, MAX_PAUSE)
        assert least or not pace.pause


# Retry-After


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0), ("120", 120), (" 7 ", 7), ("1.5", 1.5), ("-5", 0), ("9" * 40, 1e40),
        ("Tue, 24 Nov 2026 11:31:00 GMT", 60), ("Tue, 24 Nov 2026 11:00:00 GMT", 0), ("Tuesday, 24-Nov-26 11:30:30 GMT", 30),
        ("Tue Nov 24 11:30:10 2026", 10), ("Tue, 24 Nov 2026 19:31:00 +0800", 60),
        ("", None), ("soon", None), ("1 2", None), ("１２", None), ("Tue, 99 Nov 2026 11:31:00 GMT", None), ("nan", None), ("inf", None),
    ],
)  # fmt: skip
def test_retry_after(value: str, seconds: float | None) -> None:
    assert parse_retry_after(value, NOW) == seconds


@given(st.integers(0, 10**9))
def test_retry_after_in_seconds_and_as_a_date_are_the_same(seconds: int) -> None:
    assert parse_retry_after(str(seconds), NOW) == seconds
    date = format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)
    assert parse_retry_after(date, NOW) == seconds


@given(st.text(max_size=60))
@example("Mon, 01 Jan 0001 00:00:00 +2359")
@example("9" * 5000)
@example("Tue, 24 Nov 99999 11:31:00 GMT")
def test_no_retry_after_does_harm(value: str) -> None:
    seconds = parse_retry_after(value, NOW)
    assert seconds is None or seconds >= 0


def test_throttled_waits_as_long_as_it_was_told() -> None:
    host, time = make(1.0)
    take_turns(host, time, 1)
    host.throttled("90")
    take_turns(host, time, 1)
    assert time.slept == [90.0]
    assert host.left == ""


def test_throttled_without_a_time_waits_all_the_same() -> None:
    host, time = make(0.0)
    host.answered(Kind.THROTTLED, "HTTP 503")
    take_turns(host, time, 1)
    assert time.slept == [THROTTLED_SECONDS]


@pytest.mark.parametrize("value", ["121", "9" * 300, "Wed, 25 Nov 2026 11:30:00 GMT"])
def test_who_asks_for_a_long_wait_is_left(value: str) -> None:
    host, _ = make()
    host.throttled(value)
    assert "asks to wait" in host.left
    assert len(host.left) < 100


def test_the_longest_wait_is_still_kept() -> None:
    host, _ = make()
    host.throttled(f"{MAX_RETRY_AFTER:g}")
    assert host.left == ""


# Giving up


def test_a_host_that_fails_in_a_row_is_left() -> None:
    host, time = make()
    for count in range(FAILURES_IN_A_ROW):
        assert host.left == "", count
        host.failed("timeout", "www.example.org: no answer within 30 s")
    assert host.left == "failed 3 times in a row: www.example.org: no answer within 30 s"
    assert not host.shielded
    take_turns(host, time, 3)
    assert time.slept == []


def test_failures_of_all_kinds_count_together() -> None:
    host, _ = make()
    host.failed("unreachable", "a")
    host.throttled("1", "HTTP 429")
    assert host.left == ""
    host.answered(Kind.BROKEN, "HTTP 502")
    assert host.left.endswith("HTTP 502")


@pytest.mark.parametrize("between", [Kind.PAGE, Kind.NOT_MODIFIED, Kind.REDIRECT, Kind.MISSING, Kind.REFUSED])
def test_an_answer_between_failures_begins_the_count_anew(between: Kind) -> None:
    host, _ = make()
    for _ in range(FAILURES_IN_A_ROW - 1):
        host.failed("timeout", "a")
    host.answered(between, "b")
    for _ in range(FAILURES_IN_A_ROW - 1):
        host.failed("timeout", "a")
    assert host.left == ""


def test_stubs_and_files_that_are_too_large_are_no_failure_of_the_host() -> None:
    host, _ = make()
    for _ in range(10):
        host.answered(Kind.BROKEN, "a stub of 13 bytes", failing=False)
    assert host.left == ""


def test_refusals_in_a_row() -> None:
    host, _ = make()
    for _ in range(REFUSALS_IN_A_ROW - 1):
        host.answered(Kind.REFUSED, "HTTP 403")
    host.answered(Kind.PAGE)
    for _ in range(REFUSALS_IN_A_ROW - 1):
        host.answered(Kind.REFUSED, "HTTP 403")
    assert host.left == ""
    host.answered(Kind.REFUSED, "HTTP 403")
    assert host.left == "refused 5 times in a row: HTTP 403"
    assert host.shielded


def test_a_challenge_as_the_first_answer_is_enough() -> None:
    host, _ = make()
    host.answered(Kind.CHALLENGE, "HTTP 412: a dynamic-script shield")
    assert host.left == "shielded: HTTP 412: a dynamic-script shield"
    assert host.shielded


def test_later_challenges_count_in_all() -> None:
    host, _ = make()
    for _ in range(CHALLENGES_IN_ALL - 1):
        host.answered(Kind.PAGE)
        host.answered(Kind.CHALLENGE, "a captcha")
        assert host.left == ""
    host.answered(Kind.PAGE)
    host.answered(Kind.CHALLENGE, "a captcha")
    assert host.shielded


def test_a_private_address_is_not_tried_again() -> None:
    host, _ = make()
    host.failed("private", "www.example.org: its address 10.0.0.1 is not of the public internet")
    assert "10.0.0.1" in host.left


def test_the_first_reason_stays() -> None:
    host, _ = make()
    host.answered(Kind.CHALLENGE, "a captcha")
    for _ in range(9):
        host.failed("timeout", "b")
    assert host.left == "shielded: a captcha"


# robots.txt


@pytest.mark.parametrize(
    ("text", "path", "allowed"),
    [
        ("User-agent: *\nDisallow: /admin/", "/admin/a.html", False),
        ("User-agent: *\nDisallow: /admin/", "/col/a.html", True),
        ("\ufeffUser-agent: *\r\nDisallow: /", "/", False),
        ("User-agent: *\nDisallow: /\n\nUser-agent: xxgk\nDisallow:", "/", True),
        ("User-agent: xxgk\nDisallow: /zfxxgk", "/zfxxgk/nb/", False),
        ("User-agent: otherbot\nDisallow: /", "/", True),
        ("User-agent: *\nDisallow: /*.jsp$", "/a.jsp", False),
        ("User-agent: *\nDisallow: /公开/", "/%E5%85%AC%E5%BC%80/a.html", False),
        ("", "/", True),
        ("<html><body>User-agent: *\nDisallow: /</body></html>", "/", True),
        ("\n <!DOCTYPE html>\n<pre>\nUser-agent: *\nDisallow: /\n</pre>", "/", True),
        ("Welcome to the home page", "/", True),
        ("User-agent: *\nDisallow: /", "/robots.txt", True),
    ],
)
def test_rules(text: str, path: str, allowed: bool) -> None:
    host, _ = make()
    assert not host.knows_rules
    assert host.allows("http://www.example.org" + path)
    host.set_rules("page", text)
    assert host.knows_rules
    assert host.allows("http://www.example.org" + path) is allowed
    assert host.left == ""


@pytest.mark.parametrize(
    ("text", "pause"),
    [
        ("User-agent: *\nCrawl-delay: 10", 10.0),
        ("User-agent: *\nRequest-rate: 1/5", 5.0),
        ("User-agent: *\nRequest-rate: 2/1m", 30.0),
        ("User-agent: *\nCrawl-delay: 3\nRequest-rate: 1/9", 9.0),
        ("User-agent: *\nCrawl-delay: 0.1", 2.0),
        ("User-agent: *\nCrawl-delay: -1", 2.0),
        ("User-agent: *\nCrawl-delay: nan", 2.0),
        ("User-agent: *\nCrawl-delay: soon", 2.0),
        ("User-agent: other\nCrawl-delay: 50\n\nUser-agent: *\nCrawl-delay: 4", 4.0),
    ],
)
def test_the_pause_that_robots_txt_asks_for(text: str, pause: float) -> None:
    host, time = make(2.0)
    take_turns(host, time, 1)
    host.set_rules("page", text)
    take_turns(host, time, 1)
    assert time.slept == [pause]
    assert host.note == ""


@pytest.mark.parametrize("line", ["Crawl-delay: 3600", "Crawl-delay: 1e300", f"Request-rate: 1/{'9' * 400}"])
def test_a_pause_beyond_reason_is_cut_and_told(line: str) -> None:
    host, _ = make()
    host.set_rules("page", f"User-agent: *\n{line}")
    assert host.pause == MAX_DELAY
    assert "60 s are kept" in host.note


def test_a_robots_txt_is_read_up_to_a_size() -> None:
    filler = "# nothing\n" * (MAX_LENGTH // 10)
    rules = Rules(f"User-agent: *\nDisallow: /a/\n{filler}Disallow: /b/\n")
    assert not rules.allows("http://www.example.org/a/")
    assert rules.allows("http://www.example.org/b/")


@pytest.mark.parametrize("what", ["missing", "blocked", "skipped"])
def test_no_robots_txt_means_no_rules(what: str) -> None:
    host, _ = make()
    host.set_rules(what, None)
    assert host.allows("http://www.example.org/")
    assert (host.left, host.knows_rules) == ("", True)


@pytest.mark.parametrize("what", ["failed", "unreachable"])
def test_a_robots_txt_that_cannot_be_had_closes_the_host(what: str) -> None:
    host, _ = make()
    host.set_rules(what, None)
    assert host.left.startswith("robots.txt cannot be had")


@given(st.text(max_size=200))
def test_no_robots_txt_does_harm(text: str) -> None:
    rules = Rules("User-agent: *\n" + text)
    assert isinstance(rules.allows("http://www.example.org/a?b=1"), bool)
    assert 0 <= rules.delay <= MAX_DELAY
