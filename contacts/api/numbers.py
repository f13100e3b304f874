"""Numbers in the REST API, without the credentials of their carrier."""

from rest_framework import mixins, serializers

from contacts.models import Number
from shout.api.views import AccountViewSet


class NumberSerializer(serializers.ModelSerializer[Number]):
    """A number that the account sends from. Set the two addresses at the carrier if you connect it by hand."""

    sms_webhook_url = serializers.URLField(read_only=True, help_text="Where the carrier posts incoming texts.")
    status_webhook_url = serializers.URLField(read_only=True, help_text="Where the carrier posts what became of texts.")

    class Meta:
        model = Number
        fields = [
            "id",
            "e164",
            "label",
            "kind",
            "line",
            "carrier",
            "sms_webhook_url",
            "status_webhook_url",
            "segments_per_second",
            "burst",
        ]


class NumberViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, AccountViewSet[Number]):
    """Numbers: what the account texts from."""

    rows = "numbers"
    serializer_class = NumberSerializer
