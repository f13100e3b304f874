"""Texts in the REST API."""

from typing import Any

from django.core.validators import URLValidator
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    extend_schema,
    extend_schema_field,
    extend_schema_serializer,
)
from rest_framework import mixins, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from contacts.models import Contact
from messaging import outbound, segments
from messaging.models import Message
from shout.api import repeats
from shout.api.fields import OwnField, PhoneField, Strict
from shout.api.filters import PhoneFilter, Query
from shout.api.problems import Conflict
from shout.api.views import AccountView, AccountViewSet
from shout.models import Role

_LONGEST = 1600
_EXAMPLE = {
    "id": 7301,
    "direction": "out",
    "origin": "api",
    "status": "queued",
    "refusal": None,
    "detail": None,
    "basis": "list",
    "consent_event": 311,
    "checked_at": "2030-01-31T09:00:00Z",
    "local_time": "2030-01-31 01:00",
    "waits_until": None,
    "number": 1,
    "phone": "+14155550123",
    "contact": 42,
    "body": "Your table is ready.",
    "media": [],
    "segments": 1,
    "error_code": None,
    "created_at": "2030-01-31T09:00:00Z",
    "sent_at": None,
    "settled_at": None,
}
_IDEMPOTENCY_KEY = OpenApiParameter(
    repeats.HEADER,
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="1 to 255 visible ASCII characters of your choice, new for every text. The same request with the same "
    "key again answers 200 with the text of the first time and sends nothing.",
)


@extend_schema_serializer(
    examples=[
        OpenApiExample("Queued", _EXAMPLE, response_only=True),
        OpenApiExample(
            "Refused",
            {**_EXAMPLE, "status": "refused", "refusal": "opted_out", "detail": Message.Refusal.OPTED_OUT.label},
            response_only=True,
        ),
    ]
)
class MessageSerializer(serializers.ModelSerializer[Message]):
    """A text, in or out. Status only moves forward."""

    media = serializers.ListField(child=serializers.URLField(), help_text="Addresses of pictures and other media.")
    refusal = serializers.SerializerMethodField(help_text="Why a text with the status refused did not leave, or null.")
    detail = serializers.SerializerMethodField(help_text="The refusal in words, or null.")
    basis = serializers.ChoiceField(
        choices=Message.Basis.choices, help_text="Why the text was allowed to leave, or empty."
    )
    consent_event = serializers.IntegerField(
        source="consent_seq", help_text="The line of the ledger that decided (its seq), or null."
    )
    checked_at = serializers.DateTimeField(help_text="When permission was asked last, or null for an incoming text.")
    local_time = serializers.CharField(help_text="What o’clock it was where the recipient is at that moment.")
    waits_until = serializers.DateTimeField(
        help_text="Until when a queued marketing text waits for the recipient’s day, or null."
    )

    class Meta:
        model = Message
        fields = [
            "id",
            "direction",
            "origin",
            "status",
            "refusal",
            "detail",
            "basis",
            "consent_event",
            "checked_at",
            "local_time",
            "waits_until",
            "number",
            "phone",
            "contact",
            "body",
            "media",
            "segments",
            "error_code",
            "created_at",
            "sent_at",
            "settled_at",
        ]
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(choices=Message.Refusal.choices, allow_null=True))
    def get_refusal(self, message: Message) -> str | None:
        """The reason's code."""
        return message.refusal or None

    def get_detail(self, message: Message) -> str | None:
        """The reason in words."""
        return message.get_refusal_display() or None


@extend_schema_serializer(
    examples=[
        OpenApiExample("To a phone", {"number": 1, "to": "+14155550123", "body": _EXAMPLE["body"]}),
        OpenApiExample(
            "To a contact, with a picture",
            {"number": 1, "contact": 42, "body": "Today’s soup", "media": ["https://example.com/soup.jpg"]},
        ),
    ]
)
class SendSerializer(Strict):
    """A text to send: from which number, to a phone or a contact, a body or media or both."""

    number = OwnField("numbers", help_text="The id of the number to send from.")
    to = PhoneField(required=False, help_text="The phone to text, in E.164. Send either this or contact.")
    contact = OwnField("contacts", required=False, help_text="The id of the contact to text. Send either this or to.")
    body = serializers.CharField(required=False, allow_blank=True, max_length=_LONGEST, trim_whitespace=False)
    media = serializers.ListField(
        child=serializers.CharField(max_length=2000, validators=[URLValidator(["http", "https"])]),
        required=False,
        max_length=10,
        help_text="Addresses that the carrier can fetch without a password.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One recipient, and something to say."""
        if ("to" in attrs) == ("contact" in attrs):
            raise serializers.ValidationError({"to": ["Send either to or contact."]})
        if not attrs.get("body", "").strip() and not attrs.get("media"):
            raise serializers.ValidationError({"body": ["Write a text, or send media."]})
        return attrs


@extend_schema_serializer(examples=[OpenApiExample("A text", {"body": "It’s ready"}, request_only=True)])
class PreviewSerializer(Strict):
    """A text that is about to be written."""

    body = serializers.CharField(allow_blank=True, max_length=_LONGEST, trim_whitespace=False)


class SegmentsSerializer(serializers.Serializer[segments.Segments]):
    """What a text takes at the carrier."""

    encoding = serializers.ChoiceField(choices=["GSM-7", "UCS-2"])
    segments = serializers.IntegerField(help_text="What the carrier sends and counts.")
    units = serializers.IntegerField(help_text="Septets in GSM-7, UTF-16 code units in UCS-2.")
    units_per_segment = serializers.IntegerField(source="per_segment")
    forcing = serializers.ListField(
        child=serializers.CharField(), help_text="The characters because of which the text cannot go in GSM-7."
    )


class MessageQuery(Query):
    """Which texts."""

    contact = OwnField("contacts", required=False, help_text="To or from the contact with this id.")
    number = OwnField("numbers", required=False, help_text="By the number with this id.")
    phone = PhoneFilter(help_text="To or from this phone.")
    direction = serializers.ChoiceField(choices=Message.Direction.choices, required=False)
    status = serializers.ChoiceField(choices=Message.Status.choices, required=False)
    after = serializers.DateTimeField(
        required=False, source="created_at__gte", help_text="Written at this time or later, as 2030-01-31T09:00:00Z."
    )
    before = serializers.DateTimeField(
        required=False, source="created_at__lt", help_text="Written before this time, as 2030-01-31T09:00:00Z."
    )


class MessageViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, AccountViewSet[Message]):
    """Messages: texts in and out."""

    rows = "messages"
    # A text keeps its key for good.
    remembers = False
    serializer_class = MessageSerializer
    query = MessageQuery

    @extend_schema(
        summary="Send a text",
        parameters=[_IDEMPOTENCY_KEY],
        request=SendSerializer,
        responses={201: MessageSerializer, 200: MessageSerializer},
        description="Send a text. 201 says that the text is on record: queued, or refused with its reason, since a "
        "refusal is a row too. Look at status. 200 repeats an earlier answer to the same Idempotency-Key.",
    )
    def create(self, request: Request) -> Response:
        """Queue a text, or record why it may not leave."""
        asked = SendSerializer(data=request.data, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        text = self._text(asked.validated_data)
        key = repeats.key_of(request)
        earlier = self.account.messages.filter(idempotency_key=key).first() if key else None
        message = earlier or outbound.send(**text, origin=Message.Origin.API, idempotency_key=key)
        wanted = (text["number"].pk, text["phone"], text["body"], text["media"])
        if (message.number_id, message.phone, message.body, message.media) != wanted:
            raise Conflict(f"This Idempotency-Key belongs to the message {message.pk}, which says something else.")
        return Response(
            MessageSerializer(message).data, status=status.HTTP_200_OK if earlier else status.HTTP_201_CREATED
        )

    def _text(self, asked: dict[str, Any]) -> dict[str, Any]:
        contact: Contact | None = asked.get("contact") or self.account.contacts.filter(phone=asked["to"]).first()
        return {
            "number": asked["number"],
            "contact": contact,
            "phone": contact.phone if contact else asked["to"],
            "body": asked.get("body", ""),
            "media": asked.get("media", []),
        }


class MessagePreview(AccountView):
    """What a text takes."""

    needed = Role.VIEWER
    remembers = False

    @extend_schema(
        operation_id="messages_preview",
        summary="Count the segments of a text",
        request=PreviewSerializer,
        responses=SegmentsSerializer,
        description="How many segments a text takes, and which characters make it take more. Sends nothing.",
    )
    def post(self, request: Request) -> Response:
        """Count a text."""
        asked = PreviewSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        return Response(SegmentsSerializer(segments.count(asked.validated_data["body"])).data)
