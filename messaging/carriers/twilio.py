"""Twilio's language: the only place that speaks it. No database; failures are `CarrierError`."""

import asyncio
import json
from collections.abc import Sequence
from datetime import datetime

import aiohttp
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from messaging.carriers import CarrierError, Credentials, Logged, Outgoing, Verdict, loop
from messaging.carriers.errors import verdict_on


def send(credentials: Credentials, texts: Sequence[Outgoing], *, timeout: float) -> list[str | CarrierError]:
    """Hand over all texts at once; for each, in order, the SID it got or the error. Takes at most `timeout` seconds."""
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


def set_webhooks(credentials: Credentials, *, number: str, sms_url: str, timeout: float) -> None:
    """Tell the carrier where to post what people text to `number`; raises `CarrierError`."""
    loop.run(_set_webhooks(credentials, number, sms_url, timeout=timeout))


async def _set_webhooks(credentials: Credentials, number: str, sms_url: str, *, timeout: float) -> None:
    client = _client(credentials, timeout)
    try:
        found = await client.incoming_phone_numbers.list_async(phone_number=number, limit=1)
        if not found:
            raise CarrierError(Verdict.FAILED, "This carrier account has no such number.")
        await found[0].update_async(sms_url=sms_url, sms_method="POST")
    except _FAILURES as error:
        raise _carrier_error(error) from error


def _client(credentials: Credentials, timeout: float) -> Client:
    http = AsyncTwilioHttpClient(pool_connections=False)
    http.session = loop.session(timeout)
    client = Client(credentials.account_sid, credentials.auth_token, http_client=http)
    client.api.base_url = credentials.api_base
    return client


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
