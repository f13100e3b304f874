"""What a contact is in, what it is labelled with and what it permits, in the REST API."""

from dataclasses import replace
from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from contacts import bulk, permissions
from contacts.api.contacts import MembershipSerializer
from contacts.api.names import TagSerializer
from contacts.models import Contact
from contacts.models.consent import Source
from contacts.permissions import Evidence
from shout.api.fields import OwnField, Strict
from shout.api.views import AccountView


@extend_schema_serializer(
    examples=[OpenApiExample("Join", {"group": 7, "words": "Ticked “text me offers” at checkout"})]
)
class JoiningSerializer(Strict):
    """Which group a contact joins, and how the contact agreed to it."""

    group = OwnField("groups", help_text="The group's id.")
    words = serializers.CharField(
        required=False,
        default="",
        allow_blank=True,
        max_length=1000,
        help_text="What the contact agreed to and where, for the consent ledger.",
    )


@extend_schema_serializer(examples=[OpenApiExample("Label", {"tag": 3})])
class TaggingSerializer(Strict):
    """Which tag a contact gets."""

    tag = OwnField("tags", help_text="The tag's id.")


class NumberPermissionSerializer(serializers.Serializer[Any]):
    """Whether one number may text the contact."""

    number = serializers.IntegerField(help_text="The number's id.")
    e164 = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    state = serializers.ChoiceField(
        choices=["open", "opted_out", "blocked"],
        help_text="open: may be texted. opted_out: the contact stopped this number. blocked: your team blocked it.",
    )


class PermissionSerializer(serializers.Serializer[Any]):
    """From which of the account's numbers a contact may be texted."""

    phone = serializers.CharField()
    numbers = NumberPermissionSerializer(many=True)


class ContactView(AccountView):
    """Something of one contact."""

    @property
    def contact(self) -> Contact:
        """The contact that the address names."""
        return get_object_or_404(self.account.contacts, pk=self.kwargs["id"])

    @property
    def evidence(self) -> Evidence:
        """That a program did it, and under whose key."""
        return Evidence(source=Source.API, actor=f"API key {self.key.name}")


class ContactGroups(ContactView):
    """The groups of a contact."""

    @extend_schema(
        operation_id="contacts_groups_join",
        summary="Put a contact in a group",
        request=JoiningSerializer,
        responses={201: MembershipSerializer, 200: MembershipSerializer},
        description="Put the contact in a group: 201, or 200 when it was in it already. The consent ledger records it.",
    )
    def post(self, request: Request, **ids: int) -> Response:
        """Join a group."""
        contact = self.contact
        asked = JoiningSerializer(data=request.data, context={"view": self})
        asked.is_valid(raise_exception=True)
        group = asked.validated_data["group"]
        evidence = replace(self.evidence, words=asked.validated_data["words"])
        joined = permissions.join(group=group, contacts=[contact], evidence=evidence)
        membership = contact.groupmembership_set.select_related("group").get(group=group)
        return Response(MembershipSerializer(membership).data, status=_created_if(joined))


class ContactGroup(ContactView):
    """One group of a contact."""

    @extend_schema(
        operation_id="contacts_groups_leave",
        summary="Take a contact out of a group",
        responses={204: None},
        description="Take the contact out of a group. The consent ledger records it; no number is closed by it.",
    )
    def delete(self, request: Request, **ids: int) -> Response:
        """Leave a group."""
        group = get_object_or_404(self.account.groups, pk=ids["group_id"])
        permissions.leave(group=group, contacts=[self.contact], evidence=self.evidence)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ContactTags(ContactView):
    """The tags of a contact."""

    @extend_schema(
        operation_id="contacts_tags_add",
        summary="Tag a contact",
        request=TaggingSerializer,
        responses={201: TagSerializer, 200: TagSerializer},
        description="Put a tag on the contact: 201, or 200 when it had it already.",
    )
    def post(self, request: Request, **ids: int) -> Response:
        """Add a tag."""
        contact = self.contact
        asked = TaggingSerializer(data=request.data, context={"view": self})
        asked.is_valid(raise_exception=True)
        tag = asked.validated_data["tag"]
        added = bulk.tag(self.account.pk, [(contact.pk, tag.pk)])
        return Response(TagSerializer(tag).data, status=_created_if(len(added)))


class ContactTag(ContactView):
    """One tag of a contact."""

    @extend_schema(
        operation_id="contacts_tags_remove",
        summary="Take a tag off a contact",
        responses={204: None},
        description="Take a tag off the contact.",
    )
    def delete(self, request: Request, **ids: int) -> Response:
        """Remove a tag."""
        tag = get_object_or_404(self.account.tags, pk=ids["tag_id"])
        bulk.untag(self.account.pk, [(self.contact.pk, tag.pk)])
        return Response(status=status.HTTP_204_NO_CONTENT)


class ContactPermission(ContactView):
    """From which numbers a contact may be texted."""

    @extend_schema(
        operation_id="contacts_permission",
        summary="Ask from which numbers a contact may be texted",
        responses=PermissionSerializer,
        description="From which numbers the contact may be texted. Only the contact, or your team with new consent on "
        "record, lifts an opt-out: the API does not.",
    )
    def get(self, request: Request, **ids: int) -> Response:
        """Permission by number."""
        contact = self.contact
        numbers = list(self.account.numbers.all())
        said = bulk.standings((number.pk, contact.phone) for number in numbers)
        states = [
            {
                "number": number.pk,
                "e164": number.e164,
                "label": number.label,
                "state": said[number.pk, contact.phone].refusal or "open",
            }
            for number in numbers
        ]
        return Response(PermissionSerializer({"phone": contact.phone, "numbers": states}).data)


def _created_if(changed: int) -> int:
    return status.HTTP_201_CREATED if changed else status.HTTP_200_OK
