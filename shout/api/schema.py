"""The OpenAPI document and the page to browse it."""

from typing import Any

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_update
from django.utils.decorators import method_decorator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ComponentRegistry
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiJsonRenderer2, OpenApiYamlRenderer
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from shout.api import repeats
from shout.api.problems import ProblemSerializer

_SUMMARIES = {
    "list": "List {}s",
    "create": "Create a {}",
    "retrieve": "Read a {}",
    "update": "Replace a {}",
    "partial_update": "Change a {}",
    "destroy": "Delete a {}",
}
_PROBLEM = {
    "type": "about:blank",
    "title": "Invalid input",
    "status": 400,
    "detail": "Mend the fields named in errors.",
    "errors": {"phone": ["“12” is not a phone number. Write it with its country code, like +1 415 555 0123."]},
}


class Described(AutoSchema):
    """Says of every list what it may be asked for, and of every operation what it does and what its problems are."""

    def get_summary(self) -> str | None:
        """What the operation does, in a few words."""
        words = _SUMMARIES.get(getattr(self.view, "action", ""))
        return words.format(getattr(self.view, "rows", "").removesuffix("s").replace("_", " ")) if words else None

    def get_override_parameters(self) -> list[Any]:
        """The filters of a list, and the key of a request that may come again."""
        if self.method == "POST" and getattr(self.view, "remembers", False):
            return [repeats.PARAMETER]
        query = getattr(self.view, "query", None)
        return [query] if query and query().fields and self._is_list_view() else []

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: ComponentRegistry
    ) -> dict[str, Any] | None:
        """The operation with its errors."""
        operation = super().get_operation(path, path_regex, path_prefix, method, registry)
        if operation is not None:
            schema = self.resolve_serializer(ProblemSerializer, "response").ref
            operation["responses"]["4XX"] = {
                "description": "What is wrong and how to mend it",
                "content": {"application/problem+json": {"schema": schema, "example": _PROBLEM}},
            }
        return operation


class Schema(SpectacularAPIView):
    """The document, as JSON unless YAML is asked for."""

    renderer_classes = [OpenApiJsonRenderer2, OpenApiJsonRenderer, OpenApiYamlRenderer]


# The browser's page sets styles on its own elements.
@method_decorator(csp_update({"style-src": [SELF, UNSAFE_INLINE]}), name="dispatch")
class Docs(SpectacularSwaggerSplitView):
    """The document in a page that can also try requests out."""

    url_name = "api:schema"
