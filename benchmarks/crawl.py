"""How much the crawl adds to the requests: pages per second and memory, beside Scrapy on the same server in one run.

    python -m benchmarks.crawl [--hosts 50] [--pages 200]

A server of its own process answers on one loopback address for each host, with a home page, a column of reports on
pages of 20 rows, and the reports: real pages of this project's generator with the furniture of a government site. Both
crawlers ask without delay, each host one thing at a time, and obey robots.txt. Scrapy follows the links and keeps
nothing; xxgk judges every page, archives every answer and keeps its state.
"""

import argparse
import asyncio
import json
import multiprocessing
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.reportgen.model import make_report
from tests.reportgen.render_html import render_html
from tests.reportgen.score import HTML_CASES

ROWS = 20
FIRST = 100
TEMPLATES = 20
Pages = dict[str, bytes]


def make_pages(count: int) -> Pages:
    """The pages of one host by path: ``count`` in all, nearly all of them reports."""
    reports = [make_report(seed, "2021") for seed in range(TEMPLATES)]
    bodies = [render_html(report, HTML_CASES["gov"]) for report in reports]
    lists = max(1, (count - 1) // (ROWS + 1))
    names = [f"{n:07d}" for n in range(count - 1 - lists)]
    pages = {f"/zfxxgknb/t2024{name}.html": bodies[n % TEMPLATES] for n, name in enumerate(names)}
    for number in range(lists):
        rows = "".join(
            f'<li><a href="t2024{name}.html">云桥区第{name}局2023年政府信息公开工作年度报告</a></li>'
            for name in names[number * ROWS : (number + 1) * ROWS if number < lists - 1 else None]
        )
        links = "".join(f'<a href="{_list_name(n)}">{n + 1}</a>' for n in range(lists))
        pager = f'<script>createPageHTML({lists}, {number}, "index", "html");</script><div class="page">{links}</div>'
        html = f"<html><title>政府信息公开年报</title><body><ul>{rows}</ul>{pager}</body></html>"
        pages["/zfxxgknb/" + ("" if number == 0 else _list_name(number))] = html.encode()
    pages["/"] = '<html><title>云桥区</title><body><a href="/zfxxgknb/">政府信息公开年报</a></body></html>'.encode()
    return pages


def _list_name(number: int) -> str:
    return "index.html" if number == 0 else f"index_{number}.html"


def serve(hosts: int, pages: int, ready: Any) -> None:
    """Answer on 127.0.0.100 and up; sends the port when it listens. Runs in a process of its own."""
    import uvicorn

    content = make_pages(pages)
    tags = {path: f'"{hash(body) & 0xFFFFFFFF:x}"'.encode() for path, body in content.items()}

    async def app(scope: Any, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]) -> None:
        path = scope["path"].replace("/zfxxgknb/index.html", "/zfxxgknb/")
        body, tag = content.get(path), tags.get(path, b"")
        known = next((value for name, value in scope["headers"] if name == b"if-none-match"), None)
        status = 404 if body is None else 304 if known == tag else 200
        sent = body if status == 200 and body else b""
        headers = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", str(len(sent)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": [*headers, (b"etag", tag)]})
        await send({"type": "http.response.body", "body": sent})

    sockets: list[socket.socket] = []
    for number in range(hosts):
        opened = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        opened.bind((f"127.0.0.{FIRST + number}", sockets[0].getsockname()[1] if sockets else 0))
        sockets.append(opened)
    config = uvicorn.Config(app, lifespan="off", log_config=None, access_log=False)
    ready.send(sockets[0].getsockname()[1])
    asyncio.run(uvicorn.Server(config).serve(sockets))


def sites_file(hosts: int, port: int) -> str:
    """The sites file of the server's hosts."""
    lines = [f"[crawl]\ndelay = 0.0\nallow_private = true\nhosts_at_once = {hosts}\nrecheck = 0"]
    for n in range(hosts):
        lines.append(f'[[site]]\nid = "h{n}"\nname = "h{n}"\nstart = ["http://127.0.0.{FIRST + n}:{port}/"]')
    return "\n".join(lines)


def crawl_ours(folder: Path) -> dict[str, float]:
    """One night of xxgk; its requests, seconds, reports and peak memory in MiB."""
    from scraper.config import load_plan
    from scraper.night import crawl_sites
    from scraper.state import State

    plan = load_plan([folder / "sites.toml"])
    with State(folder / "crawl.sqlite") as state:
        run, _ = state.begin_run(datetime.now(UTC))
        start = time.perf_counter()
        results = crawl_sites(plan, folder, state, run, version="benchmark")
        seconds = time.perf_counter() - start
        state.finish_run(run.run_id, datetime.now(UTC))
    return _figures(sum(r.requests for r in results), seconds, sum(r.reports for r in results))


def crawl_scrapy(folder: Path) -> dict[str, float]:
    """The same pages by Scrapy, which follows the links and keeps nothing."""
    import scrapy
    from scrapy.crawler import CrawlerProcess
    from scrapy.linkextractors import LinkExtractor

    starts = [line.split('"')[1] for line in (folder / "sites.toml").read_text().splitlines() if "start" in line]
    counted = {"pages": 0, "reports": 0}

    class Reports(scrapy.Spider):  # type: ignore[misc]
        name = "reports"
        links = LinkExtractor(allow=(r"/zfxxgknb/",))

        async def start(self) -> Any:
            for url in starts:
                yield scrapy.Request(url)

        def parse(self, response: Any) -> Any:
            counted["pages"] += 1
            counted["reports"] += "/t2024" in response.url
            for link in self.links.extract_links(response):
                yield scrapy.Request(link.url)

    settings = {
        "CONCURRENT_REQUESTS": len(starts),
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "DOWNLOAD_DELAY": 0,
        "ROBOTSTXT_OBEY": True,
        "LOG_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "COOKIES_ENABLED": True,
    }
    process = CrawlerProcess(settings)
    process.crawl(Reports)
    start = time.perf_counter()
    process.start()
    return _figures(counted["pages"], time.perf_counter() - start, counted["reports"])


def _figures(pages: float, seconds: float, reports: float) -> dict[str, float]:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 2**20)
    return {"pages": pages, "seconds": seconds, "reports": reports, "peak": peak}


def measure(kind: str, folder: Path) -> dict[str, float]:
    """The figures of one crawl in a process of its own, so that its memory is its own."""
    command = [sys.executable, "-m", "benchmarks.crawl", "--only", kind, "--folder", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def main() -> None:
    """Print a line for each crawl and the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--hosts", type=int, default=50)
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--only", choices=("ours", "scrapy"))
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    if asked.only:
        crawl = crawl_ours if asked.only == "ours" else crawl_scrapy
        print(json.dumps(crawl(asked.folder)))
        return
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    server = context.Process(target=serve, args=(asked.hosts, asked.pages, sender), daemon=True)
    server.start()
    port = receiver.recv()
    time.sleep(1.0)
    try:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "sites.toml").write_text(sites_file(asked.hosts, port), encoding="utf-8")
            found = {"scrapy": measure("scrapy", folder), "first night": measure("ours", folder)}
            found["second night"] = measure("ours", folder)
    finally:
        server.terminate()
    for label, line in found.items():
        rate = line["pages"] / line["seconds"]
        print(
            f"{label:14}{line['pages']:>8,.0f} pages{line['reports']:>8,.0f} reports"
            f"{line['seconds']:>9.1f} s{rate:>8,.0f} pages/s{line['peak']:>7.0f} MiB peak"
        )
    speed = {label: line["pages"] / line["seconds"] for label, line in found.items()}
    print(f"first night / scrapy: {speed['first night'] / speed['scrapy']:.2f} x")
    print(f"second night / first night: {found['first night']['seconds'] / found['second night']['seconds']:.2f} x")


if __name__ == "__main__":
    main()
