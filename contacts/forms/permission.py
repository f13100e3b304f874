"""What staff record about permission, checked (P4, P11)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms

from contacts.forms.fields import MomentField, NumbersField, check_name
from contacts.models import Group, OptOut
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

    def __init__(self, *args: Any, opt_outs: Sequence[OptOut], account: Account, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.opt_outs = {opt_out.number_id: opt_out for opt_out in opt_outs}
        self.fields["numbers"].queryset = account.numbers.filter(pk__in=self.opt_outs)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Consent that was given before they stopped is not new."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        agreed_at: datetime | None = cleaned.get("asked_at")
        for number in cleaned.get("numbers", ()):
            stopped_at = self.opt_outs[number.pk].opted_out_at.replace(second=0, microsecond=0)
            if agreed_at and agreed_at < stopped_at:
                self.add_error(
                    "asked_at",
                    f"They stopped {number.label} after that, on {stopped_at:%Y-%m-%d at %H:%M} UTC. "
                    "Only consent given since then opens it.",
                )
        return cleaned


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

    def __init__(self, data: Any, *, account: Account) -> None:  # noqa: ANN401
        super().__init__(data)
        self.fields["group"].queryset = account.groups.all()  # type: ignore[attr-defined]


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
