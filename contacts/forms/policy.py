"""What a business decides about permission, checked: how far an opt-out reaches (P15)."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.timezone import now

from contacts import scopes
from contacts.models import ScopePolicy
from shout.models import Account

_FARTHEST = timedelta(days=5 * 366)
MEANINGS = {
    ScopePolicy.Scope.NUMBER: "Your other numbers may still text them.",
    ScopePolicy.Scope.PURPOSE: "After a STOP to one marketing number no marketing number texts them; customer service"
    " numbers stay open, and the other way round.",
    ScopePolicy.Scope.ACCOUNT: "After a STOP to any number none of your numbers texts them. START, or new consent,"
    " opens the number that it was said to.",
}


class DayField(forms.DateField):
    """A day, in the browser's own calendar."""

    def __init__(self, **kwargs: Any) -> None:  # noqa: ANN401
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        errors = {"required": "Enter the day.", "invalid": "Enter a day like 2027-01-31."}
        super().__init__(widget=widget, error_messages=errors | kwargs.pop("error_messages", {}), **kwargs)


class ScopeForm(forms.Form):
    """How far an opt-out shall reach, and from when."""

    scope = forms.ChoiceField(
        choices=ScopePolicy.Scope.choices,
        widget=forms.RadioSelect,
        label="A STOP to one number closes",
        error_messages={
            "required": "Choose how far an opt-out reaches.",
            "invalid_choice": "Choose one of the three.",
        },
    )
    starts_on = DayField(
        required=False, label="From", help_text="Empty means at once. A day here begins at midnight in UTC."
    )

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.account = account

    @property
    def options(self) -> list[tuple[ScopePolicy.Scope, str, bool]]:
        """Each scope, what it means for a person, and whether it is chosen."""
        return [(scope, MEANINGS[scope], scope == self["scope"].value()) for scope in ScopePolicy.Scope]

    @property
    def starts_at(self) -> datetime:
        """The moment from which it shall hold."""
        day: date | None = self.cleaned_data.get("starts_on")
        return max(now(), datetime.combine(day, time.min, UTC)) if day else now()

    def clean_starts_on(self) -> date | None:
        """A day that is not over and not too far away."""
        day: date | None = self.cleaned_data["starts_on"]
        if day and day < now().date():
            raise ValidationError("This day is over. Choose a later one, or leave it empty to begin at once.")
        if day and day > now().date() + _FARTHEST:
            raise ValidationError("Choose a day within the next five years.")
        return day

    def clean(self) -> dict[str, Any]:
        """It has to change something, on a day for which nothing else is planned."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        if scopes.in_force(self.account, self.starts_at) == cleaned["scope"]:
            self.add_error("scope", "That is what holds then already. Choose another one, or another day.")
        elif cleaned["starts_on"]:
            try:
                scopes.check_unplanned(self.account, cleaned["starts_on"])
            except scopes.Planned as error:
                self.add_error("starts_on", str(error))
        return cleaned
