"""The only place for the routes under /simulator/: texting from a handset, reading what arrived, and mischief."""

import re
from collections.abc import Iterable
from dataclasses import asdict
from ipaddress import ip_address
from typing import Any

from aiohttp import web

from messaging.simulator.behaviour import Behaviour
from messaging.simulator.carrier import E164, SID, WORDS
from messaging.simulator.memory import Number, Text
from messaging.simulator.places import PARTS
from messaging.simulator.twilio_api import NETWORK

LONGEST_WAIT = 25
MOST_TEXTS = 1000


def routes() -> list[web.RouteDef]:
    return [
        web.post("/simulator/texts", send_text),
        web.get("/simulator/texts", list_texts),
        web.get("/simulator/numbers", list_numbers),
        web.put("/simulator/numbers/{e164}", change_number),
        web.post("/simulator/services", create_service),
        web.get("/simulator/behaviour", show_behaviour),
        web.put("/simulator/behaviour", change_behaviour),
        web.get("/simulator/log", show_log),
        web.delete("/simulator/state", reset),
    ]


def refuse_strangers(request: web.Request) -> None:
    """These routes ask for no password, so they answer this machine only."""
    if not request.remote or not ip_address(request.remote.partition("%")[0]).is_loopback:
        raise web.HTTPForbidden(text="The handsets answer only to the machine the simulator runs on.")


async def send_text(request: web.Request) -> web.Response:
    """Text a number; answers when its webhook has answered: 202, or 504 when it did not answer at all.

    The status is 0 when the webhook was not called.
    """
    network, asked = request.app[NETWORK], await _json(request)
    handset, body, media, sid = _checked(asked)
    place = _place(asked.get("place", {}))
    number = _number(request, asked.get("to"))
    if not number.sms_url:
        raise _conflict(f"{number.e164} has no webhook yet. Set its SmsUrl first.")
    text = network.carrier.receive(handset, number, body=body, media=media, sid=sid, place=place)
    status = await network.ring(number, text)
    answered = {"sid": text.sid, "webhook_status": 504 if status is None else status}
    return web.json_response(answered, status=504 if status is None else 202)


async def list_texts(request: web.Request) -> web.Response:
    """A handset's texts (or everybody's), oldest first: after a sequence number, or else the latest."""
    after, limit, wait = (_count(request, name) for name in ("after", "limit", "wait"))
    texts = await request.app[NETWORK].await_texts(
        request.query.get("handset"),
        after=None if after is None else int(after),
        limit=min(int(limit or MOST_TEXTS), MOST_TEXTS),
        wait=min(wait or 0, LONGEST_WAIT),
    )
    return web.json_response([_shown(text) for text in texts])


async def list_numbers(request: web.Request) -> web.Response:
    return web.json_response([asdict(number) for number in request.app[NETWORK].memory.numbers.values()])


async def change_number(request: web.Request) -> web.Response:
    """Say whether the carrier itself acts on STOP, START and HELP for this number."""
    number, asked = _number(request, request.match_info["e164"]), await _json(request)
    if set(asked) != {"carrier_replies"} or not isinstance(asked["carrier_replies"], bool):
        raise ValueError('Send {"carrier_replies": true} or {"carrier_replies": false}.')
    if number.toll_free and not asked["carrier_replies"]:
        raise ValueError("STOP on a toll-free number is always obeyed by the network. It cannot be turned off.")
    return web.json_response(asdict(request.app[NETWORK].carrier.configure(number, **asked)))


async def create_service(request: web.Request) -> web.Response:
    """Put numbers of one account, and short codes, into a new Messaging Service."""
    asked = await _json(request)
    numbers = [_number(request, e164) for e164 in _strings(asked, "numbers")]
    if len({number.account_sid for number in numbers}) != 1:
        raise ValueError("numbers must name one number or more, all of one account.")
    service = request.app[NETWORK].carrier.pool(
        numbers,
        name=str(asked.get("name") or ""),
        short_codes=_strings(asked, "short_codes"),
        advanced_opt_out=_words(asked.get("advanced_opt_out")),
    )
    return web.json_response(asdict(service), status=201)


async def show_behaviour(request: web.Request) -> web.Response:
    return web.json_response(asdict(request.app[NETWORK].behaviour))


async def change_behaviour(request: web.Request) -> web.Response:
    """Behave so from now on; what is left out returns to its default."""
    request.app[NETWORK].behave(Behaviour.parse(await _json(request)))
    return await show_behaviour(request)


async def show_log(request: web.Request) -> web.Response:
    """Every create request since the start or the last reset, in the order of arrival."""
    return web.json_response(
        [
            {
                "at": attempt.at,
                "monotonic": attempt.monotonic,
                "account_sid": attempt.order.account_sid,
                "from": attempt.order.from_,
                "to": attempt.order.to,
                "body": attempt.order.body,
                "sid": attempt.sid,
                "accepted": attempt.sid is not None,
                "outcome": attempt.outcome,
            }
            for attempt in request.app[NETWORK].memory.attempts
        ]
    )


async def reset(request: web.Request) -> web.Response:
    request.app[NETWORK].reset()
    return web.Response(status=204)


async def _json(request: web.Request) -> dict[str, Any]:
    try:
        asked = await request.json()
    except ValueError as error:
        raise ValueError("The request is not JSON.") from error
    if not isinstance(asked, dict):
        raise ValueError("Send a JSON object.")
    return asked


def _checked(asked: dict[str, Any]) -> tuple[str, str, list[str], str]:
    handset, body, media, sid = asked.get("from"), asked.get("body", ""), asked.get("media", []), asked.get("sid")
    if not isinstance(handset, str) or not E164.fullmatch(handset):
        raise ValueError("from must be a phone number such as +15550100.")
    if not isinstance(body, str) or not isinstance(media, list) or not _all_texts(media):
        raise ValueError("body must be a text and media a list of addresses.")
    if sid is not None and not (isinstance(sid, str) and SID.fullmatch(sid)):
        raise ValueError("sid must be SM or MM and 32 hexadecimal digits. Leave it out for a new text.")
    # Half a surrogate pair has no place in a form.
    return handset, body.encode(errors="replace").decode(), media, sid or ""


def _place(given: object) -> dict[str, str]:
    """Where a handset says it is; nothing for where its number is at home."""
    names = {part.lower(): part for part in PARTS}
    if not isinstance(given, dict) or not set(given) <= set(names) or not _all_texts(given.values()):
        raise ValueError(f"place must be an object with texts for {', '.join(names)}.")
    return {names[name]: said for name, said in given.items()}


def _words(given: object) -> dict[str, list[str]] | None:
    if given is None:
        return None
    if not isinstance(given, dict) or not set(given) <= set(WORDS):
        raise ValueError(f"advanced_opt_out must be null, or an object with lists of words for {', '.join(WORDS)}.")
    return {word: _strings(given, word) for word in given}


def _strings(asked: dict[str, Any], name: str) -> list[str]:
    given = asked.get(name, [])
    if not isinstance(given, list) or not _all_texts(given):
        raise ValueError(f"{name} must be a list of texts.")
    return given


def _all_texts(values: Iterable[object]) -> bool:
    return all(isinstance(value, str) for value in values)


def _number(request: web.Request, e164: object) -> Number:
    number = request.app[NETWORK].memory.numbers.get(str(e164))
    if number is None:
        raise web.HTTPNotFound(text=f"No account has the number {e164}. Set the number up in Shout first.")
    return number


def _conflict(message: str) -> web.HTTPConflict:
    return web.HTTPConflict(text=message)


def _count(request: web.Request, name: str) -> float | None:
    if name not in request.query:
        return None
    given = request.query[name]
    if not re.fullmatch(r"\d{1,12}(\.\d+)?", given, re.ASCII):
        raise ValueError(f"{name} must be a number, 0 or more.")
    return float(given)


def _shown(text: Text) -> dict[str, Any]:
    return {
        "seq": text.seq,
        "at": text.at,
        "direction": text.direction,
        "handset": text.handset,
        "number": text.number,
        "body": text.body,
        "media": text.media,
        "sid": text.sid,
        "status": text.status,
        "error_code": text.error_code,
        "carrier_reply": text.carrier_reply,
    }
