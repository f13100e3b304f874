"""The style guide: the only place that invents data to show every component in every state (with DEBUG only)."""

from datetime import timedelta

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from shout.templatetags.ui import LOOKS


class SampleForm(forms.Form):
    """One field of every kind."""

    name = forms.CharField(required=False)
    phone = forms.CharField(label="Phone number", help_text="With country code, or ten digits for a US number.")
    source = forms.ChoiceField(choices=[("", "Choose…"), ("form", "Paper form")], label="How did they agree?")
    notes = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), required=False)
    file = forms.FileField(required=False, label="CSV file")
    groups = forms.MultipleChoiceField(
        choices=[("1", "VIP"), ("2", "Spring sale")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="Being in a group means having opted in to it.",
    )
    kind = forms.ChoiceField(choices=[("m", "Marketing"), ("c", "Customer service")], widget=forms.RadioSelect)
    sure = forms.BooleanField(label="I have this person's consent to text them, and can show it")


ROWS = [
    ("Ana Ruiz", "+14155550142", "open", ["VIP", "Spring sale"], 0),
    ("", "+442079460000", "stopped", [], 3),
    ("Bartholomew Featherstonehaugh-Williams", "+14155550111", "blocked", ["VIP"], 400),
]
TEXTS = [
    ("in", "JOIN", "received", "", ""),
    ("out", "Welcome to VIP, Ana!\n4 texts a month. Msg & data rates may apply.", "delivered", "Bot VIP · Offers", ""),
    ("in", "Are you open on Sunday? https://example.com/" + "long" * 20, "received", "", ""),
    ("out", "Yes, 9 to 1 🥐", "queued", "Sam · Service desk", ""),
    ("out", "Spring sale: 20 % off", "refused", "Broadcast · Offers", "opted out on Mar 3"),
    ("out", "Hello?", "unknown", "Sam", ""),
]


def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component in every state."""
    now = timezone.now()
    broken = SampleForm({"name": "Ana", "phone": "12"})
    broken.add_error(None, "This number is already the contact “Ben & Co”. Open that contact instead.")
    broken.add_error("phone", "“12” is not a phone number. Write it with its country code, like +1 415 555 0123.")
    context = {
        "states": list(LOOKS),
        "form": SampleForm(),
        "broken_form": broken,
        "rows": [
            {"name": name, "phone": phone, "state": state, "groups": groups, "at": now - timedelta(days=days)}
            for name, phone, state, groups, days in ROWS
        ],
        "texts": [
            {"direction": direction, "body": body, "status": status, "source": source, "reason": reason, "at": now}
            for direction, body, status, source, reason in TEXTS
        ],
        "now": now,
    }
    return render(request, "shout/styleguide.html", context)
