"""What stands around the article on a government page, and the style sheet of a page pasted from Word."""

from random import Random

from tests.reportgen.labels import load_data
from tests.reportgen.model import Report


def gov_head(report: Report, meta: str) -> str:
    """Everything before the article: head, scripts, styles, navigation, breadcrumb, search box, share bar."""
    words, random = load_data("furniture"), Random(report.seed)
    navigation = "".join(_menu(name, words["channels"], random) for name in words["channels"])
    trail = " &gt; ".join(
        f'<a href="/col/col{n}/index.html">{name}</a>'
        for n, name in enumerate(("首页", "政务公开", "政府信息公开年报", str(report.year)), 1)
    )
    share = "".join(
        f'<a class="share-item s{n}" href="javascript:void(0)" title="分享到{name}">{name}</a>'
        for n, name in enumerate(words["share"])
    )
    return (
        f"<!DOCTYPE html>\n<html>\n<head>\n{meta}<title>{report.title}</title>\n"
        f'<meta name="SiteName" content="{report.county}人民政府">\n'
        '<meta name="ColumnName" content="政府信息公开年报">\n'
        f'<meta name="ArticleTitle" content="{report.title}">\n'
        f'<meta name="PubDate" content="{report.fields["published"]} 10:12">\n'
        f"{_style(random)}{_script(random, 120)}</head>\n<body>\n"
        f'<div class="top"><div class="weather">今天 多云 {random.randrange(2, 30)}℃</div>'
        '<div class="login"><a href="/login">登录</a></div></div>\n'
        f'<div class="nav"><ul class="menu">{navigation}</ul></div>\n'
        '<div class="search"><form action="/search"><input name="q">'
        f'<input type="hidden" name="n" value="{random.randrange(10**6)}"></form></div>\n'
        f'<div class="bread">您所在的位置：{trail}</div>\n'
        f'<div class="main">\n<div class="side">{_links(words["related"], random, 30)}</div>\n'
        f'<div class="content">\n<div class="sharebar">{share}</div>\n<div class="article" id="zoom">\n'
    )


def gov_foot(report: Report) -> str:
    """Everything after the article: related links, footer, scripts."""
    words, random = load_data("furniture"), Random(report.seed + 1)
    footer = "".join(f"<li><span>{text}</span></li>" for text in words["footer"])
    return (
        '\n</div>\n<div class="tools"><a href="javascript:print()">打印本页</a> '
        '<a href="javascript:close()">关闭窗口</a></div>\n'
        f'<div class="related"><h3>相关信息</h3>{_links(words["related"], random, 60)}</div>\n</div>\n</div>\n'
        f'<div class="footer"><ul>{footer}</ul><p>访问量：{random.randrange(10**7)}</p></div>\n'
        f"{_script(random, 160)}</body>\n</html>\n"
    )


def word_head() -> str:
    """The style sheet that Word leaves in the page."""
    names = ("MsoNormal", "MsoHeader", "MsoFooter", "MsoAcetate", "Char", "p0", "15", "16")
    rules = "".join(
        f"p.{name}, li.{name}, div.{name}\n\t{{mso-style-name:{name};mso-style-unhide:no;margin:0cm;"
        'margin-bottom:.0001pt;text-align:justify;mso-pagination:none;font-size:10.5pt;font-family:"Calibri","sans-serif"}\n'
        for name in names
    )
    page = "@page WordSection1\n\t{size:595.3pt 841.9pt;margin:72.0pt 90.0pt 72.0pt 90.0pt}"
    return f"<style>\n<!--\n{rules}{page}\n-->\n</style>\n"


def _menu(name: str, children: list[str], random: Random) -> str:
    items = "".join(
        f'<li><a href="/col/col{random.randrange(10**9)}/index.html" target="_blank">{child}</a></li>'
        for child in random.sample(children, 11)
    )
    link = f'<a href="/col/col{random.randrange(10**9)}/index.html">{name}</a>'
    return f'<li class="menu-item">{link}<ul class="sub">{items}</ul></li>\n'


def _links(names: list[str], random: Random, count: int) -> str:
    items = []
    for n, name in enumerate(random.choices(names, k=count)):
        year, number = random.randrange(2015, 2026), random.randrange(10**10)
        date = f"{random.randrange(2015, 2026)}-0{random.randrange(1, 10)}-1{random.randrange(10)}"
        link = f'<a href="/art/{year}/{n}/art_{number}.html" title="{name}">{name}</a>'
        items.append(f'<li>{link}<span class="date">{date}</span></li>\n')
    return f"<ul>{''.join(items)}</ul>"


def _style(random: Random) -> str:
    rules = ""
    for n in range(110):
        width, colour = random.randrange(90, 990), random.randrange(16**6)
        rules += f".box-{n}{{float:left;width:{width}px;margin:0 {n}px;color:#{colour:06x}}}\n"
    return f'<style type="text/css">\n{rules}</style>\n'


def _script(random: Random, lines: int) -> str:
    calls = "".join(
        f"  list.push({{id: {random.randrange(10**6)}, n: '<td>{n}</td>', ok: {n} < {random.randrange(99)}}});\n"
        for n in range(lines)
    )
    return f'<script type="text/javascript">\nvar list = [];\nfunction load() {{\n{calls}}}\n</script>\n'
