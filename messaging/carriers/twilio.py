"""Twilio's language: the only place that speaks it. No database; failures are `CarrierError`."""

import asyncio
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime

import aiohttp
from twilio.base import values
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance
from twilio.rest.messaging.v1.service import ServiceInstance

from messaging.carriers import Arrivals, Arrived, CarrierError, Credentials, Logged, Outgoing, Pool, Verdict, loop
from messaging.carriers.errors import verdict_on

_MOST_ARRIVALS = 5_000
_PAGE = 1_000  # Twilio's largest
_MOST_SERVICES = 500
_SERVICES_AT_ONCE = 10


def send(credentials: Credentials, texts: Sequence[Outgoing], *, timeout: float) -> list[str | CarrierError]:
    """Hand over all texts at once; for each, in order, the SID it got or the error. Takes at most `timeout` seconds.

    Each goes by its From and never by a Messaging Service, which would choose the sender itself: people stop numbers.
    """
    return loop.run(_send_all(credentials, texts, timeout))


async def _send_all(credentials: Credentials, texts: Sequence[Outgoing], timeout: float) -> list[str | CarrierError]:
    client = _client(credentials, timeout)
    return await asyncio.gather(*(_send(client, text) for text in texts))


async def _send(client: Client, text: Outgoing) -> str | CarrierError:
    try:
        message = await client.messages.create_async(
            to=text.to,
            from_=text.from_,
            body=text.body,
            media_url=list(text.media) or None,
            status_callback=text.status_callback,
        )
    except _FAILURES as error:
        return _carrier_error(error)
    if not isinstance(message.sid, str) or not 0 < len(message.sid) <= 64:
        return CarrierError(Verdict.UNKNOWN, "The carrier's answer does not name the text.")
    return message.sid


def outgoing(credentials: Credentials, *, from_: str, to: str, timeout: float) -> list[Logged]:
    """The carrier's log of texts between two numbers, newest first (at most 100); raises `CarrierError`."""
    return loop.run(_outgoing(credentials, from_, to, timeout=timeout))


async def _outgoing(credentials: Credentials, from_: str, to: str, *, timeout: float) -> list[Logged]:
    try:
        # No date filter: whether a text that is still queued would match one is not documented.
        found = await _client(credentials, timeout).messages.list_async(from_=from_, to=to, limit=100)
    except _FAILURES as error:
        raise _carrier_error(error) from error
    return [
        Logged(
            sid=str(message.sid),
            body=message.body or "",
            status=str(message.status),
            error_code=int(message.error_code) if message.error_code else None,
            created_at=_timestamp(message.date_created),
        )
        for message in found
    ]


def incoming(
    credentials: Credentials, *, to: str, since: datetime, until: datetime | None = None, timeout: float
) -> Arrivals:
    """The texts people sent to a number from `since` (to `until`), newest first, out of at most 5,000 of its log.

    Both moments are aware, and included by the whole second. Each of the at most six pages may take `timeout` seconds.
    Raises `CarrierError`, also when `until` brings it no further because so many texts have come in one moment.
    """
    return loop.run(_incoming(credentials, to, since, until=until, timeout=timeout))


async def _incoming(
    credentials: Credentials, to: str, since: datetime, *, until: datetime | None, timeout: float
) -> Arrivals:
    try:
        found = await _client(credentials, timeout).messages.list_async(
            to=to,
            # The library writes the wrong time for an aware moment of another zone.
            date_sent_after=since.astimezone(UTC),
            date_sent_before=until.astimezone(UTC) if until else values.unset,
            limit=_MOST_ARRIVALS + 1,
            page_size=_PAGE,
        )
        texts = [_arrived(message) for message in found[:_MOST_ARRIVALS] if message.direction == "inbound"]
        more_until = found[_MOST_ARRIVALS].date_created if len(found) > _MOST_ARRIVALS else None
    except _FAILURES as error:
        raise _carrier_error(error) from error
    if more_until and until and more_until >= until:
        raise CarrierError(Verdict.FAILED, "The carrier’s log holds more texts of one moment than can be read.")
    # Twilio documents its filter for whole days, so it may give more than was asked for.
    first, last = int(since.timestamp()), until.timestamp() if until else float("inf")
    return Arrivals(
        texts=[text for text in texts if first <= text.created_at <= last],
        more_until=more_until,
    )


def _arrived(message: MessageInstance) -> Arrived:
    return Arrived(
        sid=str(message.sid),
        from_=str(message.from_),
        body=message.body or "",
        media=int(message.num_media or 0),
        created_at=message.date_created.timestamp(),
    )


def pool_of(credentials: Credentials, *, number: str, timeout: float) -> Pool | None:
    """The Messaging Service that a number or short code is in, found within `timeout` seconds; None if in none.

    Raises `CarrierError`, also when there are too many services to look through in that time.
    """
    return loop.run(_pool_of(credentials, number, timeout=timeout))


async def _pool_of(credentials: Credentials, number: str, *, timeout: float) -> Pool | None:
    try:
        async with asyncio.timeout(timeout):
            services = await _client(credentials, timeout).messaging.v1.services.list_async(limit=_MOST_SERVICES + 1)
            for start in range(0, min(len(services), _MOST_SERVICES), _SERVICES_AT_ONCE):
                some = services[start : start + _SERVICES_AT_ONCE]
                for service, senders in zip(some, await asyncio.gather(*map(_senders, some)), strict=True):
                    # Twilio keeps a number in one service at a time.
                    if number in senders:
                        name = service.friendly_name or str(service.sid)
                        return Pool(sid=str(service.sid), name=name, others=len(senders) - 1)
    except TimeoutError as error:
        raise CarrierError(Verdict.RETRY, _UNSEEN.format(f"within {timeout:g} seconds")) from error
    except _FAILURES as error:
        raise _carrier_error(error) from error
    if len(services) > _MOST_SERVICES:
        raise CarrierError(Verdict.FAILED, _UNSEEN.format(f"because there are more than {_MOST_SERVICES}"))
    return None


async def _senders(service: ServiceInstance) -> set[str]:
    """The numbers and short codes in a service."""
    numbers, short_codes = await asyncio.gather(
        service.phone_numbers.list_async(page_size=_PAGE), service.short_codes.list_async(page_size=_PAGE)
    )
    return {str(each.phone_number) for each in numbers} | {str(each.short_code) for each in short_codes}


_UNSEEN = (
    "The account’s Messaging Services at Twilio could not all be looked through {}, so it is not known whether the "
    "number shares one. Delete services that are no longer used, and try again."
)


def set_webhooks(credentials: Credentials, *, number: str, sms_url: str, service_sid: str = "", timeout: float) -> None:
    """Tell the carrier where to post what people text to `number`; raises `CarrierError`.

    A Messaging Service that it is in, named by `service_sid`, is told to leave these texts to the number: otherwise
    Twilio would never look at the number's own address.
    """
    loop.run(_set_webhooks(credentials, number, sms_url, service_sid=service_sid, timeout=timeout))


async def _set_webhooks(
    credentials: Credentials, number: str, sms_url: str, *, service_sid: str, timeout: float
) -> None:
    client = _client(credentials, timeout)
    try:
        found = await client.incoming_phone_numbers.list_async(phone_number=number, limit=1)
        if not found:
            raise CarrierError(Verdict.FAILED, "This carrier account has no such number.")
        await found[0].update_async(sms_url=sms_url, sms_method="POST")
        if service_sid:
            await client.messaging.v1.services(service_sid).update_async(use_inbound_webhook_on_number=True)
    except _FAILURES as error:
        raise _carrier_error(error) from error


def _client(credentials: Credentials, timeout: float) -> Client:
    http = AsyncTwilioHttpClient(pool_connections=False)
    http.session = loop.session(timeout)
    client = Client(credentials.account_sid, credentials.auth_token, http_client=http)
    client.api.base_url = credentials.api_base
    client.messaging.base_url = messaging_base(credentials.api_base)
    return client


def messaging_base(api_base: str) -> str:
    """Where the Messaging API is: at Twilio on a host of its own, at whatever stands in for Twilio on the same."""
    return re.sub(r"^https://api((\.\w+)*\.twilio\.com)$", r"https://messaging\1", api_base)


def _timestamp(moment: datetime | None) -> float:
    return moment.timestamp() if moment else 0.0


# The library takes for granted that an answer is an object with the right fields; one that is not must not cost the
# texts beside it their answers.
_ODD_ANSWER = (ValueError, TypeError, AttributeError)
_FAILURES = (TwilioException, aiohttp.ClientError, TimeoutError, OSError, *_ODD_ANSWER)


def _carrier_error(error: Exception) -> CarrierError:
    if isinstance(error, TwilioRestException | TwilioServiceException):
        code = None if error.code == error.status else _sound(error.code)
        return CarrierError(verdict_on(error.status, code), f"Twilio answered {error.status}.", code)
    # The library leaves it to us to read why a list was refused.
    if len(error.args) == 2 and isinstance(error.args[1], Response):
        status, code = error.args[1].status_code, _code(error.args[1].text)
        return CarrierError(verdict_on(status, code), f"Twilio answered {status}.", code)
    # Nothing has been written to a connection that never opened; after that, nobody knows.
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return CarrierError(Verdict.RETRY, "The carrier cannot be reached.")
    return CarrierError(Verdict.UNKNOWN, f"The carrier's answer was lost ({type(error).__name__}).")


def _code(answer: str) -> int | None:
    try:
        code = json.loads(answer)["code"]
    except (ValueError, TypeError, KeyError):
        return None  # a proxy's page, for instance
    return _sound(code)


def _sound(code: object) -> int | None:
    return code if isinstance(code, int) and 0 < code < 10**6 else None
