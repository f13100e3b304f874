"""Contacts in the REST API."""

from typing import Any

from django.db import IntegrityError, transaction
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import mixins, serializers

from contacts import bulk
from contacts.api.names import TagSerializer
from contacts.models import Contact, GroupMembership
from contacts.models.contact import Contacts
from shout.api.fields import OwnField, PhoneField, Strict
from shout.api.filters import PhoneFilter, Query
from shout.api.problems import Conflict
from shout.api.views import AccountViewSet


class MembershipSerializer(serializers.ModelSerializer[GroupMembership]):
    """A group that a contact is in, since when."""

    id = serializers.IntegerField(source="group_id", help_text="The group's id.")
    name = serializers.CharField(source="group.name")

    class Meta:
        model = GroupMembership
        fields = ["id", "name", "joined_at"]


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A contact",
            {
                "phone": "+14155550123",
                "first_name": "Ada",
                "last_name": "Lovelace",
                "postal_code": "80202",
                "fields": {"city": "London"},
            },
            request_only=True,
        )
    ]
)
class ContactSerializer(Strict, serializers.ModelSerializer[Contact]):
    """A person with a phone number, which never changes: permission was given for that number."""

    phone = PhoneField(help_text="E.164, or as people write it in the United States. Cannot be changed afterwards.")
    fields = serializers.DictField(  # type: ignore[assignment]
        child=serializers.CharField(max_length=1000, allow_blank=True),
        required=False,
        help_text="Your own fields, by name. A PATCH replaces them all; an empty one is none.",
    )
    groups = MembershipSerializer(source="groupmembership_set", many=True, read_only=True)
    tags = TagSerializer(many=True, read_only=True)

    class Meta:
        model = Contact
        fields = [
            "id",
            "phone",
            "first_name",
            "last_name",
            "email",
            "postal_code",
            "notes",
            "fields",
            "groups",
            "tags",
            "created_at",
        ]
        read_only_fields = ["created_at"]
        extra_kwargs = {
            "notes": {"max_length": 10_000},
            "postal_code": {"help_text": "Says best where they are, for quiet hours; a ZIP code in the United States."},
        }

    def validate_phone(self, phone: str) -> str:
        """The number of a new contact."""
        if self.instance is not None and phone != self.instance.phone:
            raise serializers.ValidationError(
                "A contact keeps its phone number, because permission was given for it. Create a new contact."
            )
        return phone

    def validate_fields(self, fields: dict[str, str]) -> dict[str, str]:
        """The custom fields, by names that can be stored and shown."""
        for name in fields:
            serializers.CharField(max_length=60).run_validation(name)
        return fields


class NewContactSerializer(ContactSerializer):
    """A contact that has just been created."""

    notice = serializers.SerializerMethodField(
        help_text="Which of your numbers may not text this phone, because it has stopped them or is blocked; or null."
    )

    class Meta(ContactSerializer.Meta):
        fields = [*ContactSerializer.Meta.fields, "notice"]

    def get_notice(self, contact: Contact) -> str | None:
        """What a new contact does not change."""
        numbers = list(contact.account.numbers.all())
        said = bulk.standings((number.pk, contact.phone) for number in numbers)
        closed = [number.label for number in numbers if said[number.pk, contact.phone].refusal]
        if not closed:
            return None
        return f"This phone may not be texted from {', '.join(closed)}. Creating a contact does not change that."


class ContactQuery(Query):
    """Which contacts."""

    phone = PhoneFilter(help_text="Who has this phone number.")
    group = OwnField("groups", required=False, help_text="Who is in the group with this id.")
    tag = OwnField("tags", required=False, help_text="Who has the tag with this id.")
    q = serializers.CharField(
        required=False, max_length=100, help_text="Whose name, e-mail or phone number contains these words."
    )

    def narrow(self, rows: Contacts) -> Contacts:  # type: ignore[override]
        """The contacts that are asked for."""
        asked: dict[str, Any] = self.validated_data
        if "phone" in asked:
            rows = rows.filter(phone=asked["phone"])
        if "group" in asked:
            rows = rows.in_group(asked["group"])
        if "tag" in asked:
            rows = rows.tagged(asked["tag"])
        return rows.matching(asked.get("q", ""))


class ContactViewSet(
    mixins.ListModelMixin,
    mixins.CreateModelMixin,
    mixins.RetrieveModelMixin,
    mixins.UpdateModelMixin,
    AccountViewSet[Contact],
):
    """Contacts: people with a phone number."""

    rows = "contacts"
    related = ("groupmembership_set__group", "tags")
    serializer_class = ContactSerializer
    query = ContactQuery

    def get_serializer_class(self) -> type[ContactSerializer]:
        """A new contact comes with what it does not change."""
        return NewContactSerializer if self.action == "create" else ContactSerializer

    def perform_create(self, serializer: serializers.BaseSerializer[Contact]) -> None:
        """Save the contact in the account; raises `Conflict` when somebody has the phone number."""
        try:
            with transaction.atomic():
                serializer.save(account=self.account)
        except IntegrityError as error:
            known = self.account.contacts.get(phone=serializer.validated_data["phone"])
            raise Conflict(f"The contact {known.pk} has this phone number. Change that one with PATCH.") from error
