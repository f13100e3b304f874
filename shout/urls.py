"""Every address of the product, by name only."""

from django.urls import include, path

urlpatterns = [
    path("", include("shout.site_urls")),
    path("", include("contacts.urls")),
    path("", include("bots.urls")),
    path("", include("messaging.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("api/v1/", include("shout.api_urls")),
]
