"""The addresses of texts, and of the carriers' webhooks."""

from django.urls import re_path

from messaging import webhooks

app_name = "messaging"

urlpatterns = [
    re_path(r"^webhooks/twilio/(?P<key>[0-9]{1,18}-[\w-]{10,32})/sms/$", webhooks.sms, name="sms_webhook"),
    re_path(r"^webhooks/twilio/(?P<key>[0-9]{1,18}-[\w-]{10,32})/status/$", webhooks.status, name="status_webhook"),
]
