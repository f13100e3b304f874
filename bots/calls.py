"""Calling webhooks: the only place from which bots reach other servers, and never one of a private network (B5)."""

import asyncio
import json
import socket
from collections.abc import Sequence
from datetime import timedelta
from ipaddress import IPv6Address, IPv6Network, ip_address

from aiohttp import ClientError, ClientSession
from django.conf import settings
from django.utils.timezone import now
from yarl import URL

from bots.models import Notice, Run, WebhookCall
from contacts.models import Contact
from shout.nudges import nudge
from shout.tenancy import tenant

BATCH = 20
TIMEOUT = 5.0
MOST_ATTEMPTS = 5
_FIRST_PAUSE = timedelta(seconds=30)
_HEADERS = {"Content-Type": "application/json", "User-Agent": "Shout"}
_UNICAST = IPv6Network("2000::/3")


class Unreachable(Exception):
    """A call that did not get through; its words say why, `is_final` that trying again would not help."""

    def __init__(self, why: str, *, is_final: bool = False, status_code: int | None = None) -> None:
        super().__init__(why)
        self.is_final = is_final
        self.status_code = status_code


def make(*, account_id: int) -> bool:
    """Make the account's calls that are due, a batch of them at once; whether there may be more.

    They are claimed for longer than they can last before they are made, so that no two workers make one at once; those
    that a dying worker leaves are made again. Each says in `call` which it is, so that a repetition can be told.
    """
    calls = claim(account_id)
    if not calls:
        return False
    settle(account_id, calls, asyncio.run(_post_all(calls)))
    return len(calls) == BATCH


def settle(account_id: int, calls: Sequence[WebhookCall], outcomes: Sequence[int | Unreachable]) -> None:
    """Write down what became of calls, and tell the team of those that are given up."""
    for call, outcome in zip(calls, outcomes, strict=True):
        _note(call, outcome)
    with tenant(account_id):
        WebhookCall.objects.bulk_update(calls, ["state", "status_code", "error", "next_at"])
        # An erasure may have taken the run meanwhile.
        runs = set(Run.objects.filter(pk__in=[call.run_id for call in calls]).values_list("pk", flat=True))
        failed = [call for call in calls if call.state == WebhookCall.State.FAILED]
        notices = [_notice(call) for call in failed if call.run_id in runs]
        Notice.objects.bulk_create(notices)
        if notices:
            nudge("bots.mail_notices", account_id)


def claim(account_id: int) -> list[WebhookCall]:
    """Take the calls that are due, so that nobody else makes them meanwhile."""
    with tenant(account_id):
        due = WebhookCall.objects.filter(account_id=account_id, state=WebhookCall.State.QUEUED, next_at__lte=now())
        calls = list(due.select_for_update(skip_locked=True).order_by("next_at", "id")[:BATCH])
        for call in calls:
            call.attempts += 1
            call.next_at = now() + timedelta(seconds=6 * TIMEOUT)
        WebhookCall.objects.bulk_update(calls, ["attempts", "next_at"])
    return calls


def _note(call: WebhookCall, outcome: int | Unreachable) -> None:
    if isinstance(outcome, int):
        call.state, call.status_code, call.error = WebhookCall.State.DONE, outcome, ""
        return
    call.status_code, call.error = outcome.status_code, str(outcome)
    if outcome.is_final or call.attempts >= MOST_ATTEMPTS:
        call.state = WebhookCall.State.FAILED
    else:
        call.next_at = now() + _FIRST_PAUSE * 4 ** (call.attempts - 1)


def _notice(call: WebhookCall) -> Notice:
    tries = "once" if call.attempts == 1 else f"{call.attempts} times"
    host = call.url.partition("://")[2].partition("/")[0]
    body = f"Shout tried {tries} to call {host} and does not try again for this text. {call.error}"
    who = Contact.objects.filter(account_id=call.account_id, phone=call.run.phone).first()
    return Notice(account_id=call.account_id, kind=Notice.Kind.CALL, bot_id=call.run.bot_id, contact=who, body=body)


async def _post_all(calls: Sequence[WebhookCall]) -> list[int | Unreachable]:
    async with ClientSession(headers=_HEADERS) as session:
        return await asyncio.gather(*(_post(session, call) for call in calls))


async def _post(session: ClientSession, call: WebhookCall) -> int | Unreachable:
    """The status of a 2xx answer, within `TIMEOUT` seconds from first to last, however slowly the bytes come.

    The name is looked up once and the very address that was judged is called, so that a name that changes its address
    in between leads nowhere. Redirects are not followed, and of the answer nothing but the status is read.
    """
    try:
        async with asyncio.timeout(TIMEOUT):
            url = URL(call.url)
            host = url.raw_host
            if not host:
                raise ValueError
            there = url.with_host(await _address(host, url.port or 0))
            async with session.post(
                there,
                data=json.dumps(call.payload | {"call": call.pk}).encode(),
                headers={"Host": url.host_port_subcomponent or ""},
                allow_redirects=False,
                server_hostname=host if url.scheme == "https" else None,
            ) as answer:
                return _judged(answer.status)
    except Unreachable as error:
        return error
    except TimeoutError:
        return Unreachable(f"It did not answer within {TIMEOUT:.0f} seconds.")
    except ValueError:
        return Unreachable("This is no address that can be called.", is_final=True)
    except (ClientError, OSError) as error:
        return Unreachable(f"It could not be reached: {type(error).__name__}.")


def _judged(status: int) -> int:
    if 300 <= status < 400:
        words = f"It answered {status}, a redirect, which is not followed. Enter the address it leads to."
        raise Unreachable(words, is_final=True, status_code=status)
    if not 200 <= status < 300:
        raise Unreachable(f"It answered {status}.", status_code=status)
    return status


async def _address(host: str, port: int) -> str:
    """One address of a host, all of which have to be on the public internet."""
    try:
        entries = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable("Its name leads to no address.") from error
    found = sorted({str(entry[4][0]) for entry in entries})
    if not settings.WEBHOOKS_MAY_BE_PRIVATE and not all(map(is_public, found)):
        raise Unreachable("Its address is not on the public internet, so it is not called.", is_final=True)
    return found[0]


def may_be_public(host: str) -> bool:
    """Whether a host may be on the public internet, as far as it shows: what a name leads to is seen at each call."""
    host = host.rstrip(".").lower()
    if settings.WEBHOOKS_MAY_BE_PRIVATE:
        return True
    if host == "localhost" or host.endswith(".localhost"):
        return False
    try:
        return is_public(host if ":" in host else socket.inet_ntoa(socket.inet_aton(host)))
    except (OSError, ValueError):
        return True


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet's, and not one of this machine or its own network."""
    judged = ip_address(address)
    if isinstance(judged, IPv6Address):
        if judged.ipv4_mapped:
            return is_public(str(judged.ipv4_mapped))
        # 6to4 and Teredo carry an IPv4 address, and so a private one.
        if judged not in _UNICAST or judged.sixtofour or judged.teredo:
            return False
    return judged.is_global and not judged.is_multicast
