"""The REST addresses of texts."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from messaging.api import MessagePreview, MessageViewSet

router = SimpleRouter(use_regex_path=False)
router.register("messages", MessageViewSet, "message")

urlpatterns = [path("messages/preview/", MessagePreview.as_view(), name="message-preview"), *router.urls]
