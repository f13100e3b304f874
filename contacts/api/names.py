"""Groups and tags in the REST API: names that contacts are kept under."""

from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import RestrictedError
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import mixins, serializers

from contacts.models import Group, Tag
from shout import text
from shout.api.fields import Strict
from shout.api.problems import Conflict
from shout.api.views import AccountViewSet

Name = TypeVar("Name", Group, Tag)


class NameSerializer(Strict, serializers.ModelSerializer[Name]):
    """A name, which is taken once whatever its case and spaces."""

    def validate_name(self, name: str) -> str:
        """The name, if something of it can be seen."""
        if not 0 < len(text.fold(name)) <= 120:
            raise serializers.ValidationError("Choose a name of up to 60 characters that can be seen.")
        return name

    def save(self, **values: Any) -> Any:  # noqa: ANN401
        """The row; raises `Conflict` when the account has the name already."""
        try:
            with transaction.atomic():
                return super().save(**values)
        except IntegrityError as error:
            view = self.context["view"]
            taken = view.get_queryset().get(name_key=text.fold(self.validated_data["name"]))
            raise Conflict(f"“{taken.name}” exists already, with the id {taken.pk}.") from error


@extend_schema_serializer(
    examples=[OpenApiExample("A list", {"name": "VIP", "description": "Weekly offers"}, request_only=True)]
)
class GroupSerializer(NameSerializer[Group]):
    """A permission list: being in it means having opted in to it."""

    class Meta:
        model = Group
        fields = ["id", "name", "description", "created_at"]


@extend_schema_serializer(examples=[OpenApiExample("A label", {"name": "NOVIP"}, request_only=True)])
class TagSerializer(NameSerializer[Tag]):
    """A label on contacts, kept for reference."""

    class Meta:
        model = Tag
        fields = ["id", "name"]


class NameViewSet(
    mixins.ListModelMixin,
    mixins.CreateModelMixin,
    mixins.RetrieveModelMixin,
    mixins.UpdateModelMixin,
    mixins.DestroyModelMixin,
    AccountViewSet[Name],
):
    """What groups and tags have in common."""

    def perform_create(self, serializer: serializers.BaseSerializer[Name]) -> None:
        """Save it in the account."""
        serializer.save(account=self.account)

    def perform_destroy(self, instance: Name) -> None:
        """Delete it, unless something refers to it: then `Conflict` names what."""
        people = instance.contacts.count()
        if people:
            raise Conflict(f"“{instance.name}” has {people} contact{'s' * (people > 1)}. Take them out of it first.")
        try:
            with transaction.atomic():
                instance.delete()
        except RestrictedError as error:
            # A bot's action goes by the name of its bot.
            users = {getattr(user, "bot", user) for user in error.restricted_objects}
            names = ", ".join(sorted(f"the {user._meta.verbose_name} “{user}”" for user in users))
            raise Conflict(f"“{instance.name}” is used by {names}. Change that first.") from error


class GroupViewSet(NameViewSet[Group]):
    """Groups: permission lists, and audiences."""

    rows = "groups"
    serializer_class = GroupSerializer


class TagViewSet(NameViewSet[Tag]):
    """Tags: labels on contacts."""

    rows = "tags"
    serializer_class = TagSerializer
