"""The only place for the routes that stand in for Twilio's HTTP API: texts and numbers of an account."""

import asyncio
import base64
import binascii
import socket
import struct
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from urllib.parse import parse_qs, urlencode

from aiohttp import web

from messaging.simulator import twilio_json
from messaging.simulator.carrier import RefusedError
from messaging.simulator.memory import Attempt, Number, Order, Text
from messaging.simulator.network import Network

NETWORK = web.AppKey("network", Network)
MAX_PAGE = 1000


def routes() -> list[web.RouteDef]:
    account = twilio_json.API + "/Accounts/{account}"
    return [
        web.post(account + "/Messages.json", create_message),
        web.get(account + "/Messages.json", list_messages),
        web.get(account + "/Messages/{sid}.json", fetch_message),
        web.get(account + "/IncomingPhoneNumbers.json", list_numbers),
        web.get(account + "/IncomingPhoneNumbers/{sid}.json", fetch_number),
        web.post(account + "/IncomingPhoneNumbers/{sid}.json", update_number),
    ]


async def create_message(request: web.Request) -> web.StreamResponse:
    at, monotonic = time.time(), time.monotonic()
    network = request.app[NETWORK]
    fate, latency = network.dice.request()
    attempt = Attempt(at, monotonic, _order(request.match_info["account"], await read_form(request)))
    network.memory.attempts.append(attempt)
    if fate == "hang":
        attempt.outcome = fate
        await asyncio.Event().wait()  # Ends when the caller hangs up: the server then cancels this handler.
    try:
        text = _take(request, attempt, fate=fate, latency=latency)
    except RefusedError as refusal:
        attempt.outcome = str(refusal.code)
        raise
    finally:
        if latency:
            await asyncio.sleep(latency)
    if fate == "accepted_then_500":
        raise RefusedError(20500)
    if fate == "accepted_then_reset":
        _reset_connection(request)
    return web.json_response(twilio_json.message(text), status=201)


def _take(request: web.Request, attempt: Attempt, *, fate: str, latency: float) -> Text:
    sign_in(request)
    if fate in ("429", "500"):
        raise RefusedError({"429": 20429, "500": 20500}[fate])
    text = request.app[NETWORK].send(attempt.order, after=latency)
    attempt.outcome, attempt.sid = fate or "accepted", text.sid
    return text


def _reset_connection(request: web.Request) -> None:
    if request.transport:
        # Lingering for 0 seconds makes the kernel send a reset instead of an orderly end.
        request.transport.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )
        request.transport.abort()


async def list_messages(request: web.Request) -> web.Response:
    account, network, query = sign_in(request), request.app[NETWORK], request.query
    if not network.behaviour.log_lists_enabled:
        raise RefusedError(20503)
    size, token = _page_size(request), query.get("PageToken", "")
    newest = time.time() - network.behaviour.list_lag_ms / 1000
    before = network.carrier.text(account, token.removeprefix("PA")).seq if token else None
    since, until = _days(request)
    texts = network.memory.log(account, from_=query.get("From"), to=query.get("To"))
    found = list(
        islice(
            (t for t in texts if t.at <= newest and (before is None or t.seq < before) and since <= int(t.at) <= until),
            size + 1,
        )
    )
    next_token = "PA" + found[size - 1].sid if len(found) > size else None
    return _page(request, "messages", map(twilio_json.message, found[:size]), next_token=next_token)


async def fetch_message(request: web.Request) -> web.Response:
    text = request.app[NETWORK].carrier.text(sign_in(request), request.match_info["sid"])
    return web.json_response(twilio_json.message(text))


async def list_numbers(request: web.Request) -> web.Response:
    account = sign_in(request)
    numbers = request.app[NETWORK].carrier.numbers_of(account, request.query.get("PhoneNumber"))
    return _page(request, "incoming_phone_numbers", map(twilio_json.number, numbers), next_token=None)


async def fetch_number(request: web.Request) -> web.Response:
    return web.json_response(twilio_json.number(_number(request)))


async def update_number(request: web.Request) -> web.Response:
    number, form = _number(request), await read_form(request)
    if {"POST"} != {form.get(name, ["POST"])[0].upper() for name in ("SmsMethod", "SmsFallbackMethod")}:
        raise RefusedError(21403)
    names = {"SmsUrl": "sms_url", "SmsFallbackUrl": "sms_fallback_url", "StatusCallback": "status_callback"}
    changes = {field: form[name][0] for name, field in names.items() if name in form}
    return web.json_response(twilio_json.number(request.app[NETWORK].carrier.configure(number, **changes)))


def sign_in(request: web.Request) -> str:
    """The account in the path, if the request carries its basic authentication; else raises RefusedError."""
    account = sign_in_anywhere(request)
    if account != request.match_info["account"]:
        raise RefusedError(20003)
    return account


def sign_in_anywhere(request: web.Request) -> str:
    """The account of the request's basic authentication; raises RefusedError when it is not in order."""
    try:
        kind, _, credentials = request.headers.get("Authorization", "").partition(" ")
        account, _, token = base64.b64decode(credentials).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise RefusedError(20003) from error
    if kind.lower() != "basic":
        raise RefusedError(20003)
    request.app[NETWORK].carrier.sign_in(account, token)
    return account


def _number(request: web.Request) -> Number:
    account = sign_in(request)
    for number in request.app[NETWORK].memory.numbers.values():
        if number.sid == request.match_info["sid"] and number.account_sid == account:
            return number
    raise RefusedError(20404)


async def read_form(request: web.Request) -> dict[str, list[str]]:
    """The posted fields, each with its values."""
    return parse_qs((await request.read()).decode(errors="replace"), keep_blank_values=True)


def _order(account: str, form: dict[str, list[str]]) -> Order:
    to, from_, body, callback, service = (
        form.get(name, [""])[0] for name in ("To", "From", "Body", "StatusCallback", "MessagingServiceSid")
    )
    return Order(account, to, from_, body, form.get("MediaUrl", []), callback, service or None)


def _page_size(request: web.Request) -> int:
    size = request.query.get("PageSize", "50")
    if not size.isdecimal() or int(size) == 0:
        raise RefusedError(20001)
    return min(int(size), MAX_PAGE)


def _days(request: web.Request) -> tuple[float, float]:
    """The first and last second asked for by DateSent, DateSent> and DateSent<; a bare date is its whole day."""
    first, last = 0.0, float("inf")
    for name, value in request.query.items():
        if not name.startswith("DateSent"):
            continue
        try:
            moment = datetime.fromisoformat(value)
        except ValueError as error:
            raise RefusedError(20001) from error
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        whole_day = len(value) == len("2000-01-31") or name == "DateSent"
        start = moment.replace(hour=0, minute=0, second=0) if whole_day else moment
        if name in ("DateSent", "DateSent>"):
            first = max(first, start.timestamp())
        if name in ("DateSent", "DateSent<"):
            last = min(last, (start + timedelta(seconds=86_399 if whole_day else 0)).timestamp())
    return first, last


def _page(
    request: web.Request, name: str, records: Iterable[dict[str, Any]], *, next_token: str | None
) -> web.Response:
    following = dict(request.query) | {"PageSize": str(_page_size(request)), "PageToken": next_token or ""}
    next_uri = f"{request.path}?{urlencode(following)}" if next_token else None
    return web.json_response(
        twilio_json.page(name, list(records), uri=request.path_qs, next_uri=next_uri, size=_page_size(request))
    )
