"""How the REST API says that something is wrong."""

from typing import Any

from rest_framework import exceptions, serializers, status
from rest_framework.response import Response
from rest_framework.views import exception_handler


class Conflict(exceptions.APIException):
    """The request is sound, but not as things stand; the detail says what stands in its way."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


class ProblemSerializer(serializers.Serializer[Any]):
    """What the OpenAPI document says of every answer from 400 on."""

    type = serializers.CharField(help_text="Always about:blank: status says what sort of problem it is.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="What is wrong and how to mend it.")
    errors = serializers.DictField(  # type: ignore[assignment]
        required=False, child=serializers.ListField(child=serializers.CharField()), help_text="By field, on a 400."
    )


def problem(exc: Exception, context: dict[str, Any]) -> Response | None:
    """An error as problem details (RFC 9457); field errors under `errors`."""
    response = exception_handler(exc, context)
    if response is None:
        return None
    body: dict[str, Any] = {"type": "about:blank", "title": response.status_text, "status": response.status_code}
    if isinstance(exc, exceptions.ValidationError):
        errors = response.data if isinstance(response.data, dict) else {"non_field_errors": response.data}
        body |= {"title": "Invalid input", "detail": "Mend the fields named in errors.", "errors": errors}
    else:
        body["detail"] = str(response.data["detail"]) if response.data else response.status_text
    headers = {name: response[name] for name in ("WWW-Authenticate", "Retry-After") if name in response}
    return Response(body, status=response.status_code, headers=headers, content_type="application/problem+json")
