"""Trying bots out by the REST API (B9)."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from bots.models import Run, Trigger
from messaging import rehearsal
from messaging.models import Message
from messaging.rehearsal import Reply, Turn
from shout.api.fields import OwnField, PhoneField, Strict
from shout.api.views import AccountView
from shout.models import Role

_LONGEST = 1600
_MOST = 20
_OUTCOMES = ("bot", "answer", "no_match", "universal", "phrase", "review", "blocked")
_CHANGES = ("joined", "left", "tagged", "untagged", "set")
_ASKED = {"number": 1, "phone": "+14155550123", "texts": ["vip!"]}
_TOLD = {
    "body": "vip!",
    "compared": "vip",
    "outcome": "bot",
    "explanation": "The bot “VIP opt-in” answered, because the whole text is its word “vip”.",
    "bot": 7,
    "word": "vip",
    "match": "whole",
    "changes": [{"kind": "joined", "id": 1, "field": "", "value": ""}],
    "deeds": ["Added to the group VIP"],
    "replies": [
        {
            "body": "Welcome to our VIP list!",
            "media": [],
            "segments": 1,
            "status": "queued",
            "refusal": None,
            "fate": "Would leave at once",
        }
    ],
    "withheld": 0,
    "calls": [],
    "state": "done",
    "goes_on_at": None,
}


@extend_schema_serializer(
    examples=[
        OpenApiExample("A phone, known or not", _ASKED, request_only=True),
        OpenApiExample(
            "A contact who is asked something and answers",
            {"number": 1, "contact": 42, "texts": ["TABLE", "four", "4"]},
            request_only=True,
        ),
    ]
)
class TestSerializer(Strict):
    """Texts to try out, one after the other, from a phone or a contact to a number."""

    number = OwnField("numbers", help_text="The id of the number that is texted.")
    phone = PhoneField(required=False, help_text="Who texts, in E.164. Send either this or contact.")
    contact = OwnField("contacts", required=False, help_text="The id of who texts. Send either this or phone.")
    texts = serializers.ListField(
        child=serializers.CharField(max_length=_LONGEST, trim_whitespace=False),
        min_length=1,
        max_length=_MOST,
        help_text=f"What they text, in this order: 1 to {_MOST} texts of up to {_LONGEST:,} characters.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One sender."""
        if ("phone" in attrs) == ("contact" in attrs):
            raise serializers.ValidationError({"phone": ["Send either phone or contact."]})
        return attrs


class ChangeSerializer(serializers.Serializer[Any]):
    """Something about the sender that would become different."""

    kind = serializers.ChoiceField(choices=_CHANGES)
    id = serializers.IntegerField(
        allow_null=True, help_text="The group joined or left, the tag given or lost, or null."
    )
    field = serializers.CharField(help_text="The field that would be set, or empty.")
    value = serializers.CharField(help_text="What that field would be, or empty.")


class ReplySerializer(serializers.Serializer[Any]):
    """A text that would go out, and whether permission would let it."""

    body = serializers.CharField()
    media = serializers.ListField(child=serializers.URLField())
    segments = serializers.IntegerField()
    status = serializers.ChoiceField(choices=["queued", "held", "refused"])
    refusal = serializers.ChoiceField(choices=Message.Refusal.choices, allow_null=True)
    fate = serializers.CharField(help_text="The same in words.")


class TurnSerializer(serializers.Serializer[Any]):
    """One text, and all that would come of it."""

    body = serializers.CharField()
    compared = serializers.CharField(help_text="The text as it is compared with trigger words.")
    outcome = serializers.ChoiceField(choices=_OUTCOMES, help_text="What it would be taken for.")
    explanation = serializers.CharField(help_text="The outcome in one sentence, with its reason.")
    bot = serializers.IntegerField(allow_null=True, help_text="The id of the bot that would answer, or null.")
    word = serializers.CharField(help_text="The trigger word or universal keyword that it would be, or empty.")
    match = serializers.ChoiceField(choices=Trigger.Match.choices, allow_null=True)
    changes = ChangeSerializer(many=True)
    deeds = serializers.ListField(
        child=serializers.CharField(), help_text="The changes, and what your team would be told, in words."
    )
    replies = ReplySerializer(many=True)
    withheld = serializers.IntegerField(help_text="How many replies the number's limit would keep back.")
    calls = serializers.ListField(child=serializers.URLField(), help_text="The webhooks that would be called.")
    state = serializers.ChoiceField(
        choices=Run.State.choices, allow_null=True, help_text="Where the bot would stand then; null without a bot."
    )
    goes_on_at = serializers.DateTimeField(
        allow_null=True, help_text="Until when it would wait, for the time or for an answer, or null."
    )


@extend_schema_serializer(
    examples=[OpenApiExample("Tried out", {"phone": _ASKED["phone"], "texts": [_TOLD]}, response_only=True)]
)
class TestedSerializer(serializers.Serializer[Any]):
    """What would come of the texts; nothing has been written or sent."""

    phone = serializers.CharField(help_text="Who would have texted, in E.164.")
    texts = TurnSerializer(many=True)


class BotTest(AccountView):
    """What bots would do."""

    needed = Role.VIEWER
    remembers = False

    @extend_schema(
        operation_id="bots_test",
        summary="Try texts out, and send nothing",
        request=TestSerializer,
        responses=TestedSerializer,
        description="What would come of these texts, each after the one before it, as everything stands now: which bot"
        " would answer and why, what it would change, and whether its replies would leave. Nothing is written or sent"
        " and nobody is told, so a key that may only read is enough.",
    )
    def post(self, request: Request) -> Response:
        """Try texts out."""
        asked = TestSerializer(data=request.data, context={"view": self})
        asked.is_valid(raise_exception=True)
        wanted = asked.validated_data
        phone = wanted["contact"].phone if "contact" in wanted else wanted["phone"]
        turns = rehearsal.rehearse(number=wanted["number"], phone=phone, texts=wanted["texts"])
        return Response(TestedSerializer({"phone": phone, "texts": [_turn(turn) for turn in turns]}).data)


def _turn(turn: Turn) -> dict[str, Any]:
    trace, told = turn.trace, turn.trace.text.trace
    return {
        "body": turn.body,
        "compared": trace.compared,
        "outcome": told["outcome"],
        "explanation": trace.ended,
        "bot": told.get("bot_id"),
        "word": told.get("word", ""),
        "match": told.get("match"),
        "changes": [
            {"kind": kind, "id": pk or None, "field": field, "value": value}
            for kind, pk, field, value in told.get("changes", ())
        ],
        "deeds": [deed.words for deed in trace.deeds],
        "replies": [_reply(reply) for reply in turn.replies],
        "withheld": trace.withheld,
        "calls": [call.url for call in trace.calls],
        "state": told.get("state"),
        "goes_on_at": trace.goes_on_at,
    }


def _reply(reply: Reply) -> dict[str, Any]:
    text = reply.line.text
    return {
        "body": text.body,
        "media": text.media,
        "segments": reply.segments,
        "status": text.status,
        "refusal": text.refusal or None,
        "fate": reply.fate,
    }
