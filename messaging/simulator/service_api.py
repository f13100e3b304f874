"""The only place for the routes that stand in for Twilio's Messaging API: services and the senders in them."""

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from messaging.simulator import twilio_json
from messaging.simulator.carrier import RefusedError
from messaging.simulator.memory import Service
from messaging.simulator.twilio_api import NETWORK, read_form, sign_in_anywhere


def routes() -> list[web.RouteDef]:
    service = "/v1/Services/{sid}"
    return [
        web.get("/v1/Services", list_services),
        web.post(service, update_service),
        web.get(service + "/PhoneNumbers", list_numbers),
        web.get(service + "/ShortCodes", list_short_codes),
    ]


async def list_services(request: web.Request) -> web.Response:
    account = sign_in_anywhere(request)
    own = [service for service in request.app[NETWORK].memory.services.values() if service.account_sid == account]
    return _page(request, "services", [twilio_json.service(service) for service in own])


async def update_service(request: web.Request) -> web.Response:
    """Only where its texts go can be changed, and only to where its numbers say."""
    service, form = _service(request), await read_form(request)
    if {name: values[0].lower() for name, values in form.items()} != {"UseInboundWebhookOnNumber": "true"}:
        raise RefusedError(20001)
    return web.json_response(twilio_json.service(request.app[NETWORK].carrier.leave_texts_to_numbers(service)))


async def list_numbers(request: web.Request) -> web.Response:
    service = _service(request)
    numbers = request.app[NETWORK].memory.pool(service.sid)
    return _page(request, "phone_numbers", [twilio_json.pooled_number(service, number) for number in numbers])


async def list_short_codes(request: web.Request) -> web.Response:
    service = _service(request)
    codes = [twilio_json.pooled_short_code(service, code) for code in service.short_codes]
    return _page(request, "short_codes", codes)


def _service(request: web.Request) -> Service:
    account = sign_in_anywhere(request)
    service = request.app[NETWORK].memory.services.get(request.match_info["sid"])
    if service is None or service.account_sid != account:
        raise RefusedError(20404)
    return service


def _page(request: web.Request, key: str, records: Sequence[dict[str, Any]]) -> web.Response:
    """All records at once: the simulator's services are few."""
    meta = {"key": key, "page": 0, "page_size": len(records), "url": str(request.url), "next_page_url": None}
    return web.json_response({key: records, "meta": meta})
