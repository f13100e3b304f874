"""Repeated requests: the only place that knows what a POST with an Idempotency-Key was answered, for a day."""

import json
import re
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from django.db import connection
from django.utils.timezone import now
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from shout.api.problems import Conflict
from shout.models import Account, Answer

HEADER = "Idempotency-Key"
PARAMETER = OpenApiParameter(
    HEADER,
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="1 to 255 visible ASCII characters of your choice, new for every request. The same request with the "
    "same key again, within 24 hours, gets the same answer and changes nothing.",
)
_KEPT = timedelta(hours=24)
_KEY = re.compile(r"[\x21-\x7e]{1,255}")


@dataclass(frozen=True)
class Asked:
    """A request that may come again: its key, and what tells it from others."""

    key: str
    fingerprint: str


class Answered(Exception):
    """The request was answered before; `answer` is what was said."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(str(answer))
        self.answer = answer

    @property
    def response(self) -> Response:
        """The same answer again."""
        return Response(json.loads(self.answer.body), status=self.answer.status)


def key_of(request: Request) -> str | None:
    """The request's Idempotency-Key, if it has one; a key that is none is an error."""
    key = request.headers.get(HEADER)
    if key is not None and not _KEY.fullmatch(key):
        raise ValidationError({HEADER: ["Use 1 to 255 visible ASCII characters."]})
    return key


def asked(request: Request, account: Account) -> Asked | None:
    """What to remember the answer by, if the request has a key; raises `Answered` or `Conflict` if the key was used.

    Two requests with one key take turns: the second waits here for what the first is answered.
    """
    key = key_of(request)
    if key is None:
        return None
    said = json.dumps([request.path, request.data], sort_keys=True)
    this = Asked(key, sha256(said.encode()).hexdigest())
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))", [f"answer to {key}", account.pk])
    known = account.answers.filter(key=key)
    known.filter(answered_at__lt=now() - _KEPT).delete()
    if earlier := known.first():
        if earlier.fingerprint != this.fingerprint:
            raise Conflict("This Idempotency-Key belongs to another request. Use a new key for every new request.")
        raise Answered(earlier)
    return this


def remember(asked: Asked, response: Response, account: Account) -> None:
    """Keep an answer."""
    body = JSONRenderer().render(response.data).decode() or "null"
    account.answers.create(key=asked.key, fingerprint=asked.fingerprint, status=response.status_code, body=body)


def forget() -> None:
    """Drop what is older than a day, of all accounts; the caller needs none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT forget_answers()")
