"""Filters of REST lists: the only place that reads a list's query."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from shout.api.fields import PhoneField, Strict
from shout.api.pages import Page

_OF_THE_PAGE = {Page.cursor_query_param, Page.page_size_query_param}


class Query(Strict):
    """What a list may be asked for: its fields are the filters, each optional, all of them to be met."""

    def to_internal_value(self, data: Any) -> Any:  # noqa: ANN401
        """The filters' values; a name that is no filter is an error and not silence."""
        assert isinstance(data, Mapping)
        return super().to_internal_value({name: data[name] for name in data if name not in _OF_THE_PAGE})

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows that are asked for."""
        return rows.filter(**self.validated_data)


class PhoneFilter(PhoneField):
    """A phone number in a query string, where a bare + means a space."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401
        super().__init__(trim_whitespace=False, required=False, **options)

    def to_internal_value(self, data: Any) -> str:  # noqa: ANN401
        """The number as E.164."""
        return super().to_internal_value("+" + data[1:] if data.startswith(" ") else data)
