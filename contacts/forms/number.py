"""A sending number as somebody sets it up."""

import re
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError

from contacts import bulk, people
from contacts.forms.fields import check_name
from contacts.models import Number
from shout import phones
from shout.models import Account

_SHORT_CODE = re.compile(r"[1-9][0-9]{2,7}")
_ACCOUNT_SID = re.compile(r"AC[0-9a-f]{32}")


class NumberForm(forms.ModelForm[Number]):
    """What may be changed of a number; an empty auth token keeps the one on record, which is never shown."""

    opt_out_tag_name = forms.CharField(
        required=False,
        max_length=60,
        label="Opt-out tag",
        help_text="Put on whoever opts out of this number, and taken off when they opt in again. "
        "For example: Opted out: Marketing. Saving a new one puts it on everybody who has stopped this number already; "
        "a former one stays on whoever carries it, and is yours to take off.",
        widget=forms.TextInput(attrs={"list": "tags", "autocomplete": "off"}),
        validators=[check_name],
    )

    class Meta:
        model = Number
        fields = [
            "label",
            "kind",
            "line",
            "carrier",
            "carrier_account_sid",
            "carrier_auth_token",
            "confirmed_by",
            "help_text",
            "segments_per_second",
            "burst",
            "bot_replies_per_hour",
        ]
        labels = {
            "carrier_account_sid": "Account SID",
            "carrier_auth_token": "Auth token",
            "confirmed_by": "Who answers STOP, START and HELP",
            "help_text": "Answer to HELP",
            "segments_per_second": "Throughput, in segments per second",
            "burst": "Burst, in segments",
            "bot_replies_per_hour": "Automatic replies to one person, per hour",
        }
        help_texts = {
            "label": "What your team calls it, for example Marketing.",
            "carrier_account_sid": "From the Twilio Console, under Account Info. The carrier simulator needs none.",
            "carrier_auth_token": "From the same place. It is encrypted and never shown again.",
            "confirmed_by": "Twilio answers unless you have switched its opt-out management off.",
            "help_text": "Used when Shout answers. Name your business, how to reach you, and that STOP stops. "
            "If empty, Shout writes it from your account’s name.",
            "segments_per_second": "What the carrier allows this number.",
            "burst": "How many may leave at once after a pause.",
            "bot_replies_per_hour": "When bots have sent somebody this many texts within an hour, they are "
            "silent until it is over, and after ten times as many until one of you has looked into it. You are told. "
            "So two machines never text each other for ever.",
        }
        widgets = {
            "carrier_auth_token": forms.PasswordInput(attrs={"autocomplete": "new-password"}),
            "help_text": forms.Textarea(attrs={"rows": 3}),
        }
        error_messages = {
            "label": {"required": "Enter a label for the number."},
            "kind": {"required": "Choose what the number is for."},
            "segments_per_second": {"required": "Enter how many segments a second the carrier allows."},
            "burst": {"required": "Enter how many segments may leave at once.", "min_value": "Enter 1 or more."},
            "bot_replies_per_hour": {"required": "Enter how many automatic replies one person may get in an hour."},
        }

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.account = self.instance.account = account
        self.fields["kind"].choices = [("", "Choose what it is for"), *Number.Kind.choices]  # type: ignore[attr-defined]
        self.initial.setdefault("opt_out_tag_name", self.instance.opt_out_tag or "")

    def clean_carrier_auth_token(self) -> str:
        """The token just typed, or the one on record."""
        return str(self.cleaned_data["carrier_auth_token"]).strip() or self.instance.carrier_auth_token

    def clean_segments_per_second(self) -> float:
        """How many segments a second, more than none."""
        rate: float = self.cleaned_data["segments_per_second"]
        if not 0 < rate <= 1000:
            raise ValidationError("Enter a number above 0, and not above 1,000.")
        return rate

    def clean_burst(self) -> int:
        """How many segments at once, at least one."""
        burst: int = self.cleaned_data["burst"]
        if not 1 <= burst <= 100_000:
            raise ValidationError("Enter a whole number from 1 to 100,000.")
        return burst

    def clean_bot_replies_per_hour(self) -> int:
        """How many automatic replies, at least one: to silence bots, pause them."""
        most: int = self.cleaned_data["bot_replies_per_hour"]
        if not 1 <= most <= 1000:
            raise ValidationError("Enter a whole number from 1 to 1,000. To silence a bot, pause it.")
        return most

    def clean(self) -> dict[str, Any]:
        """Number, kind, line and carrier have to agree, and the carrier has to know us."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("kind") == Number.Kind.SHOUT_TO_SHOUT:
            cleaned |= {"line": Number.Line.IN_APP, "carrier": Number.Carrier.SIMULATOR}
        elif cleaned.get("line") == Number.Line.IN_APP:
            self.add_error("line", "An in-app line is for Shout-to-Shout. Choose that kind, or another line.")
        if cleaned.get("carrier") == Number.Carrier.TWILIO:
            self._check_twilio(cleaned)
        else:
            cleaned["carrier_account_sid"], cleaned["carrier_auth_token"] = self._simulators_credentials()
        self.check_line(cleaned, self.instance.e164)
        return cleaned

    @property
    def was_simulated(self) -> bool:
        """Whether the number on record is on the carrier simulator, which knows any credentials."""
        return self.instance.pk is not None and bool(self.initial["carrier"] == Number.Carrier.SIMULATOR)

    def check_line(self, cleaned: dict[str, Any], e164: str) -> None:
        """Carriers treat toll-free lines differently, so that a wrong choice would get YES and STOP wrong."""
        line = cleaned.get("line")
        if line == Number.Line.LOCAL and phones.is_toll_free(e164):
            self.add_error("line", "This is a toll-free number. Choose the line Toll-free.")
        if line == Number.Line.TOLL_FREE and not phones.is_toll_free(e164):
            self.add_error("line", "This is not a toll-free number. Choose the line Local.")
        if line == Number.Line.TOLL_FREE and cleaned.get("confirmed_by") == Number.Confirmer.SHOUT:
            self.add_error("confirmed_by", "The network always answers for a toll-free number. Choose the carrier.")

    def _simulators_credentials(self) -> tuple[str, str]:
        if self.was_simulated:
            return self.instance.carrier_account_sid, self.instance.carrier_auth_token
        return f"AC{uuid4().hex}", uuid4().hex

    def _check_twilio(self, cleaned: dict[str, Any]) -> None:
        if not _ACCOUNT_SID.fullmatch(cleaned.get("carrier_account_sid", "")):
            self.add_error("carrier_account_sid", "Copy it from the Twilio Console: AC and 32 letters and digits.")
        if not self.data.get("carrier_auth_token") and (self.was_simulated or not self.instance.carrier_auth_token):
            self.add_error("carrier_auth_token", "Copy the auth token from the Twilio Console.")

    def save(self, commit: bool = True) -> Number:
        """Save the number, make its opt-out tag if there is none of that name, and put a new one on who has stopped."""
        name = self.cleaned_data["opt_out_tag_name"]
        former = self.instance.opt_out_tag_id
        self.instance.opt_out_tag = people.tag_named(self.account, name) if name else None
        if _differs(self, "carrier", "carrier_account_sid"):
            self.instance.webhooks_set_at, self.instance.messaging_service_sid = None, ""
        elif is_news_to_simulator(self):
            self.instance.webhooks_set_at = None
        number = super().save(commit)
        if number.opt_out_tag_id not in (None, former):
            bulk.tag_who_stopped(number)
        return number


def is_news_to_simulator(form: NumberForm) -> bool:
    """Whether the carrier simulator has to be told of what is saved; a real carrier people set up themselves."""
    return form.instance.is_simulated and _differs(form, "carrier", "carrier_account_sid", "line", "confirmed_by")


def _differs(form: NumberForm, *fields: str) -> bool:
    return any(getattr(form.instance, field) != form.initial.get(field) for field in fields)


class NewNumberForm(NumberForm):
    """A number to be added."""

    e164 = forms.CharField(
        max_length=40,
        label="Phone number",
        help_text="The number you have at the carrier, with its country code, or a short code.",
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
        error_messages={"required": "Enter the phone number, like +1 415 555 0123."},
    )
    field_order = ["e164"]

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, account=account, **kwargs)
        self.instance.webhook_key = Number.new_webhook_key(account.pk)

    def check_line(self, cleaned: dict[str, Any], e164: str) -> None:
        """Read the number as its line has it: a short code, or a whole phone number that nobody has yet."""
        written = cleaned.get("e164", "")
        try:
            is_short = cleaned.get("line") == Number.Line.SHORT_CODE
            e164 = self._short_code(written) if is_short else phones.parse(written)
        except phones.InvalidPhone as error:
            self.add_error("e164", str(error))
            return
        if self.account.numbers.filter(e164=e164).exists():
            self.add_error("e164", "This number is in your account already. Edit that one.")
        self.instance.e164 = e164
        super().check_line(cleaned, e164)

    @staticmethod
    def _short_code(written: str) -> str:
        if not _SHORT_CODE.fullmatch(written):
            raise phones.InvalidPhone("A short code has 3 to 8 digits. Enter only those, or choose another line.")
        return written
