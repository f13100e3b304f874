"""What a contact is in and what it is labelled with, in the REST API."""

from dataclasses import replace

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from contacts import bulk, people, permissions, wording
from contacts.api.contacts import MembershipSerializer
from contacts.api.names import TagSerializer
from contacts.models import Contact, Group
from contacts.models.consent import Source
from contacts.permissions import Evidence
from shout.api.fields import OwnField, PastField, Strict
from shout.api.problems import Conflict
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
    asked_at = PastField(
        required=False, default=None, help_text="When the contact agreed, if it was not now, as 2026-01-31T08:55:00Z."
    )


@extend_schema_serializer(examples=[OpenApiExample("Label", {"tag": 3})])
class TaggingSerializer(Strict):
    """Which tag a contact gets."""

    tag = OwnField("tags", help_text="The tag's id.")


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
        description="Put the contact in a group: 201, or 200 when it was in it already. The consent ledger records it. "
        "Who has left the group comes back to it by new consent only: send asked_at and words, or 409 says why not.",
    )
    def post(self, request: Request, **ids: int) -> Response:
        """Join a group."""
        contact = self.contact
        asked = JoiningSerializer(data=request.data, context={"view": self})
        asked.is_valid(raise_exception=True)
        group = asked.validated_data["group"]
        evidence = replace(
            self.evidence, words=asked.validated_data["words"], asked_at=asked.validated_data["asked_at"]
        )
        _check_new_consent(group, contact, evidence)
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


def _check_new_consent(group: Group, contact: Contact, evidence: Evidence) -> None:
    """Raise `Conflict` for whoever has left the group and is not said to have agreed to it again since (P10)."""
    left = people.leaving(group, contact.phone)
    if left and not (evidence.words and evidence.asked_at and evidence.asked_at > left.since):
        raise Conflict(
            f"They left “{group}” on {left.since:%Y-%m-%d at %H:%M} UTC: {wording.how(left)}. Only consent given since "
            "then puts them back in it: send when they agreed in asked_at, and what they agreed to in words."
        )


def _created_if(changed: int) -> int:
    return status.HTTP_201_CREATED if changed else status.HTTP_200_OK
