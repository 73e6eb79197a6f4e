"""The part of httpx that sends: hands requests to connections of our own making (``scraper.network``)."""

import ssl
from collections.abc import AsyncIterator, Iterable

import httpcore
import httpx

from scraper.network import GuardedBackend

# A site has few hosts, and each is asked one thing at a time.
MAX_CONNECTIONS = 4
# Longer than any pause between two requests; a server that closes earlier is noticed.
KEEP_ALIVE_SECONDS = 90.0
# Extensions of the response: its headers as received, and the IP address that answered.
RECEIVED, ADDRESS = "received", "address"
_CONNECTION_LOST = (httpcore.ReadError, httpcore.WriteError, httpcore.RemoteProtocolError)

RawHeaders = list[tuple[bytes, bytes]]


class GuardedTransport(httpx.AsyncBaseTransport):
    """Sends over the connections that ``backend`` allows. Raises the errors of httpcore.

    Of the headers of an answer httpx is shown those that it may act on, the cookies. It would also take every Location
    apart, whether redirects are followed or not, and fail where that is no address. All headers, as received, are the
    extension ``RECEIVED`` of the response; ``ADDRESS`` is the IP address asked.
    """

    def __init__(self, backend: GuardedBackend, context: ssl.SSLContext) -> None:
        self._backend = backend
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context,
            max_connections=MAX_CONNECTIONS,
            max_keepalive_connections=MAX_CONNECTIONS,
            keepalive_expiry=KEEP_ALIVE_SECONDS,
            network_backend=backend,
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The head of the answer, and the entity as a stream."""
        url = request.url
        message = httpcore.Request(
            request.method,
            httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=request.content,
            extensions=request.extensions,
        )
        response = await self._send(message)
        origin = message.url.origin
        address = self._backend.addresses[origin.host.decode(), origin.port]
        return httpx.Response(
            response.status,
            headers=harmless_cookies(response.headers),
            stream=_Entity(response),
            extensions={**response.extensions, RECEIVED: response.headers, ADDRESS: address},
        )

    async def _send(self, message: httpcore.Request) -> httpcore.Response:
        connects = self._backend.connects
        try:
            return await self._pool.handle_async_request(message)
        except _CONNECTION_LOST:
            # A kept connection that the server gave up meanwhile, or left waste in after the answer before: that says
            # nothing of this request. It is sent once more, on a new connection.
            if self._backend.connects != connects:
                raise
            return await self._pool.handle_async_request(message)

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._pool.aclose()


class _Entity(httpx.AsyncByteStream):
    """The entity of an answer, content encoding kept, transfer encoding removed."""

    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._response.aiter_stream()

    async def aclose(self) -> None:
        await self._response.aclose()


def harmless_cookies(headers: Iterable[tuple[bytes, bytes]]) -> RawHeaders:
    """The Set-Cookie headers that can be sent back: httpx fails at a request with a cookie that is not ASCII."""
    cookies = [(name, value) for name, value in headers if name.lower() == b"set-cookie"]
    return [(name, value) for name, value in cookies if value.isascii() and value.decode().isprintable()]
