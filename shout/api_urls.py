"""Every address of the REST API, by name only."""

from django.urls import include, path, re_path

from shout.api.schema import Docs, Schema
from shout.api.views import Nowhere

app_name = "api"

urlpatterns = [
    path("", include("contacts.api_urls")),
    path("", include("bots.api_urls")),
    path("", include("messaging.api_urls")),
    path("schema/", Schema.as_view(), name="schema"),
    path("docs/", Docs.as_view(), name="docs"),
    re_path("", Nowhere.as_view(), name="nowhere"),
]
