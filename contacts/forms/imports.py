"""A file of contacts and where their consent comes from, as somebody hands them over."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from contacts.imports import MAX_BYTES, MAX_ROWS
from contacts.models import Group
from shout.models import Account

_MAX_MB = MAX_BYTES // 1024**2


class ImportForm(forms.Form):
    """A file to import."""

    file = forms.FileField(
        label="CSV file",
        max_length=200,
        help_text=f"Up to {MAX_ROWS:,} rows and {_MAX_MB} MB. The first row names the columns: Phone, First name, "
        "Last name, E-mail; others are kept too.",
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv"}),
        error_messages={
            "required": "Choose the CSV file to import.",
            "empty": "This file is empty. Choose one with a row for each person.",
            "max_length": "The name of this file is too long. Shorten it to 200 characters.",
        },
    )
    consent_source = forms.CharField(
        max_length=200,
        label="Where did these people agree to be texted?",
        help_text="For example: sign-up form on our website, spring 2026. It is kept as proof for each of them.",
        error_messages={"required": "Say where these people agreed to be texted. Without consent, do not import them."},
    )
    group = forms.ModelChoiceField(
        Group.objects.none(),
        required=False,
        label="Put them on the list",
        empty_label="No list",
        help_text="Whoever has left it before is not put back.",
        error_messages={"invalid_choice": "Choose one of the groups listed."},
    )

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.fields["group"].queryset = account.groups.all()  # type: ignore[attr-defined]

    def clean_file(self) -> UploadedFile[Any]:
        """The file, if it is not too large."""
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if (file.size or 0) > MAX_BYTES:
            raise ValidationError(
                f"This file is larger than {_MAX_MB} MB. Split it, and import one part after another."
            )
        return file
