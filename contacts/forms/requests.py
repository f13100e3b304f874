"""What somebody asked of the team outside a text, as it is written down, checked (P11)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms

from contacts import people
from contacts.forms.fields import MomentField, NumbersField, PhoneField
from contacts.forms.permission import old_consent, old_joining
from contacts.models import Group, Number
from shout.models import Account

STOP, LEAVE, AGREE, JOIN = "stop", "leave", "agree", "join"
_WHAT = [
    (STOP, "No more texts from a number"),
    (LEAVE, "To leave a list"),
    (AGREE, "Texts again from a number they had stopped"),
    (JOIN, "To join a list"),
]
_HOW = ["Phone call", "In person", "E-mail", "Web form", "Letter", "Other"]


class RequestForm(forms.Form):
    """A wish of a phone's owner, who need not be a contact, and the proof of it."""

    phone = PhoneField(label="Their phone number")
    what = forms.ChoiceField(
        choices=_WHAT,
        initial=STOP,
        label="What they asked for",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what they asked for.", "invalid_choice": "Choose from what is listed."},
    )
    every_number = forms.BooleanField(required=False, label="All your numbers")
    numbers = NumbersField(required=False)
    group = forms.ModelChoiceField(
        Group.objects.none(),
        required=False,
        label="List",
        empty_label="Choose a group",
        error_messages={"invalid_choice": "Choose one of the groups listed."},
    )
    how = forms.ChoiceField(
        choices=[(how, how) for how in _HOW],
        label="How they asked",
        error_messages={"required": "Choose how they asked.", "invalid_choice": "Choose from what is listed."},
    )
    asked_at = MomentField(label="When they asked")
    words = forms.CharField(
        max_length=500,
        label="Their words",
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="As they said or wrote them. They are kept as proof, with your name.",
        error_messages={"required": "Write down what they said. It is kept as proof."},
    )

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.account = account
        self.fields["numbers"].queryset = account.numbers.all()  # type: ignore[attr-defined]
        self.fields["group"].queryset = account.groups.all()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A wish about numbers names some, one about a list names it, and consent is newer than what it undoes."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "phone" in cleaned and "asked_at" in cleaned and "what" in cleaned:
            if cleaned["what"] in (STOP, AGREE):
                self._check_numbers(cleaned)
            elif "group" in cleaned:
                self._check_group(cleaned)
        return cleaned

    def _check_numbers(self, cleaned: dict[str, Any]) -> None:
        if cleaned.get("every_number"):
            cleaned["numbers"] = list(self.account.numbers.all())
            if not cleaned["numbers"]:
                self.add_error("every_number", "You have no number yet.")
        elif "numbers" in cleaned and not cleaned["numbers"]:
            self.add_error("numbers", "Choose at least one number, or all of them.")
        if cleaned["what"] == AGREE:
            self._check_consent(cleaned["phone"], cleaned["asked_at"], cleaned.get("numbers", ()))

    def _check_consent(self, phone: str, agreed_at: datetime, numbers: Iterable[Number]) -> None:
        for error in old_consent(numbers, agreed_at, people.stopped(self.account, phone)):
            self.add_error("asked_at", error)

    def _check_group(self, cleaned: dict[str, Any]) -> None:
        if not cleaned["group"]:
            self.add_error("group", "Choose the list that they meant.")
        elif cleaned["what"] == JOIN:
            if error := old_joining(cleaned["group"], cleaned["phone"], cleaned["asked_at"]):
                self.add_error("asked_at", error)
        elif not cleaned["group"].contacts.filter(phone=cleaned["phone"]).exists():
            self.add_error(
                "group", f"Nobody with this phone number is on {cleaned['group']}. Look at the number again."
            )
