"""A webhook receiver for the simulator's tests: keeps what was posted, answers as it is told."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qsl

from twilio.request_validator import RequestValidator


@dataclass
class Post:
    """One post as it came in."""

    url: str
    form: dict[str, str]
    signature: str

    def is_signed_with(self, token: str) -> bool:
        return bool(RequestValidator(token).validate(self.url, self.form, self.signature))


class Receiver(ThreadingHTTPServer):
    """Keeps posts in the order of arrival; `statuses` gives the answer by path, 200 where nothing is said."""

    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.posts: list[Post] = []
        self.statuses: dict[str, int] = {}

    def wait_for(self, count: int, *, seconds: float = 5) -> list[Post]:
        """The posts once there are `count` of them; fails when they do not come."""
        end = time.monotonic() + seconds
        while len(self.posts) < count:
            assert time.monotonic() < end, f"{len(self.posts)} of {count} webhooks came"
            time.sleep(0.005)
        return list(self.posts)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = dict(parse_qsl(body, keep_blank_values=True))
        self.server.posts.append(Post(self.server.url + self.path, form, self.headers["X-Twilio-Signature"]))
        self.send_response(self.server.statuses.get(self.path.partition("?")[0], 200))
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", "11")
        self.end_headers()
        self.wfile.write(b"<Response/>")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the tests look at the posts."""


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver on a free port."""
    with Receiver() as receiver:
        thread = Thread(target=receiver.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield receiver
        receiver.shutdown()
        thread.join()
