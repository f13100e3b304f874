"""The REST addresses of texts, and of trying bots out."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from messaging.api.messages import MessagePreview, MessageViewSet
from messaging.api.rehearsals import BotTest

router = SimpleRouter(use_regex_path=False)
router.register("messages", MessageViewSet, "message")

urlpatterns = [
    path("messages/preview/", MessagePreview.as_view(), name="message-preview"),
    path("bots/test/", BotTest.as_view(), name="bot-test"),
    *router.urls,
]
