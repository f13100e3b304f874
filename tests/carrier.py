"""The carrier's side of a test: the shipped simulator, and a working product without waiting for workers."""

from dataclasses import dataclass
from uuid import uuid4

from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from twilio.request_validator import RequestValidator

from contacts.models import Number
from messaging import delivery, inbound, outbound
from messaging.simulator.client import Simulator
from shout.tenancy import tenant
from tests.outside import OutsideClient


def inbound_form(number: Number, body: str, *, phone: str, sid: str = "", **more: str) -> dict[str, str]:
    """What the carrier posts when `phone` texts `body` to `number`, with `more` fields such as OptOutType."""
    sid = sid or f"SM{uuid4().hex}"
    return {
        "AccountSid": number.carrier_account_sid,
        "MessageSid": sid,
        "SmsSid": sid,
        "From": phone,
        "To": number.e164,
        "Body": body,
        "NumMedia": "0",
        "SmsStatus": "received",
        **more,
    }


def signature(url: str, form: dict[str, str], token: str) -> str:
    """How the carrier signs a post."""
    return str(RequestValidator(token).compute_signature(url, form))


def answer(client: Client, url: str, form: dict[str, str], token: str) -> HttpResponse:
    """Post a form as the carrier does, signed with `token`."""
    path = url.removeprefix(settings.PUBLIC_BASE_URL)
    return client.post(path, form, headers={"X-Twilio-Signature": signature(url, form, token)})  # type: ignore[return-value]


def post(client: Client, url: str, form: dict[str, str], token: str) -> int:
    """The HTTP status of the answer."""
    return answer(client, url, form, token).status_code


def text(number: Number, body: str, *, phone: str, sid: str = "", **more: str) -> None:
    """`phone` texts `body` to `number`, through the webhook, with `more` fields of the carrier."""
    form = inbound_form(number, body, phone=phone, sid=sid, **more)
    assert post(OutsideClient(), number.sms_webhook_url, form, number.carrier_auth_token) == 200


def work(account_id: int) -> None:
    """Do what the account's workers would do: read, answer, fan out, send."""
    inbound.process(account_id=account_id)
    with tenant(account_id):
        while outbound.fan_out(account_id=account_id):
            pass
    delivery.deliver(account_id=account_id)


@dataclass(frozen=True)
class Phone:
    """A handset at the simulator."""

    simulator: Simulator
    e164: str

    def received(self) -> list[tuple[str, str]]:
        """The (number, body) of the texts Shout has sent to it, oldest first; the carrier's own answers left out."""
        return [
            (text["number"], text["body"])
            for text in self.simulator.texts(self.e164)
            if text["direction"] == "outbound" and not text["carrier_reply"]
        ]
