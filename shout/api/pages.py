"""How lists of the REST API are cut into pages."""

from rest_framework.pagination import CursorPagination


class Page(CursorPagination):
    """Newest first, by cursor; `?page_size=` up to 200."""

    ordering = "-id"
    page_size_query_param = "page_size"
    max_page_size = 200
