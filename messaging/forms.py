"""What people type into the pages of messaging, checked."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Case, When
from django.http import QueryDict

from contacts.forms.fields import PhoneField
from contacts.models import Contact, Number
from shout import phones
from shout.models import Account

LONGEST = 1600
_OFFERED = 8


class BodyField(forms.CharField):
    """The words of a text."""

    def __init__(self, widget: forms.Widget) -> None:
        super().__init__(
            label="Text",
            max_length=LONGEST,
            widget=widget,
            error_messages={
                "required": "Write a text.",
                "max_length": "A text holds at most 1,600 characters. This one has %(show_value)d.",
            },
        )

    def to_python(self, value: Any) -> str:  # noqa: ANN401
        """Browsers post a line's end as two characters; a carrier would charge for both."""
        return super().to_python((value or "").replace("\r\n", "\n")) or ""


class NumberField(forms.ModelChoiceField[Number]):
    """One of the account's numbers."""

    def __init__(self, label: str, **options: Any) -> None:  # noqa: ANN401
        errors = {"required": "Choose a number.", "invalid_choice": "Choose one of your numbers."}
        super().__init__(Number.objects.none(), label=label, empty_label=None, error_messages=errors, **options)

    def label_from_instance(self, number: Number) -> str:
        """The number as it stands in a list of choices."""
        return f"{number.label} · {phones.show(number.e164)}"


class KeyField(forms.UUIDField):
    """What the page that shows a form puts into it, so that a second submission is known as a repetition."""

    def __init__(self) -> None:
        wrong = "This page is out of date. Send once more."
        super().__init__(widget=forms.HiddenInput, error_messages={"required": wrong, "invalid": wrong})


class TextForm(forms.Form):
    """A text to one person."""

    number = NumberField("From")
    body = BodyField(forms.Textarea({"rows": 3, "placeholder": "Write a text"}))
    key = KeyField()

    def __init__(self, account: Account, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.fields["number"].queryset = account.numbers.all()  # type: ignore[attr-defined]


class BroadcastForm(forms.Form):
    """A text to a whole group."""

    number = NumberField("From")
    body = BodyField(forms.Textarea({"rows": 5}))

    def clean_body(self) -> str:
        """The text, which everybody gets as it is."""
        body: str = self.cleaned_data["body"]
        if "{{" in body:
            raise ValidationError("A text to a group goes to everybody as it is. Take the braces out.")
        return body

    def __init__(self, account: Account, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        marketing_first = Case(When(kind=Number.Kind.MARKETING, then=0), default=1)
        self.fields["number"].queryset = account.numbers.order_by(marketing_first, "id")  # type: ignore[attr-defined]


class BroadcastKey(forms.Form):
    """Proof that the preview has been seen: the same key again is the same broadcast."""

    form_key = KeyField()


class HandsetForm(forms.Form):
    """A handset to lay beside the others."""

    phone = PhoneField(label="Phone number")


class HandsetTextForm(forms.Form):
    """A text from the handset of `phone` to one of the account's simulated numbers."""

    phone = PhoneField()
    number = NumberField("To")
    body = BodyField(forms.TextInput({"autocomplete": "off"}))

    def __init__(self, account: Account, data: QueryDict | None = None, *, phone: str = "", number: int = 0) -> None:
        # Several handsets stand on one page, so each needs ids of its own.
        ids = f"id_{data.get('phone', '') if data else phone}_%s".replace("+", "")
        super().__init__(data, auto_id=ids, initial={"phone": phone, "number": number})
        self.fields["number"].queryset = account.numbers.filter(carrier=Number.Carrier.SIMULATOR)  # type: ignore[attr-defined]


class RehearsalForm(forms.Form):
    """A text that is only tried out, and what the same person has said before it."""

    number = NumberField("To")
    who = forms.CharField(
        label="From",
        max_length=100,
        widget=forms.TextInput({"placeholder": "For example: (415) 555-0142"}),
        help_text="A phone number, known or not, or a contact's name.",
        error_messages={"required": "Type a phone number or the name of a contact."},
    )
    body = BodyField(forms.Textarea({"rows": 2, "placeholder": "Type a text as they would"}))

    def __init__(self, account: Account, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.account, self.several = account, list[Contact]()
        self.fields["number"].queryset = account.numbers.all()  # type: ignore[attr-defined]

    def clean_who(self) -> str:
        """The phone number that is meant."""
        who: str = self.cleaned_data["who"]
        try:
            return phones.parse(who)
        except phones.InvalidPhone as error:
            if not any(char.isalpha() for char in who):
                raise ValidationError(str(error)) from error
        found = list(self.account.contacts.matching(who)[:_OFFERED])
        if not found:
            raise ValidationError(f"No contact is called “{who}”. Type a phone number instead.")
        if len(found) > 1:
            self.several = found
            raise ValidationError("Several contacts fit. Choose one.")
        return found[0].phone


class ErasureForm(forms.Form):
    """The number of the person who is to be erased, typed in as a proof that they are meant."""

    phone = PhoneField(label="Type their phone number to confirm")

    def __init__(self, *args: Any, contact: Contact, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.contact = contact

    def clean_phone(self) -> str:
        """The contact's number; another one erases nobody."""
        phone: str = self.cleaned_data["phone"]
        if phone != self.contact.phone:
            raise ValidationError(f"This is not the number of {self.contact}. Type {phones.show(self.contact.phone)}.")
        return phone
