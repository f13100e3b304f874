"""People, the lists they are on, and the labels on them."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now

from contacts import places
from contacts.own_fields import OWN_FIELDS
from shout import phones, text
from shout.models import Account

if TYPE_CHECKING:
    from contacts.models.number import Number


class Contacts(models.QuerySet["Contact"]):
    """Contacts, filtered in the words of the business."""

    def in_group(self, group: "Group") -> "Contacts":
        """Members of one list."""
        return self.filter(groupmembership__group=group)

    def tagged(self, tag: "Tag") -> "Contacts":
        """Those that carry one label."""
        return self.filter(contacttag__tag=tag)

    def reachable_from(self, number: "Number") -> "Contacts":
        """Those whom permission lets this number text; marketing to some of them may be held or have to wait (P13)."""
        may = "(SELECT p.refusal IS NULL FROM permission_of(%s, contacts_contact.phone) p)"
        return self.filter(RawSQL(may, [number.pk], output_field=models.BooleanField()))

    def who_stopped_a_number(self, is_so: bool) -> "Contacts":
        """Those to whom a number is closed by what they asked for, of whichever number they asked it; or the others."""
        # Few have ever stopped anything, which one look at an index tells.
        stopped = (
            "(EXISTS (SELECT FROM contacts_optout o WHERE o.account_id = app_account_id()"
            " AND o.phone = contacts_contact.phone) AND"
            " EXISTS (SELECT FROM contacts_number n CROSS JOIN LATERAL permission_of(n.id, contacts_contact.phone) p"
            " WHERE n.account_id = app_account_id() AND p.is_stopped))"
        )
        return self.filter(RawSQL(stopped if is_so else f"NOT {stopped}", [], output_field=models.BooleanField()))

    def matching(self, query: str) -> "Contacts":
        """Those whose name, e-mail or phone number contains what was typed into a search box."""
        words = self
        for word in query.split():
            digits = "".join(filter(str.isdigit, word))
            by_phone = models.Q(phone__contains=digits) if len(digits) >= 3 else models.Q()
            words = words.filter(models.Q(search_name__contains=text.fold(word)) | by_phone)
        return words


class Contact(models.Model):
    """A person with a phone number, unique in the account. Never deleted by an opt-out.

    `place` is where they are, as far as anybody knows, for quiet hours (P17): by the postal code that the business has,
    else by what the carrier last said, else by the area code.
    """

    account = models.ForeignKey(Account, models.CASCADE, db_index=False, related_name="contacts")
    phone = models.CharField(max_length=16)
    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    email = models.EmailField(blank=True)
    notes = models.TextField(blank=True)
    postal_code = models.CharField(max_length=12, blank=True, default="", db_default="")
    carrier_place = models.CharField(max_length=6, editable=False, default="", db_default="")
    place = models.CharField(max_length=6, editable=False, default="", db_default="")
    fields = models.JSONField(default=dict, blank=True)
    search_name = models.GeneratedField(
        expression=models.functions.Lower(
            models.functions.Concat(
                "first_name",
                models.Value(" "),
                "last_name",
                models.Value(" "),
                "email",
                output_field=models.TextField(),
            )
        ),
        output_field=models.TextField(),
        db_persist=True,
    )
    groups: models.ManyToManyField["Group", "GroupMembership"] = models.ManyToManyField(
        "Group", through="GroupMembership", related_name="contacts"
    )
    tags: models.ManyToManyField["Tag", "ContactTag"] = models.ManyToManyField(
        "Tag", through="ContactTag", related_name="contacts"
    )
    created_at = models.DateTimeField(db_default=Now())

    objects = Contacts.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "phone"], name="unique_contact_phone"),
            models.CheckConstraint(condition=models.Q(phone__regex=r"^\+?[0-9]{3,15}$"), name="contact_phone_is_e164"),
        ]

    def __str__(self) -> str:
        return self.name or phones.show(self.phone)

    def locate(self) -> None:
        """Work out `place` anew; call it when the phone, the postal code or what the carrier says has changed."""
        state = self.carrier_place.removeprefix("US-")
        self.place = places.place_of(self.phone, postal_code=self.postal_code, carrier_state=state)

    def tidy(self) -> None:
        """Take out of what is said of them what nobody can read, and the custom fields that are empty."""
        for name in (*OWN_FIELDS, "notes"):
            setattr(self, name, text.legible(getattr(self, name)))
        legible = {text.legible(name): text.legible(str(value)) for name, value in self.fields.items()}
        self.fields = {name: value for name, value in legible.items() if value}

    def save(self, *args: object, **kwargs: object) -> None:
        """Save what can be read, with the place that belongs to the phone."""
        self.tidy()
        self.locate()
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @property
    def name(self) -> str:
        """First and last name, or an empty text."""
        return f"{self.first_name} {self.last_name}".strip()


class Named(models.Model):
    """A name that is unique in the account whatever its case and spacing."""

    name = models.CharField(max_length=60)
    name_key = models.CharField(max_length=120, editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Fold the name into its key."""
        self.name = " ".join(self.name.split())
        self.name_key = text.fold(self.name)

    def save(self, *args: object, **kwargs: object) -> None:
        """Save with the key that belongs to the name."""
        self.clean()
        super().save(*args, **kwargs)  # type: ignore[arg-type]


class Group(Named):
    """A permission list: being a member means "has opted in to this". Also an audience."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="groups")
    description = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name_key"]
        constraints = [models.UniqueConstraint(fields=["account", "name_key"], name="unique_group_name")]


class Tag(Named):
    """A label on a contact, kept for reference, for example NOVIP."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="tags")

    class Meta:
        ordering = ["name_key"]
        constraints = [models.UniqueConstraint(fields=["account", "name_key"], name="unique_tag_name")]


class GroupMembership(models.Model):
    """A contact is on a list, since when."""

    account = models.ForeignKey(Account, models.CASCADE, db_index=False, related_name="group_memberships")
    group = models.ForeignKey(Group, models.CASCADE, db_index=False, db_constraint=False)
    contact = models.ForeignKey(Contact, models.CASCADE, db_constraint=False)
    joined_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "group", "contact"], name="one_place_in_a_group")]

    def __str__(self) -> str:
        return f"{self.contact_id} in {self.group_id}"


class ContactTag(models.Model):
    """A contact carries a label."""

    account = models.ForeignKey(Account, models.CASCADE, db_index=False, related_name="contact_tags")
    tag = models.ForeignKey(Tag, models.CASCADE, db_index=False, db_constraint=False)
    contact = models.ForeignKey(Contact, models.CASCADE, db_constraint=False)
    added_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "tag", "contact"], name="one_tag_per_contact")]

    def __str__(self) -> str:
        return f"{self.tag_id} on {self.contact_id}"
