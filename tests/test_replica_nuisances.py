"""The replicas that answer badly, each in its own way."""

from collections.abc import Iterator

import httpx
import pytest

from tests.replica_asking import ADDRESSES
from xxgk.demo.replicas import Replicas
from xxgk.demo.sites import FORBIDDEN
from xxgk.demo.sites.nuisances import BOMB_BYTES, FINE_BEFORE_RESET, NUISANCES


@pytest.fixture(scope="module")
def replicas() -> Iterator[Replicas]:
    with Replicas(list(NUISANCES)) as replicas:
        yield replicas


def url_of(replicas: Replicas, name: str, path: str = "/") -> str:
    return f"http://{replicas.published[name].hosts[0]}{path}"


def bad_url(replicas: Replicas, name: str) -> str:
    """The page of a nuisance that goes wrong."""
    site = replicas.published[name]
    assert isinstance(site, NUISANCES[name])
    return url_of(replicas, name, site.bad_path())


def test_shields(replicas: Replicas) -> None:
    answers = {name: httpx.get(url_of(replicas, name, "/any")) for name in NUISANCES if name.startswith("shield")}
    assert {name: answer.status_code for name, answer in answers.items()} == {
        "shield-412": 412,
        "shield-521": 521,
        "shield-200": 200,
        "shield-403": 403,
    }
    assert "$_ts" in answers["shield-412"].text
    assert "__jsl_clearance" in answers["shield-521"].text
    assert 1100 <= len(answers["shield-200"].content) <= 2300
    assert not any("<a " in answer.text for answer in answers.values())
    assert "C3VK=" in httpx.get(url_of(replicas, "cookie-shell")).text


def test_refusals_that_pass(replicas: Replicas) -> None:
    busy = [httpx.get(url_of(replicas, "busy")) for _ in range(3)]
    assert [answer.status_code for answer in busy] == [503, 503, 200]
    assert [answer.headers.get("retry-after") for answer in busy] == ["1", "1", None]
    throttled = [httpx.get(url_of(replicas, "throttled")).status_code for _ in range(2)]
    assert throttled == [429, 200]
    always = httpx.get(url_of(replicas, "always-throttled"))
    assert (always.status_code, always.headers.get("retry-after")) == (429, None)


def test_pages_that_do_not_exist(replicas: Replicas) -> None:
    soft = httpx.get(url_of(replicas, "soft-404", "/nothing.html"))
    assert soft.status_code == 200
    assert "页面不存在" in soft.text
    assert httpx.get(bad_url(replicas, "soft-404")).text == soft.text
    home = httpx.get(url_of(replicas, "home-for-all"))
    assert httpx.get(url_of(replicas, "home-for-all", "/nothing.html")).content == home.content
    assert httpx.get(replicas.published["moved"].start()[0]).status_code == 404


def test_answers_that_are_never_whole(replicas: Replicas) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(bad_url(replicas, "cut"))
    with httpx.stream("GET", bad_url(replicas, "drip")) as drip:
        assert len(next(drip.iter_raw())) == 1
    for _ in range(FINE_BEFORE_RESET):
        assert httpx.get(url_of(replicas, "reset")).status_code == 200
    with pytest.raises(httpx.ReadError):
        httpx.get(url_of(replicas, "reset"))
    with pytest.raises(httpx.ConnectError):
        httpx.get(url_of(replicas, "refused"))


def test_packed_answers(replicas: Replicas) -> None:
    bomb = httpx.get(bad_url(replicas, "bomb"))
    assert len(bomb.content) == BOMB_BYTES
    assert int(bomb.headers["content-length"]) < BOMB_BYTES // 500
    forced = httpx.get(url_of(replicas, "forced-gzip"), headers={"Accept-Encoding": "identity"})
    assert forced.headers["content-encoding"] == "gzip"
    assert "嘉善县" in forced.text


def test_redirects_in_a_circle_and_to_somebody_else(replicas: Replicas) -> None:
    with pytest.raises(httpx.TooManyRedirects):
        httpx.get(url_of(replicas, "redirect-loop"), follow_redirects=True)
    with httpx.Client(follow_redirects=True) as client:
        assert client.get(url_of(replicas, "cookie-loop")).status_code == 200
    assert httpx.get(url_of(replicas, "cookie-loop", "/xwzx/")).headers["location"] == "/xwzx/"
    away = httpx.get(url_of(replicas, "runaway"))
    assert away.headers["location"].split("/")[2].split(":")[0] in [
        ADDRESSES[name][0].split(":")[0] for name in FORBIDDEN
    ]


def test_a_header_that_names_the_wrong_charset(replicas: Replicas) -> None:
    page = httpx.get(url_of(replicas, "wrong-charset"))
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert b"charset=utf-8" in page.content
    assert "兰溪市人民政府" in page.content.decode("gbk")
