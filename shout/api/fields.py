"""What REST bodies are made of beyond the usual: phones, rows of the account, no unknown names."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.timezone import now
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from shout import moments, phones


class Strict(serializers.Serializer[Any]):
    """A body in which every name counts: one that is misspelt or cannot be set is an error and not silence."""

    def to_internal_value(self, data: Any) -> Any:  # noqa: ANN401
        """The fields' values, unless a name is unknown."""
        if isinstance(data, Mapping):
            settable = {name for name, field in self.fields.items() if not field.read_only}
            unknown = {str(name): ["This field cannot be set here."] for name in data if name not in settable}
            if unknown:
                raise serializers.ValidationError(unknown)
        return super().to_internal_value(data)


class PhoneField(serializers.CharField):
    """A phone number as people write it, kept as E.164."""

    def to_internal_value(self, data: Any) -> str:  # noqa: ANN401
        """The number as E.164."""
        try:
            return phones.parse(super().to_internal_value(data))
        except phones.InvalidPhone as error:
            raise serializers.ValidationError(str(error)) from error


# How far a program's clock may be ahead of ours.
_LEEWAY = timedelta(minutes=5)


class PastField(serializers.DateTimeField):
    """When something happened."""

    def to_internal_value(self, value: datetime | str) -> datetime:
        """The moment, which is over and was not before anybody texted; now, where a clock is a little ahead."""
        moment, at = super().to_internal_value(value), now()
        if moment > at + _LEEWAY:
            raise serializers.ValidationError("This is in the future. Send the moment at which it happened.")
        if moment < moments.EARLIEST:
            raise serializers.ValidationError("This is before 1990. Send the moment at which it happened.")
        return min(moment, at)


@extend_schema_field(OpenApiTypes.INT64)
class OwnField(serializers.PrimaryKeyRelatedField[Any]):
    """The id of a row of the account, in the relation `rows`; another account's is not there."""

    default_error_messages = {
        "does_not_exist": "There is no {name} {pk_value} in this account.",
        "incorrect_type": "Send the id, a whole number.",
    }

    def __init__(self, rows: str, **options: Any) -> None:  # noqa: ANN401
        self._rows = rows
        super().__init__(queryset=(), **options)  # type: ignore[arg-type]

    def get_queryset(self) -> QuerySet[Model]:
        """The account's rows."""
        rows: QuerySet[Model] = getattr(self.context["view"].account, self._rows).all()
        return rows

    def to_internal_value(self, data: object) -> Model:
        """The row; a part of a number is nobody's id."""
        if isinstance(data, float):
            self.fail("incorrect_type")
        row: Model = super().to_internal_value(data)
        return row

    def fail(self, key: str, **values: Any) -> None:  # type: ignore[override]  # noqa: ANN401
        """Raise the error, naming what was looked for."""
        super().fail(key, name=self._rows.removesuffix("s"), **values)
