"""A contact as somebody types it in, and what one may look for among contacts."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.html import format_html

from contacts.forms.fields import PhoneField
from contacts.models import Contact, Group, Tag
from contacts.models.contact import Contacts
from shout.models import Account


class ContactForm(forms.ModelForm[Contact]):
    """What may be changed of a contact: not the phone number, because permission was given for it."""

    class Meta:
        model = Contact
        fields = ["first_name", "last_name", "email", "postal_code", "notes"]
        labels = {"email": "E-mail", "postal_code": "ZIP code"}
        help_texts = {"postal_code": "For quiet hours: it says best where they are."}
        widgets = {"notes": forms.Textarea(attrs={"rows": 4})}
        error_messages = {"email": {"invalid": "Write the e-mail address like ana@example.com, or leave it empty."}}


class NewContactForm(ContactForm):
    """A contact to be added, and the list they have agreed to be on."""

    phone = PhoneField(label="Phone number")
    group = forms.ModelChoiceField(
        Group.objects.none(),
        required=False,
        label="Put on the list",
        empty_label="No list",
        help_text="Being in a group means having agreed to its texts.",
        error_messages={"invalid_choice": "Choose one of the groups listed."},
    )
    words = forms.CharField(
        required=False,
        max_length=500,
        label="How they agreed",
        help_text="In their words, or where they signed. It is kept as proof.",
    )
    field_order = ["phone"]

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.account = account
        self.instance.account = account
        self.fields["group"].queryset = account.groups.all()  # type: ignore[attr-defined]

    def clean_phone(self) -> str:
        """The phone number, if nobody has it yet."""
        phone: str = self.cleaned_data["phone"]
        known = self.account.contacts.filter(phone=phone).first()
        if known:
            self.refuse_known(known)
        self.instance.phone = phone
        return phone

    def refuse_known(self, known: Contact) -> None:
        """Raise ValidationError that leads to the contact who has the phone number already."""
        href = reverse("messaging:conversation", args=[known.pk])
        link = format_html('<a class="link" href="{}">{}</a>', href, known)
        raise ValidationError(format_html("{} has this phone number already. Open that contact instead.", link))

    def clean(self) -> dict[str, Any]:
        """Joining a list takes a word on how they agreed."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("group") and not cleaned.get("words"):
            self.add_error("words", "Say how they agreed to this list, or choose no list.")
        return cleaned


class ContactFilter(forms.Form):
    """Which contacts to show; a choice that is none is left aside with an error beside it."""

    STATES = [
        ("", "Any permission"),
        ("open", "Open on every number"),
        ("stopped", "Stopped a number"),
        ("blocked", "Blocked"),
    ]
    q = forms.CharField(required=False, max_length=100, label="Search by name, e-mail or number")
    group = forms.ModelChoiceField(Group.objects.none(), required=False, empty_label="Any group")
    tag = forms.ModelChoiceField(Tag.objects.none(), required=False, empty_label="Any tag")
    state = forms.ChoiceField(choices=STATES, required=False, label="Permission")

    def __init__(self, data: Any, *, account: Account) -> None:  # noqa: ANN401
        super().__init__(data, auto_id="filter_%s")
        self.account = account
        self.fields["group"].queryset = account.groups.all()  # type: ignore[attr-defined]
        self.fields["tag"].queryset = account.tags.all()  # type: ignore[attr-defined]

    def contacts(self) -> Contacts:
        """The account's contacts that pass."""
        self.full_clean()
        asked = self.cleaned_data
        rows: Contacts = self.account.contacts.matching(asked.get("q", ""))
        if asked.get("group"):
            rows = rows.in_group(asked["group"])
        if asked.get("tag"):
            rows = rows.tagged(asked["tag"])
        return self._in_state(rows, asked.get("state", ""))

    def _in_state(self, rows: Contacts, state: str) -> Contacts:
        blocked = Exists(self.account.blocks.filter(phone=OuterRef("phone")))
        match state:
            case "open":
                return rows.who_stopped_a_number(False).exclude(blocked)
            case "stopped":
                return rows.who_stopped_a_number(True)
            case "blocked":
                return rows.filter(blocked)
        return rows
