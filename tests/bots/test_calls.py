"""Webhooks of bots, against a real server: never a private network's, never for ever, and never given up in silence."""

import json
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.core import mail
from django.utils.timezone import now
from pytest_django.fixtures import Settings

from bots import calls, notices
from bots.calls import Unreachable, is_public
from bots.models import Notice, Run, WebhookCall
from contacts.models import Number
from shout.models import Account
from tests import build
from tests.bots.conftest import ran


class Shop(ThreadingHTTPServer):
    """Somebody else's server: what it was posted, and whom it believes it is."""

    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Counter)
        self.posted: list[tuple[str, str, Any]] = []
        self.is_over = threading.Event()

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.server_address[1]}{path}"


class _Counter(BaseHTTPRequestHandler):
    server: Shop

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.posted.append((self.path, self.headers["Host"], body))
        if self.path == "/silent":
            self.server.is_over.wait(20)
        elif self.path == "/drip":
            self._drip()
        elif self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/ok")
            self.end_headers()
        else:
            self.send_response(int(self.path[1:4]))
            self.end_headers()

    def _drip(self) -> None:
        """A byte now and then: every single wait of the caller's is short."""
        try:
            for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 100:
                self.wfile.write(bytes([byte]))
                if self.server.is_over.wait(0.2):
                    return
        except OSError:
            return  # The caller has had enough.

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def shop_server() -> Iterator[Shop]:
    server = Shop()
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield server
    server.is_over.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def nearby(settings: Settings) -> None:
    """Webhooks may be on this machine."""
    settings.WEBHOOKS_MAY_BE_PRIVATE = True


def call(account: Account, number: Number, url: str) -> WebhookCall:
    """A call that a bot wants made."""
    bot = account.bots.first() or account.bots.create(name="VIP")
    run = ran(bot, number, "vip")
    build.contact(account, phone=run.phone, first_name="Ana")
    return WebhookCall.objects.create(account=account, run=run, url=url, payload={"type": "bot.ran", "text": "vip"})


def made(account: Account, call: WebhookCall) -> WebhookCall:
    calls.make(account_id=account.pk)
    return WebhookCall.objects.get(pk=call.pk)


def test_a_call_says_what_happened_and_which_call_it_is(
    account: Account, marketing: Number, shop_server: Shop, nearby: None
) -> None:
    row = made(account, call(account, marketing, shop_server.url("/204?from=shout")))
    assert (row.state, row.status_code, row.attempts) == ("done", 204, 1)
    [(path, host, body)] = shop_server.posted
    assert (path, host) == ("/204?from=shout", f"127.0.0.1:{shop_server.server_address[1]}")
    assert body == {"type": "bot.ran", "text": "vip", "call": row.pk}
    assert not calls.make(account_id=account.pk)
    assert len(shop_server.posted) == 1


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.1",
        "0.0.0.0",
        "0",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::]",
        "１２７.0.0.1",
    ],
)
def test_this_machine_is_not_called_by_whatever_name(
    account: Account, marketing: Number, shop_server: Shop, host: str
) -> None:
    row = made(account, call(account, marketing, shop_server.url("/200", host)))
    assert (row.state, row.attempts, row.status_code) == ("failed", 1, None)
    assert row.error == "Its address is not on the public internet, so it is not called."
    assert shop_server.posted == []


@pytest.mark.parametrize(
    "host", ["10.0.0.1", "169.254.169.254", "192.168.1.1", "172.16.0.1", "100.64.0.1", "[fd00::1]"]
)
def test_a_private_network_is_not_called(account: Account, marketing: Number, host: str) -> None:
    row = made(account, call(account, marketing, f"http://{host}/latest/meta-data"))
    assert (row.state, row.attempts) == ("failed", 1)
    assert row.error == "Its address is not on the public internet, so it is not called."


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("::ffff:8.8.8.8", True),
        ("::ffff:10.0.0.1", False),
        ("2002:7f00:1::", False),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", False),
        ("64:ff9b::7f00:1", False),
        ("::127.0.0.1", False),
        ("fe80::1%eth0", False),
        ("fec0::1", False),
        ("ff02::1", False),
        ("224.0.0.1", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("198.18.0.1", False),
        ("192.0.2.1", False),
    ],
)
def test_an_address_is_public_or_not(address: str, public: bool) -> None:
    assert is_public(address) == public


def test_a_redirect_is_not_followed(account: Account, marketing: Number, shop_server: Shop, nearby: None) -> None:
    row = made(account, call(account, marketing, shop_server.url("/moved")))
    assert (row.state, row.status_code) == ("failed", 302)
    assert "not followed" in row.error
    assert [path for path, *_ in shop_server.posted] == ["/moved"]


def test_an_answer_for_somebody_who_was_erased_meanwhile_costs_no_other_call_its_own(
    account: Account, marketing: Number
) -> None:
    erased, other = (call(account, marketing, "https://example.com/") for _ in range(2))
    claimed = calls.claim(account.pk)
    Run.objects.get(pk=erased.run_id).delete()
    refused = Unreachable("It answered 404.", is_final=True)
    calls.settle(account.pk, claimed, [refused if row.pk == erased.pk else 200 for row in claimed])
    assert WebhookCall.objects.get(pk=other.pk).state == "done"
    assert not Notice.objects.exists()


def test_silence_and_bytes_that_drip_end_in_their_time_and_hold_up_nobody(
    account: Account, marketing: Number, shop_server: Shop, nearby: None
) -> None:
    rows = {path: call(account, marketing, shop_server.url(path)) for path in ("/silent", "/drip", "/200")}
    started = time.monotonic()
    calls.make(account_id=account.pk)
    assert time.monotonic() < started + 2 * calls.TIMEOUT
    states = {path: WebhookCall.objects.get(pk=row.pk).state for path, row in rows.items()}
    assert states == {"/silent": "queued", "/drip": "queued", "/200": "done"}
    assert WebhookCall.objects.get(pk=rows["/drip"].pk).error == "It did not answer within 5 seconds."


@pytest.mark.parametrize("path", ["/500", "/404", "/429"])
def test_what_fails_is_tried_again_later_and_later_and_then_the_team_is_told(
    account: Account, marketing: Number, shop_server: Shop, nearby: None, path: str
) -> None:
    row = call(account, marketing, shop_server.url(path))
    waits = []
    for _ in range(calls.MOST_ATTEMPTS - 1):
        row = made(account, row)
        assert row.state == "queued"
        waits.append(round((row.next_at - now()) / timedelta(seconds=30)))
        WebhookCall.objects.update(next_at=now())
    assert waits == [1, 4, 16, 64]
    assert not Notice.objects.exists()
    assert made(account, row).state == "failed"
    assert not calls.make(account_id=account.pk)
    assert len(shop_server.posted) == calls.MOST_ATTEMPTS
    notice = Notice.objects.get()
    assert (notice.kind, notice.contact and notice.contact.first_name) == ("call", "Ana")
    assert "tried 5 times" in notice.body
    assert f"It answered {path[1:]}." in notice.body
    notices.mail(account_id=account.pk)
    assert "A webhook did not answer" in mail.outbox[0].subject


def test_a_call_that_is_due_later_or_under_way_is_left_alone(
    account: Account, marketing: Number, shop_server: Shop, nearby: None
) -> None:
    call(account, marketing, shop_server.url("/200"))
    WebhookCall.objects.update(next_at=now() + timedelta(seconds=30))
    assert not calls.make(account_id=account.pk)
    assert shop_server.posted == []


@pytest.mark.parametrize("url", ["http://nowhere.invalid/", "http://127.0.0.1:1/"])
def test_who_is_not_there_is_tried_again(account: Account, marketing: Number, nearby: None, url: str) -> None:
    row = made(account, call(account, marketing, url))
    assert row.state == "queued"
    assert row.error


@pytest.mark.parametrize("url", ["http://example.com:99999/", "http://[::1/", "https:///path"])
def test_an_address_that_is_none_is_given_up_at_once(account: Account, marketing: Number, url: str) -> None:
    assert made(account, call(account, marketing, url)).state == "failed"


def test_more_calls_than_a_batch_are_all_made(
    account: Account, marketing: Number, shop_server: Shop, nearby: None
) -> None:
    first = call(account, marketing, shop_server.url("/200"))
    WebhookCall.objects.bulk_create(
        [WebhookCall(account=account, run=first.run, url=first.url, payload={}) for _ in range(calls.BATCH)]
    )
    assert calls.make(account_id=account.pk)
    assert not calls.make(account_id=account.pk)
    assert not WebhookCall.objects.exclude(state="done").exists()
    assert len({body["call"] for *_, body in shop_server.posted}) == calls.BATCH + 1
