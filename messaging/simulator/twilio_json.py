"""The only place for Twilio's shapes: its JSON, its error codes, the forms it posts and how it signs them."""

import mimetypes
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import formatdate
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

from messaging import segments
from messaging.simulator import places
from messaging.simulator.carrier import RefusedError
from messaging.simulator.memory import Number, Service, Text

API = "/2010-04-01"
VERSION = API[1:]
ERRORS: dict[int, tuple[int, str]] = {
    20001: (400, "A parameter of the request cannot be read."),
    20003: (401, "Wrong AccountSid or AuthToken."),
    20404: (404, "There is nothing at this address."),
    20429: (429, "Too many requests. This one was not processed."),
    20500: (500, "Something went wrong inside the carrier."),
    20503: (503, "This part of the carrier is switched off for now."),
    21211: (400, "The 'To' number is not a valid phone number."),
    21212: (400, "The 'From' number is not a valid phone number."),
    21403: (400, "The carrier simulator calls webhooks with POST only."),
    21602: (400, "The text has neither a body nor media."),
    21603: (400, "A 'From' number is required."),
    21604: (400, "A 'To' number is required."),
    21606: (400, "The 'From' number is not a number of this account."),
    21610: (400, "The recipient has stopped texts from this number."),
    21617: (400, "The body is longer than 1600 characters."),
    30003: (400, "The handset cannot be reached."),
    30007: (400, "The carrier filtered the text."),
}


def error(refusal: RefusedError) -> tuple[int, dict[str, Any]]:
    """The HTTP status and JSON with which Twilio refuses."""
    status, message = ERRORS[refusal.code]
    more_info = f"https://www.twilio.com/docs/errors/{refusal.code}"
    return status, {"code": refusal.code, "message": message, "more_info": more_info, "status": status}


def message(text: Text) -> dict[str, Any]:
    """A text as Twilio's Message resource."""
    uri = f"{API}/Accounts/{text.account_sid}/Messages/{text.sid}"
    return {
        "account_sid": text.account_sid,
        "api_version": VERSION,
        "body": text.body,
        "date_created": _date(text.at),
        "date_sent": _date(text.at if text.inbound else text.sent_at),
        "date_updated": _date(text.sent_at or text.at),
        "direction": "inbound" if text.inbound else "outbound-api",
        "error_code": text.error_code,
        "error_message": ERRORS[text.error_code][1] if text.error_code else None,
        "from": text.sender,
        "messaging_service_sid": text.messaging_service_sid,
        "num_media": str(len(text.media)),
        "num_segments": str(segments.count(text.body).segments),
        "price": None,
        "price_unit": "USD",
        "sid": text.sid,
        "status": text.status,
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": text.recipient,
        "uri": f"{uri}.json",
    }


def number(owned: Number) -> dict[str, Any]:
    """A number as Twilio's IncomingPhoneNumber resource."""
    return {
        "account_sid": owned.account_sid,
        "api_version": VERSION,
        "capabilities": {"voice": False, "sms": True, "mms": True},
        "date_created": _date(owned.at),
        "date_updated": _date(owned.at),
        "friendly_name": owned.e164,
        "phone_number": owned.e164,
        "sid": owned.sid,
        "sms_fallback_method": "POST",
        "sms_fallback_url": owned.sms_fallback_url,
        "sms_method": "POST",
        "sms_url": owned.sms_url,
        "status": "in-use",
        "status_callback": owned.status_callback,
        "uri": f"{API}/Accounts/{owned.account_sid}/IncomingPhoneNumbers/{owned.sid}.json",
    }


def service(pool: Service) -> dict[str, Any]:
    """A Messaging Service as Twilio's Service resource."""
    return {
        "account_sid": pool.account_sid,
        "date_created": _iso8601(pool.at),
        "date_updated": _iso8601(pool.at),
        "friendly_name": pool.name,
        "inbound_method": "POST",
        "inbound_request_url": None,
        "sid": pool.sid,
        "url": f"/v1/Services/{pool.sid}",
        "use_inbound_webhook_on_number": pool.use_inbound_webhook_on_number,
    }


def pooled_number(pool: Service, owned: Number) -> dict[str, Any]:
    """A number as Twilio's PhoneNumber resource of a service."""
    return _pooled(pool, owned.sid, "PhoneNumbers") | {"phone_number": owned.e164, "capabilities": ["SMS", "MMS"]}


def pooled_short_code(pool: Service, code: str) -> dict[str, Any]:
    """A short code as Twilio's ShortCode resource of a service."""
    return _pooled(pool, f"SC{code:0>32}", "ShortCodes") | {"short_code": code, "capabilities": ["SMS"]}


def _pooled(pool: Service, sid: str, kind: str) -> dict[str, Any]:
    return {
        "account_sid": pool.account_sid,
        "country_code": "US",
        "date_created": _iso8601(pool.at),
        "date_updated": _iso8601(pool.at),
        "service_sid": pool.sid,
        "sid": sid,
        "url": f"/v1/Services/{pool.sid}/{kind}/{sid}",
    }


def page(name: str, records: Sequence[dict[str, Any]], *, uri: str, next_uri: str | None, size: int) -> dict[str, Any]:
    """One page of a list, `records` under `name`."""
    return {
        name: records,
        "first_page_uri": uri,
        "next_page_uri": next_uri,
        "page": 0,
        "page_size": size,
        "previous_page_uri": None,
        "start": 0,
        "end": max(len(records) - 1, 0),
        "uri": uri,
    }


def inbound_form(text: Text) -> dict[str, str]:
    """What Twilio posts to a number's SmsUrl for a text that arrived."""
    form = _sids(text) | {
        "SmsMessageSid": text.sid,
        "Body": text.body,
        "NumMedia": str(len(text.media)),
        "NumSegments": str(segments.count(text.body).segments),
        "SmsStatus": "received",
    }
    for end, place in (("From", text.place or places.home(text.handset)), ("To", places.home(text.number))):
        form |= {end + part: place.get(part, "") for part in places.PARTS}
    if text.messaging_service_sid:
        form["MessagingServiceSid"] = text.messaging_service_sid
    if text.opt_out_type:
        form["OptOutType"] = text.opt_out_type
    for index, url in enumerate(text.media):
        form[f"MediaUrl{index}"] = url
        form[f"MediaContentType{index}"] = mimetypes.guess_type(url)[0] or "image/jpeg"
    return form


def status_form(text: Text) -> dict[str, str]:
    """What Twilio posts to the StatusCallback when a text's status changes."""
    form = _sids(text) | {"MessageStatus": text.status, "SmsStatus": text.status}
    if text.error_code:
        form["ErrorCode"] = str(text.error_code)
    return form


def signed(form: dict[str, str], *, url: str, token: str) -> tuple[bytes, dict[str, str]]:
    """The encoded form and the headers that prove to the receiver at `url` who sent it."""
    return urlencode(form).encode(), {
        "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
        "X-Twilio-Signature": RequestValidator(token).compute_signature(url, form),
    }


def _sids(text: Text) -> dict[str, str]:
    return {
        "MessageSid": text.sid,
        "SmsSid": text.sid,
        "AccountSid": text.account_sid,
        "From": text.sender,
        "To": text.recipient,
        "ApiVersion": VERSION,
    }


def _date(at: float | None) -> str | None:
    return None if at is None else _rfc2822(int(at))


@lru_cache(maxsize=1024)
def _rfc2822(second: int) -> str:
    return formatdate(second).replace("-0000", "+0000")


def _iso8601(at: float) -> str:
    return datetime.fromtimestamp(int(at), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
