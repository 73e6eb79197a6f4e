"""The replicas on addresses of their own in 127.0.0.0/8, and what they were asked."""

import logging
import threading
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from types import TracebackType
from typing import NamedTuple

import uvicorn
from starlette.types import Message, Receive, Scope, Send

from xxgk.demo.addresses import ReplicaError, give_addresses, listen_on
from xxgk.demo.sites import FORBIDDEN, SITES
from xxgk.demo.sites.base import Expected, Site
from xxgk.demo.web import Page, make_asked

__all__ = ["ReplicaError", "ReplicaSite", "Replicas", "Seen"]

_KEPT_HEADERS = ("if-none-match", "if-modified-since", "referer", "cookie", "accept-encoding")
_log = logging.getLogger(__name__)


@dataclass
class Seen:
    """One request as it arrived: when its head was read and when the answer had been sent (``time.monotonic``).

    ``host`` is the address without port, ``path`` holds the query. ``end`` and ``status`` stay 0 while it is answered.
    ``forbidden`` tells that nobody should have asked: a host of nobody, or a path that robots.txt closes.
    """

    host: str
    method: str
    path: str
    start: float
    user_agent: str
    headers: dict[str, str]
    body: bytes = b""
    end: float = 0.0
    status: int = 0
    forbidden: bool = False


class ReplicaSite(NamedTuple):
    """One replica as a sites file and a test see it on one night.

    ``hosts`` carry the port. ``kind`` is "family" or "nuisance". ``statuses`` are those that a summary may give
    it. ``reports`` have to be found; those that were published on an earlier night and are gone stand in ``withdrawn``.
    """

    id: str
    name: str
    start: tuple[str, ...]
    hosts: tuple[str, ...]
    family: str
    kind: str
    statuses: tuple[str, ...]
    reports: tuple[Expected, ...]
    withdrawn: tuple[Expected, ...]


@dataclass
class Replicas:
    """All replicas, or those named in ``only``; a context manager.

    ``port`` 0 takes any that is free. ``log`` holds every request in the order of arrival, ``published`` the sites as
    they are on this night.
    """

    only: Collection[str] = ()
    port: int = 0
    night: int = 1
    log: list[Seen] = field(default_factory=list)

    def __post_init__(self) -> None:
        unknown = sorted(set(self.only) - set(SITES))
        if unknown:
            raise ReplicaError(f"no replica is named {', '.join(unknown)}; there are: {', '.join(SITES)}")
        self.published: dict[str, Site] = {}
        self._withdrawn: dict[str, tuple[Expected, ...]] = {}
        self._server: uvicorn.Server | None = None

    def __enter__(self) -> "Replicas":
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        """Take addresses, build the sites, serve them in a thread. Raises ReplicaError where it has no address."""
        addresses = give_addresses()
        self._names = [name for name in SITES if name in self.only or not self.only]
        listening = [name for name in (*FORBIDDEN, *self._names) if name not in SITES or SITES[name].listens]
        abrupt = [address for name, site in SITES.items() if site.abrupt for address in addresses[name]]
        sockets, self.port = listen_on([a for name in listening for a in addresses[name]], self.port, abrupt)
        self._addresses = {name: tuple(f"{a}:{self.port}" for a in found) for name, found in addresses.items()}
        self._copy = SITES["trs"]("trs", self._addresses[FORBIDDEN[0]], {})
        self._build()
        self._server = _make_server(self._serve)
        self._thread = threading.Thread(target=self._server.run, args=(sockets,), name="replicas", daemon=True)
        self._thread.start()
        while not self._server.started and self._thread.is_alive():
            time.sleep(0.005)

    def stop(self) -> None:
        """End the server; what is still being answered is cut."""
        if self._server:
            self._server.should_exit = self._server.force_exit = True
            self._thread.join()
            self._server = None

    def next_night(self) -> None:
        """Publish what the next night finds: reports revised, withdrawn and new."""
        self.night += 1
        self._build()

    @property
    def sites(self) -> list[ReplicaSite]:
        """The replicas as they are on this night."""
        return [self._describe(site) for site in self.published.values()]

    @property
    def forbidden(self) -> list[Seen]:
        """The requests that nobody should have made."""
        return [seen for seen in self.log if seen.forbidden]

    def sites_toml(self, delay: float = 0.05, only: Collection[str] = (), **settings: object) -> str:
        """A sites file for these replicas, with further settings of its [crawl] table as given."""
        values = {"delay": delay, "allow_private": True} | settings
        lines = ["[crawl]", *(f"{name} = {_as_toml(value)}" for name, value in values.items())]
        for site in self.sites:
            if not only or site.id in only:
                facts = {"id": site.id, "name": site.name, "start": site.start, "hosts": site.hosts}
                lines += ["", "[[site]]", *(f"{name} = {_as_toml(value)}" for name, value in facts.items())]
        return "\n".join(lines) + "\n"

    def _build(self) -> None:
        before, made = self.published, dict[str, Site]()
        for name in self._names:
            made[name] = SITES[name](name, self._addresses[name], self._addresses, self.night)
            if name in before:
                self._withdrawn[name] = (*self._withdrawn.get(name, ()), *_find_gone(before[name], made[name]))
            _date_pages(made[name], before.get(name))
        self.published = made
        self._by_host = {host.partition(":")[0]: site for site in self.published.values() for host in site.hosts}

    def _describe(self, site: Site) -> ReplicaSite:
        return ReplicaSite(
            site.id,
            site.content.root.name,
            site.start(),
            site.hosts,
            site.family,
            site.kind,
            site.statuses,
            tuple(site.expected()),
            self._withdrawn.get(site.id, ()),
        )

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Note the request, answer it, note the end."""
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        seen = _read_head(scope, headers)
        self.log.append(seen)
        seen.body = await _read_body(receive)
        asked = make_asked(seen.method, seen.path, headers, seen.body)
        site = self._by_host.get(seen.host)
        seen.forbidden = site is None or site.closes(asked.path)

        async def send_and_note(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen.status = message["status"]
            await send(message)
            seen.end = time.monotonic()

        try:
            await (site or self._copy).answer(asked)(scope, receive, send_and_note)
        except Exception:
            _log.exception("the replica %s failed at %s", seen.host, seen.path)
            raise


def _make_server(app: object) -> uvicorn.Server:
    config = uvicorn.Config(
        app,  # type: ignore[arg-type]
        interface="asgi3",
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
    )
    # Answers that are cut on purpose are errors to it; faults of ours go to our own log.
    logging.getLogger("uvicorn.error").disabled = True
    return uvicorn.Server(config)


def _read_head(scope: Scope, headers: dict[str, str]) -> Seen:
    path, query = scope["raw_path"].decode("latin-1"), scope["query_string"].decode("latin-1")
    kept = {name: headers[name] for name in _KEPT_HEADERS if name in headers}
    target = f"{path}?{query}" if query else path
    return Seen(scope["server"][0], scope["method"], target, time.monotonic(), headers.get("user-agent", ""), kept)


async def _read_body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def _date_pages(site: Site, before: Site | None) -> None:
    """Tell each page what stood at its address the night before."""
    for path, page in site.routes.items():
        old = before.routes.get(path) if before else None
        if isinstance(page, Page):
            page.night, page.before = site.night, old if isinstance(old, Page) else None


def _find_gone(before: Site, now: Site) -> list[Expected]:
    """The reports that are published no more, in no version."""
    kept = {report.revises or report.id for report, _ in now.expected()}
    return [found for found in before.expected() if (found.report.revises or found.report.id) not in kept]


def _as_toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple | list):
        return f"[{', '.join(_as_toml(part) for part in value)}]"
    return f'"{value}"' if isinstance(value, str) else str(value)
