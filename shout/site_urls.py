"""The addresses of the kernel's own pages."""

from django.conf import settings
from django.urls import path

from shout import styleguide, views

app_name = "shout"

urlpatterns = [
    path("", views.home, name="home"),
    path("account/new/", views.account_new, name="account_new"),
    path("account/switch/", views.switch_account, name="switch_account"),
    path("healthz/", views.healthz, name="healthz"),
]
if settings.DEBUG:
    urlpatterns.append(path("styleguide/", styleguide.styleguide, name="styleguide"))
