"""Bots in the REST API."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field, extend_schema_serializer
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from bots import drafts
from bots.drafts import Draft, DraftAction, DraftTrigger, Problem, Severity, draft_of
from bots.drafts.refusals import MOST_ROWS
from bots.models import Action, Bot, Trigger
from shout.api.fields import OwnField, Strict
from shout.api.views import AccountViewSet
from shout.models import Role

_LARGEST_ID = 2**63 - 1
_LARGEST = 2**31 - 1
# What a step has beside its kind, its group and its tag; a PATCH lets every field be missing, even of a new row.
_PLAIN = ("body", "media", "field", "value", "answer", "again", "minutes", "url")
_TAKEN_BY = {
    Action.Kind.ASSIGN_GROUP: {"group"},
    Action.Kind.REMOVE_FROM_GROUP: {"group"},
    Action.Kind.ADD_TAG: {"tag"},
    Action.Kind.REMOVE_TAG: {"tag"},
    Action.Kind.REPLY: {"body", "media"},
    Action.Kind.ASK: {"body", "field", "answer", "again", "minutes"},
    Action.Kind.SET_FIELD: {"field", "value"},
    Action.Kind.WAIT: {"minutes"},
    Action.Kind.NOTIFY: {"body"},
    Action.Kind.CALL: {"url"},
    Action.Kind.HAND_OVER: {"body"},
}
# What an answer says of fields that a step does not take, and what may therefore be sent back.
_NOTHING: tuple[object, ...] = (None, "", [], Action.Answer.ANY)


class Rows(serializers.ListSerializer[Any]):
    """A bot's triggers or actions: too many of them are one error and not one for each."""

    def to_internal_value(self, data: object) -> list[Any]:
        """The rows' values."""
        if isinstance(data, list) and len(data) > MOST_ROWS:
            raise serializers.ValidationError([f"A bot has at most {MOST_ROWS} {self.field_name}."])
        rows: list[Any] = super().to_internal_value(data)
        return rows


class TriggerSerializer(Strict):
    """A word that starts the bot. Universal keywords such as STOP are refused."""

    word = serializers.CharField(allow_blank=True, help_text="Up to 60 characters; case and outer punctuation ignored.")
    match = serializers.ChoiceField(Trigger.Match.choices, default=Trigger.Match.WHOLE)

    class Meta:
        list_serializer_class = Rows


class ActionSerializer(Strict):
    """One step, with what its kind needs.

    `assign_group`, `remove_from_group`: `group`. `add_tag`, `remove_tag`: `tag`. `reply`: `body`, `media` or both.
    `ask`: `body`, `field`, and if you like `answer`, `again`, `minutes`. `set_field`: `field`, `value`. `wait`:
    `minutes`. `notify`, `hand_over`: `body`, for your team. `call`: `url`.
    """

    kind = serializers.ChoiceField(Action.Kind.choices)
    group = serializers.IntegerField(
        source="group_id", required=False, allow_null=True, max_value=_LARGEST_ID, help_text="The id of a group."
    )
    tag = serializers.IntegerField(
        source="tag_id", required=False, allow_null=True, max_value=_LARGEST_ID, help_text="The id of a tag."
    )
    body = serializers.CharField(
        required=False,
        allow_blank=True,
        trim_whitespace=False,
        help_text="What the step says, up to 1,600 characters, with merge fields such as"
        ' {{ first_name|default:"there" }}.',
    )
    media = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="Up to 10 addresses of pictures that a reply carries."
    )
    field = serializers.CharField(
        required=False, allow_blank=True, help_text="The field that is set: first_name, last_name, email, your own, …"
    )
    value = serializers.CharField(
        required=False,
        allow_blank=True,
        trim_whitespace=False,
        help_text="What the field becomes, up to 500 characters; merge fields are filled in.",
    )
    answer = serializers.ChoiceField(
        Action.Answer.choices, required=False, help_text="What the question takes for an answer."
    )
    again = serializers.CharField(
        required=False,
        allow_blank=True,
        trim_whitespace=False,
        help_text="What is said to an answer that is none, up to 480 characters.",
    )
    minutes = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=_LARGEST,
        help_text="How long to wait, or for how long the question stays open (null: a day); at most 90 days.",
    )
    url = serializers.CharField(
        required=False, allow_blank=True, help_text="The webhook to call; never one in a private network."
    )

    class Meta:
        list_serializer_class = Rows

    def to_internal_value(self, data: Mapping[str, object]) -> dict[str, Any]:
        """The fields' values, unless one means nothing to a step of this kind."""
        sent: dict[str, Any] = super().to_internal_value(data)
        if kind := sent.get("kind"):
            asked = {name for name, value in data.items() if value not in _NOTHING} - {"kind"}
            unfit = {
                name: [f"{kind} takes no {name}. Leave it out."]
                for name in sorted(asked - _TAKEN_BY[Action.Kind(kind)])
            }
            if unfit:
                raise serializers.ValidationError(unfit)
        return sent


class ListensOn(serializers.ListField):
    """The ids of a bot's numbers, or None for all."""

    child = serializers.IntegerField(max_value=_LARGEST_ID)

    def get_attribute(self, instance: Bot) -> list[int] | None:
        """The bot's numbers."""
        return None if instance.on_all_numbers else [number.pk for number in instance.numbers.all()]


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "People join a list",
            {
                "name": "VIP opt-in",
                "triggers": [{"word": "JOIN"}, {"word": "VIP"}],
                "actions": [
                    {"kind": "assign_group", "group": 1},
                    {"kind": "reply", "body": "Welcome to our VIP list! Text NOVIP to leave it, STOP to opt out."},
                ],
            },
            request_only=True,
        ),
        OpenApiExample(
            "A question, its answer kept, and a person who takes over",
            {
                "name": "Table for tonight",
                "triggers": [{"word": "TABLE", "match": "first"}],
                "actions": [
                    {
                        "kind": "ask",
                        "body": "For how many?",
                        "field": "party size",
                        "answer": "number",
                        "again": "Please text a number, such as 4.",
                        "minutes": 60,
                    },
                    {"kind": "reply", "body": "A table for {{ party size }}: we are looking, {{ first_name }}."},
                    {"kind": "call", "url": "https://example.com/tables"},
                    {"kind": "hand_over", "body": "{{ name }} wants a table for {{ party size }}."},
                    {"kind": "wait", "minutes": 1440},
                    {"kind": "reply", "body": "How was it? Text STOP to opt out."},
                ],
            },
            request_only=True,
        ),
    ]
)
class BotSerializer(Strict):
    """Trigger words and ordered actions. A `PATCH` with `triggers` or `actions` replaces all of them."""

    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(allow_blank=True, help_text="Up to 60 characters.")
    status = serializers.ChoiceField(Bot.Status.choices, default=Bot.Status.ACTIVE)
    numbers = ListensOn(default=None, allow_null=True, help_text="The ids of the numbers it listens on; null: all.")
    triggers = TriggerSerializer(many=True)
    actions = ActionSerializer(many=True, help_text="In the order in which they are carried out.")
    created_at = serializers.DateTimeField(read_only=True)
    changed_at = serializers.DateTimeField(read_only=True)

    def save(self, **values: Any) -> Bot:  # noqa: ANN401
        """The bot; a refusal is an error at the path of its field, such as `triggers.0.word`."""
        view = self.context["view"]
        try:
            self.instance = drafts.save(account=view.account, draft=self.draft, bot=self.instance, by=view.key.name)
        except drafts.Refused as refused:
            raise _as_errors(refused.problems) from refused
        return self.instance

    @property
    def draft(self) -> Draft:
        """The bot that is asked for."""
        return replace(draft_of(self.instance) if self.instance else Draft(), **self._wanted())

    def _wanted(self) -> dict[str, Any]:
        sent = dict(self.validated_data)
        if "numbers" in sent and sent["numbers"] is not None:
            sent["numbers"] = tuple(sent["numbers"])
        if "triggers" in sent:
            sent["triggers"] = tuple(DraftTrigger(**trigger) for trigger in sent["triggers"])
        if "actions" in sent:
            sent["actions"] = tuple(_action(action) for action in sent["actions"])
        return sent


def _action(sent: dict[str, Any]) -> DraftAction:
    plain = {name: sent[name] for name in _PLAIN if name in sent}
    if "media" in plain:
        plain["media"] = tuple(plain["media"])
    return DraftAction(kind=sent.get("kind", ""), group=sent.get("group_id"), tag=sent.get("tag_id"), **plain)


def _as_errors(problems: Iterable[Problem]) -> serializers.ValidationError:
    errors: dict[str, list[str]] = {}
    for problem in problems:
        errors.setdefault(problem.field, []).append(problem.sentence)
    return serializers.ValidationError(errors)


def _as_warnings(problems: Iterable[Problem]) -> list[dict[str, str]]:
    return [
        {"field": problem.field, "detail": problem.sentence}
        for problem in problems
        if problem.severity == Severity.WARNING
    ]


class WarningSerializer(serializers.Serializer[Any]):
    """Something legal that may surprise."""

    field = serializers.CharField(help_text="Where, for example triggers.0.word.")
    detail = serializers.CharField()


class BotWithWarningsSerializer(BotSerializer):
    """One bot, with what may surprise about it."""

    warnings = serializers.SerializerMethodField()

    @extend_schema_field(WarningSerializer(many=True))
    def get_warnings(self, bot: Bot) -> list[dict[str, str]]:
        """What is legal but may surprise."""
        return _as_warnings(drafts.problems(account=self.context["view"].account, draft=draft_of(bot), bot=bot))


class ValidationSerializer(BotSerializer):
    """A bot to look at; `bot` is the one it would replace, if any."""

    bot = OwnField("bots", required=False, allow_null=True, help_text="The id of the bot that it would replace.")


class WarningsSerializer(serializers.Serializer[Any]):
    """What is legal but may surprise; nothing has been saved."""

    warnings = WarningSerializer(many=True)


class BotViewSet(
    mixins.ListModelMixin,
    mixins.CreateModelMixin,
    mixins.RetrieveModelMixin,
    mixins.UpdateModelMixin,
    mixins.DestroyModelMixin,
    AccountViewSet[Bot],
):
    """Bots: trigger words and what they start."""

    rows = "bots"
    related = ("triggers", "numbers", "actions")
    http_method_names = ["get", "post", "put", "patch", "delete", "head"]

    def get_queryset(self) -> QuerySet[Bot]:
        """The bots that nobody has deleted."""
        return super().get_queryset().filter(deleted_at=None)

    @extend_schema(
        operation_id="bots_validate",
        summary="Say what speaks against a bot, and save nothing",
        request=ValidationSerializer,
        responses=WarningsSerializer,
        description="Answers what `POST bots/`, or `PUT bots/{id}/` of the bot named in `bot`, would answer: 400 with"
        " the same refusals, or 200 with the same warnings. Nothing is written, so a key that may only read is enough.",
    )
    @action(
        detail=False,
        methods=["post"],
        filter_backends=[],
        pagination_class=None,
        needed=Role.VIEWER,
        remembers=False,
    )
    def validate(self, request: Request) -> Response:
        """Look at a bot."""
        asked = ValidationSerializer(data=request.data, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        replaced: Bot | None = asked.validated_data.pop("bot", None)
        if replaced and replaced.deleted_at:
            raise serializers.ValidationError({"bot": ["This bot is deleted."]})
        found = drafts.problems(account=self.account, draft=asked.draft, bot=replaced)
        if refused := [problem for problem in found if problem.severity == Severity.REFUSAL]:
            raise _as_errors(refused)
        return Response({"warnings": _as_warnings(found)})

    def perform_destroy(self, instance: Bot) -> None:
        """Delete a bot; its latest version stays."""
        drafts.delete(instance)

    def get_serializer_class(self) -> type[BotSerializer]:
        """A list leaves the warnings out, because they are dear."""
        return BotSerializer if self.action == "list" else BotWithWarningsSerializer
