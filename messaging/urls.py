"""The addresses of texts, and of the carriers' webhooks."""

from django.urls import path, re_path

from messaging import webhooks
from messaging.views import (
    bot_preview,
    broadcasts,
    conversations,
    drift,
    erasure,
    figures,
    numbers,
    phone,
    rehearsal,
    texts,
    traces,
)

app_name = "messaging"

urlpatterns = [
    path("contacts/<int:contact_id>/", conversations.conversation, name="conversation"),
    path("contacts/<int:contact_id>/timeline/", conversations.timeline, name="timeline"),
    path("contacts/<int:contact_id>/messages/", texts.message_new, name="message_new"),
    path("contacts/<int:contact_id>/erasure/", erasure.contact_erase, name="contact_erase"),
    path("messages/<int:message_id>/resend/", texts.message_resend, name="message_resend"),
    path("bots/preview/", bot_preview.bot_preview, name="bot_preview"),
    path("messages/segments/", texts.segment_count, name="segment_count"),
    path("messages/<int:message_id>/trace/", traces.message_trace, name="message_trace"),
    path("messages/<int:message_id>/word/", figures.word_new, name="word_new"),
    path("bots/test/", rehearsal.bot_test, name="bot_test"),
    path("bots/replay/", rehearsal.draft_replay, name="draft_replay"),
    path("bots/unmatched/", figures.unmatched, name="unmatched"),
    path("bots/<int:bot_id>/replay/", rehearsal.bot_replay, name="bot_replay"),
    path("bots/<int:bot_id>/figures/", figures.bot_figures, name="bot_figures"),
    path("groups/<int:group_id>/broadcasts/new/", broadcasts.broadcast_new, name="broadcast_new"),
    path("broadcasts/<int:broadcast_id>/", broadcasts.broadcast_detail, name="broadcast_detail"),
    path("numbers/<int:number_id>/webhooks/", numbers.number_webhooks, name="number_webhooks"),
    path("permission/carrier/", drift.carrier_check_list, name="carrier_check_list"),
    path("permission/carrier/checks/", drift.carrier_check_new, name="carrier_check_new"),
    path("phone/", phone.phone, name="phone"),
    path("phone/texts/", phone.phone_texts, name="phone_texts"),
    path("phone/handsets/", phone.phone_handsets, name="phone_handsets"),
    re_path(r"^webhooks/twilio/(?P<key>[0-9]{1,18}-[\w-]{10,32})/sms/$", webhooks.sms, name="sms_webhook"),
    re_path(r"^webhooks/twilio/(?P<key>[0-9]{1,18}-[\w-]{10,32})/status/$", webhooks.status, name="status_webhook"),
]
