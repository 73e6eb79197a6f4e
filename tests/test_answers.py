"""Which answers are pages and which are not; all pages and messages here are made up."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.answers import MAX_MESSAGE, MAX_SHELL, RICH, Kind, Verdict, judge_answer
from scraper.fetch import Answer
from scraper.model import Request

ROBOTS = "http://www.example.gov.cn/robots.txt"
URL = "http://www.example.gov.cn/zfxxgk/nb/index.html"


def answer(
    body: str | bytes = b"",
    status: int = 200,
    headers: tuple[tuple[str, str], ...] = (),
    fault: str = "",
    url: str = URL,
    family: str = "",
) -> Answer:
    data = body.encode() if isinstance(body, str) else body
    return Answer(
        request=Request(url, family=family), status=status, reason="", http_version="HTTP/1.1", headers=headers, raw=data,
        body=data, sent=b"", fetched="2026-11-24T11:30:00Z", address="127.0.0.1", fault=fault,
    )  # fmt: skip


def judge(body: str | bytes = b"", status: int = 200, *headers: tuple[str, str], url: str = URL) -> Verdict:
    return judge_answer(answer(body, status, headers, url=url))


def page(title: str, text: str = "", rows: int = 0) -> str:
    links = "".join(f'<li><a href="./t2024010{n % 9}_{n}.html">第{n}号公开事项</a></li>' for n in range(rows))
    return f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>{title}</title></head><body>{text}{links}</body></html>"


TEXT = "<p>" + "本机关全年主动公开政府信息若干条，收到申请若干件，均已按时办结。" * 40 + "</p>"


# By status


@pytest.mark.parametrize(
    ("status", "kind", "failing"),
    [
        (304, Kind.NOT_MODIFIED, False), (404, Kind.MISSING, False), (410, Kind.MISSING, False), (401, Kind.REFUSED, False),
        (403, Kind.REFUSED, False), (405, Kind.REFUSED, False), (406, Kind.REFUSED, False), (422, Kind.REFUSED, False),
        (451, Kind.REFUSED, False), (429, Kind.THROTTLED, True), (503, Kind.THROTTLED, True), (412, Kind.CHALLENGE, False),
        (521, Kind.CHALLENGE, False), (500, Kind.BROKEN, True), (502, Kind.BROKEN, True), (400, Kind.BROKEN, False),
        (408, Kind.BROKEN, True), (204, Kind.BROKEN, False), (300, Kind.BROKEN, False), (999, Kind.BROKEN, True),
    ],
)  # fmt: skip
def test_statuses(status: int, kind: Kind, failing: bool) -> None:
    verdict = judge(b"", status)
    assert (verdict.kind, verdict.failing) == (kind, failing)
    assert verdict.reason or kind is Kind.NOT_MODIFIED


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/a/b.html", "http://www.example.gov.cn/a/b.html"),
        ("../c.html#top", "http://www.example.gov.cn/zfxxgk/c.html"),
        ("https://other.example/x", "https://other.example/x"),
        (URL, URL),
        ("?page=2", URL + "?page=2"),
        ("/公开".encode().decode("latin-1"), "http://www.example.gov.cn/公开"),
        ("/公开".encode("gb18030").decode("latin-1"), "http://www.example.gov.cn/公开"),
    ],
)
def test_redirects(status: int, location: str, target: str) -> None:
    headers = (("location", location), ("Set-Cookie", "CT6T=1"))
    assert judge(b"", status, *headers) == Verdict(Kind.REDIRECT, f"HTTP {status}", target)


@pytest.mark.parametrize(
    "location", ["", " ", "javascript:void(0)", "ftp://a.example/", "http://[::1", "http://a.example:99999/"]
)
def test_redirects_that_lead_nowhere(location: str) -> None:
    assert judge(b"", 302, ("Location", location)).kind is Kind.BROKEN
    assert judge(b"", 302).kind is Kind.BROKEN


@pytest.mark.parametrize("fault", ["cut", "timeout"])
def test_answers_that_broke_off_may_come_whole_later(fault: str) -> None:
    body = page("年报", TEXT).removesuffix("</html>")
    assert judge_answer(answer(body, fault=fault)) == Verdict(Kind.BROKEN, f"not whole: {fault}", "", True)


def test_a_page_that_ends_as_pages_end_is_whole_whatever_length_was_told() -> None:
    assert judge_answer(answer(page("年报", TEXT), fault="cut")).kind is Kind.PAGE


@pytest.mark.parametrize("fault", ["too large", "bad encoding"])
def test_answers_that_will_not_be_better(fault: str) -> None:
    assert judge_answer(answer(page("年报", TEXT), fault=fault)) == Verdict(
        Kind.BROKEN, f"not whole: {fault}", "", False
    )


# Shields

JSL = "<script>document.cookie=('_')+('_')+('jsl_clearance')+'=17|-1|x;max-age=3600';location.href=location.pathname</script>"
SHIELD = '<html><head><meta content="{qq|3}"><script>$_ts=window["$_ts"];if(!$_ts)$_ts={};$_ts.nsd=81;</script></head></html>'
COOKIE = '<script>document.cookie="C3VK=8a1f;path=/;max-age=300";window.location.reload();</script>'
EVALUATED = (
    "<html><head><script>var a=1;"
    + "x" * 1500
    + ";eval(function(p,a,c,k){return p}('1',2))</script></head><body></body></html>"
)


@pytest.mark.parametrize(
    ("status", "body", "headers", "reason"),
    [
        (412, SHIELD, (), "HTTP 412: a dynamic-script shield"),
        (412, "", (), "HTTP 412: a script in place of the page"),
        (202, SHIELD, (), "a dynamic-script shield"),
        (200, SHIELD.replace("</head>", " " * 30000 + "</head>"), (), "a dynamic-script shield"),
        (521, JSL, (("X-Via-JSL", "1"),), "HTTP 521: a script in place of the page"),
        (200, JSL, (), "a script in place of the page"),
        (200, COOKIE, (), "a cookie-script shield"),
        (200, "<script>var __tst_status='1';</script>", (), "a cookie-script shield"),
        (200, EVALUATED, (), "a script in place of the page"),
        (200, "<script>document['cookie'] = 'a=1';location.reload()</script>", (), "a script in place of the page"),
        (503, "<script>var arg1='3A';setCookie('acw_sc__v2', x)</script>", (), "HTTP 503: a cookie-script shield"),
        (403, "<html><body>Denied by GeoBL</body></html>", (), "HTTP 403: a geographic block"),
        (403, "", (("WZWS-RAY", "1123-1"),), "HTTP 403: a geographic block"),
        (405, "<div id=waf_captcha></div>", (), "HTTP 405: a captcha"),
        (403, "<script src='/geetest.js'></script>", (), "HTTP 403: a captcha"),
        (200, page("安全验证", "<p>请完成验证</p>"), (), "a page that asks for proof of a person"),
        (200, page("提示", "<form>请输入验证码<input></form>"), (), "a page that asks for proof of a person"),
        (200, "请完成验证后继续访问", (), "a page that asks for proof of a person"),
    ],
)  # fmt: skip
def test_challenges(status: int, body: str, headers: tuple[tuple[str, str], ...], reason: str) -> None:
    assert judge(body, status, *headers) == Verdict(Kind.CHALLENGE, reason)
    for name in ("gb18030", "utf-8"):
        assert judge(body.encode(name), status, *headers).kind is Kind.CHALLENGE


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (502, (("X-Via-JSL", "1"), ("Set-Cookie", "__jsluid_h=1"))),
        (502, (("WZWS-RAY", "1"),)),
        (404, (("WZWS-RAY", "1"),)),
    ],
)
def test_the_headers_of_a_delivery_network_are_no_challenge(status: int, headers: tuple[tuple[str, str], ...]) -> None:
    assert judge("", status, *headers).kind in (Kind.BROKEN, Kind.MISSING)
    assert judge(page("年报", TEXT), 200, *headers).kind is Kind.PAGE


# Pages that only say something


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (page("404"), Kind.MISSING),
        (page("页面不存在", "<p>5 秒后返回首页</p>"), Kind.MISSING),
        (page("您访问的页面不存在 - 某某区人民政府", TEXT, 40), Kind.MISSING),
        (page("404 Not Found", "<center>nginx</center>"), Kind.MISSING),
        (page("某某区人民政府", "<p>抱歉，您访问的页面不存在或已被删除</p>"), Kind.MISSING),
        (page("某某区人民政府-404", "", 5), Kind.MISSING),
        ("404 Not Found", Kind.MISSING),
        (page("提示", "您的访问过于频繁，请稍后再试"), Kind.THROTTLED),
        (page("403 Forbidden"), Kind.REFUSED),
        (page("某防火墙", "<h1>您的请求可能存在攻击，已被拦截</h1>"), Kind.REFUSED),
        (page("用户登录", '<form><input type="password"></form>'), Kind.REFUSED),
        (page("统一身份认证平台", "<div id=app></div>" + "<p></p>" * 900), Kind.REFUSED),
        (page("某系统", "<p>您还没有登录，请先登录</p>"), Kind.REFUSED),
        (page("网站维护", "<p>网站正在维护</p>"), Kind.BROKEN),
    ],
)
def test_messages(body: str, kind: Kind, encoding: str) -> None:
    verdict = judge(body.encode(encoding))
    assert verdict.kind is kind
    assert verdict.reason
    assert not verdict.failing


@pytest.mark.parametrize("body", ["", " \r\n", "\ufeff"])
def test_empty(body: str) -> None:
    assert judge(body) == Verdict(Kind.BROKEN, "empty")


@pytest.mark.parametrize(
    "body", ["System error!", "<html></html>", "<!-- -->", "<html><head></head><body></body></html>", "非法的参数"]
)
def test_stubs(body: str) -> None:
    assert judge(body) == Verdict(Kind.BROKEN, f"a stub of {len(body.encode())} bytes")


@pytest.mark.parametrize(
    "body",
    [
        "[]",
        "{}",
        "null",
        "true",
        "0",
        '{"rows":[],"total":0}',
        "\ufeff[]",
        "callback([])",
        "jQuery1_2({});",
        '{"code":404,"msg":"页面不存在"}',
    ],
)
def test_small_data_is_an_answer(body: str) -> None:
    assert judge(body) == Verdict(Kind.PAGE)


def test_the_script_of_a_list_may_answer_with_nearly_nothing() -> None:
    for body in ("var id=3;", "<ul></ul>", "<datastore></datastore>"):
        assert judge_answer(answer(body, family="hanweb-jpage")) == Verdict(Kind.PAGE)
    assert judge_answer(answer("", family="hanweb-jpage")).kind is Kind.BROKEN
    assert judge_answer(answer(SHIELD, family="hanweb-jpage")).kind is Kind.CHALLENGE


@pytest.mark.parametrize("body", ["", "User-agent: *", "Disallow: /", "# nothing", "<html></html>"])
def test_a_robots_txt_may_be_short(body: str) -> None:
    assert judge(body, url=ROBOTS).kind is Kind.PAGE
    assert judge(SHIELD, url=ROBOTS).kind is Kind.CHALLENGE


def test_an_odd_robots_txt_is_no_failure_and_one_that_cannot_be_had_is() -> None:
    assert judge_answer(answer("User-agent: *", url=ROBOTS, fault="too large")).kind is Kind.PAGE
    assert judge("", 400, url=ROBOTS).kind is Kind.MISSING
    assert judge("", 404, url=ROBOTS).kind is Kind.MISSING
    assert judge("", 403, url=ROBOTS).kind is Kind.REFUSED
    assert judge("", 502, url=ROBOTS) == Verdict(Kind.BROKEN, "HTTP 502", failing=True)
    assert judge_answer(answer("User-agent: *", url=ROBOTS, fault="cut")).failing


# Pages

WORDS = (
    "登录 验证码 请输入验证码 404 页面不存在 禁止访问 网站正在维护 访问过于频繁 安全验证 用户登录 document.cookie= eval( "
    "$_ts __jsl_clearance captcha"
)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize(
    "body",
    [
        page("某某局2023年政府信息公开工作年度报告", TEXT),
        page("某某局2023年政府信息公开工作年度报告", f"<p>{WORDS}</p>" + TEXT),
        page("某某局2023年政府信息公开工作年度报告", f"<script>var a='{WORDS}'</script>" + TEXT),
        page("关于用户登录验证码和 404 页面的情况报告", TEXT),
        page("网站页面不存在问题整改报告", TEXT),
        page("安全检查", TEXT),
        page("我区严厉打击非法访问", TEXT),
        page("我区开展安全检查", '<p><img src="a.jpg"></p>'),
        page("关于规范信息系统登录管理的通知", '<p><a href="a.pdf">附件</a></p>'),
        page("〔2024〕404号", '<p><a href="a.pdf">附件</a></p>'),
        page("政府信息公开年报", "", 20),
        page("政府信息公开年报", "", 2),
        page("用户中心", "<p>登录</p>", 60),
        "<script>location.replace('./jbxxgmd/')</script>",
        "<html><script>window.location.href='/zfxxgk/'</script></html>",
        "<meta http-equiv='refresh' content='0;url=nb/'>",
        '<html><frameset><frame src="list.html"></frameset></html>',
        '<html><script>document.cookie="w=1"</script><iframe src="list.html"></iframe></html>',
        '<li><a href="/2023.html">2023年年报</a></li><script>eval("1")</script>',
        '<?xml version="1.0"?><rows/>',
        "<TABLE>" + "<TR><TD>1</TD></TR>" * 400 + "</TABLE>" + "<script>eval(1)</script>",
    ],
)
def test_pages(body: str, encoding: str) -> None:
    assert judge(body.encode(encoding)) == Verdict(Kind.PAGE)


@pytest.mark.parametrize(
    "body",
    [
        b"%PDF-1.7\n" + b"\x00" * 99,
        b"PK\x03\x04" + b"404 not found" * 400,
        b"\xd0\xcf\x11\xe0" + b"\x01" * 99,
        gzip.compress(b"x" * 999, mtime=0),
        "\ufeff<p>年报</p>".encode("utf-16"),
    ],
)
def test_files_are_answers(body: bytes) -> None:
    assert judge(body).kind is Kind.PAGE


def test_a_script_shell_that_grows_out_of_its_size_is_a_page() -> None:
    shell = "<html><script>eval('1')</script>{}</html>"
    assert judge(shell.format(" " * (MAX_SHELL - len(shell) - 9))).kind is Kind.CHALLENGE
    assert judge(shell.format(" " * MAX_SHELL)).kind is Kind.PAGE


def test_a_word_counts_in_small_pages_only() -> None:
    body = page("某某区", "<p>页面不存在</p>")
    assert judge(body).kind is Kind.MISSING
    assert judge(body + " " * MAX_MESSAGE).kind is Kind.PAGE


@given(
    st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=50, max_size=60), st.integers(0, 2000)
)
def test_a_long_chinese_text_is_a_page_whatever_words_stand_in_it(text: str, place: int) -> None:
    text *= RICH // 50
    body = page("2023年度报告", text[:place] + WORDS + SHIELD + text[place:])
    assert judge(body).kind is Kind.PAGE
    assert judge(body.encode("gb18030")).kind is Kind.PAGE


@given(body=st.binary(max_size=300), status=st.integers(100, 999))
def test_everything_gets_a_verdict(body: bytes, status: int) -> None:
    verdict = judge(body, status, ("Location", "x"))
    assert verdict.reason or verdict.kind in (Kind.PAGE, Kind.NOT_MODIFIED)
    assert bool(verdict.location) == (verdict.kind is Kind.REDIRECT)
