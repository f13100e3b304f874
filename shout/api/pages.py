"""How lists of the REST API are cut into pages."""

import re
from typing import Any

from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

_ID = re.compile(r"[0-9]{1,18}")


class Page(CursorPagination):
    """Newest first, by cursor; `?page_size=` up to 200."""

    ordering = "-id"
    cursor_query_description = "Where the page begins: follow `next` and `previous`."
    page_size_query_param = "page_size"
    page_size_query_description = "How many rows a page has, 1 to 200."
    max_page_size = 200

    def decode_cursor(self, request: Request) -> Cursor | None:
        """The place in the list; a cursor that did not come from `next` or `previous` is a problem."""
        try:
            cursor = super().decode_cursor(request)
            sound = cursor is None or bool(_ID.fullmatch(str(cursor.position)))
        except NotFound:
            sound = False
        if not sound:
            raise ValidationError({self.cursor_query_param: ["Use the cursor of a page's next or previous."]})
        return cursor

    def get_page_size(self, request: Request) -> int:
        """The rows on a page."""
        asked = request.query_params.get(self.page_size_query_param, str(self.page_size))
        if not _ID.fullmatch(asked) or not 1 <= int(asked) <= self.max_page_size:
            raise ValidationError({self.page_size_query_param: [f"Ask for 1 to {self.max_page_size} rows."]})
        return int(asked)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """How the OpenAPI document describes a page."""
        example = "https://shout.example/api/v1/contacts/?cursor=cD00Mg%3D%3D"
        link = {"type": ["string", "null"], "format": "uri", "example": example}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }
