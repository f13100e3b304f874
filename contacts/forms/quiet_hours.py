"""An account's own quiet hours, and the question when somebody may be texted, checked (P17)."""

import re
from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.timezone import now

from contacts import places, timetable
from contacts.forms.policy import DayField
from contacts.quiet_hours import Window
from contacts.timetable import GENERAL, Hours, Lines
from shout import phones

_GROUPS = {"mon_fri": ("01234", "Monday to Friday"), "sat": ("5", "Saturday"), "sun": ("6", "Sunday")}
_EARLIEST = date(1990, 1, 1)
_FARTHEST = timedelta(days=5 * 366)
_ZIP = re.compile(r"\d{5}(-\d{4})?", re.ASCII)


class QuestionForm(forms.Form):
    """Whom somebody asks about: a phone number or a ZIP code."""

    q = forms.CharField(max_length=40, label="Phone number or ZIP code", error_messages={"required": "Enter one."})

    def clean_q(self) -> dict[str, str]:
        """The `phone` in E.164, or the `postal_code`."""
        text = self.cleaned_data["q"].strip()
        if _ZIP.fullmatch(text):
            return {"postal_code": text}
        try:
            return {"phone": phones.parse(text)}
        except phones.InvalidPhone:
            raise ValidationError("Enter a phone number like +1 415 555 0123, or a ZIP code like 80202.") from None


class HourField(forms.TimeField):
    """An o'clock; empty where nothing may be sent."""

    def __init__(self, label: str) -> None:
        widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
        errors = {"invalid": "Enter a time like 08:00 or 20:30."}
        super().__init__(label=label, required=False, widget=widget, error_messages=errors)


class QuietHoursForm(forms.Form):
    """Hours of an account's own for a place, by groups of weekdays; a group without hours is closed."""

    place = forms.ChoiceField(
        label="Place", error_messages={"required": "Choose a place.", "invalid_choice": "Choose one of the places."}
    )
    mon_fri_opens = HourField("Monday to Friday, opens")
    mon_fri_closes = HourField("Monday to Friday, closes")
    sat_opens = HourField("Saturday, opens")
    sat_closes = HourField("Saturday, closes")
    sun_opens = HourField("Sunday, opens")
    sun_closes = HourField("Sunday, closes")
    since = DayField(label="From", help_text="Until then the hours before them count.")
    source = forms.CharField(
        max_length=200,
        label="Source",
        help_text="The law, or who decided it and why. It is kept beside the hours.",
        error_messages={"required": "Say where these hours come from: the law, or who decided them and why."},
    )
    accepted = forms.BooleanField(required=False, label="I know that these hours are lawful there")

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.wider_than: list[Lines] = []
        self.fields["place"].choices = [  # type: ignore[attr-defined]
            ("", "Choose a place"),
            ("General", list(GENERAL.items())),
            ("United States", _named(places.STATES)),
            ("Other countries", _named(set(places.NAMES) - places.STATES)),
        ]

    @property
    def groups(self) -> Iterator[tuple[str, BoundField, BoundField]]:
        """Each group of weekdays in words, with its two fields."""
        return ((words, self[f"{key}_opens"], self[f"{key}_closes"]) for key, (_, words) in _GROUPS.items())

    @property
    def hours(self) -> list[Hours]:
        """The hours that were entered, by the digits of their weekdays."""
        said = self.cleaned_data
        return [
            (days, said[f"{key}_opens"] or time.min, said[f"{key}_closes"] or time.min)
            for key, (days, _) in _GROUPS.items()
        ]

    @staticmethod
    def hours_of(lines: Lines) -> dict[str, time]:
        """Initial values that show these lines."""
        shown: dict[str, time] = {}
        for key, (days, _) in _GROUPS.items():
            for window in lines.windows:
                if int(days[0]) in window.weekdays and not window.is_closed:
                    shown |= {f"{key}_opens": window.opens, f"{key}_closes": window.closes}
        return shown

    def clean_since(self) -> date:
        """A day that somebody can mean."""
        since: date = self.cleaned_data["since"]
        if not _EARLIEST <= since <= now().date() + _FARTHEST:
            raise ValidationError("Choose a day after 1989 and within the next five years.")
        return since

    def clean(self) -> dict[str, Any]:
        """Hours that begin before they end, and that somebody answers for where they reach beyond the shipped ones."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for key in _GROUPS:
            self._check_group(key)
        if not self.errors:
            self._check_law()
        return cleaned

    def _check_group(self, key: str) -> None:
        opens, closes = (self.cleaned_data.get(f"{key}_{end}") for end in ("opens", "closes"))
        if self.has_error(f"{key}_opens") or self.has_error(f"{key}_closes"):
            return
        if (opens is None) != (closes is None):
            missing = "opens" if opens is None else "closes"
            self.add_error(f"{key}_{missing}", "Enter both times, or neither for no marketing on these days.")
        elif opens is not None and closes is not None and opens >= closes:
            self.add_error(f"{key}_closes", "It has to close after it opens. For midnight enter 11:59 PM.")

    def _check_law(self) -> None:
        said = self.cleaned_data
        windows = [
            Window(said["place"], frozenset(map(int, days)), opens, closes, said["since"], said["source"])
            for days, opens, closes in self.hours
        ]
        self.wider_than = timetable.wider(windows, said["place"], said["since"])
        if self.wider_than and not said["accepted"]:
            self.add_error("accepted", "Tick this to keep these hours, or make them shorter.")


def _named(codes: set[str] | frozenset[str]) -> list[tuple[str, str]]:
    return sorted(((code, places.NAMES[code]) for code in codes), key=lambda each: each[1])
