"""What a business says about itself, and its own words for STOP."""

from django import forms
from django.contrib.postgres.forms import SimpleArrayField
from django.core.exceptions import ValidationError

from contacts.words import RESERVED, YES
from shout import text
from shout.models import Account

_MOST = 50
_LONGEST = 60


class AccountForm(forms.ModelForm[Account]):
    """The business as people get to know it in the answers to STOP and HELP."""

    # Without the model's limit on each word, which would name a wrong one by its place in an array.
    own_stop_words = SimpleArrayField(
        forms.CharField(required=False),
        required=False,
        label="Your own words for STOP",
        help_text="Beside STOP, QUIT, CANCEL and the others that always count. Separate them by commas,"
        " for example: arret, alto, parar.",
    )

    class Meta:
        model = Account
        fields = ["name", "contact_details", "own_stop_words"]
        labels = {"contact_details": "Phone or email for help"}
        help_texts = {
            "name": "People see it in the answers to STOP and HELP.",
            "contact_details": "The answer to HELP names it.",
        }

    def clean_own_stop_words(self) -> list[str]:
        """The words as texts are compared with them (P3), each once."""
        typed = self.cleaned_data["own_stop_words"]
        words = {text.normalise(word) for word in typed} - {""}
        for word in (*typed, *words):
            if len(word) > _LONGEST:
                raise ValidationError(f"“{word[:_LONGEST]}…” is longer than {_LONGEST} characters. Shorten it.")
        taken = sorted(words & (RESERVED | {YES}))
        if taken:
            raise ValidationError(f"{taken[0].upper()} has its meaning already. Take it out of the list.")
        held = self.instance.triggers.filter(word_key__in=words, bot__status="active", bot__deleted_at=None).first()
        if held:
            raise ValidationError(f"The bot “{held.bot.name}” listens to {held.word.upper()}. Pause it first.")
        if len(words) > _MOST:
            raise ValidationError(f"Keep to {_MOST} words of your own.")
        return sorted(words)
