"""Calling webhooks: the only place from which bots reach other servers, and never one of a private network (B5)."""

import ipaddress
import json
import socket
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import urllib3
from django.utils.timezone import now

from bots.models import Notice, WebhookCall
from shout.tenancy import tenant

TIMEOUT = 5.0
MOST_ATTEMPTS = 5
_MOST_BYTES = 64 * 1024
_FIRST_PAUSE = timedelta(seconds=30)


class Unreachable(Exception):
    """A call that did not get through; its words say why, `is_final` that trying again would not help."""

    def __init__(self, why: str, *, is_final: bool = False, status_code: int | None = None) -> None:
        super().__init__(why)
        self.is_final = is_final
        self.status_code = status_code


def make(*, account_id: int) -> bool:
    """Make the account's next call that is due; whether there was one.

    The call is claimed for longer than it can last before it is made, so that no two workers make it at once; one that
    a dying worker leaves is made again.
    """
    with tenant(account_id):
        due = WebhookCall.objects.filter(account_id=account_id, state=WebhookCall.State.QUEUED, next_at__lte=now())
        call = due.select_for_update(skip_locked=True).order_by("next_at", "id").first()
        if call is None:
            return False
        call.attempts += 1
        call.next_at = now() + timedelta(seconds=6 * TIMEOUT)
        call.save(update_fields=["attempts", "next_at"])
    try:
        call.status_code = post(call.url, call.payload | {"call": call.pk})
    except Unreachable as error:
        _failed(call, error)
    else:
        call.state, call.error = WebhookCall.State.DONE, ""
    with tenant(account_id):
        call.save(update_fields=["state", "status_code", "error", "next_at"])
        if call.state == WebhookCall.State.FAILED:
            run = call.run
            host = urlsplit(call.url).hostname
            Notice.objects.create(
                account_id=account_id, kind=Notice.Kind.CALL, bot_id=run.bot_id, body=f"{host}: {call.error}"
            )
    return True


def _failed(call: WebhookCall, error: Unreachable) -> None:
    call.status_code, call.error = error.status_code, str(error)[:200]
    if error.is_final or call.attempts >= MOST_ATTEMPTS:
        call.state = WebhookCall.State.FAILED
    else:
        call.next_at = now() + _FIRST_PAUSE * 4 ** (call.attempts - 1)


def post(url: str, payload: dict[str, Any]) -> int:
    """Post JSON and return the status of a 2xx answer; raises `Unreachable`.

    The name is looked up once and the very address that was judged is called, so that a name that changes its address
    in between leads nowhere. Redirects are not followed.
    """
    parts = urlsplit(url)
    host, is_tls = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if is_tls else 80)
    address = _public_address(host, port)
    pool: urllib3.HTTPConnectionPool
    if is_tls:
        pool = urllib3.HTTPSConnectionPool(address, port, assert_hostname=host, server_hostname=host)
    else:
        pool = urllib3.HTTPConnectionPool(address, port)
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    headers = {"Host": parts.netloc, "Content-Type": "application/json", "User-Agent": "Shout"}
    try:
        answer = pool.urlopen(
            "POST",
            path,
            body=json.dumps(payload).encode(),
            headers=headers,
            redirect=False,
            retries=False,
            timeout=urllib3.Timeout(total=TIMEOUT),
            preload_content=False,
        )
        answer.read(_MOST_BYTES)
        answer.close()
    except urllib3.exceptions.HTTPError as error:
        raise Unreachable(f"It did not answer: {type(error).__name__}.") from error
    finally:
        pool.close()
    if not 200 <= answer.status < 300:
        raise Unreachable(f"It answered {answer.status}.", status_code=answer.status)
    return int(answer.status)


def _public_address(host: str, port: int) -> str:
    """One address of a host, all of which have to be on the public internet."""
    try:
        found = {str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError) as error:
        raise Unreachable("Its name leads to no address.") from error
    if not found or not all(map(_is_public, found)):
        raise Unreachable("Its address is not on the public internet, so it is not called.", is_final=True)
    return sorted(found)[0]


def _is_public(address: str) -> bool:
    judged = ipaddress.ip_address(address.partition("%")[0])
    return judged.is_global and not judged.is_multicast
