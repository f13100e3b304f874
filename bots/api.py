"""Bots in the REST API."""

from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import mixins, serializers

from bots import drafts
from bots.drafts import Draft, DraftAction, DraftTrigger, Severity, draft_of
from bots.models import Action, Bot, Trigger
from shout.api.fields import Strict
from shout.api.views import AccountViewSet

_LARGEST_ID = 2**63 - 1


class TriggerSerializer(Strict):
    """A word that starts the bot. Universal keywords such as STOP are refused."""

    word = serializers.CharField(allow_blank=True, help_text="Up to 60 characters; case and outer punctuation ignored.")
    match = serializers.ChoiceField(Trigger.Match.choices, default=Trigger.Match.WHOLE)


class ActionSerializer(Strict):
    """One step. Give `group`, `tag` or `body`, whichever the kind needs."""

    kind = serializers.ChoiceField(Action.Kind.choices)
    group = serializers.IntegerField(
        source="group_id", required=False, allow_null=True, max_value=_LARGEST_ID, help_text="The id of a group."
    )
    tag = serializers.IntegerField(
        source="tag_id", required=False, allow_null=True, max_value=_LARGEST_ID, help_text="The id of a tag."
    )
    body = serializers.CharField(
        required=False, allow_blank=True, trim_whitespace=False, help_text="The reply, up to 1,600 characters."
    )


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
        )
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
        draft = replace(draft_of(self.instance) if self.instance else Draft(), **self._wanted())
        try:
            self.instance = drafts.save(account=self.context["view"].account, draft=draft, bot=self.instance)
        except drafts.Refused as refused:
            errors: dict[str, list[str]] = {}
            for problem in refused.problems:
                errors.setdefault(problem.field, []).append(problem.sentence)
            raise serializers.ValidationError(errors) from refused
        return self.instance

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
    # A PATCH lets every field be missing, even of a new row; the draft's refusals say so.
    return DraftAction(
        kind=sent.get("kind", ""), group=sent.get("group_id"), tag=sent.get("tag_id"), body=sent.get("body", "")
    )


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
        found = drafts.problems(account=self.context["view"].account, draft=draft_of(bot), bot=bot)
        return [
            {"field": problem.field, "detail": problem.sentence}
            for problem in found
            if problem.severity == Severity.WARNING
        ]


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

    def perform_destroy(self, instance: Bot) -> None:
        """Delete a bot; its latest version stays."""
        drafts.delete(instance)

    def get_serializer_class(self) -> type[BotSerializer]:
        """A list leaves the warnings out, because they are dear."""
        return BotSerializer if self.action == "list" else BotWithWarningsSerializer
