"""How the REST API says that something is wrong."""

from typing import Any

from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler


def problem(exc: Exception, context: dict[str, Any]) -> Response | None:
    """An error as problem details (RFC 9457); field errors under `errors`."""
    response = exception_handler(exc, context)
    if response is None:
        return None
    body: dict[str, Any] = {"type": "about:blank", "title": response.status_text, "status": response.status_code}
    if isinstance(exc, exceptions.ValidationError):
        body |= {"title": "Invalid input", "detail": "Mend the fields named in errors.", "errors": response.data}
    else:
        body["detail"] = str(response.data["detail"]) if response.data else response.status_text
    headers = {name: response[name] for name in ("WWW-Authenticate", "Retry-After", "Allow") if name in response}
    return Response(body, status=response.status_code, headers=headers, content_type="application/problem+json")
