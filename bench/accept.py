"""How many signed webhooks a second the web server takes in, and how long each waits for its 200."""

from dataclasses import replace
from uuid import uuid4

from django.conf import settings
from twilio.request_validator import RequestValidator

from bench import bare, clients, ground
from bench.measure import Result, Run, compare
from contacts.models import Number
from shout.dev import programs

CLIENTS = 32
_WARM_UP = 200


def measure(scale: float) -> Result:
    """Floor: the same server with a bare application that checks a signature and stores one row."""
    number, count = ground.number(ground.account()), int(4_000 * scale)
    ground.as_owner(bare.TABLE)
    port, bare_port = ground.free_ports(2)
    web = programs.web(host="127.0.0.1", port=port)
    floor = programs.web(host="127.0.0.1", port=bare_port)
    floor = replace(floor, name="bare", argv=[*floor.argv[:-1], "bench.bare:application"])
    path = number.sms_webhook_url.removeprefix(settings.PUBLIC_BASE_URL)
    with ground.running(web), ground.running(floor):
        _post(port, _WARM_UP, path, number, number.carrier_auth_token)
        _post(bare_port, _WARM_UP, path, number, bare.TOKEN)
        return compare(
            f"inbound accept, {CLIENTS} clients",
            "texts",
            figure=lambda: _post(port, count, path, number, number.carrier_auth_token),
            floor=lambda: _post(bare_port, count, path, number, bare.TOKEN),
        )


def _post(port: int, count: int, path: str, number: Number, token: str) -> Run:
    requests = [_request(path, _form(number, phone), token) for phone in ground.phones(count)]
    return clients.post_all(port, requests, clients=CLIENTS)


def _request(path: str, form: dict[str, str], token: str) -> bytes:
    signature = RequestValidator(token).compute_signature(settings.PUBLIC_BASE_URL + path, form)
    return clients.request(path, form, str(signature))


def _form(number: Number, phone: str) -> dict[str, str]:
    """What a carrier posts, with all its fields."""
    sid = f"SM{uuid4().hex}"
    return {
        "ToCountry": "US", "ToState": "CA", "SmsMessageSid": sid, "NumMedia": "0", "ToCity": "", "FromZip": "94105",
        "SmsSid": sid, "FromState": "CA", "SmsStatus": "received", "FromCity": "SAN FRANCISCO",
        "Body": "What time do you close on Sundays, and is the patio open?", "FromCountry": "US", "To": number.e164,
        "ToZip": "", "NumSegments": "1", "MessageSid": sid, "AccountSid": number.carrier_account_sid,
        "From": phone, "ApiVersion": "2010-04-01",
    }  # fmt: skip
