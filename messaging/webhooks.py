"""The carrier's posts: checks who speaks, translates, makes one call, answers."""

import hmac
import logging
import re
from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from twilio.request_validator import RequestValidator

from contacts import bulk, places
from contacts.models import Number
from contacts.words import Universal
from messaging import delivery, inbound
from messaging.inbound import InboundText
from shout.tenancy import tenant
from shout.text import clean

log = logging.getLogger(__name__)

# Twilio's word for a text that its Advanced Opt-Out has acted on and answered.
_TAKEN_FOR = {"STOP": Universal.STOP, "START": Universal.START, "HELP": Universal.HELP}
_EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>'

Handler = Callable[[Number, dict[str, str], HttpRequest], HttpResponse]


class _Refused(Exception):
    def __init__(self, reason: str, status: int) -> None:
        super().__init__(reason)
        self.response = HttpResponse(reason, status=status, content_type="text/plain")


def _signed(handler: Handler) -> Callable[[HttpRequest, str], HttpResponse]:
    """A webhook of the number named by the key in its path, which runs only for that number's own carrier account."""

    @csrf_exempt
    @require_POST
    @wraps(handler)
    def webhook(request: HttpRequest, key: str) -> HttpResponse:
        account_id = int(key.partition("-")[0])
        try:
            with tenant(account_id):
                number = bulk.number_of_webhook(key)
                if number is None:
                    raise _Refused("There is no number with this webhook key.", 404)
                return handler(number, _verified(request, number), request)
        except _Refused as refused:
            return refused.response
        except (OperationalError, InterfaceError) as error:
            # The carrier tries again on a 503; a 200 would lose the text.
            log.error("webhook of account %s not stored: %s", account_id, type(error).__name__)
            return HttpResponse("Try again.", status=503, content_type="text/plain")

    return webhook


def _verified(request: HttpRequest, number: Number) -> dict[str, str]:
    """The form, once its signature by this number's own token over the configured address is proven."""
    if any(len(values) > 1 for _, values in request.POST.lists()):
        # The signature covers each distinct value once, so it does not say which of several was meant.
        raise _Refused("A parameter is repeated.", 400)
    form = request.POST.dict()
    if form.get("AccountSid") != number.carrier_account_sid:
        raise _Refused("This is not the carrier account of this number.", 403)
    address = settings.PUBLIC_BASE_URL + request.get_full_path()
    expected = RequestValidator(number.carrier_auth_token).compute_signature(address, form)
    if not hmac.compare_digest(expected.encode(), request.headers.get("X-Twilio-Signature", "").encode()):
        raise _Refused("The signature does not match.", 403)
    return {name: str(value) for name, value in form.items()}


def _sms(number: Number, form: dict[str, str], request: HttpRequest) -> HttpResponse:
    """A text that somebody sent to this number."""
    if form.get("To") != number.e164:
        raise _Refused("This text is for another number.", 403)
    if not inbound.SENDER.fullmatch(form.get("From", "")) or not inbound.SID.fullmatch(form.get("MessageSid", "")):
        raise _Refused("From has to be a phone number and MessageSid a message id.", 400)
    count = _integer(form.get("NumMedia"), digits=4) or 0
    media = (clean(form.get(f"MediaUrl{i}", "")) for i in range(min(count, 10)))
    text = InboundText(
        sid=form["MessageSid"],
        from_=form["From"],
        body=form.get("Body", ""),
        media=tuple(url for url in media if url),
        taken_for=_TAKEN_FOR.get(form.get("OptOutType", "")),
        place=_place(form),
    )
    inbound.receive(number=number, text=text)
    return HttpResponse(_EMPTY_TWIML, content_type="text/xml")


def _place(form: dict[str, str]) -> str:
    """The American state that the carrier names, or an empty text."""
    zip_code, state = form.get("FromZip", ""), form.get("FromState", "")
    if form.get("FromCountry", "US") != "US" or not (zip_code or state):
        return ""
    place = places.place_of(form["From"], carrier_zip=zip_code, carrier_state=state)
    return place if place in places.STATES else ""


def _status(number: Number, form: dict[str, str], request: HttpRequest) -> HttpResponse:
    """What became of a text that this number sent."""
    if not inbound.SID.fullmatch(form.get("MessageSid", "")) or not form.get("MessageStatus", "").isidentifier():
        raise _Refused("MessageSid has to be a message id and MessageStatus a status.", 400)
    delivery.report(
        number=number,
        sid=form["MessageSid"],
        status=form["MessageStatus"][:20],
        error_code=_integer(form.get("ErrorCode"), digits=9),
        message_id=_integer(request.GET.get("message"), digits=18),
        attempt=_integer(request.GET.get("attempt"), digits=4),
    )
    return HttpResponse(status=200)


def _integer(text: str | None, *, digits: int) -> int | None:
    return int(text) if text and re.fullmatch(rf"[0-9]{{1,{digits}}}", text) else None


sms = _signed(_sms)
status = _signed(_status)
