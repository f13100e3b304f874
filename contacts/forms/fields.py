"""Form fields that several forms of contacts share."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from contacts.models import Number
from shout import moments, phones, text

_LONGEST_KEY = 120


def check_name(name: str) -> None:
    """Raise ValidationError for a name of a group or tag that cannot be told from others."""
    key = text.fold(name)
    if not key:
        raise ValidationError("Nothing of this name can be seen. Use letters or digits.")
    # A few characters stand for a whole phrase.
    if len(key) > _LONGEST_KEY:
        raise ValidationError("This name is too long once it is written out. Shorten it.")


class NumbersField(forms.ModelMultipleChoiceField[Number]):
    """Several of the account's numbers, as checkboxes."""

    def __init__(self, *, required: bool = True) -> None:
        wrong = "Choose from the numbers listed."
        super().__init__(
            Number.objects.none(),
            required=required,
            widget=forms.CheckboxSelectMultiple,
            error_messages={
                "required": "Choose at least one number.",
                "invalid_choice": wrong,
                "invalid_pk_value": wrong,
            },
        )

    def label_from_instance(self, obj: Any) -> str:  # noqa: ANN401
        """What the team calls the number, and the number."""
        return f"{obj.label}, {phones.show(obj.e164)}"


class PhoneField(forms.CharField):
    """A phone number in any spelling a person uses; its value is E.164."""

    def __init__(self, **kwargs: Any) -> None:  # noqa: ANN401
        kwargs.setdefault("error_messages", {"required": "Enter a phone number, like +1 415 555 0123."})
        super().__init__(max_length=40, widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}), **kwargs)

    def clean(self, value: Any) -> str:  # noqa: ANN401
        """The number in E.164; raises ValidationError with how to mend it."""
        text = super().clean(value)
        try:
            return phones.parse(text) if text else ""
        except phones.InvalidPhone as error:
            raise ValidationError(str(error)) from error


class MomentField(forms.DateTimeField):
    """When something happened, to the minute and not in the future; the form opens with now."""

    def __init__(self, **kwargs: Any) -> None:  # noqa: ANN401
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        errors = {
            "required": "Enter the date and time.",
            "invalid": "Enter a date and time, like 2026-03-14 15:05.",
        }
        super().__init__(
            widget=widget, error_messages=errors, initial=timezone.now, help_text="Times here are in UTC.", **kwargs
        )

    def clean(self, value: Any) -> datetime | None:  # noqa: ANN401
        """The moment; raises ValidationError when it is yet to come, or before anybody texted."""
        moment: datetime | None = super().clean(value)
        if moment and moment > timezone.now():
            raise ValidationError("This is in the future. Enter when it happened, in UTC.")
        if moment and moment < moments.EARLIEST:
            raise ValidationError("This is before 1990. Enter when it happened, in UTC.")
        return moment
