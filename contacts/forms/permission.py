"""What staff record about permission, checked (P4, P11)."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from django import forms

from contacts import people, wording
from contacts.forms.fields import MomentField, NumbersField, check_name
from contacts.models import Contact, Group, Number
from shout.models import Account


class OptOutForm(forms.Form):
    """An opt-out that somebody asked for outside a text."""

    numbers = NumbersField()
    words = forms.CharField(
        max_length=500,
        label="How they asked",
        help_text="In their words, and where: by phone, by e-mail, at the counter.",
        error_messages={"required": "Say how they asked. It is kept as proof."},
    )
    asked_at = MomentField(label="When they asked")

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.fields["numbers"].queryset = account.numbers.all()  # type: ignore[attr-defined]


class OptInForm(forms.Form):
    """New consent, which alone lets staff lift an opt-out."""

    numbers = NumbersField()
    reference = forms.CharField(
        max_length=200,
        label="Where the consent comes from",
        help_text="For example: signed form at the till, phone call, e-mail.",
        error_messages={"required": "Say where the new consent comes from. It is kept as proof."},
    )
    words = forms.CharField(
        max_length=500,
        label="Their words",
        error_messages={"required": "Write down what they agreed to, in their words."},
    )
    asked_at = MomentField(label="When they agreed")

    def __init__(self, *args: Any, stopped: Mapping[int, datetime], account: Account, **kwargs: Any) -> None:  # noqa: ANN401
        """`stopped` holds the numbers that are stopped by id, each with when that was asked for."""
        super().__init__(*args, **kwargs)
        self.stopped = stopped
        self.fields["numbers"].queryset = account.numbers.filter(pk__in=stopped)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Consent that was given before they stopped is not new."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for error in old_consent(cleaned.get("numbers", ()), cleaned.get("asked_at"), self.stopped):
            self.add_error("asked_at", error)
        return cleaned


def old_consent(
    numbers: Iterable[Number], agreed_at: datetime | None, stopped: Mapping[int, datetime]
) -> Iterator[str]:
    """What is wrong with consent of that moment, for each number that was stopped after it."""
    for number in numbers:
        stopped_at = stopped.get(number.pk)
        if agreed_at and stopped_at and agreed_at < stopped_at.replace(second=0, microsecond=0):
            yield (
                f"They stopped {number.label} after that, on {stopped_at:%Y-%m-%d at %H:%M} UTC. "
                "Only consent given since then opens it."
            )


def old_joining(group: Group, phone: str, agreed_at: datetime | None) -> str:
    """What is wrong with putting this phone on the list by consent of that moment; empty if nothing is (P10)."""
    left = people.leaving(group, phone)
    if left is None or (agreed_at and agreed_at >= left.since.replace(second=0, microsecond=0)):
        return ""
    return (
        f"They left {group} on {left.since:%Y-%m-%d at %H:%M} UTC: {wording.how(left)}. "
        "Only consent given since then puts them back on it. Enter when they agreed."
    )


class BlockForm(forms.Form):
    """Why a contact is blocked."""

    reason = forms.CharField(required=False, max_length=200, help_text="For your team.")


class JoinForm(forms.Form):
    """A list to put somebody on, and how they agreed."""

    group = forms.ModelChoiceField(
        Group.objects.none(),
        error_messages={
            "required": "Choose the group to put them on.",
            "invalid_choice": "Choose one of the groups listed.",
        },
    )
    words = forms.CharField(
        max_length=500, error_messages={"required": "Say how they agreed to this list. It is kept as proof."}
    )

    asked_at = MomentField(label="When they agreed", required=False)

    def __init__(self, data: Any, *, contact: Contact) -> None:  # noqa: ANN401
        super().__init__(data)
        self.phone = contact.phone
        self.fields["group"].queryset = contact.account.groups.all()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Who has left the list comes back by newer consent alone."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        group = cleaned.get("group")
        if group and "asked_at" in cleaned and (error := old_joining(group, self.phone, cleaned["asked_at"])):
            self.add_error("asked_at", error)
        return cleaned


class LabelForm(forms.Form):
    """A tag by its name, which need not be there yet."""

    name = forms.CharField(
        max_length=60,
        validators=[check_name],
        error_messages={
            "required": "Enter the name of a tag.",
            "max_length": "Shorten the name of the tag to 60 characters.",
        },
    )
