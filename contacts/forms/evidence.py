"""What somebody asks of the ledger, and how people were asked, checked (P12)."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q, QuerySet
from django.utils.timezone import now

from contacts.evidence import phone_list
from contacts.forms.fields import MomentField, PhoneField
from contacts.models import CallToAction, ConsentEvent, Number
from contacts.models.consent import Source
from contacts.sheets import Unreadable
from shout import phones
from shout.models import Account

_MAX_MB = 2
_LAST_YEAR = 9000


class DayField(forms.DateField):
    """A day in UTC, from a browser's calendar."""

    def __init__(self, **kwargs: Any) -> None:  # noqa: ANN401
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        errors = {"required": "Choose a day.", "invalid": "Enter a day, like 2026-03-14."}
        super().__init__(widget=widget, error_messages=errors, **kwargs)

    def clean(self, value: Any) -> date | None:  # noqa: ANN401
        """The day, if there is one after it."""
        day: date | None = super().clean(value)
        if day and day.year > _LAST_YEAR:
            raise ValidationError("Choose an earlier day.")
        return day


def _check_days(form: forms.Form) -> None:
    since, until = form.cleaned_data.get("since"), form.cleaned_data.get("until")
    if since and until and until < since:
        form.add_error("until", "This day is before the first. Choose a later one.")


class LedgerFilter(forms.Form):
    """Which lines of the ledger to show; all of it is optional."""

    q = forms.CharField(required=False, max_length=100, label="Name or phone number")
    number = forms.ModelChoiceField(Number.objects.none(), required=False, empty_label="All numbers")
    group = forms.TypedChoiceField(coerce=int, empty_value=None, required=False)
    kind = forms.ChoiceField(choices=[("", "Everything"), *ConsentEvent.Kind.choices], required=False, label="What")
    source = forms.ChoiceField(choices=[("", "Every source"), *Source.choices], required=False)
    since = DayField(required=False, label="From")
    until = DayField(required=False, label="To")

    def __init__(self, data: Any, *, account: Account) -> None:  # noqa: ANN401
        super().__init__(data)
        self.account = account
        self.fields["number"].queryset = account.numbers.all()  # type: ignore[attr-defined]
        self.fields["number"].label_from_instance = lambda number: number.label  # type: ignore[attr-defined]
        groups = account.groups.values_list("pk", "name")
        self.fields["group"].choices = [("", "All groups"), *groups]  # type: ignore[attr-defined]
        for field in self.fields.values():
            field.error_messages["invalid_choice"] = "Choose from those listed."

    def clean(self) -> dict[str, Any]:
        """The last day is not before the first."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        _check_days(self)
        return cleaned

    def lines(self) -> QuerySet[ConsentEvent]:
        """The lines asked for; what was asked for wrongly is left out."""
        self.is_valid()
        said, lines = self.cleaned_data, self.account.consent_events.all()
        if said.get("q"):
            lines = lines.filter(self._about(said["q"]))
        if said.get("number"):
            lines = lines.filter(number_ref=said["number"].pk)
        if said.get("group"):
            lines = lines.filter(group_ref=said["group"])
        lines = lines.filter(**{name: said[name] for name in ("kind", "source") if said.get(name)})
        if said.get("since"):
            lines = lines.filter(at__gte=_start(said["since"]))
        if said.get("until"):
            lines = lines.filter(at__lt=_start(said["until"] + timedelta(days=1)))
        return lines

    def _about(self, query: str) -> Q:
        try:
            return Q(phone=phones.parse(query))
        except phones.InvalidPhone:
            return Q(phone__in=self.account.contacts.matching(query).values("phone"))


def _start(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


class StateForm(forms.Form):
    """A phone, one of the account's numbers, and a moment."""

    phone = PhoneField(label="Phone number", help_text="Anybody's; they need not be a contact.")
    number = forms.ModelChoiceField(
        Number.objects.none(),
        label="Your number",
        empty_label=None,
        error_messages={"required": "Choose one of your numbers.", "invalid_choice": "Choose from the numbers listed."},
    )
    at = MomentField(label="Day and time")

    def __init__(self, data: Any, *, account: Account) -> None:  # noqa: ANN401
        super().__init__(data)
        self.fields["number"].queryset = account.numbers.all()  # type: ignore[attr-defined]
        self.fields["number"].label_from_instance = _name  # type: ignore[attr-defined]


def _name(number: Number) -> str:
    return f"{number.label}, {phones.show(number.e164)}"


class CallToActionForm(forms.Form):
    """A new wording by which people are asked to join a list."""

    wording = forms.CharField(
        max_length=CallToAction._meta.get_field("wording").max_length,
        widget=forms.Textarea(attrs={"rows": 5}),
        label="The words people see",
        help_text="Exactly as they stand there, with the small print.",
        error_messages={"required": "Write down the words by which people are asked to join."},
    )
    shown_at = forms.CharField(
        max_length=200,
        label="Where they see them",
        help_text="For example: poster at the till, sign-up form on our website, with its address.",
        error_messages={"required": "Say where people see these words."},
    )
    shown_from = DayField(
        label="From which day", help_text="It counts from the start of that day (UTC).", initial=lambda: now().date()
    )

    def clean_shown_from(self) -> datetime:
        """The moment at which the day begins."""
        return _start(self.cleaned_data["shown_from"])


class EvidenceForm(forms.Form):
    """Whom or which days a pack is about, and as what it is wanted."""

    FORMATS = [("pdf", "PDF"), ("csv", "CSV"), ("json", "JSON")]

    phone = forms.CharField(
        required=False,
        max_length=400_000,
        label="Phone numbers",
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=f"One or many, in any way of writing, a row for each: up to {phone_list.LONGEST:,}.",
    )
    file = forms.FileField(
        required=False,
        label="Or a file of them",
        help_text="CSV or text, with a column of phone numbers.",
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv"}),
        error_messages={"empty": "This file is empty. Choose one with a row for each phone number."},
    )
    since = DayField(required=False, label="From")
    until = DayField(required=False, label="To")
    format = forms.ChoiceField(
        choices=FORMATS,
        error_messages={"required": "Choose PDF, CSV or JSON.", "invalid_choice": "Choose PDF, CSV or JSON."},
    )

    def clean_phone(self) -> list[str]:
        """The numbers that were typed or pasted, in E.164."""
        try:
            return phone_list.pasted(self.cleaned_data["phone"])
        except phone_list.NotPhones as error:
            raise ValidationError(str(error)) from error

    def clean_file(self) -> list[str]:
        """The numbers in the file, in E.164."""
        file: UploadedFile[Any] | None = self.cleaned_data["file"]
        if file is None:
            return []
        if (file.size or 0) > _MAX_MB * 1024**2:
            raise ValidationError(
                f"This file is larger than {_MAX_MB} MB. Leave only the column of phone numbers in it."
            )
        try:
            return phone_list.uploaded(file.read())
        except (phone_list.NotPhones, Unreadable) as error:
            raise ValidationError(str(error)) from error

    def clean(self) -> dict[str, Any]:
        """Either people or a period."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        _check_days(self)
        if self.errors:
            return cleaned
        numbers = list(dict.fromkeys([*cleaned["phone"], *cleaned["file"]]))
        if numbers and (cleaned["since"] or cleaned["until"]):
            raise ValidationError("Choose either people or a period, not both.")
        if cleaned["until"] and not cleaned["since"]:
            self.add_error("since", "Choose the first day of the period.")
        elif not numbers and not cleaned["since"]:
            raise ValidationError("Say whom it is about: enter phone numbers, or choose the first day of a period.")
        return cleaned | {"phones": numbers, "until": cleaned["until"] or now().date()}
