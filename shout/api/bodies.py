"""Bodies of REST requests: the only place that limits what is read from a program."""

from collections.abc import Mapping
from io import BytesIO
from typing import IO, Any

from rest_framework import status
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser

_MOST_BYTES = 1_000_000


class TooLarge(APIException):
    """A body that no request of this API needs."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = "The body is larger than 1 MB. Send less at a time."
    default_code = "too_large"


class Json(JSONParser):
    """JSON of bounded length and depth."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """The body's value; raises `TooLarge` or `ParseError`."""
        body = stream.read(_MOST_BYTES + 1)
        if len(body) > _MOST_BYTES:
            raise TooLarge
        try:
            return super().parse(BytesIO(body), media_type, parser_context)
        except RecursionError as error:
            raise ParseError("The JSON is nested too deeply.") from error
