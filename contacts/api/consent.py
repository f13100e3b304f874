"""Opt-outs and the consent ledger in the REST API."""

from typing import Any, NoReturn

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field, extend_schema_serializer
from rest_framework import mixins, serializers, status
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.request import Request
from rest_framework.response import Response

from contacts import permissions
from contacts.models import ConsentEvent, OptOut
from contacts.models.consent import OptOuts, Source
from contacts.permissions import Evidence
from shout.api.fields import OwnField, PastField, PhoneField, Strict
from shout.api.filters import PhoneFilter, Query
from shout.api.views import AccountViewSet

HOW_TO_LIFT = (
    "An opt-out stays on record, and the API does not lift it. The person lifts it by texting START to that number, or "
    "your team by recording new consent in the dashboard."
)
_HOW_TO_WRITE = (
    "The ledger cannot be written to or changed. A line is added by what happens: a text, POST to opt-outs/, joining "
    "or leaving a group, or what your team records in the dashboard."
)
_EXAMPLE = {
    "id": 17,
    "number": 1,
    "phone": "+14155550123",
    "in_force": True,
    "since": "2030-01-31T09:00:00Z",
    "lifted_at": None,
    "source": "api",
    "words": "Asked on the phone to get no more texts",
    "consent_event": 311,
}
_LINE = {
    "seq": 311,
    "at": "2030-01-31T09:00:00Z",
    "asked_at": None,
    "kind": "opted_out",
    "phone": "+14155550123",
    "number": 1,
    "number_e164": "+14155550100",
    "group": None,
    "group_name": "",
    "source": "universal_keyword",
    "rule": "",
    "words": "STOP",
    "reference": "SM1f0e8a27d5c34b6e9a4c2b7d8e3f5a60",
    "actor": "",
    "hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
}


@extend_schema_serializer(examples=[OpenApiExample("An opt-out", _EXAMPLE, response_only=True)])
class OptOutSerializer(serializers.ModelSerializer[OptOut]):
    """What a phone has stopped: one row for each number that was asked for it."""

    in_force = serializers.SerializerMethodField(help_text="False once the person has opted in to the number again.")
    since = serializers.DateTimeField(source="opted_out_at", help_text="From when on it has been obeyed.")
    consent_event = serializers.IntegerField(
        source="event_seq", help_text="The line of the ledger that asked for it last (its seq)."
    )

    class Meta:
        model = OptOut
        fields = ["id", "number", "phone", "in_force", "since", "lifted_at", "source", "words", "consent_event"]
        read_only_fields = fields

    def get_in_force(self, opt_out: OptOut) -> bool:
        """Whether no opt-in has lifted it."""
        return opt_out.lifted_at is None


class RecordedSerializer(serializers.Serializer[Any]):
    """The opt-outs that a request asked for, as they are now."""

    results = OptOutSerializer(many=True)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Asked by phone",
            {"number": 1, "phone": "+14155550123", "words": _EXAMPLE["words"], "asked_at": "2026-01-31T08:55:00Z"},
        ),
        OpenApiExample(
            "Of two numbers", {"numbers": [1, 2], "phone": "+14155550123", "words": "Replied to an e-mail: no texts"}
        ),
    ]
)
class RecordSerializer(Strict):
    """An opt-out that somebody asked for outside a text."""

    number = OwnField("numbers", required=False, help_text="The id of the number to stop. Send this or numbers.")
    numbers = serializers.ListField(
        child=OwnField("numbers"),
        required=False,
        min_length=1,
        max_length=100,
        help_text="The ids of several numbers to stop.",
    )
    phone = PhoneField(help_text="Who is not to be texted any more, in E.164.")
    words = serializers.CharField(
        max_length=500, help_text="How they asked, in their words, and where. It is kept as proof."
    )
    asked_at = PastField(
        required=False, default=None, help_text="When they asked, if it was not now, as 2026-01-31T08:55:00Z."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One number, or several."""
        if ("number" in attrs) == ("numbers" in attrs):
            raise serializers.ValidationError({"number": ["Send either number or numbers."]})
        return attrs


class OptOutQuery(Query):
    """Which opt-outs."""

    phone = PhoneFilter(help_text="Of this phone.")
    number = OwnField("numbers", required=False, help_text="Of the number with this id.")
    in_force = serializers.BooleanField(
        required=False, help_text="true: those that are obeyed now. false: those that were lifted."
    )

    def narrow(self, rows: OptOuts) -> OptOuts:  # type: ignore[override]
        """The opt-outs that are asked for."""
        asked = dict(self.validated_data)
        if "in_force" in asked:
            rows = rows.filter(lifted_at__isnull=asked.pop("in_force"))
        return rows.filter(**asked)


class OptOutViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, AccountViewSet[OptOut]):
    """Opt-outs: who may not be texted from which number, because they asked for it."""

    rows = "opt_outs"
    serializer_class = OptOutSerializer
    query = OptOutQuery

    @extend_schema(
        summary="Record an opt-out",
        request=RecordSerializer,
        responses={201: RecordedSerializer, 200: RecordedSerializer},
        description="Stop one number or several for a phone, at once and with a line in the consent ledger: 201, or "
        "200 when all of them were stopped already and nothing has changed. " + HOW_TO_LIFT,
    )
    def create(self, request: Request) -> Response:
        """Stop the numbers; what was stopped already stays as it is."""
        asked = RecordSerializer(data=request.data, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        numbers = said.get("numbers") or [said["number"]]
        evidence = Evidence(
            source=Source.API, words=said["words"], actor=f"API key {self.key.name}", asked_at=said["asked_at"]
        )
        with transaction.atomic():
            stopped = [permissions.opt_out(number=n, phone=said["phone"], evidence=evidence) for n in numbers]
        rows = self.account.opt_outs.filter(phone=said["phone"], number__in=numbers).order_by("number_id")
        code = status.HTTP_201_CREATED if any(stopped) else status.HTTP_200_OK
        return Response(RecordedSerializer({"results": rows}).data, status=code)

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> NoReturn:  # noqa: ANN401
        """Say how an opt-out is lifted to whoever tries to delete or change one."""
        raise MethodNotAllowed(str(request.method), detail=HOW_TO_LIFT)


@extend_schema_serializer(examples=[OpenApiExample("A STOP", _LINE, response_only=True)])
class ConsentEventSerializer(serializers.ModelSerializer[ConsentEvent]):
    """One line of the consent ledger. An erasure empties phone, words and reference, and the chain still holds."""

    number = serializers.IntegerField(source="number_ref", help_text="The id that the number has or had, or null.")
    group = serializers.IntegerField(source="group_ref", help_text="The id that the group has or had, or null.")
    hash = serializers.SerializerMethodField(help_text="SHA-256 of the line before and this line, in hexadecimal.")

    class Meta:
        model = ConsentEvent
        fields = list(_LINE)
        read_only_fields = fields

    @extend_schema_field(OpenApiTypes.STR)
    def get_hash(self, line: ConsentEvent) -> str:
        """The hash in hexadecimal."""
        return bytes(line.hash).hex()


class ConsentEventQuery(Query):
    """Which lines of the ledger."""

    phone = PhoneFilter(help_text="About this phone.")
    number = OwnField("numbers", required=False, help_text="About the number with this id.")
    group = OwnField("groups", required=False, help_text="About the group with this id.")
    kind = serializers.ChoiceField(choices=ConsentEvent.Kind.choices, required=False)
    source = serializers.ChoiceField(choices=Source.choices, required=False)  # type: ignore[assignment]
    since = serializers.DateTimeField(
        required=False, source="at__gte", help_text="Written at this time or later, as 2030-01-31T09:00:00Z."
    )
    until = serializers.DateTimeField(
        required=False, source="at__lt", help_text="Written before this time, as 2030-01-31T09:00:00Z."
    )
    after_seq = serializers.IntegerField(
        required=False,
        source="seq__gt",
        min_value=0,
        help_text="After this line: what is new since you read it.",
    )

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The lines that are asked for; they name numbers and groups by value."""
        asked = dict(self.validated_data)
        named = {f"{name}_ref": asked.pop(name).pk for name in ("number", "group") if name in asked}
        return rows.filter(**asked, **named)


class ConsentEventViewSet(mixins.ListModelMixin, AccountViewSet[ConsentEvent]):
    """The consent ledger: every change of permission, by what, in which words, when."""

    rows = "consent_events"
    serializer_class = ConsentEventSerializer
    query = ConsentEventQuery

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> NoReturn:  # noqa: ANN401
        """Say how the ledger comes by its lines to whoever tries to write one."""
        raise MethodNotAllowed(str(request.method), detail=_HOW_TO_WRITE)
