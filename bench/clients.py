"""The carrier's side of a web benchmark: keep-alive connections that cost little, so that the server is measured."""

import asyncio
import re
import time
from collections.abc import Iterator, Sequence
from urllib.parse import urlencode

from bench.measure import Run

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


def request(path: str, form: dict[str, str], signature: str) -> bytes:
    """A signed post as it goes over the wire."""
    body = urlencode(form).encode()
    head = [
        f"POST {path} HTTP/1.1",
        "Host: 127.0.0.1",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
        f"X-Twilio-Signature: {signature}",
    ]
    return "\r\n".join([*head, "", ""]).encode() + body


def post_all(port: int, requests: Sequence[bytes], *, clients: int) -> Run:
    """Post everything over `clients` connections at once; raises ConnectionError unless every answer is a 200."""
    return asyncio.run(_post_all(port, requests, clients))


async def _post_all(port: int, requests: Sequence[bytes], clients: int) -> Run:
    loop, waiting, latencies = asyncio.get_running_loop(), iter(requests), list[float]()
    start = time.perf_counter()
    callers = [
        (await loop.create_connection(lambda: _Client(waiting, latencies), "127.0.0.1", port))[1]
        for _ in range(clients)
    ]
    await asyncio.gather(*(caller.done for caller in callers))
    return Run(len(requests), time.perf_counter() - start, latencies)


class _Client(asyncio.Protocol):
    """One connection, which posts a request as soon as the one before it is answered."""

    def __init__(self, waiting: Iterator[bytes], latencies: list[float]) -> None:
        self.waiting = waiting
        self.latencies = latencies
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._post_next()

    def _post_next(self) -> None:
        request = next(self.waiting, None)
        if request is None:
            self.transport.close()
            return
        self.answer, self.posted_at = b"", time.perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Take in an answer or a part of one."""
        self.answer += data
        head, _, body = self.answer.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if length is None or len(body) < int(length[1]):
            return
        self.latencies.append(time.perf_counter() - self.posted_at)
        if head.startswith(b"HTTP/1.1 200 "):
            self._post_next()
        else:
            self.done.set_exception(ConnectionError(self.answer.decode(errors="replace")))
            self.transport.abort()

    def connection_lost(self, error: Exception | None) -> None:
        """Finish, well or badly."""
        if self.done.done():
            return
        if error or not self.transport.is_closing():
            self.done.set_exception(error or ConnectionError("The server hung up."))
        else:
            self.done.set_result(None)
