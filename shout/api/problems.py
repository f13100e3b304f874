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
        required=False,
        child=serializers.ListField(child=serializers.CharField()),
        help_text="By field, on a 400; inside lists and objects by path, such as actions.0.kind.",
    )


def problem(exc: Exception, context: dict[str, Any]) -> Response | None:
    """An error as problem details (RFC 9457); field errors under `errors`."""
    response = exception_handler(exc, context)
    if response is None:
        return None
    body: dict[str, Any] = {"type": "about:blank", "title": response.status_text, "status": response.status_code}
    if isinstance(exc, exceptions.ValidationError):
        body |= {"title": "Invalid input", "detail": "Mend the fields named in errors.", "errors": _flat(response.data)}
    else:
        body["detail"] = str(response.data["detail"]) if response.data else response.status_text
    headers = {name: response[name] for name in ("WWW-Authenticate", "Retry-After") if name in response}
    return Response(body, status=response.status_code, headers=headers, content_type="application/problem+json")


def _flat(errors: Any, path: str = "") -> dict[str, list[str]]:  # noqa: ANN401
    """The sentences by path, whatever lists and objects they lie in."""
    if not isinstance(errors, dict) and not any(isinstance(error, dict) for error in errors):
        return {path or "non_field_errors": [str(error) for error in errors]}
    flat: dict[str, list[str]] = {}
    for name, inner in errors.items() if isinstance(errors, dict) else enumerate(errors):
        flat |= _flat(inner, f"{path}.{name}" if path else str(name))
    return flat
