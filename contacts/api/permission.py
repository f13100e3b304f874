"""What a contact permits, in the REST API: number by number, list by list, and when marketing may be sent."""

from datetime import datetime
from typing import Any

from django.utils.timezone import now
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from contacts import bulk, clock, ledger
from contacts.api.lists import ContactView
from contacts.bulk import Standing
from contacts.models import ConsentEvent, Contact, Number
from contacts.models.consent import Source

_STATES = ["open", "held", "opted_out", "blocked"]
_NOT_SAID: dict[str, Any] = {"since": None, "source": None, "words": "", "consent_event": None}
_STOPPED = {"since": "2030-01-31T09:00:00Z", "source": "universal_keyword", "words": "STOP", "consent_event": 311}


class DecidedSerializer(serializers.Serializer[Any]):
    """Since when and by what; all of it null where nothing has been asked for."""

    since = serializers.DateTimeField(allow_null=True, help_text="When it was asked for.")
    source = serializers.ChoiceField(choices=Source.choices, allow_null=True)  # type: ignore[assignment]
    words = serializers.CharField(help_text="The words in which it was asked for.")
    consent_event = serializers.IntegerField(
        allow_null=True, help_text="The line of the ledger that decides (its seq): what closed it, or opened it."
    )


class NumberPermissionSerializer(DecidedSerializer):
    """Whether one number may text the contact."""

    number = serializers.IntegerField(help_text="The number's id.")
    e164 = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    state = serializers.ChoiceField(
        choices=_STATES,
        help_text="open: may be texted. held: marketing waits until your team has decided about a text of theirs. "
        "opted_out: the contact stopped this number. blocked: your team blocked it.",
    )
    through = serializers.IntegerField(
        allow_null=True,
        help_text="The id of the other number that they stopped, where your opt-out scope closes this one too.",
    )
    marketing = serializers.ChoiceField(
        choices=["now", "later", "no"], help_text="Whether marketing may be sent: later means in quiet hours."
    )
    marketing_from = serializers.DateTimeField(allow_null=True, help_text="When quiet hours end, if it is later.")


class ListPermissionSerializer(DecidedSerializer):
    """A group that the contact is in, or has left."""

    group = serializers.IntegerField(help_text="The group's id.")
    name = serializers.CharField()
    state = serializers.ChoiceField(choices=["joined", "left"])


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Stopped marketing, left a list",
            {
                "phone": "+14155550123",
                "place": "US-CA",
                "numbers": [
                    {
                        "number": 1, "e164": "+14155550100", "label": "Marketing", "state": "opted_out", **_STOPPED,
                        "through": None, "marketing": "no", "marketing_from": None,
                    },
                    {
                        "number": 2, "e164": "+14155550101", "label": "Service", "state": "open", **_NOT_SAID,
                        "through": None, "marketing": "later", "marketing_from": "2030-01-31T16:00:00Z",
                    },
                ],
                "lists": [
                    {
                        "group": 7, "name": "VIP", "state": "left", "since": "2030-01-30T18:00:00Z",
                        "source": "keyword", "words": "NOVIP", "consent_event": 302,
                    }
                ],
            },
            response_only=True,
        )
    ]
)  # fmt: skip
class PermissionSerializer(serializers.Serializer[Any]):
    """From which of the account's numbers a contact may be texted, and for which lists."""

    phone = serializers.CharField()
    place = serializers.CharField(help_text="Where they are, by which their quiet hours go; empty if nobody knows.")
    numbers = NumberPermissionSerializer(many=True)
    lists = ListPermissionSerializer(many=True)


class ContactPermission(ContactView):
    """What a contact permits."""

    @extend_schema(
        operation_id="contacts_permission",
        summary="Ask what a contact permits",
        responses=PermissionSerializer,
        description="From which numbers the contact may be texted, which lists they have joined and left, and when "
        "marketing may be sent. Only the contact, or your team with new consent on record, lifts an opt-out: the API "
        "does not.",
    )
    def get(self, request: Request, **ids: int) -> Response:
        """Permission by number and by list."""
        contact = self.contact
        shown = {
            "phone": contact.phone,
            "place": contact.place,
            "numbers": self._numbers(contact),
            "lists": self._lists(contact),
        }
        return Response(PermissionSerializer(shown).data)

    def _numbers(self, contact: Contact) -> list[dict[str, Any]]:
        numbers = list(self.account.numbers.all())
        said = bulk.standings((number.pk, contact.phone) for number in numbers)
        told = ledger.standings(self.account, contact.phone)
        opens_at = _opens_at(contact)
        return [
            _by_number(number, said[number.pk, contact.phone], told[number.pk].line, opens_at=opens_at)
            for number in numbers
        ]

    def _lists(self, contact: Contact) -> list[dict[str, Any]]:
        joined = set(contact.groupmembership_set.values_list("group_id", flat=True))
        lines = self.account.consent_events.filter(phone=contact.phone, kind__in=["joined", "left"]).order_by("seq")
        last = {line.group_ref: line for line in lines}
        return [
            {
                "group": group.pk,
                "name": group.name,
                "state": "joined" if group.pk in joined else "left",
                **_decided(last.get(group.pk)),
            }
            for group in self.account.groups.filter(pk__in=joined | last.keys())
        ]


def _by_number(
    number: Number, said: Standing, line: ConsentEvent | None, *, opens_at: datetime | None
) -> dict[str, Any]:
    is_closed = bool(said.refusal or said.is_held)
    of_another = line is not None and line.number_ref not in (None, number.pk)
    waits = opens_at if number.line != Number.Line.IN_APP else None
    marketing = "no" if is_closed else "later" if waits else "now"
    return {
        "number": number.pk,
        "e164": number.e164,
        "label": number.label,
        "state": said.refusal or ("held" if said.is_held else "open"),
        "through": line.number_ref if line and of_another and is_closed else None,
        "marketing": marketing,
        "marketing_from": waits if marketing == "later" else None,
        **_decided(line),
    }


def _decided(line: ConsentEvent | None) -> dict[str, Any]:
    if line is None:
        return _NOT_SAID
    return {
        "since": line.since,
        "source": line.source,
        "words": line.words,
        "consent_event": line.seq,
    }


def _opens_at(contact: Contact) -> datetime | None:
    """When quiet hours end where the contact is; None if it is day there."""
    moment = now()
    opens_at = clock.table(contact.account_id).next_open(contact.place, moment)
    return opens_at if opens_at > moment else None
