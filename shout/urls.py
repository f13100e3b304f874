"""Every address of the product, by name only."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("shout.site_urls")),
    path("accounts/", include("allauth.account.urls")),
    path("", include("messaging.urls")),
]
for name, prefix in (("contacts.urls", ""), ("bots.urls", ""), ("shout.api_urls", "api/v1/")):
    if find_spec(name):
        urlpatterns.append(path(prefix, include(name)))
